"""Figures of a calibration: what each wave leaves, fit, posterior beside prior, correlations, profiles."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cas_model.calibration.identifiability import LEFT_OPEN, NARROWED_DOWN, PINNED_DOWN
from cas_model.report.calibration_words import short
from cas_model.report.number_format import format_number
from cas_model.report.palette import (
    DIVERGING,
    INK,
    OKABE_ITO,
    SOFT,
    centred_norm,
    new_figure,
    styled,
)

Tables = Mapping[str, pd.DataFrame]
REACH = 6.0
"""Tolerances shown beside a band; what lies beyond is drawn at the edge."""
LABEL_WIDTH = 34
ROW_IN = 0.27
COLOURS = {PINNED_DOWN: "blue", NARROWED_DOWN: "sky", LEFT_OPEN: "orange"}
MARKERS = {PINNED_DOWN: "o", NARROWED_DOWN: "s", LEFT_OPEN: "D"}
MOST_PROFILES = 20
MOST_CORRELATED = 16
FLAT = 3.0
"""A wave that leaves more than a third is drawn nearly level."""


def _words(key: str) -> str:
    return textwrap.fill(short(key), LABEL_WIDTH)


@styled
def draw_waves(tables: Tables, cutoff: float) -> Figure:
    """Draw the share of the parameter space that each wave leaves, and what each target ruled out alone."""
    waves, blame = tables["waves"], tables["ruled_out"]
    last = blame[blame["wave"] == waves["wave"].max()]
    first = blame[blame["wave"] == 1].set_index("statistic")["share_ruled_out"]
    order = first.fillna(-1.0).sort_values().index.to_list()
    figure = new_figure(max(2.6, 1.2 + ROW_IN * len(order)))
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.05))
    steps = [0, *waves["wave"].to_list()]
    shares = [100.0, *(100.0 * waves["share"]).to_list()]
    shown = [share for share in shares if share > 0]
    left.plot(steps[: len(shown)], shown, color=OKABE_ITO["blue"], marker="o")
    for number, (step, share) in enumerate(zip(steps, shown, strict=False)):
        # Below where the line is flat, so that neighbours do not write over each other.
        flat = number > 0 and shown[number - 1] < FLAT * share
        digits = 0 if share > 10 else 2 if share > 0.01 else 4
        left.annotate(
            f"{format_number(share, digits)} %", (step, share), xytext=(4, -14 if flat else 6),
            textcoords="offset points",
        )  # fmt: skip
    if len(shown) < len(shares):
        left.text(0.97, 0.04, "then nothing", transform=left.transAxes, ha="right", color=SOFT)
    left.set_yscale("log")
    left.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    left.yaxis.set_minor_formatter(lambda value, _: "")
    left.set_xticks(steps)
    left.margins(x=0.25, y=0.2)
    left.set_xlabel("waves")
    left.set_ylabel("share not ruled out, %")
    left.set_title("What is left of the space")
    right.barh(range(len(order)), 100.0 * first.loc[order].fillna(0.0), color=OKABE_ITO["blue"], height=0.6)
    out_of_reach = last.set_index("statistic")["least"] > cutoff
    for row, name in enumerate(order):
        if np.isnan(first[name]):
            right.text(1.0, row, "emulator not trusted", va="center", color=SOFT)
        elif bool(out_of_reach.get(name, False)):
            right.text(99.0, row, "out of reach", va="center", ha="right", color="white", fontweight="bold")
    right.set_yticks(range(len(order)), [_words(name) for name in order])
    right.set_xlim(0.0, 100.0)
    right.grid(axis="x")
    right.grid(visible=False, axis="y")
    right.set_xlabel("share, by one figure alone, %")
    right.set_title("What each rules out")
    return figure


@styled
def draw_fit(fit: pd.DataFrame) -> Figure:
    """Draw each figure's band with what the model gives before and after, in tolerances of the figure.

    Parameters
    ----------
    fit : DataFrame
        From `cas_model.calibration.fit.fit_table`, the first row on top. Without an accepted set the
        nearest of all runs is shown.
    """
    fit = fit.iloc[::-1].reset_index(drop=True)
    figure = new_figure(1.5 + ROW_IN * 1.35 * len(fit))
    axes = figure.subplots()
    middle = (fit["target_low"] + fit["target_high"]) / 2.0
    half = (fit["target_high"] - fit["target_low"]) / 2.0
    tolerance = fit["target_sd"] + half

    def place(column: str) -> pd.Series:
        return ((fit[column] - middle) / tolerance).clip(-REACH, REACH)

    rows = np.arange(len(fit))
    axes.barh(rows, 2.0 * half / tolerance, left=-half / tolerance, height=0.8, color="#E3E3DE")
    axes.axvspan(-1.0, 1.0, color="#F4F4F1", zorder=0)
    axes.hlines(rows + 0.2, place("prior_low"), place("prior_high"), color=SOFT, linewidth=1.2)
    axes.plot(place("prior_median"), rows + 0.2, "|", color=SOFT, markersize=8)
    axes.hlines(rows - 0.12, place("low"), place("high"), color=OKABE_ITO["blue"], linewidth=3.0)
    accepted = bool(fit["central"].notna().any())
    if not accepted:
        axes.plot(place("nearest"), rows - 0.12, "D", color=OKABE_ITO["vermillion"], markeredgecolor="white",
                  markersize=7, linestyle="none")  # fmt: skip
    for met, marker, colour in ((True, "o", "blue"), (False, "X", "vermillion")):
        kept = fit["central_met"].to_numpy(dtype=bool) == met
        axes.plot(place("central")[kept], rows[kept] - 0.12, marker, color=OKABE_ITO[colour],
                  markeredgecolor="white", markersize=7, linestyle="none")  # fmt: skip
    axes.set_yticks(rows, [_words(name) for name in fit["statistic"]])
    axes.set_xlim(-REACH - 0.3, REACH + 0.3)
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"distance from the middle of the published figure, in its tolerances (cut at {REACH:g})")
    axes.set_title("Published figures, and the model before and after calibration")
    after = [
        Line2D([], [], color=OKABE_ITO["blue"], linewidth=3.0, label="after: 90 % of runs"),
        Line2D([], [], color=OKABE_ITO["blue"], marker="o", linestyle="none", label="central set, met"),
        Line2D([], [], color=OKABE_ITO["vermillion"], marker="X", linestyle="none", label="missed"),
    ]
    nearest = [
        Line2D([], [], color=OKABE_ITO["vermillion"], marker="D", linestyle="none", label="nearest run")
    ]
    figure.legend(
        handles=[
            Patch(color="#E3E3DE", label="published band"),
            Line2D([], [], color=SOFT, marker="|", label="before: 90 % of runs"),
            *(after if accepted else nearest),
        ],
        loc="outside upper center", ncols=5, frameon=False, handlelength=1.4, columnspacing=1.2,
    )  # fmt: skip
    return figure


@styled
def draw_identifiability(tables: Tables) -> Figure:
    """Draw each parameter's posterior within the range of its prior, the best known ones first."""
    table = tables["identifiability"].sort_values("contraction").reset_index(drop=True)
    figure = new_figure(1.4 + ROW_IN * len(table))
    axes = figure.subplots()
    rows = np.arange(len(table))
    axes.barh(rows, np.ones(len(table)), height=0.62, color="#EDEDEA")
    for verdict, name in COLOURS.items():
        kept = (table["verdict"] == verdict).to_numpy()
        if kept.any():
            colour, part = OKABE_ITO[name], table[kept]
            axes.hlines(rows[kept], part["low"], part["high"], color=colour, linewidth=1.4)
            axes.hlines(rows[kept], part["quartile_1"], part["quartile_3"], color=colour, linewidth=5.0)
            axes.plot(part["median"], rows[kept], MARKERS[verdict], color=INK, markersize=4.5,
                      linestyle="none")  # fmt: skip
    for row, value in enumerate(table["contraction"]):
        axes.text(1.02, row, format_number(float(value), 2), va="center")
    axes.text(1.02, len(table) - 0.35, "contraction", va="bottom", color=SOFT)
    axes.set_yticks(rows, [_words(name) for name in table["parameter"]])
    axes.set_xlim(0.0, 1.16)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["lowest", "25 %", "50 %", "75 %", "highest"])
    axes.grid(visible=False)
    axes.set_xlabel("place in the prior range (line: 90 %, bar: half of the posterior, mark: median)")
    shown = [verdict for verdict in COLOURS if (table["verdict"] == verdict).any()]
    figure.legend(
        handles=[
            Line2D([], [], color=OKABE_ITO[COLOURS[v]], linewidth=5.0, marker=MARKERS[v], markersize=4.5,
                   markerfacecolor=INK, markeredgecolor=INK, label=v)
            for v in shown
        ],
        loc="outside upper center", ncols=3, frameon=False,
    )  # fmt: skip
    return figure


