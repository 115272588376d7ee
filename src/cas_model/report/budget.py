"""Who pays: spending by payer and year, the difference between worlds, and when an investment breaks even."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cas_model.experiments.money import DISCOUNT_RATES, PAID_BACK
from cas_model.report.budget_words import POSTS, RATE, TOO_SMALL, accounts_of, method_label
from cas_model.report.material import World, short_title
from cas_model.report.number_format import format_number, sentence_case
from cas_model.report.palette import (
    INK,
    PAYER_COLOURS,
    SOFT,
    new_figure,
    payer_colour,
    payer_label,
    styled,
    world_colour,
)
from cas_model.report.series import label_lines, title_with_unit

MORE, LESS = "#B35806", "#542788"
"""Dearer and cheaper: the ends of the scale that maps of differences use."""


def payer_order(payers: Sequence[str]) -> list[str]:
    """Return payers in their fixed order (federal, Flemish, local, patient, then any other)."""
    known = [p for p in PAYER_COLOURS if p in payers]
    return known + sorted(set(payers) - set(known))


def spending_by_payer(ledger: pd.DataFrame, persons: float) -> pd.DataFrame:
    """Sum a ledger to EUR per inhabitant per month and payer, averaged over replicates.

    Parameters
    ----------
    ledger : DataFrame
        Columns world, replicate, month, payer, eur (EUR of that month).
    persons : float
        Inhabitants the ledger stands for; above 0.

    Returns
    -------
    DataFrame
        Index (world, month), a column per payer, EUR per inhabitant per month.
    """
    runs = ledger.pivot_table(
        values="eur", index=["world", "replicate", "month"], columns="payer", aggfunc="sum", observed=True
    )
    monthly = runs.fillna(0.0).groupby(level=["world", "month"], observed=True).mean()
    columns = [str(c) for c in monthly.columns]
    per_person = pd.DataFrame(monthly.to_numpy() / persons, index=monthly.index, columns=columns)
    return per_person[payer_order(columns)]


def _years(axes: Axes, n_years: int) -> None:
    axes.set_xticks(range(0, n_years, max(1, n_years // 5)))
    axes.set_xticklabels([str(y + 1) for y in range(0, n_years, max(1, n_years // 5))])
    axes.set_xlabel("year after the rule change")


def _stack(axes: Axes, table: pd.DataFrame, *, signed: bool) -> None:
    x = np.arange(len(table))
    up, down = np.zeros(len(table)), np.zeros(len(table))
    for payer in table.columns:
        value = table[payer].to_numpy(dtype=float)
        base = np.where(value >= 0, up, down)
        axes.bar(
            x, value, bottom=base, width=0.78, color=payer_colour(payer), edgecolor="white", linewidth=0.4
        )
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    if signed:
        axes.axhline(0, color=INK, linewidth=0.7)
        axes.plot(x, table.sum(axis=1), "o", color=INK, markersize=3.5, linestyle="none")


def _label_stack(axes: Axes, table: pd.DataFrame) -> None:
    last = table.iloc[-1]
    tops = last.cumsum() - last / 2
    ends = [(float(tops[p]), f"{payer_label(p)} {format_number(float(last[p]))}", INK) for p in table.columns]
    heights = label_lines(axes, ends, gap=0.09, x=1.06)
    for payer, height in zip(table.columns, heights, strict=True):
        axes.plot(1.03, height, "s", color=payer_colour(payer), markersize=5, transform=axes.transAxes,
                  clip_on=False)  # fmt: skip


def yearly(monthly: pd.DataFrame, world: str) -> pd.DataFrame:
    """Sum one world's policy months to whole years (a last, partial year is left out unless it is alone)."""
    table = pd.DataFrame(monthly.loc[world])
    table = table[table.index >= 0]
    year = table.index.to_numpy() // 12
    whole = len(table) // 12
    if whole:
        table, year = table[year < whole], year[year < whole]
    return table.groupby(year).sum()


