"""How many practices can a zone lose before patients find no other (the Austrian stress test, RS6-RS10)?

The practices of a world are copied with their ties, capacity and patients. Practices are closed, one after
the other or each alone, and every person on a closed list searches by the rule by which patients of the model
search (`cas_model.model.processes.access`): first a practice seen before, then along ties, now and then
anywhere in the zone. A practice takes people in while its capacity allows it, and newcomers with the chance
they have in the model. Who finds none within the allowed steps is lost. The world is left alone.

A row of a coarse world stands for several practices, which then close together: critical fractions of worlds
of unlike scale are not to be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from cas_model.config.vocabulary import GP, N_DISCIPLINES, SLOTS
from cas_model.model.processes.access import DRAWS_PER_SEARCH, next_practice
from cas_model.model.system import CareSystem
from cas_model.numerics.addressed_random import stream_base, stream_key, uniform, uniforms
from cas_model.outcomes.measures import Floats, divide

Ints = NDArray[np.int64]

LOST_ALLOWED = 0.01
"""Share of a zone's patients that may be lost while a loss of practices counts as borne (RS6; unverified)."""
ENOUGH_LOST = 0.1
"""A series of closures ends when this share of the patients is lost: coverage has failed long before."""


@dataclass(frozen=True)
class PracticeNetwork:
    """General practices with their ties, capacity and patients; those of one zone follow each other.

    Attributes
    ----------
    zone_names : tuple of str
        Names of the zones.
    zone : int array (n,)
        Row of each practice's zone, ascending.
    peers : int array (n, 2)
        Practices it is tied to, -1 for none.
    capacity, load : float array (n,)
        Contacts a month it can take on, and has to.
    welcome : float array (n,)
        Chance 0-1 that it takes a newcomer in.
    people : int array (n,)
        People on its list.
    contacts : float array (n,)
        Contacts a month that a person of its list needs.
    seen : tuple of int arrays
        For each practice, where people of its list have been elsewhere, an entry per patient; -1 nowhere.
    """

    zone_names: tuple[str, ...]
    zone: Ints
    peers: Ints
    capacity: Floats
    load: Floats
    welcome: Floats
    people: Ints
    contacts: Floats
    seen: tuple[Ints, ...]


def practice_network(world: CareSystem) -> PracticeNetwork:
    """Copy the practices of a world as they stand after a month of at least one."""
    provider, patient = world.state.provider, world.state.patient
    rows = np.nonzero(provider.discipline == GP)[0]
    number = np.full(len(provider) + 1, -1)  # the last entry answers for "no partner", -1
    number[rows] = np.arange(len(rows))
    peers = world.state.tie.partner.reshape(-1, SLOTS)[rows, N_DISCIPLINES:]
    order = np.argsort(patient.practice, kind="stable")
    listed = np.searchsorted(patient.practice[order], np.append(rows, len(provider)))
    seen = [number[patient.alternate[order[a:b]]] for a, b in pairwise(listed)]
    people = provider.patients[rows] * world.persons_per_agent
    needs = np.bincount(patient.practice, weights=patient.contact_rate, minlength=len(provider)).astype(float)
    return PracticeNetwork(
        zone_names=tuple(world.territory.zone_names),
        zone=provider.zone[rows].astype(np.int64),
        peers=number[peers],
        capacity=world.scenario.parameters["stretch"] * provider.capacity[rows],
        load=provider.demand[rows].copy(),
        welcome=provider.accept_new[rows].copy(),
        people=people.astype(np.int64),
        contacts=np.nan_to_num(divide(needs[rows], provider.patients[rows].astype(float))),
        seen=tuple(seen),
    )


