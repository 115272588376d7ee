"""Age and income distributions of every municipality, as the tables from which people are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtr, ndtri

from cas_model.config.declarations import parameter
from cas_model.territory.facts import AGE_BAND_STARTS, Territory

Floats = NDArray[np.float64]

OLDEST = 110
"""Highest age in years."""
RANK_STEPS = 512
"""Steps of the tables of socio-economic rank."""
AGE_TAPER = parameter(
    "oldest_age_taper", 3.0, 2.0, 4.5, "years", "assumption (a standing population with few people past 100)",
    "how fast numbers fall with age past 90",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Marginals:
    """What is known of every municipality's people, ready to draw from.

    Parameters
    ----------
    age_below : float array (M, 111)
        Share of inhabitants younger than 0, 1, ..., 110 years; exact at the bands' edges.
    rank_quantiles : float array (M, 513)
        Socio-economic rank in the territory (0 poorest, 1 richest) at 513 even quantiles within each
        municipality; over the territory's people the rank is uniform.
    poverty_line_eur : float
        The income below which a person is at risk of poverty, as the municipalities' data imply it.
    poverty_rank : float
        The rank of that line: the territory's share of people at risk of poverty.
    """

    age_below: Floats
    rank_quantiles: Floats
    poverty_line_eur: float
    poverty_rank: float


def tabulate_marginals(territory: Territory, parameters: Mapping[str, float] | None = None) -> Marginals:
    """Tabulate ages and socio-economic ranks of every municipality.

    Ages: a monotone cubic through the cumulative numbers at the bands' edges, so that numbers within a band
    follow its neighbours; exponential past 90 (`oldest_age_taper`).

    Ranks: each municipality's income distribution runs through its poverty share at the poverty line and
    its three quartiles, linear in (normal score, log income) between and beyond. A person's rank is the
    share of all inhabitants with a lower income. So ranks are uniform over the territory, the share below
    the rank of the poverty line equals `poverty_risk_pct` in every municipality, and the median rank follows
    the median income. Nothing is fitted; only the line itself is estimated: the population-weighted median
    of the lines that the municipalities' quartiles and poverty shares imply.

    Parameters
    ----------
    territory : Territory
    parameters : mapping from parameter name to value, optional
        Values that differ from the defaults.

    Returns
    -------
    Marginals
    """
    return _tabulate(territory, (parameters or {}).get(AGE_TAPER.name, AGE_TAPER.default))


@lru_cache(maxsize=16)
def _tabulate(territory: Territory, taper: float) -> Marginals:
    line, below = _poverty_line(territory)
    quantiles, rank_of_line = _rank_quantiles(territory, line, below)
    return Marginals(_age_below(territory, taper), quantiles, line, rank_of_line)


def _age_below(territory: Territory, taper: float) -> Floats:
    edges = np.array(AGE_BAND_STARTS, dtype=float)
    numbers = np.maximum(territory.municipality_ages, 1e-9).astype(float)
    below = np.concatenate([np.zeros((len(numbers), 1)), np.cumsum(numbers, axis=1)], axis=1)
    below /= below[:, -1:]
    start_last, share_last = below[:, -2:-1], 1.0 - below[:, -2:-1]

    def tail(years: Floats) -> Floats:
        passed: Floats = (1.0 - np.exp(-years / taper)) / (1.0 - np.exp(-(OLDEST - edges[-1]) / taper))
        return passed

    # The node five years past the last edge gives the curve its slope there; the tail itself replaces it.
    anchor = edges[-1] + 5.0
    nodes = np.concatenate([edges, [anchor]])
    heights = np.concatenate([below[:, :-1], start_last + share_last * tail(np.array([5.0]))], axis=1)
    ages = np.arange(OLDEST + 1, dtype=float)
    inner = ages <= edges[-1]
    table = np.empty((len(numbers), OLDEST + 1))
    table[:, inner] = PchipInterpolator(nodes, heights, axis=1)(ages[inner])
    table[:, ~inner] = start_last + share_last * tail(ages[~inner] - edges[-1])
    return table


def _poverty_line(territory: Territory) -> tuple[float, Floats]:
    """Return the poverty line implied by the data, and the poverty shares kept off 0 and 1."""
    below = np.clip(territory.municipality_poverty, 0.001, 0.9)
    log_median = np.log(territory.municipality_income)
    spread = log_median - np.log(territory.municipality_income_q1)
    implied = log_median + spread / -ndtri(0.25) * ndtri(below)
    order = np.argsort(implied, kind="stable")
    weight = np.cumsum(territory.municipality_population[order].astype(float))
    middle = int(np.searchsorted(weight, 0.5 * weight[-1]))
    return float(np.exp(implied[order][middle])), below


def _rank_quantiles(territory: Territory, line: float, below: Floats) -> tuple[Floats, float]:
    """Return each municipality's ranks at even quantiles, and the rank of the poverty line."""
    n = territory.n_municipalities
    weight = territory.municipality_population / territory.municipality_population.sum()
    quartiles = np.log(np.stack([
        territory.municipality_income_q1, territory.municipality_income, territory.municipality_income_q3,
    ]))  # fmt: skip
    grid = np.linspace(np.log(line) - 2.5, float(quartiles.max()) + 2.5, 4001)
    grid = np.sort(np.append(grid, np.log(line)))
    at_line = int(np.searchsorted(grid, np.log(line)))
    everywhere = np.zeros_like(grid)
    scores = ndtri((np.arange(RANK_STEPS + 1) + 1e-6) / (RANK_STEPS + 2e-6))
    log_incomes = np.empty((n, RANK_STEPS + 1))
    for m in range(n):
        z, y = _income_nodes(below[m], np.log(line), quartiles[:, m])
        everywhere += weight[m] * ndtr(_line_through(grid, y, z))
        log_incomes[m] = _line_through(scores, z, y)
    ranks = np.interp(log_incomes, grid, everywhere)
    ranks[:, 0], ranks[:, -1] = np.minimum(ranks[:, 0], ranks[:, 1]), np.maximum(ranks[:, -1], ranks[:, -2])
    return np.clip(ranks, 0.0, 1.0), float(everywhere[at_line])


def _income_nodes(below: float, log_line: float, quartiles: Floats) -> tuple[Floats, Floats]:
    """Return the normal scores and log incomes a municipality's curve runs through, both increasing."""
    z = np.concatenate([[ndtri(below)], ndtri([0.25, 0.5, 0.75])])
    y = np.concatenate([[log_line], quartiles])
    order = np.argsort(z, kind="stable")
    return _strictly_increasing(z[order]), _strictly_increasing(y[order])


def _strictly_increasing(values: Floats) -> Floats:
    """Return values at least a thousandth apart: contradictory figures must not turn the curve back."""
    steps = 1e-3 * np.arange(len(values))
    result: Floats = np.maximum.accumulate(values - steps) + steps
    return result


def _line_through(x: Floats, nodes: Floats, heights: Floats) -> Floats:
    """Interpolate linearly between nodes and go on with the end slopes beyond them."""
    inside = np.interp(x, nodes, heights)
    first = (heights[1] - heights[0]) / (nodes[1] - nodes[0])
    last = (heights[-1] - heights[-2]) / (nodes[-1] - nodes[-2])
    low, high = np.minimum(x - nodes[0], 0.0), np.maximum(x - nodes[-1], 0.0)
    result: Floats = inside + first * low + last * high
    return result
