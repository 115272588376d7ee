"""Who gains and who loses: the same people in two worlds, group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cas_model.report.palette import INK, OKABE_ITO, SHADE, SOFT, new_figure, styled, world_colour

SHOWN = {
    "health": ("Health", "utility points (0 to 1)", 0.005),
    "experience": ("Experience of care", "points (0 to 1)", 0.02),
    "unmet": ("Unmet need", "1: an unmet need more in the year", 0.5),
}
"""State of a person: title, unit, smallest difference that matters to one person (as in the analysis)."""
SPREAD = ("health", "experience")
"""States drawn as percentiles; an unmet need is there or not, so that it has shares only."""
ROW_IN = 0.2
BETTER, WORSE = OKABE_ITO["sky"], OKABE_ITO["orange"]
BEHIND = OKABE_ITO["vermillion"]
KIND_GAP = 0.6
"""Free rows between kinds of groups."""


def places_of(rows: pd.DataFrame) -> dict[str, float]:
    """Return the height of each group's row, the first on top; kinds of groups stand apart."""
    heights: dict[str, float] = {}
    y, former = 0.0, ""
    for kind, group in rows[["kind", "group"]].drop_duplicates().itertuples(index=False):
        y -= 1.0 + (KIND_GAP if former and kind != former else 0.0)
        heights[str(group)], former = y, str(kind)
    return heights


def _panels(pair: pd.DataFrame, n: int) -> tuple[Figure, list[Axes], dict[str, float]]:
    heights = places_of(pair)
    behind = set(pair.loc[pair["left_behind"].astype(bool), "group"].astype(str))
    lowest = min(heights.values())
    figure = new_figure(1.15 + ROW_IN * -lowest)
    panels = list(figure.subplots(1, n, sharey=True, squeeze=False)[0])
    labels = [f"▲ {group}" if group in behind else group for group in heights]
    panels[0].set_yticks(list(heights.values()), labels)
    panels[0].set_ylim(lowest - 0.8, -0.3)
    for text, group in zip(panels[0].get_yticklabels(), heights, strict=True):
        text.set_color(BEHIND if group in behind else INK)
        text.set_fontweight("bold" if group == "everyone" else "normal")
    for axes in panels:
        axes.tick_params(axis="y", length=0)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.axvline(0, color=INK, linewidth=0.7)
    return figure, panels, heights


@styled
def draw_spread(pair: pd.DataFrame, colour_index: int = 1) -> Figure:
    """Draw percentiles of individual differences in health and experience as interval-and-dot rows.

    Parameters
    ----------
    pair : DataFrame
        Rows of one pair of worlds (see `cas_model.experiments.individuals.individual_table`).
    colour_index : int
        Index of the world compared with the baseline; gives the colour.

    Returns
    -------
    Figure
        A row per group: 5th to 95th percentile thin, 25th to 75th thick, median a dot, mean a bar.
    """
    figure, panels, heights = _panels(pair, len(SPREAD))
    colour = world_colour(colour_index)
    for axes, state in zip(panels, SPREAD, strict=True):
        title, unit, smallest = SHOWN[state]
        rows = pair[pair["state"] == state]
        axes.axvspan(-smallest, smallest, color=SHADE, zorder=0, linewidth=0)
        for row in rows.to_dict("records"):
            y = heights[str(row["group"])]
            axes.plot((row["p05"], row["p95"]), (y, y), color=colour, linewidth=1.0)
            axes.plot((row["p25"], row["p75"]), (y, y), color=colour, linewidth=4, solid_capstyle="butt")
            axes.plot(row["p50"], y, "o", color=colour, markersize=4.5)
            axes.plot(row["difference"], y, "|", color=INK, markersize=9, markeredgewidth=1.6)
        reach = 1.1 * max(float(rows[["p05", "p95", "difference"]].abs().to_numpy().max()), 2 * smallest)
        axes.set_xlim(-reach, reach)
        axes.locator_params(axis="x", nbins=5)
        axes.set_title(title)
        axes.set_xlabel(f"← worse    {unit}    better →")
    return figure


@styled
def draw_shares(pair: pd.DataFrame) -> Figure:
    """Draw which share of each group is better and worse off, with its numbers.

    Parameters
    ----------
    pair : DataFrame
        Rows of one pair of worlds.
    """
    figure, panels, heights = _panels(pair, len(SHOWN))
    for axes, (state, (title, _, _)) in zip(panels, SHOWN.items(), strict=True):
        rows = pair[pair["state"] == state]
        y = np.array([heights[str(group)] for group in rows["group"]])
        better, worse = (100 * rows[f"{side}_share"].to_numpy() for side in ("better", "worse"))
        axes.barh(y, better, height=0.72, color=BETTER)
        axes.barh(y, -worse, height=0.72, color=WORSE)
        reach = max(float(np.concatenate([better, worse]).max()), 2.0)
        for place, gain, loss in zip(y, better, worse, strict=True):
            axes.text(gain + 0.05 * reach, place, _percent(gain), va="center", ha="left")
            axes.text(-loss - 0.05 * reach, place, _percent(loss), va="center", ha="right")
        axes.set_xlim(-1.55 * reach, 1.55 * reach)
        ticks = [t for t in axes.get_xticks() if abs(t) <= 1.2 * reach]
        axes.set_xticks(ticks[:: 1 if len(ticks) <= 5 else 2])
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        axes.set_title(title)
        axes.set_xlabel("% worse  |  % better", color=SOFT)
    return figure


def _percent(value: float) -> str:
    return "0" if value == 0 else "<0.1" if value < 0.05 else f"{value:.1f}" if value < 10 else f"{value:.0f}"
