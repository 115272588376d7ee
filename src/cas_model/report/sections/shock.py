"""Under shock: what struck worlds lost against their calm twins, how they recovered, who bore it, where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from cas_model.outcomes.resilience import CONTROL_MONTHS, HELD_MONTHS, RECOVERED
from cas_model.report import maps
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material, OutcomeFacts, World
from cas_model.report.number_format import (
    MISSING,
    format_interval,
    format_number,
    month_in_words,
    sentence_case,
)
from cas_model.report.resilience import draw_triangle, shock_words
from cas_model.report.sections.section import Section, ShownTable
from cas_model.territory.cells import municipality_cells

MEASURES = {
    "robustness": ("Deepest point, % of normal function", 100.0, 1),
    "recovery_months": ("Recovered after, months", 1.0, 0),
    "loss": ("Function lost in 24 months, months of full function", 1.0, 2),
    "index": ("Function kept in 24 months, % of normal", 100.0, 1),
    "rapidity": ("Regained per month on the way back, % points", 100.0, 2),
    "adaptation": ("Third year after: function against the calm world, % points", 100.0, 2),
    "transformation": ("Third year after: function against the year before, % points", 100.0, 2),
    "everyday_sd": ("Unrest: minus the standard deviation of function, % points", 100.0, 2),
    "everyday_slope": ("Function per % of professionals lost, % points", 100.0, 3),
    "excess_displaced": ("More requests turned away by the own practice, % points", 100.0, 2),
    "excess_lost": ("More requests lost after search and waiting, % points", 100.0, 3),
    "burden_concentration": ("Who bore the loss: concentration, below 0 the poor", 1.0, 3),
}
"""What a reader sees of a strike, factor to its unit, decimals."""
FIFTHS = ("poorest", "second", "third", "fourth", "richest")
NEVER = "never within the horizon"
STRIKES_SHOWN = 3
LOSS = OutcomeFacts("loss", "Function lost, by zone", "resilience", "months of full function", -1, 0.05)


def _struck(material: Material) -> list[World]:
    struck = set(material.table("resilience").get("world", pd.Series(dtype=str)).astype(str))
    return [world for world in material.worlds if world.name in struck]


def _strikes(table: pd.DataFrame) -> list[tuple[str, int]]:
    """Return what struck any world, in order of time: label and first month."""
    pairs = table[["shock", "first_month"]].astype({"shock": str}).drop_duplicates()
    return sorted(((str(s), int(m)) for s, m in pairs.itertuples(index=False)), key=lambda pair: pair[1])


def _of_strike(table: pd.DataFrame, shock: str, month: int) -> pd.DataFrame:
    return table[(table["shock"].astype(str) == shock) & (table["first_month"] == month)]


def _figures(material: Material) -> Iterator[PlannedFigure]:
    worlds, path = _struck(material), material.table("resilience_path")
    if not worlds:
        return
    caption = (
        "Function, the share of needs served within the month, relative to that of the same world without "
        "shock. Line: mean over seeds; band: lowest to highest seed; shaded column: the shock itself; grey "
        f"area: what was lost in {CONTROL_MONTHS} months, as the table counts it."
    )
    draw = partial(draw_triangle, path, material.table("resilience"), worlds)
    yield PlannedFigure("shock_triangle", "What the shock took, and how it came back", caption, draw)
    yield from _zones(material, worlds)


def _zones(material: Material, worlds: list[World]) -> Iterator[PlannedFigure]:
    table, territory = material.table("resilience_zones"), material.territory
    if not len(table) or territory is None:
        return
    # The strike that took most is the one whose geography is worth a page.
    shock, month = max(_strikes(table), key=lambda s: float(_of_strike(table, *s)["loss"].mean()))
    losses = _of_strike(table, shock, month).pivot_table(
        values="loss", index="unit_id", columns="world", aggfunc="mean", observed=True
    )
    losses.columns = [str(name) for name in losses.columns]
    losses.index = [str(zone) for zone in losses.index]
    hit = [world for world in worlds if world.name in losses.columns]
    views = [hit] if len(hit) < 3 else [[hit[0], other] for other in hit[1:4]]
    for shown in views:
        rows = losses[[w.name for w in shown]].dropna()
        draw = partial(
            maps.draw_where, municipality_cells(territory), territory.zone_names, rows, LOSS, shown
        )
        caption = (
            f"Function lost in {CONTROL_MONTHS} months from the {shock} on, against the calm twin; mean over "
            f"{material.n_replicates} seeds. {maps.zone_ranking_text(rows, LOSS, shown)} Zones are drawn "
            "from municipality centroids, not from official borders; black lines separate reference regions."
        )
        name = "shock_zones" + (f"_{shown[-1].name}" if len(views) > 1 else "")
        yield PlannedFigure(name, "Where the shock was borne", caption, draw)


def _recovery(months: pd.Series) -> str:
    known = months.dropna()
    if known.empty:
        return NEVER
    text = format_number(float(known.mean()), 0)
    return (
        text if len(known) == len(months) else f"{text} in {len(known)} of {len(months)} seeds, else {NEVER}"
    )


def _measures(material: Material) -> ShownTable:
    table, worlds = material.table("resilience"), _struck(material)
    table = table.assign(world=table["world"].astype(str))
    found = _strikes(table)
    rows: list[list[str]] = []
    for shock, month in found[:STRIKES_SHOWN]:
        if len(found) > 1:
            rows.append([f"{sentence_case(shock)}, from {month_in_words(month)}"])
        rows += _rows_of_strike(material, _of_strike(table, shock, month), worlds)
    several = len(worlds) > 2
    columns = ["Measure", *(w.title for w in worlds)]
    columns += [f"Difference{' of ' + w.title if several else ''} [95 % interval]" for w in worlds[1:]]
    more = (
        f" Of {len(found)} shocks the first {STRIKES_SHOWN} are shown; the others are in resilience.parquet."
        if len(found) > STRIKES_SHOWN
        else ""
    )
    caption = (
        f"Mean over {material.n_replicates} seeds, each world against its twin without shock, from the shock "
        f"to the next one or the end. A recovery is {HELD_MONTHS} months in a row at {100 * RECOVERED:.0f} % "
        f"of normal function or more; 0: it never fell below.{more}"
    )
    return ShownTable(caption, tuple(columns), rows, frozenset(range(1, len(columns))))


def _rows_of_strike(material: Material, table: pd.DataFrame, worlds: list[World]) -> list[list[str]]:
    changes = material.table("resilience_differences")
    of_world = {world.name: table[table["world"] == world.name] for world in worlds}
    rows = []
    for name, (label, factor, decimals) in MEASURES.items():
        row = [label]
        for own in of_world.values():
            values = own[name]
            known = (
                format_number(factor * float(values.mean()), decimals) if values.notna().any() else MISSING
            )
            row.append(_recovery(values) if name == "recovery_months" and len(own) else known)
        for world in worlds[1:]:
            nth = of_world[world.name]["nth"]
            cell = MISSING
            if len(nth):
                same = changes["nth"] == nth.iloc[0]
                cell = _change(changes[same], world.name, name, factor, decimals, material.n_replicates)
            row.append(cell)
        rows.append(row)
    for q, fifth in enumerate(FIFTHS, start=1):
        lost = [format_number(float(own[f"loss_q{q}"].mean()), 2) for own in of_world.values()]
        label = f"Function lost in 24 months, months: {fifth} fifth"
        rows.append([label, *lost, *[""] * (len(worlds) - 1)])
    return rows


def _change(changes: pd.DataFrame, world: str, measure: str, factor: float, decimals: int, seeds: int) -> str:
    own = changes[(changes["world_b"].astype(str) == world) & (changes["measure"].astype(str) == measure)]
    if own.empty or not np.isfinite(own["difference"].iloc[0]):
        return MISSING
    row = own.iloc[0]
    change = format_number(factor * float(row["difference"]), decimals + 1, signed=True)
    low, high = (factor * float(row[key]) for key in ("low", "high"))
    both = int(row["n_replicates"])
    # Where a recovery never came there is nothing to subtract: the reader must know how many seeds are left.
    few = f" ({both} of {seeds} seeds)" if both < seeds else ""
    return f"{change} {format_interval(low, high, decimals + 1)}{few}"


def _tables(material: Material) -> list[ShownTable]:
    return [_measures(material)] if _struck(material) else []


def _words(material: Material) -> list[str]:
    return shock_words(material, *material.worlds[1:])


SHOCK = Section("shock", "Under shock", _figures, _words, _tables)
