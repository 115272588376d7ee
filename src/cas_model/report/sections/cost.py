"""At what cost: spending by payer, what it costs more or less and for what, outcomes of the budget."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from cas_model.report import budget
from cas_model.report.budget_words import break_even_sentences, payer_rows
from cas_model.report.figures import PlannedFigure, small_multiples
from cas_model.report.material import Material, World
from cas_model.report.number_format import format_number
from cas_model.report.sections.section import Section, ShownTable


def _figures(material: Material) -> Iterator[PlannedFigure]:
    ledger, persons = material.table("ledger"), material.persons
    if len(ledger):
        monthly = budget.spending_by_payer(ledger, persons)
        draw = partial(budget.draw_spending, monthly, material.worlds)
        caption = "Mean over seeds. Amounts beside the bars are those of the last year."
        yield PlannedFigure("cost_by_payer", "Spending by payer", caption, draw)
        for other in material.worlds[1:]:
            yield from _against(material, monthly, other)
    yield from small_multiples(material, "cost", ("budget",))


def _against(material: Material, monthly: pd.DataFrame, other: World) -> Iterator[PlannedFigure]:
    baseline, more = material.worlds[0], f"_{other.name}" if len(material.worlds) > 2 else ""
    tables = [_rows_of(material.table(name), other) for name in ("net_cost", "break_even", "spending")]
    if not all(map(len, tables)):
        return
    net_cost, break_even, spending = tables
    against = f"“{other.title}” minus “{baseline.title}”. Above zero: it costs more. "
    caption = (
        f"{against}Left: mean over seeds. Right: mean with its 95 % interval over seeds, and (broken line) "
        "the same with later euros discounted. An open circle on zero marks when a seed has paid back its "
        "earlier extra spending."
    )
    draw = partial(budget.draw_difference, monthly, net_cost, break_even, baseline, other)
    yield PlannedFigure(f"cost_difference{more}", "What it costs more or less", caption, draw)
    caption = (
        f"{against}Mean of all months since the rule change, by what is paid for: each bar begins where the "
        "one above ended. Thin lines: 95 % interval of that step over seeds. Investment and administration "
        "stand apart from payments for care."
    )
    draw = partial(budget.draw_waterfall, spending, baseline, other)
    yield PlannedFigure(f"cost_waterfall{more}", "What the difference is paid for", caption, draw)


def _rows_of(table: pd.DataFrame, other: World) -> pd.DataFrame:
    return table[table["world_b"].astype(str) == other.name] if len(table) else table


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


def _tables(material: Material) -> list[ShownTable]:
    shown = []
    for other in material.worlds[1:]:
        spending = _rows_of(material.table("spending"), other)
        if len(spending):
            columns, cells = payer_rows(spending)
            caption = (
                f"Who pays and who saves, “{other.title}” minus “{material.worlds[0].title}”: EUR per "
                f"inhabitant a year, mean of all months since the rule change{_shifted(material, other)}. "
                "Every other account is in spending.parquet."
            )
            shown.append(ShownTable(caption, columns, cells, frozenset(range(1, len(columns)))))
    return shown


def _shifted(material: Material, other: World) -> str:
    """Say how many tasks moved between the tiers' staff, which is one way in which a payer saves."""
    final = material.final
    if "shifted_tasks" not in final.index:
        return ""
    tasks = final.loc["shifted_tasks"].to_dict()
    after, before = (format_number(tasks[w.name]) for w in (other, material.worlds[0]))
    return (
        f". Tasks shifted between home nursing (federal) and home care (Flemish), per 1 000 people in the "
        f"last year: {after} against {before}; part of such tasks is taken over by nobody"
    )


COST = Section("cost", "At what cost", _figures, _words, _tables)
