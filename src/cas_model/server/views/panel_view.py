"""For whom, who pays, how mature, and why: the four pictures below the lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from cas_model.config.declarations import MECHANISMS
from cas_model.config.vocabulary import PAYERS
from cas_model.report.number_format import format_number, sentence_case
from cas_model.report.palette import payer_colour, payer_label, world_colour
from cas_model.server.live_world import LiveWorld
from cas_model.server.session import FIRST, SECOND, Session
from cas_model.server.views.shown import facts, nice_range, plain, tick_words
from cas_model.server.words.registries import in_arrows

PANELS = ("whom", "pays", "maturity", "why")
MOST_REASONS = 6
WHY_MONTHS = 12
"""Months before and after the last change whose activations are compared."""


def panel_view(session: Session, panel: str) -> dict[str, Any]:
    """Return what one of `PANELS` shows."""
    if panel == "pays":
        return _payers(session)
    if panel == "maturity":
        return _maturity(session)
    if panel == "why":
        return why(session)
    return _curves(session)


def _curves(session: Session) -> dict[str, Any]:
    """Return the concentration curves of today's people, one chart per measure."""
    charts: dict[str, list[dict[str, Any]]] = {}
    for index, (name, world) in enumerate(session.worlds.items()):
        for measure, curve in world.model.equity_curve_frame().groupby("measure", sort=False):
            charts.setdefault(str(measure), []).append(
                {
                    "world": name,
                    "colour": world_colour(index),
                    "x": plain(curve["people_share"], 3),
                    "y": plain(curve["amount_share"], 3),
                    "index": format_number(float(curve["index"].iloc[0]), 2, signed=True),
                }
            )
    return {"charts": [{"title": sentence_case(m), "lines": lines} for m, lines in charts.items()]}


def _payers(session: Session) -> dict[str, Any]:
    """Return last year's spending by payer per world, EUR per person a year."""
    bars: list[dict[str, Any]] = []
    for index, (name, world) in enumerate(session.worlds.items()):
        amounts = [float(world.series(f"spending_{p}")[-1]) for p in PAYERS]
        bars.append(
            {
                "world": name,
                "colour": world_colour(index),
                "total": format_number(float(np.sum(amounts)), 0),
                "parts": [
                    {
                        "payer": payer_label(p),
                        "colour": payer_colour(p),
                        "value": plain([a])[0],
                        "text": format_number(a, 0),
                    }
                    for p, a in zip(PAYERS, amounts, strict=True)
                ],
            }
        )
    high = max(sum(part["value"] or 0.0 for part in bar["parts"]) for bar in bars)
    changes = []
    if session.comparing:
        for p in PAYERS:
            a, b = (float(w.series(f"spending_{p}")[-1]) for w in session.worlds.values())
            changes.append({"payer": payer_label(p), "text": format_number(b - a, 1, signed=True)})
    _, top, ticks = nice_range(0.0, high)
    return {"bars": bars, "high": top, "ticks": ticks, "words": tick_words(ticks), "changes": changes,
            "unit": facts("spending").unit}  # fmt: skip


def _maturity(session: Session) -> dict[str, Any]:
    """Return the median rating of each SCIROCCO dimension, with quartiles, beside the published one."""
    rows: list[dict[str, Any]] = []
    for index, (name, world) in enumerate(session.worlds.items()):
        for place, row in enumerate(world.model.scirocco_frame().to_dict("records")):
            if index == 0:
                said = sentence_case(str(row["dimension"]))
                rows.append({"dimension": said, "published": int(row["published_median"]), "worlds": []})
            rows[place]["worlds"].append(
                {
                    "world": name,
                    "colour": world_colour(index),
                    "median": plain([row["median"]])[0],
                    "low": plain([row["lower_quartile"]])[0],
                    "high": plain([row["upper_quartile"]])[0],
                }
            )
    return {"rows": rows, "highest": 5}


def why(session: Session) -> dict[str, Any]:
    """Return the mechanisms whose push moved most: between the worlds, or since the last change.

    Returns
    -------
    dict
        `about` (``worlds``, ``change`` or ``start``), `month` of the change, and `reasons`, each with name,
        title, claim, source, `how` (``new``, ``gone`` or ``times``), how many `times`, and `bar` (0-1).
    """
    a = session.worlds[FIRST]
    if session.comparing:
        b, since = session.worlds[SECOND], _last_change(session)
        part = slice(max(b.row(since), b.row(b.month) - WHY_MONTHS), b.row(b.month))
        before, after, about = _push(a, part), _push(b, part), "worlds"
    else:
        since = _last_change(session)
        turn, end = a.row(since), a.row(a.month)
        if end - turn < 1:
            turn = max(1, end - WHY_MONTHS)
        earlier = slice(max(0, turn - WHY_MONTHS), turn)
        later = slice(max(turn, end - WHY_MONTHS), end)
        before, after = _push(a, earlier), _push(a, later)
        about = "change" if a.changes else "start"
    larger = np.maximum(before, after)
    moved = np.divide(np.abs(after - before), larger, out=np.zeros_like(larger), where=larger > 0)
    order = [int(k) for k in np.argsort(-moved, kind="stable")[:MOST_REASONS] if moved[k] > 0]
    reasons = []
    for k in order:
        mechanism = MECHANISMS[a.mechanisms[k]]
        reasons.append(
            {
                "name": mechanism.name,
                "title": mechanism.title,
                "claim": in_arrows(mechanism.claim),
                "source": mechanism.source,
                "how": "new" if before[k] == 0 else "gone" if after[k] == 0 else "times",
                "times": _times(float(after[k] / before[k])) if before[k] > 0 else "",
                "bar": float(f"{moved[k]:.3f}"),
            }
        )
    return {"about": about, "month": since, "reasons": reasons}


def _push(world: LiveWorld, part: slice) -> np.ndarray:
    return _mean(world.push[part])


def _times(ratio: float) -> str:
    return format_number(ratio, 0 if ratio >= 10 else 1 if ratio >= 1.95 or ratio < 0.05 else 2)


def _mean(rows: np.ndarray) -> np.ndarray:
    return rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1], dtype=rows.dtype)


def _last_change(session: Session) -> int:
    months = [change.month for world in session.worlds.values() for change in world.changes]
    return max(months, default=0)
