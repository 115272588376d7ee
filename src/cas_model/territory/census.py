"""One pass over the patient table: the counts from which goodness of fit is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cas_model.config.vocabulary import N_DISCIPLINES
from cas_model.territory.facts import AGE_BAND_STARTS, AGE_BANDS, Floats, Ints, Territory
from cas_model.territory.marginals import OLDEST, Marginals
from cas_model.territory.needs import expected_need
from cas_model.territory.population import Columns

RANK_CLASSES = 20
"""Classes of socio-economic rank in the counts."""


@dataclass(frozen=True)
class Counts:
    """Patient agents counted once, in classes fine enough for every row.

    Parameters
    ----------
    cells : int array (110, 20, 4)
        By year of age and class of rank: all, with two or more conditions, of whom with a mental one,
        and complex.
    zone_ages : int array (Z, 11)
        By zone and age band.
    zone_poor : int array (Z,)
        Below the rank of the poverty line.
    zone_rank : float array (Z,)
        Sum of ranks.
    need : float array (8,)
        Sum of expected monthly need at the default rates.
    """

    cells: Ints
    zone_ages: Ints
    zone_poor: Ints
    zone_rank: Floats
    need: Floats


def count_patients(
    territory: Territory, patient: Columns, provider: Columns, start_month: int, marginals: Marginals
) -> Counts:
    """Count the patient table in one pass, without temporaries of its size."""
    cells = np.zeros((OLDEST, RANK_CLASSES, 4), dtype=np.int64)
    zone_ages = np.zeros((territory.n_zones, len(AGE_BANDS)), dtype=np.int64)
    zone_poor = np.zeros(territory.n_zones, dtype=np.int64)
    zone_rank, need = np.zeros(territory.n_zones), np.zeros(N_DISCIPLINES)
    band_of_age = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST), side="right") - 1
    _count(
        start_month, marginals.poverty_rank, band_of_age, provider["zone"], patient["practice"],
        patient["birth_month"], patient["rank"], patient["n_conditions"], patient["mental"],
        patient["social_need"], patient["informal_care"], patient["complex"],
        cells, zone_ages, zone_poor, zone_rank, need,
    )  # fmt: skip
    return Counts(cells, zone_ages, zone_poor, zone_rank, need)


@njit(cache=True, nogil=True)
def _count(
    start_month, poverty_rank, band_of_age, zone, practice, birth_month, rank, n_conditions, mental,
    social_need, informal_care, complex_, cells, zone_ages, zone_poor, zone_rank, need,
):  # fmt: skip
    for i in range(birth_month.size):
        age = (start_month - birth_month[i]) / 12.0
        year = min(int(age), OLDEST - 1)
        z = zone[practice[i]]
        r = min(int(rank[i] * RANK_CLASSES), RANK_CLASSES - 1)
        cells[year, r, 0] += 1
        if n_conditions[i] >= 2:
            cells[year, r, 1] += 1
            cells[year, r, 2] += mental[i]
        cells[year, r, 3] += complex_[i]
        zone_ages[z, band_of_age[year]] += 1
        zone_poor[z] += 1 if rank[i] < poverty_rank else 0
        zone_rank[z] += rank[i]
        monthly = expected_need(age, n_conditions[i], mental[i], social_need[i], informal_care[i])
        for d in range(N_DISCIPLINES):
            need[d] += monthly[d]


def deprivation_shift(everyone: NDArray[Any], multimorbid: NDArray[Any]) -> tuple[float, float]:
    """Return how many years earlier multimorbidity starts at rank 0 than at rank 1, and the standard error.

    A logistic regression of multimorbidity on age and rank over the counted cells (iteratively reweighted
    least squares); the shift is minus the slope of rank over the slope of age.

    Parameters
    ----------
    everyone, multimorbid : int array (110, 20)
        By year of age and class of rank.
    """
    years, classes = everyone.shape
    age, rank = np.meshgrid(np.arange(years) + 0.5, (np.arange(classes) + 0.5) / classes, indexing="ij")
    used = everyone.ravel() > 0
    n, k = everyone.ravel()[used].astype(float), multimorbid.ravel()[used].astype(float)
    x = np.stack([np.ones(used.sum()), age.ravel()[used] / 50.0 - 1.0, rank.ravel()[used] - 0.5], axis=1)
    beta = np.zeros(3)
    information = np.eye(3)
    for _ in range(12):
        p = 1.0 / (1.0 + np.exp(-(x @ beta)))
        information = (x * (n * p * (1 - p))[:, None]).T @ x + 1e-9 * np.eye(3)
        beta = beta + np.linalg.solve(information, x.T @ (k - n * p))
    slope_age, slope_rank = beta[1] / 50.0, beta[2]
    gradient = np.array([0.0, slope_rank / slope_age**2 / 50.0, -1.0 / slope_age])
    variance = gradient @ np.linalg.inv(information) @ gradient
    return float(-slope_rank / slope_age), float(np.sqrt(variance))
