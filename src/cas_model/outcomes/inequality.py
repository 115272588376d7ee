"""Inequality formulas over people or groups (dossier 4.1 I9, 4.2 E1-E8); NumPy only.

People or groups lie along the last axis; leading axes (months, units) are carried along. `weights` are people
per entry (one patient is one unit), so that a table of groups and the people in it give the same number, and
a population counted twice gives the same as counted once. What is undefined (nobody, mean 0) is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cas_model.outcomes.measures import Floats, divide


def fractional_rank(order: Floats, weights: Floats | None = None) -> Floats:
    """Return the fractional rank (rank - 0.5) / n of each entry, lowest first; ties share their mean rank.

    Parameters
    ----------
    order : float array (N,)
        What is ranked by, e.g. income.
    weights : float array (N,), optional
        People per entry; 1 each when left out.

    Examples
    --------
    >>> fractional_rank(np.array([10.0, 30.0, 10.0, 20.0])).tolist()
    [0.25, 0.875, 0.25, 0.625]
    """
    weight = np.ones_like(order, dtype=float) if weights is None else weights
    _, place = np.unique(order, return_inverse=True)
    people = np.bincount(place, weights=weight)
    middle: Floats = (np.cumsum(people) - 0.5 * people) / people.sum()
    return middle[place]


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Return the mean along the last axis."""
    return divide((weights * values).sum(axis=-1), weights.sum(axis=-1))


def concentration_index(sum_y: Floats, sum_y_rank: Floats, n: Floats, sum_rank: Floats) -> Floats:
    """Return C = 2 cov(y, r) / mean(y) from sums over people (E1; R15, R18).

    With fractional ranks, whose mean is a half, it equals 2 sum(y r) / (n mean(y)) - 1.

    Parameters
    ----------
    sum_y, sum_y_rank : float array
        Sums of the outcome and of the outcome times the fractional socio-economic rank (0 poorest).
    n, sum_rank : float array
        People, and the sum of their ranks.

    Examples
    --------
    >>> y = np.array([4.0, 3.0, 2.0, 1.0]); r = (np.arange(4) + 0.5) / 4
    >>> round(float(concentration_index(y.sum(), (y * r).sum(), np.array(4.0), r.sum())), 4)
    -0.25
    """
    mean, covariance = divide(sum_y, n), divide(sum_y_rank, n) - divide(sum_y, n) * divide(sum_rank, n)
    return divide(2.0 * covariance, mean)


def concentration_over(values: Floats, rank: Floats, weights: Floats) -> Floats:
    """Return the concentration index of entries with a rank and a number of people each (E1).

    Examples
    --------
    >>> unmet = np.array([6.7, 2.1, 0.6, 0.4, 0.2]) / 100
    >>> fifths = fractional_rank(np.arange(5.0))
    >>> round(float(concentration_over(unmet, fifths, np.ones(5))), 3)
    -0.588
    """
    y = weights * values
    people, ranks = weights.sum(axis=-1), (weights * rank).sum(axis=-1)
    return concentration_index(y.sum(axis=-1), (y * rank).sum(axis=-1), people, ranks)


def erreygers(index: Floats, mean: Floats, low: float = 0.0, high: float = 1.0) -> Floats:
    """Return 4 mean / (high - low) C: comparable between bounded outcomes of unlike means (E2; R16, R17)."""
    corrected: Floats = 4.0 * mean / (high - low) * index
    return corrected


def wagstaff(index: Floats, mean: Floats, low: float = 0.0, high: float = 1.0) -> Floats:
    """Return C over its largest size at this mean, C / (1 - mean) for shares (E3; R15, R17)."""
    return divide((high - low) * mean * index, (high - mean) * (mean - low))


def slope_index(values: Floats, rank: Floats, weights: Floats) -> Floats:
    """Return the weighted least-squares slope over the rank: top minus bottom, in units of y (E4; R19)."""
    mean_rank = weighted_mean(rank, weights)[..., None]
    mean = weighted_mean(values, weights)[..., None]
    covariance = (weights * (rank - mean_rank) * (values - mean)).sum(axis=-1)
    return divide(covariance, (weights * (rank - mean_rank) ** 2).sum(axis=-1))


def relative_index(values: Floats, rank: Floats, weights: Floats) -> Floats:
    """Return the slope index over the mean (E5; R19)."""
    return divide(slope_index(values, rank, weights), weighted_mean(values, weights))


