"""Phase seeking: who asks for the care they need, and who goes without."""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import ACT, process
from cas_model.numerics.addressed_random import bits, high_single
from cas_model.numerics.functions import unsigned

QUINTILES = np.float32(5.0)


@njit(cache=True, nogil=True, inline="always")
def quintile(rank):
    """Return the socio-economic quintile 0 (poorest) to 4 of a rank in [0, 1]."""
    return min(int(rank * QUINTILES), 4)


@njit(cache=True, nogil=True)
def _list_active(low, high, needs, pending, active):
    # Branch-free compaction: about a third of the rows have a need this month.
    n = 0
    need, waits, listed = needs[low:high], pending[low:high], active[low:high]
    for k in range(need.size):
        listed[unsigned(n)] = low + k
        n += ((need[k] & 7) + waits[k]) != 0
    return n


@process(
    "seeking",
    ACT,
    writes=(
        "patient_needs",
        "patient_active",
        "patient_year_unmet",
        "patient_health",
        "zone_n_active",
        "measure_needs",
        "measure_forgone",
        "measure_requests",
    ),
)
def seek_care(
    start,
    stop,
    zone_first_row,
    zone_last_row,
    zone_barrier_factor,
    patient_rank,
    patient_barrier,
    patient_pending,
    patient_needs,
    patient_active,
    patient_year_unmet,
    patient_health,
    zone_n_active,
    measure_needs,
    measure_forgone,
    measure_requests,
    key_seeking,
    forgone_health_loss,
):
    """List the patients with a need or a waiting request; some forgo the month's needs.

    The needs of a month are one episode: it is forgone with probability barrier x barrier_factor (cost,
    literacy, distance; less where outreach reaches people). A waiting request is never forgone.
    """
    loss = np.float32(forgone_health_loss)
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        if low >= high:
            continue
        zone_n_active[z] = _list_active(low, high, patient_needs, patient_pending, patient_active)
        factor = np.float32(zone_barrier_factor[z])
        for k in range(low, low + zone_n_active[z]):
            i = unsigned(patient_active[k])
            n = patient_needs[i] & 7
            q = quintile(patient_rank[i])
            measure_needs[z, q] += n
            if n > 0 and high_single(bits(key_seeking[0], np.uint64(i))) < patient_barrier[i] * factor:
                measure_forgone[z, q] += n
                patient_needs[i] = patient_needs[i] & np.uint8(0xF8)
                patient_year_unmet[i] = min(patient_year_unmet[i] + 1, 250)
                patient_health[i] = max(patient_health[i] - loss, np.float32(0.0))
                n = 0
            if patient_pending[i] > 0:
                n += 1
                patient_needs[i] += np.uint8(1)
            measure_requests[z, q] += n
