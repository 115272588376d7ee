"""Loading scenarios: TOML layers on a base, each key checked against the registries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cas_model.config.adaptation import ADAPTATION, choose_rule, default_rules
from cas_model.config.declarations import LEVERS, MECHANISMS, PARAMETERS, PAYMENT_METHODS, check_number
from cas_model.config.errors import UsageError, nearest, unknown_name
from cas_model.config.event_checks import clashes, events_out_of_time
from cas_model.config.funding_mix import PAYER_SHARES, Mix, apply_mix, apply_payers, starting_mix
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.limits import check_seats, check_start
from cas_model.config.principles import PRINCIPLES, apply_principles
from cas_model.config.reforms import StatedReform, settle_reforms
from cas_model.config.scenario import Funding, Scenario, ShockEvent, Start
from cas_model.config.shock_declarations import SHOCKS
from cas_model.config.toml_source import flatten, nest, nest_settings, read_toml, together
from cas_model.config.vocabulary import DISCIPLINES, PAYERS

ROOT = "status_quo"
"""The scenario on which every file without a `base` stands."""
NOTHING = "none"
"""The base of a file that stands on registered defaults alone."""
MONTHS_RANGE = (1, 600)
BURN_IN_RANGE = (0, 240)

Place = Callable[[str], str]
"""Turns a key into the words that say where it stands."""

_STRICT = ConfigDict(extra="forbid", strict=True)


class _Run(BaseModel):
    model_config = _STRICT
    months: int | None = Field(None, ge=MONTHS_RANGE[0], le=MONTHS_RANGE[1])
    burn_in: int | None = Field(None, ge=BURN_IN_RANGE[0], le=BURN_IN_RANGE[1])


class _Funding(BaseModel):
    """Mixes and payers by discipline; every other key is a funding term."""

    model_config = ConfigDict(extra="allow", strict=True)
    mix: dict[str, dict[str, Any]] = {}
    payers: dict[str, dict[str, Any]] = {}


class _Shock(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    kind: str
    zones: list[str] = []
    groups: list[str] = []


class _Reform(BaseModel):
    model_config = _STRICT
    month: int = Field(ge=0, le=MONTHS_RANGE[1])
    over_months: int = Field(1, ge=1, le=MONTHS_RANGE[1])
    governance: dict[str, Any] = {}
    principles: dict[str, Any] = {}
    funding: _Funding = _Funding()


class _Layer(BaseModel):
    """One TOML file, or all ``--set`` words together."""

    model_config = _STRICT
    base: str | None = None
    title: str | None = None
    description: str | None = None
    source: str | None = None
    principles: dict[str, Any] = {}
    governance: dict[str, Any] = {}
    funding: _Funding = _Funding()
    adaptation: dict[str, Any] = {}
    mechanisms: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    shocks: list[_Shock] | None = None
    reforms: list[_Reform] | None = None
    run: _Run = _Run()


@dataclass
class _Draft:
    """The settings collected so far, from the base upwards."""

    levers: dict[str, float]
    mechanisms: dict[str, float]
    parameters: dict[str, float]
    mix: Mix
    adaptation: dict[str, str]
    payers: Mix
    terms: dict[str, float]
    stated: frozenset[str] = frozenset()
    shocks: tuple[ShockEvent, ...] = ()
    reforms: tuple[StatedReform, ...] = ()
    months: int = 120
    burn_in: int = 24


def builtin_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the package: name -> file, the status quo first."""
    folder = Path(__file__).parents[1] / "scenarios"
    paths = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return {ROOT: paths.pop(ROOT), **paths}


