"""Figures of a report: planned first and drawn later, one by one, so that processes can share the drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from cas_model.report import series
from cas_model.report.material import Material, OutcomeFacts, family_title
from cas_model.report.palette import footer, save_figure

MAX_PANELS = 8
"""Panels per figure of small multiples; a larger family continues in a second figure."""


@dataclass(frozen=True)
class PlannedFigure:
    """A figure to draw, with its file name, title and caption."""

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]


def save_planned(planned: PlannedFigure, footnote: tuple[str, list[int], str], folder: Path) -> Path:
    """Draw a planned figure, give it its footer and write it as SVG and PNG.

    Parameters
    ----------
    planned : PlannedFigure
        What to draw.
    footnote : tuple of (str, list of int, str)
        Claim level, seeds and scenario hash.
    folder : Path
        Where to.

    Returns
    -------
    Path
        The SVG.
    """
    figure = footer(planned.draw(), *footnote)
    return save_figure(figure, folder, planned.name)[0]


def _band(material: Material) -> str:
    n = material.n_replicates
    return f"Line: mean of {n} seeds; band: lowest to highest seed. " if n > 1 else ""


def _rows_of(material: Material, facts: list[OutcomeFacts]) -> pd.DataFrame:
    return material.flanders[material.flanders["outcome"].isin([f.name for f in facts])]


def small_multiples(material: Material, prefix: str, families: tuple[str, ...]) -> Iterator[PlannedFigure]:
    """Yield figures of every Flemish outcome of some families over time; names begin with `prefix`."""
    for family in families:
        facts = material.of_family(family)
        n_parts = -(-len(facts) // MAX_PANELS)
        for part in range(n_parts):
            # Parts of about equal size read better than a full figure and a stray panel.
            chosen = facts[part * len(facts) // n_parts : (part + 1) * len(facts) // n_parts]
            caption = (
                f"{_band(material)}Grey: run-in under the status quo. Each axis spans at least "
                f"{series.FLAT_RANGE:.0f} times the smallest difference that matters, so that noise "
                "looks small."
            )
            draw = partial(
                series.draw_series,
                _rows_of(material, chosen),
                chosen,
                material.worlds,
                material.events,
                material.months,
            )
            name = f"{prefix}_{family}" + (f"_{part + 1}" if part else "")
            title = f"{family_title(family)} over time" + (" (continued)" if part else "")
            yield PlannedFigure(name, title, caption, draw)
