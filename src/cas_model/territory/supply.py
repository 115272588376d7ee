"""Provider supply: what every practice, team and facility is and can do at the start."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cas_model.config.vocabulary import HOSPITAL, N_DISCIPLINES, WELFARE
from cas_model.numerics.addressed_random import uniforms
from cas_model.territory.facts import Territory
from cas_model.territory.geography import HospitalNetworks
from cas_model.territory.marginals import Marginals, tabulate_marginals
from cas_model.territory.population import Columns
from cas_model.territory.profiles import FOR_PROFIT, LINE, PILLARS, SECTOR_IS_WELFARE
from cas_model.territory.staffing import staff_providers
from cas_model.territory.supply_plan import SupplyPlan, hospital_rows, plan_supply

__all__ = ["SupplyPlan", "fill_supply", "hospital_rows", "plan_supply"]


def fill_supply(
    plan: SupplyPlan,
    territory: Territory,
    networks: HospitalNetworks,
    provider: Columns,
    seed: int,
    *,
    parameters: Mapping[str, float] | None = None,
    marginals: Marginals | None = None,
) -> None:
    """Fill the starting columns of the provider table, in place.

    Writes discipline, welfare, line, zone, municipality, pillar, for_profit, network, represents, heads,
    posts, senior_share, contacts_per_head, status and capacity. GP capacity is GPs times
    `gp_contacts_capacity`; every other discipline's capacity in a zone is the expected need of its
    inhabitants (`needs.need_by_municipality`) over the load at the start, so that only GP supply differs
    between zones by more than need. Hospital capacity follows the patients of each network; those of a
    network without a row in their zone count for its nearest row.

    Parameters
    ----------
    plan : SupplyPlan
        From `plan_supply`, same territory, networks and seed.
    provider : mapping from column name to array
        Preallocated columns with `plan.n_providers` rows.
    parameters : mapping, optional
        Parameter values that differ from the defaults.
    marginals : Marginals, optional
        From `tabulate_marginals`, when the caller has them already.
    """
    chosen = parameters or {}
    rows = plan.rows
    zone = np.repeat(np.arange(territory.n_zones), rows.sum(axis=1))
    discipline = np.concatenate([np.repeat(np.arange(N_DISCIPLINES), of_zone) for of_zone in rows])
    provider["zone"][:], provider["discipline"][:] = zone, discipline
    provider["welfare"][:] = np.array(SECTOR_IS_WELFARE)[discipline]
    provider["line"][:] = np.array(LINE)[discipline]
    provider["represents"][:] = (plan.organisations / np.maximum(rows, 1))[zone, discipline]
    provider["network"][:] = -1
    provider["network"][discipline == HOSPITAL] = np.nonzero(plan.hospital_presence)[1]
    _place_in_municipalities(plan, territory, networks, provider, seed)
    _draw_character(plan, provider, seed)
    known = marginals or tabulate_marginals(territory, chosen)
    staff_providers(plan, territory, networks, provider, seed, chosen, known)


def _place_in_municipalities(
    plan: SupplyPlan, territory: Territory, networks: HospitalNetworks, provider: Columns, seed: int
) -> None:
    """Put rows where people live (systematic sampling); hospitals at the seat or in the largest town."""
    turn = uniforms(seed, "supply_place", 0, territory.n_zones * N_DISCIPLINES)
    residents = territory.residents
    for z in range(territory.n_zones):
        towns = np.flatnonzero(residents[:, z] > 0)
        below = np.cumsum(residents[towns, z]) / residents[towns, z].sum()
        largest = towns[np.argmax(residents[towns, z])]
        for d in range(N_DISCIPLINES):
            start, stop = plan.first[z, d], plan.first[z, d + 1]
            n = int(stop - start)
            points = (np.arange(n) + turn[z * N_DISCIPLINES + d]) / max(n, 1)
            places = towns[np.minimum(np.searchsorted(below, points, side="right"), len(towns) - 1)]
            if d == WELFARE and n == len(towns) + 2:
                places = np.concatenate([towns, [largest, largest]])
            if d == HOSPITAL:
                seats = networks.seats[provider["network"][start:stop]]
                places = np.where(territory.zone_of_municipality[seats] == z, seats, largest)
            provider["municipality"][start:stop] = places


def _draw_character(plan: SupplyPlan, provider: Columns, seed: int) -> None:
    """Draw ideological pillar and commercial character by discipline."""
    discipline = np.asarray(provider["discipline"])
    below = np.cumsum(np.array(PILLARS), axis=1)[discipline]
    draw = uniforms(seed, "supply_pillar", 0, plan.n_providers)
    provider["pillar"][:] = np.minimum((draw[:, None] >= below).sum(axis=1), below.shape[1] - 1)
    commercial = uniforms(seed, "supply_for_profit", 0, plan.n_providers)
    provider["for_profit"][:] = commercial < np.array(FOR_PROFIT)[discipline]
    # The last welfare row of a zone is sickness-fund social work, which has a pillar; the others are public.
    is_welfare = discipline == WELFARE
    is_public = is_welfare.copy()
    is_public[plan.first[:, WELFARE + 1] - 1] = False
    provider["pillar"][is_public] = 0
