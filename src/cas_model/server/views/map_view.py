"""The map and its ranking: colours, legends and texts of the last month."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES
from cas_model.report.palette import world_colour
from cas_model.server.session import FIRST, SECOND, Session
from cas_model.server.views.shown import (
    facts,
    fills,
    gradient,
    nice_range,
    number,
    plain,
    tick_words,
    unit_on_axis,
)

Floats = NDArray[np.float64]
TAIL = 0.02
"""Part of the values at each end that may lie beyond a colour scale: one odd zone does not rule it."""
FEW_ZONES = 0.5


def outcomes_on_map(session: Session) -> list[str]:
    """Return the outcomes that most zones have in the last month run."""
    world = session.worlds[FIRST]
    known = np.isfinite(world.zones[:, world.row(session.month - 1)]).mean(axis=1)
    return [name for name, share in zip(OUTCOMES, known, strict=True) if share > FEW_ZONES]


def map_view(session: Session, outcome: str) -> dict[str, Any]:
    """Return the maps of one outcome: one world, or two and their difference.

    Returns
    -------
    dict
        `panels`: key, colour, `fills` and `texts` (a zone each) and `legend`; `ranking`: values of each world
        (or their difference) with the ends and ticks of its axis; `unit`.
    """
    fact = facts(outcome)
    now = {name: _values(session, name, outcome) for name in session.worlds}
    low, high, ticks = _scale(session, outcome, TAIL)
    panels: list[dict[str, Any]] = [
        {
            "key": name,
            "colour": world_colour(index),
            "fills": fills(values, low, high),
            "texts": [number(v, outcome) for v in values],
            "legend": _legend(ticks, unit_on_axis(outcome), gradient()),
        }
        for index, (name, values) in enumerate(now.items())
    ]
    shown = now[FIRST]
    if session.comparing:
        shown = now[SECOND] - now[FIRST]
        low, high, ticks = _difference_scale(session, outcome, TAIL)
        panels.append(
            {
                "key": "difference",
                "colour": "#222222",
                "fills": fills(shown, low, high, difference=True),
                "texts": [number(v, outcome, difference=True) for v in shown],
                "legend": _legend(ticks, unit_on_axis(outcome, difference=True), gradient(difference=True)),
            }
        )
    low, high, ticks = _ranking_axis(session, outcome)
    return {
        "outcome": outcome,
        "label": fact.label,
        "direction": fact.direction,
        "panels": panels,
        "ranking": {"values": plain(shown), "low": low, "high": high, "ticks": ticks,
                    "words": tick_words(ticks), "fills": panels[-1]["fills"],
                    "unit": panels[-1]["legend"]["unit"]},
    }  # fmt: skip


def _values(session: Session, world: str, outcome: str) -> Floats:
    return np.asarray(session.worlds[world].zone_values(outcome), dtype=float) * facts(outcome).factor


def _past(session: Session, world: str, outcome: str) -> Floats:
    """Return all zones in every policy month so far (at least the last of the run-in), display units."""
    live = session.worlds[world]
    first = live.row(min(0, live.month - 1))
    place = list(OUTCOMES).index(outcome)
    part = live.zones[place, first : live.row(live.month)]
    return np.asarray(part, dtype=float) * facts(outcome).factor


def _scale(session: Session, outcome: str, tail: float) -> tuple[float, float, list[float]]:
    """Return the ends of a scale: those of all months so far, so that colours keep their meaning."""
    everything = np.concatenate([_past(session, name, outcome).ravel() for name in session.worlds])
    everything = everything[np.isfinite(everything)]
    if not everything.size:
        return nice_range(0.0, 1.0)
    low, high = np.quantile(everything, [tail, 1.0 - tail])
    return nice_range(float(low), float(high), within=(facts(outcome).low, facts(outcome).high))


def _difference_scale(session: Session, outcome: str, tail: float) -> tuple[float, float, list[float]]:
    gap = _past(session, SECOND, outcome) - _past(session, FIRST, outcome)
    gap = np.abs(gap[np.isfinite(gap)])
    reach = float(np.quantile(gap, 1.0 - tail)) if gap.size else 0.0
    # A scale finer than what matters would paint noise in strong colours.
    return nice_range(0.0, max(reach, facts(outcome).smallest), centred=True)


def _ranking_axis(session: Session, outcome: str) -> tuple[float, float, list[float]]:
    """Return an axis that holds every zone in every month so far, and zero for differences."""
    if not session.comparing:
        return _scale(session, outcome, 0.0)
    gap = _past(session, SECOND, outcome) - _past(session, FIRST, outcome)
    gap = gap[np.isfinite(gap)]
    least = facts(outcome).smallest
    return nice_range(min(-least, *gap.tolist()), max(least, *gap.tolist()))


def _legend(ticks: list[float], unit: str, stops: list[str]) -> dict[str, Any]:
    return {"ticks": tick_words(ticks), "unit": unit, "stops": stops}
