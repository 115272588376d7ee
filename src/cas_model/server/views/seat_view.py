"""All that one browser shows, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cas_model.config.vocabulary import DISCIPLINES
from cas_model.report.number_format import format_number
from cas_model.server.lesson import lessons
from cas_model.server.session import FIRST, SECOND, label_of
from cas_model.server.views.catalogue import texts_in, values_in_force
from cas_model.server.views.lesson_view import lesson_view
from cas_model.server.views.lines_view import lines_view
from cas_model.server.views.map_view import map_view, outcomes_on_map
from cas_model.server.views.panel_view import panel_view
from cas_model.server.views.shown import calendar
from cas_model.server.views.zone_view import zone_view
from cas_model.server.words import words
from cas_model.server.words.registries import in_language

if TYPE_CHECKING:
    from cas_model.server.seat import Seat

MOST_DIFFERENCES = 3


def seat_view(seat: Seat) -> dict[str, Any]:
    """Return what a seat's browser shows now.

    Returns
    -------
    dict
        `frame`, `top`, `strip`, `levers`, `map`, `lines`, `panel`, `zone`, `lesson`, `share`, `problem`.
    """
    session = seat.session
    shown = outcomes_on_map(session)
    if shown and seat.outcome not in shown:  # none while a month is being taken
        seat.outcome = shown[0]
    view = {
        "frame": seat.frame,
        "top": _top(seat),
        "strip": _strip(seat),
        "levers": _levers(seat),
        "map": {**map_view(session, seat.outcome), "outcomes": shown, "frame": seat.frame},
        "lines": lines_view(session, seat.lines),
        "panel": {"name": seat.panel, **seat.panel_view(lambda: panel_view(session, seat.panel))},
        "zone": None if seat.zone is None else zone_view(session, seat.zone, seat.acting),
        "lesson": None if seat.lesson is None else lesson_view(seat),
        "share": {
            **seat.sharing,
            "lecturer": seat.lecturer,
            "locked": seat.room.locked,
            "seats": len(seat.room),
        },
        "problem": seat.problem,
    }
    return {**in_language(view, texts_in(seat.language)), "words": words(seat.language)}


def _top(seat: Seat) -> dict[str, Any]:
    said, month = words(seat.language), seat.session.month
    ended = seat.session.ended
    return {
        "scenarios": {name: world.source for name, world in seat.session.worlds.items()},
        "lesson": seat.lesson.lesson.name if seat.lesson else "",
        "lessons": [{"name": n, "title": one.told(seat.language).title} for n, one in lessons().items()],
        "playing": seat.playing,
        "speed": seat.speed,
        "month": month,
        "date": calendar(month, said["months"]),
        "year": f"{said['year']} {month // 12 + 1}",
        "ended": ended,
        "comparing": seat.session.comparing,
        "big": seat.big,
        "language": seat.language,
        "locked": seat.room.locked and not seat.lecturer,
    }


def _strip(seat: Seat) -> dict[str, Any]:
    session, said = seat.session, words(seat.language)["strip"]
    worlds = [{"name": n, "title": w.scenario.title} for n, w in session.worlds.items()]
    lines = [_tell(line) for line in session.differences()]
    if session.comparing and session.worlds[FIRST].source != session.worlds[SECOND].source:
        a, b = (session.worlds[n].scenario.title for n in (FIRST, SECOND))
        lines = [{"label": a, "title": b}, *lines]
    waiting = sorted({key for world in session.worlds.values() for key in world.waiting})
    return {
        "worlds": worlds,
        "lines": lines[:MOST_DIFFERENCES],
        "more": max(0, len(lines) - MOST_DIFFERENCES),
        "all": lines,
        "claim": said["claim"],
        "foot": f"{said['seed']} {session.seed} · "
        + said["scale"].format(n=format_number(session.persons_per_agent)),
        "waiting": [{"label": label_of(key)} for key in waiting],
    }


def _tell(line: str) -> dict[str, str]:
    """Return a line of `Scenario.differences` as the label of a setting and its two values."""
    key, _, values = line.partition(": ")
    return {"label": label_of(key), "values": values.replace("->", "→")}


def _levers(seat: Seat) -> dict[str, Any]:
    """Return where the controls stand in the world that the seat changes (A when it changes both)."""
    session = seat.session
    name = seat.acting if seat.acting in session.worlds else FIRST
    world = session.worlds[name]
    pending = session.on_reset[name]
    return {
        "acting": seat.acting,
        "worlds": list(session.worlds),
        "values": {**values_in_force(world.scenario, world.stated), **pending},
        "pending": list(pending),
        "mix": {d: world.scenario.funding.mix[d] for d in DISCIPLINES},
        "locked": seat.room.locked and not seat.lecturer,
        "ended": session.ended,
    }
