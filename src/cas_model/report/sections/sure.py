"""How sure: every difference on one scale, and what would change the conclusion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.report import certainty
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material, pairs_of
from cas_model.report.number_format import format_number
from cas_model.report.sections.section import Section


def _figures(material: Material) -> Iterator[PlannedFigure]:
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
        yield PlannedFigure(name, "Every difference on one scale", caption, draw)


SURE = Section("sure", "How sure", _figures, body="sure.html.j2")