def setting_keys() -> Iterator[str]:
    """Yield every dotted key that a scenario file or ``--set`` may hold (shock fields apart)."""
    yield from ("base", "title", "description", "source", "shocks", "reforms", "run.months", "run.burn_in")
    for section, names in (
        ("principles", PRINCIPLES),
        ("governance", LEVERS),
        ("adaptation", ADAPTATION),
        ("mechanisms", MECHANISMS),
        ("parameters", PARAMETERS),
    ):
        yield from (f"{section}.{name}" for name in names)
    yield from (f"funding.mix.{d}.{m}" for d in DISCIPLINES for m in PAYMENT_METHODS)
    yield from (f"funding.payers.{d}.{p}" for d in DISCIPLINES for p in PAYERS)
    yield from (f"funding.{name}" for name in FUNDING_TERMS)


SECTIONS = (
    *("principles", "governance", "funding", "adaptation", "mechanisms", "parameters"),
    *("shocks", "reforms", "run"),
)


def _unknown_key(key: str, where: str) -> UsageError:
    """Name the nearest key; when none is near, name the sections rather than hundreds of keys."""
    if key in SECTIONS:
        return UsageError(f"`{key}` is a section", where=where, fix=f"set one of its keys: {key}.KEY")
    problem = unknown_name("key", key, setting_keys(), where)
    if problem.fix:
        return problem
    return UsageError(problem.problem, where=where, allowed="keys under " + ", ".join(SECTIONS))


def _in_file(path: Path) -> Place:
    return lambda key: f"{path}, {key}"


def _flagged(flag: str) -> Place:
    return lambda key: f"{flag} {key}"


def _locate(source: str, folder: Path) -> Path:
    if source in builtin_scenarios():
        return builtin_scenarios()[source]
    if source.endswith(".toml") or "/" in source or "\\" in source:
        path = (folder / source).resolve()
        if not path.exists():
            near = nearest(path.name, [p.name for p in path.parent.glob("*.toml")])
            raise UsageError(
                f"there is no file `{path}`",
                where="scenario",
                fix=f"did you mean `{near}`?" if near else "check the path, or name a built-in scenario",
            )
        return path
    problem = unknown_name("scenario", source, builtin_scenarios())
    problem_fix = problem.fix or f"name a file: {source}.toml"
    raise UsageError(
        problem.problem, allowed=", ".join(builtin_scenarios()) + ", or a .toml file", fix=problem_fix
    )


def _parse(content: Mapping[str, Any], place: Place) -> _Layer:
    """Check the structure of a layer; all structural problems are reported together."""
    try:
        return _Layer.model_validate(content)
    except ValidationError as error:
        together([_explain(found, place) for found in error.errors()])
        raise AssertionError("a failed validation holds at least one problem") from None


def _explain(found: Any, place: Place) -> UsageError:
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in found["loc"])[1:]
    value, limits = found["input"], found.get("ctx", {})
    if found["type"] == "extra_forbidden":
        if isinstance(value, dict) and value:
            key = next(iter(flatten({key: value})))
        return _unknown_key(key, place(key))
    if found["type"] == "missing":
        return UsageError(f"`{key}` is missing", where=place(key))
    allowed = found["msg"].removeprefix("Input should be ").replace("dictionary", "section of settings")
    if key in ("run.months", "run.burn_in"):
        low, high = MONTHS_RANGE if key == "run.months" else BURN_IN_RANGE
        nearest = high if "le" in limits else low
        fix = f"use {nearest}" if limits else ""
        return UsageError(
            f"`{key}` is {value!r}", where=place(key), allowed=f"a whole number from {low} to {high}", fix=fix
        )
    return UsageError(f"`{key}` is {value!r}", where=place(key), allowed=allowed)


def _read_layers(source: str) -> list[tuple[Path, _Layer]]:
    """Return the layers of a scenario, its deepest base first."""
    chain: list[tuple[Path, _Layer]] = []
    root = builtin_scenarios()[ROOT]
    path: Path | None = _locate(source, Path.cwd())
    while path is not None:
        if path in [known for known, _ in chain]:
            loop = " -> ".join(known.name for known, _ in chain) + f" -> {path.name}"
            raise UsageError(
                f"the bases go round in a circle: {loop}",
                where=f"{chain[-1][0]}, base",
                fix=f'let one of them have `base = "{ROOT}"`',
            )
        here = path
        layer = _parse(read_toml(here), _in_file(here))
        chain.append((here, layer))
        if layer.base == NOTHING:
            path = None
        elif layer.base is not None:
            try:
                path = _locate(layer.base, here.parent)
            except UsageError as error:
                raise UsageError(
                    error.problem, where=f"{here}, base", allowed=error.allowed, fix=error.fix
                ) from None
        else:
            path = None if here == root else root
    return chain[::-1]


