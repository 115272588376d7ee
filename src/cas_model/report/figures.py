"""Every figure of a report, in reading order, each with a title and a caption that stands on its own.

Figures are planned first and drawn later, one by one, so that several processes can share the drawing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from cas_model.config.declarations import Mechanism
from cas_model.report import budget, certainty, equity, maps, mechanisms, series
from cas_model.report.material import (
    FINAL_MONTHS,
    Material,
    OutcomeFacts,
    family_title,
    pairs_of,
)
from cas_model.report.number_format import format_number, sentence_case
from cas_model.report.palette import footer, save_figure
from cas_model.territory.cells import Cells, municipality_cells
from cas_model.territory.facts import Territory

MAX_PANELS = 8
"""Panels per figure of small multiples; a larger family continues in a second figure."""


@dataclass(frozen=True)
class PlannedFigure:
    """A figure to draw, with its place in the report: section key, file name, title and caption."""

    section: str
    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]


def save_planned(planned: PlannedFigure, footnote: tuple[str, list[int], str], folder: Path) -> Path:
    """Draw a planned figure, give it its footer and write it as SVG and PNG.

    Parameters
    ----------
    planned : PlannedFigure
        What to draw.
    footnote : tuple of (str, list of int, str)
        Claim level, seeds and scenario hash.
    folder : Path
        Where to.

    Returns
    -------
    Path
        The SVG.
    """
    figure = footer(planned.draw(), *footnote)
    return save_figure(figure, folder, planned.name)[0]


def _band(material: Material) -> str:
    n = material.n_replicates
    return f"Line: mean of {n} seeds; band: lowest to highest seed. " if n > 1 else ""


def _rows_of(material: Material, facts: list[OutcomeFacts]) -> pd.DataFrame:
    return material.flanders[material.flanders["outcome"].isin([f.name for f in facts])]


def _small_multiples(material: Material, section: str, families: tuple[str, ...]) -> Iterator[PlannedFigure]:
    for family in families:
        facts = material.of_family(family)
        n_parts = -(-len(facts) // MAX_PANELS)
        for part in range(n_parts):
            # Parts of about equal size read better than a full figure and a stray panel.
            chosen = facts[part * len(facts) // n_parts : (part + 1) * len(facts) // n_parts]
            caption = (
                f"{_band(material)}Grey: run-in under the status quo. Each axis spans at least "
                f"{series.FLAT_RANGE:.0f} times the smallest difference that matters, so that noise "
                "looks small."
            )
            draw = partial(
                series.draw_series,
                _rows_of(material, chosen),
                chosen,
                material.worlds,
                material.events,
                material.months,
            )
            name = f"{section}_{family}" + (f"_{part + 1}" if part else "")
            title = f"{family_title(family)} over time" + (" (continued)" if part else "")
            yield PlannedFigure(section, name, title, caption, draw)


def _where(material: Material, territory: Territory) -> Iterator[PlannedFigure]:
    cells: Cells = municipality_cells(territory)
    worlds = material.worlds
    if len(worlds) <= 2:
        views = [(fact, worlds) for fact in material.mapped_outcomes(2)]
    else:
        views = [(fact, [worlds[0], w]) for fact in material.mapped_outcomes(1) for w in worlds[1:4]]
    for fact, shown in views:
        table = material.zones_of(fact.name)[[w.name for w in shown]].dropna()
        draw = partial(maps.draw_where, cells, territory.zone_names, table, fact, shown)
        caption = (
            f"The outcome of its family whose zones {'change' if len(worlds) > 1 else 'differ'} most, "
            "measured by the "
            f"smallest difference that matters. Mean of the last {FINAL_MONTHS} months and of all seeds. "
            f"{maps.zone_ranking_text(table, fact, shown)} "
            f"{'' if len(worlds) > 1 else 'Lines start at the mean of all zones. '}"
            "Zones are drawn from municipality centroids, not from official borders; black lines separate "
            "reference regions."
        )
        name = f"where_{fact.name}" + (f"_{shown[-1].name}" if len(worlds) > 2 else "")
        yield PlannedFigure("where", name, f"{fact.label}, by zone", caption, draw)


def _equity(material: Material) -> Iterator[PlannedFigure]:
    groups = equity.gradients(material.facts)
    if groups:
        labels = {stem: _stem_label(stem, facts, material.facts) for stem, facts in groups.items()}
        draw = partial(equity.draw_gradients, material.final, groups, labels, material.worlds)
        caption = (
            f"Mean of the last {FINAL_MONTHS} months over all seeds, by fifth of socio-economic rank. "
            "Gap: poorest minus richest fifth."
        )
        yield PlannedFigure("whom", "whom_gradient", "From the poorest to the richest fifth", caption, draw)
    yield from _small_multiples(material, "whom", ("equity",))


def _stem_label(stem: str, facts: list[OutcomeFacts], everything: list[OutcomeFacts]) -> str:
    whole = next((f.label for f in everything if f.name == stem), None)
    if whole:
        return whole
    # The quintile labels share a beginning; what follows it names the fifth.
    common = facts[0].label
    while common and not all(f.label.startswith(common) for f in facts):
        common = common[:-1]
    common = re.sub(r"[ ,:(-]*(fifth|quintile|Q)?[ ,:(-]*$", "", common)
    return common or sentence_case(stem.replace("_", " "))


def _cost(material: Material, ledger: pd.DataFrame, persons: float) -> Iterator[PlannedFigure]:
    if len(ledger):
        monthly = budget.spending_by_payer(ledger, persons)
        draw = partial(budget.draw_spending, monthly, material.worlds)
        caption = "Mean over seeds. Amounts beside the bars are those of the last year."
        yield PlannedFigure("cost", "cost_by_payer", "Spending by payer", caption, draw)
        for other in material.worlds[1:]:
            draw = partial(budget.draw_difference, monthly, material.worlds[0], other)
            caption = (
                f"“{other.title}” minus “{material.worlds[0].title}”, mean over seeds. Above zero: it "
                "costs more. "
                "An open circle marks the month from which earlier extra spending is paid back."
            )
            name = "cost_difference" + (f"_{other.name}" if len(material.worlds) > 2 else "")
            yield PlannedFigure("cost", name, "What it costs more or less", caption, draw)
    yield from _small_multiples(material, "cost", ("budget",))


def _why(
    material: Material, activation: pd.DataFrame, declarations: Mapping[str, Mechanism] | None
) -> Iterator[PlannedFigure]:
    if not len(activation):
        return
    table = mechanisms.activation_table(activation, material.worlds, declarations)
    draw = partial(mechanisms.draw_mechanisms, table, material.worlds)
    if len(material.worlds) > 1:
        caption = (
            "Activation: share of agents on which the mechanism acted times the mean size of its push, "
            "mean over all "
            f"months after the rule change and over seeds. The {min(len(table), mechanisms.SHOWN)} "
            "mechanisms that "
            "differ most, of "
        )
        caption += f"{len(table)}. A mechanism at work is not yet a cause: switch it off to test that."
        title = "Mechanisms whose activation differs most"
    else:
        caption = "Mean share of agents on which the mechanism acted, all months after the run-in."
        title = "Mechanisms that act most often"
    yield PlannedFigure("why", "why_mechanisms", title, caption, draw)


def _sure(material: Material) -> Iterator[PlannedFigure]:
    if material.comparison is None:
        return
    index = {w.name: w.index for w in material.worlds}
    title = {w.name: w.title for w in material.worlds}
    for a, b in pairs_of(material.comparison):
        rows = material.comparison
        rows = rows[(rows["world_a"] == a) & (rows["world_b"] == b)]
        rows = certainty.without_quintiles(rows)
        if not len(certainty.standardise(rows)):
            continue
        draw = partial(certainty.draw_certainty, rows, index.get(b, 1))
        narrowing = certainty.median_narrowing(rows)
        caption = (
            f"“{title.get(b, b)}” against “{title.get(a, a)}”. Thick: 95 % interval with paired seeds; "
            "thin grey: without "
            "pairing. Shaded: differences too small to matter. Diamonds: outcomes that are neither good "
            "nor bad in "
            f"themselves (right means more). Pairing makes intervals {format_number(narrowing, 1)} times "
            "narrower "
            "(median)."
        )
        name = "sure_differences" + (f"_{b}" if len(material.worlds) > 2 else "")
        yield PlannedFigure("sure", name, "Every difference on one scale", caption, draw)


def plan_figures(
    material: Material,
    activation: pd.DataFrame,
    ledger: pd.DataFrame,
    territory: Territory | None,
    declarations: Mapping[str, Mechanism] | None = None,
) -> Iterator[PlannedFigure]:
    """Yield every figure that the data allow, in reading order.

    Parameters
    ----------
    material : Material
        Outcomes, comparison and manifest.
    activation : DataFrame
        Columns world, replicate, month, mechanism, share, size; may be empty.
    ledger : DataFrame
        Columns world, replicate, month, payer, recipient, method, eur; may be empty.
    territory : Territory or None
        Shapes for the maps; None leaves the maps out.
    declarations : mapping, optional
        Titles and claims of mechanisms; the registry when left out.

    Yields
    ------
    PlannedFigure
        Sections ``time``, ``where``, ``whom``, ``cost``, ``why`` and ``sure``.
    """
    yield from _small_multiples(
        material, "time", ("integration", "resilience", "regional_governance", "quintuple_aim", "other")
    )
    if territory is not None:
        yield from _where(material, territory)
    yield from _equity(material)
    yield from _cost(material, ledger, persons_in(material.manifest))
    yield from _why(material, activation, declarations)
    yield from _sure(material)


def persons_in(manifest: Mapping[str, Any]) -> float:
    """Return the inhabitants that a run's patients stand for."""
    return float(manifest["n_patients"]) * float(manifest.get("persons_per_agent", 1))
