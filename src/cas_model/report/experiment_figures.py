"""Figures of a factorial experiment: ranks as a table of colours, distances between regimes, interactions."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.design import JOIN
from cas_model.report.material import outcome_decimals
from cas_model.report.number_format import display_unit, sentence_case
from cas_model.report.palette import INK, SEQUENTIAL, SHADE, SOFT, WORLD_COLOURS, new_figure, styled
from cas_model.report.series import title_with_unit

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
CELL_IN, LABEL_IN, NAME_IN = 0.235, 2.68, 1.4
"""Inches: side of a cell of the rank table, width of outcome names, height of regime names."""
MAX_PER_ROW = 3
"""Conditions beside each other in the rank table, at most."""
SURE = 0.8
"""A rank that holds in fewer seeds than this stands between parentheses."""


@dataclass(frozen=True)
class Look:
    """Colour, marker and line of a regime: the same in every figure."""

    colour: str
    marker: str
    line: Literal["solid", "dashed"]


def looks_of(regimes: Sequence[str]) -> dict[str, Look]:
    """Give every regime its look; the first, the reference, is grey."""
    colours = [SOFT, *WORLD_COLOURS]
    lines: tuple[Literal["solid", "dashed"], ...] = ("solid", "dashed")
    return {
        name: Look(colours[i % len(colours)], MARKERS[i % len(MARKERS)], lines[i // len(colours) % 2])
        for i, name in enumerate(regimes)
    }


def outcome_label(name: str, width: int = 30) -> str:
    """Return an outcome's label, wrapped for a table or an axis."""
    label = sentence_case(OUTCOMES[name].label) if name in OUTCOMES else name
    return textwrap.fill(label, width)


def rank_colours(n: int) -> list[tuple[float, ...]]:
    """Return the colour of rank 1 to n: dark is first, on a scale safe for colour-blind readers."""
    scale = mpl.colormaps[SEQUENTIAL]
    return [tuple(scale(0.08 + 0.87 * i / max(n - 1, 1))[:3]) for i in range(n)]


def _ink_on(colour: tuple[float, ...]) -> str:
    red, green, blue = colour
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else INK


def _rank_panel(axes: Axes, ranks: pd.DataFrame, outcomes: Sequence[str], regimes: Sequence[str]) -> None:
    colours = rank_colours(len(regimes))
    table = {(r["outcome"], r["regime"]): r for r in ranks.to_dict("records")}
    for y, outcome in enumerate(outcomes):
        differ = max(table[outcome, regime]["rank"] for regime in regimes) > 1
        for x, regime in enumerate(regimes):
            row = table[outcome, regime]
            rank = int(row["rank"])
            colour = colours[rank - 1] if differ else tuple(mpl.colors.to_rgb(SHADE))
            axes.add_patch(
                Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.2)
            )
            text = f"{rank}" if row["seeds_hold"] >= SURE else f"({rank})"
            axes.text(
                x, y, text if differ else "=", ha="center", va="center_baseline", fontsize=8.5,
                color=_ink_on(colour) if differ else SOFT, fontweight="bold" if row["alone"] else "normal",
            )  # fmt: skip
    axes.set_xlim(-0.5, len(regimes) - 0.5)
    axes.set_ylim(len(outcomes) - 0.5, -0.5)
    axes.set_xticks(range(len(regimes)), regimes, rotation=90)
    axes.set_yticks(range(len(outcomes)), [outcome_label(o, 60) for o in outcomes])
    axes.tick_params(length=0, labelcolor=INK, labelsize=8.5)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


