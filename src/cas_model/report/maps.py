"""Where: zones on a map, always beside their ranking, because area on a map is not population."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from cas_model.report.material import OutcomeFacts, World, short_title
from cas_model.report.number_format import format_number, unit_in_prose, unit_of_difference
from cas_model.report.palette import (
    DIVERGING,
    GRID,
    INK,
    SEQUENTIAL,
    centred_norm,
    new_figure,
    styled,
    world_colour,
)
from cas_model.territory.cells import Cells

ROW_IN = 0.142
"""Height of one row of a ranking: 9 pt type with a little air."""
SPLIT_FROM = 24
"""A ranking longer than this goes in two columns."""
NO_DATA = "#E8E8E8"


def joined(pieces: Iterable[NDArray[np.float64]], *, closed: bool) -> Path:
    """Join polygons or line segments into one path, which draws and stores far faster than many.

    Parameters
    ----------
    pieces : iterable of float array (v, 2)
        Corners in km.
    closed : bool
        Close each piece (polygons), or leave it open (lines).
    """
    paths = [Path(np.vstack([p, p[:1]]) if closed else p, closed=closed) for p in pieces]
    return Path.make_compound_path(*paths)


def add_lines(axes: Axes, segments: Iterable[NDArray[np.float64]], **style: Any) -> None:
    """Draw line segments as one path; nothing when there are none."""
    pieces = list(segments)
    if pieces:
        axes.add_patch(PathPatch(joined(pieces, closed=False), fill=False, capstyle="round", **style))


def draw_zones(
    axes: Axes, cells: Cells, colours: Sequence[Any] | NDArray[np.float64], *, regions: bool = True
) -> None:
    """Fill the zones of a map and draw the borders between zones and between reference regions.

    Parameters
    ----------
    axes : Axes
        Drawn on in place; its frame is removed and its aspect set equal.
    cells : Cells
        Zone shapes in km.
    colours : sequence
        One colour per zone, in the order of the territory's zones.
    regions : bool
        Also draw the borders of reference regions.
    """
    shapes = [joined(cells.zone_polygons(zone), closed=True) for zone in range(len(colours))]
    # Edges in the fill colour close the hairlines that renderers leave between neighbouring cells.
    axes.add_collection(PathCollection(shapes, facecolors=colours, edgecolors=colours, linewidths=0.4))
    add_lines(axes, cells.zone_borders, color="white", linewidth=0.6)
    if regions:
        # A white casing keeps the black line readable on dark fills.
        add_lines(axes, cells.region_borders, color="white", linewidth=2.2)
        add_lines(axes, cells.region_borders, color=INK, linewidth=0.9)
    add_lines(axes, cells.outline, color="#888888", linewidth=0.6)
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()


def _filled(values: NDArray[np.float64], cmap: str, norm: Normalize) -> list[Any]:
    colours = mpl.colormaps[cmap](norm(np.nan_to_num(values)))
    return [tuple(c) if np.isfinite(v) else NO_DATA for c, v in zip(colours, values, strict=True)]


def _colour_bar(figure: SubFigure, axes: list[Axes], cmap: str, norm: Normalize, label: str) -> None:
    bar = figure.colorbar(
        mpl.cm.ScalarMappable(norm, cmap),
        ax=axes,
        orientation="horizontal",
        shrink=0.6 if len(axes) > 1 else 0.5,
        aspect=34,
        pad=0.01,
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, pad=1)
    bar.ax.locator_params(nbins=5)
    bar.set_label(label, labelpad=1)


def ranking_axes(figure: SubFigure, n: int) -> list[tuple[Axes, slice]]:
    """Make the axes of a ranking: one for a short list, two beside each other for a long one.

    Parameters
    ----------
    figure : SubFigure
        Gets the axes.
    n : int
        Units to rank.

    Returns
    -------
    list of (Axes, slice)
        Axes and the ranks they hold, best first; their x axes are shared.
    """
    if n <= SPLIT_FROM:
        parts = [(figure.subplots(), slice(0, n))]
    else:
        left, right = figure.subplots(1, 2, sharex=True)
        half = -(-n // 2)
        parts = [(left, slice(0, half)), (right, slice(half, n))]
    for axes, ranks in parts:
        axes.set_ylim(-0.8, parts[0][1].stop - 0.2)
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0, labelcolor=INK, pad=2)
        axes.tick_params(axis="x", length=0)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_title(f"Rank {ranks.start + 1} to {ranks.stop}" if len(parts) > 1 else f"All {n}")
    return parts


def ranking_height(n: int) -> float:
    """Return the height in inches that a ranking of n units needs."""
    return 0.75 + ROW_IN * (n if n <= SPLIT_FROM else -(-n // 2))


def _rank(
    axes: Axes, table: pd.DataFrame, worlds: Sequence[World], fact: OutcomeFacts, middle: float
) -> None:
    """Draw one row per zone: a dot per world, joined (one world: joined to the mean of all zones)."""
    y = np.arange(len(table))
    start = table[worlds[0].name] if len(worlds) > 1 else np.full(len(table), middle)
    axes.hlines(y, start, table[worlds[-1].name], color="#BBBBBB" if len(worlds) > 1 else GRID, linewidth=1.6,
                zorder=1)  # fmt: skip
    for world in worlds:
        axes.plot(
            table[world.name],
            y,
            "oD^sv"[world.index % 5],
            color=world_colour(world.index),
            markersize=4,
            linestyle="none",
            zorder=2,
            label=short_title(world.title, 24),
        )
    axes.set_yticks(y, [str(z) for z in table.index])
    axes.set_xlabel(fact.unit)


@styled
def draw_where(
    cells: Cells,
    zone_names: Sequence[str],
    table: pd.DataFrame,
    fact: OutcomeFacts,
    worlds: Sequence[World],
    *,
    by_value: bool = False,
) -> Figure:
    """Draw an outcome on maps (each world, and the difference) above the ranked dots of all zones.

    Parameters
    ----------
    cells : Cells
        Zone shapes.
    zone_names : sequence of str
        Zones in the order of the shapes.
    table : DataFrame
        Index zone name, a column per world: one value per zone, such as a mean over replicates.
    fact : OutcomeFacts
        The outcome.
    worlds : sequence of World
        One world, or two for a difference map.
    by_value : bool
        Rank zones by their value in the first of two worlds rather than by the difference.

    Returns
    -------
    Figure
        Worlds share one colour scale; the difference has a scale centred on zero.
    """
    pair = len(worlds) == 2
    heights = [1.5, 2.15, ranking_height(len(table))] if pair else [3.0, ranking_height(len(table))]
    figure = new_figure(0.3 + sum(heights))
    # Rows are laid out apart, so that the zone names of the ranking do not push the maps aside.
    rows = list(figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights).flat)
    values = {w.name: table[w.name].reindex(list(zone_names)).to_numpy(dtype=float) for w in worlds}
    everything = np.concatenate(list(values.values()))
    norm = Normalize(float(np.nanmin(everything)), float(np.nanmax(everything)))
    tops = list(rows[0].subplots(1, len(worlds), squeeze=False).flat)
    for axes, world in zip(tops, worlds, strict=True):
        draw_zones(axes, cells, _filled(values[world.name], SEQUENTIAL, norm))
        axes.set_title(short_title(world.title, 40), color=world_colour(world.index))
    _colour_bar(rows[0], tops, SEQUENTIAL, norm, fact.unit)
    if pair:
        difference = values[worlds[1].name] - values[worlds[0].name]
        axes = rows[1].subplots()
        scale = centred_norm(difference)
        draw_zones(axes, cells, _filled(difference, DIVERGING, scale))
        axes.set_title("Difference")
        _colour_bar(rows[1], [axes], DIVERGING, scale, f"difference, {unit_of_difference(fact.unit)}")
    order = table[worlds[0].name]
    if pair and not by_value:
        order = table[worlds[1].name] - order
    ranked = table.loc[order.sort_values(ascending=False, kind="stable").index]
    parts = ranking_axes(rows[-1], len(table))
    for axes, ranks in parts:
        _rank(axes, ranked.iloc[ranks], worlds, fact, float(table[worlds[0].name].mean()))
    parts[0][0].locator_params(axis="x", nbins=4)
    if pair:
        handles, names = parts[0][0].get_legend_handles_labels()
        colours = [world_colour(w.index) for w in worlds]
        key = parts[-1][0]
        key.set_title("")
        key.legend(handles, names, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, labelcolor=colours,
                   frameon=False, handletextpad=0.1, columnspacing=1.0, borderpad=0.1)  # fmt: skip
    how = "ranked by difference" if pair and not by_value else "ranked by value"
    parts[0][0].set_title(f"{len(table)} zones, {how}" if len(parts) == 1 else f"Zones {how}")
    return figure


def zone_ranking_text(table: pd.DataFrame, fact: OutcomeFacts, worlds: Sequence[World]) -> str:
    """Say in words which zones gain most and least (or stand highest and lowest), for the caption.

    Parameters
    ----------
    table : DataFrame
        Index zone name, a column per world.
    fact : OutcomeFacts
        The outcome.
    worlds : sequence of World
        One or two worlds.
    """
    names = [w.name for w in worlds if w.name in table.columns]
    values = (table[names[-1]] - table[names[0]] if len(names) > 1 else table[names[0]]).sort_values()
    decimals = fact.decimals
    unit = unit_of_difference(fact.unit) if len(names) > 1 else fact.unit
    low, high = (
        f"{values.index[i]} ({format_number(float(values.iloc[i]), decimals, signed=len(names) > 1)}"
        f"{unit_in_prose(unit)})"
        for i in (0, -1)
    )
    return (
        f"Largest change: {high}; smallest: {low}." if len(names) > 1 else f"Highest: {high}; lowest: {low}."
    )
