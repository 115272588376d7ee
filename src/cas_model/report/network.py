"""Who works with whom: trust between disciplines as a matrix, and one zone as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from cas_model.config.vocabulary import DISCIPLINES
from cas_model.report.material import World, short_title
from cas_model.report.number_format import format_number
from cas_model.report.palette import (
    DIVERGING,
    INK,
    OKABE_ITO,
    SEQUENTIAL,
    SOFT,
    centred_norm,
    new_figure,
    styled,
)

LABELS = {name: "GP" if name == "gp" else name.replace("_", " ") for name in DISCIPLINES}
SECTOR_COLOURS = {"health": OKABE_ITO["sky"], "welfare": OKABE_ITO["orange"]}
MOST_PROVIDERS = 60
"""A zone with more providers is no picture any more."""
COLUMNS = 2
MATRIX_IN = 2.2
DARK = 0.55
"""Brightness of a cell below which its number is white."""
WIDEST = 4.0
"""Line width in points of a tie with full trust."""
LABEL_REACH = 1.14
"""Distance of a discipline's name from the middle, in radii of the circle."""


def between_disciplines(ties: pd.DataFrame) -> pd.DataFrame:
    """Return trust and ties between disciplines: mean over ties, then over replicates.

    Parameters
    ----------
    ties : DataFrame
        Tables ``network`` of all runs.

    Returns
    -------
    DataFrame
        Index (world, discipline, partner_discipline); columns trust (mean over ties, 0-1), ties (per run),
        formal (share).
    """
    keys = ["world", "replicate", "discipline", "partner_discipline"]
    grouped = ties.groupby(keys, observed=True)
    runs = grouped.agg(trust=("trust", "mean"), ties=("trust", "size"), formal=("formal", "mean"))
    return runs.groupby(["world", "discipline", "partner_discipline"], observed=True).mean()


