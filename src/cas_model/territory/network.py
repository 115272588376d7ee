"""The first network: which providers work together before policy starts, and how well.

Slot d of a provider is its main partner of discipline d; the two slots after these are further peers of the
provider's own discipline. Ties stay within the zone: partners elsewhere are found by rules of the month.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cas_model.config.declarations import parameter
from cas_model.config.vocabulary import GP, HOSPITAL, N_DISCIPLINES, SLOTS
from cas_model.numerics.addressed_random import stream_base, stream_key, uniform
from cas_model.territory.facts import Territory
from cas_model.territory.geography import HospitalNetworks
from cas_model.territory.population import Columns
from cas_model.territory.supply_plan import SupplyPlan, hospital_rows

_TIES = (
    parameter("pillar_homophily", 0.6, 0.5, 0.8, "share", "dossier 5.1 #52 (existence M28)",
              "share of first ties sought within the own pillar only"),
    parameter("near_partner_preference", 3.0, 1.0, 10.0, "ratio", "assumption (proximity; motive M26)",
              "weight of a partner in the same municipality against one elsewhere in the zone"),
    parameter("partner_size_exponent", 0.5, 0.0, 1.0, "-", "assumption (larger ones attend more, P16)",
              "how a partner's weight grows with its professionals"),
    parameter("tie_share_same_sector", 0.75, 0.5, 0.95, "share", "assumption",
              "slots filled at the start between two health or two welfare providers"),
    parameter("tie_share_across_sectors", 0.40, 0.2, 0.7, "share", "assumption (rarer: M33)",
              "slots filled at the start between a health and a welfare provider"),
    parameter("trust_start", 0.42, 0.25, 0.6, "0-1", "assumption (deep uncertainty: gap G5)",
              "mean trust at the start between similar partners"),
    parameter("trust_start_spread", 0.15, 0.05, 0.3, "0-1", "assumption", "half-range of trust between ties"),
    parameter("trust_across_pillars", 0.05, 0.0, 0.15, "0-1", "assumption (motive M28)",
              "trust lost at the start when pillars differ"),
    parameter("trust_across_sectors", 0.05, 0.0, 0.15, "0-1", "assumption (motive M33)",
              "trust lost at the start between health and welfare"),
    parameter("trust_for_profit", 0.05, 0.0, 0.15, "0-1", "assumption (motive M29)",
              "trust lost at the start when one of the two only is commercial"),
    parameter("formal_share_start", 0.25, 0.1, 0.5, "share", "assumption (informal contacts weigh more: M30)",
              "ties with a formal agreement at the start"),
    parameter("contact_start", 0.35, 0.15, 0.6, "0-1", "assumption (motive M26)",
              "mean regularity of contact at the start"),
)  # fmt: skip
(
    _HOMOPHILY, _NEAR, _SIZE, _SAME_SECTOR, _ACROSS, _TRUST, _TRUST_SPREAD, _TRUST_PILLAR, _TRUST_SECTOR,
    _TRUST_PROFIT, _FORMAL, _CONTACT,
) = range(len(_TIES))  # fmt: skip

STREAMS = (
    "tie_start_exists",
    "tie_start_pillar",
    "tie_start_partner",
    "tie_start_trust",
    "tie_start_formal",
    "tie_start_contact",
)


def fill_ties(
    plan: SupplyPlan,
    territory: Territory,
    networks: HospitalNetworks,
    provider: Columns,
    tie: Columns,
    seed: int,
    *,
    parameters: Mapping[str, float] | None = None,
) -> None:
    """Fill partner, trust, contact and formal of the tie table, in place.

    A slot is filled with a chance that depends on the two sectors (a practice always has its hospital).
    The partner is drawn from the zone's providers of the slot's discipline, in proportion to
    ``professionals ** partner_size_exponent`` and nearness; with chance `pillar_homophily` only the own
    pillar is considered, when somebody of it is there. Empty slots keep partner -1.

    Parameters
    ----------
    plan : SupplyPlan
        From `supply.plan_supply`.
    networks : HospitalNetworks
        A practice's hospital is the row in its zone of the network its municipality uses most.
    provider : mapping from column name to array
        Provider columns, filled by `supply.fill_supply`.
    tie : mapping from column name to array
        Preallocated tie columns with ``plan.n_providers * SLOTS`` rows.
    """
    chosen = parameters or {}
    values = np.array([chosen.get(each.name, each.default) for each in _TIES])
    keys = np.array([stream_key(stream_base(seed, name), 0) for name in STREAMS], dtype=np.uint64)
    zone, town = np.asarray(provider["zone"]), np.asarray(provider["municipality"])
    served = hospital_rows(plan, territory, networks)
    here = plan.hospital_presence[zone]
    # The most used network among those present in the zone.
    most_used = np.where(here, networks.municipality_share[town], -1.0).argmax(axis=1)
    _fill(
        plan.first, provider["discipline"], zone, town, provider["pillar"], provider["welfare"],
        provider["for_profit"], provider["heads"], served[zone, most_used], values, keys,
        tie["partner"], tie["trust"], tie["contact"], tie["formal"],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _draw_partner(i, start, stop, taken, u_pillar, u_partner, town, pillar, heads, values):
    """Return the partner drawn for provider `i` among rows start..stop-1, or -1 when nobody is left.

    `taken` holds peers it already has.
    """
    wants_pillar = u_pillar < values[_HOMOPHILY]
    for attempt in range(2):
        only_pillar = wants_pillar and attempt == 0
        total = 0.0
        for target in range(2):
            # First pass sums the weights, second finds the row at the drawn point.
            point = u_partner * total
            total = 0.0
            last = -1
            for j in range(start, stop):
                if j == i or j == taken[0] or j == taken[1] or (only_pillar and pillar[j] != pillar[i]):
                    continue
                weight = heads[j] ** values[_SIZE]
                if town[j] == town[i]:
                    weight *= values[_NEAR]
                total += weight
                last = j
                if target == 1 and total > point:
                    return j
            if target == 1 and last >= 0:
                return last
    return -1


@njit(cache=True, nogil=True)
def _fill(
    first, discipline, zone, town, pillar, welfare, for_profit, heads, main_hospital, values, keys,
    partner, trust, contact, formal,
):  # fmt: skip
    """Fill every slot of every provider."""
    taken = np.empty(2, dtype=np.int64)
    for i in range(discipline.size):
        z = zone[i]
        taken[:] = -1
        n_peers = 0
        for slot in range(SLOTS):
            index = i * SLOTS + slot
            is_peer = slot >= N_DISCIPLINES or slot == discipline[i]
            d = slot if slot < N_DISCIPLINES else discipline[i]
            start, stop = first[z, d], first[z, d + 1]
            partner[index] = -1
            if start == stop:
                continue
            across = 1.0 if welfare[i] != welfare[start] else 0.0
            share = values[_ACROSS] if across > 0.0 else values[_SAME_SECTOR]
            if discipline[i] == GP and d == HOSPITAL:
                j = main_hospital[i]
            else:
                if uniform(keys[0], index) >= share:
                    continue
                j = _draw_partner(
                    i, start, stop, taken, uniform(keys[1], index), uniform(keys[2], index),
                    town, pillar, heads, values,
                )  # fmt: skip
            if j < 0:
                continue
            if is_peer and n_peers < 2:
                taken[n_peers] = j
                n_peers += 1
            other_pillar = 1.0 if pillar[i] != pillar[j] else 0.0
            mixed = 1.0 if for_profit[i] != for_profit[j] else 0.0
            level = (
                values[_TRUST]
                - values[_TRUST_PILLAR] * other_pillar
                - values[_TRUST_SECTOR] * across
                - values[_TRUST_PROFIT] * mixed
                + values[_TRUST_SPREAD] * (2.0 * uniform(keys[3], index) - 1.0)
            )
            partner[index] = j
            trust[index] = min(max(level, 0.0), 1.0)
            contact[index] = min(values[_CONTACT] * (0.5 + uniform(keys[5], index)), 1.0)
            formal[index] = 1 if uniform(keys[4], index) < values[_FORMAL] else 0


def external_internal_index(group: NDArray[np.integer], partner: NDArray[np.integer]) -> float:
    """Return the E-I index of ties: (between groups - within) / all, from -1 (only within) to 1.

    Parameters
    ----------
    group : int array (providers,)
        Group of each provider, e.g. its pillar.
    partner : int array (providers * SLOTS,)
        Partner of each tie slot, -1 when empty.

    Notes
    -----
    Krackhardt and Stern 1988 (dossier I9).

    Examples
    --------
    >>> slots = np.full(2 * SLOTS, -1)
    >>> slots[0] = 1
    >>> external_internal_index(np.array([0, 1]), slots)
    1.0
    """
    owner = np.repeat(np.arange(len(group)), SLOTS)
    tied = np.asarray(partner) >= 0
    external = np.asarray(group)[owner[tied]] != np.asarray(group)[np.asarray(partner)[tied]]
    return float(2.0 * external.mean() - 1.0) if tied.any() else 0.0
