"""Where: maps of the outcomes whose zones change most, each with its ranking."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.report import maps
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import FINAL_MONTHS, Material
from cas_model.report.sections.section import Section
from cas_model.territory.cells import Cells, municipality_cells


def _figures(material: Material) -> Iterator[PlannedFigure]:
    territory = material.territory
    if territory is None:
        return
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
        yield PlannedFigure(name, f"{fact.label}, by zone", caption, draw)


def _words(material: Material) -> tuple[str, ...]:
    shown = material.territory is not None and material.mapped_outcomes(1)
    return () if shown else ("No outcome was recorded per zone, or none differs between zones.",)


WHERE = Section("where", "Where", _figures, _words)
