"""The submodels of the ODD document: one section per step of the month, shock and building block."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from cas_model.config.declarations import MECHANISMS, PARAMETERS, PHASES, Mechanism, Process
from cas_model.config.shock_declarations import SHOCKS, Shock
from cas_model.model.columns import COLUMNS
from cas_model.report.documents.declared import file_of_parameter
from cas_model.report.documents.evidence import code, columns_read, parameters_of
from cas_model.report.documents.markdown import interval, number, prose, table

BUILDING_BLOCKS = (
    "facts",
    "geography",
    "marginals",
    "traits",
    "population",
    "needs",
    "supply_plan",
    "supply",
    "staffing",
    "profiles",
    "network",
    "fit",
)
"""Modules of the territory that make up the first state, in the order in which they build it."""


def describe_steps(steps: Iterable[Process]) -> str:
    """Return one section per phase with one subsection per step, in the order of the month."""
    by_phase: dict[str, list[str]] = {phase: [] for phase in PHASES}
    for step in steps:
        by_phase[step.phase].append(_describe_step(step))
    sections = []
    for position, (phase, found) in enumerate(by_phase.items(), start=1):
        body = "\n\n".join(found) or "No steps."
        if phase == "shocks":
            body += "\n\n" + "\n\n".join(_describe_shock(s) for _, s in sorted(SHOCKS.items()))
        sections.append(f"#### {position}. Phase *{phase.replace('_', ' ')}*\n\n{body}")
    return "\n\n".join(sections)


def describe_claims_not_modelled() -> str:
    """Return the mechanisms that have an entry and no step, with the reason."""
    rows = [(m.name, m.title, m.claim, m.reason) for _, m in sorted(MECHANISMS.items()) if not m.modelled]
    return table(("id", "title", "claim", "why not"), rows)


def describe_building_blocks() -> str:
    """Return one section per module that builds the first state: what it does, and its parameters."""
    return "\n\n".join(_describe_block(name) for name in BUILDING_BLOCKS)


def columns_by_table(names: Iterable[str]) -> str:
    """Return column keys grouped by their table, e.g. ``zone (staff, chair)``."""
    tables: dict[str, list[str]] = {}
    for name in names:
        column = COLUMNS[name]
        tables.setdefault(column.table, []).append(column.name)
    return "; ".join(f"{key} ({code(columns)})" for key, columns in tables.items())


def streams_of(step: Process) -> tuple[str, ...]:
    """Return the random streams a step draws from."""
    return tuple(a.partition("_")[2] for a in step.arguments if a.startswith(("key_", "origin_")))


def kernel_prose(kernel: Callable[..., None]) -> str:
    """Return the docstring of the function that was compiled."""
    return prose(getattr(kernel, "py_func", kernel))


def _describe_step(step: Process) -> str:
    mechanism = MECHANISMS[step.mechanism] if step.mechanism else None
    function = step.name.partition("_")[2] if mechanism else step.name
    title = f"{mechanism.name} {mechanism.title}: `{function}`" if mechanism else f"`{function}`"
    lines = [f"##### {title}", "", kernel_prose(step.kernel), ""]
    if mechanism is not None:
        lines += [_describe_claim(mechanism), ""]
    lines.append(f"- File: `{step.file}`" + (", for every patient row" if step.by_rows else ""))
    lines += _facts(step)
    return "\n".join(lines)


def _describe_claim(m: Mechanism) -> str:
    return f"Claim: {m.claim}. Sign: {m.sign}; grade {m.grade}; source: {m.source}."


def _facts(step: Process) -> Iterator[str]:
    if read := columns_read(step):
        yield f"- Reads: {columns_by_table(read)}"
    if step.writes:
        yield f"- Changes: {columns_by_table(step.writes)}"
    if streams := streams_of(step):
        yield f"- Chance: {'stream' if len(streams) == 1 else 'streams'} {code(streams)}"
    if parameters := parameters_of(step):
        yield "- Parameters: " + "; ".join(_value(name) for name in parameters)


def _value(name: str) -> str:
    p = PARAMETERS[name]
    return f"`{name}` {number(p.default)} ({interval(p.low, p.high)}) {p.unit}".rstrip(" -")


def _describe_shock(shock: Shock) -> str:
    fields = "; ".join(
        f"`{f.name}` {number(f.default)} ({interval(f.low, f.high)}) {f.unit}" for f in shock.fields
    )
    return "\n".join(
        (
            f"##### Shock `{shock.name}`: {shock.label}",
            "",
            f"{kernel_prose(shock.kernel)} In short: {shock.meaning}. Source: {shock.source}.",
            "",
            f"- File: `{shock.file}`",
            f"- Changes: {columns_by_table(shock.writes)}",
            f"- Set per occurrence: {fields}",
            f"- Aims at: {_aims(shock)}",
        )
    )


def _aims(shock: Shock) -> str:
    if not shock.groups:
        return "zones"
    return f"zones; groups {code(shock.groups)}, unless stated {code(shock.strikes)}"


def _describe_block(name: str) -> str:
    module = importlib.import_module(f"cas_model.territory.{name}")
    lines = [f"##### `territory/{name}.py`", "", prose(module), ""]
    for function_name, function in _public_functions(module):
        if said := prose(function):
            lines += [f"`{function_name}`: {said}", ""]
    rows = [
        (f"`{p.name}`", number(p.default), interval(p.low, p.high), p.unit, p.meaning, p.source)
        for p, file in ((PARAMETERS[key], file) for key, file in sorted(file_of_parameter().items()))
        if file == f"territory/{name}.py"
    ]
    if rows:
        lines.append(table(("parameter", "value", "range", "unit", "meaning", "source"), rows))
    return "\n".join(lines).strip()


def _public_functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, member in vars(module).items():
        own = getattr(member, "__module__", None) == module.__name__
        if own and callable(member) and not name.startswith("_") and not isinstance(member, type):
            yield name, member
