"""Population, supply and first ties of a world, made once for worlds of this process that share them.

Worlds that are compared share their seed, and most settings that are varied have no part in the synthetic
population. What a population depends on is noted while it is made: the parameters that were read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cas_model.config.vocabulary import GP
from cas_model.model.state import State
from cas_model.territory.facts import Territory
from cas_model.territory.geography import HospitalNetworks
from cas_model.territory.marginals import tabulate_marginals
from cas_model.territory.network import fill_ties
from cas_model.territory.population import fill_population, zone_rows
from cas_model.territory.supply import fill_supply, plan_supply

KEPT = 4
"""States kept; the runs of a sensitivity experiment come seed by seed."""
MOST_ROWS = 20_000
"""Patient rows of a state that is kept: a larger one takes memory, and little of the time of its run."""


class NotedParameters(Mapping[str, float]):
    """Parameter values that note which of them are read.

    Examples
    --------
    >>> values = NotedParameters({"a": 1.0, "b": 2.0})
    >>> values["a"], values.get("c", 3.0), values.read
    (1.0, 3.0, {'a': 1.0, 'c': None})
    """

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = values
        self.read: dict[str, float | None] = {}

    def __getitem__(self, name: str) -> float:
        self.read[name] = self._values.get(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        self.read.update(self._values)
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class _Made:
    """A state that was made, and all that it depends on."""

    asked: tuple[Any, ...]
    read: Mapping[str, float | None]
    state: State

    def serves(self, asked: tuple[Any, ...], parameters: Mapping[str, float]) -> bool:
        return self.asked == asked and all(parameters.get(k) == value for k, value in self.read.items())


_made: deque[_Made] = deque(maxlen=KEPT)


def first_state(
    land: Territory,
    networks: HospitalNetworks,
    parameters: Mapping[str, float],
    *,
    persons_per_agent: int,
    seed: int,
    start_month: int,
    threads: int = 1,
) -> State:
    """Return the tables with patients, providers and first ties filled in, and each zone's rows.

    Parameters
    ----------
    land, networks : Territory, HospitalNetworks
    parameters : mapping
        Values of the scenario.
    persons_per_agent, seed : int
    start_month : int
        The month the population is as of.
    threads : int
        Zones filled at once; the bits do not depend on it.
    """
    asked = (land, networks, persons_per_agent, seed, start_month)
    for made in tuple(_made):
        if made.serves(asked, parameters):
            return made.state.copy()
    noted = NotedParameters(parameters)
    state = _make(land, networks, noted, persons_per_agent, seed, start_month, threads)
    if len(state.patient) <= MOST_ROWS:
        _made.append(_Made(asked, noted.read, state.copy()))
    return state


def _make(
    land: Territory, networks: HospitalNetworks, parameters: Mapping[str, float], persons_per_agent: int,
    seed: int, start_month: int, threads: int,
) -> State:  # fmt: skip
    marginals = tabulate_marginals(land, parameters)
    plan = plan_supply(land, networks, persons_per_agent, seed, parameters)
    sizes = {
        "patient": int(zone_rows(land, persons_per_agent).sum()),
        "provider": plan.n_providers,
        "zone": land.n_zones,
        "network": networks.n_networks,
        "region": land.n_regions,
    }
    state = State(sizes)
    provider, patient, zone = state.provider.columns, state.patient.columns, state.zone
    fill_supply(plan, land, networks, provider, seed, parameters=parameters, marginals=marginals)
    fill_ties(plan, land, networks, provider, state.tie.columns, seed, parameters=parameters)
    first = fill_population(
        land, networks, provider, patient, persons_per_agent, seed,
        start_month=start_month, parameters=parameters, threads=threads, marginals=marginals,
    )  # fmt: skip
    zone.first_row[:], zone.last_row[:] = first[:-1], first[1:]
    zone.first_provider[:], zone.last_provider[:] = plan.first[:, 0], plan.first[:, -1]
    zone.n_practices[:] = plan.rows[:, GP]
    provider["patients"][:] = np.bincount(patient["practice"], minlength=plan.n_providers)
    return state
