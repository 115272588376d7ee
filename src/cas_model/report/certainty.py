"""How sure: every difference on one scale, with the interval that pairing gives and the one without it."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cas_model.report.material import family_rank, quintile_of
from cas_model.report.palette import INK, SHADE, SOFT, new_figure, styled, world_colour

LINEAR_REACH = 2.0
"""The axis is linear up to this many times the smallest difference that matters, logarithmic beyond."""


def without_quintiles(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of outcomes that are not one of five socio-economic fifths."""
    return comparison.loc[[quintile_of(str(name)) is None for name in comparison["outcome"]]]


def standardise(comparison: pd.DataFrame) -> pd.DataFrame:
    """Express differences in units of the smallest that matters, turned so that right is better.

    Parameters
    ----------
    comparison : DataFrame
        Rows of one pair of worlds.

    Returns
    -------
    DataFrame
        The rows whose smallest difference is positive and whose difference is finite, with the columns
        effect, effect_low, effect_high, plain_low, plain_high and narrowing (unpaired width over paired
        width; NaN when the paired width is 0).
    """
    numbers = comparison[["smallest_that_matters", "difference", "low", "high"]].to_numpy(dtype=float)
    rows: pd.DataFrame = comparison.loc[np.isfinite(numbers).all(axis=1) & (numbers[:, 0] > 0)].copy()
    sign = np.where(rows["direction"] < 0, -1.0, 1.0)
    scale = sign / rows["smallest_that_matters"].to_numpy()
    ends = {c: rows[c].to_numpy() * scale for c in ("low", "high", "unpaired_low", "unpaired_high")}
    rows["effect"] = rows["difference"].to_numpy() * scale
    rows["effect_low"] = np.minimum(ends["low"], ends["high"])
    rows["effect_high"] = np.maximum(ends["low"], ends["high"])
    rows["plain_low"] = np.minimum(ends["unpaired_low"], ends["unpaired_high"])
    rows["plain_high"] = np.maximum(ends["unpaired_low"], ends["unpaired_high"])
    width = rows["effect_high"] - rows["effect_low"]
    rows["narrowing"] = (rows["plain_high"] - rows["plain_low"]) / width.where(width > 0)
    return rows


def median_narrowing(comparison: pd.DataFrame) -> float:
    """Return how many times wider unpaired intervals are than paired ones (median; NaN when undefined)."""
    rows = standardise(comparison)
    return float(rows["narrowing"].median()) if len(rows) else float("nan")


@styled
def draw_certainty(comparison: pd.DataFrame, colour_index: int = 1) -> Figure:
    """Draw a forest plot of all outcomes of one pair of worlds: paired interval thick, unpaired thin.

    Parameters
    ----------
    comparison : DataFrame
        Rows of one pair of worlds, at least one with a positive smallest difference that matters.
    colour_index : int
        Index of the world compared with the baseline; gives the colour.

    Returns
    -------
    Figure
        One row per outcome; the shaded band holds differences too small to matter; at the right, how many
        times narrower the paired interval is.
    """
    rows = standardise(comparison)
    # Families in reading order from the top; the axis counts from the bottom.
    order = np.argsort([family_rank(str(f)) for f in rows["family"]], kind="stable")
    rows = rows.iloc[order[::-1]].reset_index(drop=True)
    colour = world_colour(colour_index)
    figure = new_figure(1.1 + 0.205 * len(rows))
    axes = figure.subplots()
    axes.set_xscale("symlog", linthresh=LINEAR_REACH, linscale=1.0)
    reach = float(np.nanmax(np.abs(rows[["effect", "plain_low", "plain_high"]].to_numpy()))) * 1.25
    reach = max(reach, 2 * LINEAR_REACH)
    axes.set_xlim(-reach, reach)
    axes.axvspan(-1, 1, color=SHADE, zorder=0, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.7)
    beside = axes.get_yaxis_transform()
    for y, row in enumerate(rows.to_dict("records")):
        plain, paired = (row["plain_low"], row["plain_high"]), (row["effect_low"], row["effect_high"])
        axes.plot(plain, [y, y], color="#AAAAAA", linewidth=1.0, marker="|", markersize=5)
        axes.plot(paired, [y, y], color=colour, linewidth=3.2, solid_capstyle="butt")
        neutral = row["direction"] == 0
        axes.plot(row["effect"], y, "D" if neutral else "o", color=colour, markersize=5.5,
                  markerfacecolor="white" if neutral else colour)  # fmt: skip
        if np.isfinite(row["narrowing"]):
            axes.text(1.01, y, f"{row['narrowing']:.1f}×", transform=beside, va="center", color=SOFT)
    axes.text(1.01, len(rows) - 0.35, "narrower", transform=beside, va="bottom", color=SOFT)
    axes.set_yticks(range(len(rows)), [textwrap.shorten(str(r), 46, placeholder="…") for r in rows["label"]])
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    ticks = [t for t in (1, 10, 100, 1000, 10000) if t <= reach]
    marks = [-t for t in reversed(ticks)] + [0, *ticks]
    axes.set_xticks(marks, [f"{t:+d}".replace("-", "−") if t else "0" for t in marks])
    axes.minorticks_off()
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_xlabel("←  worse      difference ÷ smallest difference that matters      better  →")
    return figure
