"""Experiment specifications: one TOML file that is checked whole before the first world runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.scenario import Scenario
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.toml_source import flatten, read_toml, together
from cas_model.experiments.registries import check_zones
from cas_model.territory.facts import BUILT_IN, Territory, load_territory

_STRICT = ConfigDict(extra="forbid", strict=True)


class _Level(BaseModel):
    """A level of a factor; what is not declared here is a scenario layer, which its own loader checks."""

    model_config = ConfigDict(extra="allow", strict=True)
    name: str = Field(min_length=1)
    scenario: str | None = None


class _Factor(BaseModel):
    model_config = _STRICT
    name: str = Field(min_length=1)
    levels: list[_Level] = Field(min_length=2)


class _Design(BaseModel):
    model_config = _STRICT
    kind: Literal["factorial", "ramp"]
    replicates: int = Field(20, ge=2, le=1000)
    seed: int = Field(0, ge=0)
    ranks: str | None = None


class _Route(BaseModel):
    model_config = _STRICT
    name: str = Field(min_length=1)
    up: int = Field(ge=1, le=480)
    hold: int = Field(0, ge=0, le=240)
    down: int = Field(0, ge=0, le=480)


class _Ramp(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    scenario: str = "status_quo"
    moves: str
    low: float
    high: float
    settle: int = Field(24, ge=12, le=240)
    after: int = Field(24, ge=12, le=240)
    routes: list[_Route] = Field(min_length=1)


class _Run(BaseModel):
    model_config = _STRICT
    months: int | None = Field(None, ge=12, le=600)
    burn_in: int | None = Field(None, ge=0, le=240)
    persons_per_agent: int = Field(100, ge=1, le=5000)
    territory: str = "flanders"


class _Quick(BaseModel):
    model_config = _STRICT
    replicates: int | None = Field(None, ge=2, le=1000)
    months: int | None = Field(None, ge=12, le=600)
    burn_in: int | None = Field(None, ge=0, le=240)
    persons_per_agent: int | None = Field(None, ge=1, le=5000)
    territory: str | None = None


class _Outcomes(BaseModel):
    model_config = _STRICT
    primary: list[str] = Field(min_length=1)
    shown: list[str] = []


class _Document(BaseModel):
    model_config = _STRICT
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    source: str = Field(min_length=1)
    design: _Design
    factors: list[_Factor] = []
    ramp: _Ramp | None = None
    run: _Run = _Run()
    quick: _Quick = _Quick()
    outcomes: _Outcomes


_MODELS = (_Document, _Level, _Factor, _Design, _Route, _Ramp, _Run, _Quick, _Outcomes)
_KEYS = sorted({name for model in _MODELS for name in model.model_fields})
RESERVED = (
    "cell", "replicate", "seed", "outcome", "value", "status", "problem", "trace", "replay", "condition",
)  # fmt: skip
"""Columns of the result tables, which no factor may be called."""


@dataclass(frozen=True)
class Factor:
    """What is varied, and its levels; the first level is the reference of every effect."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One world of an experiment: a level of every factor, or one route of a ramp.

    Attributes
    ----------
    name : str
        Its levels, joined by `JOIN`.
    levels : tuple of str
        One per factor.
    scenario : Scenario
        Its complete settings.
    """

    name: str
    levels: tuple[str, ...]
    scenario: Scenario


@dataclass(frozen=True)
class Route:
    """One way to move a setting: months up, on top, and down again (0: it stays on top)."""

    name: str
    up: int
    hold: int
    down: int

    @property
    def months(self) -> int:
        """Months from the first move to the last."""
        return self.up + self.hold + self.down


@dataclass(frozen=True)
class Ramp:
    """A setting moved from low to high and back, in months from `settle` on.

    Attributes
    ----------
    moves : str
        Dotted key of the setting.
    low, high : float
        Its two ends; low may be the larger.
    settle, after : int
        Months at low before the move, and months after it before the system is judged.
    routes : tuple of Route
        The speeds and shapes compared.
    """

    moves: str
    low: float
    high: float
    settle: int
    after: int
    routes: tuple[Route, ...]

    @property
    def months(self) -> int:
        """Months that the longest route needs; every world runs as long."""
        return self.settle + max(route.months for route in self.routes) + self.after


@dataclass(frozen=True)
class Experiment:
    """A specification, checked and complete.

    Attributes
    ----------
    title, question, source : str
        Headline, what is asked, and where the design comes from.
    origin : str
        The file.
    kind : str
        ``factorial`` or ``ramp``.
    factors : tuple of Factor
        In the order of the file; empty for a ramp.
    ranked : str
        The factor whose levels are ranked.
    cells : tuple of Cell
        All worlds; those of a ramp begin with the one that never moves.
    ramp : Ramp or None
        For a ramp.
    primary, shown : tuple of str
        Outcomes that are ranked and drawn, and those that tables list (primary ones included).
    replicates, seed, persons_per_agent, territory
        How each cell is run; replicate r has seed ``seed + r`` in every cell.
    """

    title: str
    question: str
    source: str
    origin: str
    kind: str
    factors: tuple[Factor, ...]
    ranked: str
    cells: tuple[Cell, ...]
    ramp: Ramp | None
    primary: tuple[str, ...]
    shown: tuple[str, ...]
    replicates: int
    seed: int
    persons_per_agent: int
    territory: str

    @property
    def conditions(self) -> tuple[tuple[str, ...], ...]:
        """Combinations of the levels of the factors that are not ranked, in the order of the cells."""
        return tuple(dict.fromkeys(self.condition_of(cell) for cell in self.cells))

    def condition_of(self, cell: Cell) -> tuple[str, ...]:
        """Return a cell's levels of the factors that are not ranked."""
        pairs = zip(self.factors, cell.levels, strict=True)
        return tuple(level for factor, level in pairs if factor.name != self.ranked)


