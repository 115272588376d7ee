"""A search of levers in a report: what cannot be bettered on every objective: words, table, figures."""

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
from cas_model.experiments.sensitivity.sampling import Floats
from cas_model.experiments.sensitivity.search import BASE, CHECK, front_of
from cas_model.report.experiment_page import Placed, Section, place_figure
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import Tables, in_number, label_of, listing, quoted
from cas_model.report.number_format import (
    MISSING,
    display_unit,
    format_number,
    sentence_case,
    unit_of_difference,
)
from cas_model.report.palette import OKABE_ITO, SOFT, new_figure, styled
from cas_model.report.scenario_discovery import factor_unit, outcome_value, percent, rounded
from cas_model.report.sensitivity_words import factor_label

TOGETHER = 0.04
"""Points closer than this share of the figure have one label."""


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


def _values(objectives: Mapping[str, int], row: Mapping[Any, Any]) -> str:
    return "; ".join(f"{_short(name)} {outcome_value(name, float(row[name]))}" for name in objectives)


def _short(name: str) -> str:
    return label_of(name).partition(",")[0]


def sentences(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return how long the front is, its ends, where the base stands, and what fresh seeds do to it."""
    objectives, points, pareto = _objectives(manifest), _searched(tables), tables["pareto"]
    wishes = listing([f"{'more' if s > 0 else 'less'} {_short(name)}" for name, s in objectives.items()])
    text = [
        f"Wanted: {wishes}. {format_number(points['front'].sum())} of {format_number(len(points))} points of "
        "the search are not dominated: no other is as good on every objective and better on one."
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
    base, body = _base(tables), []
    if base is not None:
        cells = [_number(name, float(base[name])) for name in objectives]
        body.append([base_label(manifest), *cells, MISSING, *["as it is" for _ in levers]])
    tail = "_change" if base is not None else ""
    for row in tables["pareto"].to_dict("records"):
        pairs = [[float(row[f"{name}{seeds}{tail}"]) for seeds in ("", "_fresh")] for name in objectives]
        cells = [
            " / ".join(_number(name, value, signed=bool(tail)) for value in pair)
            for name, pair in zip(objectives, pairs, strict=True)
        ]
        body.append(
            [str(row["label"]), *cells, "yes" if row["stays"] else "no", *[_lever(row[k]) for k in levers]]
        )
    units = [factor_unit(key).strip() for key in levers]
    heads = [f"{factor_label(k)}{f', {u}' if u else ''}" for k, u in zip(levers, units, strict=True)]
    what = f"Objectives as differences from {base_label(manifest)} (first row) with" if tail else "With"
    caption = (
        f"Points that are not dominated. {what} the seeds of the search / with fresh seeds. Stays: not "
        "dominated with fresh seeds either. Every point of the search is in search_points.parquet."
    )
    names = [_axis_name(name) for name in objectives]
    return Grid(caption, ["Point", *names, "Stays", *heads], body, tuple(range(1, 1 + len(names))))


def _axis_name(name: str) -> str:
    unit = display_unit(OUTCOMES[name].unit)[0] if name in OUTCOMES else ""
    return f"{sentence_case(_short(name))}{f', {unit}' if unit else ''}"


def _number(name: str, value: float, *, signed: bool = False) -> str:
    return in_number(name, value, signed=signed) if name in OUTCOMES else rounded(value)


def _lever(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return rounded(float(value))
    return str(value).replace("_", " ")


def section(manifest: Mapping[str, Any], tables: Tables) -> Section:
    """Return the section of the page."""
    asked = manifest["experiment"]
    how = (
        f"NSGA-II breeds generations of {asked['search']['population']} combinations of the levers, of which "
        f"those survive that few others better; here {asked['n']} generations. It finds combinations that "
        "are good in this model, under this one set of parameters: whether they stay good elsewhere is a "
        "question of robustness."
    )
    return Section("search", "What cannot be bettered on every objective", [how],
                   tables=[pareto_grid(manifest, tables)])  # fmt: skip


def placed(manifest: Mapping[str, Any], tables: Tables) -> list[Placed]:
    """Return the figures of the section."""
    if not len(tables["pareto"]):
        return []
    names = list(_objectives(manifest))
    more = " Dominance counts all objectives, the figure shows the first two." if len(names) > 2 else ""
    star = ""
    if _base(tables) is not None:
        star = f" Star: {base_label(manifest)}, no lever moved; all else as the difference from it."
    return [
        place_figure(
            "search", "pareto", "The front, and what it dominates",
            "Letters: points that are not dominated (levers in the table); hollow, joined by a line: the "
            f"same with fresh seeds. Pale: all other points.{star}{more}",
            partial(draw_front, manifest, tables),
        ),
        place_figure(
            "search", "hypervolume", "How the search went on",
            "Volume that all points up to a generation dominate, each objective scaled to the range that the "
            "search met. Flat at the end: more generations add little.",
            partial(draw_hypervolume, tables),
        ),
    ]  # fmt: skip


@styled
def draw_front(manifest: Mapping[str, Any], tables: Tables) -> Figure:
    """Draw the first two objectives of all points: front with labels, the same with fresh seeds, base."""
    figure = new_figure(4.6)
    axes = figure.subplots()
    points, pareto, base = _searched(tables), tables["pareto"], _base(tables)
    tail = "_change" if base is not None else ""
    others = points[~points["front"] & (points["generation"] != BASE)]
    drawn = {}
    for which, (name, sign) in zip("xy", list(_objectives(manifest).items())[:2], strict=True):
        scale = display_unit(OUTCOMES[name].unit)[1] if name in OUTCOMES else 1.0
        zero = float(base[name]) if base is not None else 0.0
        drawn[which] = {
            "others": scale * (others[name] - zero).to_numpy(),
            "front": scale * pareto[f"{name}{tail}"].to_numpy(),
            "fresh": scale * pareto[f"{name}_fresh{tail}"].to_numpy(),
        }
        _name_axis(axes, which, name, sign, from_base=base is not None)
    x, y = drawn["x"], drawn["y"]
    axes.plot(x["others"], y["others"], "o", color=SOFT, alpha=0.3, markersize=3, label="others", zorder=1)
    axes.plot(np.stack([x["front"], x["fresh"]]), np.stack([y["front"], y["fresh"]]), color=OKABE_ITO["sky"],
              linewidth=0.8, zorder=2)  # fmt: skip
    axes.plot(x["fresh"], y["fresh"], "o", markersize=5, markerfacecolor="none", zorder=2,
              markeredgecolor=OKABE_ITO["sky"], label="the same, fresh seeds")  # fmt: skip
    axes.plot(
        x["front"], y["front"], "o", color=OKABE_ITO["blue"], markersize=5, label="not dominated", zorder=3
    )
    if base is not None:
        axes.plot(
            0.0, 0.0, "*", color=OKABE_ITO["vermillion"], markersize=13, label=base_label(manifest), zorder=4
        )
    for words, place in _labels(pareto["label"], x["front"], y["front"], axes):
        axes.annotate(words, place, textcoords="offset points", xytext=(5, 5), fontsize=8, zorder=5)
    axes.grid(True, axis="both")
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def _name_axis(axes: Axes, which: str, name: str, sign: int, *, from_base: bool) -> None:
    unit = display_unit(OUTCOMES[name].unit)[0] if name in OUTCOMES else ""
    unit = unit_of_difference(unit) if from_base else unit
    better = {("x", 1): "better →", ("x", -1): "← better", ("y", 1): "better ↑", ("y", -1): "better ↓"}
    kind = ", difference" if from_base else ""
    words = f"{sentence_case(_short(name))}{kind}{f', {unit}' if unit else ''}\n{better[which, sign]}"
    getattr(axes, f"set_{which}label")(words)


def _labels(names: Any, x: Floats, y: Floats, axes: Axes) -> list[tuple[str, tuple[float, float]]]:
    """Return labels and their places; points that lie together share one."""
    width, height = (abs(high - low) or 1.0 for low, high in (axes.get_xlim(), axes.get_ylim()))
    groups: list[list[int]] = []
    for k in range(len(x)):
        near = [g for g in groups if np.hypot((x[k] - x[g[0]]) / width, (y[k] - y[g[0]]) / height) < TOGETHER]
        near[0].append(k) if near else groups.append([k])
    named = list(names)
    return [
        (
            ", ".join(named[k] for k in g) if len(g) < 3 else f"{named[g[0]]} … {named[g[-1]]}",
            (x[g[0]], y[g[0]]),
        )
        for g in groups
    ]


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
