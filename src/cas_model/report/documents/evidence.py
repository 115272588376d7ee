"""The evidence document: every number and every claim of the model, with its source, in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from cas_model.config.adaptation import ADAPTATION
from cas_model.config.declarations import (
    LEVERS,
    MECHANISMS,
    OUTCOMES,
    PARAMETERS,
    PAYMENT_METHODS,
    PROCESSES,
    Lever,
    Mechanism,
    Outcome,
    Process,
)
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.principles import PRINCIPLES
from cas_model.config.shock_declarations import SHOCKS
from cas_model.experiments.registries import load_registries
from cas_model.model.columns import COLUMNS
from cas_model.report.documents.citations import STANDINGS, cited, standing
from cas_model.report.documents.declared import file_of_parameter
from cas_model.report.documents.markdown import cell, fill, interval, number, table

Row = tuple[object, ...]

PRINCIPLE_HEADINGS = ("principle", "what it asks", "levers in full", "source")
ALTERNATIVE_HEADINGS = ("task", "rule", "in force unless said", "what it does", "source")
BETTER = {1: "more", -1: "less", 0: "neither"}


def write_evidence() -> str:
    """Return the evidence tables as one Markdown text.

    Tables of parameters, levers, mechanisms, payment methods and terms, shocks and outcomes; how many of the
    numbers have a source and how many are assumed; and what each source is cited for. Sorted by name
    (outcomes by family), without times, so that the same declarations always give the same text.
    """
    load_registries()
    return fill(
        "evidence.md.j2",
        counts=table(("kind", "in all", *STANDINGS), _counts()),
        parameters=table(
            ("parameter", "default", "range", "unit", "source", "meaning", "declared in"), _parameters()
        ),
        levers=table(
            ("lever", "status quo", "allowed", "unit", "column", "source", "meaning"), map(_lever, _levers())
        ),
        principles=table(PRINCIPLE_HEADINGS, principle_rows()),
        alternatives=table(ALTERNATIVE_HEADINGS, alternative_rows()),
        mechanisms=table(
            ("id", "title", "claim", "sign", "grade", "source", "phase", "file"), map(_mechanism, _known())
        ),
        traces=table(("id", "reads", "writes", "parameters"), map(_trace, _known())),
        terms=table(
            ("term", "status quo", "allowed", "unit", "column", "source", "meaning"),
            map(_lever, FUNDING_TERMS.values()),
        ),
        methods=table(("method", "label", "follows volume", "meaning", "source", "file"), _methods()),
        shocks=table(("shock", "label", "meaning", "writes", "source", "file"), _shocks()),
        fields=table(("shock", "field", "default", "range", "unit", "source", "meaning"), _fields()),
        outcomes=table(
            ("outcome", "label", "unit", "range", "better", "matters from", "months", "formula", "source"),
            map(_outcome, _outcomes()),
        ),
        citations=table(("source", "cited by"), _citations()),
    )


def steps_of(mechanism: str) -> list[Process]:
    """Return the steps of the month through which a mechanism acts (none when it is not modelled)."""
    return [p for _, p in sorted(PROCESSES.items()) if p.mechanism == mechanism]


def columns_read(process: Process) -> tuple[str, ...]:
    """Return the columns a step reads without writing them."""
    return tuple(a for a in process.arguments if a in COLUMNS and a not in process.writes)


def parameters_of(process: Process) -> tuple[str, ...]:
    """Return the parameters a step takes."""
    known = set(PARAMETERS)
    return tuple(a for a in process.arguments if a in known)


def code(names: Iterable[str]) -> str:
    """Return names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def allowed(lever: Lever) -> str:
    """Return what a lever may be set to."""
    return " / ".join(lever.choices) if lever.choices else interval(lever.low, lever.high)


def status_quo(lever: Lever) -> str:
    """Return a lever's default in the words of a scenario file."""
    return lever.choices[int(lever.default)] if lever.choices else number(lever.default)


def principle_rows() -> Iterator[Row]:
    """Yield a row per governance principle."""
    for p in PRINCIPLES.values():
        full = ", ".join(f"`{name}` {_in_full(goal)}" for name, goal in p.levers.items())
        yield f"{p.title} (`{p.name}`)", p.meaning, full, p.source


def _in_full(goal: float | str | tuple[float, float]) -> str:
    end = goal[1] if isinstance(goal, tuple) else goal
    return end if isinstance(end, str) else number(end)


def alternative_rows() -> Iterator[Row]:
    """Yield a row per rule of which a scenario chooses one."""
    for family, rules in ADAPTATION.items():
        for rule in rules.values():
            yield family, f"`{rule.name}`", "yes" if rule.default else "", rule.meaning, rule.source


def _levers() -> list[Lever]:
    return [lever for _, lever in sorted(LEVERS.items())]


