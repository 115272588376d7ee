"""How people and professionals rate it: both emulated surveys beside what KCE published."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.report import surveys
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material
from cas_model.report.sections.section import Section, ShownTable


def _figures(material: Material) -> Iterator[PlannedFigure]:
    ratings, answers = material.table("scirocco"), material.table("pacic")
    if len(ratings):
        raters = round(float(ratings["n"].mean()))
        caption = (
            f"SCIROCCO, {raters} professionals drawn per seed at the end of each world; all seeds "
            "together. The published medians are those of the Belgian survey (KCE) and describe the "
            "status quo; a world with other rules need not match them."
        )
        draw = partial(surveys.draw_scirocco, ratings, material.worlds)
        yield PlannedFigure("rated_scirocco", "How professionals rate maturity", caption, draw)
    if len(answers) and (answers["n"] > 0).any():
        asked = round(float(answers.loc[answers["n"] > 0, "n"].mean()))
        caption = (
            f"PACIC, {asked} people with a long-term condition drawn per seed at the end of each world. "
            "Mark: mean of the seeds; line: lowest to highest seed. Grey: what was published for "
            "Belgium, where it is known (targets T3 to T8). PACIC asks nothing about cooperation between "
            "professionals."
        )
        draw = partial(surveys.draw_pacic, answers, material.worlds)
        yield PlannedFigure("rated_pacic", "How patients describe their care", caption, draw)


def _words(material: Material) -> tuple[str, ...]:
    if not len(material.table("scirocco")):
        return ()
    words = (
        "The model's people are asked what KCE asked real ones, with as many respondents and with the "
        "noise of real answers. A survey changes nothing in the world.",
    )
    answers = material.table("pacic")
    empty = len(answers) > 0 and not (answers["n"] > 0).any()
    return (*words, "Nobody qualified for PACIC: the world is too short or too small.") if empty else words


def _tables(material: Material) -> list[ShownTable]:
    targets = material.table("survey_targets")
    if not len(targets):
        return []
    caption = "What the surveys say beside the published ranges; ✓ within, ✗ outside. Means over seeds."
    columns = ("Asked", "Published", *(w.title for w in material.worlds))
    return [ShownTable(caption, columns, surveys.targets_met(targets, material.worlds))]


RATED = Section("rated", "How people and professionals rate it", _figures, _words, _tables)
