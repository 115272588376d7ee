"""Phase access: capacity, acceptance, waiting, and the search of those who are turned away.

Capacity is resolved against *expected* demand: a practice serves the share `accept` of its own patients'
requests, set at the end of last month from the demand it expects. The draw decides which patients. This makes
results independent of how many people an agent stands for.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import ACT, parameter, process
from cas_model.config.vocabulary import N_DISCIPLINES, SLOTS
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.addressed_random import bits, high_single, low_single, uniform
from cas_model.numerics.functions import unsigned

parameter("loyalty", 0.88, 0.75, 0.97, "0-1", "dossier 5.1 #33, calibrated to T16",
          "chance that a patient turns to the own practice for a contact")  # fmt: skip
parameter("known_provider", 0.80, 0.7, 0.9, "0-1", "R26, dossier 5.1 #34",
          "chance that a displaced patient first turns to a practice seen before")  # fmt: skip
parameter("max_search_steps", 10, 5, 20, "steps", "dossier 5.1 #35 (unverified)",
          "practices a displaced patient tries in a month")  # fmt: skip
parameter("random_jump", 0.15, 0.05, 0.3, "0-1", "dossier 5.1 #35 (unverified)",
          "chance that a search step ignores ties between practices")  # fmt: skip
parameter("patience_months", 2, 1, 6, "months", "assumption",
          "months a request waits before it is lost")  # fmt: skip
parameter("forgone_health_loss", 0.01, 0.0, 0.05, "0-1", "assumption",
          "utility lost when a need is forgone or lost")  # fmt: skip

NONE, OWN, OTHER = 0, 1, 2
DRAWS_PER_SEARCH = 128
SERVED_SHIFT = 3
"""Bits 3-4 of `patient_needs` tell where the month's requests were served."""


@njit(cache=True, nogil=True, inline="always")
def next_practice(here, first, n_practices, tie_partner, random_jump, u, v):
    """Step to a peer tied to `here`, or anywhere in the zone."""
    if u >= random_jump:
        peer = tie_partner[here * SLOTS + N_DISCIPLINES + (1 if v < 0.5 else 0)]
        if peer >= first and peer < first + n_practices:
            return peer
    return first + min(int(v * n_practices), n_practices - 1)


@njit(cache=True, nogil=True, inline="always")
def _count_visits(i, n, at_own, year_own, year_alternate, year_repeats, last_practice):
    """Add `n` visits to the panel year's counters (saturating at 250)."""
    here = OWN if at_own else OTHER
    repeats = n if last_practice[i] == here else n - 1
    year_repeats[i] = min(year_repeats[i] + repeats, 250)
    last_practice[i] = here
    if at_own:
        year_own[i] = min(year_own[i] + n, 250)
    else:
        year_alternate[i] = min(year_alternate[i] + n, 250)


@njit(cache=True, nogil=True, inline="always")
def _switch_alternate(
    i, new, alternate, year_alternate, year_other, year_other_squares, year_other_most, year_practices, last
):
    """Make `new` the patient's known alternate; the former one joins the year's other practices."""
    n = year_alternate[i]
    if n > 0:
        year_other[i] = min(year_other[i] + n, 250)
        year_other_squares[i] = min(year_other_squares[i] + n * n, 65000)
        year_other_most[i] = max(year_other_most[i], n)
        year_practices[i] = min(year_practices[i] + 1, 250)
    year_alternate[i] = 0
    alternate[i] = new
    if last[i] == OTHER:
        last[i] = NONE


