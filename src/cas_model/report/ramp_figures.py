"""Figures of a ramp: the ways up and down against the setting, and the pace of the response on the way up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.ramp import BANDS, STILL, TIPS
from cas_model.report.number_format import display_unit, sentence_case, unit_of_difference
from cas_model.report.palette import INK, SHADE, SOFT, new_figure, styled, world_colour
from cas_model.report.series import title_with_unit


def _panels(n: int, height: float) -> tuple[Figure, list[Axes]]:
    n_rows = math.ceil(n / 2)
    figure = new_figure(0.6 + height * n_rows)
    grid = list(figure.subplots(n_rows, 2, squeeze=False).flat)
    for axes in grid[n:]:
        axes.set_axis_off()
    return figure, grid[:n]


def _matters(axes: Axes, smallest: float) -> None:
    """Shade differences too small to matter, and never zoom into them."""
    axes.axhspan(-smallest, smallest, color=SHADE, zorder=0, linewidth=0)
    axes.axhline(0, color=SOFT, linewidth=0.7)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -2 * smallest), max(high, 2 * smallest))


def _legend(figure: Figure, routes: Sequence[str], *, branches: bool) -> None:
    handles = [Line2D([], [], color=world_colour(k), label=route) for k, route in enumerate(routes)]
    if branches:
        handles += [Line2D([], [], color=INK, label="way up"),
                    Line2D([], [], color=INK, linestyle=(0, (4, 1.5)), label="way down")]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=5, frameon=False, fontsize=9)


@styled
def draw_loops(curves: pd.DataFrame, outcomes: Sequence[str], routes: Sequence[str], setting: str) -> Figure:
    """Draw the response against the setting, on the way up and on the way down, one panel per outcome.

    Parameters
    ----------
    curves : DataFrame
        Columns outcome, route, branch, setting, response, low, high.
    outcomes, routes : sequence of str
        Panels, and colours.
    setting : str
        Words under the axis.

    Returns
    -------
    Figure
        Bands are 95 % intervals over seeds; the area between the two ways is the loop.
    """
    figure, panels = _panels(len(outcomes), 2.1)
    for axes, outcome in zip(panels, outcomes, strict=True):
        declared = OUTCOMES[outcome]
        unit, factor = display_unit(declared.unit)
        for k, route in enumerate(routes):
            rows = curves[(curves["outcome"] == outcome) & (curves["route"] == route)]
            for branch, style in (("up", "solid"), ("down", (0, (4, 1.5)))):
                line = rows[rows["branch"] == branch]
                if line.empty:
                    continue
                x, colour = line["setting"].to_numpy(), world_colour(k)
                low, high = (factor * line[end].to_numpy() for end in ("low", "high"))
                axes.fill_between(x, low, high, color=colour, alpha=0.13, linewidth=0)
                axes.plot(x, factor * line["response"].to_numpy(), color=colour, linestyle=style)
        title_with_unit(axes, sentence_case(declared.label), unit_of_difference(unit))
        _matters(axes, declared.smallest_that_matters * factor)
        axes.locator_params(axis="y", nbins=5)
    for axes in panels[-2:]:
        axes.set_xlabel(setting)
    _legend(figure, routes, branches=True)
    return figure


@styled
def draw_pace(
    curves: pd.DataFrame, loops: pd.DataFrame, outcomes: Sequence[str], routes: Sequence[str], setting: str
) -> Figure:
    """Draw how fast the response goes on the way up, relative to an even pace.

    Parameters
    ----------
    curves, loops : DataFrame
        From `measure_ramp`; routes whose response is too small to have a pace are left out.
    outcomes, routes : sequence of str
        Panels, and colours.
    setting : str
        Words under the axis.

    Returns
    -------
    Figure
        At 1 the response is proportional to the setting. The dot is the steepest part with its 95 %
        interval of
        place; a tipping point lies surely above the dotted line.
    """
    figure, panels = _panels(len(outcomes), 1.9)
    facts = {(r["outcome"], r["route"]): r for r in loops.to_dict("records")}
    for axes, outcome in zip(panels, outcomes, strict=True):
        answered = False
        for k, route in enumerate(routes):
            if facts.get((outcome, route), {"tips": "no response"})["tips"] == "no response":
                continue
            answered = True
            rows = curves[
                (curves["outcome"] == outcome) & (curves["route"] == route) & (curves["branch"] == "up")
            ]
            y = rows["response"].to_numpy()
            at = np.linspace(0, len(y) - 1, BANDS + 1)
            ends = np.interp(at, np.arange(len(y)), y)
            x = np.interp((at[:-1] + at[1:]) / 2, np.arange(len(y)), rows["setting"].to_numpy())
            pace = np.diff(ends) / (ends[-1] - ends[0]) * BANDS
            row = facts[outcome, route]
            axes.plot(x, pace, color=world_colour(k), drawstyle="steps-mid")
            axes.plot([row["steepest_at_low"], row["steepest_at_high"]], [row["steepness"]] * 2,
                      color=world_colour(k), linewidth=3, alpha=0.35, solid_capstyle="butt")  # fmt: skip
            axes.plot(row["steepest_at"], row["steepness"], "o", color=world_colour(k), markersize=5)
        axes.axhline(1, color=SOFT, linewidth=0.7)
        axes.axhline(TIPS, color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, 0.0), max(high, TIPS + 0.3))
        title_with_unit(axes, sentence_case(OUTCOMES[outcome].label), "× an even pace")
        if not answered:
            axes.text(0.5, 0.5, "no clear response", transform=axes.transAxes, ha="center", color=SOFT)
            axes.set_xticks([])
    for axes in panels[-2:]:
        axes.set_xlabel(setting)
    _legend(figure, routes, branches=False)
    return figure


@styled
def draw_in_time(
    series: pd.DataFrame, settings: Mapping[str, Sequence[float]], outcomes: Sequence[str], setting: str
) -> Figure:
    """Draw the setting and the response of every outcome over time.

    Parameters
    ----------
    series : DataFrame
        Columns cell, replicate, month, outcome, value; the cell that never moved included.
    settings : mapping of str to sequence of float
        Route -> value of the setting per month.
    outcomes : sequence of str
        Panels after the first, which shows the setting.
    setting : str
        Title of the first panel.

    Returns
    -------
    Figure
        Mean over seeds of the difference from the world that never moved.
    """
    figure, panels = _panels(len(outcomes) + 1, 1.75)
    for k, (route, values) in enumerate(settings.items()):
        panels[0].plot(np.arange(len(values)) / 12, values, color=world_colour(k), label=route)
    title_with_unit(panels[0], "The setting", setting)
    for axes, outcome in zip(panels[1:], outcomes, strict=True):
        declared = OUTCOMES[outcome]
        unit, factor = display_unit(declared.unit)
        rows = series[series["outcome"] == outcome]
        wide = rows.pivot_table(index=["cell", "replicate"], columns="month", values="value", observed=True)
        for k, route in enumerate(settings):
            if route not in wide.index.get_level_values(0):
                continue
            response = (wide.loc[[route]].droplevel(0) - wide.loc[[STILL]].droplevel(0)) * factor
            axes.plot(response.columns.to_numpy() / 12, response.mean().to_numpy(), color=world_colour(k))
        title_with_unit(axes, sentence_case(declared.label), unit_of_difference(unit))
        _matters(axes, declared.smallest_that_matters * factor)
        axes.locator_params(axis="y", nbins=5)
    for axes in panels[-2:]:
        axes.set_xlabel("years")
    _legend(figure, list(settings), branches=False)
    return figure
