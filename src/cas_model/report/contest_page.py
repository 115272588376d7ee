"""The page of a contest: what either theory predicts, the experiment that was chosen, and who won."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from cas_model.config.declarations import MECHANISMS
from cas_model.config.registry import load_package
from cas_model.report.experiment_page import Section, joined_hash, place_figure, render_page
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import listing
from cas_model.report.markdown_page import markdown_page
from cas_model.report.number_format import display_unit, format_number, sentence_case
from cas_model.report.palette import GRID, INK, OKABE_ITO, SHADE, SOFT, new_figure, styled
from cas_model.report.theory_words import Claims, Manifest, Tables
from cas_model.rules import load_rules
from cas_model.theory.contest import BOTH, FIRST, NEITHER, OFF, PLACES, SECOND, UNDETERMINED
from cas_model.theory.contest_store import CANDIDATES, TESTS
from cas_model.theory.theory import EFFECT

COLOURS = {FIRST: OKABE_ITO["blue"], SECOND: OKABE_ITO["vermillion"]}
MARKERS = {FIRST: "^", SECOND: "s"}


def write_contest(folder: Path, manifest: Manifest, tables: Tables) -> tuple[Path, Path]:
    """Write ``report.html``, ``contest.md`` and ``figures/`` of a contest into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest : mapping
        From `cas_model.theory.contest_store.contest_manifest`.
    tables : mapping of str to DataFrame
        From `read_contest`.
    """
    load_package("cas_model.outcomes")
    load_rules()
    figures = [
        place_figure(
            "result", "contest", "What either theory expects, and what was found",
            "Dot: mean over paired seeds; bar: its 95 % interval. Triangle: what the first theory expects; "
            "square: the second. Shaded: too small to matter.", partial(draw_contest, manifest, tables),
        )
    ]  # fmt: skip
    sections, answer = _sections(manifest, tables), answer_in_words(manifest, tables)
    asked = {"title": _title(manifest), "question": _question(manifest)}
    page = render_page(
        folder, {**manifest, "experiment": asked}, figures, sections, lede=_lede(manifest), answer=answer,
        made=_made(manifest), hashes=joined_hash(manifest),
        failed=f"{manifest['failed']} runs failed; see failures.json." if manifest["failed"] else "",
    )  # fmt: skip
    text = markdown_page(
        manifest, figures, sections, title=asked["title"], question=asked["question"], lede=_lede(manifest),
        answer=answer, made=_made(manifest),
    )  # fmt: skip
    (folder / "contest.md").write_text(text, encoding="utf-8")
    return page, folder / "contest.md"


def _title(manifest: Manifest) -> str:
    told = manifest["contest"]
    return f"{told[FIRST]['title']} or: {told[SECOND]['title'][:1].lower()}{told[SECOND]['title'][1:]}"


def _question(manifest: Manifest) -> str:
    told = manifest["contest"]
    label = Claims(manifest).label(told["outcome"])
    return f"Two theories explain {label}. Which of them is right about what carries it?"


def _lede(manifest: Manifest) -> str:
    told = manifest["contest"]
    return (
        f"Two programme theories in contest in an agent-based model of integrated care: "
        f"{len(manifest['scenarios'])} worlds, {told['replicates']} paired seeds each, "
        f"{manifest['territory_label']}. {winner_in_words(manifest)}"
    )


def winner_in_words(manifest: Manifest) -> str:
    """Return who wins, in one sentence."""
    told = manifest["contest"]
    kind = told["winner"]
    if kind in (FIRST, SECOND):
        return f"{told[kind]['name']} wins: {told['why']}."
    words = {
        BOTH: "Both hold", NEITHER: "Neither wins", UNDETERMINED: "Undetermined"
    }  # fmt: skip
    return f"{words[kind]}: {told['why']}."


def mechanism_in_words(names: Sequence[str]) -> str:
    """Return mechanisms with their titles."""
    return listing([f"{name} ({MECHANISMS[name].title.lower()})" for name in names])


def experiment_in_words(told: Mapping[str, Any], arm: str, experiment: str) -> str:
    """Say what is done in a candidate."""
    name = told[arm]["name"]
    if experiment == PLACES:
        return f"{name}'s intervention: in which of the two contexts does the effect appear?"
    side = next(side for side in (FIRST, SECOND) if OFF[side] == experiment)
    return (
        f"{name}'s intervention, without {mechanism_in_words(told[side]['own'])}, {told[side]['name']}'s own"
    )


def answer_in_words(manifest: Manifest, tables: Tables) -> list[str]:
    """Return who wins, and what it rests on."""
    told, claims = manifest["contest"], Claims(manifest)
    key = told["outcome"]
    sentences = [winner_in_words(manifest)]
    for row in tables[TESTS].to_dict("records"):
        size, interval = claims.size(key, row["estimate"]), claims.interval(key, row["low"], row["high"])
        question = str(row["question"])
        if question == "effect":
            what = f"{told[told['arm']]['name']}'s intervention changes {claims.label(key)} by {size}"
        elif question == PLACES:
            what = (
                f"In zones of {told[FIRST]['name']}'s context alone the effect is {size} larger than in "
                f"those of {told[SECOND]['name']}'s alone"
            )
        else:
            side = next(side for side in (FIRST, SECOND) if OFF[side] == question)
            left = {"yes": "at least half is lost", "no": "less than half is lost", "unclear": "unclear"}
            what = (
                f"Without {mechanism_in_words(told[side]['own'])}, {size} is left "
                f"({left[str(row['answer'])]})"
            )
        sentences.append(f"{what}, {interval}.")
    if told["winner"] == UNDETERMINED:
        needed = told["seeds_needed"]
        sentences.append(
            f"About {needed:.0f} seeds would decide, were effects and spread as they are now."
            if needed and math.isfinite(needed)
            else "No number of seeds in reach would decide."
        )
    return sentences


def _sections(manifest: Manifest, tables: Tables) -> list[Section]:
    told = manifest["contest"]
    best = tables[CANDIDATES].iloc[0]
    chosen = experiment_in_words(told, str(best["arm"]), str(best["experiment"]))
    return [
        Section("question", "The two theories, and who wins", tables=[_theories_grid(told)]),
        Section(
            "choice", "Where they predict differently, and what tells them apart best",
            [f"Chosen: {chosen}. It separates the predictions by {float(best['separation']):.1f} standard "
             f"errors of a pilot with {told['pilot']['seeds']} seeds at "
             f"1:{told['pilot']['persons_per_agent']}."],
            tables=[_candidates_grid(manifest, tables[CANDIDATES])],
        ),
        Section("result", "What was found on fresh seeds", tables=[_tests_grid(manifest, tables[TESTS])]),
        Section("rule", "The rule, stated before the run", [told["rule"]]),
        Section("made", "How it was made"),
    ]  # fmt: skip


def _theories_grid(told: Mapping[str, Any]) -> Grid:
    parts = ("context", "intervention", "mechanism")
    rows = [[part, told[FIRST][part], told[SECOND][part]] for part in parts]
    own = [mechanism_in_words(told[s]["own"]) or "none that the other does not name" for s in (FIRST, SECOND)]
    return Grid("What each says.", ["", told[FIRST]["name"], told[SECOND]["name"]],
                [*rows, ["mechanisms that it alone works through", *own]])  # fmt: skip


def _candidates_grid(manifest: Manifest, table: pd.DataFrame) -> Grid:
    told, claims = manifest["contest"], Claims(manifest)
    rows = []
    for row in table.to_dict("records"):
        key = str(row["outcome"])
        sizes = [claims.size(key, float(row[c])) for c in ("first_expects", "second_expects", "found")]
        told_apart = (
            f"{float(row['separation']):.1f}" if math.isfinite(row["separation"]) else "without noise"
        )
        rows.append(
            [experiment_in_words(told, str(row["arm"]), str(row["experiment"])),
             sentence_case(claims.label(key)), *sizes, told_apart if row["usable"] else "nothing moves"]
        )  # fmt: skip
    return Grid(
        "Every experiment that could tell them apart, the best first. Expected and found (in the pilot): the "
        "effect that is left, or the difference between the contexts. Separation: difference of the two "
        "predictions, in standard errors of the pilot; none where its effect is too small to matter.",
        ["experiment", "outcome", f"{told[FIRST]['name']} expects", f"{told[SECOND]['name']} expects",
         "found", "separation"],
        rows, (2, 3, 4, 5),
    )  # fmt: skip


def _tests_grid(manifest: Manifest, table: pd.DataFrame) -> Grid:
    told, claims = manifest["contest"], Claims(manifest)
    key = told["outcome"]
    words = {"effect": "Does the intervention move the outcome by what matters?",
             PLACES: f"Is the effect larger in {told[FIRST]['name']}'s own zones?"}  # fmt: skip
    for side in (FIRST, SECOND):
        if told[side]["own"]:
            words[OFF[side]] = f"Is it lost without {mechanism_in_words(told[side]['own'])}?"
    rows = [
        [words[str(r["question"])], claims.size(key, r["estimate"]),
         claims.interval(key, r["low"], r["high"]), _p(float(r["p_holm"])), str(r["answer"])]
        for r in table.to_dict("records")
    ]  # fmt: skip
    return Grid(
        f"{told['replicates']} paired seeds; p corrected for the questions asked (Holm). Effect: of the "
        "intervention, or what is left of it.",
        ["question", "effect", "95 % interval", "p", "answer"], rows, (1, 2, 3),
    )  # fmt: skip


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else format_number(value, 3)


@styled
def draw_contest(manifest: Manifest, tables: Tables) -> Figure:
    """Draw effects of the chosen arm, whole and with either mechanism off, beside the predictions."""
    told, claims = manifest["contest"], Claims(manifest)
    key = told["outcome"]
    factor = display_unit(claims.by_key[key]["unit"])[1]
    effects = tables["trial_effects"]
    home = "context" if "context" in set(effects.loc[effects["outcome"] == key, "place"]) else "everywhere"
    found = effects[(effects["outcome"] == key) & (effects["place"] == home)].set_index("contrast")
    whole = float(found.loc[EFFECT, "effect"])
    rows: list[tuple[str, str, dict[str, float]]] = [("intervention", EFFECT, {FIRST: whole, SECOND: whole})]
    for side in (FIRST, SECOND):
        if OFF[side] in found.index:
            expected = {FIRST: whole, SECOND: whole} | {side: 0.0}
            rows.append((f"without {', '.join(told[side]['own'])}", OFF[side], expected))
    figure = new_figure(0.9 + 0.55 * len(rows))
    axes = figure.subplots()
    smallest = factor * float(claims.by_key[key]["smallest"])
    axes.axvspan(-smallest, smallest, color=SHADE, zorder=0, linewidth=0)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    for y, (_, contrast, expected) in enumerate(rows):
        row = found.loc[contrast]
        axes.plot([factor * row["low"], factor * row["high"]], [y, y], color=INK, linewidth=2.2)
        axes.plot(factor * row["effect"], y, "o", color=INK, markersize=6)
        if contrast != EFFECT:
            for side, shift in ((FIRST, -0.24), (SECOND, 0.24)):
                axes.plot(
                    factor * expected[side], y + shift, MARKERS[side], color=COLOURS[side], markersize=7,
                    markerfacecolor="white", markeredgewidth=1.6,
                    label=f"{told[side]['name']} expects" if contrast == rows[1][1] else None,
                )  # fmt: skip
    axes.set_yticks(range(len(rows)), [label for label, *_ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(axis="x", color=GRID)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.1)
    axes.set_xlabel(f"effect on {claims.label(key)}, {claims.unit(key)}")
    if len(rows) > 1:
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def _made(manifest: Manifest) -> list[tuple[str, str]]:
    told, seeds = manifest["contest"], manifest["seeds"]
    return [
        ("Theories", " and ".join(f"{told[s]['origin']} (a copy is {s}.toml)" for s in (FIRST, SECOND))),
        ("Sources", "; ".join(dict.fromkeys([*told[FIRST]["sources"], *told[SECOND]["sources"]]))),
        ("Territory", f"{manifest['territory_label']}, {manifest['n_zones']} primary care zones"),
        ("Scale", f"1:{manifest['persons_per_agent']}"),
        ("Time", f"{manifest['burn_in']} months run-in + {manifest['months']} months"),
        ("Seeds", f"{seeds[0]} to {seeds[-1]}; those of the pilot are others"),
        ("Worlds", "; ".join(scenario["name"] for scenario in manifest["scenarios"])),
        ("Code hash", str(manifest["code_hash"])),
        ("Version", f"cas_model {manifest['version']}, Python {manifest['python']}"),
        ("Computing time", f"{manifest['wall_seconds']:.0f} s"),
    ]