@process(
    "access",
    ACT,
    writes=(
        "patient_needs",
        "patient_alternate",
        "patient_pending",
        "patient_year_own",
        "patient_year_alternate",
        "patient_year_other",
        "patient_year_other_squares",
        "patient_year_other_most",
        "patient_year_practices",
        "patient_year_repeats",
        "patient_last_practice",
        "patient_year_unmet",
        "patient_health",
        "provider_contacts",
        "measure_served",
        "measure_served_own",
        "measure_delayed",
        "measure_lost",
        "measure_displaced",
        "measure_displacements",
    ),
)
def give_access(
    start,
    stop,
    zone_first_row,
    zone_last_row,
    zone_n_active,
    zone_first_provider,
    zone_n_practices,
    patient_active,
    patient_needs,
    patient_practice,
    patient_alternate,
    patient_rank,
    patient_pending,
    patient_year_own,
    patient_year_alternate,
    patient_year_other,
    patient_year_other_squares,
    patient_year_other_most,
    patient_year_practices,
    patient_year_repeats,
    patient_last_practice,
    patient_year_unmet,
    patient_health,
    provider_accept,
    provider_accept_new,
    provider_contacts,
    tie_partner,
    measure_served,
    measure_served_own,
    measure_delayed,
    measure_lost,
    measure_displaced,
    measure_displacements,
    key_access,
    key_search,
    loyalty,
    known_provider,
    max_search_steps,
    random_jump,
    patience_months,
    forgone_health_loss,
):
    """Serve requests at the own practice, at a known alternate, or after a search along ties.

    A patient turned away everywhere waits; after `patience_months` the request is lost and the need unmet.
    """
    loss = np.float32(forgone_health_loss)
    steps_allowed = int(max_search_steps)
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high:
            continue
        first, n_practices = zone_first_provider[z], zone_n_practices[z]
        for k in range(low, low + zone_n_active[z]):
            i = unsigned(patient_active[k])
            n = patient_needs[i] & 7
            if n == 0:
                continue
            q = quintile(patient_rank[i])
            own = unsigned(patient_practice[i])
            word = bits(key_access[0], np.uint64(i))
            wants_own = high_single(word) < loyalty
            found = np.int64(-1)
            if wants_own and low_single(word) < provider_accept[own]:
                found = np.int64(own)
            elif wants_own:
                measure_displaced[z, q] += n
            here, step = np.int64(own), 0
            while found < 0 and step < steps_allowed:
                address = np.int64(i) * DRAWS_PER_SEARCH + step * 4
                known = patient_alternate[i]
                if step == 0 and known >= 0 and uniform(key_search[0], address) < known_provider:
                    here = np.int64(known)
                    chance = provider_accept[here]
                else:
                    jump, pick = uniform(key_search[0], address + 1), uniform(key_search[0], address + 2)
                    here = next_practice(here, first, n_practices, tie_partner, random_jump, jump, pick)
                    chance = provider_accept_new[here]
                    if here == own:
                        # The own practice has just refused, unless the patient had not asked there.
                        chance = 0.0 if wants_own else provider_accept[own]
                if wants_own:
                    measure_displacements[z, q] += 1
                if uniform(key_search[0], address + 3) < chance:
                    found = here
                step += 1
            if found >= 0:
                at_own = found == own
                provider_contacts[found] += n
                measure_served[z, q] += n
                patient_pending[i] = 0
                if at_own:
                    measure_served_own[z, q] += n
                elif found != patient_alternate[i]:
                    _switch_alternate(i, found, patient_alternate, patient_year_alternate,
                                      patient_year_other, patient_year_other_squares,
                                      patient_year_other_most, patient_year_practices,
                                      patient_last_practice)  # fmt: skip
                patient_needs[i] |= np.uint8((OWN if at_own else OTHER) << SERVED_SHIFT)
                _count_visits(i, n, at_own, patient_year_own, patient_year_alternate,
                              patient_year_repeats, patient_last_practice)  # fmt: skip
            elif patient_pending[i] < patience_months:
                patient_pending[i] += 1
                measure_delayed[z, q] += n
            else:
                patient_pending[i] = 0
                measure_lost[z, q] += n
                patient_year_unmet[i] = min(patient_year_unmet[i] + 1, 250)
                patient_health[i] = max(patient_health[i] - loss, np.float32(0.0))