@styled
def draw_correlations(tables: Tables) -> Figure:
    """Draw the posterior correlations of pairs of parameters, of the most strongly correlated ones."""
    table = tables["correlations"]
    strongest = pd.concat(
        [table[["parameter", "correlation"]],
         table[["parameter_2", "correlation"]].rename(columns={"parameter_2": "parameter"})]
    )  # fmt: skip
    largest = strongest["correlation"].abs().groupby(strongest["parameter"]).max()
    shown = set(largest.sort_values(ascending=False, kind="stable").index[:MOST_CORRELATED])
    table = table[table["parameter"].isin(shown) & table["parameter_2"].isin(shown)]
    names = list(dict.fromkeys([*table["parameter"], *table["parameter_2"]]))
    place = {name: number for number, name in enumerate(names)}
    grid = np.full((len(names), len(names)), np.nan)
    for _, row in table.iterrows():
        grid[place[row["parameter_2"]], place[row["parameter"]]] = row["correlation"]
    grid = grid[1:, :-1]
    figure = new_figure(1.9 + 0.32 * len(names))
    axes = figure.subplots()
    norm = centred_norm([-1.0, 1.0])
    axes.imshow(np.ma.masked_invalid(grid), cmap=DIVERGING, norm=norm, aspect="auto")
    bound = set(zip(table.loc[table["bound"], "parameter_2"], table.loc[table["bound"], "parameter"],
                    strict=True))  # fmt: skip
    for i, j in np.argwhere(np.isfinite(grid)):
        strong = (names[i + 1], names[j]) in bound
        dark = abs(grid[i, j]) > 0.65
        words = format_number(float(grid[i, j]), 1)
        axes.text(float(j), float(i), words, ha="center", va="center", fontsize=8,
                  color="white" if dark else INK, fontweight="bold" if strong else "normal")  # fmt: skip
    axes.set_xticks(range(len(names) - 1), [_words(n) for n in names[:-1]], rotation=90)
    axes.set_yticks(range(len(names) - 1), [_words(n) for n in names[1:]])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(mpl.cm.ScalarMappable(norm, DIVERGING), ax=axes, shrink=0.7)
    bar.set_label("posterior correlation")
    axes.set_title("Parameters that make up for each other (bold: surely)")
    return figure


