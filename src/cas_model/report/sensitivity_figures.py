"""Figures of a sensitivity experiment: bars, lines over years and samples, pairs, Morris' plane, noise."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.sensitivity.analysis import END
from cas_model.experiments.sensitivity.indices import LEADING
from cas_model.report.experiment_words import Tables, label_of
from cas_model.report.number_format import display_unit, format_number, sentence_case
from cas_model.report.palette import (
    INK,
    OKABE_ITO,
    SOFT,
    new_figure,
    styled,
    world_line,
)
from cas_model.report.sensitivity_words import (
    BADGE,
    CLEAR,
    factor_label,
    index_unit,
    is_effect,
    leading_rows,
    verdict_of,
)

SHOWN_FACTORS = 7
"""Factors of an outcome's bars; the whole list is in the table."""
LINES = 7
"""Factors drawn as lines, the same colour in every panel."""
NAMED = 5
"""Factors named in a panel of Morris' plane."""
SHOWN_PAIRS, VISIBLE = 14, 0.02
"""Pairs in the table of colours, and the least share that makes one worth a row."""
LINE_NAMES = ("blue", "vermillion", "green", "purple", "orange", "sky", "black")
LINE_COLOURS = tuple(OKABE_ITO[c] for c in LINE_NAMES)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
ROOM = 2.3
"""How much higher Morris' plane is than its highest dot."""
LABEL_WIDTH, TITLE_WIDTH = 28, 28
STATES = {"constant": "the same at all points", "undefined": "undefined", "refused": "undefined at some"}


def _panels(n: int, height: float, head: float = 0.6) -> tuple[Figure, list[Axes]]:
    n_rows = math.ceil(n / 2)
    figure = new_figure(head + height * n_rows)
    grid = list(figure.subplots(n_rows, 2, squeeze=False).flat)
    for axes in grid[n:]:
        axes.set_axis_off()
    return figure, grid[:n]


def _scale(outcome: str, method: str) -> float:
    """Return what turns an index into the unit that readers see."""
    return display_unit(OUTCOMES[outcome].unit)[1] if is_effect(method) and outcome in OUTCOMES else 1.0


def _title(axes: Axes, tables: Tables, outcome: str, method: str, *, beside: bool = False) -> None:
    """Name the outcome and say when its indices have not converged, or why there are none."""
    verdict = verdict_of(tables, outcome, method)
    width = TITLE_WIDTH - 8 if beside else TITLE_WIDTH
    axes.set_title(textwrap.fill(sentence_case(label_of(outcome)), width), fontsize=9)
    colour = OKABE_ITO["vermillion"]
    if verdict is None or verdict["status"] != "analysed":
        words = STATES[verdict["status"]] if verdict else "not analysed"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=SOFT)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel("")
        axes.set_ylabel("")
    elif verdict["converged"]:
        return
    elif beside:
        axes.text(-0.12, -0.04, BADGE, transform=axes.transAxes, ha="right", va="top", color=colour)
    else:
        axes.set_title(BADGE, loc="right", fontsize=9, color=colour, fontweight="normal")


def _whiskers(rows: pd.DataFrame, scale: float) -> np.ndarray:
    values = rows["value"].to_numpy() * scale
    low, high = (rows[end].to_numpy() * scale for end in ("low", "high"))
    return np.stack([values - low, high - values])


@styled
def draw_bars(tables: Tables, outcomes: Sequence[str], method: str) -> Figure:
    """Draw the leading index of the strongest factors of every outcome, with 95 % intervals.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With ``indices`` and ``verdicts``.
    outcomes : sequence of str
        Panels.
    method : str
        Whose leading index is drawn.

    Returns
    -------
    Figure
        Dark bars are first-order shares, where the method has them, inside the pale total.
    """
    n_factors = min(SHOWN_FACTORS, tables["indices"]["factor"].nunique())
    figure, panels = _panels(len(outcomes), 0.62 + 0.19 * n_factors, head=0.8)
    table = tables["indices"]
    both = method in ("sobol", "fast")
    for axes, outcome in zip(panels, outcomes, strict=True):
        rows, scale = leading_rows(tables, outcome, method).head(n_factors), _scale(outcome, method)
        places = np.arange(len(rows))
        pale = OKABE_ITO["sky"] if both else OKABE_ITO["blue"]
        axes.barh(places, rows["value"].to_numpy() * scale, color=pale, height=0.62)
        if both:
            first = table[(table["outcome"] == outcome) & (table["year"] == END) & (table["index"] == "S1")]
            alone = first.set_index("factor")["value"].reindex(rows["factor"].astype(str))
            axes.barh(places, alone.clip(lower=0).to_numpy(), color=OKABE_ITO["blue"], height=0.3)
        if rows["low"].notna().all() and len(rows):
            axes.errorbar(
                rows["value"].to_numpy() * scale, places, xerr=_whiskers(rows, scale), fmt="none", ecolor=INK,
                elinewidth=0.9, capsize=1.8, capthick=0.9,
            )  # fmt: skip
        names = [_short(factor_label(str(f))) for f in rows["factor"]]
        axes.set_yticks(places, names)
        axes.set_ylim(n_factors - 0.4, -0.6)
        axes.set_xlim(left=0.0)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        unit = index_unit(outcome, method)
        if is_effect(method):
            axes.set_xlabel(f"effect, {unit}" if unit else "effect", labelpad=1)
        _title(axes, tables, outcome, method, beside=True)
    if both:
        handles = [Patch(color=OKABE_ITO["sky"], label="total, with all interactions (ST)"),
                   Patch(color=OKABE_ITO["blue"], label="alone (S1)")]  # fmt: skip
        figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def _short(label: str) -> str:
    return textwrap.shorten(label, LABEL_WIDTH, placeholder=" …") if len(label) > LABEL_WIDTH else label


