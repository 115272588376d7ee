"""Numbers as people read them: thin spaces, true minus signs, decimals that follow what matters."""

from __future__ import annotations

import math

THIN = "\u202f"
"""Narrow no-break space: separates thousands, never breaks a line."""
MINUS = "\u2212"
_PLAIN = str.maketrans({THIN: " ", MINUS: "-", "\u2009": " ", "\u2013": "-", "\u00d7": "x"})
MISSING = "n/a"


def decimals_for(smallest_that_matters: float) -> int:
    """Return how many decimals show an outcome one digit finer than the smallest difference that matters.

    Parameters
    ----------
    smallest_that_matters : float
        In the outcome's own unit, positive; zero or a non-finite value gives two decimals.

    Returns
    -------
    int
        0 to 4.

    Examples
    --------
    >>> [decimals_for(x) for x in (25, 1, 0.5, 0.02, 0.001)]
    [0, 1, 1, 2, 4]
    """
    if not math.isfinite(smallest_that_matters) or smallest_that_matters <= 0:
        return 2
    return min(4, max(0, math.floor(-math.log10(smallest_that_matters)) + 1))


def display_unit(unit: str) -> tuple[str, float]:
    """Return the unit a reader sees and what turns a value into it: shares become per cent.

    Examples
    --------
    >>> display_unit("share"), display_unit("share of posts"), display_unit("EUR/person")
    (('%', 100.0), ('% of posts', 100.0), ('EUR/person', 1.0))
    """
    if unit == "share" or unit.startswith("share of "):
        return "%" + unit.removeprefix("share"), 100.0
    return unit, 1.0


def unit_in_prose(unit: str) -> str:
    """Return what to write behind a value in a sentence: nothing for a bare scale.

    Examples
    --------
    >>> unit_in_prose("%"), unit_in_prose("index"), unit_in_prose("EUR/person"), unit_in_prose("0-1")
    ('\u202f%', '', ' EUR/person', '')
    """
    if unit.startswith("%"):
        return THIN + unit
    if unit in ("", "index", "utility", "coefficient of variation") or not any(c.isalpha() for c in unit):
        return ""
    return f" {unit}"


def unit_of_difference(unit: str) -> str:
    """Return the unit of a difference: shares differ by percentage points, not by per cent.

    Examples
    --------
    >>> unit_of_difference("% of posts"), unit_of_difference("index")
    ('percentage points', 'index')
    """
    return "percentage points" if unit.startswith("%") else unit


def sentence_case(text: str) -> str:
    """Return `text` with a capital first letter, for titles and table rows."""
    return text[:1].upper() + text[1:]


def format_number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """Format a number with thin spaces between thousands and a true minus sign.

    Parameters
    ----------
    value : float
        Any number; a non-finite one gives ``n/a``.
    decimals : int
        Digits after the point, 0 or more.
    signed : bool
        Also write ``+`` before a positive number (a zero carries no sign).

    Examples
    --------
    >>> format_number(66531), format_number(-0.04, 2, signed=True), format_number(0.004, 2, signed=True)
    ('66\u202f531', '\u22120.04', '0.00')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", THIN)
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text


def format_interval(low: float, high: float, decimals: int = 0) -> str:
    """Format an interval of differences, both ends signed, as ``[low, high]``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return MISSING
    return f"[{format_number(low, decimals, signed=True)}, {format_number(high, decimals, signed=True)}]"


def plain(text: str) -> str:
    """Return `text` for a terminal or a CSV file: ordinary spaces and hyphens only."""
    return text.translate(_PLAIN)


def align_decimals(numbers: list[str]) -> list[str]:
    """Pad formatted numbers so that their decimal points stand under each other.

    Examples
    --------
    >>> align_decimals(["18.2", "0.41", "4123"])
    ['  18.2 ', '   0.41', '4123   ']
    """
    parts = [n.partition(".") for n in numbers]
    left = max((len(whole) for whole, _, _ in parts), default=0)
    right = max((len(dot) + len(rest) for _, dot, rest in parts), default=0)
    return [whole.rjust(left) + (dot + rest).ljust(right) for whole, dot, rest in parts]


def month_in_words(month: int) -> str:
    """Say a policy month as year and month, counting from the rule change.

    Examples
    --------
    >>> month_in_words(0), month_in_words(36), month_in_words(41), month_in_words(-24)
    ('month 1', 'year 4, month 1', 'year 4, month 6', 'run-in, 24 months before')
    """
    if month < 0:
        return f"run-in, {-month} months before"
    year, rest = divmod(month, 12)
    return f"year {year + 1}, month {rest + 1}" if year else f"month {rest + 1}"
