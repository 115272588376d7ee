"""What age, socio-economic rank and conditions mean for a person: conditions, circumstances, health, need.

The functions take the run's parameters as attributes of one object.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from cas_model.config.declarations import PARAMETERS
from cas_model.config.vocabulary import DISCIPLINES

MOST_CONDITIONS = 8

SHAPE_MEANS = (0.9066, 0.6420, 0.9799, 0.9685, 0.9846, 1.0035, 0.5462, 0.5689)
"""Mean of each discipline's relative need over the Flemish population of 2022."""


def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


def clip(value: float, low: float, high: float) -> float:
    """Return `value` limited to [low, high]."""
    return min(max(value, low), high)


def added(values: Iterable[float]) -> float:
    """Return the sum from left to right, rounded at each step as compiled code does (`sum` may not)."""
    total = 0.0
    for value in values:
        total += value
    return total


def count_conditions(u: float, age: float, rank: float, numbers: Any) -> int:
    """Return a person's long-term conditions: an ordered logit; the latent draw `u` never changes."""
    effective_age = age + numbers.deprivation_age_shift * (0.5 - rank)
    two = numbers.multimorbidity_intercept + numbers.multimorbidity_age * effective_age
    latent = math.log((u + 1e-12) / (1.0 - u + 1e-12))
    n = 0
    while n < MOST_CONDITIONS and latent < _logit_of_at_least(n + 1, two, numbers):
        n += 1
    return n


def _logit_of_at_least(k: int, two: float, numbers: Any) -> float:
    if k == 1:
        return float(two + numbers.first_condition_offset)
    if k == 2:
        return two
    return float(two - numbers.third_condition_offset - numbers.further_condition_offset * (k - 3))


def mental_probability(n: int, rank: float, numbers: Any) -> float:
    """Return the chance that one of `n` conditions is a mental one."""
    if n == 0:
        return 0.0
    base = numbers.mental_share_single if n == 1 else numbers.mental_share_multimorbid
    return float(min(base * math.exp(numbers.mental_rank_slope * (0.5 - rank)), 1.0))


def social_need_probability(age: float, rank: float, mental: int, numbers: Any) -> float:
    """Return the chance of a welfare or social-care need."""
    return logistic(
        numbers.social_need_intercept
        + numbers.social_need_rank_slope * (0.5 - rank)
        + numbers.social_need_mental * mental
        + numbers.social_need_age * max(age - 65.0, 0.0)
    )


def informal_care_probability(age: float, n: int, numbers: Any) -> float:
    """Return the chance of having an informal carer."""
    share = numbers.informal_care_share if n >= 2 or age >= 75.0 else numbers.informal_care_share_other
    return float(share)


def health_level(age: float, rank: float, n: int, mental: int, numbers: Any) -> float:
    """Return the utility to be expected at an age, rank and health state."""
    level = (
        numbers.health_best
        - numbers.health_age_slope * max(age - 20.0, 0.0)
        - numbers.health_condition_loss * n
        - numbers.health_mental_loss * mental
        + numbers.health_rank_slope * (rank - 0.5)
    )
    return clip(level, 0.05, 1.0)


def gp_shape(age: float, n: int, mental: int, social: int) -> float:
    """Return the relative need of GP contacts."""
    young = 1.0 if age < 5.0 else 0.0
    return 0.5151 + 0.19 * young + 0.0065 * max(age - 50.0, 0.0) + 0.32 * n + 0.2 * mental + 0.12 * social


def expected_need(age: float, n: int, mental: int, social: int, carer: int) -> list[float]:
    """Return the monthly contacts needed of each discipline at the default rates."""
    past_65, past_75 = max(age - 65.0, 0.0), max(age - 75.0, 0.0)
    relief = 1.0 - 0.25 * carer
    shapes = (
        gp_shape(age, n, mental, social),
        (0.05 + 0.06 * past_65 + 0.35 * past_75 + 0.45 * max(n - 1.0, 0.0)) * relief,
        0.45 + 0.5 * n + 0.008 * past_65 + 0.25 * mental,
        0.4 + 0.01 * max(age - 30.0, 0.0) + 0.4 * n,
        0.2 + 6.5 * mental,
        0.45 + 0.006 * max(age - 40.0, 0.0) + 0.5 * n,
        0.12 + 10.0 * social,
        (0.05 + 0.08 * past_65 + 0.30 * past_75 + 0.3 * max(n - 2.0, 0.0) + 1.5 * social) * relief,
    )
    return [shape * scale for shape, scale in zip(shapes, default_scales(), strict=True)]


_SCALES: list[float] = []


def default_scales() -> list[float]:
    """Return what turns a relative need into contacts a month at the default rates, per discipline."""
    if not _SCALES:
        rates = [PARAMETERS[f"{name}_contacts_per_year"].default for name in DISCIPLINES]
        _SCALES.extend(rate / 12.0 / mean for rate, mean in zip(rates, SHAPE_MEANS, strict=True))
    return _SCALES
