"""The lines: outcomes of the whole territory over time, in one world or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cas_model.report.material import OutcomeFacts
from cas_model.report.number_format import format_number
from cas_model.report.palette import world_colour
from cas_model.server.session import FIRST, SECOND, Session, label_of
from cas_model.server.views.shown import (
    FIRST_MONTH,
    facts,
    nice_range,
    plain,
    tick_words,
    unit_on_axis,
)

BEFORE = 12
"""Months before the first policy month that lines show."""
CURRENT = "#222222"


def lines_view(session: Session, outcomes: Sequence[str]) -> dict[str, Any]:
    """Return charts of outcomes with their lines, and the markers they share.

    Returns
    -------
    dict
        `first` and `last` month of the axis, `years` (month of each January and its year), `charts` (with
        lines as values from `first` on), `markers`.
    """
    first = -min(BEFORE, session.worlds[FIRST].model.burn_in)
    return {
        "first": first,
        "last": session.horizon,
        "month": session.month,
        "years": _years(first, session.horizon),
        "charts": [_chart(session, outcome, first) for outcome in outcomes],
        "markers": [
            {"month": m.month, "labels": [label_of(k) for k in m.labels], "world": m.world, "shock": m.shock}
            for m in _told_once(session)
        ],
    }


def _chart(session: Session, outcome: str, first: int) -> dict[str, Any]:
    fact = facts(outcome)
    lines, everything = [], []
    for index, (name, world) in enumerate(session.worlds.items()):
        values = world.series(outcome)[world.row(first) :] * fact.factor
        everything.append(values)
        last = values[-1] if len(values) else float("nan")
        lines.append(
            {
                "world": name,
                "colour": world_colour(index),
                "values": plain(values),
                "text": format_number(float(last), fact.decimals),
            }
        )
    low, high, ticks = _range(np.concatenate(everything), fact)
    chart = {
        "outcome": outcome,
        "label": fact.label,
        "unit": unit_on_axis(outcome),
        "lines": lines,
        "low": low,
        "high": high,
        "ticks": ticks,
        "words": tick_words(ticks),
        "difference": "",
    }
    if session.comparing:
        gap = everything[1][-1] - everything[0][-1]
        chart["difference"] = format_number(float(gap), fact.decimals, signed=True)
    return chart


def _range(values: np.ndarray, fact: OutcomeFacts) -> tuple[float, float, list[float]]:
    """Return an axis that is no finer than a few of the smallest differences that matter."""
    known = values[np.isfinite(values)]
    if not known.size:
        return nice_range(0.0, 1.0)
    low, high = float(known.min()), float(known.max())
    lack = max(0.0, 4.0 * fact.smallest - (high - low))
    return nice_range(low - lack / 2, high + lack / 2, within=(fact.low, fact.high))


def _years(first: int, last: int) -> list[dict[str, int]]:
    start = FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1
    return [{"month": m, "year": (start + m) // 12} for m in range(first, last + 1) if (start + m) % 12 == 0]


def _told_once(session: Session) -> list[Any]:
    """Return the markers; what happened in both worlds is told once."""
    found: dict[tuple[int, tuple[str, ...]], Any] = {}
    for marker in session.markers():
        key = (marker.month, marker.labels)
        if key in found and found[key].world != marker.world:
            found[key] = replace(marker, world=f"{FIRST}{SECOND}")
        else:
            found.setdefault(key, marker)
    return list(found.values())