def _matrix(axes: Axes, values: pd.DataFrame, notes: pd.DataFrame, **scale: Any) -> AxesImage:
    image = axes.imshow(values.to_numpy(), aspect="auto", **scale)
    for (i, j), value in np.ndenumerate(values.to_numpy()):
        if np.isfinite(value):
            red, green, blue, _ = image.cmap(image.norm(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < DARK
            axes.text(j, i, str(notes.iloc[i, j]), ha="center", va="center", color="white" if dark else INK)
    axes.set_yticks(range(len(values)), [LABELS[str(d)] for d in values.index])
    names = [LABELS[str(d)] for d in values.columns]
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(False)
    return image


@styled
def draw_matrices(table: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw mean trust from discipline to discipline, a row per world: trust, and what differs.

    Parameters
    ----------
    table : DataFrame
        See `between_disciplines`.
    worlds : sequence of World
        The first is the baseline of the differences.

    Returns
    -------
    Figure
        On the left trust with the number of ties, on the right the change in trust from the first world.
    """
    shown = [w for w in worlds if w.name in table.index.get_level_values(0)]
    order = [d for d in DISCIPLINES if d in set(table.index.get_level_values(1))]
    trust, ties = ({w.name: _square(table, w.name, part, order) for w in shown} for part in ("trust", "ties"))
    everything = np.concatenate([m.to_numpy().ravel() for m in trust.values()])
    scale = {"cmap": SEQUENTIAL, "vmin": np.nanmin(everything), "vmax": np.nanmax(everything)}
    first, others = shown[0], shown[1:]
    gaps = {w.name: trust[w.name] - trust[first.name] for w in others}
    norm = centred_norm([gap.to_numpy() for gap in gaps.values()])
    figure = new_figure(1.9 + MATRIX_IN * len(shown))
    grid = figure.subplots(len(shown), 2 if others else 1, squeeze=False, sharex=True, sharey=True)
    for row, world in zip(grid, shown, strict=True):
        image = _matrix(row[0], trust[world.name], _counts(ties[world.name]), **scale)
        row[0].set_title(short_title(world.title, 34))
        if world in others:
            change = _matrix(
                row[1], gaps[world.name], _hundredths(gaps[world.name]), cmap=DIVERGING, norm=norm
            )
            row[1].set_title(f"Change from {short_title(first.title, 22)}")
    bars = [(image, grid[:, 0], "mean trust, 0 to 1 (number: ties)")]
    if others:
        grid[0, 1].set_axis_off()
        bars.append((change, grid[:, 1], "change in mean trust (number: hundredths)"))
    for shades, axes, label in bars:
        figure.colorbar(shades, ax=list(axes), location="bottom", aspect=30, pad=0.02).set_label(label)
    return figure


def _square(table: pd.DataFrame, world: str, part: str, order: list[str]) -> pd.DataFrame:
    rows = table[table.index.get_level_values("world") == world].reset_index()
    wide = rows.pivot_table(values=part, index="discipline", columns="partner_discipline", observed=True)
    return wide.reindex(index=order, columns=order)


def _counts(ties: pd.DataFrame) -> pd.DataFrame:
    return ties.map(lambda n: "" if np.isnan(n) else f"{n:.0f}" if n < 1000 else f"{n / 1000:.1f}k")


def _hundredths(gap: pd.DataFrame) -> pd.DataFrame:
    return gap.map(lambda v: "" if np.isnan(v) else format_number(100 * v, 0, signed=True))


def one_zone(ties: pd.DataFrame, density: pd.Series, baseline: str) -> tuple[str, dict[str, nx.Graph]] | None:
    """Choose the zone of median trust-weighted density, and return its ties in each world.

    Parameters
    ----------
    ties : DataFrame
        Tables ``network`` of all runs; the first replicate that the baseline has is drawn.
    density : Series
        Trust-weighted density of each zone in the baseline; of an even number the lower middle zone.
    baseline : str
        The first world.

    Returns
    -------
    tuple of (str, dict) or None
        The zone, and an undirected graph per world: nodes are providers with discipline and sector, edges
        carry trust (mean of both directions, where both keep the tie) and formal. None when the zone has more
        than `MOST_PROVIDERS` or nothing is known.
    """
    ordered = density.dropna().sort_values(kind="stable")
    mine = ties[ties["world"] == baseline]
    if ordered.empty or mine.empty:
        return None
    zone = str(ordered.index[(len(ordered) - 1) // 2])
    kept = ties[(ties["zone"] == zone) & (ties["replicate"] == mine["replicate"].min())]
    graphs = {str(world): _graph(rows) for world, rows in kept.groupby("world", observed=True)}
    # Providers without a tie in one world keep their place in its picture.
    everybody = nx.compose_all(list(graphs.values())) if graphs else nx.Graph()
    if not 2 < len(everybody) <= MOST_PROVIDERS:
        return None
    for graph in graphs.values():
        graph.add_nodes_from(everybody.nodes(data=True))
    return zone, graphs


def _graph(rows: pd.DataFrame) -> nx.Graph:
    graph = nx.Graph()
    for row in rows.to_dict("records"):
        for node, prefix in ((row["provider"], ""), (row["partner"], "partner_")):
            graph.add_node(
                node, discipline=str(row[f"{prefix}discipline"]), sector=str(row[f"{prefix}sector"])
            )
    pairs = rows.assign(
        a=rows[["provider", "partner"]].min(axis=1), b=rows[["provider", "partner"]].max(axis=1)
    )
    for (a, b), ends in pairs.groupby(["a", "b"]):
        graph.add_edge(a, b, trust=float(ends["trust"].mean()), formal=bool(ends["formal"].max()))
    return graph


@styled
def draw_zone(graphs: dict[str, nx.Graph], worlds: Sequence[World]) -> Figure:
    """Draw one zone's ties in each world, every provider in the same place.

    Providers stand on a circle by discipline; width is trust, dark lines are formal agreements.

    Parameters
    ----------
    graphs : dict
        World -> graph (see `one_zone`).
    worlds : sequence of World
        A panel each.
    """
    shown = [w for w in worlds if w.name in graphs]
    nodes = graphs[shown[0].name].nodes
    order = sorted(nodes, key=lambda n: (DISCIPLINES.index(nodes[n]["discipline"]), n))
    places = nx.circular_layout(order)
    n_rows = -(-len(shown) // COLUMNS)
    figure = new_figure(0.75 + 3.5 * n_rows)
    grid = list(figure.subplots(n_rows, min(COLUMNS, len(shown)), squeeze=False).flat)
    for axes, world in zip(grid, shown, strict=False):
        _picture(axes, graphs[world.name], order, places)
        graph = graphs[world.name]
        trust = np.mean([t for _, _, t in graph.edges(data="trust")]) if graph.number_of_edges() else np.nan
        formal = sum(f for _, _, f in graph.edges(data="formal"))
        axes.set_title(
            f"{short_title(world.title, 34)}\n{graph.number_of_edges()} ties, {formal} formal, "
            f"mean trust {trust:.2f}", loc="center",
        )  # fmt: skip
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    handles = [
        Line2D([], [], marker="o", linewidth=0, color=c, markersize=7) for c in SECTOR_COLOURS.values()
    ]
    handles += [Line2D([], [], color=INK, linewidth=1.6), Line2D([], [], color="#C4C4C4", linewidth=1.6)]
    handles += [Line2D([], [], color=SOFT, linewidth=WIDEST * t**2) for t in (0.4, 0.8)]
    labels = ["health", "welfare", "formal", "informal", "trust 0.4", "trust 0.8"]
    figure.legend(handles=handles, labels=labels, loc="outside upper center", ncols=6, frameon=False,
                  handlelength=1.4, columnspacing=1.3)  # fmt: skip
    return figure


def _picture(axes: Axes, graph: nx.Graph, order: list[int], places: dict[int, np.ndarray]) -> None:
    for formal, colour, z in ((False, "#C4C4C4", 1), (True, INK, 2)):
        edges = [(a, b, t["trust"]) for a, b, t in graph.edges(data=True) if t["formal"] == formal]
        lines = [(places[a], places[b]) for a, b, _ in edges]
        widths = [WIDEST * t**2 for *_, t in edges]
        axes.add_collection(LineCollection(lines, linewidths=widths, colors=colour, alpha=0.7, zorder=z))
    colours = [SECTOR_COLOURS[graph.nodes[n]["sector"]] for n in order]
    spots = np.array([places[n] for n in order])
    axes.scatter(spots[:, 0], spots[:, 1], s=42, c=colours, edgecolors="white", linewidths=0.8, zorder=3)
    for discipline in dict.fromkeys(graph.nodes[n]["discipline"] for n in order):
        x, y = np.mean([places[n] for n in order if graph.nodes[n]["discipline"] == discipline], axis=0)
        length = np.hypot(x, y) or 1.0
        x, y = LABEL_REACH * x / length, LABEL_REACH * y / length
        side = "left" if x > 0.25 else "right" if x < -0.25 else "center"
        height = "bottom" if y > 0.9 else "top" if y < -0.9 else "center"
        axes.text(x, y, LABELS[discipline].replace(" ", "\n"), ha=side, va=height, linespacing=1.0)
    axes.set_xlim(-1.8, 1.8)
    axes.set_ylim(-1.45, 1.5)
    axes.set_aspect("equal")
    axes.set_axis_off()
