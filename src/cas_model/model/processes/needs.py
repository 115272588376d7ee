"""Phase needs: how many contacts each patient needs this month, and who is admitted to hospital."""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import ACT, process
from cas_model.config.vocabulary import EVERYONE
from cas_model.model.processes.groups import age_in_years, rise_of_groups, some_group_is_struck
from cas_model.numerics.addressed_random import bits, high_single, low_single, uniform
from cas_model.numerics.functions import exp_minus, unsigned

ADMITTED = np.int32(128)
"""Bit of `patient_needs` that marks an admission; bits 0-2 count needed contacts, bits 3-4 say who served."""

_ONE, _HALF, _SIXTH = np.float32(1.0), np.float32(0.5), np.float32(1.0 / 6.0)


@njit(cache=True, nogil=True)
def _draw_zone(low, high, need_factor, contact_rate, admission_hazard, needs, key):
    # One short loop without branches, over slices from 0 so that no index can be negative: it vectorises.
    rates, hazards, out = contact_rate[low:high], admission_hazard[low:high], needs[low:high]
    for k in range(out.size):
        word = bits(key, np.uint64(low + k))
        u = high_single(word)
        rate = rates[k] * need_factor
        none = exp_minus(rate)
        one = none * (_ONE + rate)
        two = one + none * (_HALF * rate * rate)
        three = two + none * (_SIXTH * rate * rate * rate)
        count = np.int32(u >= none) + np.int32(u >= one) + np.int32(u >= two) + np.int32(u >= three)
        admitted = np.int32(low_single(word) < hazards[k])
        out[k] = np.uint8(count + admitted * ADMITTED)


@process("needs", ACT, writes=("patient_needs",))
def draw_needs(
    start,
    stop,
    zone_first_row,
    zone_last_row,
    zone_need_rise,
    patient_contact_rate,
    patient_admission_hazard,
    patient_needs,
    key_needs,
):
    """Draw needed GP contacts, Poisson(contact_rate x (1 + rise)) cut at 4, and hospital admissions.

    Admissions are Bernoulli(admission_hazard). Both use one address (patient, month).
    """
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low < high:
            factor = np.float32(1.0 + zone_need_rise[z, EVERYONE])
            _draw_zone(
                low, high, factor, patient_contact_rate, patient_admission_hazard, patient_needs, key_needs[0]
            )


MOST_NEEDED = 6
"""Contacts needed in a month of an event, at most; a waiting request must still fit in the three bits."""


@process("needs", ACT + 1, writes=("patient_needs",))
def draw_extra_needs(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    zone_need_rise,
    patient_birth_month,
    patient_rank,
    patient_contact_rate,
    patient_needs,
    key_extra_needs,
):
    """Add what an event makes groups of people need: contact_rate x rise, rounded up or down by one draw."""
    month = clock_month[0]
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high or not some_group_is_struck(z, zone_need_rise):
            continue
        for row in range(low, high):
            i = unsigned(row)
            age = age_in_years(month, patient_birth_month[i])
            rise = rise_of_groups(z, age, patient_rank[i], zone_need_rise)
            if rise > 0.0:
                extra = int(np.float64(patient_contact_rate[i]) * rise + uniform(key_extra_needs[0], i))
                n = patient_needs[i] & 7
                patient_needs[i] += np.uint8(min(n + extra, MOST_NEEDED) - n)
