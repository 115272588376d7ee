"""Tables of an experiment's report: effects, reversals, loops and the cells themselves, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.report.experiment_words import (
    Row,
    Tables,
    in_number,
    in_unit,
    label_of,
    listing,
    quoted,
    swaps_between_conditions,
    swaps_between_outcomes,
)
from cas_model.report.number_format import MISSING, display_unit, format_number, sentence_case

MAX_ROWS = 24
"""Rows of a table in the page; the whole table is in its Parquet file."""


@dataclass
class Grid:
    """A table of the page: column heads, rows of text, and which columns are numbers."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    numbers: tuple[int, ...] = ()


def _interval(outcome: str, row: Row, low: str = "low", high: str = "high") -> str:
    if row[low] != row[low]:
        return MISSING
    return f"[{in_number(outcome, float(row[low]))},\u00a0{in_number(outcome, float(row[high]))}]"


SIGNS = (
    "✓ clearly better, ✗ clearly worse, ↑ ↓ clearly dearer or cheaper; no sign: unclear or too small to "
    "matter."
)


def _unit(outcome: str) -> str:
    unit = display_unit(OUTCOMES[outcome].unit)[0]
    return "points of %" if unit.startswith("%") else unit


def _is_money(outcome: str) -> bool:
    """Whether an outcome is dearer or cheaper, which is neither good nor bad by itself."""
    return OUTCOMES[outcome].unit.startswith("EUR")


def _in_words(row: Row) -> str:
    verdict = str(row["verdict"])
    if _is_money(str(row["outcome"])):
        return {"better": "cheaper", "worse": "dearer"}.get(verdict, verdict)
    return verdict


def _cell(row: Row) -> str:
    """Return an effect with half its interval and a sign when it is clear."""
    name = str(row["outcome"])
    money = _is_money(name)
    signs = {"better": "↓" if money else "✓", "worse": "↑" if money else "✗", "higher": "↑", "lower": "↓"}
    half = (float(row["high"]) - float(row["low"])) / 2
    number, around = (in_number(name, v, signed=s) for v, s in ((float(row["effect"]), True), (half, False)))
    return f"{signs.get(str(row['verdict']), '')} {number}\n± {around}".strip()


def _size(row: Row) -> float:
    return abs(float(row["effect"])) / max(OUTCOMES[str(row["outcome"])].smallest_that_matters, 1e-12)


def effect_grids(effects: pd.DataFrame, primary: Sequence[str]) -> list[Grid]:
    """Return one table of main effects per factor, and one of the clear interactions."""
    rows = effects[effects["outcome"].isin(primary)]
    grids = []
    main = rows[rows["kind"] == "main"]
    for factor, group in main.groupby("factor", observed=True, sort=False):
        levels = [str(level) for level in pd.unique(group["level"])]
        cells = {(str(r["outcome"]), str(r["level"])): r for r in group.to_dict("records")}
        body = [
            [
                f"{sentence_case(label_of(name))}, {_unit(name)}",
                *(_cell(cells[name, level]) for level in levels),
            ]
            for name in primary
        ]
        caption = (
            f"Main effects of {factor}: mean change against {quoted(str(group['reference'].iloc[0]))}, "
            "over all levels of "
            f"the other factors, ± half its 95 % interval over paired seeds. {SIGNS}"
        )
        grids.append(Grid(caption, ["Outcome", *levels], body, tuple(range(1, len(levels) + 1))))
    crossed = rows[rows["kind"] == "interaction"]
    clear = sorted(
        (r for r in crossed.to_dict("records") if r["verdict"] != "unclear"), key=_size, reverse=True
    )
    if len(crossed):
        body = [
            [sentence_case(label_of(str(r["outcome"]))), f"{r['level']} × {r['by_level']}",
             in_unit(str(r["outcome"]), r["effect"]), _interval(str(r["outcome"]), r), _in_words(r)]
            for r in clear[:MAX_ROWS]
        ]  # fmt: skip
        caption = (
            f"Two-way interactions that are clear: {len(clear)} of {len(crossed)}"
            + (f", the {MAX_ROWS} largest shown" if len(clear) > MAX_ROWS else "")
            + ". How much more (or less) the first level does when the second is in force, against the "
            "reference levels of both factors."
        )
        grids.append(Grid(caption, ["Outcome", "Levels", "Effect", "95 % interval", "Verdict"], body, (2, 3)))
    return grids