def strongest(tables: Tables, outcomes: Sequence[str], method: str, n: int = LINES) -> list[str]:
    """Return the factors with the largest share of the leading index over the outcomes drawn."""
    totals: dict[str, float] = {}
    for outcome in outcomes:
        rows = leading_rows(tables, outcome, method)
        top = float(rows["value"].max()) if len(rows) else 0.0
        for factor, value in zip(rows["factor"].astype(str), rows["value"], strict=True):
            share = float(value) / top if is_effect(method) and top > 0 else float(value)
            totals[factor] = max(totals.get(factor, 0.0), share)
    return sorted(totals, key=lambda factor: -totals[factor])[:n]


def _draw_lines(
    source: pd.DataFrame, axis: str, label: str, tables: Tables, outcomes: Sequence[str], method: str
) -> Figure:
    factors = strongest(tables, outcomes, method)
    figure, panels = _panels(len(outcomes), 1.85, head=0.8)
    leading = source[(source["method"] == method) & (source["index"] == LEADING[method])]
    for axes, outcome in zip(panels, outcomes, strict=True):
        scale = _scale(outcome, method)
        for k, factor in enumerate(factors):
            rows = leading[(leading["outcome"] == outcome) & (leading["factor"] == factor)].sort_values(axis)
            x, colour = rows[axis].to_numpy(dtype=float), LINE_COLOURS[k]
            low, high = (rows[end].to_numpy() * scale for end in ("low", "high"))
            axes.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
            axes.plot(x, rows["value"].to_numpy() * scale, color=colour, marker=MARKERS[k], markersize=4,
                      linestyle=world_line(k))  # fmt: skip
        axes.set_xlabel(label, labelpad=1)
        axes.yaxis.set_major_locator(MaxNLocator(4))
        if axis == "n":
            axes.set_xscale("log", base=2)
            ticks = sorted({int(n) for n in leading["n"]})
            axes.set_xticks(ticks, [format_number(n) for n in ticks])
            axes.minorticks_off()
        else:
            axes.set_xticks(sorted({int(year) for year in leading["year"] if year != END}))
        axes.set_ylabel(index_unit(outcome, method) if is_effect(method) else f"index {LEADING[method]}")
        _title(axes, tables, outcome, method)
    handles = [
        Line2D([], [], color=LINE_COLOURS[k], marker=MARKERS[k], markersize=4, linestyle=world_line(k),
               label=factor_label(factor))
        for k, factor in enumerate(factors)
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure


@styled
def draw_years(tables: Tables, outcomes: Sequence[str], method: str) -> Figure:
    """Draw the leading index of the strongest factors in every kept year, with 95 % bands."""
    source = tables["indices"]
    return _draw_lines(source[source["year"] != END], "year", "year", tables, outcomes, method)


@styled
def draw_convergence(tables: Tables, outcomes: Sequence[str], method: str) -> Figure:
    """Draw the leading index at growing parts of the design, with 95 % bands."""
    return _draw_lines(tables["convergence"], "n", "samples", tables, outcomes, method)


def _unsettled(tables: Tables, outcome: str) -> bool:
    verdict = verdict_of(tables, outcome, "sobol")
    return verdict is not None and verdict["status"] == "analysed" and not verdict["converged"]


@styled
def draw_pairs(tables: Tables, outcomes: Sequence[str]) -> Figure:
    """Draw the second-order indices of the strongest pairs as a table of colours.

    Returns
    -------
    Figure
        Rows are pairs, columns outcomes (with a star when not converged); a number is written where the
        interval lies above `CLEAR`.
    """
    table = tables["indices"]
    rows = table[(table["index"] == "S2") & table["outcome"].isin(outcomes)]
    # What is surely there orders the pairs; few samples make large numbers out of nothing.
    best = rows.groupby(["factor", "factor_2"], observed=True)[["low", "value"]].max()
    best = best.sort_values("low", ascending=False, kind="stable")
    visible = best[best["value"] > VISIBLE]
    pairs = list((visible if len(visible) else best.head(1)).index[:SHOWN_PAIRS])
    cells = {(r["outcome"], r["factor"], r["factor_2"]): r for r in rows.to_dict("records")}
    blank = {"value": float("nan"), "low": float("nan")}
    found = [[cells.get((o, *pair), blank) for o in outcomes] for pair in pairs]
    values = np.array([[float(c["value"]) for c in row] for row in found])
    reach = max(0.05, float(np.nanmax(values)) if np.isfinite(values).any() else 0.05)
    figure = new_figure(2.1 + 0.27 * len(pairs))
    axes = figure.subplots()
    scale = mpl.colors.LinearSegmentedColormap.from_list("pairs", ["white", OKABE_ITO["blue"]])
    image = axes.imshow(np.clip(values, 0.0, None), cmap=scale, vmin=0.0, vmax=reach, aspect="auto")
    for y, row in enumerate(found):
        for x, cell in enumerate(row):
            if float(cell["low"]) > CLEAR:
                dark = float(cell["value"]) > 0.5 * reach
                axes.text(x, y, format_number(float(cell["value"]), 2), ha="center", va="center",
                          color="white" if dark else INK, fontsize=9)  # fmt: skip
    stars = [" *" if _unsettled(tables, o) else "" for o in outcomes]
    labels = [textwrap.shorten(sentence_case(label_of(o)), 34, placeholder=" …") for o in outcomes]
    axes.set_xticks(
        range(len(outcomes)), [a + b for a, b in zip(labels, stars, strict=True)], rotation=40, ha="right",
        rotation_mode="anchor",
    )  # fmt: skip
    for spine in axes.spines.values():
        spine.set_visible(True)
    names = [f"{factor_label(str(a))} × {factor_label(str(b))}" for a, b in pairs]
    axes.set_yticks(range(len(pairs)), [textwrap.shorten(n, 52, placeholder=" …") for n in names])
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(False)
    figure.colorbar(image, ax=axes, label="S2, share of variance", fraction=0.04, pad=0.02)
    return figure


@styled
def draw_plane(tables: Tables, outcomes: Sequence[str]) -> Figure:
    """Draw Morris' plane: mean size of effects against their spread, the strongest factors named.

    Returns
    -------
    Figure
        Right: matters more. Above the line, effects vary by more than their size: they depend on the
        other factors, or are far from straight.
    """
    figure, panels = _panels(len(outcomes), 2.25)
    table = tables["indices"]
    for axes, outcome in zip(panels, outcomes, strict=True):
        scale = _scale(outcome, "morris")
        here = table[(table["outcome"] == outcome) & (table["year"] == END) & (table["method"] == "morris")]
        wide = here.pivot_table(index="factor", columns="index", values="value", observed=True) * scale
        if len(wide):
            wide = wide.sort_values("mu_star", ascending=False)
            axes.plot(wide["mu_star"], wide["sigma"], "o", color=SOFT, markersize=3, alpha=0.6)
            for k, (factor, row) in enumerate(wide.head(NAMED).iterrows()):
                axes.plot(row["mu_star"], row["sigma"], MARKERS[k], color=LINE_COLOURS[k], markersize=5.5,
                          label=_short(factor_label(str(factor))))  # fmt: skip
            reach, spread = (1.1 * float(wide[c].max()) or 1.0 for c in ("mu_star", "sigma"))
            end = min(reach, spread)
            axes.plot([0, end], [0, end], color=SOFT, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
            axes.set_xlim(0, reach)
            axes.set_ylim(0, ROOM * spread)  # the names stand above all dots
            axes.legend(loc="upper left", fontsize=9, frameon=False, handletextpad=0.2, borderpad=0.1,
                        labelspacing=0.2)  # fmt: skip
        unit = index_unit(outcome, "morris")
        axes.set_xlabel(f"mean size (µ*), {unit}" if unit else "mean size (µ*)", labelpad=1)
        axes.set_ylabel("spread (σ)")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        _title(axes, tables, outcome, "morris")
    return figure


@styled
def draw_noise(tables: Tables, outcomes: Sequence[str], method: str) -> Figure:
    """Draw how the variance of single runs divides into factors, seeds and noise."""
    verdicts = [verdict_of(tables, outcome, method) for outcome in outcomes]
    parts = (("parameter_share", "factors", "blue"), ("seed_share", "seed, all points alike", "sky"),
             ("noise_share", "seed, differently at each point", "orange"))  # fmt: skip
    figure = new_figure(0.9 + 0.27 * len(outcomes))
    axes = figure.subplots()
    left = np.zeros(len(outcomes))
    for key, label, colour in parts:
        shares = 100 * np.nan_to_num([float(v[key]) if v else 0.0 for v in verdicts])
        axes.barh(range(len(outcomes)), shares, left=left, color=OKABE_ITO[colour], label=label, height=0.65)
        left += shares
    axes.set_yticks(range(len(outcomes)), [sentence_case(label_of(o)) for o in outcomes])
    axes.set_ylim(len(outcomes) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_xlabel("% of the variance of single runs")
    axes.grid(False)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure
