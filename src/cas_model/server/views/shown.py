"""Numbers, colours and dates as the page shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES
from cas_model.report.material import OutcomeFacts
from cas_model.report.number_format import (
    display_unit,
    format_number,
    unit_in_prose,
    unit_of_difference,
)
from cas_model.report.palette import DIVERGING, SEQUENTIAL

FIRST_MONTH = (2023, 7)
"""Calendar year and month of policy month 0 (July 2023, from which elections are counted)."""
NO_DATA = "#E8E8E8"
SHADES = 256
STOPS = 9
"""Colours by which a legend's gradient is described."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@cache
def facts(outcome: str) -> OutcomeFacts:
    """Return what the page says about an outcome, in display units (shares as per cent)."""
    o = OUTCOMES.require(outcome)
    unit, factor = display_unit(o.unit)
    return OutcomeFacts(
        o.name, o.label, o.family, unit, o.direction, o.smallest_that_matters * factor, o.formula, o.source,
        factor, o.low * factor, o.high * factor,
    )  # fmt: skip


def number(value: float, outcome: str, *, difference: bool = False) -> str:
    """Return a value in display units with its unit, as a sentence would say it."""
    fact = facts(outcome)
    unit = unit_of_difference(fact.unit) if difference else fact.unit
    text = format_number(value, fact.decimals, signed=difference)
    return text if not math.isfinite(value) else text + unit_in_prose(unit)


def unit_on_axis(outcome: str, *, difference: bool = False) -> str:
    """Return the unit for a legend or an axis."""
    unit = facts(outcome).unit
    return unit_of_difference(unit) if difference else unit


def plain(values: Iterable[float], digits: int = 5) -> list[float | None]:
    """Return numbers that JSON can carry, with few digits; what is undefined is None."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values]


def nice_range(
    low: float, high: float, *, centred: bool = False, within: tuple[float, float] = (-math.inf, math.inf)
) -> tuple[float, float, list[float]]:
    """Return round ends that hold [low, high], and ticks between them.

    Parameters
    ----------
    centred : bool
        Make the range symmetric around zero.
    within : tuple of float
        What is possible at all: no axis of shares goes beyond 100 %.

    Examples
    --------
    >>> nice_range(0.13, 0.88)
    (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    >>> nice_range(-0.2, 1.3, centred=True)
    (-2.0, 2.0, [-2.0, -1.0, 0.0, 1.0, 2.0])
    >>> nice_range(3.0, 98.0, within=(0.0, 90.0))
    (0.0, 90.0, [0.0, 25.0, 50.0, 75.0])
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if centred:
        high = max(abs(low), abs(high))
        low = -high
    if high - low < 1e-9:
        pad = max(abs(high), 1.0) * (0.5 if centred else 0.05)
        low, high = low - pad, high + pad
    rough = (high - low) / 4.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [float(f"{k * step:.6g}") + 0.0 for k in range(first, last + 1)]
    first_end, last_end = max(ticks[0], within[0]), min(ticks[-1], within[1])
    return first_end, last_end, [t for t in ticks if first_end <= t <= last_end]


@cache
def _shades(name: str) -> tuple[str, ...]:
    colours = mpl.colormaps[name](np.linspace(0.0, 1.0, SHADES))
    return tuple(mpl.colors.to_hex(c) for c in colours)


def fills(values: NDArray[Any], low: float, high: float, *, difference: bool = False) -> list[str]:
    """Return a colour per value: cividis, or for differences the diverging scale centred on zero."""
    shades = _shades(DIVERGING if difference else SEQUENTIAL)
    place = np.clip((np.nan_to_num(values) - low) / (high - low), 0.0, 1.0) * (SHADES - 1)
    found = np.isfinite(values)
    return [shades[int(p)] if f else NO_DATA for p, f in zip(place, found, strict=True)]


def gradient(*, difference: bool = False) -> list[str]:
    """Return the colours of a legend from low to high."""
    shades = _shades(DIVERGING if difference else SEQUENTIAL)
    return [shades[k * (SHADES - 1) // (STOPS - 1)] for k in range(STOPS)]


def tick_words(ticks: Sequence[float]) -> list[str]:
    """Return tick labels with as many decimals as the steps between them need."""
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    decimals = next((d for d in range(5) if abs(round(step, d) - step) < 1e-9 * max(1.0, step)), 5)
    return [format_number(t, decimals) for t in ticks]


def calendar(month: int, months: Sequence[str]) -> str:
    """Return a policy month as month and year, e.g. ``Mar 2027``.

    Parameters
    ----------
    month : int
        Policy month.
    months : sequence of str
        Twelve names of months.

    Examples
    --------
    >>> calendar(0, "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
    'Jul 2023'
    """
    year, place = divmod(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + month, 12)
    return f"{months[place]} {year}"
