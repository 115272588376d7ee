"""Scenario discovery in a report: boxes in words, as a table, and drawn inside their factors' ranges."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cas_model.config.declarations import LEVERS, OUTCOMES, PARAMETERS
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.experiments.sensitivity.discovery import CONFIDENCE
from cas_model.report.experiment_page import Placed, Section, place_figure
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import Row, Tables, in_number, label_of, listing
from cas_model.report.number_format import (
    MISSING,
    THIN,
    display_unit,
    format_number,
    sentence_case,
    unit_in_prose,
)
from cas_model.report.palette import INK, OKABE_ITO, SHADE, SOFT, new_figure, styled
from cas_model.report.sensitivity_words import factor_label

FINDER_WORDS = {"prim": "PRIM", "cart": "CART"}
SIGNIFICANT = 3
_REGISTRIES: dict[str, Mapping[str, Any]] = {
    "parameters": PARAMETERS, "governance": LEVERS, "funding": FUNDING_TERMS,
}  # fmt: skip


def percent(share: float) -> str:
    """Return a share as readers see it.

    Examples
    --------
    >>> percent(0.314)
    '31\u202f%'
    """
    return MISSING if share != share else f"{format_number(100 * share)}{THIN}%"


def rounded(value: float) -> str:
    """Return a number with three significant digits.

    Examples
    --------
    >>> rounded(0.01234), rounded(1234.5), rounded(0.0)
    ('0.0123', '1\u202f234', '0')
    """
    if value == 0 or not math.isfinite(value):
        return format_number(value)
    return format_number(value, max(0, SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))))


def factor_unit(key: str) -> str:
    """Return the unit of a factor's values behind a number in prose; nothing for a bare scale."""
    section, _, name = key.partition(".")
    declared = _REGISTRIES.get(section, {}).get(name)
    unit = str(declared.unit) if declared is not None else ""
    return "" if unit in ("-", "ratio", "share") else unit_in_prose(unit)


def outcome_value(outcome: str, value: float) -> str:
    """Return a value of an outcome with its unit."""
    if outcome not in OUTCOMES:
        return rounded(value)
    unit = unit_in_prose(display_unit(OUTCOMES[outcome].unit)[0])
    number = in_number(outcome, value, signed=False)
    return (number.rstrip("0").rstrip(".") if "." in number else number) + unit


def limit_words(row: Row, low: float, high: float) -> str:
    """Say what a box asks of a factor, whose whole range is low to high."""
    name, unit = factor_label(str(row["factor"])), factor_unit(str(row["factor"]))
    if row["choices"]:
        return f"{name} is {' or '.join(str(row['choices']).replace('_', ' ').split(' | '))}"
    ends = [rounded(float(row[end])) for end in ("low", "high")]
    if row["high"] >= high:
        return f"{name} is at least {ends[0]}{unit}"
    if row["low"] <= low:
        return f"{name} is at most {ends[1]}{unit}"
    return f"{name} lies between {ends[0]} and {ends[1]}{unit}"


def restrictions(tables: Tables, method: str, box: int) -> list[dict[Any, Any]]:
    """Return the limits of a box, those that are most often found first."""
    table = tables["box_limits"]
    rows = table[(table["method"] == method) & (table["box"] == box) & table["restricted"]]
    return rows.sort_values("frequency", ascending=False, kind="stable").to_dict("records")


def _ranges(tables: Tables) -> dict[str, tuple[float, float]]:
    """Return the part of every factor that the design covers (the open ends of boxes)."""
    table = tables["box_limits"]
    ends = table.groupby("factor", observed=True).agg(low=("low", "min"), high=("high", "max"))
    runs = tables["runs"]
    found = {}
    for factor, row in ends.iterrows():
        key = str(factor)
        if pd.api.types.is_numeric_dtype(runs[key]) and row["low"] == row["low"]:
            low, high = float(runs[key].min()), float(runs[key].max())
            found[key] = (min(low, float(row["low"])), max(high, float(row["high"])))
    return found


