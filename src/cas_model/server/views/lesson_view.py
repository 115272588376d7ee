"""A lesson as its student sees it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cas_model.report.palette import world_colour
from cas_model.server.session import FIRST, SECOND
from cas_model.server.views.catalogue import texts_in
from cas_model.server.views.lines_view import BEFORE
from cas_model.server.views.shown import calendar, facts, nice_range, number, plain, tick_words
from cas_model.server.words import words

if TYPE_CHECKING:
    from cas_model.server.seat import Seat

ROOM = 1.0
"""Free room above and below the start, in parts of its value, on the empty chart of a prediction."""


def lesson_view(seat: Seat) -> dict[str, Any]:
    """Return question, chart, prediction, comparison and explanation, as far as the student has come."""
    assert seat.lesson is not None
    run, said = seat.lesson, words(seat.language)
    lesson, fact = run.lesson, facts(run.lesson.outcome)
    told = lesson.told(seat.language)
    view: dict[str, Any] = {
        "name": lesson.name,
        "title": told.title,
        "stage": run.stage,
        "question": told.question,
        "difference": told.difference,
        "outcome": texts_in(seat.language).get(fact.label, fact.label),
        "unit": fact.unit,
        "help": fact.formula,
        "until": calendar(lesson.months, said["months"]),
        "chart": _chart(seat),
        "start": plain([run.start])[0],
        "step": 10.0**-fact.decimals,
        "curve": run.curve,
        "predicted": plain([run.predicted])[0],
    }
    if run.stage == "result":
        view |= {
            "verdict": _verdict(seat),
            "explanation": told.explanation,
            "source": lesson.source,
            "pooled": _pooled(seat),
        }
    return view


def _chart(seat: Seat) -> dict[str, Any]:
    """Return the chart: empty but for the past while predicting, with both worlds afterwards."""
    run = seat.lesson
    assert run is not None
    fact = facts(run.lesson.outcome)
    session = seat.session
    first = -min(BEFORE, session.worlds[FIRST].model.burn_in)
    lines: list[dict[str, Any]] = []
    for index, (name, world) in enumerate(session.worlds.items()):
        values = world.series(run.lesson.outcome)[world.row(first) :] * fact.factor
        lines.append({"world": name, "colour": world_colour(index), "values": plain(values)})
    known = [v for line in lines for v in line["values"] if v is not None]
    known += [v for _, v in run.curve] + [run.predicted] * math.isfinite(run.predicted)
    reach = max(abs(run.start) * ROOM, 5.0 * fact.smallest)
    low = max(run.start - reach, fact.low)
    low, high, ticks = nice_range(min([low, *known]), max([min(run.start + reach, fact.high), *known]))
    years = [
        {"month": m, "year": calendar(m, words(seat.language)["months"])[-4:]}
        for m in range(first, run.lesson.months + 1)
        if (m + 6) % 12 == 0
    ]
    return {
        "first": first,
        "last": run.lesson.months,
        "lines": lines if run.stage != "predict" else lines[:1],
        "low": low,
        "high": high,
        "ticks": ticks,
        "words": tick_words(ticks),
        "years": years,
    }


def _verdict(seat: Seat) -> dict[str, Any]:
    """Compare prediction and result in words."""
    run, said = seat.lesson, words(seat.language)["lesson"]
    assert run is not None
    outcome, fact = run.lesson.outcome, facts(run.lesson.outcome)
    a, b = run.ends
    text = said["said"].format(
        predicted=number(run.predicted, outcome), b=number(b, outcome), a=number(a, outcome),
        difference=number(b - a, outcome, difference=True),
    )  # fmt: skip
    rise, foreseen = b - run.start, run.predicted - run.start
    if abs(b - a) < fact.smallest:
        judged = said["nothing"].format(smallest=number(fact.smallest, outcome))
    elif abs(run.predicted - b) < abs(rise) / 4.0:
        judged = said["close"]
    else:
        judged = said["right"] if rise * foreseen > 0 else said["wrong"]
    also = []
    for name in run.lesson.also:
        gap = seat.session.worlds[SECOND].series(name)[-1] - seat.session.worlds[FIRST].series(name)[-1]
        text_of_gap = number(float(gap) * facts(name).factor, name, difference=True)
        also.append({"label": facts(name).label, "text": text_of_gap})
    return {"text": text, "judged": judged, "also": also}


def _pooled(seat: Seat) -> dict[str, Any]:
    """Return everybody's predictions of world B beside where A and B came to stand, for one figure."""
    run = seat.lesson
    assert run is not None
    rows = seat.room.pooled(run.lesson.name)
    a, b = run.ends
    values = [r["prediction"] for r in rows] + [a, b, run.start]
    low, high, ticks = nice_range(min(values), max(values))
    return {
        "rows": rows,
        "a": plain([a])[0],
        "b": plain([b])[0],
        "low": low,
        "high": high,
        "ticks": ticks,
        "words": tick_words(ticks),
        "unit": facts(run.lesson.outcome).unit,
        "n": len(rows),
    }
