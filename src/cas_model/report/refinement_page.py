"""The page of a refinement: in which zones and for whom an effect appears, and the context it proposes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cas_model.config.registry import load_package
from cas_model.report.experiment_page import Placed, Section, joined_hash, place_figure, render_page
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import listing
from cas_model.report.markdown_page import markdown_page
from cas_model.report.number_format import display_unit, sentence_case
from cas_model.report.palette import GRID, INK, OKABE_ITO, SHADE, SOFT, new_figure, styled
from cas_model.report.theory_words import Claims, Manifest, Tables, percent
from cas_model.rules import load_rules
from cas_model.theory.conditions import feature_label
from cas_model.theory.refinement import STATED, best_box

METHODS = {"prim": "PRIM", "cart": "CART", STATED: "as the file says"}
GROUPS_SHOWN = 12


def write_refinement(folder: Path, manifest: Manifest, tables: Tables) -> tuple[Path, Path]:
    """Write ``report.html``, ``refinement.md`` and ``figures/`` into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest, tables
        As `cas_model.theory.refinement_store.read_refinement` returns them.
    """
    load_package("cas_model.outcomes")
    load_rules()
    figures, sections = _figures(manifest, tables), _sections(manifest, tables)
    answer = refinement_sentences(manifest, tables)
    told, lede = manifest["refinement"], _lede(manifest)
    asked = {"title": f"{told['title']}: where, and for whom?", "question": told["question"]}
    page = render_page(
        folder, {**manifest, "experiment": asked}, figures, sections, lede=lede, answer=answer,
        made=_made(manifest), hashes=joined_hash(manifest),
        failed=f"{manifest['failed']} runs failed; see failures.json." if manifest["failed"] else "",
    )  # fmt: skip
    text = markdown_page(
        manifest, figures, sections, title=asked["title"], question=asked["question"], lede=lede,
        answer=answer, made=_made(manifest),
    )  # fmt: skip
    (folder / "refinement.md").write_text(text, encoding="utf-8")
    return page, folder / "refinement.md"


def _lede(manifest: Manifest) -> str:
    told = manifest["refinement"]
    return (
        f"A programme theory is refined in an agent-based model of integrated care: {told['n_zones']} zones "
        f"in {told['replicates']} paired seeds, half of the zones to find where it works, the rest to check."
    )


def conditions_in_words(conditions: str) -> str:
    """Say the conditions of a box, e.g. ``population at most 98100 and staff below 1``.

    Examples
    --------
    >>> conditions_in_words("population at most 98100; mean_trust at least 0.4")
    'population at most 98100 and trust between partners at least 0.4'
    """
    parts = []
    for condition in conditions.split("; "):
        feature, _, words = condition.partition(" ")
        parts.append(f"{feature_label(feature)} {words}")
    return " and ".join(parts)


def _effect_in_words(manifest: Manifest) -> str:
    told, claims = manifest["refinement"], Claims(manifest)
    claim = claims.by_key[told["outcome"]]
    way = "up" if claim["sign"] > 0 else "down"
    size, matters = float(told["size"]), float(claim["smallest"])
    least = claims.size(told["outcome"], size, signed=False)
    half = "" if size == matters else ", the median,"
    return f"{claims.label(told['outcome'])} goes {way} by {least}{half} or more"


def refinement_sentences(manifest: Manifest, tables: Tables) -> list[str]:
    """Return where it works and for whom, in sentences that hold on zones the box was not fitted to."""
    boxes, effect = tables["refine_boxes"], _effect_in_words(manifest)
    stated = boxes[boxes["method"] == STATED]
    sentences = []
    best = best_box(boxes)
    if best is not None:
        sentences.append(
            f"In zones with {conditions_in_words(str(best['conditions']))}, {effect} in "
            f"{percent(best['density_other'])} of the cases that were held back, against "
            f"{percent(best['base_other'])} in all zones; they hold {percent(best['coverage_other'])} of all "
            f"such cases. {_stability(tables, best)}"
        )
    elif not boxes[boxes["method"] != STATED].empty:
        sentences.append(
            "No description of zones that was found in one half of them holds surely in the other half: the "
            "theory is not refined."
        )
    else:
        share = percent(manifest["refinement"]["share"])
        sentences.append(f"Zones cannot be told apart: in {share} of the cases {effect}.")
    for row in stated.to_dict("records"):
        sentences.append(
            f"The context that the file states ({conditions_in_words(str(row['conditions']))}) has it in "
            f"{percent(row['density_other'])} of the same cases, and holds {percent(row['coverage_other'])} "
            "of them."
        )
    return sentences + _people(manifest, tables["refine_groups"])


def _stability(tables: Tables, best: pd.Series) -> str:
    limits = tables["refine_limits"]
    own = limits[(limits["method"] == best["method"]) & (limits["box"] == best["box"]) & limits["restricted"]]
    rows = own.sort_values("frequency", ascending=False, kind="stable").to_dict("records")
    again = [f"{feature_label(str(r['feature']))} in {percent(float(r['frequency']))}" for r in rows]
    return f"When it is sought again in random halves of those zones, the limit recurs: {listing(again)}."


def _people(manifest: Manifest, groups: pd.DataFrame) -> list[str]:
    if groups.empty:
        return []
    told, claims = manifest["refinement"], Claims(manifest)
    key = told["outcome"]
    sign = float(claims.by_key[key]["sign"])
    ranked = groups.assign(order=sign * groups["effect"]).sort_values("order", ascending=False)
    first, last = ranked.iloc[0], ranked.iloc[-1]
    if first["low"] <= last["high"] and last["low"] <= first["high"]:
        return ["Groups of people do not clearly differ in it."]
    return [
        f"Of people, it is largest for {first['group']} ({claims.size(key, first['effect'])}) and smallest "
        f"for {last['group']} ({claims.size(key, last['effect'])})."
    ]


def _sections(manifest: Manifest, tables: Tables) -> list[Section]:
    told = manifest["refinement"]
    proposed = (
        [f"The proposed theory is {told['proposed']}: the same with this context, and with seeds from "
         f"{told['next_seed']} on, which proposed nothing. Check its words, then test it."]
        if told["proposed"] else ["No refined theory is proposed."]
    )  # fmt: skip
    return [
        Section("question", "Where it works, and for whom"),
        Section(
            "zones", "Zones",
            [f"A case is a zone in a seed. It counts when {_effect_in_words(manifest)}. Features that were "
             f"tried: {listing([feature_label(f) for f in told['features']])}."],
            tables=[_boxes_grid(tables["refine_boxes"])],
        ),
        Section("people", "People", tables=[_groups_grid(manifest, tables["refine_groups"])]
                if len(tables["refine_groups"]) else [],
                texts=[] if len(tables["refine_groups"]) else ["This outcome is not counted by group."]),
        Section("next", "What to do with it", proposed),
        Section("made", "How it was made"),
    ]  # fmt: skip


def _boxes_grid(boxes: pd.DataFrame) -> Grid:
    rows = [
        [METHODS[str(r["method"])], conditions_in_words(str(r["conditions"])),
         *(percent(float(r[c])) for c in ("density_fitted", "density_other", "base_other", "coverage_other")),
         "yes" if r["trusted"] else "no"]
        for r in boxes.to_dict("records")
    ]  # fmt: skip
    return Grid(
        "Density: share of the cases in such zones that count, where it was sought and in the zones held "
        "back (and in all of those); coverage: share of all cases held back that count and lie there. Holds: "
        "surely denser than all zones held back.",
        ["found by", "zones with", "density, sought", "density, held back", "all, held back", "coverage",
         "holds"],
        rows, (2, 3, 4, 5),
    )  # fmt: skip


def _groups_grid(manifest: Manifest, groups: pd.DataFrame) -> Grid:
    told, claims = manifest["refinement"], Claims(manifest)
    key = told["outcome"]
    rows = [
        [sentence_case(str(r["group"])), claims.size(key, r["effect"]),
         claims.interval(key, r["low"], r["high"])]
        for r in groups.to_dict("records")
    ]  # fmt: skip
    return Grid("The effect on groups of people, means over paired seeds.",
                ["group", "effect", "95 % interval"], rows, (1, 2))  # fmt: skip


def _figures(manifest: Manifest, tables: Tables) -> list[Placed]:
    return [
        place_figure(
            "zones", "zones", "The effect in each zone",
            "A dot is a zone, mean over seeds; open: held back. Blue: in the proposed context (or, when none "
            "is, in that of the file). Shaded: too small to matter.",
            partial(draw_zones, manifest, tables),
        )
    ]  # fmt: skip


@styled
def draw_zones(manifest: Manifest, tables: Tables) -> Figure:
    """Draw the effect of each zone against the two features that the box restricts most often."""
    told, claims = manifest["refinement"], Claims(manifest)
    key = told["outcome"]
    factor = display_unit(claims.by_key[key]["unit"])[1]
    table = tables["refine_points"]
    best = best_box(tables["refine_boxes"])
    features = _leading(told["features"], tables, best)
    zones = table.groupby("zone", observed=True)[[*features, "effect", "fitted", "inside"]].mean()
    figure = new_figure(3.0)
    grid = figure.subplots(1, len(features), sharey=True, squeeze=False)
    smallest = factor * float(claims.by_key[key]["smallest"])
    for axes, feature in zip(grid[0], features, strict=True):
        axes.axhspan(-smallest, smallest, color=SHADE, zorder=0, linewidth=0)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        for fitted in (True, False):
            for inside in (True, False):
                own = zones[(zones["fitted"] > 0.5) == fitted]
                own = own[(own["inside"] > 0.5) == inside]
                colour = OKABE_ITO["blue"] if inside else INK
                axes.scatter(own[feature], factor * own["effect"], s=22, edgecolors=colour, linewidths=1.1,
                             facecolors=colour if fitted else "white", zorder=3)  # fmt: skip
        axes.set_xlabel(feature_label(feature))
        axes.grid(color=GRID)
        values = zones[feature].to_numpy(dtype=float)
        if np.nanmax(values) >= 10_000:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:.0f} 000" if value else "0")
            axes.xaxis.set_major_locator(MaxNLocator(4))
    grid[0][0].set_ylabel(f"effect, {claims.unit(key)}")
    return figure


def _leading(features: list[str], tables: Tables, best: pd.Series | None) -> list[str]:
    """Return two features to draw: those the box restricts, the most often found first, else the first."""
    wanted: list[str] = []
    if best is not None:
        limits = tables["refine_limits"]
        own = limits[(limits["method"] == best["method"]) & (limits["box"] == best["box"])]
        own = own[own["restricted"].astype(bool)].sort_values("frequency", ascending=False, kind="stable")
        wanted = [str(name) for name in own["feature"]]
    return list(dict.fromkeys([*wanted, *features]))[:2]


def _made(manifest: Manifest) -> list[tuple[str, str]]:
    told: dict[str, Any] = manifest["refinement"]
    seeds = manifest["seeds"]
    return [
        ("Theory", f"{told['origin']} (a copy is theory.toml)"),
        ("Territory", f"{manifest['territory_label']}, {manifest['n_zones']} primary care zones"),
        ("Scale", f"1:{manifest['persons_per_agent']}"),
        ("Time", f"{manifest['burn_in']} months run-in + {manifest['months']} months"),
        ("Seeds", f"{seeds[0]} to {seeds[-1]}"),
        ("Code hash", str(manifest["code_hash"])),
        ("Version", f"cas_model {manifest['version']}, Python {manifest['python']}"),
        ("Computing time", f"{manifest['wall_seconds']:.0f} s"),
    ]
