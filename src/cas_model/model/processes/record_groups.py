"""What equity and cross-group measures need beside the panel's year: use against need, pillars, influence."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import ACT, process
from cas_model.config.vocabulary import HEALTH, LOCAL_AUTHORITIES, PANELS, PEOPLE, SLOTS, SOCIAL
from cas_model.model.processes.demography import first_of_panel
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.functions import unsigned
from cas_model.territory.needs import gp_shape

_ENOUGH = 4
"""Contacts from which the Bice-Boxerman index is steady (dossier 4.1)."""


@process(
    "health",
    ACT - 1,
    writes=(
        "measure_panel_contacts_rank",
        "measure_panel_predicted",
        "measure_panel_predicted_rank",
        "measure_panel_four",
        "measure_panel_coc_four",
    ),
)
def weigh_use(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    patient_rank,
    patient_birth_month,
    patient_n_conditions,
    patient_mental,
    patient_year_own,
    patient_year_alternate,
    patient_year_other,
    patient_year_other_squares,
    measure_panel_contacts_rank,
    measure_panel_predicted,
    measure_panel_predicted_rank,
    measure_panel_four,
    measure_panel_coc_four,
):
    """Set one panel's use beside the use its need predicts, and measure the continuity of frequent users.

    Need counts age, conditions and mental health only (E6): what social need, frailty, literacy or cost add
    or take away is no need in that sense. Prediction is relative; a concentration index has no unit.
    """
    panel = clock_month[0] % PANELS
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        for row in range(first_of_panel(low, panel), high, PANELS):
            i = unsigned(row)
            q = quintile(patient_rank[i])
            rank = np.float64(patient_rank[i])
            own, alternate = int(patient_year_own[i]), int(patient_year_alternate[i])
            visits = own + alternate + int(patient_year_other[i])
            age = (clock_month[0] - patient_birth_month[i]) / 12.0
            predicted = gp_shape(age, np.float64(patient_n_conditions[i]), patient_mental[i], 0)
            measure_panel_contacts_rank[z, q] += visits * rank
            measure_panel_predicted[z, q] += predicted
            measure_panel_predicted_rank[z, q] += predicted * rank
            if visits >= _ENOUGH:
                squares = own * own + alternate * alternate + int(patient_year_other_squares[i])
                measure_panel_four[z, q] += 1
                measure_panel_coc_four[z, q] += (squares - visits) / (visits * (visits - 1.0))


@process("record", ACT + 3, writes=("measure_ties_pillars", "measure_ties_across_pillars"))
def measure_pillars(
    zone_first_provider,
    zone_last_provider,
    provider_pillar,
    provider_represents,
    tie_partner,
    measure_ties_pillars,
    measure_ties_across_pillars,
):
    """Count relations between organisations of a pillar, and those that cross pillars."""
    for z in range(zone_first_provider.size):
        ties = across = 0.0
        for j in range(zone_first_provider[z], zone_last_provider[z]):
            pillar = provider_pillar[j]
            if pillar == 0:
                continue
            weight = provider_represents[j]
            for t in range(j * SLOTS, (j + 1) * SLOTS):
                # Selected, not branched on: an empty slot (-1) reads the last provider and counts nothing.
                k = tie_partner[t]
                other = provider_pillar[k]
                organisation = (k >= 0) & (other > 0)
                ties += weight if organisation else 0.0
                across += weight if organisation & (other != pillar) else 0.0
        measure_ties_pillars[z, 0] = ties
        measure_ties_across_pillars[z, 0] = across


@process(
    "record",
    ACT + 4,
    writes=(
        "measure_influence_local_authorities",
        "measure_influence_health",
        "measure_influence_welfare",
        "measure_influence_people",
    ),
)
def measure_influence(
    zone_power,
    measure_influence_local_authorities,
    measure_influence_health,
    measure_influence_welfare,
    measure_influence_people,
):
    """Copy each cluster's share of influence in the council."""
    for z in range(zone_power.shape[0]):
        measure_influence_local_authorities[z, 0] = zone_power[z, LOCAL_AUTHORITIES]
        measure_influence_health[z, 0] = zone_power[z, HEALTH]
        measure_influence_welfare[z, 0] = zone_power[z, SOCIAL]
        measure_influence_people[z, 0] = zone_power[z, PEOPLE]
