"""How conditions, social need, literacy and health depend on age and socio-economic rank.

Each relation is one scalar function, used to draw the population and to compute expected need exactly. The
numbers arrive as one vector (`trait_values`) because compiled functions take arrays, not mappings.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cas_model.config.declarations import parameter
from cas_model.numerics.functions import logistic

MOST_CONDITIONS = 8
"""Counts above this are drawn as this (fewer than one person in a thousand)."""

_TRAITS = (
    parameter("multimorbidity_intercept", -4.58, -4.88, -4.28, "logit", "dossier 5.1 #29 (R32)",
              "log-odds of two or more conditions at age 0 and middle rank"),
    parameter("multimorbidity_age", 0.0717, 0.0637, 0.0797, "logit/year", "dossier 5.1 #29 (R32)",
              "rise of these log-odds with age"),
    parameter("deprivation_age_shift", 12.5, 10.0, 15.0, "years", "dossier 5.1 #30 (R31)",
              "years by which multimorbidity starts earlier among the poorest than among the richest"),
    parameter("first_condition_offset", 1.4, 1.0, 1.8, "logit",
              "assumption (share with a condition near T19, R31, on an older population)",
              "log-odds of one or more conditions above those of two or more"),
    parameter("third_condition_offset", 1.6, 1.2, 2.0, "logit",
              "assumption (keeps complex patients near one in eight)",
              "log-odds of three or more conditions below those of two or more"),
    parameter("further_condition_offset", 1.2, 0.8, 1.6, "logit", "assumption",
              "log-odds of each further condition below those of the one before"),
    parameter("mental_share_multimorbid", 0.286, 0.24, 0.33, "share",
              "dossier 5.1 #31 (R31: 11.0 % and 5.9 % mixed), solved for the level",
              "share with a mental condition among the multimorbid of middle rank"),
    parameter("mental_share_single", 0.18, 0.10, 0.26, "share", "assumption",
              "share of single conditions that are mental"),
    parameter("mental_rank_slope", 0.26, 0.0, 0.6, "log share", "dossier 5.1 #31 (R31), solved for the ratio",
              "fall of these shares, in logs, from the poorest to the richest"),
    parameter("social_need_intercept", -3.7, -4.5, -3.0, "logit", "assumption (motive M65)",
              "log-odds of a welfare or social-care need below age 65 at middle rank"),
    parameter("social_need_rank_slope", 3.0, 1.0, 5.0, "logit", "assumption (motive M65)",
              "fall of these log-odds from the poorest to the richest"),
    parameter("social_need_mental", 0.9, 0.0, 2.0, "logit", "assumption (motive M65)",
              "rise of these log-odds with a mental condition"),
    parameter("social_need_age", 0.03, 0.0, 0.06, "logit/year", "assumption",
              "rise of these log-odds per year of age above 65"),
    parameter("informal_care_share", 0.40, 0.2, 0.6, "share", "assumption (care line 0, F36)",
              "share with an informal carer among the multimorbid and those aged 75 or over"),
    parameter("informal_care_share_other", 0.03, 0.0, 0.1, "share", "assumption",
              "share with an informal carer among all others"),
    parameter("literacy_mean", 0.62, 0.4, 0.8, "0-1", "assumption (motive M65)",
              "mean health literacy at middle rank below age 60"),
    parameter("literacy_rank_slope", 0.30, 0.0, 0.6, "0-1", "assumption (motive M65)",
              "difference in literacy between the richest and the poorest"),
    parameter("literacy_age_slope", 0.004, 0.0, 0.01, "per year", "assumption (motive M65)",
              "fall of literacy per year of age above 60"),
    parameter("literacy_sd", 0.14, 0.05, 0.25, "0-1", "assumption", "individual spread of literacy"),
    parameter("digital_intercept", 3.2, 2.0, 4.5, "logit", "assumption (motive M65)",
              "log-odds of digital access at middle rank below age 55"),
    parameter("digital_rank_slope", 2.5, 0.0, 4.0, "logit", "assumption (motive M65)",
              "rise of these log-odds from the poorest to the richest"),
    parameter("digital_age_slope", 0.09, 0.03, 0.15, "logit/year", "assumption (motive M65)",
              "fall of these log-odds per year of age above 55"),
    parameter("plan_share_start", 0.25, 0.0, 0.4, "share", "assumption (low baseline, T1 dimension 4)",
              "share of complex patients with a shared plan at the start"),
    parameter("coordinator_share_start", 0.20, 0.0, 0.4, "share", "assumption (low baseline, T1 dimension 4)",
              "share of complex patients with a named coordinator at the start"),
    parameter("plan_coordinator_overlap", 0.35, 0.0, 1.0, "share", "assumption",
              "share of those with a plan who also have a coordinator at the start"),
    parameter("health_best", 0.93, 0.8, 1.0, "0-1", "assumption",
              "utility at age 20, middle rank, no condition"),
    parameter("health_age_slope", 0.0012, 0.0, 0.003, "per year", "assumption",
              "fall of utility per year of age above 20"),
    parameter("health_condition_loss", 0.055, 0.02, 0.1, "0-1", "assumption", "utility lost per condition"),
    parameter("health_mental_loss", 0.07, 0.0, 0.15, "0-1", "assumption",
              "further utility lost to a mental condition"),
    parameter("health_rank_slope", 0.05, 0.0, 0.12, "0-1", "assumption (direction of the gradient: T19)",
              "difference in utility between the richest and the poorest, other things equal"),
    parameter("health_sd", 0.06, 0.02, 0.12, "0-1", "assumption", "individual spread of utility"),
)  # fmt: skip
(
    MM_INTERCEPT, MM_AGE, AGE_SHIFT, FIRST_OFFSET, THIRD_OFFSET, FURTHER_OFFSET, MENTAL_MULTI, MENTAL_SINGLE,
    MENTAL_SLOPE, SOCIAL_INTERCEPT, SOCIAL_SLOPE, SOCIAL_MENTAL, SOCIAL_AGE, INFORMAL, INFORMAL_OTHER,
    LITERACY, LITERACY_SLOPE, LITERACY_AGE, LITERACY_SD, DIGITAL, DIGITAL_SLOPE, DIGITAL_AGE, PLAN_START,
    COORDINATOR_START, OVERLAP, HEALTH_BEST, HEALTH_AGE, HEALTH_CONDITION, HEALTH_MENTAL, HEALTH_SLOPE,
    HEALTH_SD,
) = range(len(_TRAITS))  # fmt: skip


def trait_values(parameters: Mapping[str, float] | None = None) -> NDArray[np.float64]:
    """Return the trait parameters of a run as the vector the compiled functions read.

    Parameters
    ----------
    parameters : mapping from parameter name to value, optional
        Values that differ from the defaults; other names in it are ignored.
    """
    chosen = parameters or {}
    return np.array([chosen.get(trait.name, trait.default) for trait in _TRAITS], dtype=np.float64)


@njit(cache=True, nogil=True, inline="always")
def multimorbidity_logit(age, rank, traits):
    """Return the log-odds of two or more conditions: a + b (age + shift (1/2 - rank)) (dossier #29-#30)."""
    effective_age = age + traits[AGE_SHIFT] * (0.5 - rank)
    return traits[MM_INTERCEPT] + traits[MM_AGE] * effective_age


@njit(cache=True, nogil=True, inline="always")
def at_least_logit(k, logit_two, traits):
    """Return the log-odds of `k` (1 or more) conditions or more, given those of two or more."""
    if k <= 1:
        return logit_two + traits[FIRST_OFFSET]
    if k == 2:
        return logit_two
    return logit_two - traits[THIRD_OFFSET] - traits[FURTHER_OFFSET] * (k - 3)


@njit(cache=True, nogil=True)
def count_conditions(u, logit_two, traits):
    """Return the number of conditions for a uniform draw `u`: an ordered logit with shared slope."""
    latent = np.log((u + 1e-12) / (1.0 - u + 1e-12))
    n = 0
    while n < MOST_CONDITIONS and latent < at_least_logit(n + 1, logit_two, traits):
        n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def mental_probability(n_conditions, rank, traits):
    """Return the chance that one of a person's conditions is a mental one (dossier #31)."""
    if n_conditions == 0:
        return 0.0
    base = traits[MENTAL_SINGLE] if n_conditions == 1 else traits[MENTAL_MULTI]
    return min(base * np.exp(traits[MENTAL_SLOPE] * (0.5 - rank)), 1.0)


@njit(cache=True, nogil=True, inline="always")
def social_need_probability(age, rank, mental, traits):
    """Return the chance of a welfare or social-care need."""
    return logistic(
        traits[SOCIAL_INTERCEPT]
        + traits[SOCIAL_SLOPE] * (0.5 - rank)
        + traits[SOCIAL_MENTAL] * mental
        + traits[SOCIAL_AGE] * max(age - 65.0, 0.0)
    )


@njit(cache=True, nogil=True, inline="always")
def informal_care_probability(age, n_conditions, traits):
    """Return the chance of having an informal carer."""
    return traits[INFORMAL] if (n_conditions >= 2 or age >= 75.0) else traits[INFORMAL_OTHER]


@njit(cache=True, nogil=True, inline="always")
def is_complex(n_conditions, social_need):
    """Return 1 for a complex patient: three conditions, or one with a social need (dossier I7)."""
    return 1 if (n_conditions >= 3 or (n_conditions >= 1 and social_need == 1)) else 0


@njit(cache=True, nogil=True, inline="always")
def literacy_level(age, rank, spread, traits):
    """Return health literacy in [0, 1]; `spread` is a standardised individual deviation."""
    level = (
        traits[LITERACY]
        + traits[LITERACY_SLOPE] * (rank - 0.5)
        - traits[LITERACY_AGE] * max(age - 60.0, 0.0)
        + traits[LITERACY_SD] * spread
    )
    return min(max(level, 0.0), 1.0)


@njit(cache=True, nogil=True, inline="always")
def digital_probability(age, rank, traits):
    """Return the chance of digital access and skills."""
    return logistic(
        traits[DIGITAL] + traits[DIGITAL_SLOPE] * (rank - 0.5) - traits[DIGITAL_AGE] * max(age - 55.0, 0.0)
    )


@njit(cache=True, nogil=True, inline="always")
def health_level(age, rank, n_conditions, mental, spread, traits):
    """Return health-related utility in [0.05, 1]; `spread` is a standardised individual deviation."""
    level = (
        traits[HEALTH_BEST]
        - traits[HEALTH_AGE] * max(age - 20.0, 0.0)
        - traits[HEALTH_CONDITION] * n_conditions
        - traits[HEALTH_MENTAL] * mental
        + traits[HEALTH_SLOPE] * (rank - 0.5)
        + traits[HEALTH_SD] * spread
    )
    return min(max(level, 0.05), 1.0)
