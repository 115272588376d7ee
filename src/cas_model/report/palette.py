"""Colours and style of every figure: safe for colour-blind readers, the same colour for the same thing.

Categorical colours are those of Okabe and Ito (2008), "Color universal design". Worlds and payers take
disjoint subsets, so that a colour never means a world in one figure and a payer in the next. Maps use the
perceptually uniform `cividis`; differences use a diverging scale centred on zero.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from cas_model.report.number_format import THIN

P = ParamSpec("P")
R = TypeVar("R")

WIDTH_IN = 7.2
"""Figure width in inches: the text width of an A4 page, so that 9 pt type prints as 9 pt."""

SVG_DPI = 72
"""Points per inch of an SVG; figures are laid out at the same, so that text is measured once."""
PNG_DPI = 200
"""Twice the resolution of a screen on which the figure has its print size."""

OKABE_ITO = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
    "yellow": "#F0E442",
    "black": "#000000",
}
WORLD_COLOURS = tuple(OKABE_ITO[c] for c in ("blue", "vermillion", "green", "purple", "black"))
WORLD_LINES = ("solid", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1)))
"""Line style per world: lines stay apart in greyscale print."""
PAYER_COLOURS = {
    "federal": OKABE_ITO["sky"],
    "flemish": OKABE_ITO["yellow"],
    "local": OKABE_ITO["orange"],
    "patient": "#9A9A9A",
}
PAYER_LABELS = {"federal": "federal", "flemish": "Flemish", "local": "local", "patient": "patient"}
INK, SOFT, GRID, SHADE = "#222222", "#666666", "#DDDDDD", "#F1F1EE"
SEQUENTIAL = "cividis"
DIVERGING = "PuOr_r"
"""Orange for more, purple for less: distinguishable in every common colour-vision deficiency."""

STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelsize": 9,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": "#999999",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.color": INK,
    "lines.linewidth": 1.5,
    "figure.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "cas_model",
    "axes.unicode_minus": True,
    # Borders are many short lines in one path; simplifying would drop some of them.
    "path.simplify": False,
}


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function under the house style, leaving matplotlib's global settings alone."""

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(cast(Any, STYLE)):
            return draw(*args, **kwargs)

    return wrapper


def new_figure(height_in: float, *, fitted: bool = True) -> Figure:
    """Return an empty figure of print width that belongs to no window.

    Parameters
    ----------
    height_in : float
        Height in inches; the width is `WIDTH_IN`.
    fitted : bool
        Find room for all labels when it is saved; otherwise the caller places every panel, which is faster.
    """
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=SVG_DPI, layout="constrained" if fitted else None)
    FigureCanvasAgg(figure)
    return figure


def world_colour(index: int) -> str:
    """Return the colour of the world at `index` in the order of the command line (0 = baseline)."""
    return WORLD_COLOURS[index % len(WORLD_COLOURS)]


def world_line(index: int) -> Any:
    """Return the line style of the world at `index`."""
    return WORLD_LINES[index % len(WORLD_LINES)]


def payer_colour(payer: str) -> str:
    """Return the colour of a payer, the same in every figure."""
    return PAYER_COLOURS.get(payer, SOFT)


def payer_label(payer: str) -> str:
    """Return the name of a payer as readers know it."""
    return PAYER_LABELS.get(payer, payer.replace("_", " "))


def centred_norm(values: Any) -> TwoSlopeNorm:
    """Return a colour scale centred on zero and symmetric, for differences in any unit."""
    import numpy as np

    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    reach = float(np.abs(finite).max()) if finite.size and np.abs(finite).max() > 0 else 1.0
    return TwoSlopeNorm(0.0, -reach, reach)


def footer_text(claim_level: str, seeds: Sequence[int], scenario_hash: str) -> str:
    """Return the line every figure carries: claim level, seeds and scenario hash."""
    ordered = sorted(int(s) for s in seeds)
    if len(ordered) > 1 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        shown = f"seeds {ordered[0]}\u2013{ordered[-1]}"
    elif ordered:
        shown = ("seed " if len(ordered) == 1 else "seeds ") + ", ".join(str(s) for s in ordered[:8])
        shown += ", \u2026" if len(ordered) > 8 else ""
    else:
        shown = "no seeds"
    parts = [f"claim level: {claim_level}", shown] + ([f"scenario {scenario_hash}"] if scenario_hash else [])
    return f"{THIN}\u00b7{THIN} ".join(parts)


@styled
def footer(figure: Figure, claim_level: str, seeds: Sequence[int], scenario_hash: str) -> Figure:
    """Write claim level, seeds and scenario hash below a figure and return it.

    The line takes the place of a bottom figure label, so that the layout makes room for it.
    """
    figure.supxlabel(
        footer_text(claim_level, seeds, scenario_hash), fontsize=9, color=SOFT, x=0.005, ha="left"
    )
    return figure


@styled
def save_figure(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write a figure as ``name.svg`` and, at twice screen resolution, ``name.png``.

    Parameters
    ----------
    figure : Figure
        Any matplotlib figure.
    folder : Path
        Made when it does not exist.
    name : str
        File name without extension.

    Returns
    -------
    tuple of Path
        The SVG and the PNG. Neither holds a time stamp, so equal data give equal files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    # Settle the layout once, then let each backend draw once: `savefig` would lay out again every time.
    engine = figure.get_layout_engine()
    if engine is not None:
        # Ticks change with the size of the axes, and the room they need with them: once more settles it.
        engine.execute(figure)
        engine.execute(figure)
        figure.set_layout_engine("none")
    FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": "cas_model"})  # type: ignore[no-untyped-call]
    figure.set_dpi(PNG_DPI)
    # Level 2 compresses figures nearly as well as the default and in half the time.
    FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
        png, metadata={"Software": "cas_model"}, pil_kwargs={"compress_level": 2}
    )
    return svg, png
