"""How many providers of each discipline a zone has, at any scale.

A row is a sample of the real organisations of its zone. At 1:1 there is a row per real organisation; at a
coarser scale there are fewer rows, each standing for several (`represents`), with all their professionals,
so that capacity per inhabitant does not change and a general practice keeps a list worth simulating.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cas_model.config.declarations import parameter
from cas_model.config.vocabulary import DISCIPLINES, GP, HOSPITAL, N_DISCIPLINES, WELFARE
from cas_model.numerics.addressed_random import uniforms
from cas_model.territory.facts import Bools, Ints, Territory
from cas_model.territory.geography import HospitalNetworks
from cas_model.territory.population import round_to_total, zone_rows

GP_DENSITY = parameter(
    "gp_density", 10.6, 8.0, 13.0, "GPs/10 000 inhabitants", "dossier 5.1 #20 (R34)", "mean GP density"
)
GP_DENSITY_SD = parameter(
    "gp_density_sd", 1.8, 1.0, 3.0, "GPs/10 000 inhabitants", "dossier 5.1 #20 (assumption)",
    "spread of GP density between zones",
)  # fmt: skip
GPS_PER_PRACTICE = parameter(
    "gps_per_practice", 2.5, 1.5, 4.0, "GPs", "assumption", "mean size of a general practice"
)
LEAST_LIST = parameter(
    "least_practice_agents", 100, 20, 400, "agents", "assumption (sampling noise of a list near a tenth)",
    "patient agents a practice row has at least, on average",
)  # fmt: skip

LEAST_PRACTICES, LEAST_ROWS = 3, 2
"""Rows a zone keeps at any scale: practices, and other disciplines with at least as many organisations."""

_INHABITANTS_PER_ORGANISATION = {"home_nursing": 9_500, "pharmacy": 4_500, "allied_health": 5_700,
                                 "mental_health": 19_000, "home_care": 23_000}  # fmt: skip
"""Assumption: about 12, 25, 20, 6 and 5 organisations or clusters of solo practices in a mean zone."""


@dataclass(frozen=True)
class SupplyPlan:
    """How many providers there will be, and where their rows lie (Z zones, H hospital networks).

    Parameters
    ----------
    organisations : int array (Z, 8)
        Real organisations per zone and discipline.
    first : int array (Z, 9)
        First provider row of each discipline of a zone, and one past the last row of the zone. Rows are
        ordered by zone, then discipline.
    gp_heads : int array (Z,)
        GPs at work.
    hospital_presence : bool array (Z, H)
        Networks with a hospital row in the zone: all those whose catchment rule it meets (`threshold` of
        its hospital use), the main network, and every network at its seat. A row is a site or an
        outpatient desk.
    """

    organisations: Ints
    first: Ints
    gp_heads: Ints
    hospital_presence: Bools

    @property
    def n_providers(self) -> int:
        """Number of provider rows."""
        return int(self.first[-1, -1])

    @property
    def rows(self) -> Ints:
        """Provider rows per zone and discipline, shape (Z, 8)."""
        return np.diff(self.first, axis=1)


def plan_supply(
    territory: Territory,
    networks: HospitalNetworks,
    persons_per_agent: float,
    seed: int,
    parameters: Mapping[str, float] | None = None,
) -> SupplyPlan:
    """Decide how many provider rows each zone has.

    GP densities are drawn around the mean and then standardised over the zones, so that their weighted mean
    and spread are those stated. A zone keeps at most one practice row per `least_practice_agents` patient
    agents (never fewer than three), and its other disciplines shrink alike (never below two, where there
    are as many). Hospital rows do not shrink: every network present keeps its row.

    Returns
    -------
    SupplyPlan
    """
    chosen = parameters or {}
    gp_heads = _draw_gp_heads(territory, seed, chosen)
    presence = _hospital_presence(territory, networks)
    organisations = _count_organisations(territory, gp_heads, presence, chosen)
    agents = zone_rows(territory, persons_per_agent)
    least = chosen.get(LEAST_LIST.name, LEAST_LIST.default)
    practices = np.clip(np.floor(agents / least).astype(np.int64), LEAST_PRACTICES, organisations[:, GP])
    shrink = practices / organisations[:, GP]
    rows = np.round(organisations * shrink[:, None]).astype(np.int64)
    rows = np.clip(rows, np.minimum(LEAST_ROWS, organisations), organisations)
    rows[:, GP], rows[:, HOSPITAL] = practices, organisations[:, HOSPITAL]
    ends = np.cumsum(rows).reshape(rows.shape)
    first = np.concatenate([(ends[:, :1] - rows[:, :1]), ends], axis=1)
    return SupplyPlan(organisations, first, gp_heads, presence)


def _draw_gp_heads(territory: Territory, seed: int, chosen: Mapping[str, float]) -> Ints:
    mean = chosen.get(GP_DENSITY.name, GP_DENSITY.default)
    sd = chosen.get(GP_DENSITY_SD.name, GP_DENSITY_SD.default)
    weight = territory.zone_population / territory.population
    # Sum of four uniforms: bell-shaped and bounded (an unbounded draw could leave a zone without GPs).
    draw = uniforms(seed, "supply_gp_density", 0, territory.n_zones * 4).reshape(-1, 4).sum(axis=1)
    deviation = draw - weight @ draw
    spread = float(np.sqrt(weight @ deviation**2))
    if spread > 0:
        deviation /= spread
    density = np.maximum(mean + sd * deviation, 0.3 * mean)
    return round_to_total(density * territory.zone_population / 1e4, least=LEAST_PRACTICES)


def _hospital_presence(territory: Territory, networks: HospitalNetworks) -> Bools:
    zones = np.arange(territory.n_zones)
    present: Bools = networks.zone_share >= networks.threshold
    present[zones, networks.main_network] = True
    present[territory.zone_of_municipality[networks.seats], np.arange(networks.n_networks)] = True
    return present


def _count_organisations(
    territory: Territory, gp_heads: Ints, presence: Bools, chosen: Mapping[str, float]
) -> Ints:
    """Return real organisations per zone and discipline, shape (Z, 8)."""
    size = chosen.get(GPS_PER_PRACTICE.name, GPS_PER_PRACTICE.default)
    count = np.empty((territory.n_zones, N_DISCIPLINES), dtype=np.int64)
    count[:, GP] = np.maximum(np.round(gp_heads / size), LEAST_PRACTICES)
    for discipline, inhabitants in _INHABITANTS_PER_ORGANISATION.items():
        many = np.round(territory.zone_population / inhabitants)
        count[:, DISCIPLINES.index(discipline)] = np.maximum(many, LEAST_ROWS)
    count[:, HOSPITAL] = presence.sum(axis=1)
    # A public welfare centre (OCMW) per municipality, a general one (CAW), and sickness-fund social work.
    count[:, WELFARE] = territory.zone_n_municipalities + 2
    return count


def hospital_rows(plan: SupplyPlan, territory: Territory, networks: HospitalNetworks) -> Ints:
    """Return the provider row that serves the patients of zone z who use network h, shape (Z, H).

    It is the network's row in the zone, or else its row in the nearest zone where it has one.
    """
    row_in_zone = np.full(plan.hospital_presence.shape, -1, dtype=np.int64)
    zones, nets = np.nonzero(plan.hospital_presence)
    row_in_zone[zones, nets] = np.concatenate(
        [np.arange(a, b) for a, b in zip(plan.first[:, HOSPITAL], plan.first[:, HOSPITAL + 1], strict=True)]
    )
    scale = np.cos(np.radians(territory.zone_lat.mean()))
    x, y = territory.zone_lon * scale, territory.zone_lat
    apart = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    for h in range(networks.n_networks):
        have = np.flatnonzero(row_in_zone[:, h] >= 0)
        row_in_zone[:, h] = row_in_zone[have[np.argmin(apart[:, have], axis=1)], h]
    return row_in_zone
