"""For whom: gradients from the poorest to the richest fifth, and equity over time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from cas_model.report import equity
from cas_model.report.figures import PlannedFigure, small_multiples
from cas_model.report.material import FINAL_MONTHS, Material, OutcomeFacts
from cas_model.report.number_format import sentence_case
from cas_model.report.sections.section import Section


def _figures(material: Material) -> Iterator[PlannedFigure]:
    groups = equity.gradients(material.facts)
    if groups:
        labels = {stem: _stem_label(stem, facts, material.facts) for stem, facts in groups.items()}
        draw = partial(equity.draw_gradients, material.final, groups, labels, material.worlds)
        caption = (
            f"Mean of the last {FINAL_MONTHS} months over all seeds, by fifth of socio-economic rank. "
            "Gap: poorest minus richest fifth."
        )
        yield PlannedFigure("whom_gradient", "From the poorest to the richest fifth", caption, draw)
    yield from small_multiples(material, "whom", ("equity",))


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


def _words(material: Material) -> tuple[str, ...]:
    return (
        "A concentration index below zero means that the problem (or the service) is concentrated among "
        "poorer people; above zero, among richer people.",
    )


WHOM = Section("whom", "For whom", _figures, _words)
