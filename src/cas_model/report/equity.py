"""For whom: outcomes by socio-economic quintile, as a gradient in every world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cas_model.report.material import OutcomeFacts, World, short_title
from cas_model.report.number_format import format_number
from cas_model.report.palette import new_figure, styled, world_colour, world_line
from cas_model.report.series import label_lines, title_with_unit

QUINTILE_LABELS = ("poorest\nfifth", "2", "3", "4", "richest\nfifth")


def gradients(facts: Sequence[OutcomeFacts]) -> dict[str, list[OutcomeFacts]]:
    """Group outcomes by quintile: stem -> the five outcomes from poorest to richest, complete sets only."""
    stems: dict[str, dict[int, OutcomeFacts]] = {}
    for fact in facts:
        if fact.quintile:
            stem, quintile = fact.quintile
            stems.setdefault(stem, {})[quintile] = fact
    return {stem: [found[q] for q in range(1, 6)] for stem, found in stems.items() if len(found) == 5}


@styled
def draw_gradients(
    final: pd.DataFrame,
    groups: dict[str, list[OutcomeFacts]],
    labels: dict[str, str],
    worlds: Sequence[World],
) -> Figure:
    """Draw each outcome over the five socio-economic fifths, a line per world.

    Parameters
    ----------
    final : DataFrame
        Flemish means over the last twelve months: index outcome, a column per world.
    groups : dict
        Stem -> five outcomes from poorest to richest (see `gradients`); at least one.
    labels : dict
        Stem -> what to call it.
    worlds : sequence of World
        The worlds, in order.
    """
    n_rows = -(-len(groups) // 2)
    figure = new_figure(0.4 + 2.2 * n_rows)
    grid = figure.subplots(n_rows, 2, squeeze=False)
    for axes, (stem, facts) in zip(grid.flat, groups.items(), strict=False):
        ends = []
        for world in worlds:
            if world.name not in final.columns:
                continue
            values = final[world.name].reindex([f.name for f in facts]).to_numpy(dtype=float)
            colour = world_colour(world.index)
            axes.plot(range(5), values, "o", color=colour, linestyle=world_line(world.index), markersize=4)
            name = short_title(world.title, 14)
            gap = format_number(values[0] - values[-1], facts[0].decimals, signed=True)
            ends.append((float(values[-1]), f"{name}\ngap {gap}", colour))
        axes.set_xticks(range(5), QUINTILE_LABELS)
        title_with_unit(axes, labels[stem], facts[0].unit)
        low, high = axes.get_ylim()
        axes.set_ylim(min(0.0, low) if np.isclose(low, 0, atol=0.5 * (high - low)) else low, high)
        label_lines(axes, ends, gap=0.26)
    for axes in list(grid.flat)[len(groups) :]:
        axes.set_axis_off()
    return figure
