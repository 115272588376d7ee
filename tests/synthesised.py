"""A synthesised world of the small territory, for the tests of population, supply and network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cas_model.model.state import State
from cas_model.territory.facts import Territory, load_territory
from cas_model.territory.geography import HospitalNetworks, place_networks
from cas_model.territory.network import fill_ties
from cas_model.territory.population import fill_population, zone_rows
from cas_model.territory.supply import SupplyPlan, fill_supply, plan_supply


@dataclass(frozen=True)
class World:
    """A filled state and what it was made from."""

    territory: Territory
    networks: HospitalNetworks
    plan: SupplyPlan
    state: State
    first_row: list[int]


@cache
def places(name: str = "small") -> tuple[Territory, HospitalNetworks]:
    territory = load_territory(name)
    return territory, place_networks(territory)


def synthesise(
    persons_per_agent: float = 100,
    seed: int = 0,
    parameters: Mapping[str, float] | None = None,
    threads: int = 1,
    start_month: int = -24,
    name: str = "small",
) -> World:
    """Build supply, people and ties of a territory."""
    territory, networks = places(name)
    plan = plan_supply(territory, networks, persons_per_agent, seed, parameters)
    state = State(
        {
            "patient": int(zone_rows(territory, persons_per_agent).sum()),
            "provider": plan.n_providers,
            "zone": territory.n_zones,
            "region": territory.n_regions,
        }
    )
    provider, patient = state.provider.columns, state.patient.columns
    fill_supply(plan, territory, networks, provider, seed, parameters=parameters)
    first = fill_population(
        territory, networks, provider, patient, persons_per_agent, seed,
        start_month=start_month, parameters=parameters, threads=threads,
    )  # fmt: skip
    fill_ties(plan, territory, networks, provider, state.tie.columns, seed, parameters=parameters)
    return World(territory, networks, plan, state, first.tolist())
