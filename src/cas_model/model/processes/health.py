"""Phase health: close one panel's year: continuity, experience, unmet need, and the year's measures."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import ACT, process
from cas_model.config.vocabulary import PANELS
from cas_model.model.processes.demography import first_of_panel
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.functions import unsigned

_SINGLE = np.float32


@process(
    "health",
    ACT,
    writes=(
        "patient_experience",
        "patient_continuity",
        "patient_last_contacts",
        "patient_last_unmet",
        "patient_year_own",
        "patient_year_alternate",
        "patient_year_other",
        "patient_year_other_squares",
        "patient_year_other_most",
        "patient_year_practices",
        "patient_year_repeats",
        "patient_year_unmet",
        "patient_year_followed",
        "patient_year_referred",
        "patient_year_coordinated",
        "patient_last_practice",
        "measure_panel_persons",
        "measure_panel_rank",
        "measure_panel_health",
        "measure_panel_health_rank",
        "measure_panel_experience",
        "measure_panel_any_contact",
        "measure_panel_contacts",
        "measure_panel_unmet",
        "measure_panel_unmet_rank",
        "measure_panel_loyal",
        "measure_panel_two",
        "measure_panel_coc",
        "measure_panel_secon",
        "measure_panel_mmci",
        "measure_panel_upc",
        "measure_panel_complex",
        "measure_panel_complex_rank",
        "measure_panel_complex_experience",
        "measure_panel_covered",
        "measure_panel_covered_rank",
        "measure_panel_multimorbid",
    ),
)
def close_year(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    patient_rank,
    patient_health,
    patient_complex,
    patient_plan,
    patient_coordinator,
    patient_n_conditions,
    patient_experience,
    patient_continuity,
    patient_last_contacts,
    patient_last_unmet,
    patient_year_own,
    patient_year_alternate,
    patient_year_other,
    patient_year_other_squares,
    patient_year_other_most,
    patient_year_practices,
    patient_year_repeats,
    patient_year_unmet,
    patient_year_followed,
    patient_year_referred,
    patient_year_coordinated,
    patient_last_practice,
    measure_panel_persons,
    measure_panel_rank,
    measure_panel_health,
    measure_panel_health_rank,
    measure_panel_experience,
    measure_panel_any_contact,
    measure_panel_contacts,
    measure_panel_unmet,
    measure_panel_unmet_rank,
    measure_panel_loyal,
    measure_panel_two,
    measure_panel_coc,
    measure_panel_secon,
    measure_panel_mmci,
    measure_panel_upc,
    measure_panel_complex,
    measure_panel_complex_rank,
    measure_panel_complex_experience,
    measure_panel_covered,
    measure_panel_covered_rank,
    measure_panel_multimorbid,
):
    """Measure one panel's year and start the next.

    COC = (sum n_p^2 - N) / (N (N - 1)), UPC = max n_p / N, SECON = visits to the practice of the visit before
    / (N - 1), MMCI = (1 - M / (N + 0.1)) / (1 - 1 / (N + 0.1)), over M practices p with n_p of N visits
    (dossier I3-I6, team level).
    Latent experience falls with unmet need and rises with continuity, follow-up and coordinated joint work
    (assumption; form of the PACIC measurement model).
    """
    panel = clock_month[0] % PANELS
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        for row in range(first_of_panel(low, panel), high, PANELS):
            i = unsigned(row)
            q = quintile(patient_rank[i])
            rank = np.float64(patient_rank[i])
            own, alternate, other = patient_year_own[i], patient_year_alternate[i], patient_year_other[i]
            visits = int(own) + int(alternate) + int(other)
            most = max(max(own, alternate), patient_year_other_most[i])
            unmet = patient_year_unmet[i] > 0
            complex_ = patient_complex[i]
            covered = patient_plan[i] & patient_coordinator[i]
            measure_panel_persons[z, q] += 1
            measure_panel_rank[z, q] += rank
            measure_panel_health[z, q] += np.float64(patient_health[i])
            measure_panel_health_rank[z, q] += np.float64(patient_health[i]) * rank
            measure_panel_contacts[z, q] += visits
            if unmet:
                measure_panel_unmet[z, q] += 1
                measure_panel_unmet_rank[z, q] += rank
            upc = 0.7
            if visits > 0:
                upc = most / visits
                measure_panel_any_contact[z, q] += 1
                measure_panel_upc[z, q] += upc
            if visits > 1:
                squares = int(own) * own + int(alternate) * alternate + int(patient_year_other_squares[i])
                measure_panel_two[z, q] += 1
                measure_panel_loyal[z, q] += upc >= 0.75
                measure_panel_secon[z, q] += patient_year_repeats[i] / (visits - 1.0)
                seen_at = int(own > 0) + int(alternate > 0) + int(patient_year_practices[i])
                measure_panel_mmci[z, q] += (1.0 - seen_at / (visits + 0.1)) / (1.0 - 1.0 / (visits + 0.1))
                measure_panel_coc[z, q] += (squares - visits) / (visits * (visits - 1.0))
            followed = patient_year_followed[i] / max(visits, 1)
            joint = 0.4
            if patient_year_referred[i] > 0:
                joint = patient_year_coordinated[i] / patient_year_referred[i]
            experience = 0.2 + 0.3 * min(followed, 1.0) + 0.2 * upc + 0.2 * joint + 0.1 * covered
            experience -= 0.15 * unmet
            patient_experience[i] = _SINGLE(experience)
            patient_continuity[i] = _SINGLE(upc)
            patient_last_contacts[i] = min(visits, 250)
            patient_last_unmet[i] = unmet
            measure_panel_experience[z, q] += experience
            if complex_:
                measure_panel_complex[z, q] += 1
                measure_panel_complex_rank[z, q] += rank
                measure_panel_complex_experience[z, q] += experience
                if covered:
                    measure_panel_covered[z, q] += 1
                    measure_panel_covered_rank[z, q] += rank
            measure_panel_multimorbid[z, q] += patient_n_conditions[i] >= 2
            patient_year_own[i] = 0
            patient_year_alternate[i] = 0
            patient_year_other[i] = 0
            patient_year_other_squares[i] = 0
            patient_year_other_most[i] = 0
            patient_year_practices[i] = 0
            patient_year_repeats[i] = 0
            patient_year_unmet[i] = 0
            patient_year_followed[i] = 0
            patient_year_referred[i] = 0
            patient_year_coordinated[i] = 0
            patient_last_practice[i] = 0
