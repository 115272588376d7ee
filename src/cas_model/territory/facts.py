"""The facts of a territory: municipalities, primary care zones and reference regions, checked on load."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np

from cas_model.config.declarations import parameter
from cas_model.config.errors import UsageError, nearest
from cas_model.territory.reading import (
    AGE_BANDS,
    INCOMPLETE,
    MUNICIPALITY_COLUMNS,
    ZONE_COLUMNS,
    Bools,
    Floats,
    Ints,
    check_extent,
    check_zone_population,
    check_zone_regions,
    read_assumed,
    read_coordinates,
    read_incomplete,
    read_population,
    read_regions,
    zone_share,
)
from cas_model.territory.tables import read_table

__all__ = [
    "AGE_BANDS",
    "AGE_BAND_STARTS",
    "BUILT_IN",
    "INCOMPLETE",
    "Bools",
    "Floats",
    "Ints",
    "Territory",
    "is_built_in",
    "load_territory",
    "read_territory",
]

DATA = Path(__file__).parent / "data"
BUILT_IN = ("flanders", "small")
"""Territories carried in the package: all 59 zones, and eight adjacent ones from Ghent to the coast."""

AGE_BAND_STARTS = (0, 5, 12, 18, 30, 40, 50, 60, 70, 80, 90)
"""First age of each band, in years; a band ends where the next begins."""


CITY_POPULATION = parameter(
    "city_population",
    60_000,
    30_000,
    200_000,
    "persons",
    "assumption (F14, P25: large cities work differently; size of the smaller Flemish centre cities)",
    "a zone is a city zone when its largest municipality has at least this many inhabitants",
)
CITY_SHARE = parameter(
    "city_share",
    0.5,
    0.3,
    1.0,
    "share",
    "P25 (one municipality with more than half of the inhabitants)",
    "and when that municipality holds more than this share of the zone's inhabitants",
)


@dataclass(frozen=True, eq=False)
class Territory:
    """Who lives where: read-only arrays over M municipalities, Z zones, R regions and C regional care zones.

    A municipality lies in one zone, except where several zones share a group of municipalities (the four
    Antwerp city zones): `zone_share` then spreads its inhabitants over them in proportion to population.

    Parameters
    ----------
    name : str
        Built-in name, or the folder's name.
    municipality_names, municipality_codes, provinces : tuple of str
        Length M; codes are the national statistical (NIS) codes; `provinces` is the province of each.
    municipality_population : int array (M,)
        Inhabitants.
    municipality_ages : int array (M, 11)
        Inhabitants by age band (`AGE_BANDS`).
    municipality_poverty : float array (M,)
        Share of people below 60 % of the national median equivalised disposable income, 0-1.
    municipality_income, municipality_income_q1, municipality_income_q3 : float array (M,)
        Median and quartiles of equivalised disposable income, EUR a year.
    municipality_area_km2, municipality_lon, municipality_lat : float array (M,)
        Area, and centroid in WGS84 degrees.
    imputed : dict of str to bool array (M,)
        Per column of `INCOMPLETE`: where the value is the population-weighted mean of the zone (or, when
        the whole zone lacks it, of the province, then of the territory) instead of an observation.
    zone_share : float array (M, Z)
        Share of each municipality's inhabitants in each zone; rows sum to 1.
    zone_of_municipality : int array (M,)
        Zone with the largest share (the first one on a tie).
    region_of_municipality : int array (M,)
        Reference region.
    zone_names : tuple of str
        Length Z.
    zone_population : int array (Z,)
        Inhabitants, as in zones.csv.
    zone_ages : int array (Z, 11)
        Inhabitants by age band.
    zone_population_assumed : bool array (Z,)
        The zone's population is an assumed part of a group's.
    zone_poverty, zone_income : float array (Z,)
        Population-weighted mean over the zone's municipalities, 0-1 and EUR a year.
    zone_lon, zone_lat : float array (Z,)
        Centroid in degrees.
    zone_area_km2 : float array (Z,)
        Area, with a shared municipality's area spread by `zone_share`.
    zone_n_municipalities : int array (Z,)
        Municipalities with inhabitants in the zone.
    zone_largest_municipality : float array (Z,)
        Population share of the zone's largest municipality, 0-1.
    zone_is_city : bool array (Z,)
        See the parameters `city_population` and `city_share`.
    region_of_zone : int array (Z,)
        The zone's main reference region, as in zones.csv.
    region_names : tuple of str
        Length R.
    care_zone_of_region : int array (R,)
        Regional care zone of each reference region, as in regions.csv.
    care_zone_names : tuple of str
        Length C.
    """

    name: str
    municipality_names: tuple[str, ...]
    municipality_codes: tuple[str, ...]
    provinces: tuple[str, ...]
    municipality_population: Ints
    municipality_ages: Ints
    municipality_poverty: Floats
    municipality_income: Floats
    municipality_income_q1: Floats
    municipality_income_q3: Floats
    municipality_area_km2: Floats
    municipality_lon: Floats
    municipality_lat: Floats
    imputed: dict[str, Bools]
    zone_share: Floats
    zone_of_municipality: Ints
    region_of_municipality: Ints
    zone_names: tuple[str, ...]
    zone_population: Ints
    zone_ages: Ints
    zone_population_assumed: Bools
    zone_poverty: Floats
    zone_income: Floats
    zone_lon: Floats
    zone_lat: Floats
    zone_area_km2: Floats
    zone_n_municipalities: Ints
    zone_largest_municipality: Floats
    zone_is_city: Bools
    region_of_zone: Ints
    region_names: tuple[str, ...]
    care_zone_of_region: Ints
    care_zone_names: tuple[str, ...]

    def __post_init__(self) -> None:
        for value in [getattr(self, f.name) for f in fields(self)] + list(self.imputed.values()):
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def n_municipalities(self) -> int:
        """Number of municipalities (M)."""
        return len(self.municipality_names)

    @property
    def n_zones(self) -> int:
        """Number of primary care zones (Z)."""
        return len(self.zone_names)

    @property
    def n_regions(self) -> int:
        """Number of reference regions (R)."""
        return len(self.region_names)

    @property
    def population(self) -> int:
        """Inhabitants of all zones together."""
        return int(self.zone_population.sum())

    @property
    def residents(self) -> Floats:
        """Inhabitants of each municipality in each zone, float array (M, Z)."""
        spread: Floats = self.zone_share * self.municipality_population[:, None]
        return spread


def load_territory(
    name_or_folder: str = "flanders",
    *,
    city_population: float = CITY_POPULATION.default,
    city_share: float = CITY_SHARE.default,
) -> Territory:
    """Load a built-in territory by name, or a user's from a folder.

    Parameters
    ----------
    name_or_folder : str, default "flanders"
        ``flanders`` (59 zones, 300 municipalities), ``small`` (8 zones), or the path of a folder that holds
        `zones.csv` and `municipalities.csv`, and optionally `regions.csv`, in the format of the built-in
        ones (see `data/README.md` in this package). Write ``./flanders`` for a folder of that name.
        ``flanders@50000`` is Flanders in zones of about 50 000 people (see `cas_model.territory.regroup`).
    city_population : float
        Parameter `city_population`, persons.
    city_share : float
        Parameter `city_share`, 0-1.

    Returns
    -------
    Territory

    Raises
    ------
    UsageError
        The name is unknown, the folder or a file is missing, or a cell cannot be used; the message names
        file, row, column, value, what is allowed and the fix.

    Examples
    --------
    >>> load_territory("small").n_zones
    8
    """
    if is_built_in(name_or_folder):
        return _read_built_in(name_or_folder, city_population, city_share)
    folder = Path(name_or_folder)
    if folder.is_dir():
        return read_territory(folder, folder.resolve().name, city_population, city_share)
    names = f"{', '.join(BUILT_IN)}, one of them regrouped (flanders@50000)"
    options = f"{names}, or a folder with zones.csv and municipalities.csv"
    match = nearest(name_or_folder.lower(), BUILT_IN) or nearest(folder.name.lower(), BUILT_IN)
    if folder.is_file():
        fix, problem = f"give its folder: `{folder.parent}`", f"`{name_or_folder}` is a file, not a folder"
    else:
        problem = f"there is no territory or folder `{name_or_folder}`"
        fix = f"did you mean `{match}`?" if match else "check the path"
    raise UsageError(problem, where="territory", allowed=options, fix=fix)


def is_built_in(name: str) -> bool:
    """Whether a territory comes with the package, as it is or in zones of another size."""
    base, at, size = name.partition("@")
    return base in BUILT_IN and (not at or size.isdigit())


@lru_cache(maxsize=8)
def _read_built_in(name: str, city_population: float, city_share: float) -> Territory:
    # Read-only and compared by identity, so that many worlds of a process can share one.
    base, _, size = name.partition("@")
    territory = read_territory(DATA / base, base, city_population, city_share)
    if not size:
        return territory
    from cas_model.territory.regroup import regroup

    return regroup(territory, int(size))


def read_territory(folder: Path, name: str, city_population: float, city_share: float) -> Territory:
    """Read and check the two (or three) CSV files of a folder; see `load_territory`."""
    zones = read_table(folder / "zones.csv", ZONE_COLUMNS)
    towns = read_table(folder / "municipalities.csv", MUNICIPALITY_COLUMNS)
    zone_names = zones.names("zone")
    region_names, care_zone_names, care_zone_of_region = read_regions(folder, zones)
    region_file = "regions.csv" if (folder / "regions.csv").exists() else "zones.csv"
    region_of_zone = zones.codes("reference_region", region_names, "reference region", region_file)
    towns.names("nis")
    region_of_town = towns.codes("reference_region", region_names, "reference region", region_file)
    town_population, town_ages = read_population(towns)
    zone_population, zone_ages = read_population(zones)
    share = zone_share(zones, towns, zone_population)
    check_zone_population(zones, share.T @ town_population, zone_population)
    check_zone_regions(zones, share, region_of_town, region_of_zone)
    zone_of_town = share.argmax(axis=1)
    facts, imputed = read_incomplete(towns, zone_of_town, town_population)
    residents = share * town_population[:, None]
    weight = residents / residents.sum(axis=0)
    largest = weight.max(axis=0)
    is_city = (largest > city_share) & (town_population[weight.argmax(axis=0)] >= city_population)
    town_lon, town_lat = read_coordinates(towns)
    zone_lon, zone_lat = read_coordinates(zones)
    check_extent([(zones, zone_lon, zone_lat), (towns, town_lon, town_lat)])
    return Territory(
        name=name,
        municipality_names=towns.names("municipality"),
        municipality_codes=towns.columns["nis"],
        provinces=towns.texts("province"),
        municipality_population=town_population,
        municipality_ages=town_ages,
        municipality_poverty=facts["poverty_risk_pct"] / 100.0,
        municipality_income=facts["median_income_eur"],
        municipality_income_q1=facts["income_q1_eur"],
        municipality_income_q3=facts["income_q3_eur"],
        municipality_area_km2=facts["area_km2"],
        municipality_lon=town_lon,
        municipality_lat=town_lat,
        imputed=imputed,
        zone_share=share,
        zone_of_municipality=zone_of_town,
        region_of_municipality=region_of_town,
        zone_names=zone_names,
        zone_population=zone_population,
        zone_ages=zone_ages,
        zone_population_assumed=read_assumed(zones),
        zone_poverty=weight.T @ (facts["poverty_risk_pct"] / 100.0),
        zone_income=weight.T @ facts["median_income_eur"],
        zone_lon=zone_lon,
        zone_lat=zone_lat,
        zone_area_km2=share.T @ facts["area_km2"],
        zone_n_municipalities=(share > 0).sum(axis=0),
        zone_largest_municipality=largest,
        zone_is_city=is_city,
        region_of_zone=region_of_zone,
        region_names=region_names,
        care_zone_of_region=care_zone_of_region,
        care_zone_names=care_zone_names,
    )
