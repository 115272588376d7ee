"""How two worlds differ: paired and unpaired intervals, verdicts, the table of every outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.experiments.run import WorldResult

LAST_MONTHS = 12
CONFIDENCE = 0.95
COMPARISON_COLUMNS = (
    "outcome",
    "label",
    "family",
    "unit",
    "direction",
    "smallest_that_matters",
    "world_a",
    "world_b",
    "mean_a",
    "mean_b",
    "difference",
    "low",
    "high",
    "unpaired_low",
    "unpaired_high",
    "n_replicates",
    "verdict",
)


def final_year(result: WorldResult, level: str = "flanders") -> pd.DataFrame:
    """Return the outcomes of a run's last twelve months at one level."""
    last = result.request.scenario.months - 1
    return result.table("outcomes", [("month", ">", last - LAST_MONTHS), ("level", "==", level)])


def last_months_mean(outcomes: pd.DataFrame, level: str = "flanders") -> pd.Series:
    """Return each outcome's mean over the last twelve months at one level, undefined months left out."""
    last = outcomes["month"].max()
    rows = outcomes[(outcomes["level"] == level) & (outcomes["month"] > last - LAST_MONTHS)]
    means: pd.Series = rows.groupby("outcome", observed=True)["value"].mean()
    return means


def paired_interval(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Return the 95 % t interval of mean(b - a) over pairs; NaN with fewer than two pairs.

    Parameters
    ----------
    a, b : array-like, shape (n,)
        One value per replicate, same seeds in the same places.

    Examples
    --------
    >>> low, high = paired_interval([1.0, 2.0, 3.0], [2.0, 3.0, 4.5])
    >>> round(low, 3), round(high, 3)
    (0.45, 1.884)
    """
    difference = np.asarray(b, dtype=float) - np.asarray(a, dtype=float)
    n = difference.size
    if n < 2:
        return float("nan"), float("nan")
    half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * difference.std(ddof=1) / np.sqrt(n))
    return float(difference.mean()) - half, float(difference.mean()) + half


def unpaired_interval(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Return Welch's 95 % interval of mean(b) - mean(a), as if the worlds shared no chance event."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if min(x.size, y.size) < 2:
        return float("nan"), float("nan")
    part_x, part_y = x.var(ddof=1) / x.size, y.var(ddof=1) / y.size
    total = part_x + part_y
    difference = float(y.mean() - x.mean())
    if total == 0.0:
        return difference, difference
    degrees = total**2 / (part_x**2 / (x.size - 1) + part_y**2 / (y.size - 1))
    half = float(stdtrit(degrees, 0.5 + CONFIDENCE / 2) * np.sqrt(total))
    return difference - half, difference + half


def verdict(low: float, high: float, direction: int, smallest: float) -> str:
    """Say what an interval shows: better, worse, higher, lower, or unclear.

    Clear means that the whole interval lies beyond the smallest difference that matters, on one side.

    Examples
    --------
    >>> verdict(0.2, 0.4, direction=1, smallest=0.1), verdict(0.2, 0.4, direction=-1, smallest=0.1)
    ('better', 'worse')
    >>> verdict(0.05, 0.4, direction=1, smallest=0.1), verdict(0.2, 0.4, direction=0, smallest=0.1)
    ('unclear', 'higher')
    """
    up, down = low > smallest, high < -smallest
    if not (up or down):
        return "unclear"
    if direction == 0:
        return "higher" if up else "lower"
    return "better" if up == (direction > 0) else "worse"


def comparison_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare the first world with each other one on every registered outcome.

    Replicates that failed in either world of a pair are left out of that pair.

    Returns
    -------
    DataFrame
        Columns `COMPARISON_COLUMNS`; worlds in order, outcomes in the registry's order.
    """
    means: dict[str, dict[int, pd.Series]] = {}
    for result in results:
        world = means.setdefault(result.request.label, {})
        if result.ok:
            world[result.request.replicate] = last_months_mean(final_year(result))
    first, *others = means
    rows = []
    for other in others:
        pairs = sorted(means[first].keys() & means[other].keys())
        for name, declared in OUTCOMES.items():
            a = np.array([means[first][r].get(name, np.nan) for r in pairs], dtype=float)
            b = np.array([means[other][r].get(name, np.nan) for r in pairs], dtype=float)
            rows.append(_compare_outcome(declared, first, other, a, b))
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def _compare_outcome(
    declared: Outcome, first: str, other: str, a: NDArray[np.float64], b: NDArray[np.float64]
) -> dict[str, Any]:
    defined = np.isfinite(a) & np.isfinite(b)
    a, b = a[defined], b[defined]
    low, high = paired_interval(a, b)
    unpaired_low, unpaired_high = unpaired_interval(a, b)
    mean_a, mean_b = (float(x.mean()) if x.size else float("nan") for x in (a, b))
    return {
        "outcome": declared.name,
        "label": declared.label,
        "family": declared.family,
        "unit": declared.unit,
        "direction": declared.direction,
        "smallest_that_matters": declared.smallest_that_matters,
        "world_a": first,
        "world_b": other,
        "mean_a": mean_a,
        "mean_b": mean_b,
        "difference": float((b - a).mean()) if a.size else float("nan"),
        "low": low,
        "high": high,
        "unpaired_low": unpaired_low,
        "unpaired_high": unpaired_high,
        "n_replicates": int(a.size),
        "verdict": verdict(low, high, declared.direction, declared.smallest_that_matters),
    }
