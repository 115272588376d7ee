"""The map's polygons: a tiling that looks like the territory and whose lines part what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from cas_model.territory.cells import Cells, municipality_cells
from cas_model.territory.facts import Territory, load_territory
from cas_model.territory.geography import project_km, straddling_zones

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@pytest.fixture(scope="module")
def flanders() -> Territory:
    return load_territory("flanders")


@pytest.fixture(scope="module")
def cells(flanders: Territory) -> Cells:
    return municipality_cells(flanders)


def area(polygon: Floats) -> float:
    x, y = polygon.T
    return float((x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def length(segments: Floats) -> float:
    return float(np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1).sum())


def polygons_at(cells: Cells, points: Floats) -> Ints:
    """Return the polygon of each point (n, 2), or -1; a convex polygon holds what lies left of all sides."""
    found = np.full(len(points), -1)
    for p, polygon in enumerate(cells.polygons):
        side = np.roll(polygon, -1, axis=0) - polygon
        to_point = points[:, None, :] - polygon
        left = side[:, 0] * to_point[..., 1] - side[:, 1] * to_point[..., 0] >= 0
        found[left.all(axis=1)] = p
    return found


def beside(cells: Cells, segments: Floats) -> tuple[Ints, Ints]:
    """Return the polygons 5 m to the left and right of the middle of each segment longer than 50 m."""
    along = segments[:, 1] - segments[:, 0]
    size = np.linalg.norm(along, axis=1)
    long = size > 0.05
    across = 0.005 * np.stack([-along[:, 1], along[:, 0]], axis=1)[long] / size[long, None]
    middle = segments[long].mean(axis=1)
    return polygons_at(cells, middle + across), polygons_at(cells, middle - across)


def test_area_is_that_of_flanders_and_polygons_are_simple(flanders: Territory, cells: Cells) -> None:
    areas = np.array([area(polygon) for polygon in cells.polygons])
    assert areas.min() > 0.1  # counter-clockwise, none degenerate
    assert areas.sum() == pytest.approx(flanders.municipality_area_km2.sum(), rel=0.05)
    by_zone = np.bincount(cells.zone, areas)
    assert np.corrcoef(by_zone, flanders.zone_area_km2)[0, 1] > 0.8
    west, south, east, north = cells.bounds
    assert 220 < east - west < 240
    assert 80 < north - south < 95


def test_every_zone_is_drawn_and_coloured_by_its_own_municipalities(
    flanders: Territory, cells: Cells
) -> None:
    assert set(cells.zone) == set(range(59))
    assert (flanders.zone_share[cells.municipality, cells.zone] > 0).all()
    z = flanders.zone_names.index("Brugge")
    assert len(cells.zone_polygons(z)) == 1


def test_places_lie_in_their_own_cell(flanders: Territory, cells: Cells) -> None:
    points = project_km(flanders, flanders.municipality_lon, flanders.municipality_lat)
    towns = [
        flanders.municipality_names.index(n) for n in ("Gent", "Oostende", "Maaseik", "Voeren", "Kraainem")
    ]
    np.testing.assert_array_equal(cells.municipality[polygons_at(cells, points[towns])], towns)


def test_the_four_antwerp_zones_lie_around_their_centroids(flanders: Territory, cells: Cells) -> None:
    points = project_km(flanders, flanders.zone_lon, flanders.zone_lat)
    zones = np.flatnonzero(flanders.zone_population_assumed)
    np.testing.assert_array_equal(cells.zone[polygons_at(cells, points[zones])], zones)


def test_brussels_the_sea_and_the_south_are_outside(flanders: Territory, cells: Cells) -> None:
    lon, lat = np.array([4.3525, 2.8, 4.6]), np.array([50.8467, 51.4, 50.6])
    assert (polygons_at(cells, project_km(flanders, lon, lat)) == -1).all()


def test_zone_borders_part_zones(cells: Cells) -> None:
    left, right = beside(cells, cells.zone_borders)
    assert (left >= 0).all()
    assert (right >= 0).all()
    assert (cells.zone[left] != cells.zone[right]).all()


def test_no_zone_changes_without_a_border(flanders: Territory, cells: Cells) -> None:
    """Walk west to east past Antwerp, where zones share municipalities, and through the rest of Flanders."""
    for x, y in ((np.arange(0, 25, 0.05), range(15, 36)), (np.arange(-110, 110, 0.2), range(-30, 40, 10))):
        walk = np.array([(i, j + 0.37) for j in y for i in x])
        found = polygons_at(cells, walk)
        inside = (found[1:] >= 0) & (found[:-1] >= 0) & (walk[1:, 1] == walk[:-1, 1])
        changes = np.flatnonzero(inside & (cells.zone[found[1:]] != cells.zone[found[:-1]]))
        assert len(changes) > 20
        start, end = cells.zone_borders[:, 0], cells.zone_borders[:, 1]
        for point in (walk[changes] + walk[changes + 1]) / 2:
            along = ((point - start) * (end - start)).sum(axis=1) / ((end - start) ** 2).sum(axis=1)
            foot = start + np.clip(along, 0, 1)[:, None] * (end - start)
            assert np.linalg.norm(foot - point, axis=1).min() <= (x[1] - x[0]) / 2


def test_region_borders_part_regions_and_cut_straddling_zones(flanders: Territory, cells: Cells) -> None:
    left, right = beside(cells, cells.region_borders)
    regions = flanders.region_of_municipality[cells.municipality]
    assert (regions[left] != regions[right]).all()
    cut = set(cells.zone[left][cells.zone[left] == cells.zone[right]])
    assert cut == set(straddling_zones(flanders))


def test_the_outline_parts_the_territory_from_the_rest(cells: Cells) -> None:
    left, right = beside(cells, cells.outline)
    assert len(left) > 300
    assert ((left == -1) != (right == -1)).all()


def test_lines_are_complete() -> None:
    small = municipality_cells(load_territory("small"))
    sides = sum(
        np.linalg.norm(polygon - np.roll(polygon, 1, axis=0), axis=1).sum() for polygon in small.polygons
    )
    assert sides == pytest.approx(2 * length(small.municipality_borders) + length(small.outline))


def test_one_place_or_places_on_a_line_still_make_a_map(flanders: Territory) -> None:
    small = load_territory("small")
    on_a_line = replace(small, municipality_lat=np.full(small.n_municipalities, 51.0))
    assert len(municipality_cells(on_a_line).polygons) == small.n_municipalities
    everywhere_the_same = replace(on_a_line, municipality_lon=np.full(small.n_municipalities, 3.0))
    drawn = municipality_cells(everywhere_the_same)
    assert len(drawn.polygons) == 1
    assert small.municipality_names[drawn.municipality[0]] == "Gent"
