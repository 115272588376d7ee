"""Phase health, after the year is closed: what it was like for groups of people."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import ACT, process
from cas_model.config.vocabulary import FIRST_AGE, FIRST_CONDITIONS, FIRST_LITERACY, PANELS
from cas_model.model.processes.demography import first_of_panel
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.functions import unsigned

AGES = (18.0, 45.0, 65.0, 85.0)
LITERACY = (0.5, 0.7)
CONDITIONS = (2.0, 4.0)
"""Where one group ends and the next begins; literacy: a quarter below, a third above."""


@process(
    "health",
    ACT + 1,
    writes=(
        "group_panel_persons",
        "group_panel_health",
        "group_panel_experience",
        "group_panel_contacts",
        "group_panel_any_contact",
        "group_panel_upc",
        "group_panel_unmet",
        "group_complex",
        "group_covered",
    ),
)
def count_groups(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    patient_birth_month,
    patient_rank,
    patient_literacy,
    patient_n_conditions,
    patient_complex,
    patient_plan,
    patient_coordinator,
    patient_health,
    patient_experience,
    patient_continuity,
    patient_last_contacts,
    patient_last_unmet,
    group_panel_persons,
    group_panel_health,
    group_panel_experience,
    group_panel_contacts,
    group_panel_any_contact,
    group_panel_upc,
    group_panel_unmet,
    group_complex,
    group_covered,
):
    """Count one panel's closed year by income fifth, age, literacy and number of conditions.

    Over twelve months everybody is counted once in each kind of group.
    """
    month = clock_month[0]
    panel = month % PANELS
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        for row in range(first_of_panel(low, panel), high, PANELS):
            i = unsigned(row)
            age = (month - patient_birth_month[i]) / 12.0
            literacy, n = patient_literacy[i], patient_n_conditions[i]
            aged = literate = ill = 0
            for bound in AGES:
                aged += age >= bound
            for bound in LITERACY:
                literate += literacy >= bound
            for bound in CONDITIONS:
                ill += n >= bound
            own = (
                quintile(patient_rank[i]),
                FIRST_AGE + aged,
                FIRST_LITERACY + literate,
                FIRST_CONDITIONS + ill,
            )
            covered = patient_plan[i] & patient_coordinator[i] & patient_complex[i]
            visits = patient_last_contacts[i]
            for g in own:
                group_panel_persons[z, g] += 1
                group_panel_health[z, g] += np.float64(patient_health[i])
                group_panel_experience[z, g] += np.float64(patient_experience[i])
                group_panel_contacts[z, g] += visits
                group_panel_any_contact[z, g] += visits > 0
                group_panel_upc[z, g] += np.float64(patient_continuity[i]) if visits > 0 else 0.0
                group_panel_unmet[z, g] += patient_last_unmet[i]
                group_complex[z, g] += patient_complex[i]
                group_covered[z, g] += covered
