"""What changed over time: small multiples of the families of outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from cas_model.report.figures import PlannedFigure, small_multiples
from cas_model.report.material import Material
from cas_model.report.sections.section import Section

FAMILIES = ("integration", "resilience", "regional_governance", "quintuple_aim", "other")


def _figures(material: Material) -> Iterator[PlannedFigure]:
    yield from small_multiples(material, "time", FAMILIES)


TIME = Section("time", "What changed over time", _figures)
