"""Figures of a factorial's doses and years: responses along an axis with the best level, and their course."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.dose import FLAT
from cas_model.report.experiment_figures import Look, looks_of
from cas_model.report.number_format import display_unit, format_number, sentence_case, unit_of_difference
from cas_model.report.palette import SHADE, SOFT, new_figure, styled
from cas_model.report.series import title_with_unit

WIDE_RANGE = 10.0
"""An axis whose last place is so many times the first is drawn in logarithms."""


def _panels(n: int) -> tuple[Figure, list[Axes]]:
    rows = math.ceil(n / 2)
    figure = new_figure(0.95 + 2.0 * rows)
    grid = list(figure.subplots(rows, 2, squeeze=False).flat)
    for axes in grid[n:]:
        axes.set_axis_off()
    return figure, grid[:n]


def _legend(figure: Figure, looks: dict[str, Look]) -> None:
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, markersize=4.5, linestyle=look.line, label=name)
        for name, look in looks.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False, fontsize=9)


def _responses(axes: Axes, outcome: str, x: str, y: str, lines: Sequence[tuple[Look, pd.DataFrame]]) -> None:
    """Draw columns `y` over `x` of an outcome, a line with its 95 % band per look, and what is too small."""
    declared = OUTCOMES[outcome]
    unit, factor = display_unit(declared.unit)
    for look, rows in lines:
        at = rows[x].to_numpy()
        low, middle, high = (factor * rows[column].to_numpy() for column in ("low", y, "high"))
        axes.fill_between(at, low, high, color=look.colour, alpha=0.13, linewidth=0)
        axes.plot(
            at, middle, color=look.colour, linestyle=look.line, marker=look.marker, markersize=3.4,
            linewidth=1.2,
        )  # fmt: skip
    _shade(axes, declared.smallest_that_matters * factor)
    title_with_unit(axes, sentence_case(declared.label), unit_of_difference(unit))
    axes.locator_params(axis="y", nbins=5)


def _shade(axes: Axes, smallest: float) -> None:
    axes.axhspan(-smallest, smallest, color=SHADE, zorder=0, linewidth=0)
    axes.axhline(0, color=SOFT, linewidth=0.7)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -2 * smallest), max(high, 2 * smallest))


@styled
def draw_doses(
    doses: pd.DataFrame, optima: pd.DataFrame, outcomes: Sequence[str], axis: str, *, marked: bool
) -> Figure:
    """Draw the response along the axis, a line per condition, one panel per outcome.

    Parameters
    ----------
    doses, optima : DataFrame
        From `dose_tables`.
    outcomes : sequence of str
        Panels.
    axis : str
        Words under the axis, with the unit.
    marked : bool
        Whether to mark the best level with its interval, on the lower edge, where levels differ clearly.

    Returns
    -------
    Figure
        Bands are 95 % intervals of the paired difference from the first level; shaded: too small to matter.
    """
    conditions = [str(name) for name in pd.unique(doses["condition"])]
    looks = looks_of(conditions)
    figure, panels = _panels(len(outcomes))
    for panel, outcome in zip(panels, outcomes, strict=True):
        here = doses[doses["outcome"] == outcome]
        lines = [(looks[name], here[here["condition"] == name]) for name in conditions]
        _responses(panel, outcome, "at", "response", lines)
        if marked:
            _mark_best(panel, optima[optima["outcome"] == outcome], looks)
        places = np.unique(doses["at"].to_numpy())
        if places[0] > 0 and places[-1] >= WIDE_RANGE * places[0]:
            panel.set_xscale("log")
            shown = places[::2] if places.size > 5 else places
            panel.set_xticks(shown, [format_number(float(place)) for place in shown])
            panel.minorticks_off()
    for panel in panels[-2:]:
        panel.set_xlabel(axis)
    _legend(figure, {name or "all cells": look for name, look in looks.items()})
    return figure


def _mark_best(panel: Axes, optima: pd.DataFrame, looks: dict[str, Look]) -> None:
    low, high = panel.get_ylim()
    step = 0.07 * (high - low)
    panel.set_ylim(low - step * (len(looks) + 0.5), high)
    for k, (condition, look) in enumerate(looks.items()):
        for row in optima[optima["condition"] == condition].to_dict("records"):
            if row["where"] == FLAT:
                continue
            y = low - step * (k + 0.5)
            panel.plot([row["best_low"], row["best_high"]], [y, y], color=look.colour, linewidth=2.2)
            panel.plot(row["best_at"], y, look.marker, color=look.colour, markersize=6.5)


@styled
def draw_course(course: pd.DataFrame, outcomes: Sequence[str], regimes: Sequence[str]) -> Figure:
    """Draw how far each regime is from the first, year by year, one panel per outcome.

    Parameters
    ----------
    course : DataFrame
        From `course_table`, one condition.
    outcomes, regimes : sequence of str
        Panels; regimes of which the first is the reference.

    Returns
    -------
    Figure
        Bands are 95 % intervals over paired seeds; shaded: too small to matter.
    """
    looks = looks_of(regimes)
    figure, panels = _panels(len(outcomes))
    for panel, outcome in zip(panels, outcomes, strict=True):
        here = course[course["outcome"] == outcome]
        lines = [(looks[name], here[here["regime"] == name]) for name in regimes[1:]]
        _responses(panel, outcome, "year", "difference", lines)
        panel.locator_params(axis="x", integer=True)
    for panel in panels[-2:]:
        panel.set_xlabel("policy year")
    _legend(figure, {name: looks[name] for name in regimes[1:]})
    return figure