@njit(cache=True, nogil=True)
def _close(  # type: ignore[no-untyped-def]
    j, first, n, ties, capacity, welcome, seen_first, seen, closed, load, people, need, absorbed, done, key,
    max_search_steps, random_jump, known_provider,
):  # fmt: skip
    """Close practice `j`: each of its people searches.

    Returns how many are lost, the steps they made, and how many end at the practice they had seen before.
    """
    closed[j] = True
    lost = steps = familiar = 0
    each = need[j] / people[j] if people[j] > 0 else 0.0
    for person in range(people[j]):
        address = (done + person) * DRAWS_PER_SEARCH
        here, found, step = j, -1, 0
        known = -1
        if seen_first[j + 1] > seen_first[j]:
            known = seen[seen_first[j] + (person % (seen_first[j + 1] - seen_first[j]))]
        while found < 0 and step < max_search_steps:
            at = address + 4 * step
            if step == 0 and known >= 0 and uniform(key, at) < known_provider:
                here, chance = known, 1.0
            else:
                here = next_practice(
                    here, first, n, ties, random_jump, uniform(key, at + 1), uniform(key, at + 2)
                )
                chance = welcome[here]
            room = not closed[here] and load[here] + each <= capacity[here]
            if room and uniform(key, at + 3) < chance:
                found = here
            step += 1
        steps += step
        if found < 0:
            lost += 1
        else:
            load[found] += each
            need[found] += each
            people[found] += 1
            absorbed[found] += 1
            familiar += found == known
    return lost, steps, familiar


class _Zone:
    """The practices of one zone, wound back for every closing."""

    def __init__(self, network: PracticeNetwork, zone: int, parameters: Mapping[str, float]) -> None:
        self.rows = np.nonzero(network.zone == zone)[0]
        self._network, n = network, len(network.zone)
        ties = np.full((n, SLOTS), -1)
        ties[:, N_DISCIPLINES:] = network.peers
        sizes = [len(seen) for seen in network.seen]
        self._fixed = (
            ties.ravel(), network.capacity, network.welcome, np.concatenate([[0], np.cumsum(sizes)]),
            np.concatenate([*network.seen, np.zeros(0, dtype=np.int64)]).astype(np.int64),
        )  # fmt: skip
        names = ("random_jump", "known_provider")
        self._rule = (int(parameters["max_search_steps"]), *(float(parameters[name]) for name in names))
        self.reopen()

    def reopen(self) -> None:
        """Open all practices with the lists and loads they had."""
        network, n = self._network, len(self._network.zone)
        self._closed, self.absorbed = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64)
        self._load, self.people = network.load.copy(), network.people.copy()
        self._need = network.people * network.contacts
        self._done = 0

    def close(self, practice: int, key: Any) -> tuple[int, int, int, int]:
        """Close a practice; return how many people are displaced, how many lost, their steps, and how many
        end at a practice they had seen before."""
        displaced = int(self.people[practice])
        lost, steps, familiar = _close(
            practice, self.rows[0], len(self.rows), *self._fixed, self._closed, self._load, self.people,
            self._need, self.absorbed, self._done, key, *self._rule,
        )  # fmt: skip
        self._done += displaced
        return displaced, int(lost), int(steps), int(familiar)


def practice_scores(network: PracticeNetwork, parameters: Mapping[str, float], seed: int = 0) -> pd.DataFrame:
    """Close each practice alone and see what that does to the others.

    Parameters
    ----------
    network : PracticeNetwork
    parameters : mapping
        Parameters of a scenario; the search of patients reads its own.
    seed : int
        Seed of the searches.

    Returns
    -------
    DataFrame
        A row per practice: zone, practice, people; ``moved``, how many of them find another practice, and
        ``familiar``, how many of those one seen before; ``risk``, the steps people search when it closes,
        as a share of those over all practices of the zone (RS7); ``lost``, the share of the zone's patients
        then lost; ``benefit``, the share of the people displaced by the others that it takes in (RS8).
    """
    key = np.uint64(stream_key(stream_base(seed, "stress_scores"), 0))
    rows = []
    for z, name in enumerate(network.zone_names):
        zone = _Zone(network, z, parameters)
        steps, lost, familiar, taken = (np.zeros(len(network.zone)) for _ in range(4))
        for practice in zone.rows.tolist():
            zone.reopen()
            _, lost[practice], steps[practice], familiar[practice] = zone.close(practice, key)
            taken += zone.absorbed
        people = network.people[zone.rows].astype(float)
        table = {
            "zone": name,
            "practice": zone.rows,
            "people": network.people[zone.rows],
            "moved": people - lost[zone.rows],
            "familiar": familiar[zone.rows],
            "risk": divide(steps[zone.rows], np.full(len(zone.rows), steps.sum())),
            "lost": divide(lost[zone.rows], np.full(len(zone.rows), people.sum())),
            "benefit": divide(taken[zone.rows], people.sum() - people),
        }
        rows.append(pd.DataFrame(table))
    return pd.concat(rows, ignore_index=True)


