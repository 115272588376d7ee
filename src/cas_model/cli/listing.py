"""``cas-model list``: the registries, as tables for people or JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cas_model.cli import options

if TYPE_CHECKING:
    from cas_model.config.declarations import Lever

Row = dict[str, Any]


class Kind(StrEnum):
    """What can be listed."""

    scenarios = "scenarios"
    levers = "levers"
    principles = "principles"
    mechanisms = "mechanisms"
    parameters = "parameters"
    outcomes = "outcomes"
    shocks = "shocks"
    payment_methods = "payment-methods"
    adaptation = "adaptation"
    funding_terms = "funding-terms"


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("list")(show)


def show(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    json: options.Json = False,
) -> int:
    """List scenarios, levers, mechanisms, parameters, outcomes, shocks and other rules."""
    from cas_model.experiments.registries import load_registries

    load_registries()
    rows = _ROWS[kind]()
    if json:
        # `words`, `settings` and `better` only serve the table: everything in them is also in other keys.
        print_json([{k: v for k, v in row.items() if k not in _TABLE_ONLY} for row in rows])
    else:
        print_rows(rows, _COLUMNS[kind])
    return 0


def print_json(document: Any) -> None:
    """Print one JSON document to standard output."""
    import json

    print(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


def print_rows(rows: list[Row], columns: dict[str, str]) -> None:
    """Print rows as a table.

    Parameters
    ----------
    rows : list of dict
        One mapping per row.
    columns : dict
        Key of a row -> heading; numeric cells align right.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, (key, heading) in enumerate(columns.items()):
        numeric = bool(rows) and all(isinstance(row[key], int | float) for row in rows)
        table.add_column(
            heading, justify="right" if numeric else "left", no_wrap=number == 0, overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(_cell(row[key])) for key in columns))
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _scenarios() -> list[Row]:
    from cas_model.config.scenario_layers import builtin_scenarios, load_scenario

    status_quo = load_scenario()
    rows = []
    for name in builtin_scenarios():
        scenario = load_scenario(name)
        rows.append(
            {
                "name": name,
                "title": scenario.title,
                "description": scenario.description,
                "source": scenario.source,
                "hash": scenario.hash(),
                "differences": status_quo.differences(scenario),
                "words": f"{scenario.title}. {scenario.description}",
            }
        )
    return rows


def _levers() -> list[Row]:
    from cas_model.config.declarations import LEVERS

    return _settable(LEVERS.values())


def _funding_terms() -> list[Row]:
    from cas_model.config.funding_terms import FUNDING_TERMS

    return _settable(FUNDING_TERMS.values())


def _settable(entries: Iterable[Lever]) -> list[Row]:
    return [
        {
            "name": entry.name,
            "default": entry.word(entry.default),
            "low": entry.low,
            "high": entry.high,
            "allowed": " | ".join(entry.choices) if entry.choices else f"{entry.low:g} to {entry.high:g}",
            "choices": list(entry.choices),
            "unit": "" if entry.choices else entry.unit,
            "meaning": entry.meaning,
            "source": entry.source,
        }
        for entry in entries
    ]


def _principles() -> list[Row]:
    from cas_model.config.principles import PRINCIPLES

    return [
        {
            "name": p.name,
            "title": p.title,
            "levers": {k: list(v) if isinstance(v, tuple) else v for k, v in p.levers.items()},
            "in_full": ", ".join(f"{k} {_goal(v)}" for k, v in p.levers.items()),
            "meaning": p.meaning,
            "source": p.source,
        }
        for p in PRINCIPLES.values()
    ]


def _goal(setting: float | str | tuple[float, float]) -> str:
    end = setting[1] if isinstance(setting, tuple) else setting
    return end if isinstance(end, str) else f"{end:g}"


def _adaptation() -> list[Row]:
    from cas_model.config.adaptation import ADAPTATION

    return [
        {
            "family": family,
            "name": rule.name,
            "label": rule.label,
            "default": rule.default,
            "meaning": rule.meaning,
            "source": rule.source,
        }
        for family, rules in ADAPTATION.items()
        for rule in rules.values()
    ]


def _mechanisms() -> list[Row]:
    from cas_model.config.declarations import MECHANISMS

    return [
        {
            "id": m.name,
            "name": m.title,
            "claim": m.claim,
            "sign": m.sign,
            "grade": m.grade,
            "source": m.source,
            "reads": list(m.reads),
            "writes": list(m.writes),
            "file": m.file,
            "strength": float(m.modelled),
            "modelled": m.modelled,
            "reason": m.reason,
        }
        for m in sorted(MECHANISMS.values(), key=lambda m: m.name)
    ]


