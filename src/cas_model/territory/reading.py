"""From checked tables to the arrays of a territory: totals agree, gaps are filled visibly, regions known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cas_model.config.errors import UsageError
from cas_model.territory.tables import Table, read_table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AGE_BANDS = (
    "pop_0_4",
    "pop_5_11",
    "pop_12_17",
    "pop_18_29",
    "pop_30_39",
    "pop_40_49",
    "pop_50_59",
    "pop_60_69",
    "pop_70_79",
    "pop_80_89",
    "pop_90_plus",
)

INCOMPLETE = ("poverty_risk_pct", "median_income_eur", "income_q1_eur", "income_q3_eur", "area_km2")
"""Municipality columns in which an empty cell is imputed and flagged."""

MUNICIPALITY_COLUMNS = (
    "nis",
    "municipality",
    "province",
    "zone",
    "reference_region",
    "population",
    *AGE_BANDS,
    *INCOMPLETE,
    "lon",
    "lat",
)
ZONE_COLUMNS = ("zone", "reference_region", "population", *AGE_BANDS, "lon", "lat")
REGION_COLUMNS = ("reference_region", "regional_care_zone")


SUM_TOLERANCE = 0.005
"""Relative slack when published totals are rounded (assumption); at least `SUM_SLACK` persons."""
SUM_SLACK = 10
MAX_EXTENT_DEGREES = 10.0
"""A point further than this from the median point is taken for a slip (swapped or mistyped)."""


def read_regions(folder: Path, zones: Table) -> tuple[tuple[str, ...], tuple[str, ...], Ints]:
    """Return region names, regional care zone names, and the care zone of each region."""
    path = folder / "regions.csv"
    if not path.exists():
        names = tuple(sorted(set(zones.texts("reference_region"))))
        return names, names, np.arange(len(names))
    table = read_table(path, REGION_COLUMNS)
    names = table.names("reference_region")
    care = tuple(dict.fromkeys(table.texts("regional_care_zone")))
    return names, care, table.codes("regional_care_zone", care, "regional care zone", path.name)


def read_population(table: Table) -> tuple[Ints, Ints]:
    """Return inhabitants (rows,) and inhabitants by age band (rows, 11), which must agree."""
    population = table.counts("population", low=1)
    ages = np.stack([table.counts(band, low=0) for band in AGE_BANDS], axis=1)
    excess = np.abs(ages.sum(axis=1) - population) - np.maximum(SUM_SLACK, SUM_TOLERANCE * population)
    wrong = np.flatnonzero(excess > 0)
    if wrong.size:
        row = int(wrong[0])
        raise UsageError(
            f"population is {population[row]} but the {len(AGE_BANDS)} age bands sum to {ages[row].sum()}",
            where=table.where(row, "population"),
            allowed=f"a difference of at most {SUM_TOLERANCE:.1%} or {SUM_SLACK} persons",
            fix=f"correct the bands, or set population to {ages[row].sum()}",
        )
    return population, ages


def zone_share(zones: Table, towns: Table, zone_population: Ints) -> Floats:
    """Return the share (M, Z) of each municipality's inhabitants in each zone."""
    zone_names = zones.columns["zone"]
    groups = zones.columns.get("municipality_group", ("",) * len(zones))
    for row, group in enumerate(groups):
        if group in zone_names:
            raise UsageError(
                f"the group `{group}` has the name of a zone",
                where=zones.where(row, "municipality_group"),
                fix="give the group another name, or leave the cell empty",
            )
    labels = [group or name for name, group in zip(zone_names, groups, strict=True)]
    units = tuple(dict.fromkeys(labels))
    unit_of_zone = np.array([units.index(label) for label in labels])
    unit_of_town = towns.codes("zone", units, "primary care zone", zones.path.name)
    for row, label in enumerate(labels):
        if not (unit_of_town == units.index(label)).any():
            raise UsageError(
                f"no municipality lies in `{label}`",
                where=zones.where(row, "zone"),
                allowed="at least one row of municipalities.csv per zone",
                fix="add its municipalities or remove the zone",
            )
    in_unit = unit_of_town[:, None] == unit_of_zone[None, :]
    weight = in_unit * zone_population[None, :].astype(float)
    share: Floats = weight / weight.sum(axis=1, keepdims=True)
    return share


