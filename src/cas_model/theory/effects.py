"""Effects of paired worlds, and the statistics that verdicts rest on."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr, stdtrit

from cas_model.experiments.differences import CONFIDENCE, paired_interval
from cas_model.theory.theory import CONTEXT, EVERYWHERE, Claim, Theory

Floats = NDArray[np.float64]
EFFECT_COLUMNS = (
    *("contrast", "world", "against", "place", "outcome", "expected", "n_seeds"),
    *("mean_against", "mean_world", "effect", "low", "high", "sd", "seeds_with_sign"),
)
MOST_SEEDS = 10_000
"""Numbers of seeds above this are not reckoned."""


class SeedEffects:
    """The effect of every contrast in every seed.

    Parameters
    ----------
    theory : Theory
    places : DataFrame
        ``trial_places``.
    """

    def __init__(self, theory: Theory, places: pd.DataFrame) -> None:
        self.theory = theory
        replicates = sorted(places["replicate"].unique())
        self._rows: dict[tuple[str, str, str], Floats] = {}
        for (world, place, outcome), own in places.groupby(["world", "place", "outcome"], observed=True):
            per_seed = own.set_index("replicate")["value"].reindex(replicates)
            self._rows[str(world), str(place), str(outcome)] = per_seed.to_numpy(dtype=float)

    def values(self, world: str, place: str, outcome: str) -> Floats | None:
        """Return a value per seed; None when the place has none."""
        row: Floats | None = self._rows.get((world, place, outcome))
        return row if row is not None and np.isfinite(row).any() else None

    def effect(self, contrast: str, place: str, outcome: str) -> Floats | None:
        """Return the effect per seed of a contrast in a place; None when there is no such thing."""
        for planned in self.theory.contrasts:
            if planned.name == contrast:
                after = self.values(planned.world, place, outcome)
                before = self.values(planned.against, place, outcome)
                return None if after is None or before is None else after - before
        return None

    def place_of(self, claim: Claim) -> str:
        """Return where a claim is tested: in the context, or everywhere if only the whole has the outcome."""
        world = self.theory.worlds[0].name
        return EVERYWHERE if self.values(world, CONTEXT, claim.key) is None else CONTEXT


def effects_table(theory: Theory, places: pd.DataFrame) -> pd.DataFrame:
    """Return every contrast in every place on every outcome.

    Parameters
    ----------
    theory : Theory
    places : DataFrame
        ``trial_places``.

    Returns
    -------
    DataFrame
        Columns `EFFECT_COLUMNS`: means over seeds, the paired effect with its 95 % interval, the standard
        deviation over seeds, and the share of seeds with the expected sign (NaN when none is expected).
    """
    seeds = SeedEffects(theory, places)
    rows = []
    for contrast in theory.contrasts:
        for claim in theory.claims:
            for place in dict.fromkeys(places["place"]):
                before = seeds.values(contrast.against, place, claim.key)
                after = seeds.values(contrast.world, place, claim.key)
                if before is None or after is None:
                    continue
                effect = after - before
                known = effect[np.isfinite(effect)]
                low, high = paired_interval(np.zeros_like(known), known)
                rows.append(
                    (
                        contrast.name, contrast.world, contrast.against, place, claim.key, claim.expected,
                        known.size, float(np.nanmean(before)), float(np.nanmean(after)), float(known.mean()),
                        low, high, float(known.std(ddof=1)) if known.size > 1 else float("nan"),
                        float((claim.sign * known > 0).mean()) if claim.wants_effect else float("nan"),
                    )
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def p_value(values: ArrayLike) -> float:
    """Return the two-sided p-value of a paired t test of mean zero; 1 with fewer than two values.

    Values without any spread are certain: 0 when they differ from zero, 1 when they are zero.

    Examples
    --------
    >>> round(p_value([1.0, 2.0, 3.0]), 3), p_value([0.0, 0.0]), p_value([2.0, 2.0])
    (0.074, 1.0, 0.0)
    """
    v = _finite(values)
    if v.size < 2:
        return 1.0
    sd, mean = float(v.std(ddof=1)), float(v.mean())
    if sd <= 1e-12 * max(abs(mean), 1e-300):
        return float(mean == 0.0)
    return float(2.0 * stdtr(v.size - 1, -abs(mean) / (sd / math.sqrt(v.size))))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values, in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p_values))
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return [float(p) for p in adjusted]


def ratio_interval(part: ArrayLike, whole: ArrayLike) -> tuple[float, float, float]:
    """Return mean(part) / mean(whole) over pairs, with its 95 % interval (linearised, t).

    Meaningful where the mean of `whole` is well away from zero; NaN where it is within two standard errors.

    Examples
    --------
    >>> ratio_interval([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
    (0.5, 0.5, 0.5)
    """
    a, b = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    nothing = (float("nan"),) * 3
    if a.size < 2 or abs(b.mean()) <= 2 * b.std(ddof=1) / math.sqrt(b.size):
        return nothing
    ratio = float(a.mean() / b.mean())
    residual = a - ratio * b
    error = float(residual.std(ddof=1) / math.sqrt(a.size) / abs(b.mean()))
    half = float(stdtrit(a.size - 1, 0.5 + CONFIDENCE / 2)) * error
    return ratio, ratio - half, ratio + half


def seeds_needed(values: ArrayLike, significance: float, power: float) -> float:
    """Return how many seeds would tell the mean from zero, were it and its spread as now.

    From the paired standard deviation: n >= ((t(1 - significance / 2, n - 1) + z(power)) sd / mean)^2.
    Infinite above `MOST_SEEDS`.

    Examples
    --------
    >>> seeds_needed([0.2, 1.2, -0.2, 0.8], 0.05, 0.8)
    14.0
    """
    v = _finite(values)
    if v.size < 2 or v.mean() == 0.0:
        return math.inf
    ratio = float(v.std(ddof=1) / abs(v.mean()))
    n = 2.0
    while n <= MOST_SEEDS:
        quantile = float(stdtrit(n - 1, 1 - significance / 2)) + float(ndtri(power))
        if n >= (quantile * ratio) ** 2:
            return n
        n += 1.0 if n < 200 else math.ceil(n / 100)
    return math.inf


def _finite(values: ArrayLike) -> Floats:
    v: Floats = np.asarray(values, dtype=float)
    finite: Floats = v[np.isfinite(v)]
    return finite
