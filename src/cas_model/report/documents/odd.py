"""The ODD+D document: overview, design concepts, details and decisions of the model, as it is coded.

The order is that of the ODD protocol (Grimm et al. 2020, doi:10.18564/jasss.4259) with its extension for
human decisions (Müller et al. 2013, doi:10.1016/j.envsoft.2013.06.003).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cas_model.config import vocabulary
from cas_model.config.declarations import LEVERS, MECHANISMS, OUTCOMES, PARAMETERS, PHASES, PROCESSES, Process
from cas_model.config.errors import unknown_name
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.experiments.registries import load_registries
from cas_model.model import start
from cas_model.model.agents import KINDS
from cas_model.model.columns import COLUMNS, Column
from cas_model.model.columns.payments import METHODS
from cas_model.model.processes.councils import PREFERENCES
from cas_model.model.schedule import load_processes
from cas_model.model.system import CareSystem
from cas_model.report.documents.citations import STANDINGS, standing
from cas_model.report.documents.evidence import (
    BETTER,
    PRINCIPLE_HEADINGS,
    alternative_rows,
    principle_rows,
    status_quo,
)
from cas_model.report.documents.markdown import (
    demote,
    fill,
    first_sentence,
    interval,
    number,
    prose,
    table,
)
from cas_model.report.documents.submodels import (
    describe_building_blocks,
    describe_claims_not_modelled,
    describe_steps,
    streams_of,
)
from cas_model.territory.facts import DATA, load_territory

TEMPLATE = "odd.md.j2"

Row = tuple[object, ...]

TABLES_WITHOUT_AGENT = {
    "tie": "A relation that one provider keeps with a partner.",
    "discipline": "How a discipline is paid.",
    "payer": "The account of a payer.",
    "scheme": "The one set of terms on which new ways of paying come in.",
    "measure": "What is counted in a month, by zone and socio-economic fifth.",
    "group": "What is counted of a year, by zone and group of people.",
    "count": "Lengths of the lists that steps share.",
}
"""What a row is in the tables that no agent views."""


def write_odd() -> str:
    """Return the ODD+D description of the model as one Markdown text.

    Raises
    ------
    UsageError
        The template mentions a step, mechanism, parameter or lever that no longer exists.
    """
    load_registries()
    steps = load_processes()
    scenario = load_scenario("status_quo")
    flanders = load_territory("flanders")
    return fill(
        TEMPLATE,
        mention=_Mentions(),
        counts=_counts(steps),
        scenario=scenario,
        scale=inspect.signature(CareSystem.__init__).parameters["persons_per_agent"].default,
        flanders=flanders,
        phases=PHASES,
        words={name.lower(): ", ".join(getattr(vocabulary, name)) for name in _VOCABULARIES}
        | {"methods": ", ".join(METHODS)},
        agents=table(("agent", "what it is", "table"), _agents()),
        state=_state(steps),
        schedule=table(("", "phase", "step", "what it does", "file"), _schedule(steps)),
        drives=table(("sum of reasons", "what it decides", "steps that add to it"), _drives(steps)),
        streams=table(("stream", "used by"), _streams(steps)),
        outcomes=table(("outcome", "unit", "better", "formula"), _outcomes()),
        first_state=prose(start.prepare_start),
        building_blocks=describe_building_blocks(),
        elections=", ".join(f"{level} {number(month)}" for level, month in _elections()),
        scenarios=table(("scenario", "title", "differs from the status quo in", "source"), _scenarios()),
        principles=table(PRINCIPLE_HEADINGS, principle_rows()),
        alternatives=table(
            ("task", "rule", "in force unless said", "what it does", "source"), alternative_rows()
        ),
        mixes=table(("discipline", *METHODS), _shares(scenario.funding.mix, METHODS)),
        payers=table(("discipline", *vocabulary.PAYERS), _shares(scenario.funding.payers, vocabulary.PAYERS)),
        preferences=table(("cluster", *vocabulary.TOPICS), _matrix(vocabulary.CLUSTERS, PREFERENCES)),
        territory_data=demote(_without_title(DATA / "README.md"), 3),
        submodels=describe_steps(steps),
        not_modelled=describe_claims_not_modelled(),
    )


_VOCABULARIES = ("DISCIPLINES", "CLUSTERS", "TOPICS", "PAYERS", "LEVELS", "GOALS")


class _Mentions:
    """Names that the prose may mention: each is looked up, so that the text cannot outlive the rule."""

    def step(self, name: str) -> str:
        """Return the name of a step of the month."""
        return f"`{self._entry('step', name, PROCESSES).name}`"

    def mechanism(self, name: str) -> str:
        """Return a mechanism's id and title."""
        return f"{name} *{self._entry('mechanism', name, MECHANISMS).title}*"

    def parameter(self, name: str) -> str:
        """Return a parameter with its default and unit."""
        found = self._entry("parameter", name, PARAMETERS)
        return f"`{name}` ({_with_unit(number(found.default), found.unit)})"

    def lever(self, name: str) -> str:
        """Return a lever with its setting in the status quo."""
        found = self._entry("lever", name, LEVERS)
        setting = status_quo(found) if found.choices else _with_unit(status_quo(found), found.unit)
        return f"`{name}` (status quo: {setting})"

    def _entry(self, kind: str, name: str, entries: Mapping[str, Any]) -> Any:
        if name not in entries:
            raise unknown_name(kind, name, entries, where=f"report/documents/{TEMPLATE}")
        return entries[name]


