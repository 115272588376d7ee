"""Figures of a trial: the theory as a diagram, effects by place, ablation, doses, what moves first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from cas_model.report.number_format import display_unit, sentence_case
from cas_model.report.palette import GRID, INK, OKABE_ITO, SHADE, SOFT, new_figure, styled
from cas_model.report.theory_words import Claims
from cas_model.theory.timing import month_half_way

OWN, RIVAL_COLOUR, NEUTRAL = OKABE_ITO["blue"], OKABE_ITO["vermillion"], SOFT
Manifest = Mapping[str, Any]
Rows = Sequence[tuple[str, Mapping[Any, Any], str]]
"""Label, row of ``trial_effects``, colour."""


@styled
def draw_diagram(manifest: Manifest) -> Figure:
    """Draw the configuration: context as a frame, intervention, mechanism, outcomes; the rival in outline."""
    theory = manifest["theory"]
    figure = new_figure(4.3, fitted=False)
    axes = figure.add_axes((0.0, 0.06, 1.0, 0.94))
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 60)
    axes.axis("off")
    mechanism = theory["mechanism"]
    outcomes = "\n".join(
        f"• {claim['label']} {claim['expected']}" + ("" if claim["primary"] else " (not decisive)")
        for claim in theory["claims"]
    )
    _box(axes, (0.8, 15.5, 98.4, 43.5), "Context", theory["context"]["words"], SHADE, INK, width=112)
    _box(axes, (3, 18, 26, 30), "Intervention", theory["intervention"]["words"], "white", INK, width=27)
    text = f"{mechanism['words']}\nResource: {mechanism['resource']}\nReasoning: {mechanism['reasoning']}"
    names = ", ".join(mechanism["switches"])
    _box(axes, (35, 18, 30, 30), f"Mechanism ({names})", text, "white", OWN, width=32)
    _box(axes, (71, 18, 26, 30), "Outcomes", outcomes, "white", INK, width=27)
    rival = theory["rival"]
    tried = f" ({', '.join(rival['switches'])})" if rival["switches"] else ""
    _box(
        axes, (16, 1, 68, 11.5), f"Rival{tried}", rival["words"], "white", RIVAL_COLOUR, dashed=True, width=78
    )
    for start, end, colour, line in (
        ((29.6, 33), (34.4, 33), OWN, "-"), ((65.6, 33), (70.4, 33), OWN, "-"),
        ((10, 17.6), (15.6, 7), RIVAL_COLOUR, "--"), ((84.4, 7), (90, 17.6), RIVAL_COLOUR, "--"),
    ):  # fmt: skip
        arrow = {
            "arrowstyle": "-|>",
            "color": colour,
            "lw": 1.6,
            "linestyle": line,
            "shrinkA": 0,
            "shrinkB": 0,
        }
        axes.annotate("", end, start, arrowprops=arrow)
    return figure


def _box(
    axes: Axes, place: tuple[float, float, float, float], title: str, text: str, fill: str, edge: str, *,
    width: int, dashed: bool = False,
) -> None:  # fmt: skip
    left, bottom, across, up = place
    axes.add_patch(
        FancyBboxPatch(
            (left, bottom), across, up, boxstyle="round,pad=0,rounding_size=1.2", facecolor=fill,
            edgecolor=edge, linewidth=1.2, linestyle="--" if dashed else "-",
        )
    )  # fmt: skip
    wrapped = "\n".join(
        line for part in text.split("\n") for line in textwrap.wrap(part, width, subsequent_indent="")
    )
    axes.text(left + 1.2, bottom + up - 1.4, title, va="top", fontsize=9, fontweight="bold", color=edge)
    axes.text(left + 1.2, bottom + up - 5.2, wrapped, va="top", fontsize=8, color=INK, linespacing=1.25)


def _effect_rows(effects: pd.DataFrame, key: str, wanted: Sequence[tuple[str, str, str, str]]) -> Rows:
    """Return the rows of `wanted` (contrast, place, label, colour) that the trial has."""
    own = effects[effects["outcome"] == key].to_dict("records")
    table = {(row["contrast"], row["place"]): row for row in own}
    return [
        (label, table[contrast, place], colour)
        for contrast, place, label, colour in wanted
        if (contrast, place) in table
    ]


def home_of(effects: pd.DataFrame, key: str) -> str:
    """Return where an outcome is tested: in the context, or everywhere when only the whole has it."""
    places = set(effects.loc[effects["outcome"] == key, "place"])
    return "context" if "context" in places else "everywhere"


def _dot_panel(axes: Axes, claims: Claims, key: str, rows: Rows) -> None:
    claim = claims.by_key[key]
    factor = display_unit(claim["unit"])[1]
    smallest = factor * claim["smallest"]
    axes.axvspan(-smallest, smallest, color=SHADE, zorder=0, linewidth=0)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    for y, (_, row, colour) in enumerate(rows):
        low, high = factor * float(row["low"]), factor * float(row["high"])
        axes.plot([low, high], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        axes.plot(factor * float(row["effect"]), y, "o", color=colour, markersize=6)
        shown = claims.number(key, float(row["effect"]))
        axes.annotate(shown, (factor * float(row["effect"]), y), xytext=(0, 6), textcoords="offset points",
                      ha="center", fontsize=8, color=INK)  # fmt: skip
    axes.set_yticks(range(len(rows)), [label for label, _, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.75)
    axes.tick_params(axis="y", length=0, labelcolor=INK, labelsize=8.5)
    axes.grid(axis="x", color=GRID)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.12)
    axes.set_xlabel(f"effect, {claims.unit(key)}")
    axes.set_title("\n".join(textwrap.wrap(sentence_case(str(claim["label"])), 78)))


def _panels(manifest: Manifest, effects: pd.DataFrame, wanted: Any, *, only_primary: bool) -> Figure:
    """Draw a panel of dots for each outcome that has at least one of the wanted rows."""
    claims = Claims(manifest)
    keys = [k for k, c in claims.by_key.items() if c["primary"] or not only_primary]
    panels = [(key, _effect_rows(effects, key, wanted(home_of(effects, key)))) for key in keys]
    panels = [(key, rows) for key, rows in panels if rows]
    heights = [0.75 + 0.34 * len(rows) for _, rows in panels]
    figure = new_figure(sum(heights) + 0.35)
    grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
    for axes, (key, rows) in zip(grid[:, 0], panels, strict=True):
        _dot_panel(axes, claims, key, rows)
    return figure


@styled
def draw_places(manifest: Manifest, effects: pd.DataFrame) -> Figure:
    """Draw the effect in the context, outside it and in the other environment, with intervals."""

    def wanted(home: str) -> list[tuple[str, str, str, str]]:
        return [
            ("effect", home, "in the context" if home == "context" else "everywhere", OWN),
            ("effect", "outside", "outside the context", NEUTRAL),
            ("elsewhere", home, "in the other environment", NEUTRAL),
        ]

    return _panels(manifest, effects, wanted, only_primary=False)


@styled
def draw_ablation(manifest: Manifest, effects: pd.DataFrame) -> Figure:
    """Draw the effect with mechanism and rival on and off, the mechanism forced, the rival, and the runs."""
    runs = [f"run: {run['name']}" for run in manifest["theory"]["runs"]]

    def wanted(home: str) -> list[tuple[str, str, str, str]]:
        return [
            ("effect", home, "intervention", OWN),
            ("mechanism off", home, "… without the mechanism", NEUTRAL),
            ("rival off", home, "… without the rival’s mechanism", NEUTRAL),
            ("both off", home, "… without either", NEUTRAL),
            ("forced", home, "mechanism forced instead", OWN),
            ("rival", home, "rival instead", RIVAL_COLOUR),
            ("rival, mechanism off", home, "… rival without the mechanism", RIVAL_COLOUR),
            *((run, home, textwrap.fill(run.removeprefix("run: "), 36), INK) for run in runs),
        ]

    return _panels(manifest, effects, wanted, only_primary=True)


@styled
def draw_doses(manifest: Manifest, effects: pd.DataFrame) -> Figure:
    """Draw the effect at none, one third, two thirds and all of the intervention."""
    claims = Claims(manifest)
    keys = [key for key, claim in claims.by_key.items() if claim["primary"]]
    figure = new_figure(2.7 * -(-len(keys) // 2))
    grid = figure.subplots(-(-len(keys) // 2), 2, squeeze=False)
    for axes in grid.flat[len(keys) :]:
        axes.set_visible(False)
    for axes, key in zip(grid.flat, keys, strict=False):
        factor = display_unit(claims.by_key[key]["unit"])[1]
        wanted = [(name, home_of(effects, key), name, OWN) for name in ("dose 1/3", "dose 2/3", "effect")]
        shares = {"dose 1/3": 1 / 3, "dose 2/3": 2 / 3, "effect": 1.0}
        known = [(shares[name], row) for name, row, _ in _effect_rows(effects, key, wanted)]
        x = [0.0, *(dose for dose, _ in known)]
        y = [0.0, *(factor * float(row["effect"]) for _, row in known)]
        low = [0.0, *(factor * float(row["low"]) for _, row in known)]
        high = [0.0, *(factor * float(row["high"]) for _, row in known)]
        axes.plot([0, 1], [0, y[-1]], color=SOFT, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.fill_between(x, low, high, color=OWN, alpha=0.15, linewidth=0)
        axes.plot(x, y, "o-", color=OWN)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        axes.set_xticks([0, 1 / 3, 2 / 3, 1], ["0", "1/3", "2/3", "1"])
        axes.set_xlabel("share of the intervention")
        axes.set_ylabel(f"effect,\n{claims.unit(key)}")
        axes.set_title("\n".join(textwrap.wrap(sentence_case(str(claims.by_key[key]["label"])), 38)))
    return figure


@styled
def draw_order(manifest: Manifest, traces: pd.DataFrame, leads: pd.DataFrame) -> Figure:
    """Draw how mechanism and outcomes move apart between the two worlds, each relative to its largest."""
    claims, trace = Claims(manifest), manifest["theory"]["trace"]
    keys = [k for k in dict.fromkeys(leads["outcome"]) if claims.by_key[k]["primary"]]
    variables = [(trace, f"mechanism ({trace.replace('_', ' ')})", OWN, "-")]
    colours = (OKABE_ITO["vermillion"], OKABE_ITO["green"], OKABE_ITO["purple"])
    lines: tuple[Any, ...] = ((0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)))
    for i, key in enumerate(keys):
        variables.append((claims.by_key[key]["name"], claims.label(key), colours[i % 3], lines[i % 3]))
    figure = new_figure(3.0)
    axes = figure.subplots()
    mean = traces.groupby(["variable", "month"], observed=True)["difference"].mean()
    for name, label, colour, line in variables:
        if name not in mean.index.get_level_values("variable"):
            continue
        smooth = mean[name].rolling(12, min_periods=1).mean()
        largest = float(smooth.abs().max())
        if not largest or not np.isfinite(largest):
            continue
        peak = float(smooth[smooth.abs().idxmax()])
        years = smooth.index.to_numpy() / 12
        axes.plot(years, 100 * smooth / peak, color=colour, linestyle=line, label=label)
        axes.plot(month_half_way(mean[name]) / 12, 50, marker="v", color=colour, markersize=8, zorder=5)
    axes.axhline(50, color=SOFT, linewidth=0.7, linestyle=(0, (2, 2)))
    axes.axhline(0, color=SOFT, linewidth=0.8)
    axes.set_xlabel("years since the policy began")
    axes.set_ylabel("difference (12-month mean),\n% of its largest")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), frameon=False, fontsize=8.5, ncols=2)
    return figure
