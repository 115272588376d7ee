"""Shapes for maps without published polygons: Voronoi cells of municipality centroids, by zone.

The outline is not drawn but emerges: points are laid around the municipalities at twice the reach of the
outermost ones, and a cell ends halfway between a municipality and those points. A hole that is too wide to be
inhabited by the territory (Brussels) stays a hole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, QhullError, Voronoi, cKDTree

from cas_model.territory.facts import Floats, Ints, Territory
from cas_model.territory.geography import project_km

REACH = 0.8
"""How far a cell reaches beyond its centre at the rim, in radii of a disc of the municipality's area."""
GAP = 2.6
"""Three municipalities on a circle wider than this many of their radii have something else between them."""
GRAIN = 0.25
"""Spacing of the points around the territory, in median radii: the fineness of the outline."""
BAND = 6.0
"""Thickness of the band of points around the territory, in spacings, so that every cell is closed."""


@dataclass(frozen=True)
class Cells:
    """Convex polygons that tile a territory, and the lines between them; coordinates in km east and north.

    Parameters
    ----------
    polygons : tuple of float arrays (v, 2)
        P polygons with their corners in counter-clockwise order, not closed.
    municipality : int array (P,)
        Municipality of each polygon. Of municipalities with one and the same centroid (the published one of
        a later merger), only the most populous has a polygon, which stands for all of them.
    zone : int array (P,)
        Zone of each polygon. A municipality that several zones share is cut by the nearest zone centroid.
    municipality_borders, zone_borders, region_borders : float array (n, 2, 2)
        Line segments between two municipalities, zones and reference regions. Zone and region borders do not
        coincide where a zone straddles regions.
    outline : float array (n, 2, 2)
        Line segments between the territory and the rest of the world.
    """

    polygons: tuple[Floats, ...]
    municipality: Ints
    zone: Ints
    municipality_borders: Floats
    zone_borders: Floats
    region_borders: Floats
    outline: Floats

    def zone_polygons(self, zone: int) -> list[Floats]:
        """Return the polygons that together form a zone."""
        return [self.polygons[p] for p in np.flatnonzero(self.zone == zone)]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north end in km."""
        corners = np.concatenate(self.polygons)
        west, south = corners.min(axis=0)
        east, north = corners.max(axis=0)
        return float(west), float(south), float(east), float(north)


@dataclass(frozen=True)
class _Sites:
    """The points cells grow around: municipality centroids, and zone centroids in shared municipalities."""

    points: Floats
    radius: Floats
    municipality: Ints
    zone_options: tuple[Ints, ...]
    zone_points: Floats


def municipality_cells(territory: Territory) -> Cells:
    """Tile a territory with one cell per municipality.

    Parameters
    ----------
    territory : Territory
        Centroids, areas, zones and reference regions; at least one municipality.

    Returns
    -------
    Cells

    Notes
    -----
    Cells are the Voronoi diagram of the centroids, not municipal borders: right in place and neighbours,
    approximate in shape and area.
    """
    sites = _make_sites(territory)
    diagram = Voronoi(np.concatenate([sites.points, _surrounding_points(sites)]))
    polygons: list[Floats] = []
    municipality: list[int] = []
    zone: list[int] = []
    cuts: list[Floats] = []
    for site, centre in enumerate(sites.points):
        corners = diagram.vertices[diagram.regions[diagram.point_region[site]]]
        for z, piece in _cut_by_zone(sites, site, _counter_clockwise(corners, centre)):
            polygons.append(piece)
            municipality.append(int(sites.municipality[site]))
            zone.append(z)
            cuts.extend(_inner_cuts(sites, site, z, piece))
    lines = _borders(territory, sites, diagram)
    return Cells(
        polygons=tuple(polygons),
        municipality=np.array(municipality),
        zone=np.array(zone),
        municipality_borders=_segments(lines["municipality"]),
        zone_borders=_segments(lines["zone"] + cuts),
        region_borders=_segments(lines["region"]),
        outline=_segments(lines["outline"]),
    )


def _segments(lines: list[Floats]) -> Floats:
    return np.array(lines, dtype=float).reshape(-1, 2, 2)


def _make_sites(territory: Territory) -> _Sites:
    towns = project_km(territory, territory.municipality_lon, territory.municipality_lat)
    zones = project_km(territory, territory.zone_lon, territory.zone_lat)
    drawn, drawn_area = _drawn_municipalities(territory)
    shared = np.intersect1d(drawn, np.flatnonzero((territory.zone_share > 0).sum(axis=1) > 1))
    owner = [int(m) for m in drawn]
    points = list(towns[drawn])
    for z in np.flatnonzero((territory.zone_share[shared] > 0).any(axis=0)):
        sharing = shared[territory.zone_share[shared, z] > 0]
        distance = np.linalg.norm(towns[sharing] - zones[z], axis=1)
        # A centroid on top of another would leave two sites with one cell between them.
        if distance.min() > 1e-3:
            owner.append(int(sharing[distance.argmin()]))
            points.append(zones[z])
    municipality = np.array(owner)
    sites_per_municipality = np.bincount(municipality)
    area = drawn_area[municipality] / sites_per_municipality[municipality]
    options = tuple(np.flatnonzero(territory.zone_share[m] > 0) for m in municipality)
    return _Sites(np.array(points), np.sqrt(area / np.pi), municipality, options, zones)


def _drawn_municipalities(territory: Territory) -> tuple[Ints, Floats]:
    """Return the most populous municipality at each centroid, and the area (M,) it stands for."""
    places = np.stack([territory.municipality_lon, territory.municipality_lat], axis=1)
    _, place = np.unique(places, axis=0, return_inverse=True)
    by_population = np.argsort(-territory.municipality_population, kind="stable")
    _, first = np.unique(place[by_population], return_index=True)
    drawn: Ints = np.sort(by_population[first])
    area = np.bincount(place, territory.municipality_area_km2).astype(np.float64)
    return drawn, area[place]


def _surrounding_points(sites: _Sites) -> Floats:
    """Return points (n, 2) around the sites, outside twice their reach: halfway lies the outline."""
    spacing = GRAIN * float(np.median(sites.radius))
    rim, reach = _reach_along_edges(sites, spacing)
    margin = 2.0 * REACH * sites.radius.max() + (BAND + 1.0) * spacing
    west, south = sites.points.min(axis=0) - margin
    east, north = sites.points.max(axis=0) + margin
    x, y = np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing))
    x[1::2] += spacing / 2.0
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    distance, nearest = cKDTree(rim).query(grid)
    beyond = distance - 2.0 * reach[nearest]
    return grid[(beyond > 0) & (beyond < BAND * spacing)]


def _reach_along_edges(sites: _Sites, spacing: float) -> tuple[Floats, Floats]:
    """Return points on the lines between neighbouring sites, and how far the territory reaches from each.

    Neighbours are the edges of the Delaunay triangles that are not too wide (an alpha shape).
    """
    points, reach = [sites.points], [REACH * sites.radius]
    for a, b in _neighbour_edges(sites):
        steps = int(np.linalg.norm(sites.points[a] - sites.points[b]) / spacing) + 1
        along = np.linspace(0.0, 1.0, steps + 1)[1:-1]
        points.append(sites.points[a] + along[:, None] * (sites.points[b] - sites.points[a]))
        reach.append(REACH * (sites.radius[a] + along * (sites.radius[b] - sites.radius[a])))
    return np.concatenate(points), np.concatenate(reach)


def _neighbour_edges(sites: _Sites) -> list[tuple[int, int]]:
    try:
        triangles = Delaunay(sites.points).simplices
    except (QhullError, ValueError):
        return []  # fewer than three sites, or all on one line: no triangle to span
    a, b, c = (sites.points[triangles[:, k]] for k in range(3))
    sides = [np.linalg.norm(p - q, axis=1) for p, q in ((a, b), (b, c), (c, a))]
    doubled_area = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    circumradius = sides[0] * sides[1] * sides[2] / np.maximum(2.0 * doubled_area, 1e-12)
    kept = triangles[circumradius < GAP * sites.radius[triangles].mean(axis=1)]
    edges = np.concatenate([kept[:, [0, 1]], kept[:, [1, 2]], kept[:, [2, 0]]])
    return [(int(i), int(j)) for i, j in np.unique(np.sort(edges, axis=1), axis=0)]


def _counter_clockwise(corners: Floats, centre: Floats) -> Floats:
    angle = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    ordered: Floats = corners[np.argsort(angle)]
    return ordered


def _cut_by_zone(sites: _Sites, site: int, polygon: Floats) -> list[tuple[int, Floats]]:
    """Return (zone, polygon) for every zone that holds part of a site's cell."""
    options = sites.zone_options[site]
    pieces = []
    for z in options:
        piece = polygon
        for other in options:
            if other != z and len(piece):
                piece = _clip_to_nearer(piece, sites.zone_points[z], sites.zone_points[other])
        if len(piece) > 2 and _area(piece) > 1e-6:  # a corner touched is not a part
            pieces.append((int(z), piece))
    return pieces


