"""One zone close by: its council, its providers and their ties, and its figures beside those of Flanders."""

from __future__ import annotations

from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import numpy as np

from cas_model.config.declarations import OUTCOMES
from cas_model.config.vocabulary import CLUSTERS, DISCIPLINES, TOPICS
from cas_model.model.agents import CareCouncil
from cas_model.report.network import LABELS, MOST_PROVIDERS, SECTOR_COLOURS
from cas_model.report.number_format import format_number
from cas_model.report.palette import world_colour
from cas_model.server.live_world import LiveWorld
from cas_model.server.session import FIRST, Session
from cas_model.server.views.shown import facts

DASHBOARD = (
    *("coordinated_care_coverage", "continuity_coc", "implementation_rate", "mean_trust"),
    *("unmet_need", "functionality", "gp_load", "vacancies", "workforce_wellbeing", "population_health"),
)
"""Outcomes of a zone's dashboard, those that the model has."""
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "star", "hexagon", "bar")
"""A shape per discipline."""
AGENDA_FROM = 0.05
"""Strength of an initiative from which it counts as running."""


def zone_view(session: Session, zone: int, world: str) -> dict[str, Any]:
    """Return a zone of one world; the dashboard tells all worlds.

    Parameters
    ----------
    zone : int
        Row of the zone.
    world : str
        ``A`` or ``B``: whose council and ties are shown.
    """
    name = world if world in session.worlds else FIRST
    live = session.worlds[name]
    land = session.territory
    return {
        "row": zone,
        "name": land.zone_names[zone],
        "region": land.region_names[int(land.region_of_zone[zone])],
        "people": format_number(float(land.zone_population[zone])),
        "poverty": format_number(100 * float(land.zone_poverty[zone]), 1),
        "world": name,
        "colour": world_colour(list(session.worlds).index(name)),
        "council": _council(live, zone),
        "providers": _providers(live, zone),
        "network": _network(live, zone),
        "dashboard": _dashboard(session, zone),
    }


def _council(live: LiveWorld, zone: int) -> dict[str, Any]:
    council = live.model.agents_by_type[CareCouncil][zone]
    seats = [council.local_authority_seats, council.health_seats, council.welfare_seats, council.people_seats]
    agenda = sorted(zip(TOPICS, council.initiative.tolist(), strict=True), key=lambda pair: -pair[1])
    return {
        "clusters": [
            {"label": cluster.replace("_", " "), "seats": int(n), "power": round(100 * share)}
            for cluster, n, share in zip(CLUSTERS, seats, council.influence.values(), strict=True)
        ],
        "figures": [
            {"key": "chair", "value": format_number(float(council.chair), 2), "share": float(council.chair)},
            {"key": "staff", "value": format_number(float(council.staff), 1), "share": None},
            {"key": "legitimacy", "value": format_number(float(council.legitimacy), 2),
             "share": float(council.legitimacy)},
            {"key": "execution", "value": format_number(float(council.execution), 2),
             "share": float(council.execution)},
            {"key": "fatigue", "value": format_number(float(council.fatigue), 2),
             "share": float(council.fatigue)},
        ],
        "agenda": [
            {"topic": topic.replace("_", " "), "strength": round(100 * strength)}
            for topic, strength in agenda
            if strength > AGENDA_FROM
        ],
    }  # fmt: skip


def _providers(live: LiveWorld, zone: int) -> list[dict[str, Any]]:
    provider = live.model.state.provider
    mine = provider.zone == zone
    found = []
    for d, discipline in enumerate(DISCIPLINES):
        rows = np.flatnonzero(mine & (provider.discipline == d))
        if rows.size:
            found.append(
                {
                    "discipline": LABELS[discipline],
                    "organisations": format_number(float(provider.represents[rows].sum())),
                    "heads": format_number(float(provider.heads[rows].sum())),
                    "load": format_number(100 * float(provider.load[rows].mean())),
                }
            )
    return found


def _network(live: LiveWorld, zone: int) -> dict[str, Any]:
    """Return who works with whom: providers on a ring by discipline, their ties, and how many lead elsewhere.

    A tie tells the mean trust of its ends, agreements broken since it began, and if one broke this month.
    """
    provider, tie = live.model.state.provider, live.model.state.tie
    slots = len(tie.partner) // len(provider.zone)
    mine = np.flatnonzero(provider.zone == zone)
    edges: dict[tuple[int, int], list[int]] = {}
    for row in mine.tolist():
        for slot in range(row * slots, (row + 1) * slots):
            partner = int(tie.partner[slot])
            if partner >= 0:
                pair = (min(row, partner), max(row, partner))
                edges.setdefault(pair, []).append(slot)
    ring = sorted(mine.tolist(), key=lambda n: (int(provider.discipline[n]), n))
    inside = set(ring)
    shown = {pair: ends for pair, ends in edges.items() if inside.issuperset(pair)}
    if len(ring) > MOST_PROVIDERS:
        return {"nodes": [], "ties": [], "elsewhere": 0, "mean_trust": "", "too_many": len(ring)}
    places = {n: (float(x), float(y)) for n, (x, y) in nx.circular_layout(ring).items()}
    trust = {pair: float(tie.trust[ends].mean()) for pair, ends in shown.items()}
    return {
        "nodes": [
            {
                "id": n,
                "x": round(places[n][0], 3),
                "y": round(places[n][1], 3),
                "discipline": LABELS[DISCIPLINES[int(provider.discipline[n])]],
                "shape": SHAPES[int(provider.discipline[n])],
                "colour": SECTOR_COLOURS["welfare" if provider.welfare[n] else "health"],
            }
            for n in ring
        ],
        "ties": [
            {
                "a": a,
                "b": b,
                "trust": round(trust[a, b], 2),
                "formal": bool(tie.formal[ends].any()),
                "breaches": int(tie.breaches[ends].sum()),
                "broken": bool((tie.event[ends] < 0).any()),
            }
            for (a, b), ends in shown.items()
        ],
        "elsewhere": len(edges) - len(shown),
        "mean_trust": format_number(float(np.mean(list(trust.values()))) if trust else float("nan"), 2),
        "too_many": 0,
    }


def _dashboard(session: Session, zone: int) -> list[dict[str, Any]]:
    rows = []
    for outcome in DASHBOARD:
        if outcome not in OUTCOMES:
            continue
        fact = facts(outcome)
        rows.append(
            {
                "outcome": outcome,
                "label": fact.label,
                "unit": fact.unit,
                "help": f"{fact.formula}. Source: {fact.source}.",
                "worlds": [
                    {
                        "world": name,
                        "colour": world_colour(index),
                        "here": format_number(
                            float(world.zone_values(outcome)[zone]) * fact.factor, fact.decimals
                        ),
                        "flanders": format_number(
                            float(world.series(outcome)[-1]) * fact.factor, fact.decimals
                        ),
                    }
                    for index, (name, world) in enumerate(session.worlds.items())
                ],
            }
        )
    return rows
