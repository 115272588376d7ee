"""The shapes of a territory as SVG paths, made once: zones, borders, regions, hospital catchments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from cas_model.config.declarations import PARAMETERS
from cas_model.report.territory_map import catchment_outline
from cas_model.territory.cells import Cells, municipality_cells
from cas_model.territory.facts import Floats, Territory
from cas_model.territory.geography import HospitalNetworks, place_networks, project_km

WIDTH = 1000.0
"""Width of the drawing in its own units."""
MARGIN = 6.0

_made: WeakKeyDictionary[Territory, dict[str, Any]] = WeakKeyDictionary()


def networks_of(territory: Territory) -> HospitalNetworks:
    """Return the hospital networks that a world of default parameters has."""
    value = {name: parameter.default for name, parameter in PARAMETERS.items()}
    return place_networks(
        territory,
        n_networks=value["n_hospital_networks"],
        threshold=value["hospital_catchment_share"],
        distance_exponent=value["hospital_distance_exponent"],
        town_exponent=value["hospital_town_exponent"],
    )


def shapes_of(territory: Territory) -> dict[str, Any]:
    """Return the drawing of a territory.

    Returns
    -------
    dict
        `width`, `height`; `zones` and `zone_outlines` (an SVG path each), `centres` (x, y of each);
        `zone_names`, `people`, `poverty` (0-1), `region_of_zone`; `municipality_borders`, `zone_borders`,
        `region_borders`, `outline`; `regions` and `networks`, each with name, x, y (networks with the `path`
        of their catchment); `towns` with name, x, y.
    """
    if territory not in _made:
        _made[territory] = _draw(territory)
    return _made[territory]


def _draw(territory: Territory) -> dict[str, Any]:
    cells, networks = municipality_cells(territory), networks_of(territory)
    west, south, east, north = cells.bounds
    scale = (WIDTH - 2 * MARGIN) / (east - west)

    def place(points: Floats) -> Floats:
        x, y = points[..., 0], points[..., 1]
        return np.stack([MARGIN + (x - west) * scale, MARGIN + (north - y) * scale], axis=-1)

    def lines(segments: Iterable[Floats]) -> str:
        return "".join(_path(place(s), closed=False) for s in segments)

    centres = place(project_km(territory, territory.zone_lon, territory.zone_lat))
    seats = place(
        project_km(
            territory, territory.municipality_lon[networks.seats], territory.municipality_lat[networks.seats]
        )
    )
    people = territory.zone_population
    return {
        "width": WIDTH,
        "height": round(2 * MARGIN + (north - south) * scale),
        "zones": [
            "".join(_path(place(p), closed=True) for p in cells.zone_polygons(z))
            for z in range(territory.n_zones)
        ],
        "zone_outlines": [lines(catchment_outline(cells, cells.zone == z)) for z in range(territory.n_zones)],
        "centres": [[round(float(x), 1), round(float(y), 1)] for x, y in centres],
        "zone_names": list(territory.zone_names),
        "people": [int(n) for n in people],
        "poverty": [round(float(p), 4) for p in territory.zone_poverty],
        "region_of_zone": [territory.region_names[int(r)] for r in territory.region_of_zone],
        "municipality_borders": lines(cells.municipality_borders),
        "zone_borders": lines(cells.zone_borders),
        "region_borders": lines(cells.region_borders),
        "outline": lines(cells.outline),
        "towns": _towns(territory, cells, place),
        "regions": _regions(territory, centres),
        "networks": [
            {
                "name": name,
                "x": round(float(x), 1),
                "y": round(float(y), 1),
                "path": lines(catchment_outline(cells, networks.catchment[cells.municipality, h])),
            }
            for h, (name, (x, y)) in enumerate(zip(networks.names, seats, strict=True))
        ],
    }


def _path(points: Floats, *, closed: bool) -> str:
    words = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f"M{words}" + ("Z" if closed else "")


def _towns(territory: Territory, cells: Cells, place: Any) -> list[dict[str, Any]]:
    """Return the municipalities that have a cell, the largest first, for names when zoomed in."""
    drawn = sorted(set(cells.municipality.tolist()), key=lambda m: -territory.municipality_population[m])
    points = place(project_km(territory, territory.municipality_lon, territory.municipality_lat))
    return [
        {
            "name": territory.municipality_names[m],
            "x": round(float(points[m][0]), 1),
            "y": round(float(points[m][1]), 1),
        }
        for m in drawn
    ]


def _regions(territory: Territory, centres: Floats) -> list[dict[str, Any]]:
    found = []
    for region, name in enumerate(territory.region_names):
        inside = territory.region_of_zone == region
        if inside.any():
            x, y = np.average(centres[inside], axis=0, weights=territory.zone_population[inside])
            shown = name.removeprefix("Regio ")
            found.append({"name": shown, "x": round(float(x), 1), "y": round(float(y), 1)})
    return found