@styled
def draw_profiles(tables: Tables, cutoff: float) -> Figure:
    """Draw the least implausibility that can be reached with each parameter held at a place of its range."""
    best = tables["identifiability"].sort_values("contraction", ascending=False)
    names = best["parameter"].to_list()[:MOST_PROFILES]
    across = 4
    n_rows = math.ceil(len(names) / across)
    figure = new_figure(0.9 + 1.35 * n_rows)
    panels = figure.subplots(n_rows, across, sharex=True, sharey=True, squeeze=False)
    table = tables["profiles"]
    top = min(max(2.0 * cutoff, 1.0), float(np.nanmax([table["least"].max(), cutoff * 1.3])))
    for axes, name in zip(panels.flat, names, strict=False):
        rows = table[table["parameter"] == name]
        axes.plot(rows["place"], rows["least"].clip(upper=top), color=OKABE_ITO["blue"])
        axes.axhline(cutoff, color=OKABE_ITO["vermillion"], linestyle=(0, (4, 2)), linewidth=1.0)
        axes.set_title(textwrap.fill(short(name), 22), fontsize=9, fontweight="normal")
        axes.set_ylim(0.0, top * 1.05)
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks([0.0, 1.0], ["low", "high"])
    for axes in list(panels.flat)[len(names) :]:
        axes.set_axis_off()
    figure.supylabel("least implausibility, SD", fontsize=9, color=SOFT)
    figure.legend(
        handles=[
            Line2D([], [], color=OKABE_ITO["blue"], label="best that the others can make of it"),
            Line2D([], [], color=OKABE_ITO["vermillion"], linestyle=(0, (4, 2)), label="ruled out above"),
        ],
        loc="outside upper center", ncols=2, frameon=False,
    )  # fmt: skip
    return figure