def closing_series(
    network: PracticeNetwork,
    parameters: Mapping[str, float],
    seed: int = 0,
    draws: int = 10,
    scores: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Close the practices of each zone one after the other, in random order and the riskiest first.

    Parameters
    ----------
    network, parameters, seed
        As for `practice_scores`.
    draws : int
        Random orders per zone; the order by risk is run as often, with other searches.
    scores : DataFrame, optional
        Those of `practice_scores`, when they are known already.

    Returns
    -------
    DataFrame
        A row per closing: zone, order (``random`` or ``risk``), draw, closed (practices so far), fraction of
        the zone's practices, lost (share of the zone's patients, RS6), lost_of_displaced (RS9) and
        steps_per_displaced (RS10), all over the series so far. A series ends when a tenth is lost.
    """
    known = practice_scores(network, parameters, seed) if scores is None else scores
    risk = known.set_index("practice")["risk"]
    rows = []
    for z, name in enumerate(network.zone_names):
        zone = _Zone(network, z, parameters)
        by_risk = zone.rows[np.argsort(-risk[zone.rows].to_numpy(), kind="stable")]
        for draw in range(draws):
            chance = uniforms(seed, f"stress_order_{name}", draw, len(zone.rows))
            for order, practices in (("random", zone.rows[np.argsort(chance)]), ("risk", by_risk)):
                key = np.uint64(stream_key(stream_base(seed, f"stress_{order}"), draw))
                zone.reopen()
                rows += [(name, order, draw, *row) for row in _series(zone, practices, key)]
    columns = [
        "zone",
        "order",
        "draw",
        "closed",
        "fraction",
        "lost",
        "lost_of_displaced",
        "steps_per_displaced",
    ]
    return pd.DataFrame(rows, columns=columns)


def _series(zone: _Zone, practices: Ints, key: Any) -> list[tuple[float, ...]]:
    people = int(zone.people[zone.rows].sum())
    displaced = lost = steps = 0
    rows: list[tuple[float, ...]] = []
    for closed, practice in enumerate(practices.tolist(), start=1):
        more_displaced, more_lost, more_steps, _ = zone.close(practice, key)
        displaced, lost, steps = displaced + more_displaced, lost + more_lost, steps + more_steps
        per = max(displaced, 1)
        rows.append((closed, closed / len(practices), lost / max(people, 1), lost / per, steps / per))
        if lost > ENOUGH_LOST * people:
            break
    return rows


def critical_fractions(series: pd.DataFrame, allowed: float = LOST_ALLOWED) -> pd.DataFrame:
    """Return the largest part of its practices that each zone can lose (RS6), from `closing_series`.

    Returns
    -------
    DataFrame
        zone, order, and over the draws the mean ``critical_fraction``, ``low`` and ``high``: the fraction
        closed when the share of patients lost was last at most `allowed`; 0 when the first closing loses
        more.
    """
    borne = series["fraction"].where(series["lost"] <= allowed, 0.0)
    each = borne.groupby([series["zone"], series["order"], series["draw"]], sort=False).max()
    grouped = each.groupby(level=["zone", "order"], sort=False)
    table = {"critical_fraction": grouped.mean(), "low": grouped.min(), "high": grouped.max()}
    return pd.DataFrame(table).reset_index()


def stress_test(world: CareSystem) -> pd.DataFrame:
    """Return the critical fractions of a world as it stands, and where the displaced go; some seconds.

    Returns
    -------
    DataFrame
        As `critical_fractions`, and per zone ``familiar_share``: of the people displaced when each practice
        closes alone and who find another, the share whose new practice is one seen before (T26).
    """
    network, parameters = practice_network(world), world.scenario.parameters
    scores = practice_scores(network, parameters, world.seed)
    table = critical_fractions(closing_series(network, parameters, world.seed, scores=scores))
    by_zone = scores.groupby("zone", sort=False)[["moved", "familiar"]].sum()
    return table.assign(familiar_share=table["zone"].map(by_zone["familiar"] / by_zone["moved"]))
