"""Borders that do not match: regional care zones, overlapping hospital networks, and misfit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from cas_model.config.declarations import parameter
from cas_model.territory.facts import Bools, Floats, Ints, Territory

FLANDERS_POPULATION = 6_653_063
"""Inhabitants of the 59 zones in 2022: the scale at which `n_hospital_networks` is stated."""

KM_PER_DEGREE = 111.195
"""Length of a degree of latitude on a sphere of radius 6371 km."""

N_REGIONAL_CARE_ZONES = parameter(
    "n_regional_care_zones",
    14,
    14,
    15,
    "n",
    "F18 (14 regional care zones), F19 (15 reference regions); which two merge: assumption after the pilot"
    " `Waas & Dender`",
    "regional care zones made from the reference regions",
)
N_HOSPITAL_NETWORKS = parameter(
    "n_hospital_networks",
    13,
    2,
    23,
    "n",
    "dossier 5.1 #4 (F30: 13 on the Flemish map; F29: 23 in Belgium)",
    "hospital networks of the whole of Flanders; another territory gets its share by population, at least 2",
)
CATCHMENT_SHARE = parameter(
    "hospital_catchment_share",
    0.25,
    0.05,
    0.5,
    "share",
    "dossier 5.1 #5 (F31)",
    "a municipality is in a network's catchment when at least this share of its patients uses the network",
)
DISTANCE_EXPONENT = parameter(
    "hospital_distance_exponent",
    2.5,
    1.5,
    3.5,
    "-",
    "assumption (sharper than the classical square law; at 2.5 the mean misfit is that of dossier 5.1 #7)",
    "how fast the use of a hospital network falls with distance to its seat",
)
TOWN_EXPONENT = parameter(
    "hospital_town_exponent",
    0.5,
    0.0,
    1.0,
    "-",
    "assumption (large towns attract, less than in proportion to their inhabitants)",
    "how much the pull of a hospital network grows with the inhabitants of its seat",
)

MIN_NETWORKS = 2
MAX_NETWORKS = 99
"""More do not fit the patient column that holds a network's row."""


@dataclass(frozen=True, eq=False)
class HospitalNetworks:
    """Where hospital networks sit, who uses them, and which borders they cross (H networks).

    Parameters
    ----------
    names : tuple of str
        Name of the municipality in which each network is seated, length H, largest network first.
    seats : int array (H,)
        Municipality of the seat.
    size : float array (H,)
        Inhabitants who use the network.
    municipality_share : float array (M, H)
        Share of each municipality's hospital use; rows sum to 1.
    zone_share : float array (Z, H)
        Share of each zone's hospital use; rows sum to 1.
    catchment : bool array (M, H)
        Municipalities at or above `threshold`; columns overlap.
    zone_catchment : bool array (Z, H)
        Zones with at least one inhabitant in the catchment.
    main_network : int array (Z,)
        Network most used in each zone.
    hospital_misfit : float array (Z,)
        Share of the zone's hospital use outside its main network, 0-1.
    region_misfit : float array (Z,)
        Share of the zone's inhabitants outside its main reference region, 0-1.
    misfit : float array (Z,)
        Chance that work across organisations crosses at least one of the two borders, taken as independent:
        ``1 - (1 - hospital_misfit) * (1 - region_misfit)`` (assumption; M20, dossier 2 `env.misfit`).
    threshold : float
        The catchment rule applied, share.
    """

    names: tuple[str, ...]
    seats: Ints
    size: Floats
    municipality_share: Floats
    zone_share: Floats
    catchment: Bools
    zone_catchment: Bools
    main_network: Ints
    hospital_misfit: Floats
    region_misfit: Floats
    misfit: Floats
    threshold: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def n_networks(self) -> int:
        """Number of hospital networks (H)."""
        return len(self.names)


@lru_cache(maxsize=16)
def place_networks(
    territory: Territory,
    n_networks: float = N_HOSPITAL_NETWORKS.default,
    threshold: float = CATCHMENT_SHARE.default,
    distance_exponent: float = DISTANCE_EXPONENT.default,
    town_exponent: float = TOWN_EXPONENT.default,
) -> HospitalNetworks:
    """Place hospital networks where people are, and share their use by gravity.

    Municipality m uses the network seated in h with weight ``population_h ** a / distance_mh ** b`` (Huff's
    gravity model), where the distance includes the mean distance inside m. The seats minimise, summed over
    inhabitants, ``distance_mh / population_h ** (a / b)`` to the network that pulls them most: a weighted
    p-median, solved by greedy addition and then by exchanging one seat at a time until no exchange helps.
    Nothing is drawn, so the same territory always has the same networks.

    Parameters
    ----------
    territory : Territory
        M municipalities in Z zones.
    n_networks : float, default 13
        Networks for the whole of Flanders, 2-23; the territory gets its share by population, at least 2.
    threshold : float, default 0.25
        Share of a municipality's patients that puts it in a catchment.
    distance_exponent : float, default 2.5
        The exponent b.
    town_exponent : float, default 0.5
        The exponent a.

    Returns
    -------
    HospitalNetworks

    Raises
    ------
    UsageError
        A value is out of the range of its parameter.

    Notes
    -----
    A network is one seat here, where a real one has several sites. The 25 % rule and the overlap are those
    of F31; the seats are the model's, not the recognised networks'.
    """
    N_HOSPITAL_NETWORKS.check(n_networks, "n_networks")
    CATCHMENT_SHARE.check(threshold, "threshold")
    b = DISTANCE_EXPONENT.check(distance_exponent, "distance_exponent")
    a = TOWN_EXPONENT.check(town_exponent, "town_exponent")
    count = _scaled_count(territory, n_networks)
    population = territory.municipality_population.astype(float)
    distance = travel_distance_km(territory)
    seats = _place_seats(population[:, None] * distance / population[None, :] ** (a / b), count)
    pull = population[seats][None, :] ** a / distance[:, seats] ** b
    share = pull / pull.sum(axis=1, keepdims=True)
    size = population @ share
    order = np.lexsort((seats, -size))
    return _describe_networks(territory, seats[order], size[order], share[:, order], threshold)


