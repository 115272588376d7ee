"""Under shock: what struck worlds lost against their calm twins, how they recovered, who bore it, where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from cas_model.experiments.resilience import shock_difference_sentences
from cas_model.outcomes.resilience import CONTROL_MONTHS, HELD_MONTHS, RECOVERED
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material, World
from cas_model.report.number_format import MISSING, format_interval, format_number
from cas_model.report.resilience import draw_triangle
from cas_model.report.sections.section import Section, ShownTable

MEASURES = {
    "robustness": ("Deepest point, % of normal function", 100.0, 1),
    "recovery_months": ("Recovered after, months", 1.0, 0),
    "loss": ("Function lost in 24 months, months of full function", 1.0, 2),
    "rapidity": ("Regained per month on the way back, % points", 100.0, 2),
    "adaptation": ("Third year after: function against the calm world, % points", 100.0, 2),
    "transformation": ("Third year after: function against the year before, % points", 100.0, 2),
    "everyday_slope": ("Function per % of professionals lost, % points", 100.0, 3),
}
"""Of `Resilience`: what a reader sees, factor to its unit, decimals."""
NEVER = "never within the horizon"
EXTREMES = 5
"""Zones shown at each end."""


def _struck(material: Material) -> list[World]:
    struck = set(material.table("resilience").get("world", pd.Series(dtype=str)).astype(str))
    return [world for world in material.worlds if world.name in struck]


def _figures(material: Material) -> Iterator[PlannedFigure]:
    worlds, path = _struck(material), material.table("resilience_path")
    if not worlds:
        return
    first = int(material.table("resilience")["first_month"].min())
    caption = (
        "Function, the share of needs served within the month, relative to that of the same world without "
        "shock. Line: mean over seeds; band: lowest to highest seed; grey: "
        f"what was lost in {CONTROL_MONTHS} months, as the table counts it."
    )
    draw = partial(draw_triangle, path, worlds, first)
    yield PlannedFigure("shock_triangle", "What the shock took, and how it came back", caption, draw)


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
    changes = material.table("resilience_differences")
    rows = []
    for name, (label, factor, decimals) in MEASURES.items():
        row = [label]
        for world in worlds:
            values = table.loc[table["world"].astype(str) == world.name, name]
            mean = format_number(factor * float(values.mean()), decimals) if values.notna().any() else MISSING
            row.append(_recovery(values) if name == "recovery_months" else mean)
        for world in worlds[1:]:
            row.append(_change(changes, world.name, name, factor, decimals, material.n_replicates))
        rows.append(row)
    for q, fifth in enumerate(("poorest", "second", "third", "fourth", "richest"), start=1):
        means = table.groupby(table["world"].astype(str))[f"loss_q{q}"].mean()
        lost = [format_number(float(means[w.name]), 2) for w in worlds]
        label = f"Function lost in 24 months, months: {fifth} fifth"
        rows.append([label, *lost, *[""] * (len(worlds) - 1)])
    columns = ["Measure", *(w.title for w in worlds)]
    several = len(worlds) > 2
    columns += [f"Difference{' of ' + w.title if several else ''} [95 % interval]" for w in worlds[1:]]
    caption = (
        f"Mean over {material.n_replicates} seeds, each world against its twin without shock. A recovery is "
        f"{HELD_MONTHS} months in a row at {100 * RECOVERED:.0f} % of normal function or more; 0: it never "
        "fell below."
    )
    return ShownTable(caption, tuple(columns), rows, frozenset(range(1, len(columns))))


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


def _zones(material: Material) -> list[ShownTable]:
    table, worlds = material.table("resilience_zones"), _struck(material)
    if not len(table):
        return []
    losses = table.pivot_table(
        values="loss", index="unit_id", columns="world", aggfunc="mean", observed=True
    ).reindex(columns=[w.name for w in worlds])
    ranked = losses.sort_values(worlds[0].name, ascending=False)
    shown = [("Lost most", ranked.head(EXTREMES)), ("Lost least", ranked.tail(EXTREMES))]
    rows: list[list[str]] = []
    for heading, part in shown:
        rows.append([heading])
        rows += [[str(zone), *(format_number(float(x), 2) for x in row)] for zone, *row in part.itertuples()]
    caption = (
        "Function lost in 24 months, months of full function, by zone; mean over "
        f"{material.n_replicates} seeds. All zones are in resilience_zones.parquet."
    )
    columns = ("Zone", *(w.title for w in worlds))
    return [ShownTable(caption, columns, rows, frozenset(range(1, len(columns))))]


def _tables(material: Material) -> list[ShownTable]:
    return [_measures(material), *_zones(material)] if _struck(material) else []


def _words(material: Material) -> list[str]:
    titles = {world.name: f"“{world.title}”" for world in material.worlds}
    table = material.table("resilience_differences")
    if not len(table):
        return []
    named = table.assign(**{k: table[k].astype(str).map(titles) for k in ("world_a", "world_b")})
    return [f"{sentence}." for sentence in shock_difference_sentences(named)]


SHOCK = Section("shock", "Under shock", _figures, _words, _tables)
