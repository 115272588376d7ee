"""Who bears what: concentration curves, a panel per measure, a line per world."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from cas_model.report.material import World, short_title
from cas_model.report.number_format import format_number, sentence_case
from cas_model.report.palette import SOFT, new_figure, styled, world_colour, world_line

INDEX_DECIMALS = 3


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
    """Draw concentration curves with the diagonal, and each world's index beside its line.

    Parameters
    ----------
    curves : DataFrame
        See `mean_curves`; at least one curve.
    worlds : sequence of World
        The worlds, in order.
    """
    measures = list(dict.fromkeys(str(m) for m in curves["measure"]))
    figure = new_figure(2.75)
    panels = figure.subplots(1, len(measures), squeeze=False, sharey=True)[0]
    for axes, measure in zip(panels, measures, strict=True):
        axes.plot((0, 100), (0, 100), color=SOFT, linewidth=0.8)
        said = []
        for world in worlds:
            line = curves[(curves["world"] == world.name) & (curves["measure"] == measure)]
            if line.empty:
                continue
            colour = world_colour(world.index)
            axes.plot(100 * line["people_share"], 100 * line["amount_share"], color=colour,
                      linestyle=world_line(world.index))  # fmt: skip
            first = line.iloc[0]
            index = format_number(float(first["index"]), INDEX_DECIMALS, signed=True)
            said.append((f"{short_title(world.title, 14)} {index}", colour))
        # The free corner: below the diagonal where the poor bear more, above it otherwise.
        low = float(curves.loc[curves["measure"] == measure, "index"].iloc[0]) <= 0
        for i, (text, colour) in enumerate(said if not low else said[::-1]):
            y = 0.04 + 0.085 * i if low else 0.96 - 0.085 * i
            axes.text(0.98 if low else 0.04, y, text, transform=axes.transAxes, color=colour,
                      ha="right" if low else "left", va="bottom" if low else "top")  # fmt: skip
        axes.set_title(sentence_case(measure))
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_aspect("equal")
        axes.set_xticks((0, 50, 100))
        axes.set_yticks((0, 50, 100))
        axes.grid(True, axis="both")
        axes.set_xlabel("% of people, poorest first")
    panels[0].set_ylabel("% of the whole")
    return figure
