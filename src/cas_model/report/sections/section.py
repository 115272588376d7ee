"""What a section of a report is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material


@dataclass(frozen=True)
class ShownTable:
    """A table as readers see it.

    Attributes
    ----------
    caption : str
        What it shows, of when, over what.
    columns : tuple of str
        Headings, with units.
    rows : sequence of sequences of str
        Formatted cells.
    numeric : frozenset of int
        Places of the columns to align on the right.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()


def _none(_: Material) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Section:
    """A section of the report; it is left out when the data give it neither words, figures nor tables.

    Attributes
    ----------
    key, title : str
        Anchor on the page, and heading.
    figures : callable
        Plans its figures.
    words, tables : callable
        Paragraphs before the figures, tables after them.
    body : str
        Template of what comes after the tables; empty for nothing.
    """

    key: str
    title: str
    figures: Callable[[Material], Iterable[PlannedFigure]] = _none
    words: Callable[[Material], Sequence[str]] = _none
    tables: Callable[[Material], Sequence[ShownTable]] = _none
    body: str = ""
