"""The resilience triangle: what a struck world kept of its normal function, month by month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cas_model.outcomes.resilience import CONTROL_MONTHS
from cas_model.report.material import World
from cas_model.report.palette import INK, SOFT, new_figure, styled, world_colour, world_line


@styled
def draw_triangle(path: pd.DataFrame, worlds: Sequence[World], first_month: int) -> Figure:
    """Draw functionality relative to the calm twin, a panel per struck world, the lost area shaded.

    Parameters
    ----------
    path : DataFrame
        world, replicate, month, functionality, calm.
    worlds : sequence of World
        In order; those without a twin have no panel.
    first_month : int
        Month in which the first shock begins.
    """
    kept = path.assign(share=100.0 * path["functionality"] / path["calm"])
    shown = [w for w in worlds if (kept["world"].astype(str) == w.name).any()]
    figure = new_figure(0.6 + 1.9 * len(shown))
    panels = figure.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, world in zip(panels, shown, strict=True):
        own = kept[kept["world"].astype(str) == world.name].groupby("month")["share"]
        mean, low, high = own.mean(), own.min(), own.max()
        years = np.asarray(mean.index, dtype=float) / 12
        colour = world_colour(world.index)
        axes.axhline(100, color=INK, linewidth=0.7)
        counted = (mean.index >= first_month) & (mean.index < first_month + CONTROL_MONTHS)
        lost = np.where(counted, np.minimum(mean, 100.0), 100.0)
        axes.fill_between(years, lost, 100, color=SOFT, alpha=0.3, linewidth=0)
        axes.fill_between(years, low, high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(years, mean, color=colour, linestyle=world_line(world.index))
        axes.axvline(first_month / 12, color=SOFT, linestyle=(0, (2, 2)), linewidth=0.8)
        deepest = int(mean.to_numpy().argmin())
        axes.annotate(
            f"deepest: {mean.iloc[deepest]:.1f} %",
            (years[deepest], mean.iloc[deepest]),
            xytext=(10, 2),
            textcoords="offset points",
            color=INK,
            fontsize=9,
        )
        axes.set_title(world.title, loc="left")
        axes.set_ylabel("% of normal function")
    panels[-1].set_xlabel("years after the rule change (dashed: the shock begins)")
    return figure