def check_zone_population(zones: Table, counted: Floats, stated: Ints) -> None:
    """Refuse a zone whose stated inhabitants (Z,) differ from those counted over its municipalities."""
    excess = np.abs(counted - stated) - np.maximum(SUM_SLACK, SUM_TOLERANCE * stated)
    wrong = np.flatnonzero(excess > 0)
    if wrong.size:
        row = int(wrong[0])
        raise UsageError(
            f"population is {stated[row]} but its municipalities sum to {counted[row]:.0f}",
            where=zones.where(row, "population"),
            allowed=f"a difference of at most {SUM_TOLERANCE:.1%} or {SUM_SLACK} persons",
            fix=f"use {counted[row]:.0f}, or correct municipalities.csv",
        )


def check_zone_regions(zones: Table, share: Floats, region_of_town: Ints, region_of_zone: Ints) -> None:
    """Refuse a zone whose main reference region holds none of its municipalities."""
    for row, region in enumerate(region_of_zone):
        if not (region_of_town[share[:, row] > 0] == region).any():
            raise UsageError(
                f"no municipality of the zone lies in `{zones.columns['reference_region'][row]}`",
                where=zones.where(row, "reference_region"),
                allowed="the reference region of one of its municipalities",
                fix="correct the region here or in municipalities.csv",
            )


def read_incomplete(
    towns: Table, zone_of_town: Ints, population: Ints
) -> tuple[Mapping[str, Floats], dict[str, Bools]]:
    """Return the columns of `INCOMPLETE` without gaps, and which of their values were filled."""
    ranges = {"poverty_risk_pct": (0.0, 100.0, "%"), "area_km2": (0.01, 1e5, "km2")}
    _, province = np.unique(towns.columns["province"], return_inverse=True)
    everywhere = np.zeros(len(towns), dtype=np.int64)
    values, imputed = {}, {}
    for column in INCOMPLETE:
        low, high, unit = ranges.get(column, (0.0, 1e6, "EUR"))
        observed = towns.numbers(column, low, high, unit, missing=True)
        known = ~np.isnan(observed)
        if not known.any():
            raise UsageError(
                "every cell is empty",
                where=f"{towns.path}, column `{column}`",
                fix="fill in at least one value; the others are imputed from it",
            )
        filled = observed.copy()
        for place in (zone_of_town, province, everywhere):
            total = np.bincount(place, population * known)
            mean = np.bincount(place, np.where(known, observed, 0.0) * population) / np.maximum(total, 1)
            gap = np.isnan(filled) & (total[place] > 0)
            filled[gap] = mean[place[gap]]
        values[column], imputed[column] = filled, ~known
    return values, imputed


def read_assumed(zones: Table) -> Bools:
    """Return where the column `population_split`, when there is one, says `assumed`."""
    if "population_split" not in zones.columns:
        return np.zeros(len(zones), dtype=bool)
    kinds = ("observed", "assumed")
    assumed: Bools = (
        zones.codes("population_split", kinds, "kind of population", "`observed`, `assumed`") == 1
    )
    return assumed


def read_coordinates(table: Table) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes in WGS84 degrees."""
    return table.numbers("lon", -180, 180, "degrees east"), table.numbers("lat", -85, 85, "degrees north")


def check_extent(points: list[tuple[Table, Floats, Floats]]) -> None:
    """Refuse a point far from the others: longitude and latitude swapped, or a slip of the pen."""
    centre_lon = float(np.median(np.concatenate([lon for _, lon, _ in points])))
    centre_lat = float(np.median(np.concatenate([lat for _, _, lat in points])))
    for table, lon, lat in points:
        for column, values, centre in (("lon", lon, centre_lon), ("lat", lat, centre_lat)):
            far = np.flatnonzero(np.abs(values - centre) > MAX_EXTENT_DEGREES)
            if far.size:
                row = int(far[0])
                raise UsageError(
                    f"`{values[row]:g}` lies far from the other places (their median is {centre:.4g})",
                    where=table.where(row, column),
                    allowed=f"{centre - MAX_EXTENT_DEGREES:.4g} to {centre + MAX_EXTENT_DEGREES:.4g} degrees",
                    fix="check whether `lon` and `lat` are swapped",
                )
