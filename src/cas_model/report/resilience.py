"""Resilience as figure and words: what struck worlds kept of their normal function, and which lost less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cas_model.experiments.resilience import shock_difference_sentences
from cas_model.outcomes.resilience import CONTROL_MONTHS
from cas_model.report.material import Material, World
from cas_model.report.palette import INK, SHADE, SOFT, new_figure, styled, world_colour, world_line


@styled
def draw_triangle(path: pd.DataFrame, resilience: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw functionality relative to the calm twin, a panel per struck world, the lost area shaded.

    Parameters
    ----------
    path : DataFrame
        world, replicate, month, functionality, calm.
    resilience : DataFrame
        See `cas_model.experiments.resilience.resilience_table`: the strikes, their months and recoveries.
    worlds : sequence of World
        In order; those without a twin have no panel.
    """
    kept = path.assign(share=100.0 * path["functionality"] / path["calm"], world=path["world"].astype(str))
    struck = resilience.assign(world=resilience["world"].astype(str))
    shown = [w for w in worlds if (kept["world"] == w.name).any()]
    figure = new_figure(0.6 + 1.9 * len(shown))
    panels = figure.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, world in zip(panels, shown, strict=True):
        own = kept[kept["world"] == world.name].groupby("month")["share"]
        months, mean = np.asarray(own.mean().index, dtype=float), own.mean().to_numpy(dtype=float)
        colour = world_colour(world.index)
        axes.axhline(100, color=INK, linewidth=0.7)
        strikes = struck[struck["world"] == world.name]
        starts = sorted(set(strikes["first_month"].astype(int)))
        for start, until in zip(starts, [*starts[1:], int(months[-1]) + 1], strict=True):
            strike = strikes[strikes["first_month"] == start]
            _mark_strike(axes, months, mean, strike, until)
        axes.fill_between(months / 12, own.min(), own.max(), color=colour, alpha=0.25, linewidth=0)
        axes.plot(months / 12, mean, color=colour, linestyle=world_line(world.index))
        axes.set_title(world.title, loc="left")
        axes.set_ylabel("% of normal function")
    low, _ = panels[0].get_ylim()
    panels[0].set_ylim(low - 0.12 * (100 - low), 100 + 0.3 * (100 - low))
    panels[-1].set_xlabel("years after the rule change")
    return figure


def _mark_strike(axes: Axes, months: np.ndarray, mean: np.ndarray, strike: pd.DataFrame, until: int) -> None:
    """Mark one shock: how long it lasts, what was lost, the deepest point, and when function was back."""
    start, last = int(strike["first_month"].iloc[0]), int(strike["last_month"].iloc[0])
    axes.axvspan(start / 12, (last + 1) / 12, color=SHADE, zorder=0, linewidth=0)
    axes.annotate(str(strike["shock"].iloc[0]), (start / 12, 0.97), xycoords=axes.get_xaxis_transform(),
                  xytext=(3, 0), textcoords="offset points", va="top", fontsize=9)  # fmt: skip
    counted = (months >= start) & (months < min(start + CONTROL_MONTHS, until))
    lost = np.where(counted, np.minimum(mean, 100.0), 100.0)
    axes.fill_between(months / 12, lost, 100, color=SOFT, alpha=0.3, linewidth=0)
    window = np.flatnonzero((months >= start) & (months < until))
    deepest = window[int(mean[window].argmin())]
    recoveries = strike["recovery_months"].to_numpy(dtype=float)
    back = recoveries[np.isfinite(recoveries)]
    words = f"deepest {mean[deepest]:.1f} %"
    if not len(back):
        words += f", not back by month {until - start}"
    elif back.max() > 0:
        axes.plot((start + back) / 12, np.full(len(back), 100.0), "o", color=INK, markersize=5,
                  markerfacecolor="white", zorder=4)  # fmt: skip
        words += f", back after {back.mean():.0f} months"
        words += f" in {len(back)} of {len(recoveries)} seeds" if len(back) < len(recoveries) else ""
    axes.annotate(words, (months[deepest] / 12, mean[deepest]), xytext=(8, -3), va="top",
                  textcoords="offset points", color=INK, fontsize=9)  # fmt: skip


def shock_words(material: Material, *others: World) -> list[str]:
    """Say for each shock how much more or less function other worlds lost than the first, by title."""
    table = material.table("resilience_differences")
    if not len(table):
        return []
    titles = {world.name: f"“{world.title}”" for world in material.worlds}
    wanted = table[table["world_b"].astype(str).isin([w.name for w in others])]
    named = wanted.assign(**{k: wanted[k].astype(str).map(titles) for k in ("world_a", "world_b")})
    return [f"{sentence}." for sentence in shock_difference_sentences(named)]
