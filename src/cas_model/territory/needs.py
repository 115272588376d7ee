"""Expected monthly need of each discipline, from a person's age, conditions and circumstances.

One scalar function serves three users: the supply plan (capacity follows expected need), the goodness-of-fit
table, and the month's kernels. Unobserved heterogeneity (`frailty`, mean 1) multiplies the result outside.

The shapes (who needs more) are linear in age steps and conditions and are normalised to mean 1 over the
Flemish population of 2022; the rates (how much in all) are parameters in contacts per inhabitant per year.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cas_model.config.declarations import parameter
from cas_model.config.vocabulary import DISCIPLINES, N_DISCIPLINES
from cas_model.numerics.functions import logistic
from cas_model.territory.marginals import OLDEST, Marginals
from cas_model.territory.traits import (
    MOST_CONDITIONS,
    at_least_logit,
    informal_care_probability,
    mental_probability,
    multimorbidity_logit,
    social_need_probability,
)

_UNIT = "contacts/inhabitant/year"
_RATES = (
    parameter("gp_contacts_per_year", 5.3, 4.8, 5.8, _UNIT, "dossier 5.1 #27, T15",
              "GP contacts needed per inhabitant"),
    parameter("home_nursing_contacts_per_year", 6.0, 3.0, 9.0, _UNIT,
              "assumption (no verified use figures: gap G3)", "home nursing visits needed per inhabitant"),
    parameter("pharmacy_contacts_per_year", 9.0, 6.0, 14.0, _UNIT,
              "assumption (prescriptions follow GP contacts)", "pharmacy visits needed per inhabitant"),
    parameter("allied_health_contacts_per_year", 4.5, 2.5, 7.0, _UNIT,
              "assumption (series of sessions for a minority)",
              "allied health sessions needed per inhabitant"),
    parameter("mental_health_contacts_per_year", 0.6, 0.3, 1.2, _UNIT,
              "assumption (about a tenth of people with a mental condition in monthly care)",
              "mental health contacts needed per inhabitant"),
    parameter("hospital_contacts_per_year", 1.9, 1.2, 3.0, _UNIT,
              "assumption (outpatient specialist contacts)",
              "hospital contacts needed per inhabitant"),
    parameter("welfare_contacts_per_year", 0.6, 0.2, 1.5, _UNIT,
              "assumption (a monthly contact for people with a social need)",
              "welfare contacts needed per inhabitant"),
    parameter("home_care_contacts_per_year", 1.6, 0.8, 3.0, _UNIT,
              "assumption (weekly visits for a minority of older people)",
              "home care visits needed per inhabitant"),
)  # fmt: skip
RATE_NAMES = tuple(rate.name for rate in _RATES)
"""Names of the eight rate parameters, in the order of `DISCIPLINES`."""

DEFAULT_RATES = tuple(rate.default for rate in _RATES)
assert len(DEFAULT_RATES) == N_DISCIPLINES == len(DISCIPLINES)


@njit(cache=True, nogil=True, inline="always")
def gp_shape(age, n_conditions, mental, social_need):
    """Return the relative need of GP contacts (mean 1): rises with age and conditions (dossier #27)."""
    young = 1.0 if age < 5.0 else 0.0
    older = max(age - 50.0, 0.0)
    return 0.5151 + 0.19 * young + 0.0065 * older + 0.32 * n_conditions + 0.2 * mental + 0.12 * social_need


@njit(cache=True, nogil=True, inline="always")
def expected_need(age, n_conditions, mental, social_need, informal_care):
    """Return the monthly contacts a person is expected to need of each discipline, at the default rates.

    Parameters
    ----------
    age : float
        Years.
    n_conditions : int
        Long-term conditions, 0 or more.
    mental, social_need, informal_care : int
        0 or 1. An informal carer takes over part of the home nursing and home care (care line 0, F36).

    Returns
    -------
    tuple of 8 floats
        Contacts per month, ordered as `DISCIPLINES`; a run with other rates multiplies by `rate_ratios`.

    Notes
    -----
    Source: GP level and its rise with age and conditions dossier 5.1 #27; all other shapes are assumptions.
    """
    n = float(n_conditions)
    past_65 = max(age - 65.0, 0.0)
    past_75 = max(age - 75.0, 0.0)
    relief = 1.0 - 0.25 * informal_care
    gp = gp_shape(age, n, mental, social_need)
    nursing = (0.05 + 0.06 * past_65 + 0.35 * past_75 + 0.45 * max(n - 1.0, 0.0)) * relief
    pharmacy = 0.45 + 0.5 * n + 0.008 * past_65 + 0.25 * mental
    allied = 0.4 + 0.01 * max(age - 30.0, 0.0) + 0.4 * n
    mental_care = 0.2 + 6.5 * mental
    hospital = 0.45 + 0.006 * max(age - 40.0, 0.0) + 0.5 * n
    welfare = 0.12 + 10.0 * social_need
    home_care = (
        0.05 + 0.08 * past_65 + 0.30 * past_75 + 0.3 * max(n - 2.0, 0.0) + 1.5 * social_need
    ) * relief
    return (
        gp * _GP,
        nursing * _NURSING,
        pharmacy * _PHARMACY,
        allied * _ALLIED,
        mental_care * _MENTAL,
        hospital * _HOSPITAL,
        welfare * _WELFARE,
        home_care * _HOME_CARE,
    )


# Means of the raw shapes in the Flemish population of 2022 at the default traits (a test recomputes them).
_SHAPE_MEANS = (0.9066, 0.6420, 0.9799, 0.9685, 0.9846, 1.0035, 0.5462, 0.5689)
_GP, _NURSING, _PHARMACY, _ALLIED, _MENTAL, _HOSPITAL, _WELFARE, _HOME_CARE = (
    rate / 12.0 / mean for rate, mean in zip(DEFAULT_RATES, _SHAPE_MEANS, strict=True)
)


def rate_ratios(parameters: Mapping[str, float] | None = None) -> NDArray[np.float64]:
    """Return what a run's rates are relative to the defaults, shape (8,), ordered as `DISCIPLINES`.

    Examples
    --------
    >>> float(rate_ratios({"gp_contacts_per_year": 10.6})[0])
    2.0
    """
    chosen = parameters or {}
    ratios = [chosen.get(rate.name, rate.default) / rate.default for rate in _RATES]
    return np.array(ratios, dtype=np.float64)


RANK_CLASSES = 16
"""Classes of socio-economic rank over which expected need is summed."""


def need_by_municipality(
    marginals: Marginals, traits: NDArray[np.float64], parameters: Mapping[str, float] | None = None
) -> NDArray[np.float64]:
    """Return the monthly contacts needed per inhabitant, shape (municipalities, 8).

    Sums `expected_need` over age, rank, conditions and circumstances with their probabilities. No person is
    drawn, so capacity planned on it depends neither on the seed nor on the scale.

    Parameters
    ----------
    marginals : Marginals
    traits : float array
        From `traits.trait_values`.
    parameters : mapping from parameter name to value, optional
        The run's rates (`RATE_NAMES`).
    """
    return _need_at_default_rates(marginals, tuple(traits.tolist())) * rate_ratios(parameters)


@lru_cache(maxsize=16)
def _need_at_default_rates(marginals: Marginals, traits: tuple[float, ...]) -> NDArray[np.float64]:
    by_age_and_rank = _mean_need(np.array(traits))
    ages = np.diff(marginals.age_below, axis=1)
    edges = np.arange(RANK_CLASSES + 1) / RANK_CLASSES
    steps = np.linspace(0.0, 1.0, marginals.rank_quantiles.shape[1])
    below = np.stack([np.interp(edges, ranks, steps) for ranks in marginals.rank_quantiles])
    below[:, 0], below[:, -1] = 0.0, 1.0
    need: NDArray[np.float64] = np.einsum(
        "ma,mr,ard->md", ages, np.diff(below, axis=1), by_age_and_rank, optimize=True
    )
    need.flags.writeable = False
    return need


@njit(cache=True, nogil=True)
def _mean_need(traits):
    """Return expected need by year of age and class of rank, shape (110, RANK_CLASSES, 8)."""
    out = np.zeros((OLDEST, RANK_CLASSES, N_DISCIPLINES))
    for year in range(OLDEST):
        age = year + 0.5
        for c in range(RANK_CLASSES):
            rank = (c + 0.5) / RANK_CLASSES
            logit_two = multimorbidity_logit(age, rank, traits)
            at_least = 1.0
            for n in range(MOST_CONDITIONS + 1):
                more = 0.0
                if n < MOST_CONDITIONS:
                    more = logistic(at_least_logit(n + 1, logit_two, traits))
                p_n = at_least - more
                at_least = more
                p_informal = informal_care_probability(age, n, traits)
                for mental in range(2):
                    p_mental = mental_probability(n, rank, traits)
                    p_m = p_n * (p_mental if mental == 1 else 1.0 - p_mental)
                    p_social = social_need_probability(age, rank, mental, traits)
                    for social in range(2):
                        p_s = p_m * (p_social if social == 1 else 1.0 - p_social)
                        for informal in range(2):
                            p = p_s * (p_informal if informal == 1 else 1.0 - p_informal)
                            need = expected_need(age, n, mental, social, informal)
                            for d in range(N_DISCIPLINES):
                                out[year, c, d] += p * need[d]
    return out
