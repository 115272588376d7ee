"""Why: the mechanisms whose activation differs most between worlds, each with its claim."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cas_model.config.declarations import MECHANISMS, Mechanism
from cas_model.report.material import World
from cas_model.report.palette import GRID, INK, SOFT, new_figure, styled, world_colour

SHOWN = 10


def activation_table(
    activation: pd.DataFrame, worlds: Sequence[World], declarations: Mapping[str, Mechanism] | None = None
) -> pd.DataFrame:
    """Rank mechanisms by how much their activation differs between the first and the last world.

    Activation is the share of agents on which the mechanism acted times the mean size of its push. Its
    difference is taken relative to the larger of the two, because sizes have the units of what they push.

    Parameters
    ----------
    activation : DataFrame
        Columns world, replicate, month, mechanism, share (0-1), size.
    worlds : sequence of World
        The worlds, in order; one world ranks by share.
    declarations : mapping, optional
        Mechanism declarations; the registry when left out.

    Returns
    -------
    DataFrame
        Columns mechanism, title, claim, grade, source, rank_by, and per world ``share_<world>`` (0-1) and
        ``push_<world>``; policy months only, mean over months and replicates; most different first.
    """
    declared = MECHANISMS if declarations is None else declarations
    rows = activation[activation["month"] >= 0].copy()
    rows["push"] = rows["share"] * rows["size"]
    mean = rows.pivot_table(
        values=["share", "push"], index="mechanism", columns="world", aggfunc="mean", observed=True
    )
    names = [w.name for w in worlds if ("share", w.name) in mean.columns]
    table = pd.DataFrame({"mechanism": [str(m) for m in mean.index]})
    entries = [declared.get(m) for m in table["mechanism"]]
    for part in ("title", "claim", "grade", "source"):
        table[part] = [str(getattr(e, part)).replace("->", "→") if e else "" for e in entries]
    for name in names:
        table[f"share_{name}"] = mean[("share", name)].to_numpy(dtype=float)
        table[f"push_{name}"] = mean[("push", name)].to_numpy(dtype=float)
    if len(names) > 1:
        first, last = np.abs(table[f"push_{names[0]}"]), np.abs(table[f"push_{names[-1]}"])
        larger = np.maximum(first, last)
        table["rank_by"] = np.where(larger > 0, np.abs(last - first) / larger.where(larger > 0, 1.0), 0.0)
    else:
        table["rank_by"] = table[f"share_{names[0]}"]
    return table.sort_values(["rank_by", "mechanism"], ascending=[False, True]).reset_index(drop=True)


@styled
def draw_mechanisms(table: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw the most different mechanisms as a dot plot: activation per world beside title and claim.

    Parameters
    ----------
    table : DataFrame
        From `activation_table`; the first ten rows are drawn.
    worlds : sequence of World
        The worlds, in order.

    Returns
    -------
    Figure
        Activation as a percentage of the most active world's, so that mechanisms with different units share
        one axis; a single run shows the share of agents instead.
    """
    rows = table.head(SHOWN).iloc[::-1].reset_index(drop=True)
    names = [w for w in worlds if f"push_{w.name}" in table.columns]
    column = "push_" if len(names) > 1 else "share_"
    values = rows[[column + w.name for w in names]].abs().to_numpy(dtype=float)
    if len(names) > 1:
        largest = values.max(axis=1, keepdims=True)
        values = values / np.where(largest > 0, largest, 1.0)
    values = 100 * values
    figure = new_figure(0.8 + 0.6 * len(rows))
    axes = figure.subplots()
    for y, row in enumerate(rows.itertuples()):
        axes.plot([values[y].min(), values[y].max()], [y, y], color=GRID, linewidth=3, zorder=1)
        claim = "\n".join(textwrap.wrap(str(row.claim), 58, max_lines=2, placeholder="…"))
        axes.text(
            -0.03,
            y + 0.02,
            f"{row.mechanism}  {textwrap.shorten(str(row.title), 50, placeholder='…')}",
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="bottom",
            color=INK,
            fontweight="bold",
        )
        axes.text(
            -0.03, y - 0.02, claim, transform=axes.get_yaxis_transform(), ha="right", va="top", color=SOFT
        )
    for i, world in enumerate(names):
        colour = world_colour(world.index)
        axes.plot(values[:, i], range(len(rows)), "o" if i == 0 else "D", color=colour, markersize=6.5,
                  linestyle="none", label=world.title, zorder=3, clip_on=False)  # fmt: skip
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(names), frameon=False, handletextpad=0.2
    )
    axes.set_yticks([])
    axes.set_ylim(-0.75, len(rows) - 0.4)
    axes.set_xlim(-3, 103)
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(
        "activation, % of the most active world" if len(names) > 1 else "share of agents, % a month"
    )
    return figure
