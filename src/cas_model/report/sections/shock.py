"""Under shock: what struck worlds lost against their calm twins, how they recovered, who bore it, where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from cas_model.outcomes.resilience import CONTROL_MONTHS, HELD_MONTHS, RECOVERED
from cas_model.report import maps
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material, OutcomeFacts, World
from cas_model.report.number_format import MINUS, MISSING, THIN, format_interval, format_number, sentence_case
from cas_model.report.resilience import draw_triangle
from cas_model.report.sections.section import Section, ShownTable
from cas_model.report.shock_words import (
    difference_sentences,
    recovery_words,
    span_words,
    stood_sentences,
    struck_without_twin,
    titles_in_prose,
    without_twin_words,
)
from cas_model.territory.cells import municipality_cells

HIGHER, LOWER, EVEN = "higher", "lower", "nearer 0"
REQUESTS = f"requests per 1{THIN}000 people"
CONCENTRATION = f"{MINUS}1 to +1"


@dataclass(frozen=True)
class Measure:
    """What a reader sees of one measure: its name in the table of resilience, label, unit and direction.

    `factor` turns the value into that unit.
    """

    name: str
    label: str
    unit: str
    better: str
    factor: float = 100.0
    decimals: int = 2


MEASURES = (
    Measure("robustness", "Function at its deepest (robustness)", "% of normal", HIGHER, decimals=1),
    Measure("recovery_months", "Time until function is back (recovery)", "months", LOWER, 1.0, 0),
    Measure("rapidity", "Regained a month, from the deepest to recovery", "% of normal", HIGHER),
    Measure("loss", "Function lost (resilience loss)", "months of full function", LOWER, 1.0),
    Measure("index", "Function kept, mean (resilience index)", "% of normal", HIGHER, decimals=1),
    Measure(
        "more_displaced", "Turned away by own practice, more than without shock", REQUESTS, LOWER, 1.0, 1
    ),
    Measure("more_lost", "Lost after search and waiting, more than without shock", REQUESTS, LOWER, 1.0, 1),
    Measure("adaptation", "Year after: function less that of the calm world", "% points", HIGHER),
    Measure("transformation", "Year after: function less that of the year before", "% points", HIGHER),
    Measure(
        "everyday_sd",
        "Spread of function over the months measured (standard deviation)",
        "% points",
        LOWER,
        -100.0,
    ),
    Measure(
        "everyday_slope", "Change of function per 1 % of professionals lost", "% points", HIGHER, decimals=3
    ),
    *(
        Measure(f"loss_q{q}", f"Function lost, {fifth} fifth", "months of full function", LOWER, 1.0)
        for q, fifth in enumerate(("poorest", "second", "third", "fourth", "richest"), start=1)
    ),
    Measure(
        "burden_concentration", "Concentration of the loss over socio-economic rank", CONCENTRATION, EVEN, 1.0
    ),
    Measure("burden_erreygers", "The same, corrected for bounds (Erreygers)", CONCENTRATION, EVEN, 1.0, 3),
)


def _names(table: pd.DataFrame) -> set[str]:
    return set(table.get("world", pd.Series(dtype=str)).astype(str))


def _struck(material: Material) -> list[World]:
    struck = _names(material.table("resilience"))
    return [world for world in material.worlds if world.name in struck]


def _figures(material: Material) -> Iterator[PlannedFigure]:
    worlds, table = _struck(material), material.table("resilience")
    if not worlds:
        return
    caption = (
        "Function, the share of needs served within the month, relative to that of the same world without "
        "shock. Line: mean over seeds; band: lowest to highest seed; light span: the shock lasts; grey area: "
        f"what the table counts as lost; dashed: {100 * RECOVERED:.0f}{THIN}% of normal function; dot: "
        f"recovery, the first of {HELD_MONTHS} months in a row above that once the deepest point is passed."
    )
    draw = partial(draw_triangle, material.table("resilience_path"), table, worlds)
    yield PlannedFigure("shock_triangle", "What the shock took, and how it came back", caption, draw)
    yield from _maps(material, worlds)


def _maps(material: Material, worlds: list[World]) -> Iterator[PlannedFigure]:
    """Plan the loss of every zone on maps with its ranking: one world alone, or each against the first."""
    table, territory = material.table("resilience_zones"), material.territory
    if territory is None or not len(table):
        return
    cells = municipality_cells(territory)
    # Windows of shocks do not overlap, so that the losses of a seed add up.
    each = table.groupby(["unit_id", "world", "replicate"], observed=True)["loss"].sum(min_count=1)
    losses = each.reset_index().pivot_table(
        values="loss", index="unit_id", columns="world", aggfunc="mean", observed=True
    )
    fact = OutcomeFacts("loss", "Function lost", "resilience", "months of full function", -1, 0.01)
    pairs = [[worlds[0], world] for world in worlds[1:4]] or [worlds]
    for shown in pairs:
        values = losses[[world.name for world in shown]].dropna()
        caption = (
            "Function lost, months of full function, each zone against itself without shock"
            f"{', all shocks added up' if len(set(table['first_month'])) > 1 else ''}; mean over "
            f"{material.n_replicates} seed{'' if material.n_replicates == 1 else 's'}. "
            f"{maps.zone_ranking_text(values, fact, shown[:1])} "
            f"{maps.zone_ranking_text(values, fact, shown) if len(shown) > 1 else ''} "
            f"{'Ranked by the first world' if len(shown) > 1 else 'Lines start at the mean of all zones'}. "
            "Zones are drawn from municipality centroids, not from official borders; black lines separate "
            "reference regions."
        )
        name = "shock_zones" + (f"_{shown[-1].name}" if len(pairs) > 1 else "")
        draw = partial(maps.draw_where, cells, territory.zone_names, values, fact, shown, by_value=True)
        yield PlannedFigure(name, "Where function was lost", caption, draw)


def _measures(material: Material) -> ShownTable:
    table, worlds = material.table("resilience"), _struck(material)
    changes = material.table("resilience_differences")
    events = dict.fromkeys(table.sort_values("first_month")["event"].astype(str))
    rows: list[list[str]] = []
    for event in events:
        met = table[table["event"].astype(str) == event]
        shock = {str(key): value for key, value in met.iloc[0].items()}
        rows.append(
            [f"{sentence_case(event)}, {span_words(shock)}; counted: {shock['control_months']} months"]
        )
        rows += [_row(measure, met, event, changes, worlds, material.n_replicates) for measure in MEASURES]
    columns = ["Measure", "Unit", "Better when", *(w.title for w in worlds)]
    several = len(worlds) > 2
    columns += [f"Difference{' of ' + w.title if several else ''} [95{THIN}% interval]" for w in worlds[1:]]
    caption = (
        f"Resilience: mean over {material.n_replicates} seed{'' if material.n_replicates == 1 else 's'}, "
        "each world against its twin without shock. Losses and requests are counted over "
        f"{CONTROL_MONTHS} months, or as long as a shock lasts when that is longer, but not beyond the start "
        f"of the next one. Recovery: the first of {HELD_MONTHS} months in a row at "
        f"{100 * RECOVERED:.0f}{THIN}% of normal function or more once the deepest point is passed; "
        "0: it never fell below. "
        "One month of full function lost is as if all needs of a month had gone unserved. Year after: that "
        "which follows the months counted. Concentration: below 0 when the poor bear more, above when the "
        "rich do. "
        f"{MISSING}: not to be known, as where hardly any professional is lost or the world ends too early."
    )
    return ShownTable(caption, tuple(columns), rows, frozenset(range(3, len(columns))))


def _row(
    measure: Measure, table: pd.DataFrame, event: str, changes: pd.DataFrame, worlds: list[World], seeds: int
) -> list[str]:
    row = [measure.label, measure.unit, measure.better]
    for world in worlds:
        own = table[table["world"].astype(str) == world.name]
        if measure.name == "recovery_months":
            row.append(_recovery(own))
        else:
            row.append(format_number(measure.factor * float(own[measure.name].mean()), measure.decimals))
    if len(worlds) > 1:
        changes = changes[changes["event"].astype(str) == event]
    return row + [_change(changes, world.name, measure, seeds) for world in worlds[1:]]


def _recovery(own: pd.DataFrame) -> str:
    months = own["recovery_months"]
    if months.notna().all():
        return format_number(float(months.mean()), 0)
    return recovery_words(months, int(own["until_month"].iloc[0]))


def _change(changes: pd.DataFrame, world: str, measure: Measure, seeds: int) -> str:
    named = changes["measure"].astype(str) == measure.name
    own = changes[named & (changes["world_b"].astype(str) == world)]
    if own.empty or not np.isfinite(own["difference"].iloc[0]):
        return MISSING
    row, decimals = own.iloc[0], measure.decimals + 1
    change = format_number(measure.factor * float(row["difference"]), decimals, signed=True)
    low, high = sorted(measure.factor * float(row[key]) for key in ("low", "high"))
    both = int(row["n_replicates"])
    # Where a recovery never came there is nothing to subtract: the reader must know how many seeds are left.
    few = f" ({both} of {seeds} seeds)" if both < seeds else ""
    return f"{change} {format_interval(low, high, decimals)}{few}"


def _tables(material: Material) -> list[ShownTable]:
    return [_measures(material)] if _struck(material) else []


def _words(material: Material) -> list[str]:
    named = titles_in_prose(material)
    words = stood_sentences(material.table("resilience"), named)
    words += difference_sentences(material.table("resilience_differences"), named)
    alone = struck_without_twin(material)
    return [*words, *([without_twin_words(alone)] if alone else [])]


SHOCK = Section("shock", "Under shock", _figures, _words, _tables)