def horizontal_inequity(use_index: Floats, need_index: Floats) -> Floats:
    """Return C(use) - C(use that need alone predicts): above 0 the rich use more than their need (E6)."""
    difference: Floats = use_index - need_index
    return difference


def gini(values: Floats, weights: Floats | None = None) -> Floats:
    """Return the Gini coefficient: the concentration index of y ranked by y itself.

    Examples
    --------
    >>> float(gini(np.array([0.0, 0.0, 0.0, 1.0])))
    0.75
    """
    weight = np.ones_like(values) if weights is None else np.broadcast_to(weights, values.shape)
    order = np.argsort(values, axis=-1, kind="stable")
    y, w = (np.take_along_axis(a, order, axis=-1) for a in (values, weight))
    rank = divide(np.cumsum(w, axis=-1) - 0.5 * w, w.sum(axis=-1, keepdims=True))
    return concentration_over(y, rank, w)


class Theil(NamedTuple):
    """Theil's T and its two parts, `total` = `between` + `within`."""

    total: Floats
    between: Floats
    within: Floats


def _theil(values: Floats, weights: Floats) -> Floats:
    relative = divide(values, weighted_mean(values, weights)[..., None])
    # x ln x goes to 0 with x.
    terms = relative * np.log(np.where(relative > 0.0, relative, 1.0))
    return weighted_mean(terms, weights)


def theil(values: Floats, weights: Floats) -> Theil:
    """Return Theil's T of entries in groups, and how much of it lies between and within the groups.

    Parameters
    ----------
    values, weights : float array (..., groups, members)
        Values of at least 0, and people; a member of nobody counts nothing.

    Examples
    --------
    >>> parts = theil(np.array([[1.0, 3.0], [2.0, 2.0]]), np.ones((2, 2)))
    >>> [round(float(part), 4) for part in parts]
    [0.0654, 0.0, 0.0654]
    """
    return theil_of_groups(*summarise_groups(values, weights))


def summarise_groups(values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what Theil's T needs of each group, shape (..., groups): people, mean, and T inside it."""
    known = np.where(weights > 0.0, values, 0.0)
    people = weights.sum(axis=-1)
    mean = np.where(people > 0.0, weighted_mean(known, weights), 0.0)
    inside = np.where(people * mean > 0.0, _theil(known, weights), 0.0)
    return people, mean, inside


def theil_of_groups(people: Floats, mean: Floats, inside: Floats) -> Theil:
    """Return Theil's T and its parts from `summarise_groups`, of all the groups or of some."""
    between = _theil(mean, people)
    within = weighted_mean(inside, people * mean)
    return Theil(between + within, between, within)


def percentile_ratio(values: Floats, upper: float = 90.0, lower: float = 10.0) -> Floats:
    """Return the ratio of two percentiles, P90 / P10 unless told otherwise (E8)."""
    high, low = np.percentile(values, [upper, lower], axis=-1)
    return divide(high, low)


def coefficient_of_variation(values: Floats) -> Floats:
    """Return the standard deviation over the absolute mean (E8)."""
    return divide(values.std(axis=-1), np.abs(values.mean(axis=-1)))


def intraclass_correlation(mean: Floats, squares_within: Floats, n: Floats) -> Floats:
    """Return the share of variance between people that lies between their groups (E8), at least 0.

    One-way analysis of variance: chance differences of small groups are taken off, so that the share does not
    grow as groups get smaller.

    Parameters
    ----------
    mean, squares_within, n : float array (..., groups)
        Group means, sums of squared deviations within each group (n p (1 - p) for a share p), group sizes.
    """
    groups, people = n.shape[-1], n.sum(axis=-1)
    overall = weighted_mean(mean, n)[..., None]
    between = (n * (mean - overall) ** 2).sum(axis=-1) / (groups - 1)
    within = divide(squares_within.sum(axis=-1), people - groups)
    typical = (people - divide((n**2).sum(axis=-1), people)) / (groups - 1)
    share: Floats = np.maximum(0.0, divide(between - within, between + (typical - 1.0) * within))
    return share


def e_i_index(external: Floats, internal: Floats) -> Floats:
    """Return (E - I) / (E + I): -1 all ties within the own group, 1 all across (I9)."""
    return divide(external - internal, external + internal)
