"""Who bears what: concentration curves, a panel per measure, a line per world."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cas_model.report.material import World, short_title
from cas_model.report.number_format import format_number, sentence_case
from cas_model.report.palette import SOFT, new_figure, styled, world_colour, world_line

INDEX_DECIMALS = 3
LEGEND_COLUMNS, LINE_IN = 3, 0.18
"""Worlds beside each other in the legend, and inches that one more line of it takes."""


def mean_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Return each world's curve averaged over replicates; undefined ones are left out.

    Parameters
    ----------
    curves : DataFrame
        Tables ``equity_curve`` of all runs.

    Returns
    -------
    DataFrame
        Columns world, measure, people_share, amount_share (0-1), index, means over replicates.
    """
    rows = curves.dropna(subset=["index"])
    place = rows.groupby(["world", "replicate", "measure"], observed=True).cumcount().rename("place")
    keys = ["world", "measure", place]
    grouped = rows.groupby(keys, observed=True, sort=False)
    return grouped[["people_share", "amount_share", "index"]].mean().reset_index()


@styled
def draw_curves(curves: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw concentration curves with the diagonal, and each world's index in the free corner.

    Parameters
    ----------
    curves : DataFrame
        See `mean_curves`; at least one curve.
    worlds : sequence of World
        The worlds, in order.
    """
    measures = list(dict.fromkeys(str(m) for m in curves["measure"]))
    figure = new_figure(2.95 + LINE_IN * ((len(worlds) - 1) // LEGEND_COLUMNS))
    panels = figure.subplots(1, len(measures), squeeze=False, sharey=True)[0]
    for axes, measure in zip(panels, measures, strict=True):
        axes.plot((0, 100), (0, 100), color=SOFT, linewidth=0.8)
        mine = curves[curves["measure"] == measure]
        # The free corner: below the diagonal where the poor bear more, above it otherwise.
        low = float(mine["index"].mean()) <= 0
        x, side = (0.97, "right") if low else (0.03, "left")
        for world in worlds:
            line = mine[mine["world"] == world.name]
            if line.empty:
                continue
            colour = world_colour(world.index)
            axes.plot(100 * line["people_share"], 100 * line["amount_share"], color=colour,
                      linestyle=world_line(world.index))  # fmt: skip
            index = format_number(float(line["index"].iloc[0]), INDEX_DECIMALS, signed=True)
            rank = len(worlds) - world.index if low else 10 - world.index
            axes.text(x, 0.09 * rank - 0.04, index, transform=axes.transAxes, color=colour, ha=side,
                      va="center")  # fmt: skip
        rank = len(worlds) + 1 if low else 11
        axes.text(x, 0.09 * rank - 0.04, "index", transform=axes.transAxes, color=SOFT, ha=side, va="center")
        axes.set_title(sentence_case(measure))
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_aspect("equal")
        axes.set_xticks((0, 50, 100))
        axes.set_yticks((0, 50, 100))
        axes.grid(True, axis="both")
        axes.set_xlabel("% of people, poorest first")
    panels[0].set_ylabel("% of the whole")
    handles = [Line2D([], [], color=world_colour(w.index), linestyle=world_line(w.index)) for w in worlds]
    names = [short_title(w.title, 30) for w in worlds]
    figure.legend(handles=handles, labels=names, loc="outside upper center", ncols=LEGEND_COLUMNS,
                  frameon=False)  # fmt: skip
    return figure