def _with_unit(value: str, unit: str) -> str:
    return value if unit in ("0-1", "0/1", "-") else f"{value} {unit}"


def _counts(steps: list[Process]) -> dict[str, int]:
    known = [standing(p.source) for p in PARAMETERS.values()]
    return {
        "steps": len(steps),
        "parameters": len(PARAMETERS),
        **{f"parameters_{name.split(',')[0]}": known.count(name) for name in reversed(STANDINGS)},
        "assumed_parameters": sum(name != STANDINGS[0] for name in known),
        "levers": len(LEVERS),
        "mechanisms": sum(m.modelled for m in MECHANISMS.values()),
        "columns": len(COLUMNS),
        "outcomes": len(OUTCOMES),
    }


def _agents() -> Iterator[Row]:
    for kind in KINDS:
        yield f"`{kind.__name__}`", first_sentence(kind), f"`{kind.table}`"


def _state(steps: list[Process]) -> str:
    changed_by: dict[str, list[str]] = {}
    for step in steps:
        for key in step.writes:
            changed_by.setdefault(key, []).append(step.mechanism or step.name)
    for shock in SHOCKS.values():
        for key in shock.writes:
            changed_by.setdefault(key, []).append(f"shock {shock.name}")
    for lever in LEVERS.values():
        changed_by.setdefault(lever.column, []).insert(0, f"lever {lever.name}")
    rows = {kind.table: first_sentence(kind) for kind in KINDS} | TABLES_WITHOUT_AGENT
    sections = []
    for name, what in rows.items():
        columns = [_column(c, changed_by) for c in COLUMNS.values() if c.table == name]
        headings = ("variable", "meaning", "unit", "range", "start", "changed by")
        sections.append(f"#### Table `{name}`\n\nA row: {what}\n\n{table(headings, columns)}")
    return "\n\n".join(sections)


def _column(column: Column, changed_by: dict[str, list[str]]) -> Row:
    name = f"`{column.name}`" + (f" x {column.width}" if column.width > 1 else "")
    writers = ", ".join(dict.fromkeys(changed_by.get(column.key, ["nothing after the start"])))
    begin = number(column.default) + (", anew each month" if column.monthly else "")
    return name, column.meaning, column.unit, interval(column.low, column.high), begin, writers


def _schedule(steps: list[Process]) -> Iterator[Row]:
    for position, step in enumerate(steps, start=1):
        yield position, step.phase, f"`{step.name}`", step.summary, step.file


def _drives(steps: list[Process]) -> Iterator[Row]:
    for key, column in COLUMNS.items():
        if key.endswith(("_drive", "_payoff")):
            adding = [s.mechanism or f"`{s.name}`" for s in steps if key in s.writes]
            yield f"`{key}`", column.meaning, ", ".join(dict.fromkeys(adding))


def _streams(steps: list[Process]) -> Iterator[Row]:
    users: dict[str, list[str]] = {}
    for step in steps:
        for stream in streams_of(step):
            users.setdefault(stream, []).append(f"`{step.name}`")
    for stream, names in sorted(users.items()):
        yield f"`{stream}`", ", ".join(names)


def _outcomes() -> Iterator[Row]:
    for o in sorted(OUTCOMES.values(), key=lambda o: (o.family, o.name)):
        yield f"{o.label} ({o.family})", o.unit, BETTER[o.direction], o.formula


def _elections() -> Iterator[tuple[str, float]]:
    return zip(vocabulary.LEVELS, start.FIRST_ELECTION, strict=True)


def _scenarios() -> Iterator[Row]:
    base = load_scenario("status_quo")
    for name in builtin_scenarios():
        scenario = load_scenario(name)
        differences = "; ".join(base.differences(scenario)) or "nothing"
        yield f"`{name}`", scenario.title, differences, scenario.source


def _shares(split: Mapping[str, Mapping[str, float]], names: tuple[str, ...]) -> Iterator[Row]:
    for discipline, shares in split.items():
        yield (discipline, *(number(shares[name]) for name in names))


def _matrix(names: tuple[str, ...], values: Any) -> Iterator[Row]:
    for name, row in zip(names, values.tolist(), strict=True):
        yield (name, *(number(value) for value in row))


def _without_title(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n", 1)[1].strip()
