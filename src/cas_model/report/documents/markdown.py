"""Markdown from numbers, rows and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cas_model.model.columns.column import BIG

_NOT_PROSE = {"Parameters", "Returns", "Yields", "Raises", "Examples", "Attributes"}
"""Sections of a docstring that serve programmers; `Notes` and the text before them serve every reader."""


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table, or a line that says there is nothing.

    Parameters
    ----------
    headings : sequence of str
        One per column.
    rows : iterable of sequences
        Cells: numbers are written short, bars and line breaks in texts are made harmless.

    Examples
    --------
    >>> print(table(["name", "value"], [["a | b", 0.50]]))
    | name | value |
    |---|---|
    | a \\| b | 0.5 |
    """
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    if not lines:
        return "None."
    head = "| " + " | ".join(headings) + " |"
    return "\n".join([head, "|" + "---|" * len(headings), *lines])


def cell(value: Any) -> str:
    """Return a value as the text of one table cell."""
    text = number(value) if isinstance(value, int | float) else str(value)
    return " ".join(text.replace("|", "\\|").split())


def number(value: float) -> str:
    """Return a number as short as it is exact enough (six digits).

    Examples
    --------
    >>> number(0.030), number(115000), number(float("inf"))
    ('0.03', '115000', 'no limit')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "no limit" if abs(value) >= BIG else f"{value:g}"


def interval(low: float, high: float) -> str:
    """Return a range in words, with open ends where the limits are only technical.

    Examples
    --------
    >>> interval(0, 1), interval(0, BIG), interval(-BIG, BIG)
    ('0 to 1', '0 or more', 'any')
    """
    if low <= -BIG and high >= BIG:
        return "any"
    if high >= BIG:
        return f"{number(low)} or more"
    return f"{number(low)} to {number(high)}"


def prose(subject: Any) -> str:
    """Return what a docstring says to a reader who does not program.

    Parameters
    ----------
    subject : object
        A function, class or module; its argument lists and examples are left out, its notes kept.
    """
    paragraphs = (inspect.getdoc(subject) or "").split("\n")
    kept: list[str] = []
    keep = True
    for line, following in zip(paragraphs, [*paragraphs[1:], ""], strict=True):
        if following and set(following) == {"-"}:
            keep = line not in _NOT_PROSE
            continue
        if line and set(line) == {"-"}:
            continue
        if keep:
            kept.append(line)
    text = re.sub(r"``(.+?)``", r"`\1`", "\n".join(kept))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def first_sentence(subject: Any) -> str:
    """Return the first line of a docstring."""
    return prose(subject).split("\n", 1)[0]


def demote(text: str, levels: int) -> str:
    """Return a Markdown text whose headings lie `levels` lower."""
    return re.sub(r"^(#+ )", "#" * levels + r"\1", text, flags=re.MULTILINE)


def fill(template: str, **values: Any) -> str:
    """Return a template of this folder filled in; a name it uses and nobody gives is an error.

    Parameters
    ----------
    template : str
        File name, e.g. ``"odd.md.j2"``.
    **values
        What the template may use.
    """
    environment = Environment(
        loader=PackageLoader("cas_model.report", Path(__file__).parent.name),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    text = environment.get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