def reversal_grids(tables: Tables, n_conditions: int) -> list[Grid]:
    """Return a table of the pairs that swap between outcomes, and one of those between conditions."""
    outcomes = swaps_between_outcomes(tables["reversals"])
    conditions = swaps_between_conditions(tables["reversals"])
    grids = []
    if outcomes:
        body = [
            [
                s["a"],
                listing(s["a_on"]),
                s["b"],
                listing(s["b_on"]),
                f"{len(s['within'])} of {n_conditions}",
                s["seeds"],
            ]
            for s in outcomes
        ]
        heads = [
            "Option",
            "is clearly ahead on",
            "of option",
            "which is clearly ahead on",
            "Conditions",
            "Seeds",
        ]
        caption = (
            "Pairs that swap between outcomes. Conditions: in how many of them they swap. Seeds: in how "
            "many both sides "
            "show at once, for the surest two outcomes."
        )
        grids.append(Grid(caption, heads, body, (4, 5)))
    if conditions:
        body = [
            [
                sentence_case(s["outcome"]),
                s["a"],
                "; ".join(s["a_on"]),
                s["b"],
                "; ".join(s["b_on"]),
                s["seeds"],
            ]
            for s in conditions
        ]
        heads = [
            "Outcome",
            "Option",
            "is clearly ahead under",
            "of option",
            "which is clearly ahead under",
            "Seeds",
        ]
        grids.append(Grid("Pairs that swap between conditions.", heads, body, (5,)))
    return grids


def loop_grid(loops: pd.DataFrame) -> Grid:
    """Return what every route does to every outcome."""
    body = []
    for r in loops.to_dict("records"):
        name = str(r["outcome"])
        comes_back = r["returns"] != "stays on top"
        steep = f"{format_number(r['steepness'], 1)}× at {format_number(r['steepest_at'], 2)}"
        body.append(
            [
                sentence_case(label_of(name)), str(r["route"]),
                in_unit(name, r["at_top"]), _interval(name, r, "at_top_low", "at_top_high"),
                in_unit(name, r["gap"]) if comes_back else MISSING, _interval(name, r, "gap_low", "gap_high"),
                in_unit(name, r["left"]) if comes_back else MISSING, str(r["returns"]),
                steep if r["tips"] != "no response" else MISSING, str(r["tips"]),
            ]
        )  # fmt: skip
    heads = [
        "Outcome",
        "Route",
        "At the top",
        "95 %",
        "Loop",
        "95 %",
        "Left at the end",
        "Returns",
        "Steepest",
        "Tips",
    ]
    caption = (
        "Response: difference from the world of the same seed that never moved. Loop: mean distance of the "
        "way down from "
        "the way up. Steepest: times an even pace, and where."
    )
    return Grid(caption, heads, body, (2, 3, 4, 5, 6, 8))


def cell_grid(manifest: Mapping[str, Any]) -> Grid:
    """Return the cells with their levels and scenario hashes."""
    asked = manifest["experiment"]
    names = list(asked["factors"]) or ["route"]
    rows = [
        [*asked["cells"][s["name"]], str(len(s["differences"])), str(s["hash"])]
        for s in manifest["scenarios"]
    ]
    caption = "The cells. Settings: how many differ from the first cell; manifest.json lists them all."
    return Grid(caption, [*names, "Settings", "Scenario hash"], rows, (len(names),))
