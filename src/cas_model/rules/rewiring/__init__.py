"""How providers find new partners: alternatives, one per file, and what they share."""

from __future__ import annotations

from numba import njit

from cas_model.config.vocabulary import N_DISCIPLINES, SLOTS
from cas_model.numerics.addressed_random import uniform

MEETINGS = 8
"""Providers whom a seeker meets in a month at the most."""


@njit(cache=True, nogil=True, inline="always")
def wanted_discipline(slot, discipline):
    """Return the discipline of the partner that a slot is for: its own number, or the seeker's for a peer."""
    return slot if slot < N_DISCIPLINES else discipline


@njit(cache=True, nogil=True, inline="always")
def suits(candidate, seeker, slot, wanted, provider_discipline, provider_heads, tie_partner):
    """Whether somebody has the wanted discipline, is at work, and is not yet the seeker's other peer."""
    if provider_discipline[candidate] != wanted or candidate == seeker or provider_heads[candidate] == 0:
        return False
    if slot < N_DISCIPLINES:
        return True
    other = seeker * SLOTS + (2 * N_DISCIPLINES + 1 - slot)
    return tie_partner[other] != candidate


@njit(cache=True, nogil=True, inline="always")
def meet_somebody(tie, attempt, first, last, key_candidate):
    """Return a random provider among rows first..last-1, the same for every rule with this address."""
    u = uniform(key_candidate[0], tie * MEETINGS + attempt)
    return first + min(int(u * (last - first)), last - first - 1)


@njit(cache=True, nogil=True, inline="always")
def begin_tie(
    tie, partner, tie_partner, tie_trust, tie_contact, tie_task, tie_history, tie_breaches, tie_formal, trust
):
    """Fill an empty slot with a new, informal relation at resting trust."""
    tie_partner[tie] = partner
    tie_trust[tie] = trust
    tie_contact[tie] = 0.2
    tie_task[tie] = 0.3
    tie_history[tie] = 0.0
    tie_breaches[tie] = 0
    tie_formal[tie] = 0
