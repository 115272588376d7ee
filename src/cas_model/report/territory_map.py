"""The territory itself: zones by region, hospital networks with their catchments, and borders that misfit."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.patheffects import withStroke

from cas_model.report.maps import add_lines, draw_zones, joined, ranking_axes, ranking_height
from cas_model.report.palette import GRID, INK, OKABE_ITO, SEQUENTIAL, new_figure, styled
from cas_model.territory.cells import Cells, municipality_cells
from cas_model.territory.facts import Floats, Territory
from cas_model.territory.geography import HospitalNetworks, project_km, straddling_zones

REGION_FILLS = (
    "#f3c9c9", "#c9dcf0", "#d3e8c8", "#f2e2bd", "#dccfe8", "#c6e6e2",
    "#f5d3e4", "#e3dcd0", "#cfd3ee", "#e6ecc4", "#d9d9d9", "#f7d9bf",
)  # fmt: skip
"""Light fills: type and markers stay readable on them."""
OVERLAP_FILLS = ("#fafaf8", "#e0e0da", "#c8c8c0")
"""In one catchment, in two, in three or more."""


def colour_regions(territory: Territory, cells: Cells) -> list[str]:
    """Give each zone the fill of its main reference region; regions that touch get different fills.

    Parameters
    ----------
    territory : Territory
        Zones and regions.
    cells : Cells
        Which polygons meet.

    Returns
    -------
    list of str
        One colour per zone.
    """
    region_of_cell = territory.region_of_zone[cells.zone]
    corners = [frozenset(map(tuple, np.round(p, 3))) for p in cells.polygons]
    boxes = np.array([np.concatenate([p.min(axis=0), p.max(axis=0)]) for p in cells.polygons])
    touching: dict[int, set[int]] = {r: set() for r in range(territory.n_regions)}
    for i, box in enumerate(boxes):
        near = np.flatnonzero(
            (boxes[:, :2] <= box[2:] + 1e-3).all(axis=1) & (boxes[:, 2:] >= box[:2] - 1e-3).all(axis=1)
        )
        for j in near:
            a, b = int(region_of_cell[i]), int(region_of_cell[j])
            if a != b and corners[i] & corners[j]:
                touching[a].add(b)
                touching[b].add(a)
    fill: dict[int, int] = {}
    for region in range(territory.n_regions):
        taken = {fill[other] for other in touching[region] if other in fill}
        order = [(region + k) % len(REGION_FILLS) for k in range(len(REGION_FILLS))]
        fill[region] = next((c for c in order if c not in taken), region % len(REGION_FILLS))
    return [REGION_FILLS[fill[int(r)]] for r in territory.region_of_zone]


def catchment_outline(cells: Cells, members: Floats) -> list[Floats]:
    """Return the sides of cells that part a catchment from the rest.

    Parameters
    ----------
    cells : Cells
        P polygons.
    members : bool array (P,)
        Polygons inside the catchment.

    Returns
    -------
    list of float array (2, 2)
        Line segments in km.
    """
    sides: dict[frozenset[tuple[float, float]], Floats] = {}
    for index in np.flatnonzero(members):
        polygon = cells.polygons[index]
        for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            key = frozenset([tuple(np.round(start, 3)), tuple(np.round(end, 3))])
            # A side met twice lies inside the catchment.
            if sides.pop(key, None) is None:
                sides[key] = np.array([start, end])
    return list(sides.values())


def _name_regions(axes: Axes, territory: Territory, points: Floats) -> None:
    halo = [withStroke(linewidth=2.5, foreground="white", alpha=0.8)]
    for region, name in enumerate(territory.region_names):
        zones = territory.region_of_zone == region
        if not zones.any():
            continue
        x, y = np.average(points[zones], axis=0, weights=territory.zone_population[zones])
        shown = name.removeprefix("Regio ").replace("-", "-\n", 1).replace(" ", "\n", 1)
        axes.text(x, y, shown, ha="center", va="center", color=INK, path_effects=halo, linespacing=0.95)


def _networks(axes: Axes, territory: Territory, networks: HospitalNetworks, cells: Cells) -> None:
    seats = project_km(
        territory, territory.municipality_lon[networks.seats], territory.municipality_lat[networks.seats]
    )
    colours = [c for name, c in OKABE_ITO.items() if name not in ("yellow", "black")]
    shared = np.clip(networks.catchment[cells.municipality].sum(axis=1), 1, 3)
    fills = [OVERLAP_FILLS[int(n) - 1] for n in shared]
    for fill in OVERLAP_FILLS:
        shared_cells = [p for p, f in zip(cells.polygons, fills, strict=True) if f == fill]
        if shared_cells:
            axes.add_patch(
                PathPatch(joined(shared_cells, closed=True), facecolor=fill, edgecolor=fill, linewidth=0.4)
            )
    for network in range(networks.n_networks):
        inside = networks.catchment[cells.municipality, network]
        lines = catchment_outline(cells, inside)
        colour = colours[network % len(colours)]
        # Dashes differ where colours come round again.
        style = ("solid", (0, (4, 1.5)), (0, (1.2, 1.2)))[network // len(colours)]
        add_lines(axes, lines, color=colour, linewidth=1.5, linestyle=style, alpha=0.85)
        axes.plot(
            *seats[network],
            "s",
            color=colour,
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.8,
            zorder=5,
        )
    halo = [withStroke(linewidth=2.5, foreground="white", alpha=0.85)]
    for (x, y), name in zip(seats, networks.names, strict=True):
        axes.annotate(
            name,
            (x, y),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
            color=INK,
            path_effects=halo,
            zorder=6,
        )


@styled
def draw_territory(territory: Territory, networks: HospitalNetworks) -> Figure:
    """Draw a territory: zones by reference region, and hospital networks with overlapping catchments.

    Parameters
    ----------
    territory : Territory
        What `load_territory` returned.
    networks : HospitalNetworks
        What `place_networks` returned for it.

    Returns
    -------
    Figure
        Two maps one above the other.
    """
    cells = municipality_cells(territory)
    west, south, east, north = cells.bounds
    figure = new_figure(0.9 + 2 * 7.0 * (north - south) / (east - west))
    top, bottom = figure.subplots(2, 1)
    draw_zones(top, cells, colour_regions(territory, cells))
    points = project_km(territory, territory.zone_lon, territory.zone_lat)
    _name_regions(top, territory, points)
    straddling = straddling_zones(territory)
    top.plot(*points[straddling].T, "o", markersize=5, markerfacecolor="none", markeredgecolor=INK, zorder=4)
    top.set_title(
        f"{territory.n_zones} primary care zones in {territory.n_regions} reference regions; "
        f"○ {len(straddling)} zones straddle two regions"
    )
    draw_zones(bottom, cells, ["white"] * territory.n_zones, regions=False)
    _networks(bottom, territory, networks, cells)
    bottom.set_title(
        f"{networks.n_networks} hospital networks (model placement), outlines of their "
        f"{100 * networks.threshold:.0f} % "
        "catchments; grey: in two or more"
    )
    return figure


@styled
def draw_misfit(territory: Territory, networks: HospitalNetworks) -> Figure:
    """Draw how badly borders match per zone: a map above the ranking of all zones.

    Parameters
    ----------
    territory : Territory
        What `load_territory` returned.
    networks : HospitalNetworks
        What `place_networks` returned for it.

    Returns
    -------
    Figure
        Misfit in per cent; zones that straddle regions also show its two parts.
    """
    cells = municipality_cells(territory)
    misfit = 100 * networks.misfit
    heights = [3.2, ranking_height(territory.n_zones)]
    figure = new_figure(0.3 + sum(heights))
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=heights).flat
    top = upper.subplots()
    norm = Normalize(0, float(max(misfit.max(), 1.0)))
    draw_zones(top, cells, [tuple(c) for c in mpl.colormaps[SEQUENTIAL](norm(misfit))])
    top.set_title("Misfit: work across organisations that crosses a border")
    bar = upper.colorbar(
        mpl.cm.ScalarMappable(norm, SEQUENTIAL),
        ax=top,
        orientation="horizontal",
        shrink=0.5,
        aspect=34,
        pad=0.01,
    )
    bar.outline.set_visible(False)
    bar.set_label("% of work across organisations")
    order = np.argsort(-misfit, kind="stable")
    # Elsewhere the hospital border is all there is, and its dot would hide under the total.
    parts_matter = networks.region_misfit[order] > 0
    series = (
        (
            np.where(parts_matter, 100 * networks.region_misfit[order], np.nan),
            "D",
            OKABE_ITO["orange"],
            "region border",
        ),
        (
            np.where(parts_matter, 100 * networks.hospital_misfit[order], np.nan),
            "^",
            OKABE_ITO["blue"],
            "hospital border",
        ),
        (misfit[order], "o", INK, "together"),
    )
    columns = ranking_axes(lower, territory.n_zones)
    for axes, ranks in columns:
        y = np.arange(ranks.stop - ranks.start)
        axes.hlines(y, 0, misfit[order][ranks], color=GRID, linewidth=1.6, zorder=1)
        for values, marker, colour, name in series:
            axes.plot(values[ranks], y, marker, color=colour, markersize=4.2, linestyle="none", label=name)
        axes.set_yticks(y, [territory.zone_names[z] for z in order[ranks]])
        axes.set_xlabel("% of work across organisations")
    columns[-1][0].legend(loc="lower right", framealpha=0.9, edgecolor="none", handletextpad=0.1)
    return figure
