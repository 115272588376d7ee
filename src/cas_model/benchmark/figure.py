"""The benchmark as one figure: time and memory against size, both axes logarithmic."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from cas_model.benchmark.measure import TESTS
from cas_model.benchmark.summary import bound_ns, size_rows
from cas_model.report.palette import GRID, OKABE_ITO, SOFT, new_figure, styled

Document = dict[str, Any]
PEERS = TESTS.parent / "benchmarks" / "peers.toml"
"""Other tools, measured once on a simpler workload; comes with the source checkout."""
_LOOK: dict[tuple[str, int], tuple[str, str, str]] = {
    ("compiled", 1): (OKABE_ITO["blue"], "o", "cas_model, 1 thread"),
    ("compiled", 2): (OKABE_ITO["vermillion"], "s", "cas_model, 2 threads"),
    ("plain Mesa", 1): (OKABE_ITO["green"], "^", "plain Mesa, same rules"),
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
    figure = new_figure(4.4)
    time_axes, memory_axes = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _draw_peers(time_axes, peers or [])
    _draw_models(time_axes, document, lambda row: float(row["ns"]))
    _draw_bounds(time_axes, document)
    _draw_models(memory_axes, document, lambda row: float(row["peak_mb"]))
    _dress(time_axes, "Time of a month", "ns per patient-month")
    _dress(memory_axes, "Peak memory of the process", "MB")
    time_axes.set_xlim(6e3, 1.3e8)
    memory_axes.set_xlim(6e3, 4e8)
    machine = document["machine"]
    grey = " \u00b7 grey: other tools on a simpler workload" if peers else ""
    figure.supxlabel(
        f"{machine['processor']}, {machine['cores']} cores \u00b7 {document['created'][:10]}{grey}",
        fontsize=9, color=SOFT, x=0.005, ha="left",
    )  # fmt: skip
    return figure


def _draw_models(axes: Axes, document: Document, value: Callable[[dict[str, Any]], float]) -> None:
    rows = size_rows(document)
    ends = []
    for key in dict.fromkeys((row["model"], row["threads"]) for row in rows):
        colour, marker, label = _LOOK.get(key, (_OTHER, "D", f"{key[0]}, {key[1]} threads"))
        points = [(row["patients"], value(row)) for row in rows if (row["model"], row["threads"]) == key]
        axes.plot(*zip(*points, strict=True), color=colour, marker=marker, markersize=4)
        ends.append((*points[-1], label, colour))
    _label_ends(axes, ends)


def _label_ends(axes: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Write each line's name behind its last point, apart from its neighbours (a factor of 1.45)."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    last = 0.0
    for x, y, label, colour in sorted(ends, key=lambda end: end[1]):
        place = max(y, last * 1.45)
        axes.annotate(label, (x, y), xytext=(x * 1.35, place), textcoords="data", color=colour, va="center")
        last = place


def _draw_bounds(axes: Axes, document: Document) -> None:
    bound = bound_ns(document, 1)
    if bound is None:
        return
    axes.axhline(bound, color="black", linewidth=1.0, linestyle=(0, (1.5, 1)))
    axes.annotate(
        "bound of this machine, 1 thread", (0.99, bound), xycoords=("axes fraction", "data"),
        xytext=(0, -3), textcoords="offset points", ha="right", va="top",
    )  # fmt: skip


def _draw_peers(axes: Axes, peers: list[dict[str, Any]]) -> None:
    ends = []
    for peer in peers:
        axes.plot(peer["patients"], peer["ns"], color="#A8A8A8", linewidth=0.9)
        ends.append((peer["patients"][-1], peer["ns"][-1], peer["name"], SOFT))
    _label_ends(axes, ends)


def _dress(axes: Axes, title: str, unit: str) -> None:
    axes.set_title(f"{title}, {unit}")
    axes.set_xlabel("patients")
    axes.grid(True, which="major", axis="both", color=GRID, linewidth=0.5)
    axes.xaxis.set_major_formatter(FuncFormatter(_short))
    axes.yaxis.set_major_formatter(FuncFormatter(_short))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks([1e4, 1e5, 1e6, 1e7])


def _short(value: float, _: int | None = None) -> str:
    """Write a tick: 10 000 as 10k, a million as 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