def _event(shock: _Shock, place: Place, key: str) -> ShockEvent:
    declared = SHOCKS.require(shock.kind, place(f"{key}.kind"))
    values, problems = declared.defaults, []
    known = {f.name: f for f in declared.fields}
    for name, value in (shock.model_extra or {}).items():
        where = place(f"{key}.{name}")
        try:
            if name not in known:
                kept = [*known, "kind", "zones", "groups"]
                raise unknown_name(f"field of `{shock.kind}`", name, kept, where)
            values[name] = known[name].check(value, where, "field")
        except UsageError as problem:
            problems.append(problem)
    for group in shock.groups:
        where = place(f"{key}.groups")
        if not declared.groups:
            fix = "leave `groups` out"
            problems.append(UsageError(f"`{shock.kind}` cannot be aimed at groups", where=where, fix=fix))
            break
        if group not in declared.groups:
            problems.append(unknown_name(f"group of `{shock.kind}`", group, declared.groups, where))
    together(problems)
    return ShockEvent(shock.kind, values, tuple(shock.zones), tuple(shock.groups))


def _stated(reforms: list[_Reform], place: Place) -> tuple[StatedReform, ...]:
    return tuple(
        StatedReform(
            place(f"reforms[{number}]"),
            reform.month,
            reform.over_months,
            reform.governance,
            reform.principles,
            reform.funding.mix,
        )
        for number, reform in enumerate(reforms, start=1)
    )


def _mechanism_strength(name: str, value: Any, where: str) -> float:
    declared = MECHANISMS.require(name, where)
    if not declared.modelled:
        raise UsageError(f"mechanism `{name}` is not modelled: {declared.reason}", where=where)
    return check_number(value, 0.0, 1.0, f"strength of mechanism `{name}`", where)


def _apply(draft: _Draft, layer: _Layer, place: Place) -> None:
    """Lay one layer over the draft; collect every problem before raising."""
    problems: list[UsageError] = []

    def checked(section: str, target: dict[str, Any], check: Callable[[str, Any, str], Any]) -> None:
        for name, value in getattr(layer, section).items():
            try:
                target[name] = check(name, value, place(f"{section}.{name}"))
            except UsageError as problem:
                problems.append(problem)

    # A principle moves levers from where the base has them; levers that the same layer states win.
    draft.levers, found = apply_principles(draft.levers, layer.principles, place("principles"))
    problems += found
    checked("governance", draft.levers, lambda n, v, w: LEVERS.require(n, w).check(v, w))
    checked("adaptation", draft.adaptation, choose_rule)
    checked("mechanisms", draft.mechanisms, _mechanism_strength)
    checked("parameters", draft.parameters, lambda n, v, w: PARAMETERS.require(n, w).check(v, w))
    draft.stated |= layer.parameters.keys()
    draft.mix, found = apply_mix(draft.mix, layer.funding.mix, place("funding.mix"))
    problems += found
    draft.payers, found = apply_payers(draft.payers, layer.funding.payers, place("funding.payers"))
    problems += found
    for name, value in flatten(layer.funding.model_extra or {}).items():
        where = place(f"funding.{name}")
        try:
            if name not in FUNDING_TERMS:
                raise _unknown_key(f"funding.{name}", where)
            draft.terms[name] = FUNDING_TERMS[name].check(value, where)
        except UsageError as problem:
            problems.append(problem)
    events = []
    for number, shock in enumerate(layer.shocks or [], start=1):
        try:
            events.append(_event(shock, place, f"shocks[{number}]"))
        except UsageError as problem:
            problems.append(problem)
    together(problems)
    if layer.reforms is not None:
        draft.reforms = draft.reforms + _stated(layer.reforms, place) if layer.reforms else ()
    if layer.shocks is not None:
        # A layer adds events to its base's; an empty list removes them.
        draft.shocks = draft.shocks + tuple(events) if events else ()
    draft.months = layer.run.months if layer.run.months is not None else draft.months
    draft.burn_in = layer.run.burn_in if layer.run.burn_in is not None else draft.burn_in


