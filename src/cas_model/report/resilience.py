"""The resilience triangle: what a struck world kept of its normal function, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from cas_model.outcomes.resilience import RECOVERED
from cas_model.report.material import World
from cas_model.report.palette import INK, SHADE, SOFT, new_figure, styled, world_colour, world_line
from cas_model.report.shock_words import recovery_words

ROOM_ABOVE = 0.5
"""Room for words above the line of normal function, as a part of the deepest fall."""
ROOM_BESIDE = 0.25
"""Part of the axis that the words of a shock need before the next one begins; else its name must do."""


@styled
def draw_triangle(path: pd.DataFrame, table: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw functionality relative to the calm twin, a panel per struck world, the lost area shaded.

    Each shock is a shaded span with its name, and what was counted as lost is grey. A filled dot marks the
    month of recovery; words say so, or by which month there was none.

    Parameters
    ----------
    path : DataFrame
        world, replicate, month, functionality, calm.
    table : DataFrame
        See `cas_model.experiments.resilience.resilience_table`, of Flanders.
    worlds : sequence of World
        In order; those without a twin have no panel.
    """
    kept = path.assign(share=100.0 * path["functionality"] / path["calm"])
    shown = [w for w in worlds if (kept["world"].astype(str) == w.name).any()]
    figure = new_figure(0.7 + 2.3 * len(shown))
    panels = figure.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    lowest = min(99.0, float(kept["share"].min()))
    top = 100.0 + ROOM_ABOVE * (100.0 - lowest)
    for axes, world in zip(panels, shown, strict=True):
        own = kept[kept["world"].astype(str) == world.name].groupby("month")["share"]
        mean, low, high = own.mean(), own.min(), own.max()
        years = np.asarray(mean.index, dtype=float) / 12
        colour = world_colour(world.index)
        shocks = table[table["world"].astype(str) == world.name]
        axes.set_ylim(lowest - 0.1 * (100.0 - lowest), max(top, float(kept["share"].max())))
        axes.axhline(100, color=INK, linewidth=0.7)
        axes.axhline(100 * RECOVERED, color=SOFT, linewidth=0.7, linestyle=(0, (4, 3)))
        starts = sorted(set(shocks["first_month"]))
        roomy = all(b - a > ROOM_BESIDE * len(mean) for a, b in pairwise(starts))
        for _, rows in shocks.groupby("first_month", sort=True):
            _mark_shock(axes, mean, rows, colour, roomy)
        axes.fill_between(years, low, high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(years, mean, color=colour, linestyle=world_line(world.index))
        axes.set_title(world.title, loc="left")
        axes.set_ylabel("% of normal function")
        axes.set_xlim(years[0], years[-1] + 1 / 12)
        axes.set_yticks([tick for tick in axes.get_yticks() if lowest <= tick <= 100.0])
    panels[-1].set_xlabel("years after the rule change")
    return figure


def _mark_shock(axes: Axes, mean: pd.Series, rows: pd.DataFrame, colour: str, roomy: bool) -> None:
    """Mark the span of one shock, the loss that counts, the deepest point and the recovery."""
    shock = rows.iloc[0]
    first, last, until = (int(shock[key]) for key in ("first_month", "last_month", "until_month"))
    axes.axvspan(first / 12, (last + 1) / 12, color=SHADE, zorder=0, linewidth=0)
    for edge in (first, last + 1):
        axes.axvline(edge / 12, color=SOFT, linestyle=(0, (2, 2)), linewidth=0.8, zorder=1)
    # The loss of a month fills the month, up to the next one's point.
    counted = mean.loc[first : first + int(shock["control_months"])]
    months = np.asarray(counted.index, dtype=float) / 12
    axes.fill_between(months, np.minimum(counted, 100.0), 100, color=SOFT, alpha=0.3, linewidth=0)
    deepest = float(100.0 * rows["robustness"].mean())
    recovery = recovery_words(rows["recovery_months"], until)
    words = str(shock["event"]) + (f"\nat worst {deepest:.1f} %\n{recovery}" if roomy else "")
    right = first > mean.index[0] + 0.55 * (mean.index[-1] - mean.index[0])
    axes.annotate(
        words, ((last + 1 if right else first) / 12, 0.98), xycoords=axes.get_xaxis_transform(),
        xytext=(-3 if right else 3, 0), textcoords="offset points", va="top", ha="right" if right else "left",
        color=INK, fontsize=9, linespacing=1.15, path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip
    back = rows["recovery_months"].mean()
    if back > 0:
        month = first + round(back)
        axes.plot(
            month / 12, mean.loc[month], "o", color=colour, markeredgecolor="white", markersize=7, zorder=5
        )