def box_words(tables: Tables, row: Row) -> str:
    """Say in which part of the space a box lies."""
    ranges = _ranges(tables)
    named = [
        limit_words(limit, *ranges.get(str(limit["factor"]), (np.nan, np.nan)))
        for limit in restrictions(tables, str(row["method"]), int(row["box"]))
    ]
    return listing(named)


def _success(row: Row) -> str:
    side = "more" if row["success"] == "above" else "less"
    value = outcome_value(str(row["outcome"]), float(row["threshold"]))
    return f"{label_of(str(row['outcome']))} of {value} or {side}"


def sentences(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return what was discovered, and what it is worth on points that no box was fitted to."""
    asked = tables["discovery"].to_dict("records")[0]
    label = sentence_case(label_of(str(asked["outcome"])))
    if asked["status"] in ("undefined", "refused"):
        return [
            f"{label} is not searched for boxes: {int(asked['n_missing'])} points have a failed run or an "
            "undefined value."
        ]
    whole = (
        f"{sentence_case(_success(asked))} is reached at {percent(asked['share'])} of "
        f"{format_number(asked['n_points'])} points."
    )
    if asked["status"] == "too few":
        return [f"{whole} That is too few, or too nearly all, to look for where."]
    boxes = tables["boxes"]
    trusted = boxes[boxes["trusted"].astype(bool)]
    if len(trusted):
        rows = trusted.drop_duplicates("method").to_dict("records")
        return [whole, *(_found(tables, row) for row in rows)]
    text = (
        f"{whole} No box can be trusted: on points that it was not fitted to, none is surely denser than the "
        "whole. Where it is reached does not follow from these factors, or more points are needed."
    )
    return [text, *(_found(tables, row) for row in boxes.drop_duplicates("method").to_dict("records"))]


def _found(tables: Tables, row: Row) -> str:
    below = "" if row["density_fitted"] >= row["level"] else f", below the {percent(row['level'])} asked"
    often = listing(
        [percent(limit["frequency"]) for limit in restrictions(tables, str(row["method"]), int(row["box"]))]
    )
    worth = "" if row["trusted"] else " (not to be trusted)"
    return (
        f"{FINDER_WORDS[str(row['method'])]}{worth}: where {box_words(tables, row)}, it is reached at "
        f"{percent(row['density_fitted'])} of points{below} (against {percent(row['base_fitted'])} of all), "
        f"and {percent(row['coverage_fitted'])} of all successes lie there; on points it was not fitted to: "
        f"{percent(row['density_other'])} (against {percent(row['base_other'])}) and "
        f"{percent(row['coverage_other'])}. Refitted to random halves, it restricts these factors in {often} "
        "of cases."
    )


def box_grid(tables: Tables) -> Grid:
    """Return all boxes with what they hold, fitted and not."""
    body = []
    for row in tables["boxes"].to_dict("records"):
        pairs = [
            f"{percent(row[f'{what}_fitted'])} / {percent(row[f'{what}_other'])}"
            for what in ("density", "base", "coverage", "mass")
        ]
        body.append(
            [f"{FINDER_WORDS[row['method']]} {row['box']}", sentence_case(box_words(tables, row)), *pairs,
             percent(row["density_low"]), "yes" if row["trusted"] else "no"]
        )  # fmt: skip
    caption = (
        "Left of the stroke: the half of the points that a box was fitted to; right: the other half. "
        "Density: share of successes in the box; all: in the whole half; coverage: share of all successes "
        "that lie in the box; mass: share of points in it. Trusted: the lower "
        f"{percent(CONFIDENCE)} bound of the density on the other half lies above the share of all; "
        "points of one state or sample count as one there. "
        "Boxes are sought one after another and may overlap. Every factor's limits are in box_limits.parquet."
    )
    heads = ["Box", "Where", "Density", "All", "Coverage", "Mass", "Bound", "Trusted"]
    return Grid(caption, heads, body, (2, 3, 4, 5, 6))


def section(manifest: Mapping[str, Any], tables: Tables) -> Section:
    """Return the section of the page."""
    asked = manifest["experiment"]["discovery"]
    grids = [box_grid(tables)] if len(tables["boxes"]) else []
    how = (
        "A box is a range of some factors, or some of their choices, where successes are dense. PRIM peels "
        "thin slices off until a box is dense enough, and drops limits that chance explains; CART is a tree "
        "of cuts. Each is fitted to half of the points and tried on the other half, since whatever is sought "
        "in one set of points looks better there than it is."
    )
    return Section("discovery", f"Where to find {label_of(asked['outcome'])}", [how], tables=grids)


def placed(manifest: Mapping[str, Any], tables: Tables) -> list[Placed]:
    """Return the figures of the section."""
    if not len(tables["boxes"]):
        return []
    return [
        place_figure(
            "discovery", "boxes", "Boxes inside the ranges of their factors",
            "Dark: the part of a factor's whole range (pale) that lies in the box, its ends written beside "
            "it; filled squares: the choices in it. Percentage before a factor: how often refits to random "
            "halves restrict it.", partial(draw_boxes, tables),
        )
    ]  # fmt: skip


@styled
def draw_boxes(tables: Tables) -> Figure:
    """Draw the restricted factors of every box: the part of their range that lies in it."""
    boxes = tables["boxes"].to_dict("records")
    limits = [restrictions(tables, row["method"], row["box"]) for row in boxes]
    heights = [0.55 + 0.34 * len(rows) for rows in limits]
    figure = new_figure(sum(heights) + 0.2)
    grid = figure.subplots(len(boxes), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
    ranges = _ranges(tables)
    for axes, row, rows in zip(grid.flat, boxes, limits, strict=True):
        _draw_box(axes, rows, ranges, tables)
        state = "trusted" if row["trusted"] else "not to be trusted"
        axes.set_title(
            f"{FINDER_WORDS[row['method']]} {row['box']}: {state}. Density {percent(row['density_fitted'])} "
            f"fitted, {percent(row['density_other'])} on other points, all {percent(row['base_other'])}",
            color=INK if row["trusted"] else OKABE_ITO["vermillion"],
        )  # fmt: skip
    return figure


def _draw_box(
    axes: Axes, rows: list[dict[Any, Any]], ranges: Mapping[str, tuple[float, float]], tables: Tables
) -> None:
    for y, row in enumerate(rows):
        factor = str(row["factor"])
        if row["choices"]:
            every = [str(c) for c in pd.unique(tables["runs"][factor])]
            kept = set(str(row["choices"]).split(" | "))
            for k, choice in enumerate(sorted(every)):
                x, inside = k / len(every), choice in kept
                axes.barh(y, 0.97 / len(every), left=x, height=0.62, edgecolor=SOFT, linewidth=0.6,
                          color=OKABE_ITO["blue"] if inside else SHADE)  # fmt: skip
                words = choice.replace("_", " ")
                axes.text(
                    x + 0.485 / len(every), y,
                    textwrap.shorten(words, max(8, 60 // len(every)), placeholder="…"),
                    ha="center", va="center", color="white" if inside else SOFT, fontsize=8,
                )  # fmt: skip
            continue
        low, high = ranges[factor]
        ends = [(float(row[end]) - low) / (high - low) for end in ("low", "high")]
        axes.barh(y, 1.0, height=0.5, color=SHADE, edgecolor=SOFT, linewidth=0.6)
        axes.barh(y, ends[1] - ends[0], left=ends[0], height=0.5, color=OKABE_ITO["blue"])
        unit = factor_unit(factor)
        axes.text(-0.01, y, rounded(float(row["low"])) + unit, ha="right", va="center", fontsize=8)
        axes.text(1.01, y, rounded(float(row["high"])) + unit, ha="left", va="center", fontsize=8)
    names = [f"{percent(row['frequency'])}  {factor_label(str(row['factor']))}" for row in rows]
    axes.set_yticks(range(len(rows)), [textwrap.fill(name, 34) for name in names])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-0.2, 1.2)
    axes.set_xticks([])
    axes.grid(False)
    axes.tick_params(length=0, labelcolor=INK)
    for spine in axes.spines.values():
        spine.set_visible(False)
