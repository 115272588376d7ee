"""The benchmark as one figure: time and memory against size, both axes logarithmic."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from cas_model.benchmark.measure import TESTS
from cas_model.benchmark.summary import bound_ns, size_rows
from cas_model.report.palette import GRID, OKABE_ITO, SOFT, new_figure, styled

Document = dict[str, Any]
PEERS = TESTS.parent / "benchmarks" / "peers.toml"
"""Other tools, measured once on a simpler workload; comes with the source checkout."""
_LOOK: dict[tuple[str, int], tuple[str, str]] = {
    ("cas_model", 1): (OKABE_ITO["blue"], "o"),
    ("cas_model", 2): (OKABE_ITO["vermillion"], "s"),
    ("plain Mesa", 1): (OKABE_ITO["green"], "^"),
}
_OTHER = OKABE_ITO["purple"]


def load_peers(path: Path = PEERS) -> list[dict[str, Any]]:
    """Return other tools: ``name``, and lists ``patients`` and ``ns``; none when the file is not at hand."""
    if not path.is_file():
        return []
    with path.open("rb") as file:
        peers: list[dict[str, Any]] = tomllib.load(file)["peer"]
    return peers


@styled
def draw_benchmark(document: Document, peers: list[dict[str, Any]] | None = None) -> Figure:
    """Draw ns per patient-month and peak memory against patients.

    Parameters
    ----------
    document : dict
        From `suite.run_suite`.
    peers : list of dict, optional
        Other tools, drawn thin and grey on the left; from `load_peers`.
    """
    figure = new_figure(4.6)
    time_axes, memory_axes = figure.subplots(1, 2, width_ratios=(1.5, 1))
    rows = size_rows(document)
    _dress(time_axes, "Time", "ns per patient-month", reach=250.0)
    _dress(memory_axes, "Peak memory", "MB", reach=30.0)
    others = [
        Line(p["name"], "#A8A8A8", "", list(zip(p["patients"], p["ns"], strict=True))) for p in peers or []
    ]
    _draw_lines(time_axes, others + _model_lines(rows, "ns"))
    # A second thread hardly changes memory: one line per model.
    fewest = min((row["threads"] for row in rows), default=1)
    _draw_lines(memory_axes, _model_lines([row for row in rows if row["threads"] == fewest], "peak_mb"))
    low, high = memory_axes.get_ylim()
    memory_axes.set_ylim(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)))
    _draw_bound(time_axes, bound_ns(document, 1))
    machine = document["machine"]
    grey = " \u00b7 grey: other tools, a lighter workload" if peers else ""
    figure.supxlabel(
        f"{machine['processor']}, {machine['cores']} cores \u00b7 {document['created'][:10]}{grey}",
        fontsize=9, color=SOFT, x=0.005, ha="left",
    )  # fmt: skip
    return figure


@dataclass(frozen=True)
class Line:
    """A line of the figure: what it is called, its colour and marker, and its points (patients, value)."""

    label: str
    colour: str
    marker: str
    points: list[tuple[float, float]]


def _model_lines(rows: list[dict[str, Any]], value: str) -> list[Line]:
    lines = []
    keys = dict.fromkeys((row["model"], row["threads"]) for row in rows)
    for model, threads in keys:
        colour, marker = _LOOK.get((model, threads), (_OTHER, "D"))
        several = sum(other == model for other, _ in keys) > 1
        label = f"{model}, {threads} thread{'s' if threads > 1 else ''}" if several else model
        mine = [row for row in rows if (row["model"], row["threads"]) == (model, threads)]
        lines.append(Line(label, colour, marker, [(row["patients"], row[value]) for row in mine]))
    return lines


def _draw_lines(axes: Axes, lines: list[Line]) -> None:
    """Draw lines and write each one's name behind its last point, names a text line apart."""
    for line in lines:
        width = 1.5 if line.marker else 0.9
        axes.plot(
            *zip(*line.points, strict=True),
            color=line.colour,
            marker=line.marker,
            markersize=4,
            linewidth=width,
        )
    low, high = axes.get_ylim()
    axes.set_ylim(low / 1.6, high * 1.3)
    apart = (high / low) ** 0.062
    last = 0.0
    for line in sorted(lines, key=lambda line: line.points[-1][1]):
        x, y = line.points[-1]
        last = max(y, last * apart)
        colour = line.colour if line.marker else SOFT
        axes.annotate(line.label, (x, y), xytext=(x * 1.35, last), color=colour, va="center")


def _draw_bound(axes: Axes, bound: float | None) -> None:
    if bound is None:
        return
    axes.axhline(bound, color="black", linewidth=1.0, linestyle=(0, (1.5, 1)))
    axes.set_ylim(bottom=min(axes.get_ylim()[0], bound / 2.2))
    axes.annotate(
        "bound of this machine, 1 thread", (0.99, bound), xycoords=("axes fraction", "data"),
        xytext=(0, -3), textcoords="offset points", ha="right", va="top",
    )  # fmt: skip


def _dress(axes: Axes, title: str, unit: str, reach: float) -> None:
    """Set scales and titles; the patients' axis reaches `reach` times past the largest size, for names."""
    axes.set_title(f"{title}, {unit}")
    axes.set_xlabel("patients")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(6e3, 6.7e6 * reach)
    axes.set_xticks([1e4, 1e5, 1e6, 1e7])
    axes.grid(True, which="major", axis="both", color=GRID, linewidth=0.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_short))
        axis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())


def _short(value: float, _: int | None = None) -> str:
    """Write a tick: 10 000 as 10k, a million as 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
