"""Phase care: follow-up, joint tasks, shared plans and coordinators, admissions and discharge."""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import ACT, parameter, process
from cas_model.config.vocabulary import HOSPITAL, SLOTS
from cas_model.model.processes.access import OTHER, SERVED_SHIFT
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.addressed_random import bits, high_single, low_single, uniform
from cas_model.numerics.functions import unsigned

parameter("duplicate_without_record", 0.12, 0.02, 0.3, "0-1", "assumption; existence dossier M64",
          "chance that a visit elsewhere without shared record repeats a service")  # fmt: skip
parameter("joint_task_rate", 0.5, 0.2, 0.9, "per month", "assumption",
          "chance that a complex patient needs several providers together in a month")  # fmt: skip
parameter("plan_lapse", 0.02, 0.01, 0.1, "per month", "assumption",
          "chance that a shared plan or a coordinator lapses")  # fmt: skip
parameter("readmission", 0.12, 0.08, 0.2, "0-1", "assumption",
          "chance of readmission within the month when care is not handed over")  # fmt: skip
parameter("hand_over_protection", 0.2, 0.1, 0.3, "0-1", "R56 (readmissions -10 to -30 %)",
          "relative fall of readmissions when care is handed over")  # fmt: skip
parameter("admission_health_loss", 0.03, 0.01, 0.08, "0-1", "assumption",
          "utility lost in an admission")  # fmt: skip

_SENIOR_MONTHS = 65 * 12


@njit(cache=True, nogil=True)
def _list_clinical(low, high, needs, complex_, active):
    # Complex patients and admissions: about one row in eight.
    n = 0
    need, is_complex, listed = needs[low:high], complex_[low:high], active[low:high]
    for k in range(need.size):
        listed[unsigned(n)] = low + k
        n += ((need[k] >> 7) | is_complex[k]) != 0
    return n


@process(
    "care",
    ACT,
    writes=("patient_year_followed", "measure_duplicated"),
)
def follow_up_contacts(
    start,
    stop,
    zone_first_row,
    zone_last_row,
    zone_n_active,
    patient_active,
    patient_needs,
    patient_practice,
    patient_alternate,
    patient_rank,
    patient_year_followed,
    provider_follow_up,
    provider_shared_record,
    measure_duplicated,
    key_follow_up,
    duplicate_without_record,
):
    """Follow up served contacts with chance `follow_up`; visits elsewhere may repeat a service."""
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high:
            continue
        for k in range(low, low + zone_n_active[z]):
            i = unsigned(patient_active[k])
            served = (patient_needs[i] >> SERVED_SHIFT) & 3
            if served == 0:
                continue
            word = bits(key_follow_up[0], np.uint64(i))
            at = patient_alternate[i] if served == OTHER else patient_practice[i]
            if high_single(word) < provider_follow_up[at]:
                patient_year_followed[i] = min(patient_year_followed[i] + 1, 250)
            if served == OTHER:
                shared = provider_shared_record[at] * provider_shared_record[patient_practice[i]]
                if low_single(word) < duplicate_without_record * (1.0 - shared):
                    measure_duplicated[z, quintile(patient_rank[i])] += 1


@process(
    "care",
    ACT + 1,
    writes=(
        "patient_active",
        "patient_plan",
        "patient_coordinator",
        "patient_year_referred",
        "patient_year_coordinated",
        "patient_health",
        "provider_admissions",
        "zone_n_active",
        "measure_complex",
        "measure_covered",
        "measure_joint_tasks",
        "measure_coordinated_tasks",
        "measure_admissions",
        "measure_avoidable_admissions",
        "measure_discharges_65",
        "measure_handed_over_65",
        "measure_readmissions",
    ),
)
def coordinate_care(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    zone_n_active,
    zone_single_fit,
    zone_multimorbid_fit,
    patient_active,
    patient_needs,
    patient_complex,
    patient_n_conditions,
    patient_practice,
    patient_birth_month,
    patient_rank,
    patient_plan,
    patient_coordinator,
    patient_year_referred,
    patient_year_coordinated,
    patient_health,
    patient_avoidable_share,
    provider_plan_rate,
    provider_coordinator_rate,
    provider_team_task,
    provider_hand_over,
    provider_accept,
    provider_admissions,
    tie_partner,
    measure_complex,
    measure_covered,
    measure_joint_tasks,
    measure_coordinated_tasks,
    measure_admissions,
    measure_avoidable_admissions,
    measure_discharges_65,
    measure_handed_over_65,
    measure_readmissions,
    key_plan,
    key_joint_task,
    key_discharge,
    joint_task_rate,
    plan_lapse,
    readmission,
    hand_over_protection,
    admission_health_loss,
):
    """Care for complex patients and admissions.

    Complex patients gain or lose a shared plan and a coordinator at their practice's rates and need joint
    tasks, which succeed with the practice's chance times how they fit people with one or several conditions.
    An admission ends in a discharge, handed over to the
    practice with chance `hand_over` and then seen within 7 days if the practice can (one of the contacts that
    the patient needs anyway); hand-over lowers readmission.
    """
    loss = np.float32(admission_health_loss)
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high:
            continue
        single, several = zone_single_fit[z], zone_multimorbid_fit[z]
        zone_n_active[z] = _list_clinical(low, high, patient_needs, patient_complex, patient_active)
        for k in range(low, low + zone_n_active[z]):
            i = unsigned(patient_active[k])
            j = unsigned(patient_practice[i])
            q = quintile(patient_rank[i])
            if patient_complex[i]:
                word = bits(key_plan[0], np.uint64(i))
                u, v = high_single(word), low_single(word)
                # Selected and counted, not branched on: chance outcomes cannot be foreseen by the processor.
                kept, gained = u >= plan_lapse, u < provider_plan_rate[j]
                patient_plan[i] = kept if patient_plan[i] else gained
                kept, gained = v >= plan_lapse, v < provider_coordinator_rate[j]
                patient_coordinator[i] = kept if patient_coordinator[i] else gained
                measure_complex[z, q] += 1
                measure_covered[z, q] += patient_plan[i] & patient_coordinator[i]
                word = bits(key_joint_task[0], np.uint64(i))
                joint = np.int64(high_single(word) < joint_task_rate)
                success = provider_team_task[j] * (several if patient_n_conditions[i] >= 2 else single)
                done = joint * np.int64(low_single(word) < success)
                measure_joint_tasks[z, q] += joint
                measure_coordinated_tasks[z, q] += done
                patient_year_referred[i] = min(patient_year_referred[i] + joint, 250)
                patient_year_coordinated[i] = min(patient_year_coordinated[i] + done, 250)
            if patient_needs[i] >> 7:
                handed = uniform(key_discharge[0], i * 4) < provider_hand_over[j]
                seen = handed and uniform(key_discharge[0], i * 4 + 1) < provider_accept[j]
                measure_admissions[z, q] += 1
                avoidable = uniform(key_discharge[0], i * 4 + 3) < patient_avoidable_share[i]
                measure_avoidable_admissions[z, q] += avoidable
                patient_health[i] = max(patient_health[i] - loss, np.float32(0.0))
                hospital = tie_partner[j * SLOTS + HOSPITAL]
                again = readmission * (1.0 - hand_over_protection * seen)
                readmitted = uniform(key_discharge[0], i * 4 + 2) < again
                if hospital >= 0:
                    provider_admissions[hospital] += 1 + readmitted
                if readmitted:
                    measure_readmissions[z, q] += 1
                elif clock_month[0] - patient_birth_month[i] >= _SENIOR_MONTHS:
                    measure_discharges_65[z, q] += 1
                    measure_handed_over_65[z, q] += seen