@styled
def draw_spending(monthly: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw yearly spending per inhabitant, stacked by payer, one panel per world.

    Parameters
    ----------
    monthly : DataFrame
        EUR per inhabitant per month, from `spending_by_payer`.
    worlds : sequence of World
        The worlds, in order.

    Returns
    -------
    Figure
        EUR per inhabitant per year; the last year's amounts stand beside the bars.
    """
    present = [w for w in worlds if w.name in monthly.index.get_level_values(0)]
    n_columns = min(2, len(present))
    n_rows = -(-len(present) // n_columns)
    figure = new_figure(0.5 + 2.5 * n_rows)
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharey=True)
    for axes, world in zip(grid.flat, present, strict=False):
        table = yearly(monthly, world.name)
        _stack(axes, table, signed=False)
        axes.set_title(short_title(world.title, 34), color=world_colour(world.index))
        _years(axes, len(table))
    for axes, world in zip(grid.flat, present, strict=False):
        _label_stack(axes, yearly(monthly, world.name))
    for axes in grid[:, 0]:
        axes.set_ylabel("EUR per inhabitant per year")
    for axes in list(grid.flat)[len(present) :]:
        axes.set_axis_off()
    return figure


@styled
def draw_difference(
    monthly: pd.DataFrame, net_cost: pd.DataFrame, break_even: pd.DataFrame, baseline: World, other: World
) -> Figure:
    """Draw extra spending of a world over the baseline, by payer and year, and its running total.

    Parameters
    ----------
    monthly : DataFrame
        EUR per inhabitant per month, from `spending_by_payer`.
    net_cost, break_even : DataFrame
        Rows of this pair of worlds (see `cas_model.experiments.money`).
    baseline, other : World
        The two worlds; a positive difference means that `other` costs more.

    Returns
    -------
    Figure
        Left: yearly difference by payer with the total as a dot. Right: the cumulative total with its 95 %
        interval, the same discounted, and a mark on zero for each seed that has paid back.
    """
    figure = new_figure(3.2)
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    table = yearly(monthly, other.name) - yearly(monthly, baseline.name)
    _stack(left, table, signed=True)
    _years(left, len(table))
    title_with_unit(left, "Extra spending, by payer", "EUR per inhabitant per year")
    handles = [left.bar(0, 0, color=payer_colour(p), label=payer_label(p)) for p in table.columns]
    handles.append(left.plot([], [], "o", color=INK, markersize=3.5, label="total")[0])
    left.legend(handles=handles, ncols=3, frameon=False, loc="upper left", bbox_to_anchor=(-0.02, -0.22),
                fontsize=9, handlelength=0.9, columnspacing=1.0, handletextpad=0.4)  # fmt: skip
    _running_total(right, net_cost, break_even, world_colour(other.index))
    return figure


def _running_total(axes: Axes, net_cost: pd.DataFrame, break_even: pd.DataFrame, colour: str) -> None:
    ends = []
    for rate, line, words in zip(DISCOUNT_RATES, ("solid", (0, (4, 2))), ("", f" at {RATE}"), strict=True):
        rows = net_cost[net_cost["discount_rate"] == rate]
        years, mean = (rows["month"].to_numpy() + 1) / 12, rows["mean"].to_numpy(dtype=float)
        axes.plot(years, mean, color=colour, linestyle=line)
        ends.append((float(mean[-1]), format_number(float(mean[-1]), signed=True) + words, colour))
        if rate == 0:
            axes.fill_between(years, rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
    axes.axhline(0, color=INK, linewidth=0.7)
    back = break_even.loc[break_even["status"] == PAID_BACK, "months"].to_numpy(dtype=float) / 12
    axes.plot(back, np.zeros(len(back)), "o", color=INK, markersize=6, markerfacecolor="white",
              linestyle="none")  # fmt: skip
    title_with_unit(axes, "Running total of the difference", "EUR per inhabitant")
    axes.set_xlabel("years since the rule change")
    label_lines(axes, ends, gap=0.1)


@styled
def draw_waterfall(spending: pd.DataFrame, baseline: World, other: World) -> Figure:
    """Draw how payments for each purpose lead from the spending of one world to that of another.

    Parameters
    ----------
    spending : DataFrame
        Rows of this pair of worlds (see `cas_model.experiments.money.spending_table`).
    baseline, other : World
        The two worlds.

    Returns
    -------
    Figure
        A row per payment method and post, each bar from where the last one ended; then the total. Thin lines
        are 95 % intervals. Only changes are drawn: the axis begins at the spending of the baseline.
    """
    rows = accounts_of(spending, "method")
    total = accounts_of(spending, "total")["all"]
    shown = [method for method, row in rows.items() if abs(row["difference"]) > TOO_SMALL]
    # Payments for care first, then the others; within each the largest change first.
    shown.sort(key=lambda method: (method in POSTS, -abs(rows[method]["difference"])))
    steps = [*(rows[method] for method in shown), total]
    labels = [*(sentence_case(method_label(method)) for method in shown), "In all"]
    ends = np.cumsum([step["difference"] for step in steps[:-1]])
    starts = [0.0, *ends[:-1], 0.0]
    figure = new_figure(0.9 + 0.27 * len(steps))
    axes = figure.subplots()
    for place, (start, step) in enumerate(zip(starts, steps, strict=True)):
        change, is_total = step["difference"], place == len(steps) - 1
        colour = INK if is_total else MORE if change > 0 else LESS
        axes.barh(place, change, left=start, height=0.66, color=colour)
        span = (start + step["low"], start + step["high"])
        axes.plot(span, (place, place), color=SOFT if is_total else INK, linewidth=1.0)
    for place, end in enumerate(ends):
        axes.plot((end, end), (place, place + 1), color=SOFT, linewidth=0.6, linestyle=(0, (2, 2)))
    reach = axes.get_xlim()
    for place, step in enumerate(steps):
        axes.text(1.02, place, format_number(step["difference"], 2, signed=True), va="center",
                  transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set_xlim(reach)
    axes.axvline(0, color=INK, linewidth=0.7)
    axes.set_yticks(range(len(steps)), labels)
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(
        f"EUR per inhabitant a year above the {format_number(float(total['mean_a']))} of "
        f"“{short_title(baseline.title, 30)}”"
    )
    return figure
