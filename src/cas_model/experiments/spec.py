"""Experiment specifications: one TOML file that is checked whole before the first world runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.toml_source import flatten, read_toml, together
from cas_model.experiments.design import JOIN, Cell, Experiment, Factor, Ramp, Route, load_layered
from cas_model.experiments.ramp import ramp_cells, ramp_problems
from cas_model.model.shocks import check_zones
from cas_model.territory.facts import is_built_in, load_territory

DocumentModel = TypeVar("DocumentModel", bound=BaseModel)

_STRICT = ConfigDict(extra="forbid", strict=True)


class _Level(BaseModel):
    """A level of a factor; what is not declared here is a scenario layer, which its own loader checks."""

    model_config = ConfigDict(extra="allow", strict=True)
    name: str = Field(min_length=1)
    scenario: str | None = None
    territory: str | None = None
    at: float | None = None


class _Factor(BaseModel):
    model_config = _STRICT
    name: str = Field(min_length=1)
    axis: str = ""
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


def _explain(found: Any, path: Path, keys: Sequence[str]) -> UsageError:
    loc, value = found["loc"], found["input"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)[1:]
    where = f"{path}, {key}"
    if found["type"] == "extra_forbidden":
        return unknown_name("key", str(loc[-1]), keys, where)
    if found["type"] == "missing":
        return UsageError(f"`{key}` is missing", where=where, fix=f"add {loc[-1]} = ...")
    if found["type"] == "too_short":
        return UsageError(f"`{key}` holds {len(value)} entries", where=where, allowed=found["msg"])
    return UsageError(
        f"`{key}` is {value!r}", where=where, allowed=found["msg"].removeprefix("Input should be ")
    )


def parse_document(
    content: Mapping[str, Any], path: Path, model: type[DocumentModel], keys: Sequence[str]
) -> DocumentModel:
    """Check the structure of a specification; all structural problems are reported together.

    Parameters
    ----------
    content : mapping
        As parsed from TOML.
    path : Path
        The file, for messages.
    model : type
        A pydantic model of the document.
    keys : sequence of str
        Every key there is, to name the nearest.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        together([_explain(found, path, keys) for found in error.errors()])
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
        problems += _axis_problems(factor, where)
    if len(dosed := [factor.name for factor in document.factors if factor.axis]) > 1:
        problems.append(
            UsageError(f"the factors {' and '.join(f'`{name}`' for name in dosed)} both have an axis",
                       where=f"{path}, factors", allowed="one factor along an axis")
        )  # fmt: skip
    for key, words in (("scenario", "scenarios"), ("territory", "territories")):
        named = [f.name for f in document.factors if any(getattr(level, key) for level in f.levels)]
        if len(named) > 1:
            problems.append(
                UsageError(
                    f"the factors {' and '.join(f'`{name}`' for name in named)} both name {words}",
                    where=f"{path}, factors",
                    allowed=f"one factor names {words}; the others lay settings over them",
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


def _axis_problems(factor: _Factor, where: str) -> list[UsageError]:
    stated = [level.at for level in factor.levels if level.at is not None]
    if not stated and not factor.axis:
        return []
    if not factor.axis:
        return [UsageError("its levels lie on an axis without a name", where=where, fix='add axis = "..."')]
    if len(set(stated)) < len(factor.levels):
        fix = "give every level a place of its own"
        return [UsageError("not every level has a place on the axis", where=f"{where}, at", fix=fix)]
    return []


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
        place = next((level.territory for level in chosen if level.territory), "")
        layer = _merged([*(_layer_of(level) for level in chosen), run])
        try:
            cells.append(
                Cell(
                    JOIN.join(names),
                    names,
                    load_layered(base, layer, f"{path}, {JOIN.join(names)}"),
                    _lasting(place) if place else "",
                )
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
    path = Path(source)
    document = parse_document(read_toml(path), path, _Document, _KEYS)
    if quick:
        stated = document.quick.model_dump(exclude_none=True)
        design = {"replicates": stated.pop("replicates", document.design.replicates)}
        document.design = document.design.model_copy(update=design)
        document.run = document.run.model_copy(update=stated)
    problems = _outcome_problems(document, path)
    ramp = _ramp_of(document)
    checks = _factor_problems if document.design.kind == "factorial" else ramp_problems
    problems += checks(document, path)
    cells: list[Cell] = []
    try:
        if document.design.kind == "factorial":
            cells = _factorial_cells(document, _horizon(document.run), path)
        elif ramp is not None:
            base = (document.ramp.scenario, _layer_of(document.ramp)) if document.ramp else ("", {})
            cells = ramp_cells(ramp, *base, _horizon(document.run), path)
    except UsageError as problem:
        problems.append(problem)
    problems += _place_problems(document.run.territory, cells, path)
    together(problems)
    return Experiment(
        title=document.title,
        question=document.question.strip(),
        source=document.source,
        origin=source,
        kind=document.design.kind,
        factors=tuple(_factor_of(factor) for factor in document.factors),
        ranked=document.design.ranks or (document.factors[0].name if document.factors else ""),
        cells=tuple(cells),
        ramp=ramp,
        primary=tuple(document.outcomes.primary),
        shown=tuple(dict.fromkeys([*document.outcomes.primary, *document.outcomes.shown])),
        replicates=replicates or document.design.replicates,
        seed=document.design.seed,
        persons_per_agent=document.run.persons_per_agent,
        territory=_lasting(document.run.territory),
    )


def _factor_of(factor: _Factor) -> Factor:
    places = tuple(level.at for level in factor.levels if level.at is not None)
    return Factor(factor.name, tuple(level.name for level in factor.levels), places, factor.axis)


def _lasting(territory: str) -> str:
    return territory if is_built_in(territory) else str(Path(territory).resolve())


def _place_problems(territory: str, cells: Sequence[Cell], path: Path) -> list[UsageError]:
    """Return what is wrong with the territories, and with the zones that scenarios name in them."""
    problems = []
    for name in dict.fromkeys([territory, *(cell.territory for cell in cells if cell.territory)]):
        try:
            place = load_territory(name)
        except UsageError as problem:
            problems.append(UsageError(str(problem), where=f"{path}, territory"))
            continue
        try:
            for cell in cells:
                if (cell.territory or territory) == name:
                    check_zones(cell.scenario, place)
        except UsageError as problem:
            problems.append(problem)
    return problems


def _horizon(run: _Run) -> dict[str, Any]:
    stated = {"run.months": run.months, "run.burn_in": run.burn_in}
    return {key: value for key, value in stated.items() if value is not None}


def _ramp_of(document: _Document) -> Ramp | None:
    if document.ramp is None:
        return None
    stated = document.ramp.model_dump(include={"moves", "low", "high", "settle", "after"})
    return Ramp(**stated, routes=tuple(Route(**route.model_dump()) for route in document.ramp.routes))
