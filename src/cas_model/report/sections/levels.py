"""By level: a few outcomes side by side for Flanders, places, regions, networks and groups of people."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pandas as pd

from cas_model.report.material import Material, OutcomeFacts
from cas_model.report.number_format import MISSING, format_number
from cas_model.report.sections.section import Section, ShownTable

SHOWN = ("coordinated_care_coverage", "patient_experience", "unmet_need", "spending")
"""Outcomes that fit on paper; every other one is in ``dashboard.parquet``."""

LEVELS = {
    "flanders": "Whole territory",
    "place": "Places",
    "region": "Regional care zones",
    "hospital_network": "Hospital networks",
    "group": "Groups of people",
}
"""Levels with few units, in order, with the heading a reader sees."""


def _tables(material: Material) -> list[ShownTable]:
    table = material.table("dashboard")
    if not len(table):
        return []
    known = {fact.name: fact for fact in material.facts}
    facts = [known[name] for name in SHOWN if name in known]
    columns = ("Unit", *(f"{fact.label}, {fact.unit}" for fact in facts))
    places = frozenset(range(1, len(columns)))
    return [
        ShownTable(_caption(material, world.title), columns, _rows(table, world.name, facts), places)
        for world in (material.worlds[1:] or material.worlds)
    ]


def _caption(material: Material, title: str) -> str:
    text = f"{title}: means of the last 12 months over {material.n_replicates} seed(s)"
    if len(material.worlds) > 1:
        text += (
            f"; in parentheses the difference from {material.worlds[0].title}, with * where its 95 % "
            "interval lies beyond what is too small to matter"
        )
    return (
        f"{text}. Empty: not measured of that unit. A person counts in one group of each kind; a zone counts "
        "for each hospital network by its share of hospital use. Zones and single providers are in "
        "dashboard.parquet."
    )


def _rows(table: pd.DataFrame, world: str, facts: list[OutcomeFacts]) -> list[list[str]]:
    own = table[table["world"].astype(str) == world].astype({"level": str, "unit_id": str, "outcome": str})
    cells = {
        (row["level"], row["unit_id"], row["outcome"]): row
        for row in own[own["level"].isin(LEVELS) & own["outcome"].isin(SHOWN)].to_dict("records")
    }
    units = dict.fromkeys((level, unit) for level, unit, _ in cells)
    order = list(LEVELS)
    rows: list[list[str]] = []
    for level, members in groupby(sorted(units, key=lambda u: order.index(u[0])), key=lambda u: u[0]):
        rows.append([LEVELS[level]])
        rows += [[unit, *(_cell(cells.get((level, unit, f.name)), f) for f in facts)] for _, unit in members]
    return rows


def _cell(row: dict[Any, Any] | None, fact: OutcomeFacts) -> str:
    if row is None:
        return ""
    value = format_number(fact.factor * float(str(row["mean"])), fact.decimals)
    change = fact.factor * float(str(row["difference"]))
    if value == MISSING or change != change:
        return value
    sure = "" if row["verdict"] == "unclear" else "*"
    return f"{value} ({format_number(change, fact.decimals, signed=True)}{sure})"


BY_LEVEL = Section("levels", "By level", tables=_tables)