def _area(polygon: Floats) -> float:
    x, y = polygon.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2.0)


def _clip_to_nearer(polygon: Floats, near: Floats, far: Floats) -> Floats:
    """Return the part of a convex polygon that lies closer to `near` than to `far` (Sutherland-Hodgman)."""
    signed = _signed_distance(polygon, near, far)
    corners = []
    for i, corner in enumerate(polygon):
        j = (i + 1) % len(polygon)
        if signed[i] <= 0:
            corners.append(corner)
        if signed[i] * signed[j] < 0:
            along = signed[i] / (signed[i] - signed[j])
            corners.append(corner + along * (polygon[j] - corner))
    return np.array(corners).reshape(-1, 2)


def _signed_distance(points: Floats, near: Floats, far: Floats) -> Floats:
    """Return the distance in km from the line halfway between two points; negative on the side of `near`."""
    across = far - near
    signed: Floats = (points - (near + far) / 2.0) @ across / np.linalg.norm(across)
    return signed


def _inner_cuts(sites: _Sites, site: int, z: int, piece: Floats) -> list[Floats]:
    """Return the sides of a piece that lie on the line to a later zone of the same shared municipality."""
    cuts = []
    for other in sites.zone_options[site]:
        if other <= z:
            continue
        on_line = np.abs(_signed_distance(piece, sites.zone_points[z], sites.zone_points[other])) < 1e-9
        for i in np.flatnonzero(on_line & np.roll(on_line, -1)):
            cuts.append(piece[[i, (i + 1) % len(piece)]])
    return cuts


def _borders(territory: Territory, sites: _Sites, diagram: Voronoi) -> dict[str, list[Floats]]:
    """Return the sides of cells, by the kind of unit they part."""
    lines: dict[str, list[Floats]] = {"municipality": [], "zone": [], "region": [], "outline": []}
    n_sites = len(sites.points)
    for (p, q), corners in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        low, high = min(p, q), max(p, q)
        if low >= n_sites:
            continue
        segment = diagram.vertices[corners]
        if high >= n_sites:
            lines["outline"].append(segment)
            continue
        here, there = sites.municipality[low], sites.municipality[high]
        if here == there:
            continue
        lines["municipality"].append(segment)
        if territory.region_of_municipality[here] != territory.region_of_municipality[there]:
            lines["region"].append(segment)
        # Zones share a group of municipalities whole: two sites have all their zones in common or none.
        if not np.intersect1d(sites.zone_options[low], sites.zone_options[high]).size:
            lines["zone"].append(segment)
    return lines
