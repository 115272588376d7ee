"""Outcomes over time as small multiples: every world in its colour, bands over seeds, labels on the lines."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from cas_model.report.material import OutcomeFacts, World, short_title
from cas_model.report.number_format import format_number
from cas_model.report.palette import INK, SHADE, SOFT, WIDTH_IN, new_figure, styled, world_colour, world_line

COLUMNS = 2
TITLE_WIDTH = 38
"""Characters of a bold panel title that fit over half a page."""
PLOT_IN, HEAD_IN, FOOT_IN, LINE_IN = 1.12, 0.42, 0.24, 0.16
"""Inches of a panel: the plot, its title and unit above, its years below, and one more line of type."""
TICKS_IN, LABELS_IN = 0.55, 0.95
"""Inches left of a panel for the numbers of its axis, and right of it for the names of its lines."""
LABEL_GAP = 0.135
"""Smallest distance between two labels at the right edge, as a share of the axis height."""
FLAT_RANGE = 4.0
"""An axis spans at least this many times the smallest difference that matters, so that noise looks small."""


def spread_labels(positions: Sequence[float], gap: float, inside: float = 1.0) -> list[float]:
    """Move label positions apart so that neighbours are at least `gap` away, keeping their order.

    Parameters
    ----------
    positions : sequence of float
        Wanted positions, 0 to 1.
    gap : float
        Smallest distance between neighbours.
    inside : float
        Labels stay between `gap` / 4 and `inside` minus as much, when there is room for all.

    Examples
    --------
    >>> [round(p, 2) for p in spread_labels([0.50, 0.52, 0.9], 0.1)]
    [0.46, 0.56, 0.9]
    >>> [round(p, 2) for p in spread_labels([0.0, 0.02], 0.2)]
    [0.05, 0.25]
    """
    order = np.argsort(positions, kind="stable")
    placed = np.asarray(positions, dtype=float)[order]
    for _ in range(20 * len(placed)):
        tight = np.flatnonzero(np.diff(placed) < gap - 1e-9)
        if not tight.size:
            break
        for i in tight:
            push = (gap - (placed[i + 1] - placed[i])) / 2
            placed[i] -= push
            placed[i + 1] += push
    steps = gap * np.arange(len(placed))
    low, high = gap / 4, inside - gap / 4
    if high - low >= steps[-1]:
        placed = np.maximum.accumulate(np.maximum(placed, low) - steps) + steps
        placed = np.minimum(placed, high - steps[::-1])
    result = np.empty_like(placed)
    result[order] = placed
    return [float(p) for p in result]


def label_lines(
    axes: Axes, ends: Sequence[tuple[float, str, str]], gap: float = LABEL_GAP, x: float = 1.02
) -> list[float]:
    """Write a label beside each line's end, right of the axes.

    Parameters
    ----------
    axes : Axes
        Its limits must be final.
    ends : sequence of (value, text, colour)
        End of each line in data units.
    gap : float
        Smallest distance between labels as a share of the axis height.
    x : float
        Where the labels begin, in axis widths.

    Returns
    -------
    list of float
        Height of each label, in axis heights.
    """
    low, high = axes.get_ylim()
    shares = [(value - low) / (high - low) for value, _, _ in ends]
    heights = spread_labels(shares, gap)
    for height, (_, text, colour) in zip(heights, ends, strict=True):
        axes.text(x, height, text, transform=axes.transAxes, color=colour, va="center", ha="left",
                  linespacing=1.0)  # fmt: skip
    return heights


def mark_time(
    axes: Axes,
    first: int,
    last: int,
    events: Sequence[Mapping[str, Any]],
    *,
    name_them: bool,
    run_in_low: bool = False,
) -> None:
    """Shade the run-in, mark events, and label the time axis in years since the rule change.

    Parameters
    ----------
    axes : Axes
        Drawn on in place.
    first, last : int
        First and last month; negative months are the run-in.
    events : sequence of mapping
        ``month`` and ``label`` (and ``kind``) of each event.
    name_them : bool
        Also write the names; otherwise only shade and lines.
    run_in_low : bool
        Lines run through the lower half of the run-in, so its name goes above them.
    """
    if first < 0:
        axes.axvspan(first, 0, color=SHADE, zorder=0, linewidth=0)
        if name_them:
            y, va = (0.96, "top") if run_in_low else (0.04, "bottom")
            axes.text(
                first / 2,
                y,
                "run-in",
                transform=axes.get_xaxis_transform(),
                color=SOFT,
                ha="center",
                va=va,
                rotation=90,
                path_effects=[withStroke(linewidth=2.5, foreground=SHADE)],
            )
    for event in events:
        month = float(event["month"])
        if first <= month <= last:
            axes.axvline(month, color=INK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
            if name_them:
                left = month > first + 0.6 * (last - first)
                axes.annotate(
                    str(event.get("label", "event")), (month, 0.985), xycoords=axes.get_xaxis_transform(),
                    xytext=(-3 if left else 3, 0), textcoords="offset points", va="top",
                    ha="right" if left else "left", color=INK, fontsize=9,
                )  # fmt: skip
    span = last - min(first, 0)
    step = next(s for s in (3, 6, 12, 24, 48, 120, 600) if span / s <= 7)
    ticks = np.arange(math.ceil(first / step) * step, last + 2, step)
    axes.set_xticks(ticks)
    axes.set_xticklabels(
        [format_number(t / 12, 0 if step % 12 == 0 else 2 if step == 3 else 1) for t in ticks]
    )
    axes.set_xlim(first, last + 1)


def title_with_unit(axes: Axes, title: str, unit: str) -> None:
    """Give a panel its title and, in a line of its own under it, the unit of the vertical axis."""
    axes.set_title(textwrap.fill(title, TITLE_WIDTH), pad=14)
    axes.text(0, 1.02, unit, transform=axes.transAxes, color=SOFT, va="bottom", ha="left")


def _limits(rows: pd.DataFrame, fact: OutcomeFacts) -> tuple[float, float]:
    low, high = float(rows["low"].min()), float(rows["high"].max())
    smallest = fact.smallest if math.isfinite(fact.smallest) else 0.0
    room = max(FLAT_RANGE * smallest - (high - low), 0.0) / 2
    low, high = low - room, high + room
    margin = 0.06 * (high - low) or max(abs(high), 1.0) * 0.05
    # Room for noise never shows values that cannot be.
    return max(low, fact.low) - margin, min(high, fact.high) + margin


def _panel(axes: Axes, rows: pd.DataFrame, fact: OutcomeFacts, worlds: Sequence[World]) -> None:
    ends: list[tuple[float, str, str]] = []
    decimals = fact.decimals
    for world in worlds:
        line = rows[rows["world"] == world.name].sort_values("month")
        if line.empty:
            continue
        colour = world_colour(world.index)
        months = line["month"].to_numpy()
        axes.fill_between(months, line["low"].to_numpy(), line["high"].to_numpy(), color=colour, alpha=0.18,
                          linewidth=0)  # fmt: skip
        axes.plot(months, line["mean"].to_numpy(), color=colour, linestyle=world_line(world.index))
        end = float(line["mean"].iloc[-1])
        name = short_title(world.title, 14) + "\n" if len(worlds) > 1 else ""
        ends.append((end, name + format_number(end, decimals), colour))
    axes.set_ylim(*_limits(rows, fact))
    title_with_unit(axes, fact.label, fact.unit)
    axes.locator_params(axis="y", nbins=5)
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
    label_lines(axes, ends, gap=0.26)


@styled
def draw_series(
    flanders: pd.DataFrame,
    facts: Sequence[OutcomeFacts],
    worlds: Sequence[World],
    events: Sequence[Mapping[str, Any]] = (),
    months: tuple[int, int] | None = None,
) -> Figure:
    """Draw outcomes over time, one panel each, all worlds in every panel.

    Parameters
    ----------
    flanders : DataFrame
        Columns world, outcome, month, mean, low, high (band over replicates).
    facts : sequence of OutcomeFacts
        The outcomes to draw, in order; at least one.
    worlds : sequence of World
        The worlds, in order.
    events : sequence of mapping, optional
        Months and labels of shocks and reforms.
    months : tuple of int, optional
        First and last month of the time axis; those of the data when left out.

    Returns
    -------
    Figure
        Print width; the run-in is shaded, the time axis counts years since the rule change.
    """
    figure, panels = _panels(facts)
    first, last = months or (int(flanders["month"].min()), int(flanders["month"].max()))
    for i, (axes, fact) in enumerate(zip(panels, facts, strict=True)):
        rows = flanders[flanders["outcome"] == fact.name]
        _panel(axes, rows, fact, worlds)
        low = float(rows.loc[rows["month"] < 0, "mean"].mean()) < sum(axes.get_ylim()) / 2
        mark_time(axes, first, last, events, name_them=i == 0, run_in_low=low)
        if i >= len(facts) - COLUMNS:
            axes.set_xlabel("years since the rule change" if len(worlds) > 1 else "years after the run-in")
    return figure


def _panels(facts: Sequence[OutcomeFacts]) -> tuple[Figure, list[Axes]]:
    """Place one axes per outcome, in inches: many equal panels need no search for a layout."""
    n_rows = math.ceil(len(facts) / COLUMNS)
    lines = [len(textwrap.wrap(fact.label, TITLE_WIDTH)) for fact in facts]
    tops = [HEAD_IN + LINE_IN * (max(lines[r * COLUMNS : (r + 1) * COLUMNS]) - 1) for r in range(n_rows)]
    height = sum(tops) + n_rows * (PLOT_IN + FOOT_IN) + 2.6 * LINE_IN
    figure = new_figure(height, fitted=False)
    panels = []
    for i in range(len(facts)):
        row, column = divmod(i, COLUMNS)
        bottom = height - sum(tops[: row + 1]) - (row + 1) * PLOT_IN - row * FOOT_IN
        left = column * WIDTH_IN / COLUMNS + TICKS_IN
        width = WIDTH_IN / COLUMNS - TICKS_IN - LABELS_IN
        panels.append(figure.add_axes((left / WIDTH_IN, bottom / height, width / WIDTH_IN, PLOT_IN / height)))
    return figure, panels
