"""Who pays: spending by payer and year, the difference between worlds, and when an investment breaks even."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cas_model.experiments.money import break_even_month
from cas_model.report.material import World, short_title
from cas_model.report.number_format import format_number, month_in_words
from cas_model.report.palette import (
    INK,
    PAYER_COLOURS,
    new_figure,
    payer_colour,
    payer_label,
    styled,
    world_colour,
)
from cas_model.report.series import label_lines, title_with_unit


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


def _duration(months: int) -> str:
    return f"{months} months" if months % 12 else f"{months // 12} years"


def break_even(extra: np.ndarray) -> tuple[str, int | None]:
    """Say when a stream of extra spending has paid itself back.

    Parameters
    ----------
    extra : ndarray, shape (months,)
        Spending above the baseline in each policy month, any currency unit.

    Returns
    -------
    tuple of (str, int or None)
        A sentence part, and the first month (0-based) from which the cumulative extra spending stays at or
        below zero until the end; None when it never does or no money was put in first.

    Examples
    --------
    >>> import numpy as np
    >>> break_even(np.array([5.0, 1.0, -4.0, -4.0]))
    ('breaks even in month 4', 3)
    >>> break_even(np.array([5.0, 1.0]))[0], break_even(np.array([-1.0, -1.0]))[0]
    ('does not break even within 2 months', 'costs less from the start')
    """
    month = break_even_month(extra)
    if month == 0:
        return ("costs less from the start" if np.any(np.cumsum(extra)) else "costs the same"), None
    if np.isnan(month):
        return f"does not break even within {_duration(len(extra))}", None
    return f"breaks even in {month_in_words(int(month))}", int(month)


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
def draw_difference(monthly: pd.DataFrame, baseline: World, other: World) -> Figure:
    """Draw extra spending of a world over the baseline, by payer and year, and its running total.

    Parameters
    ----------
    monthly : DataFrame
        EUR per inhabitant per month, from `spending_by_payer`.
    baseline, other : World
        The two worlds; a positive difference means that `other` costs more.

    Returns
    -------
    Figure
        Left: yearly difference by payer with the total as a dot. Right: the cumulative total with the month
        in which it breaks even, when it does.
    """
    figure = new_figure(3.0)
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    table = yearly(monthly, other.name) - yearly(monthly, baseline.name)
    _stack(left, table, signed=True)
    _years(left, len(table))
    title_with_unit(left, "Extra spending, by payer", "EUR per inhabitant per year")
    handles = [left.bar(0, 0, color=payer_colour(p), label=payer_label(p)) for p in table.columns]
    handles.append(left.plot([], [], "o", color=INK, markersize=3.5, label="total")[0])
    left.legend(handles=handles, ncols=3, frameon=False, loc="upper left", bbox_to_anchor=(-0.02, -0.22),
                fontsize=9, handlelength=0.9, columnspacing=1.0, handletextpad=0.4)  # fmt: skip

    both = [pd.DataFrame(monthly.loc[w.name]).sum(axis="columns") for w in (baseline, other)]
    extra = both[1] - both[0]
    extra = extra[extra.index >= 0]
    total = extra.cumsum()
    years = (total.index.to_numpy() + 1) / 12
    colour = world_colour(other.index)
    right.plot(years, total.to_numpy(), color=colour)
    right.axhline(0, color=INK, linewidth=0.7)
    words, month = break_even(extra.to_numpy())
    title_with_unit(right, f"Running total: {words}", "EUR per inhabitant")
    right.set_xlabel("years since the rule change")
    label_lines(right, [(float(total.iloc[-1]), format_number(float(total.iloc[-1]), signed=True), colour)])
    if month is not None:
        right.plot((month + 1) / 12, 0, "o", color=INK, markersize=6, markerfacecolor="white")
    return figure
