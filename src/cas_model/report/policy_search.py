"""A search of levers in a report: what cannot be bettered on every objective, in words, as a table and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.sensitivity.search import BASE, CHECK, front_of
from cas_model.report.experiment_page import Placed, Section, place_figure
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import Tables, label_of, listing, quoted
from cas_model.report.number_format import MISSING, display_unit, format_number, sentence_case
from cas_model.report.palette import OKABE_ITO, SOFT, new_figure, styled
from cas_model.report.scenario_discovery import factor_unit, outcome_value, percent, rounded
from cas_model.report.sensitivity_words import factor_label


def _objectives(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Return outcome -> 1 (more is better) or -1."""
    asked = manifest["experiment"]["search"]["objectives"]
    return {name: 1 if words == "maximise" else -1 for name, words in asked.items()}


def _searched(tables: Tables) -> pd.DataFrame:
    points = tables["search_points"]
    return points[points["generation"] != CHECK]


def _base(tables: Tables) -> dict[Any, Any] | None:
    rows = tables["search_points"]
    found = rows[rows["generation"] == BASE].to_dict("records")
    return found[0] if found else None


def base_label(manifest: Mapping[str, Any]) -> str:
    """Return the title of the scenario whose levers are moved."""
    return str(manifest["scenarios"][0]["title"]) if manifest.get("scenarios") else "the base"


