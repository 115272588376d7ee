"""The five aims side by side, and whether the weights they are given decide which world is better."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from cas_model.config.declarations import OUTCOMES
from cas_model.outcomes.quintuple_aim import AIMS
from cas_model.report.material import FINAL_MONTHS, World, short_title
from cas_model.report.number_format import THIN, sentence_case
from cas_model.report.palette import INK, SHADE, new_figure, styled, world_colour

COMPOSITES = ("quintuple_aim_geometric", "quintuple_aim_minimum")
WORLD_IN = 0.21


def values_of_aims(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return mean, lowest and highest replicate of every aim and composite, means over the last year.

    Parameters
    ----------
    outcomes : DataFrame
        Tidy outcomes of all runs.

    Returns
    -------
    DataFrame
        Index (world, outcome); columns mean, min, max. Empty when none is recorded.
    """
    last = outcomes["month"].max()
    rows = outcomes[
        (outcomes["level"] == "flanders")
        & (outcomes["month"] > last - FINAL_MONTHS)
        & outcomes["outcome"].isin([*AIMS, *COMPOSITES])
    ]
    runs = rows.groupby(["world", "outcome", "replicate"], observed=True)["value"].mean()
    over = runs.groupby(["world", "outcome"], observed=True)
    return pd.DataFrame({"mean": over.mean(), "min": over.min(), "max": over.max()})


@styled
def draw_aims(values: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw the five aims and their composites, a panel each on one axis, a row per world.

    Parameters
    ----------
    values : DataFrame
        See `values_of_aims`.
    worlds : sequence of World
        The worlds, in order.
    """
    found = set(values.index.get_level_values(1))
    names = [name for name in (*AIMS, *COMPOSITES) if name in found]
    figure = new_figure(0.5 + len(names) * (0.36 + WORLD_IN * len(worlds)))
    panels = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    reach = max(1.0, float(values["max"].max()))
    for axes, name in zip(panels, names, strict=True):
        for world in worlds:
            if (world.name, name) not in values.index:
                continue
            mean, low, high = values[values.index == (world.name, name)].to_numpy()[0]
            y, colour = -world.index, world_colour(world.index)
            axes.plot((low, high), (y, y), color=colour, linewidth=3.2, solid_capstyle="butt")
            axes.plot(mean, y, "o", color=colour, markersize=6)
            axes.text(1.01, y, f"{mean:.3f}", transform=axes.get_yaxis_transform(), va="center",
                      color=colour)  # fmt: skip
        if name in COMPOSITES:
            axes.set_facecolor(SHADE)
        axes.set_title(sentence_case(OUTCOMES[name].label))
        axes.set_yticks([-w.index for w in worlds], [short_title(w.title, 26) for w in worlds])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(-len(worlds) + 0.4, 0.6)
        axes.set_xlim(0, 1.02 * reach)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
    panels[-1].set_xlabel("0 (worst) to 1 (best, or as the reference)")
    return figure


def weighting_sentences(aims: pd.DataFrame, titles: dict[str, str]) -> list[str]:
    """Say per pair of worlds under which share of weightings the second is higher, and the range over seeds.

    Parameters
    ----------
    aims : DataFrame
        See `cas_model.experiments.aims.aims_table`.
    titles : dict
        World -> title.
    """
    said = []
    for (a, b), rows in aims.groupby(["world_a", "world_b"], sort=False, observed=True):
        share = 100 * rows["share_b_above_a"]
        low, high, n = f"{share.min():.0f}", f"{share.max():.0f}", len(share)
        over = f" (all {n} seeds alike)" if low == high else f" ({low} to {high}{THIN}% over {n} seeds)"
        said.append(
            f"In {share.mean():.0f}{THIN}% of weightings{over if n > 1 else ''} of the five aims, "
            f"the geometric composite of “{titles.get(str(b), str(b))}” is higher than that "
            f"of “{titles.get(str(a), str(a))}”. "
            "Near 0 or 100 it does not matter how the aims are weighed; near 50 the weights decide. "
            "It says which is higher, not by how much: see the figure."
        )
    return said