def _describe_networks(
    territory: Territory, seats: Ints, size: Floats, share: Floats, threshold: float
) -> HospitalNetworks:
    residents = territory.residents
    zone_use = residents.T @ share
    zone_share = zone_use / zone_use.sum(axis=1, keepdims=True)
    catchment = share >= threshold
    hospital_misfit = 1.0 - zone_share.max(axis=1)
    outside_region = region_misfit(territory)
    return HospitalNetworks(
        names=tuple(territory.municipality_names[seat] for seat in seats),
        seats=seats,
        size=size,
        municipality_share=share,
        zone_share=zone_share,
        catchment=catchment,
        zone_catchment=(residents.T @ catchment) > 0,
        main_network=zone_share.argmax(axis=1),
        hospital_misfit=hospital_misfit,
        region_misfit=outside_region,
        misfit=1.0 - (1.0 - hospital_misfit) * (1.0 - outside_region),
        threshold=threshold,
    )


def _scaled_count(territory: Territory, n_networks: float) -> int:
    scaled = round(n_networks * territory.population / FLANDERS_POPULATION)
    return min(max(scaled, MIN_NETWORKS), MAX_NETWORKS, territory.n_municipalities)


def _place_seats(cost: Floats, count: int) -> Ints:
    """Choose `count` columns that minimise the sum over rows of the smallest chosen cost (p-median)."""
    seats: list[int] = []
    for _ in range(count):
        seats.append(_best_addition(cost, seats))
    improved = True
    while improved:
        improved = False
        for place in range(count):
            others = seats[:place] + seats[place + 1 :]
            candidate = _best_addition(cost, others)
            now = cost[:, seats].min(axis=1).sum()
            then = cost[:, [*others, candidate]].min(axis=1).sum()
            if then < now * (1.0 - 1e-12):
                seats[place], improved = candidate, True
    return np.array(seats, dtype=np.int64)


def _best_addition(cost: Floats, seats: list[int]) -> int:
    reached = cost[:, seats].min(axis=1) if seats else np.full(len(cost), np.inf)
    total = np.minimum(reached[:, None], cost).sum(axis=0)
    total[seats] = np.inf
    return int(total.argmin())


def project_km(territory: Territory, lon: Floats, lat: Floats) -> Floats:
    """Project degrees to kilometres east and north of the territory's mean point (equirectangular).

    Parameters
    ----------
    territory : Territory
        Gives the origin: the mean of its municipality centroids.
    lon, lat : float array (n,)
        WGS84 degrees.

    Returns
    -------
    float array (n, 2)
        Kilometres; over Flanders the distortion is below 1 %.
    """
    lon_0, lat_0 = territory.municipality_lon.mean(), territory.municipality_lat.mean()
    x = (lon - lon_0) * np.cos(np.radians(lat_0)) * KM_PER_DEGREE
    y = (lat - lat_0) * KM_PER_DEGREE
    return np.stack([x, y], axis=1)


def travel_distance_km(territory: Territory) -> Floats:
    """Return the distance (M, M) in km from the inhabitants of a municipality to the centre of another.

    The root of the squared distance between centroids plus the squared mean distance to the centre inside a
    disc of the municipality's area (two thirds of its radius), so that it is never zero.
    """
    points = project_km(territory, territory.municipality_lon, territory.municipality_lat)
    apart = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    inside = (2.0 / 3.0) ** 2 * territory.municipality_area_km2 / np.pi
    distance: Floats = np.sqrt(apart + inside[:, None])
    return distance


def region_misfit(territory: Territory) -> Floats:
    """Return the share (Z,) of each zone's inhabitants who live outside its main reference region, 0-1."""
    elsewhere = territory.region_of_municipality[:, None] != territory.region_of_zone[None, :]
    residents = territory.residents
    share: Floats = (residents * elsewhere).sum(axis=0) / residents.sum(axis=0)
    return share


def straddling_zones(territory: Territory) -> Ints:
    """Return the zones that lie in more than one reference region (nine in Flanders, F37)."""
    return np.flatnonzero(region_misfit(territory) > 0)


def regional_care_zones(
    territory: Territory, n_regional_care_zones: float = N_REGIONAL_CARE_ZONES.default
) -> tuple[tuple[str, ...], Ints]:
    """Form the regional tier from the reference regions.

    The documents count 14 regional care zones beside 15 reference regions. With 14, Waasland and Denderregio
    form one, after the regional care zone that was piloted as `Waas & Dender` (F18; the choice is an
    assumption); with 15, every reference region is one. Another territory merges what its regions.csv merges,
    as long as it has more reference regions than the number asked for.

    Parameters
    ----------
    territory : Territory
        R reference regions.
    n_regional_care_zones : float, default 14
        14 or 15.

    Returns
    -------
    names : tuple of str
        Length C.
    care_zone_of_region : int array (R,)
        Regional care zone of each reference region.

    Raises
    ------
    UsageError
        The number is outside its range.

    Examples
    --------
    >>> from cas_model.territory.facts import load_territory
    >>> len(regional_care_zones(load_territory("flanders"), 15)[0])
    15
    """
    N_REGIONAL_CARE_ZONES.check(n_regional_care_zones, "n_regional_care_zones")
    if n_regional_care_zones >= territory.n_regions:
        return territory.region_names, np.arange(territory.n_regions)
    return territory.care_zone_names, territory.care_zone_of_region