def growth(tables: Tables) -> float:
    """Return by which share the dominated volume grew in the second half of the search."""
    volumes = tables["hypervolume"]["hypervolume"].to_numpy()
    half = volumes[(len(volumes) - 1) // 2]
    return float(volumes[-1] / half - 1.0) if half > 0 else float("nan")


def _values(objectives: Mapping[str, int], row: Mapping[Any, Any], *, fresh: bool = False) -> str:
    tail = "_fresh" if fresh else ""
    return listing(
        [f"{label_of(name)} {outcome_value(name, float(row[name + tail]))}" for name in objectives]
    )


def sentences(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return how long the front is, its ends, where the base stands, and what fresh seeds and time do to it."""
    objectives, points, pareto = _objectives(manifest), _searched(tables), tables["pareto"]
    wishes = listing([f"{'more' if s > 0 else 'less'} {label_of(name)}" for name, s in objectives.items()])
    text = [
        f"Wanted: {wishes}. {format_number(points['front'].sum())} of {format_number(len(points))} points of the "
        "search are not dominated: no other is as good on every objective and better on one."
    ]
    if not len(pareto):
        return [*text, "No point has defined objectives, so that there is no front."]
    ends = pareto.to_dict("records")
    first = f"They reach from A ({_values(objectives, ends[0])}) to {ends[-1]['label']} "
    text.append(f"{first}({_values(objectives, ends[-1])}).")
    base = _base(tables)
    if base is not None:
        text.append(_base_sentence(manifest, objectives, pareto, base))
    stays = int(pareto["stays"].sum())
    text.append(
        f"Run again with fresh seeds, {stays} of {len(pareto)} of them are still not dominated; what a point "
        "owes to the luck of its first seeds is lost there."
    )
    tolerance = manifest["experiment"]["tolerance"]
    grown = growth(tables)
    settled = "the front has settled" if grown <= tolerance else "the front still moves: search longer"
    text.append(
        f"In the second half of the search the volume that the front dominates grew by {percent(grown)}; "
        f"{settled} (at most {percent(tolerance)} counts as settled)."
    )
    return text


def _base_sentence(
    manifest: Mapping[str, Any], objectives: Mapping[str, int], pareto: pd.DataFrame, base: Mapping[Any, Any]
) -> str:
    name = quoted(base_label(manifest))
    own = np.array([[float(base[o]) for o in objectives]])
    if not np.isfinite(own).all():
        return f"{name} has an undefined objective."
    better = [
        str(row["label"]) for row in pareto.to_dict("records")
        if not front_of(np.concatenate([own, [[float(row[o]) for o in objectives]]]), objectives.values())[0]
    ]  # fmt: skip
    where = f"{name} has {_values(objectives, base)}"
    if not better:
        return f"{where}; nothing that was found is better on every objective."
    return f"{where}; on every objective at least as good, and better on one: {listing(better)}."


def pareto_grid(manifest: Mapping[str, Any], tables: Tables) -> Grid:
    """Return the levers and objectives of every point of the front, the base first."""
    objectives, levers = _objectives(manifest), list(manifest["experiment"]["factors"])
    body = []
    base = _base(tables)
    if base is not None:
        cells = [outcome_value(name, float(base[name])) for name in objectives]
        body.append([base_label(manifest), *cells, MISSING, *["as it is" for _ in levers]])
    for row in tables["pareto"].to_dict("records"):
        cells = [
            f"{outcome_value(name, float(row[name]))} ({outcome_value(name, float(row[f'{name}_fresh']))})"
            for name in objectives
        ]
        body.append(
            [str(row["label"]), *cells, "yes" if row["stays"] else "no", *[_lever(row[k]) for k in levers]]
        )
    units = [factor_unit(key).strip() for key in levers]
    heads = [f"{factor_label(k)}{f', {u}' if u else ''}" for k, u in zip(levers, units, strict=True)]
    caption = (
        "Points that are not dominated; between parentheses with fresh seeds. Stays: not dominated there either. "
        "Every point of the search is in search_points.parquet."
    )
    names = [sentence_case(label_of(name)) for name in objectives]
    return Grid(caption, ["Point", *names, "Stays", *heads], body, tuple(range(1, 1 + len(names))))


def _lever(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return rounded(float(value))
    return str(value).replace("_", " ")


def section(manifest: Mapping[str, Any], tables: Tables) -> Section:
    """Return the section of the page."""
    asked = manifest["experiment"]
    how = (
        f"NSGA-II breeds generations of {asked['search']['population']} combinations of the levers, of which those "
        f"survive that few others better; here {asked['n']} generations. It finds combinations that are good "
        "in this model, under this one set of parameters: whether they stay good elsewhere is a question of "
        "robustness."
    )
    return Section("search", "What cannot be bettered on every objective", [how],
                   tables=[pareto_grid(manifest, tables)])  # fmt: skip


def placed(manifest: Mapping[str, Any], tables: Tables) -> list[Placed]:
    """Return the figures of the section."""
    if not len(tables["pareto"]):
        return []
    names = list(_objectives(manifest))
    more = " Dominance counts all objectives, the figure shows the first two." if len(names) > 2 else ""
    return [
        place_figure(
            "search", "pareto", "The front, and what it dominates",
            "Letters: points that are not dominated (levers in the table); hollow, joined by a line: the same "
            f"with fresh seeds. Pale: all other points. Star: {base_label(manifest)}, no lever moved.{more}",
            partial(draw_front, manifest, tables),
        ),
        place_figure(
            "search", "hypervolume", "How the search went on",
            "Volume that all points up to a generation dominate, each objective scaled to the range that the "
            "search met. Flat at the end: more generations add little.",
            partial(draw_hypervolume, tables),
        ),
    ]  # fmt: skip


def _axis(axes: Axes, which: str, name: str, sign: int) -> float:
    unit, scale = display_unit(OUTCOMES[name].unit) if name in OUTCOMES else ("", 1.0)
    label = f"{sentence_case(label_of(name))}{f', {unit}' if unit else ''}\n"
    better = {("x", 1): "better →", ("x", -1): "← better", ("y", 1): "better ↑", ("y", -1): "better ↓"}
    getattr(axes, f"set_{which}label")(label + better[which, sign])
    return scale


@styled
def draw_front(manifest: Mapping[str, Any], tables: Tables) -> Figure:
    """Draw the first two objectives of all points: front with labels, the same with fresh seeds, base."""
    (a, sign_a), (b, sign_b) = list(_objectives(manifest).items())[:2]
    figure = new_figure(4.6)
    axes = figure.subplots()
    x, y = _axis(axes, "x", a, sign_a), _axis(axes, "y", b, sign_b)
    points, pareto, base = _searched(tables), tables["pareto"], _base(tables)
    others = points[~points["front"] & (points["generation"] != BASE)]
    axes.plot(
        x * others[a], y * others[b], "o", color=SOFT, alpha=0.3, markersize=3, label="dominated", zorder=1
    )
    rest = points[points["front"]]
    axes.plot(
        x * rest[a], y * rest[b], "o", color=OKABE_ITO["blue"], markersize=5, label="not dominated", zorder=3
    )
    for row in pareto.to_dict("records"):
        axes.plot([x * row[a], x * row[f"{a}_fresh"]], [y * row[b], y * row[f"{b}_fresh"]],
                  color=OKABE_ITO["sky"], linewidth=0.8, zorder=2)  # fmt: skip
        axes.annotate(
            str(row["label"]), (x * row[a], y * row[b]), textcoords="offset points", xytext=(4, 4), fontsize=8
        )
    axes.plot(x * pareto[f"{a}_fresh"], y * pareto[f"{b}_fresh"], "o", markersize=5, markerfacecolor="none",
              markeredgecolor=OKABE_ITO["sky"], label="the same, fresh seeds", zorder=2)  # fmt: skip
    if base is not None:
        axes.plot(x * base[a], y * base[b], "*", color=OKABE_ITO["vermillion"], markersize=13,
                  label=base_label(manifest), zorder=4)  # fmt: skip
    axes.grid(True, axis="both")
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


@styled
def draw_hypervolume(tables: Tables) -> Figure:
    """Draw the dominated volume by generation."""
    rows = tables["hypervolume"]
    figure = new_figure(2.4)
    axes = figure.subplots()
    axes.plot(rows["generation"], rows["hypervolume"], "o-", color=OKABE_ITO["blue"], markersize=4)
    axes.set_xlabel("generation")
    axes.set_ylabel("dominated volume,\nshare of the range")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
