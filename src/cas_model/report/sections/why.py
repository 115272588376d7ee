"""Why: the mechanisms whose activation differs most, with claim, grade and source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.report import mechanisms
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material
from cas_model.report.number_format import MISSING, THIN, format_number
from cas_model.report.sections.section import Section, ShownTable

CAPTION = (
    "What each mechanism claims, how well the claim is supported (a: by several sources or a survey, b: by "
    "several respondents in one source, c: once), and its source."
)


def _figures(material: Material) -> Iterator[PlannedFigure]:
    activation = material.table("activation")
    if not len(activation):
        return
    table = mechanisms.activation_table(activation, material.worlds, material.mechanisms)
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
    yield PlannedFigure("why_mechanisms", title, caption, draw)


def _tables(material: Material) -> list[ShownTable]:
    activation, worlds = material.table("activation"), material.worlds
    if not len(activation):
        return []
    several = len(worlds) > 1
    table = mechanisms.activation_table(activation, worlds, material.mechanisms).head(mechanisms.SHOWN)
    rows = []
    for row in table.to_dict("records"):
        shares = [
            format_number(100 * row[f"share_{w.name}"], 1) if f"share_{w.name}" in row else MISSING
            for w in worlds
        ]
        ratio = [_ratio(*(row.get(f"push_{w.name}", 0.0) for w in (worlds[0], worlds[-1])))]
        words = [f"{row['mechanism']} {row['title']}", row["claim"]]
        rows.append([*words, *shares, *(ratio if several else []), f"{row['grade']} · {row['source']}"])
    caption = CAPTION
    if several:
        caption += (
            " “Acts on”: share of agents in a month; “activation”: share times size of the push, "
            f"{worlds[-1].title} relative to {worlds[0].title}."
        )
    acts = tuple(f"{w.title}: acts on, %" for w in worlds)
    columns = ("Mechanism", "Claim", *acts, *(("Activation",) if several else ()), "Grade, source")
    return [ShownTable(caption, columns, rows, frozenset(range(2, len(columns) - 1)))]


def _ratio(first: float, last: float) -> str:
    if last <= 0:
        return MISSING
    return f"×{THIN}{format_number(last / first, 2)}" if first > 0 else "new"


WHY = Section("why", "Why", _figures, tables=_tables)
