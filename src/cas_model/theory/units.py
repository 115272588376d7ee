"""Sizes of effects with their units: ``"2 percentage points"``."""

from __future__ import annotations

import re

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError

_SIZE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(.*)")
_OF_MEASURE = {"spread between zones": "coefficient of variation", "share explained by": "share"}


def measure_unit(outcome: str, measure: str) -> str:
    """Return the unit in which a measure of an outcome is kept."""
    return _OF_MEASURE.get(measure, OUTCOMES[outcome].unit)


def written_unit(unit: str) -> tuple[str, float]:
    """Return how people write a difference in a unit, and what turns theirs into ours.

    Examples
    --------
    >>> written_unit("share of posts"), written_unit("index"), written_unit("EUR/person a year")
    (('percentage points', 0.01), ('index points', 1.0), ('EUR/person a year', 1.0))
    """
    if unit == "share" or unit.startswith("share of "):
        return "percentage points", 0.01
    plain = unit in ("index", "utility", "ratio", "steps", "")
    return (f"{unit or 'index'} points" if plain else unit), 1.0


def read_smallest(text: str | float | int, unit: str, where: str) -> float:
    """Return the smallest effect that matters in the outcome's own unit.

    Raises
    ------
    UsageError
        When number or unit is missing or wrong.

    Examples
    --------
    >>> read_smallest("2 percentage points", "share", "")
    0.02
    """
    wanted, factor = written_unit(unit)
    here = f"{where}.smallest"
    found = _SIZE.fullmatch(str(text).strip())
    if found is None:
        raise UsageError(f"the smallest effect is `{text}`", where=here, allowed="a number and its unit",
                         fix=f'for example smallest = "2 {wanted}"')  # fmt: skip
    number, stated = float(found[1]), found[2].strip()
    if number <= 0:
        raise UsageError(f"the smallest effect is {number:g}", where=here, allowed="more than zero",
                         fix="state a size; `expected` says whether it should rise or fall")  # fmt: skip
    if not stated:
        raise UsageError(f"the smallest effect is {number:g}, without a unit", where=here,
                         fix=f'write smallest = "{number:g} {wanted}"')  # fmt: skip
    if stated.lower().rstrip("s") not in {wanted.lower().rstrip("s"), unit.lower().rstrip("s")}:
        raise UsageError(f"the unit `{stated}` does not fit this outcome", where=here, allowed=wanted,
                         fix=f'write smallest = "{number:g} {wanted}"')  # fmt: skip
    return number * factor if stated.lower().rstrip("s") != unit.lower().rstrip("s") else number
