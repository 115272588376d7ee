"""Conditions in words: ``population = "below 100000"``, read and applied to zones."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.model.zones import zone_features

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_COMPARISON = re.compile(rf"(below|at most|above|at least)\s+({_NUMBER})")
_BETWEEN = re.compile(rf"between\s+({_NUMBER})\s+and\s+({_NUMBER})")
_RELATIVE = re.compile(r"(lowest|highest)\s+(half|third|quarter|tenth)")
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "tenth": 0.1}
ALLOWED = (
    "`below 100000`, `at most 0.3`, `above 0.3`, `at least 0.3`, `between 0.2 and 0.4`, `lowest third`, "
    "`highest quarter`, `yes` or `no`"
)


@dataclass(frozen=True)
class Condition:
    """A range of one feature of zones, or a part of all zones by that feature.

    Attributes
    ----------
    feature : str
        A column of zones, or an outcome as it is before the policy starts.
    words : str
        As the file says it.
    low, high : float
        The range; ends count when `low_counts` or `high_counts`.
    part : float
        Share of all zones, from the top when positive and from the bottom when negative; 0 for a range.
    """

    feature: str
    words: str
    low: float = -np.inf
    high: float = np.inf
    low_counts: bool = True
    high_counts: bool = True
    part: float = 0.0

    def holds(self, values: pd.Series) -> pd.Series:
        """Return for each zone whether the condition holds; never where the value is missing."""
        low, high = self.low, self.high
        if self.part:
            quantile = float(values.quantile(1 - self.part if self.part > 0 else -self.part))
            low, high = (quantile, np.inf) if self.part > 0 else (-np.inf, quantile)
        above = values >= low if self.low_counts else values > low
        below = values <= high if self.high_counts else values < high
        return above & below

    def describe(self) -> str:
        """Return the condition as a sentence says it, e.g. ``population below 100000``."""
        return f"{feature_label(self.feature)} {self.words}"


def feature_label(name: str) -> str:
    """Return how a sentence names a feature of zones."""
    return OUTCOMES[name].label.lower() if name in OUTCOMES else name.replace("_", " ")


def feature_names() -> list[str]:
    """Return all features of zones that a condition may name: columns of zones, then outcomes."""
    return [*zone_features(), *(name for name in OUTCOMES if name not in zone_features())]


def read_condition(feature: str, words: str, where: str) -> Condition:
    """Read a condition in words.

    Raises
    ------
    UsageError
        When it cannot be read: what arrived, and the forms there are.

    Examples
    --------
    >>> read_condition("population", "below 100000", "context").high
    100000.0
    """
    text = " ".join(words.lower().split())
    if text in ("yes", "no"):
        return Condition(feature, words, *((0.5, np.inf) if text == "yes" else (-np.inf, 0.5)))
    if found := _COMPARISON.fullmatch(text):
        relation, bound = found[1], float(found[2])
        if relation in ("below", "at most"):
            return Condition(feature, words, high=bound, high_counts=relation == "at most")
        return Condition(feature, words, low=bound, low_counts=relation == "at least")
    if found := _BETWEEN.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        if low <= high:
            return Condition(feature, words, low, high)
        raise UsageError(
            f"the condition `{words}` runs from the larger to the smaller number, which no zone can meet",
            where=where, fix=f"write between {high:g} and {low:g}",
        )  # fmt: skip
    if found := _RELATIVE.fullmatch(text):
        part = _PARTS[found[2]]
        return Condition(feature, words, part=part if found[1] == "highest" else -part)
    raise UsageError(
        f"the condition `{words}` cannot be read", where=where, allowed=ALLOWED, fix=_suggest(words)
    )


def _suggest(words: str) -> str:
    signs = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}
    for sign, word in signs.items():
        if words.strip().startswith(sign):
            return f"write `{word} {words.strip().removeprefix(sign).strip()}`"
    digits = re.sub(r"(?<=\d)[ ,.](?=\d{3}\b)", "", words)
    if digits != words and re.fullmatch(r"(below|above|at most|at least) \d+", digits):
        return f"write the number without separators: `{digits}`"
    if re.search(r"\d,\d", words):
        return f"write decimals with a point: `{words.replace(',', '.')}`"
    return "choose one of these forms, with a number instead of a description"


def zones_in_context(conditions: list[Condition] | tuple[Condition, ...], zones: pd.DataFrame) -> pd.Series:
    """Return which rows of a table of zones meet every condition."""
    inside = pd.Series(True, index=zones.index)
    for condition in conditions:
        inside &= condition.holds(zones[condition.feature])
    return inside