def _known() -> list[Mechanism]:
    return [mechanism for _, mechanism in sorted(MECHANISMS.items())]


def _outcomes() -> list[Outcome]:
    return sorted(OUTCOMES.values(), key=lambda o: (o.family, o.name))


def _counts() -> Iterator[Row]:
    fields = [f.source for shock in SHOCKS.values() for f in shock.fields]
    for kind, sources in (
        ("parameters", [p.source for p in PARAMETERS.values()]),
        ("levers", [lever.source for lever in LEVERS.values()]),
        ("funding terms", [term.source for term in FUNDING_TERMS.values()]),
        ("fields of shocks", fields),
    ):
        found = Counter(standing(source) for source in sources)
        yield (kind, len(sources), *(found[s] for s in STANDINGS))


def _parameters() -> Iterator[Row]:
    files = file_of_parameter()
    for name, p in sorted(PARAMETERS.items()):
        spread = interval(p.low, p.high)
        yield f"`{name}`", number(p.default), spread, p.unit, p.source, p.meaning, files[name]


def _lever(lever: Lever) -> Row:
    return (
        f"`{lever.name}`",
        status_quo(lever),
        allowed(lever),
        "" if lever.choices else lever.unit,
        f"`{lever.column}`",
        lever.source,
        lever.meaning,
    )


def _mechanism(m: Mechanism) -> Row:
    phases = ", ".join(dict.fromkeys(p.phase for p in steps_of(m.name)))
    phase = phases if m.modelled else f"not modelled: {m.reason}"
    return m.name, m.title, m.claim, m.sign, m.grade, m.source, phase, m.file


def _trace(m: Mechanism) -> Row:
    steps = steps_of(m.name)

    def merged(of: Callable[[Process], tuple[str, ...]]) -> str:
        return code(dict.fromkeys(name for step in steps for name in of(step)))

    return m.name, merged(columns_read), merged(lambda step: step.writes), merged(parameters_of)


def _methods() -> Iterator[Row]:
    for name, m in sorted(PAYMENT_METHODS.items()):
        yield f"`{name}`", m.label, number(m.volume_based), m.meaning, m.source, m.file


def _shocks() -> Iterator[Row]:
    for name, s in sorted(SHOCKS.items()):
        yield f"`{name}`", s.label, s.meaning, code(s.writes), s.source, s.file


def _fields() -> Iterator[Row]:
    for name, shock in sorted(SHOCKS.items()):
        for f in shock.fields:
            limits = interval(f.low, f.high)
            yield f"`{name}`", f"`{f.name}`", number(f.default), limits, f.unit, f.source, f.meaning


def _outcome(o: Outcome) -> Row:
    return (
        f"`{o.name}`",
        f"{o.label} ({o.family})",
        o.unit,
        interval(o.low, o.high),
        BETTER[o.direction],
        number(o.smallest_that_matters),
        o.period_months,
        o.formula,
        o.source,
    )


def _citations() -> Iterator[Row]:
    """Yield each cited code with the declarations that cite it."""
    citing: dict[str, list[str]] = {}
    for name, text in declared_sources().items():
        for source in cited(text):
            citing.setdefault(source, []).append(name.partition(" ")[2])
    for source in sorted(citing, key=_order_of_code):
        yield source, cell(code(citing[source]))


def declared_sources() -> dict[str, str]:
    """Return the source of every declaration, under its kind and name (``parameter loyalty``)."""
    found: dict[str, str] = {}
    found |= {f"parameter {name}": p.source for name, p in sorted(PARAMETERS.items())}
    found |= {f"lever {name}": lever.source for name, lever in sorted(LEVERS.items())}
    found |= {f"term {name}": term.source for name, term in sorted(FUNDING_TERMS.items())}
    found |= {f"mechanism {name}": m.source for name, m in sorted(MECHANISMS.items())}
    found |= {f"principle {name}": p.source for name, p in sorted(PRINCIPLES.items())}
    for family, rules in ADAPTATION.items():
        found |= {f"{family} {name}": r.source for name, r in sorted(rules.items())}
    found |= {f"method {name}": m.source for name, m in sorted(PAYMENT_METHODS.items())}
    found |= {f"shock {name}": s.source for name, s in sorted(SHOCKS.items())}
    found |= {f"field {n}.{f.name}": f.source for n, s in sorted(SHOCKS.items()) for f in s.fields}
    found |= {f"outcome {name}": o.source for name, o in sorted(OUTCOMES.items())}
    return found


def _order_of_code(source: str) -> tuple[str, float, str]:
    """Return a key that sorts codes by family, then by number."""
    family = source.rstrip("0123456789b.")
    digits = source[len(family) :].rstrip("b")
    return family, float(".".join(digits.split(".")[:2]) or 0), source