@styled
def draw_ranks(
    ranks: pd.DataFrame, outcomes: Sequence[str], regimes: Sequence[str], per_row: int = MAX_PER_ROW
) -> Figure:
    """Draw the rank of every regime on every outcome, one panel per condition.

    Parameters
    ----------
    ranks : DataFrame
        Columns outcome, condition, regime, rank, seeds_hold, alone.
    outcomes, regimes : sequence of str
        Rows and columns, in order.
    per_row : int
        Conditions beside each other; best the number of levels of the innermost factor.

    Returns
    -------
    Figure
        A number and a colour per cell; rows in which nothing differs clearly are grey.
    """
    conditions = [str(c) for c in pd.unique(ranks["condition"])]
    per_row = min(per_row, MAX_PER_ROW, len(conditions))
    n_rows = math.ceil(len(conditions) / per_row)
    body = CELL_IN * len(outcomes)
    head, gap = 0.45, 0.12
    height = n_rows * (body + head) + NAME_IN + 0.35 + (n_rows - 1) * gap
    figure = new_figure(height, fitted=False)
    width = figure.get_figwidth()
    across = min((width - LABEL_IN - 0.15 - (per_row - 1) * gap) / per_row, 0.42 * len(regimes))
    for i, condition in enumerate(conditions):
        row, column = divmod(i, per_row)
        bottom = height - (row + 1) * (body + head) - row * gap
        left = LABEL_IN + column * (across + gap)
        axes = figure.add_axes((left / width, bottom / height, across / width, body / height))
        _rank_panel(axes, ranks[ranks["condition"] == condition], outcomes, regimes)
        axes.set_title((condition or "all cells").replace(JOIN, "\n", 1), fontsize=9, pad=4)
        if column:
            axes.set_yticks([])
        if i + per_row < len(conditions):
            axes.set_xticks([])
    return figure


def _legend(figure: Figure, looks: dict[str, Look], *, lines: bool) -> None:
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, markersize=5.5, label=name,
               linestyle=look.line if lines else "none")
        for name, look in looks.items()
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="outside upper center", ncols=3, frameon=False, fontsize=9, handletextpad=0.5
    )


LINEAR_REACH = 2.0
"""The axis of distances is linear up to this many smallest differences, logarithmic beyond."""


@styled
def draw_distances(pairs: pd.DataFrame, outcomes: Sequence[str], regimes: Sequence[str]) -> Figure:
    """Draw how much better or worse each regime is than the reference, on every outcome, in one condition.

    Parameters
    ----------
    pairs : DataFrame
        Columns outcome, a, b, gain, low, high; one condition.
    outcomes, regimes : sequence of str
        Rows, and regimes of which the first is the reference.

    Returns
    -------
    Figure
        One row per outcome; differences are divided by the smallest that matters, right is better. Where
        the order of
        the markers changes from row to row, ranks reverse.
    """
    looks = looks_of(regimes)
    reference, others = regimes[0], regimes[1:]
    rows = {(r["outcome"], r["a"], r["b"]): r for r in pairs.to_dict("records")}
    figure = new_figure(1.3 + 0.36 * len(outcomes))
    axes = figure.subplots()
    axes.set_xscale("symlog", linthresh=LINEAR_REACH, linscale=1.0)
    axes.axvspan(-1, 1, color=SHADE, zorder=0, linewidth=0)
    axes.axvline(0, color=SOFT, linewidth=0.9)
    reach = 2 * LINEAR_REACH
    for y, outcome in enumerate(outcomes):
        smallest = OUTCOMES[outcome].smallest_that_matters
        for k, regime in enumerate(others):
            row = rows[outcome, reference, regime]
            # Pairs say how much better the reference is.
            middle, low, high = (-float(row[key]) / smallest for key in ("gain", "high", "low"))
            place = y + (k - (len(others) - 1) / 2) * 0.13
            look = looks[regime]
            axes.plot([low, high], [place, place], color=look.colour, linewidth=1.4, solid_capstyle="butt")
            axes.plot(middle, place, look.marker, color=look.colour, markersize=4.8)
            reach = max(reach, *(abs(v) for v in (middle, low, high) if math.isfinite(v)))
    axes.set_xlim(-1.2 * reach, 1.2 * reach)
    axes.set_ylim(len(outcomes) - 0.45, -0.55)
    axes.set_yticks(range(len(outcomes)), [outcome_label(o, 60) for o in outcomes])
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    for y in range(1, len(outcomes)):
        axes.axhline(y - 0.5, color="#EEEEEE", linewidth=0.6)
    ticks = [t for t in ((1, 2, 5, 10) if reach < 30 else (1, 10, 100, 1000, 10000)) if t <= reach]
    marks = [-t for t in reversed(ticks)] + [0, *ticks]
    axes.set_xticks(marks, [f"{t:+d}".replace("-", "−") if t else "0" for t in marks])
    axes.minorticks_off()
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_xlabel(
        f"←  worse     than “{reference}”     better  →\n(difference ÷ smallest difference that matters)"
    )
    _legend(figure, {name: looks[name] for name in others}, lines=False)
    return figure


