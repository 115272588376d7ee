"""Identifiability: which parameters the targets pin down, which they leave open, which they bind together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm

from cas_model.calibration.posterior import Posterior, effective_size
from cas_model.calibration.problem import Floats

UNIFORM_VARIANCE = 1.0 / 12.0
PINNED, NARROWED = 0.75, 0.25
"""Contraction from which a parameter counts as pinned down, and as narrowed (assumption)."""
BOUND = 0.5
"""Correlation from which two parameters count as bound together (assumption)."""
PROFILE_BINS = 15
LEVELS = {"low": 0.05, "quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75, "high": 0.95}
PINNED_DOWN, NARROWED_DOWN, LEFT_OPEN = "pinned down", "narrowed", "left open"


def weighted_quantiles(values: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of a weighted sample, between its points by linear interpolation.

    Parameters
    ----------
    values, weights : float array (n,)
    levels : sequence of float
        In [0, 1].

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), [0.5]).tolist()
    [2.0]
    """
    kept = weights > 0
    order = np.argsort(values[kept], kind="stable")
    v, w = values[kept][order], weights[kept][order]
    middle = (np.cumsum(w) - 0.5 * w) / w.sum()
    return np.interp(levels, middle, v)


def contraction(values: Floats, weights: Floats) -> float:
    """Return 1 - var(posterior) / var(prior) for a prior uniform on the unit interval."""
    mean = weights @ values / weights.sum()
    return float(1.0 - (weights @ (values - mean) ** 2 / weights.sum()) / UNIFORM_VARIANCE)


def distance_from_uniform(values: Floats, weights: Floats) -> float:
    """Return the Kolmogorov-Smirnov distance of a weighted sample from the uniform distribution."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    before = np.concatenate([[0.0], reached[:-1]])
    v = values[order]
    return float(np.max(np.maximum(np.abs(reached - v), np.abs(before - v))))


def contraction_table(names: Sequence[str], posterior: Posterior) -> pd.DataFrame:
    """Compare prior and posterior of each parameter.

    Parameters
    ----------
    names : sequence of str
        Of the parameters.
    posterior : Posterior
        With at least one accepted set.

    Returns
    -------
    DataFrame
        parameter, contraction (1 - var_posterior / var_prior), ks (distance from the prior, 0-1),
        ks_chance (what chance alone would give in one case of twenty), low, quartile_1, median,
        quartile_3, high (posterior quantiles as a part of the prior's range), verdict.
    """
    n = max(effective_size(posterior.weights), 1.0)
    rows = []
    for column, name in enumerate(names):
        values = posterior.points[:, column]
        shrunk = contraction(values, posterior.weights)
        far, by_chance = distance_from_uniform(values, posterior.weights), min(1.0, 1.358 / np.sqrt(n))
        quantiles = weighted_quantiles(values, posterior.weights, list(LEVELS.values()))
        if far <= by_chance or shrunk < NARROWED:
            verdict = LEFT_OPEN
        else:
            verdict = PINNED_DOWN if shrunk >= PINNED else NARROWED_DOWN
        rows.append(
            {"parameter": name, "contraction": shrunk, "ks": far, "ks_chance": by_chance,
             **dict(zip(LEVELS, quantiles.tolist(), strict=True)), "verdict": verdict}
        )  # fmt: skip
    return pd.DataFrame(rows)


def correlation_table(names: Sequence[str], posterior: Posterior) -> pd.DataFrame:
    """Return the posterior correlation of every pair of parameters.

    Returns
    -------
    DataFrame
        parameter, parameter_2, correlation, half_width (of its 95 % interval, from the effective size),
        bound (whether the two make up for each other).
    """
    weights = posterior.weights / posterior.weights.sum()
    away = posterior.points - weights @ posterior.points
    covariance = (away * weights[:, None]).T @ away
    sd = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    found = covariance / np.outer(sd, sd)
    half = norm.ppf(0.975) / np.sqrt(max(effective_size(weights) - 3.0, 1.0))
    rows = []
    for i, j in combinations(range(len(names)), 2):
        r = float(np.clip(found[i, j], -1.0, 1.0))
        width = min(1.0, half * (1.0 - r**2))
        sure = abs(r) >= BOUND and abs(r) > width
        rows.append(
            {
                "parameter": names[i],
                "parameter_2": names[j],
                "correlation": r,
                "half_width": width,
                "bound": sure,
            }
        )
    columns = ["parameter", "parameter_2", "correlation", "half_width", "bound"]
    return pd.DataFrame(rows, columns=columns)


def profile_table(names: Sequence[str], points: Floats, worst: Floats) -> pd.DataFrame:
    """Return the least implausibility that can be reached with a parameter held in each part of its range.

    Parameters
    ----------
    names : sequence of str
        Of the parameters.
    points : float array (n, parameters)
        Over the whole cube, denser where it is plausible.
    worst : float array (n,)
        Implausibility at each.

    Returns
    -------
    DataFrame
        parameter, place (middle of the part, 0-1), least (NaN where no point lies), n_points.
    """
    rows = []
    for column, name in enumerate(names):
        part = np.minimum((points[:, column] * PROFILE_BINS).astype(int), PROFILE_BINS - 1)
        for number in range(PROFILE_BINS):
            here = worst[part == number]
            least = float(here.min()) if len(here) else float("nan")
            place = (number + 0.5) / PROFILE_BINS
            rows.append({"parameter": name, "place": place, "least": least, "n_points": len(here)})
    return pd.DataFrame(rows)
