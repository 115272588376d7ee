"""Groups of people whom an event can strike: who belongs to them, and their share of need and deaths.

A person can belong to several (the oldest are seniors too); the rises of all of them add.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cas_model.config.vocabulary import ELDEST, EVERYONE, N_DISCIPLINES, N_GROUPS, POOREST_FIFTH, SENIORS
from cas_model.territory.needs import expected_need

_POOREST = np.float32(0.2)


@njit(cache=True, nogil=True, inline="always")
def age_in_years(month, birth_month):
    """Return the age of a person born in calendar month `birth_month`."""
    return (month - birth_month) / 12.0


@njit(cache=True, nogil=True, inline="always")
def belongs(group, age, rank):
    """Whether a person of this age (years) and socio-economic rank belongs to a group."""
    if group == SENIORS:
        return age >= 65.0
    if group == ELDEST:
        return age >= 85.0
    return group == EVERYONE or rank < _POOREST


@njit(cache=True, nogil=True, inline="always")
def some_group_is_struck(z, by_group):
    """Whether any group but everyone has a value above zero in zone `z`."""
    return by_group[z, SENIORS] > 0.0 or by_group[z, ELDEST] > 0.0 or by_group[z, POOREST_FIFTH] > 0.0


@njit(cache=True, nogil=True, inline="always")
def rise_of_groups(z, age, rank, rise):
    """Return the sum of the rises of a person's groups, everyone apart."""
    total = 0.0
    for g in range(EVERYONE + 1, N_GROUPS):
        if rise[z, g] > 0.0 and belongs(g, age, rank):
            total += rise[z, g]
    return total


@njit(cache=True, nogil=True, inline="always")
def expected_rise(z, d, rise, share):
    """Return the expected rise of a zone's need of discipline `d`, from each group's share of that need."""
    total = rise[z, EVERYONE]
    for g in range(EVERYONE + 1, N_GROUPS):
        total += rise[z, g] * share[z, g * N_DISCIPLINES + d]
    return total


@njit(cache=True, nogil=True)
def share_out_groups(
    month,
    first_row,
    last_row,
    birth_month,
    rank,
    n_conditions,
    mental,
    social_need,
    informal_care,
    mortality_level,
    mortality_age,
    need_share,
    death_share,
):
    """Fill each group's share of the need of every discipline and of deaths, per zone.

    Computed once at a world's start, and kept: shares move little within the years of a run.
    """
    for z in range(first_row.size):
        need, deaths = np.zeros((N_GROUPS, N_DISCIPLINES)), np.zeros(N_GROUPS)
        for i in range(first_row[z], last_row[z]):
            age = age_in_years(month, birth_month[i])
            hazard = math.exp(mortality_level + mortality_age * age)
            needed = expected_need(age, n_conditions[i], mental[i], social_need[i], informal_care[i])
            for g in range(N_GROUPS):
                if belongs(g, age, rank[i]):
                    deaths[g] += hazard
                    for d in range(N_DISCIPLINES):
                        need[g, d] += needed[d]
        for g in range(N_GROUPS):
            death_share[z, g] = deaths[g] / deaths[EVERYONE]
            for d in range(N_DISCIPLINES):
                need_share[z, g * N_DISCIPLINES + d] = need[g, d] / need[EVERYONE, d]