@styled
def draw_interactions(
    cells: pd.DataFrame, outcomes: Sequence[str], ranked: str, others: Sequence[str], regimes: Sequence[str]
) -> Figure:
    """Draw the mean of every cell: regimes as lines over conditions, one panel per outcome.

    Parameters
    ----------
    cells : DataFrame
        Columns outcome, mean, low, high and one per factor.
    outcomes : sequence of str
        Panels.
    ranked : str
        The factor drawn as lines.
    others : sequence of str
        Factors along the axis, the last one innermost; lines join its levels only.
    regimes : sequence of str
        Levels of the ranked factor, in order.

    Returns
    -------
    Figure
        Parallel lines: conditions change all regimes alike. Lines that cross: the order changes.
    """
    looks = looks_of(regimes)
    figure = new_figure(0.75 + 1.95 * math.ceil(len(outcomes) / 2))
    grid = figure.subplots(math.ceil(len(outcomes) / 2), 2, squeeze=False)
    conditions = [tuple(str(v) for v in row) for row in cells[list(others)].drop_duplicates().to_numpy()]
    groups = [condition[:-1] for condition in conditions]
    places = np.array([i + 0.6 * len(set(groups[: i + 1])) for i in range(len(conditions))])
    for axes, outcome in zip(grid.flat, outcomes, strict=False):
        declared = OUTCOMES[outcome]
        unit, factor = display_unit(declared.unit)
        rows = cells[cells["outcome"] == outcome].set_index([ranked, *others])
        for k, regime in enumerate(regimes):
            look = looks[regime]
            shift = (k - (len(regimes) - 1) / 2) * 0.045
            values = np.array(
                [rows.loc[(regime, *c), ["mean", "low", "high"]].to_numpy(dtype=float) for c in conditions]
            )
            values = values.reshape(len(conditions), 3) * factor
            for group in dict.fromkeys(groups):
                chosen = np.array([g == group for g in groups])
                x = places[chosen] + shift
                axes.plot(x, values[chosen, 0], color=look.colour, linestyle=look.line, linewidth=1.1,
                          marker=look.marker, markersize=3.8)  # fmt: skip
                axes.vlines(x, values[chosen, 1], values[chosen, 2], color=look.colour, linewidth=1.0)
        title_with_unit(axes, sentence_case(declared.label), unit)
        _show_at_least(axes, 4 * declared.smallest_that_matters * factor)
        axes.ticklabel_format(axis="y", useOffset=False, style="plain")
        axes.locator_params(axis="y", nbins=5)
        axes.set_xticks(places, [textwrap.fill(c[-1], 11) for c in conditions], fontsize=8)
        axes.tick_params(axis="x", length=0)
        for group in dict.fromkeys(groups):
            if group:
                middle = places[[g == group for g in groups]].mean()
                axes.text(middle, -0.2, ", ".join(group), transform=axes.get_xaxis_transform(), ha="center",
                          va="top", fontsize=8.5, color=INK)  # fmt: skip
        if outcome_decimals(unit, declared.smallest_that_matters * factor) == 0:
            axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
    for axes in list(grid.flat)[len(outcomes) :]:
        axes.set_axis_off()
    _legend(figure, looks, lines=True)
    return figure


def _show_at_least(axes: Axes, span: float) -> None:
    """Widen the axis so that differences too small to matter look small."""
    low, high = axes.get_ylim()
    room = max(span - (high - low), 0.0) / 2
    axes.set_ylim(low - room, high + room)
