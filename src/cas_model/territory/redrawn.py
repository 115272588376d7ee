"""Another map of the same people: zones of about a chosen size, made of whole municipalities if possible.

Who lives where does not change, only which borders run around them, so that worlds on maps of different sizes
differ through the size of their zones. Large municipalities are divided, as Antwerp is in the observed map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cas_model.config.errors import UsageError
from cas_model.territory.reading import AGE_BANDS, Floats, Ints
from cas_model.territory.tables import Table

REDRAWN = "@"
"""`flanders@30000` is Flanders in zones of about 30 000 inhabitants."""
LEAST_INHABITANTS, MOST_INHABITANTS = 10_000, 400_000
DIVIDED = 1.5
"""A municipality of more than so many zones' inhabitants is divided (assumption)."""


def wanted_size(text: str, name: str) -> int:
    """Return the inhabitants per zone that a territory's name asks for, checked."""
    if not text.isdigit() or not LEAST_INHABITANTS <= int(text) <= MOST_INHABITANTS:
        raise UsageError(
            f"zones of `{text}` inhabitants are asked", where=f"territory {name}",
            allowed=f"{LEAST_INHABITANTS} to {MOST_INHABITANTS}", fix="write for example flanders@30000",
        )  # fmt: skip
    return int(text)


def bisect(x: Floats, y: Floats, weight: Floats, parts: int) -> list[Ints]:
    """Divide points into compact parts of about equal weight, by halving along the longer side.

    Parameters
    ----------
    x, y : float array (n,)
        Places, in units of one length.
    weight : float array (n,)
        Inhabitants.
    parts : int
        At most n.

    Returns
    -------
    list of int array
        Positions of the points of each part; none is empty.

    Examples
    --------
    >>> [part.tolist() for part in bisect(np.arange(4.0), np.zeros(4), np.ones(4), 2)]
    [[0, 1], [2, 3]]
    """
    if parts == 1:
        return [np.arange(x.size)]
    order = np.argsort(x if np.ptp(x) >= np.ptp(y) else y, kind="stable")
    first = parts // 2
    reached = np.cumsum(weight[order])
    cut = int(np.abs(reached - reached[-1] * first / parts).argmin()) + 1
    cut = min(max(cut, first), x.size - (parts - first))
    found = []
    for side, number in ((order[:cut], first), (order[cut:], parts - first)):
        found += [side[part] for part in bisect(x[side], y[side], weight[side], number)]
    return [np.sort(part) for part in found]


def redraw(towns: Table, size: int) -> tuple[Table, Table]:
    """Return tables of zones and municipalities in which zones have about `size` inhabitants.

    Zones stay within a reference region. A municipality of more than `DIVIDED` times the size is divided
    into equal zones; the others of a region are joined with their neighbours.

    Parameters
    ----------
    towns : Table
        Of municipalities, as read.
    size : int
        Inhabitants per zone.

    Returns
    -------
    (zones, municipalities) : tuple of Table
    """
    population = towns.counts("population", low=1)
    ages = np.stack([towns.counts(band, low=0) for band in AGE_BANDS], axis=1)
    lon, lat = (towns.numbers(key, -180, 180, "degrees") for key in ("lon", "lat"))
    region = towns.texts("reference_region")
    label = [""] * len(towns)
    rows: list[dict[str, str]] = []

    def add(name: str, group: str, members: Ints, at: tuple[float, float], who: Ints) -> None:
        rows.append(
            {
                "zone": name, "municipality_group": group, "reference_region": region[members[0]],
                "population": str(int(who.sum())), "population_split": "assumed" if group else "observed",
                "lon": f"{at[0]:.4f}", "lat": f"{at[1]:.4f}",
                **{band: str(int(n)) for band, n in zip(AGE_BANDS, who, strict=True)},
            }
        )  # fmt: skip

    for place in dict.fromkeys(region):
        here = np.array([i for i, name in enumerate(region) if name == place])
        large = here[population[here] > DIVIDED * size]
        for town in large:
            label[town] = f"{towns.columns['municipality'][town]} (divided)"
            parts = round(population[town] / size)
            edges = np.arange(parts + 1)[:, None] * ages[town] // parts
            area = np.sqrt(population[town]) / 1e5  # degrees; parts lie on a ring, on the map only
            for k in range(parts):
                angle = 2 * math.pi * k / parts
                at = (lon[town] + area * math.cos(angle), lat[town] + area * math.sin(angle))
                name = f"{towns.columns['municipality'][town]} {k + 1}"
                add(name, label[town], np.array([town]), at, edges[k + 1] - edges[k])
        small = np.setdiff1d(here, large)
        if not small.size:
            continue
        number = min(max(round(population[small].sum() / size), 1), small.size)
        flat = lon[small] * math.cos(math.radians(float(lat.mean())))
        for part in bisect(flat, lat[small], population[small].astype(float), number):
            members = small[part]
            name = towns.columns["municipality"][members[population[members].argmax()]]
            for town in members:
                label[town] = name
            weight = population[members] / population[members].sum()
            at = (float(weight @ lon[members]), float(weight @ lat[members]))
            add(name, "", members, at, ages[members].sum(axis=0))
    zones = Table(towns.path, tuple(range(2, len(rows) + 2)), _columns(rows))
    return zones, Table(towns.path, towns.lines, {**towns.columns, "zone": tuple(label)})


def _columns(rows: Sequence[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(row[key] for row in rows) for key in rows[0]}
