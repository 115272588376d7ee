"""Five aims: each on its own, then together, whatever weights they are given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.outcomes.quintuple_aim import MOST_VALUE, REFERENCE_EUR
from cas_model.report import aims
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import FINAL_MONTHS, Material
from cas_model.report.number_format import format_number
from cas_model.report.sections.section import Section


def _figures(material: Material) -> Iterator[PlannedFigure]:
    values = aims.values_of_aims(material.table("outcomes"))
    if not len(values):
        return
    n = material.n_replicates
    spread = f"Dot: mean of {n} seeds; bar: lowest to highest seed. " if n > 1 else ""
    caption = (
        f"{spread}Mean of the last {FINAL_MONTHS} months, on one axis. Experience and health are means "
        "over people of a state from 0 to 1; value is the reference spending of "
        f"{format_number(REFERENCE_EUR)} EUR per person and year divided by what is spent, so that it can "
        f"pass 1 (at most {MOST_VALUE:g}); well-being of staff is 1 without strain; equity is 1 when "
        "neither health nor unmet need depends on income. Shaded: the five together."
    )
    draw = partial(aims.draw_aims, values, material.worlds)
    yield PlannedFigure("aims_values", "Five aims, and the five together", caption, draw)


def _words(material: Material) -> list[str]:
    table = material.table("aims")
    return aims.weighting_sentences(table, {w.name: w.title for w in material.worlds}) if len(table) else []


AIMS = Section("aims", "Five aims", _figures, _words)
