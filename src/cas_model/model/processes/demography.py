"""Phase demography: people die, are born, move and age.

Each patient has a birthday in the panel ``row % 12``: one twelfth of the population is renewed each month
with yearly chances. A row is never empty: a death makes room for a newborn, a departure for a newcomer of
the same age, so that zones keep their size (births and deaths nearly balance in Flanders; assumption).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cas_model.config.declarations import ACT, APPLY, parameter, process
from cas_model.config.vocabulary import EVERYONE, FIXED_POINT, GP, N_DISCIPLINES, PANELS
from cas_model.model.processes.groups import rise_of_groups
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import unsigned
from cas_model.territory.needs import expected_need
from cas_model.territory.traits import (
    count_conditions,
    health_level,
    informal_care_probability,
    is_complex,
    mental_probability,
    multimorbidity_logit,
    social_need_probability,
)

parameter("mortality_level", -11.4, -11.8, -11.0, "log per year", "assumption; about 1 % a year overall",
          "log mortality at age 0 (Gompertz)")  # fmt: skip
parameter("mortality_age", 0.105, 0.095, 0.115, "per year", "assumption (Gompertz slope)",
          "rise of log mortality with age")  # fmt: skip
parameter("moving_young", 0.05, 0.02, 0.08, "per year", "assumption",
          "chance of leaving the zone, aged 18 to 39")  # fmt: skip
parameter("moving", 0.015, 0.005, 0.03, "per year", "assumption",
          "chance of leaving the zone at other ages")  # fmt: skip
parameter("barrier_level", -3.6, -4.4, -3.0, "log", "T21 (R73): 6.7 % a year in the poorest fifth",
          "log chance that the poorest person forgoes a needed episode")  # fmt: skip
parameter("barrier_slope_poor", 5.9, 4.0, 8.0, "log per rank", "T21 (R73): 2.1 % in the second fifth",
          "fall of that log chance up to the middle rank")  # fmt: skip
parameter("barrier_slope_rich", 3.0, 0.0, 6.0, "log per rank", "dossier 5.1 #38 (assumption)",
          "fall of that log chance above the middle rank")  # fmt: skip
parameter("admissions_per_year", 0.16, 0.12, 0.20, "per inhabitant/year", "assumption",
          "hospital stays per inhabitant")  # fmt: skip
parameter("avoidable_admissions", 0.10, 0.05, 0.15, "0-1", "assumption",
          "share of stays that good ambulatory care can avoid")  # fmt: skip
parameter("continuity_effect", 0.31, 0.15, 0.47, "ln per unit UPC", "R10, dossier 5.1 #36",
          "fall of log avoidable admissions with continuity")  # fmt: skip
parameter("deprivation_effect", 0.16, 0.10, 0.22, "ratio", "R14, dossier 5.1 #37",
          "avoidable admissions of the 90th above the 10th percentile of deprivation")  # fmt: skip

_SINGLE = np.float32


@njit(cache=True, nogil=True, inline="always")
def first_of_panel(low, panel):
    """Return the first row at or after `low` whose birthday panel is `panel`."""
    return low + (panel - low) % PANELS


@process(
    "demography",
    ACT,
    writes=(
        "patient_birth_month",
        "patient_practice",
        "patient_alternate",
        "patient_plan",
        "patient_coordinator",
        "patient_pending",
        "patient_last_practice",
        "patient_continuity",
        "patient_health",
        "patient_vaccinated",
        "provider_patients",
        "measure_deaths",
    ),
)
def renew_people(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    zone_first_provider,
    zone_n_practices,
    zone_death_rise,
    patient_birth_month,
    patient_practice,
    patient_alternate,
    patient_rank,
    patient_plan,
    patient_coordinator,
    patient_pending,
    patient_last_practice,
    patient_continuity,
    patient_health,
    patient_vaccinated,
    provider_accept_new,
    provider_heads,
    provider_patients,
    measure_deaths,
    key_death,
    key_move,
    key_register,
    mortality_level,
    mortality_age,
    moving_young,
    moving,
):
    """Let one panel die, move and, when their practice has closed, register elsewhere.

    Mortality is exp(level + slope x age) x (1 + rise for everyone and for the person's groups) a year.
    """
    month = clock_month[0]
    panel = (month - 1) % PANELS
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high:
            continue
        first, n = zone_first_provider[z], zone_n_practices[z]
        for row in range(first_of_panel(low, panel), high, PANELS):
            i = unsigned(row)
            age = (month - patient_birth_month[i]) / 12.0
            rise = zone_death_rise[z, EVERYONE] + rise_of_groups(z, age, patient_rank[i], zone_death_rise)
            hazard = math.exp(mortality_level + mortality_age * age) * (1.0 + rise)
            dies = uniform(key_death[0], i) < hazard
            leaving = moving_young if 18.0 <= age < 40.0 else moving
            moves = uniform(key_move[0], i) < leaving
            if dies:
                measure_deaths[z, quintile(patient_rank[i])] += 1
                patient_birth_month[i] = month
                patient_health[i] = _SINGLE(0.95)
                patient_vaccinated[i] = 0
            if dies or moves:
                patient_plan[i] = 0
                patient_coordinator[i] = 0
                patient_pending[i] = 0
                patient_alternate[i] = -1
                patient_last_practice[i] = 0
                patient_continuity[i] = _SINGLE(0.7)
            old = unsigned(patient_practice[i])
            if moves or provider_heads[old] == 0:
                for attempt in range(16):
                    u = uniform(key_register[0], i * 32 + 2 * attempt)
                    new = first + min(int(u * n), n - 1)
                    if uniform(key_register[0], i * 32 + 2 * attempt + 1) < provider_accept_new[new]:
                        patient_practice[i] = new
                        provider_patients[old] -= 1
                        provider_patients[new] += 1
                        patient_alternate[i] = -1
                        break


@process(
    "demography",
    APPLY,
    writes=(
        "patient_n_conditions",
        "patient_mental",
        "patient_social_need",
        "patient_informal_care",
        "patient_complex",
        "patient_plan",
        "patient_coordinator",
        "patient_contact_rate",
        "patient_barrier",
        "patient_admission_hazard",
        "patient_avoidable_share",
        "patient_health",
        "provider_need_by_panel",
    ),
)
def age_people(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    zone_first_provider,
    zone_n_practices,
    patient_birth_month,
    patient_practice,
    patient_rank,
    patient_frailty,
    patient_continuity,
    patient_n_conditions,
    patient_mental,
    patient_social_need,
    patient_informal_care,
    patient_complex,
    patient_plan,
    patient_coordinator,
    patient_contact_rate,
    patient_barrier,
    patient_admission_hazard,
    patient_avoidable_share,
    patient_health,
    provider_need_by_panel,
    traits,
    rate_ratios,
    origin_population_conditions,
    origin_population_mental,
    origin_population_social_need,
    origin_population_informal_care,
    barrier_level,
    barrier_slope_poor,
    barrier_slope_rich,
    admissions_per_year,
    avoidable_admissions,
    continuity_effect,
    deprivation_effect,
):
    """Bring one panel's conditions, needs, barriers and hazards up to date, and its practice's list need.

    A person's latent draws never change, so that conditions are gained with age, and earlier in deprivation,
    at exactly the prevalence of T19-T20. Utility recovers half of its distance to what age and conditions
    imply. Avoidable admissions: exp(-effect x (UPC - 0.61)) (R10) and a gradient in rank (R14).
    """
    month = clock_month[0]
    panel = (month - 1) % PANELS
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high:
            continue
        for j in range(zone_first_provider[z], zone_first_provider[z] + zone_n_practices[z]):
            for d in range(N_DISCIPLINES):
                provider_need_by_panel[j, panel * N_DISCIPLINES + d] = 0
        for row in range(first_of_panel(low, panel), high, PANELS):
            i = unsigned(row)
            age = (month - patient_birth_month[i]) / 12.0
            rank = np.float64(patient_rank[i])
            n = count_conditions(
                uniform(origin_population_conditions[0], i), multimorbidity_logit(age, rank, traits), traits
            )
            mental = int(uniform(origin_population_mental[0], i) < mental_probability(n, rank, traits))
            social = int(
                uniform(origin_population_social_need[0], i)
                < social_need_probability(age, rank, mental, traits)
            )
            carer = int(
                uniform(origin_population_informal_care[0], i) < informal_care_probability(age, n, traits)
            )
            patient_n_conditions[i] = n
            patient_mental[i] = mental
            patient_social_need[i] = social
            patient_informal_care[i] = carer
            patient_complex[i] = is_complex(n, social)
            if patient_complex[i] == 0:
                patient_plan[i] = 0
                patient_coordinator[i] = 0
            needs = expected_need(age, n, mental, social, carer)
            # The people an agent stands for share its age and conditions, not its frailty (mean 1): a list's
            # expected need leaves frailty out, or practices would differ more the coarser the scale.
            patient_contact_rate[i] = _SINGLE(needs[GP] * rate_ratios[GP] * np.float64(patient_frailty[i]))
            j = unsigned(patient_practice[i])
            for d in range(N_DISCIPLINES):
                provider_need_by_panel[j, panel * N_DISCIPLINES + d] += int(
                    needs[d] * rate_ratios[d] * FIXED_POINT
                )
            log_barrier = (
                barrier_level
                - barrier_slope_poor * min(rank, 0.5)
                - barrier_slope_rich * max(rank - 0.5, 0.0)
            )
            patient_barrier[i] = _SINGLE(math.exp(log_barrier))
            shape = 0.28 + 0.012 * max(age - 40.0, 0.0) + 0.45 * n
            avoidable = avoidable_admissions * math.exp(
                -continuity_effect * (np.float64(patient_continuity[i]) - 0.61)
            )
            avoidable *= 1.0 + deprivation_effect * (0.5 - rank) / 0.8
            stays = admissions_per_year / 12.0 * shape
            patient_admission_hazard[i] = _SINGLE(stays * (1.0 - avoidable_admissions + avoidable))
            patient_avoidable_share[i] = _SINGLE(avoidable / (1.0 - avoidable_admissions + avoidable))
            expected = health_level(age, rank, n, mental, 0.0, traits)
            patient_health[i] = _SINGLE(patient_health[i] + 0.5 * (expected - patient_health[i]))