JOIN = " · "


def toml_word(value: Any) -> str:
    """Write a value as TOML on one line, as ``--set`` reads it.

    Examples
    --------
    >>> toml_word([{"kind": "pandemic", "start_month": 36}]), toml_word(True), toml_word("on")
    ('[{kind = "pandemic", start_month = 36}]', 'true', '"on"')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {toml_word(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml_word(entry) for entry in value) + "]"
    return repr(value)


def load_layered(base: str, layer: Mapping[str, Any], place: str) -> Scenario:
    """Load a scenario with a layer over it, so that the ``--set`` words of its replay say the same.

    Parameters
    ----------
    base : str
        A scenario's name or file.
    layer : mapping
        Dotted keys to values.
    place : str
        Where the layer stands, for messages.

    Raises
    ------
    UsageError
        What the scenario's loader refuses, said of `place`.
    """
    try:
        scenario = load_scenario(base, (), layer)
    except UsageError as error:
        raise UsageError(
            f"this world cannot be loaded\n  {str(error).replace(chr(10), chr(10) + '  ')}", where=place
        ) from None
    return replace(scenario, settings=tuple(f"{key}={toml_word(value)}" for key, value in layer.items()))


def _explain(found: Any, path: Path) -> UsageError:
    loc, value = found["loc"], found["input"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)[1:]
    where = f"{path}, {key}"
    if found["type"] == "extra_forbidden":
        return unknown_name("key", str(loc[-1]), _KEYS, where)
    if found["type"] == "missing":
        return UsageError(f"`{key}` is missing", where=where, fix=f"add {loc[-1]} = ...")
    if found["type"] == "too_short":
        return UsageError(f"`{key}` holds {len(value)} entries", where=where, allowed=found["msg"])
    return UsageError(
        f"`{key}` is {value!r}", where=where, allowed=found["msg"].removeprefix("Input should be ")
    )


def _parse(content: Mapping[str, Any], path: Path) -> _Document:
    try:
        return _Document.model_validate(content)
    except ValidationError as error:
        together([_explain(found, path) for found in error.errors()])
        raise AssertionError("a failed validation holds at least one problem") from None


def _outcome_problems(document: _Document, path: Path) -> list[UsageError]:
    problems = []
    for key in ("primary", "shown"):
        for name in getattr(document.outcomes, key):
            if name not in OUTCOMES:
                problems.append(unknown_name("outcome", name, OUTCOMES, f"{path}, outcomes.{key}"))
    if document.design.kind == "factorial":
        for name in document.outcomes.primary:
            if name in OUTCOMES and OUTCOMES[name].direction == 0:
                problems.append(
                    UsageError(
                        f"outcome `{name}` is neither good nor bad, so nothing can be ranked on it",
                        where=f"{path}, outcomes.primary",
                        fix="list it under outcomes.shown",
                    )
                )
    return problems


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if list(names).count(name) > 1})


def _factor_problems(document: _Document, path: Path) -> list[UsageError]:
    problems = []
    names = [factor.name for factor in document.factors]
    if not names:
        problems.append(UsageError("a factorial needs factors", where=f"{path}", fix="add [[factors]]"))
    if document.ramp is not None:
        problems.append(UsageError("a factorial has no ramp", where=f"{path}, ramp", fix="remove [ramp]"))
    for name in _twice(names):
        problems.append(UsageError(f"two factors are called `{name}`", where=f"{path}, factors"))
    for factor in document.factors:
        where = f"{path}, factor `{factor.name}`"
        if factor.name in RESERVED:
            problems.append(UsageError(f"`{factor.name}` is a column of the results", where=where))
        for name in _twice([level.name for level in factor.levels]):
            problems.append(UsageError(f"two levels are called `{name}`", where=where))
    based = [f.name for f in document.factors if any(level.scenario for level in f.levels)]
    if len(based) > 1:
        problems.append(
            UsageError(
                f"the factors {' and '.join(f'`{name}`' for name in based)} both name scenarios",
                where=f"{path}, factors",
                allowed="one factor names scenarios; the others lay settings over them",
            )
        )
    if document.design.ranks is not None and document.design.ranks not in names:
        problems.append(unknown_name("factor", document.design.ranks, names, f"{path}, design.ranks"))
    keys = {
        f.name: {k for lv in f.levels for k in _layer_of(lv) if k not in _LISTS} for f in document.factors
    }
    for i, a in enumerate(keys):
        for b in list(keys)[i + 1 :]:
            for key in sorted(keys[a] & keys[b]):
                problems.append(
                    UsageError(
                        f"the factors `{a}` and `{b}` both set `{key}`", where=f"{path}, factors",
                        fix="let each setting belong to one factor, or the effects cannot be told apart",
                    )
                )  # fmt: skip
    return problems


_LISTS = ("shocks", "reforms")
"""Settings that add up over factors: every factor may have its own."""


def _layer_of(level: BaseModel) -> dict[str, Any]:
    """Return the settings of a level under dotted keys."""
    return flatten(dict(level.model_extra or {}))


def _merged(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            adds = key in _LISTS and value and merged.get(key)
            merged[key] = [*merged[key], *value] if adds else value
    return merged


def _factorial_cells(document: _Document, run: Mapping[str, Any], path: Path) -> list[Cell]:
    """Load every level alone first, so that a wrong one is named once, and then every cell."""
    problems = []
    for factor in document.factors:
        for level in factor.levels:
            place = f"{path}, factor `{factor.name}`, level `{level.name}`"
            try:
                load_layered(level.scenario or "status_quo", _layer_of(level), place)
            except UsageError as problem:
                problems.append(problem)
    together(problems)
    combinations: list[tuple[_Level, ...]] = [()]
    for factor in document.factors:
        combinations = [(*chosen, level) for chosen in combinations for level in factor.levels]
    cells = []
    for chosen in combinations:
        names = tuple(level.name for level in chosen)
        base = next((level.scenario for level in chosen if level.scenario), "status_quo")
        layer = _merged([*(_layer_of(level) for level in chosen), run])
        try:
            cells.append(
                Cell(JOIN.join(names), names, load_layered(base, layer, f"{path}, {JOIN.join(names)}"))
            )
        except UsageError as problem:
            problems.append(problem)
    together(problems)
    return cells


def load_experiment(source: str, *, quick: bool = False, replicates: int | None = None) -> Experiment:
    """Read a specification and load all its worlds.

    Parameters
    ----------
    source : str
        The TOML file.
    quick : bool
        Lay the table ``[quick]`` over ``[design]`` and ``[run]``.
    replicates : int, optional
        Seeds per cell instead of those of the file.

    Raises
    ------
    UsageError
        Every problem at once, with file, key, what is allowed and the nearest fix.
    """
    from cas_model.experiments.ramp import ramp_cells, ramp_problems

    path = Path(source)
    document = _parse(read_toml(path), path)
    if quick:
        stated = document.quick.model_dump(exclude_none=True)
        design = {"replicates": stated.pop("replicates", document.design.replicates)}
        document.design = document.design.model_copy(update=design)
        document.run = document.run.model_copy(update=stated)
    problems = _outcome_problems(document, path)
    ramp = _ramp_of(document)
    checks = _factor_problems if document.design.kind == "factorial" else ramp_problems
    problems += checks(document, path)
    place: Territory | None = None
    try:
        place = load_territory(document.run.territory)
    except UsageError as problem:
        problems.append(UsageError(str(problem), where=f"{path}, run.territory"))
    cells: list[Cell] = []
    try:
        if document.design.kind == "factorial":
            cells = _factorial_cells(document, _horizon(document.run), path)
        elif ramp is not None:
            base = (document.ramp.scenario, _layer_of(document.ramp)) if document.ramp else ("", {})
            cells = ramp_cells(ramp, *base, _horizon(document.run), path)
        if place is not None:
            for cell in cells:
                check_zones(cell.scenario, place)
    except UsageError as problem:
        problems.append(problem)
    together(problems)
    territory = document.run.territory
    return Experiment(
        title=document.title,
        question=document.question.strip(),
        source=document.source,
        origin=source,
        kind=document.design.kind,
        factors=tuple(Factor(f.name, tuple(lv.name for lv in f.levels)) for f in document.factors),
        ranked=document.design.ranks or (document.factors[0].name if document.factors else ""),
        cells=tuple(cells),
        ramp=ramp,
        primary=tuple(document.outcomes.primary),
        shown=tuple(dict.fromkeys([*document.outcomes.primary, *document.outcomes.shown])),
        replicates=replicates or document.design.replicates,
        seed=document.design.seed,
        persons_per_agent=document.run.persons_per_agent,
        territory=territory if territory in BUILT_IN else str(Path(territory).resolve()),
    )


def _horizon(run: _Run) -> dict[str, Any]:
    stated = {"run.months": run.months, "run.burn_in": run.burn_in}
    return {key: value for key, value in stated.items() if value is not None}


def _ramp_of(document: _Document) -> Ramp | None:
    if document.ramp is None:
        return None
    stated = document.ramp.model_dump(include={"moves", "low", "high", "settle", "after"})
    return Ramp(**stated, routes=tuple(Route(**route.model_dump()) for route in document.ramp.routes))
