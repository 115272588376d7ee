"""At what cost: spending by payer, what it costs more or less, outcomes of the budget."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.experiments.money import break_even_sentences
from cas_model.report import budget
from cas_model.report.figures import PlannedFigure, small_multiples
from cas_model.report.material import Material
from cas_model.report.sections.section import Section


def _figures(material: Material) -> Iterator[PlannedFigure]:
    ledger, persons = material.table("ledger"), material.persons
    if len(ledger):
        monthly = budget.spending_by_payer(ledger, persons)
        draw = partial(budget.draw_spending, monthly, material.worlds)
        caption = "Mean over seeds. Amounts beside the bars are those of the last year."
        yield PlannedFigure("cost_by_payer", "Spending by payer", caption, draw)
        for other in material.worlds[1:]:
            draw = partial(budget.draw_difference, monthly, material.worlds[0], other)
            caption = (
                f"“{other.title}” minus “{material.worlds[0].title}”, mean over seeds. Above zero: it "
                "costs more. "
                "An open circle marks the month from which earlier extra spending is paid back."
            )
            name = "cost_difference" + (f"_{other.name}" if len(material.worlds) > 2 else "")
            yield PlannedFigure(name, "What it costs more or less", caption, draw)
    yield from small_multiples(material, "cost", ("budget",))


def _words(material: Material) -> tuple[str, ...]:
    titles = {world.name: f"“{world.title}”" for world in material.worlds}
    table = material.table("break_even")
    said: list[str] = []
    if len(table):
        named = table.assign(**{k: table[k].astype(str).map(titles) for k in ("world_a", "world_b")})
        said = [f"{sentence}." for sentence in break_even_sentences(named)]
    return (
        *said,
        "Every euro that a payer spends is received by a provider or a council. Amounts are per inhabitant, "
        "so that zones and worlds compare.",
    )


COST = Section("cost", "At what cost", _figures, _words)
