"""How people and professionals rate it: both surveys of every world beside what was published."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cas_model.report.material import World, short_title
from cas_model.report.palette import INK, SOFT, new_figure, styled, world_colour

SCALE = range(6)
PANEL_COLUMNS = 2
STRIP_IN, ITEM_IN = 0.24, 0.25
MARK_IN = 0.085
"""Least height of an item's row, and what each world's mark needs of it."""
BANDS = {
    "low": {1: (0.42, 0.50), 2: (0.42, 0.50), 3: (0.42, 0.50), 7: (0.50, 0.60), 16: (0.50, 0.65)},
    "high": {5: (0.60, 0.70), 12: (0.50, 1.0), 18: (0.0, 0.50)},
}
"""Published bands of PACIC items: never or almost never (T4 to T6), mostly or always (T3, T7, T8).

T7, a majority never to sometimes, is at most a half mostly or always."""
BAND = "#C9C9C9"


def pooled(profile: pd.DataFrame, by: str, points: Sequence[int]) -> pd.DataFrame:
    """Return each world's distribution over all its replicates, with median and quartiles.

    Parameters
    ----------
    profile : DataFrame
        Columns world, `by`, n and a share per point.
    by : str
        Column of the dimension or item.
    points : sequence of int
        The answers, ascending.

    Returns
    -------
    DataFrame
        Index (world, `by`); columns share_<point>, median, lower_quartile, upper_quartile (lower answer of
        two).
    """
    shares = [f"share_{k}" for k in points]
    rows = profile[profile["n"] > 0]
    table = rows.groupby(["world", by], observed=True, sort=False)[shares].mean()
    reached = table.to_numpy().cumsum(axis=1)
    for name, share in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)):
        table[name] = points[0] + (reached < share - 1e-9).sum(axis=1)
    return table


def _shades(colour: str) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("shares", ["white", colour])


def _strips(axes: Axes, rows: pd.DataFrame, published: pd.Series, colour: str) -> None:
    shares = rows[[f"share_{k}" for k in SCALE]].to_numpy()
    axes.imshow(shares, cmap=_shades(colour), vmin=0, vmax=1.1, aspect="auto", interpolation="nearest")
    for y, row in enumerate(rows.assign(published=published).to_dict("records")):
        axes.plot((row["lower_quartile"], row["upper_quartile"]), (y, y), color=colour, linewidth=1.6)
        axes.plot(row["median"], y, "o", color=colour, markersize=7, markeredgecolor="white")
        axes.plot(row["published"], y, "D", color=INK, markersize=5.5, markerfacecolor="none",
                  markeredgewidth=1.5)  # fmt: skip
    axes.set_xticks(list(SCALE))
    axes.grid(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_yticks(range(len(rows)), list(rows.index))


@styled
def draw_scirocco(profile: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw each world's ratings of the twelve dimensions beside the published Belgian medians.

    Parameters
    ----------
    profile : DataFrame
        Tables ``scirocco`` of all runs: columns world, replicate, dimension, n, share_0 to share_5,
        published_median.
    worlds : sequence of World
        A panel each.
    """
    found = pooled(profile, "dimension", list(SCALE))
    published = profile.drop_duplicates("dimension").set_index("dimension")["published_median"]
    shown = [w for w in worlds if w.name in found.index.get_level_values(0)]
    n_rows = -(-len(shown) // PANEL_COLUMNS)
    figure = new_figure(0.7 + n_rows * (0.75 + STRIP_IN * len(published)))
    grid = figure.subplots(n_rows, min(PANEL_COLUMNS, len(shown)), sharey=True, squeeze=False)
    for axes, world in zip(grid.flat, shown, strict=False):
        _strips(
            axes,
            found.loc[[world.name]].droplevel("world").reindex(published.index),
            published,
            world_colour(world.index),
        )
        axes.set_title(short_title(world.title, 34))
        axes.set_xlabel("rating, 0 (nothing yet) to 5 (fully there)")
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_axis_off()
    figure.legend(
        handles=[
            Line2D([], [], marker="o", color=SOFT, markersize=7, markeredgecolor="white", linewidth=1.6),
            Line2D([], [], marker="D", color=INK, markersize=5.5, markerfacecolor="none", linewidth=0,
                   markeredgewidth=1.5),
            Patch(facecolor="#AAAAAA"),
        ],
        labels=["median and middle half of raters", "published Belgian median", "darker: more raters"],
        loc="outside upper center", ncols=3, frameon=False, handletextpad=0.5,
    )  # fmt: skip
    return figure


@styled
def draw_pacic(profile: pd.DataFrame, worlds: Sequence[World]) -> Figure:
    """Draw the share of patients who answer never or almost never, and mostly or always, per item and world.

    Parameters
    ----------
    profile : DataFrame
        Tables ``pacic`` of all runs: columns world, replicate, item, label, n, share_1 to share_5.
    worlds : sequence of World
        A dot each, with a line from the lowest to the highest replicate.
    """
    rows = profile[profile["n"] > 0]
    rows = rows.assign(low=rows["share_1"] + rows["share_2"], high=rows["share_4"] + rows["share_5"])
    labels = rows.drop_duplicates("item").sort_values("item")
    items = labels["item"].tolist()
    shown = [w for w in worlds if w.name in set(rows["world"].astype(str))]
    figure = new_figure(1.25 + max(ITEM_IN, MARK_IN * len(shown)) * len(items))
    panels = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.08})
    titles = {"low": "Never or almost never", "high": "Mostly or always"}
    reach = 0.4 * (1 - 1 / len(shown))
    offsets = np.linspace(-reach, reach, len(shown))
    for axes, (side, title) in zip(panels, titles.items(), strict=True):
        for item, (low, high) in BANDS[side].items():
            place = items.index(item)
            axes.barh(place, 100 * (high - low), left=100 * low, height=0.9, color=BAND, zorder=0.5)
        for offset, world in zip(offsets, shown, strict=True):
            found = rows[rows["world"] == world.name].groupby("item")[side].agg(["mean", "min", "max"])
            y = np.arange(len(items)) + offset
            colour = world_colour(world.index)
            axes.hlines(y, 100 * found["min"], 100 * found["max"], color=colour, linewidth=1.6)
            axes.plot(100 * found["mean"], y, "os^Dv"[world.index % 5], color=colour, markersize=4.5)
        axes.set_title(title)
        axes.set_xlabel("% of patients asked")
        axes.set_xlim(0, 100)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.tick_params(axis="y", length=0, labelcolor=INK)
    panels[0].set_yticks(range(len(items)), [f"{i} {t}" for i, t in zip(items, labels["label"], strict=True)])
    panels[0].set_ylim(len(items) - 0.4, -0.6)
    handles = [
        Line2D([], [], color=world_colour(w.index), marker="os^Dv"[w.index % 5], markersize=4.5,
               linewidth=1.6) for w in shown
    ]  # fmt: skip
    with mpl.rc_context({"legend.handlelength": 1.6}):
        figure.legend(
            handles=[*handles, Patch(facecolor=BAND)],
            labels=[*(short_title(w.title, 30) for w in shown), "published"],
            loc="outside upper center", ncols=3, frameon=False,
        )  # fmt: skip
    return figure


def targets_met(targets: pd.DataFrame, worlds: Sequence[World]) -> list[tuple[str, ...]]:
    """Return a row per target: what is asked, the published range, and each world's mean over replicates."""
    kept = targets.drop_duplicates(["target", "asked"])
    means = targets.groupby(["asked", "world"], observed=True)["value"].mean()
    rows = []
    for row in kept.to_dict("records"):
        share = row["high"] <= 1.0
        said = [_said(means.get((row["asked"], w.name), np.nan), row["low"], row["high"]) for w in worlds]
        low, high = (f"{100 * row[k]:.0f} %" if share else f"{row[k]:.0f}" for k in ("low", "high"))
        reach = low if low == high else f"at least {low}" if high == "100 %" else f"{low} to {high}"
        rows.append((f"{row['target']} {row['asked']}", reach, *said))
    return rows


def _said(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return "nobody asked"
    shown = f"{100 * value:.0f} %" if high <= 1.0 else f"{value:.1f}".removesuffix(".0")
    return f"{shown} {'✓' if low <= value <= high else '✗'}"
