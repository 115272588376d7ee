"""The same municipalities in larger or smaller zones: what if a zone held so many people?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cas_model.config.errors import UsageError
from cas_model.territory.facts import Floats, Ints, Territory

SMALLEST, LARGEST = 10_000, 1_000_000
"""Inhabitants per zone that may be asked for (P22 asks for 10 000 to 300 000)."""


def regroup(territory: Territory, inhabitants: int) -> Territory:
    """Return a territory whose zones hold about so many people each.

    Each reference region keeps its municipalities and is cut anew: a municipality that would fill more than
    one zone is divided into equal zones of its own, as the four of Antwerp are; the others are cut in two
    again and again, across the longer side, so that each part gets its share of the people, until there are
    as many zones as the region's population asks for.

    Parameters
    ----------
    territory : Territory
        Whose municipalities and regions to use.
    inhabitants : int
        Wanted per zone, `SMALLEST` to `LARGEST`.

    Raises
    ------
    UsageError
        The number is outside that range.
    """
    if not SMALLEST <= inhabitants <= LARGEST:
        raise UsageError(
            f"zones of {inhabitants} inhabitants", where="territory",
            allowed=f"{SMALLEST} to {LARGEST}", fix=f"{territory.name}@100000",
        )  # fmt: skip
    zones: list[tuple[Ints, float]] = []
    for region in range(territory.n_regions):
        towns = np.flatnonzero(territory.region_of_municipality == region)
        zones += _zones_of(territory, towns, inhabitants)
    share = np.zeros((territory.n_municipalities, len(zones)))
    for zone, (towns, part) in enumerate(zones):
        share[towns, zone] = part
    return _with_zones(territory, share, f"{territory.name}@{inhabitants}")


def _zones_of(territory: Territory, towns: Ints, inhabitants: int) -> list[tuple[Ints, float]]:
    """Return the zones of one region: municipalities, and the part of each that belongs to the zone."""
    people = territory.municipality_population[towns]
    n_alone = np.rint(people / inhabitants).astype(int)
    zones = []
    for town, n in zip(towns[n_alone >= 2], n_alone[n_alone >= 2], strict=True):
        zones += [(np.array([town]), 1.0 / n)] * n
    rest = towns[n_alone < 2]
    if len(rest):
        wanted = round(int(territory.municipality_population[rest].sum()) / inhabitants)
        zones += [(part, 1.0) for part in _cut(territory, rest, min(max(1, wanted), len(rest)))]
    return zones


def _cut(territory: Territory, towns: Ints, n: int) -> list[Ints]:
    """Cut municipalities into `n` parts of about equal population, each a compact piece of the map."""
    if n == 1:
        return [towns]
    lon, lat = territory.municipality_lon[towns], territory.municipality_lat[towns]
    wide = np.ptp(lon) * np.cos(np.deg2rad(lat.mean())) >= np.ptp(lat)
    towns = towns[np.argsort(lon if wide else lat, kind="stable")]
    people = np.cumsum(territory.municipality_population[towns])
    first = n // 2
    # Both sides need a municipality per zone.
    cuts = np.arange(first, len(towns) - (n - first) + 1)
    cut = cuts[np.argmin(np.abs(people[cuts - 1] - people[-1] * first / n))]
    return [*_cut(territory, towns[:cut], first), *_cut(territory, towns[cut:], n - first)]


def _with_zones(territory: Territory, share: Floats, name: str) -> Territory:
    residents = share * territory.municipality_population[:, None]
    weight = residents / residents.sum(axis=0)
    largest = weight.argmax(axis=0)
    numbers = np.zeros(territory.n_municipalities, dtype=int)
    names = []
    for town in largest:
        numbers[town] += 1
        names.append(f"{territory.municipality_names[town]} {numbers[town]}")
    old_city = territory.zone_is_city[territory.zone_of_municipality[largest]]
    n_zones = share.shape[1]
    return replace(
        territory,
        name=name,
        zone_share=share,
        zone_of_municipality=share.argmax(axis=1),
        zone_names=tuple(names),
        zone_population=np.rint(residents.sum(axis=0)).astype(np.int64),
        zone_ages=np.rint(share.T @ territory.municipality_ages).astype(np.int64),
        zone_population_assumed=np.ones(n_zones, dtype=bool),
        zone_poverty=weight.T @ territory.municipality_poverty,
        zone_income=weight.T @ territory.municipality_income,
        zone_lon=weight.T @ territory.municipality_lon,
        zone_lat=weight.T @ territory.municipality_lat,
        zone_area_km2=share.T @ territory.municipality_area_km2,
        zone_n_municipalities=(share > 0).sum(axis=0),
        zone_largest_municipality=weight.max(axis=0),
        zone_is_city=old_city,
        region_of_zone=territory.region_of_municipality[largest],
    )