def _parameters() -> list[Row]:
    from cas_model.config.declarations import PARAMETERS

    return [
        {
            "name": p.name,
            "default": p.default,
            "low": p.low,
            "high": p.high,
            "allowed": f"{p.low:g} to {p.high:g}",
            "unit": p.unit,
            "meaning": p.meaning,
            "source": p.source,
        }
        for p in sorted(PARAMETERS.values(), key=lambda p: p.name)
    ]


def _outcomes() -> list[Row]:
    from cas_model.config.declarations import OUTCOMES

    words = {1: "more is better", -1: "less is better", 0: "neither"}
    return [
        {
            "name": o.name,
            "label": o.label,
            "family": o.family,
            "unit": o.unit,
            "low": _finite(o.low),
            "high": _finite(o.high),
            "direction": o.direction,
            "better": words[o.direction],
            "smallest_that_matters": o.smallest_that_matters,
            "period_months": o.period_months,
            "formula": o.formula,
            "source": o.source,
        }
        for o in OUTCOMES.values()
    ]


def _finite(value: float) -> float | None:
    # JSON has no infinity: an open end of a range is null.
    return value if abs(value) != float("inf") else None


def _shocks() -> list[Row]:
    from cas_model.config.shock_declarations import SHOCKS

    return [
        {
            "name": s.name,
            "label": s.label,
            "meaning": s.meaning,
            "source": s.source,
            "groups": list(s.groups),
            "fields": [
                {
                    "name": f.name,
                    "default": f.default,
                    "low": f.low,
                    "high": f.high,
                    "unit": f.unit,
                    "meaning": f.meaning,
                    "source": f.source,
                }
                for f in s.fields
            ],
            "settings": ", ".join(f"{f.name}={f.default:g}" for f in s.fields),
            "aims": ", ".join(s.groups) or "everybody there",
        }
        for s in SHOCKS.values()
    ]


def _payment_methods() -> list[Row]:
    from cas_model.config.declarations import PAYMENT_METHODS

    return [
        {
            "name": m.name,
            "label": m.label,
            "volume_based": m.volume_based,
            "meaning": m.meaning,
            "source": m.source,
        }
        for m in PAYMENT_METHODS.values()
    ]


_TABLE_ONLY = ("words", "settings", "better", "allowed", "in_full")

_ROWS: dict[Kind, Callable[[], list[Row]]] = {
    Kind.scenarios: _scenarios,
    Kind.levers: _levers,
    Kind.principles: _principles,
    Kind.mechanisms: _mechanisms,
    Kind.parameters: _parameters,
    Kind.outcomes: _outcomes,
    Kind.shocks: _shocks,
    Kind.payment_methods: _payment_methods,
    Kind.adaptation: _adaptation,
    Kind.funding_terms: _funding_terms,
}

_COLUMNS: dict[Kind, dict[str, str]] = {
    Kind.scenarios: {"name": "scenario", "words": "what it is"},
    Kind.levers: {
        "name": "lever",
        "default": "status quo",
        "allowed": "allowed",
        "unit": "unit",
        "meaning": "meaning",
    },
    Kind.principles: {"name": "principle", "meaning": "meaning", "in_full": "levers in full"},
    Kind.adaptation: {"family": "task", "name": "rule", "default": "default", "meaning": "meaning"},
    Kind.funding_terms: {
        "name": "funding term",
        "default": "status quo",
        "allowed": "allowed",
        "unit": "unit",
        "meaning": "meaning",
    },
    Kind.mechanisms: {
        "id": "id",
        "name": "mechanism",
        "claim": "claim",
        "grade": "grade",
        "modelled": "modelled",
    },
    Kind.parameters: {
        "name": "parameter",
        "default": "default",
        "allowed": "range",
        "unit": "unit",
        "meaning": "meaning",
    },
    Kind.outcomes: {
        "name": "outcome",
        "label": "label",
        "family": "family",
        "unit": "unit",
        "better": "direction",
    },
    Kind.shocks: {
        "name": "shock",
        "meaning": "meaning",
        "settings": "fields and defaults",
        "aims": "groups it can be aimed at",
    },
    Kind.payment_methods: {
        "name": "method",
        "label": "label",
        "volume_based": "by volume",
        "meaning": "meaning",
    },
}
