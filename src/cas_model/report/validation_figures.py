"""The figure of a validation: simulated beside published, in units of each figure's band."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cas_model.calibration.validation import FAIL, PASS
from cas_model.report.palette import OKABE_ITO, new_figure, styled

REACH = 6.0
"""Half-widths of a band shown beside it; what lies beyond is drawn at the edge."""
ROW_IN, LABEL_WIDTH = 0.36, 46
MARKS = {PASS: ("o", "blue"), FAIL: ("X", "vermillion")}


def with_a_scale(targets: pd.DataFrame) -> pd.DataFrame:
    """Return the targets that ran and have a band with two ends of its own width."""
    return pd.DataFrame(targets[targets["verdict"].isin(list(MARKS)) & (targets["high"] > targets["low"])])


@styled
def draw_targets(targets: pd.DataFrame) -> Figure:
    """Draw median and range over seeds of every target with a two-sided band, failures on top."""
    rows = with_a_scale(targets).iloc[::-1].reset_index(drop=True)
    middle, half = (rows["low"] + rows["high"]) / 2.0, (rows["high"] - rows["low"]) / 2.0
    figure = new_figure(1.6 + ROW_IN * len(rows))
    axes = figure.subplots()
    axes.axvspan(-1.0, 1.0, color="#E3E3DE", zorder=0)
    place = np.arange(len(rows))

    def scaled(column: str) -> pd.Series:
        return ((rows[column] - middle) / half).clip(-REACH, REACH)

    for verdict, (marker, colour) in MARKS.items():
        kept = (rows["verdict"] == verdict).to_numpy()
        axes.hlines(place[kept], scaled("least")[kept], scaled("most")[kept], color=OKABE_ITO[colour])
        axes.plot(scaled("median")[kept], place[kept], marker, color=OKABE_ITO[colour], markersize=8,
                  markeredgecolor="white", linestyle="none")  # fmt: skip
    names = rows["id"] + " " + rows["name"] + " (" + rows["use"] + ")"
    axes.set_yticks(place, [textwrap.fill(name, LABEL_WIDTH) for name in names])
    axes.set_xlim(-REACH - 0.4, REACH + 0.4)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"half-widths of the band from its middle (cut at {REACH:g})")
    figure.legend(
        handles=[
            Patch(color="#E3E3DE", label="published band"),
            *(Line2D([], [], color=OKABE_ITO[c], marker=m, label=f"{v}: median and range over seeds")
              for v, (m, c) in MARKS.items()),
        ],
        loc="outside upper center", ncols=3, frameon=False,
    )  # fmt: skip
    return figure