def load_scenario(
    source: str = ROOT, settings: Sequence[str] = (), overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """Load a scenario by name or file, and lay settings over it.

    Layers merge from the deepest base upwards; a file without `base` stands on the status quo, and one with
    ``base = "none"`` on registered defaults. What the deepest base states holds in the burn-in. Names are
    checked against whatever is registered at that moment, so load the rules first.

    Parameters
    ----------
    source : str
        A built-in name, or a path (ending in ``.toml`` or holding a slash).
    settings : sequence of str
        ``KEY=VALUE`` words as given to ``--set``, e.g. ``funding.mix.gp.capitation=0.4``.
    overrides : mapping, optional
        Dotted keys to values, laid on top of everything (flags, experiment factors).

    Raises
    ------
    UsageError
        Naming file, key, value, what is allowed and the nearest fix; several problems at once.
    """
    chain = _read_layers(source)
    draft = _Draft(
        levers={name: lever.default for name, lever in LEVERS.items()},
        mechanisms=dict.fromkeys(MECHANISMS, 1.0),
        parameters={name: parameter.default for name, parameter in PARAMETERS.items()},
        mix=starting_mix(),
        adaptation=default_rules(),
        payers=PAYER_SHARES,
        terms={name: term.default for name, term in FUNDING_TERMS.items()},
    )
    for path, layer in chain:
        _apply(draft, layer, _in_file(path))
        if path == chain[0][0]:
            start = Start(dict(draft.levers), Funding(draft.mix, draft.payers, dict(draft.terms)))
    _apply(draft, _parse_settings(nest_settings(settings), _flagged("--set")), _flagged("--set"))
    over = nest((overrides or {}).items(), "override")
    _apply(draft, _parse_settings(over, _flagged("override")), _flagged("override"))
    reforms, problems = settle_reforms(draft.reforms, draft.levers, draft.mix, draft.months)
    path, top = chain[-1]
    problems += check_seats(draft.levers, str(path)) + check_start(draft.terms, draft.months, str(path))
    problems += clashes(draft.shocks, str(path))
    together([*problems, *events_out_of_time(draft.shocks, draft.months, str(path))])
    builtin = path in builtin_scenarios().values()
    return Scenario(
        name=path.stem,
        title=top.title or path.stem.replace("_", " "),
        description=top.description or "",
        source=top.source or "user file",
        levers=draft.levers,
        mechanisms=draft.mechanisms,
        parameters=draft.parameters,
        funding=Funding(draft.mix, draft.payers, draft.terms),
        adaptation=draft.adaptation,
        shocks=draft.shocks,
        reforms=reforms,
        start=start,
        months=draft.months,
        burn_in=draft.burn_in,
        stated=draft.stated,
        settings=(*settings, *(f"{key}={value}" for key, value in (overrides or {}).items())),
        origin=path.stem if builtin else str(path),
    )


def _parse_settings(content: dict[str, Any], place: Place) -> _Layer:
    problems = []
    for key in flatten(content):
        if key in ("base", "title", "description", "source"):
            problems.append(UsageError(f"`{key}` belongs in a scenario file", where=place(key)))
        elif "." not in key and key not in ("shocks", "reforms"):
            problems.append(_unknown_key(key, place(key)))
    together(problems)
    return _parse(content, place)
