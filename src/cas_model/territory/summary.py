"""A territory in one document: zones, regions, hospital networks and the borders that do not match."""

from __future__ import annotations

from typing import Any

import numpy as np

from cas_model.territory.facts import Floats, Ints, Territory
from cas_model.territory.geography import (
    N_REGIONAL_CARE_ZONES,
    HospitalNetworks,
    regional_care_zones,
    straddling_zones,
)


def summarise_territory(
    territory: Territory,
    networks: HospitalNetworks,
    n_regional_care_zones: float = N_REGIONAL_CARE_ZONES.default,
) -> dict[str, Any]:
    """Describe zones, regions, hospital networks and their misfit as one JSON-serialisable document.

    Parameters
    ----------
    territory : Territory
        What `load_territory` returned.
    networks : HospitalNetworks
        What `place_networks` returned for it.
    n_regional_care_zones : float, default 14
        See `regional_care_zones`.

    Returns
    -------
    dict
        Keys `name`, `population`, `counts`, `mean_misfit`, `straddling_zones`, `imputed` (municipalities per
        column), `zones`, `regions`, `networks`; numbers are plain Python, shares rounded to 4 decimals.
    """
    care_names, care_of_region = regional_care_zones(territory, n_regional_care_zones)
    weight = territory.zone_population / territory.population
    return {
        "name": territory.name,
        "population": territory.population,
        "counts": {
            "zones": territory.n_zones,
            "municipalities": territory.n_municipalities,
            "reference_regions": territory.n_regions,
            "regional_care_zones": len(care_names),
            "hospital_networks": networks.n_networks,
        },
        "mean_misfit": {
            "hospital": _rounded(networks.hospital_misfit.mean()),
            "hospital_population_weighted": _rounded(networks.hospital_misfit @ weight),
            "region": _rounded(networks.region_misfit.mean()),
            "combined": _rounded(networks.misfit.mean()),
        },
        "straddling_zones": [territory.zone_names[z] for z in straddling_zones(territory)],
        "imputed": {
            column: [territory.municipality_names[m] for m in np.flatnonzero(where)]
            for column, where in territory.imputed.items()
        },
        "zones": [
            _zone_entry(territory, networks, care_names, care_of_region, z) for z in range(territory.n_zones)
        ],
        "regions": _region_entries(territory, care_names, care_of_region),
        "networks": [_network_entry(territory, networks, h) for h in range(networks.n_networks)],
    }


def _rounded(value: float | Floats) -> float:
    return round(float(value), 4)


def _zone_entry(
    territory: Territory,
    networks: HospitalNetworks,
    care_names: tuple[str, ...],
    care_of_region: Ints,
    z: int,
) -> dict[str, Any]:
    region = int(territory.region_of_zone[z])
    return {
        "zone": territory.zone_names[z],
        "region": territory.region_names[region],
        "regional_care_zone": care_names[care_of_region[region]],
        "population": int(territory.zone_population[z]),
        "population_assumed": bool(territory.zone_population_assumed[z]),
        "municipalities": int(territory.zone_n_municipalities[z]),
        "city": bool(territory.zone_is_city[z]),
        "poverty_share": _rounded(territory.zone_poverty[z]),
        "median_income_eur": round(float(territory.zone_income[z])),
        "main_network": networks.names[networks.main_network[z]],
        "networks_in_catchment": [networks.names[h] for h in np.flatnonzero(networks.zone_catchment[z])],
        "hospital_misfit": _rounded(networks.hospital_misfit[z]),
        "region_misfit": _rounded(networks.region_misfit[z]),
        "misfit": _rounded(networks.misfit[z]),
    }


def _region_entries(
    territory: Territory, care_names: tuple[str, ...], care_of_region: Ints
) -> list[dict[str, Any]]:
    population = np.bincount(
        territory.region_of_municipality, territory.municipality_population, territory.n_regions
    )
    return [
        {
            "region": name,
            "regional_care_zone": care_names[care_of_region[r]],
            "population": int(population[r]),
            "zones": [territory.zone_names[z] for z in np.flatnonzero(territory.region_of_zone == r)],
        }
        for r, name in enumerate(territory.region_names)
    ]


def _network_entry(territory: Territory, networks: HospitalNetworks, h: int) -> dict[str, Any]:
    return {
        "network": networks.names[h],
        "users": round(float(networks.size[h])),
        "catchment_municipalities": int(networks.catchment[:, h].sum()),
        "catchment_population": int(territory.municipality_population[networks.catchment[:, h]].sum()),
        "catchment_zones": [territory.zone_names[z] for z in np.flatnonzero(networks.zone_catchment[:, h])],
    }
