"""Sensitivity experiments as a specification: checked whole, every point of the design included."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.parameter_sets import choose_parameter_sets, standing_on
from cas_model.config.scenario import ILLUSTRATIVE, Scenario
from cas_model.config.toml_source import flatten, read_toml, together
from cas_model.experiments.design import load_layered
from cas_model.experiments.manifest import data_hash, model_hash
from cas_model.experiments.sensitivity.factors import SCENARIO, SampledFactor, read_factors
from cas_model.experiments.sensitivity.models import (
    FunctionModel,
    RunModel,
    WorldModel,
    known_functions,
    load_point,
)
from cas_model.experiments.sensitivity.questions import (
    QUESTIONS,
    Discovery,
    Robustness,
    Search,
    question_problems,
)
from cas_model.experiments.sensitivity.sampling import (
    FAST_LEAST,
    Method,
    points_per_sample,
)
from cas_model.experiments.spec import parse_document
from cas_model.model.shocks import check_zones
from cas_model.territory.facts import is_built_in, load_territory

KIND = "sensitivity"
GivenData = Literal["rbd_fast", "pawn", "delta"]
NonFinite = Literal["refuse", "impute", "leave_out"]
GIVEN_DATA: tuple[GivenData, ...] = ("rbd_fast", "pawn", "delta")
STRUCTURED = ("sobol", "morris", "fast")
"""Designs whose indices need every point."""
_STRICT = ConfigDict(extra="forbid", strict=True)


class _Design(BaseModel):
    model_config = _STRICT
    kind: Literal["sensitivity"]
    method: Method
    n: int = Field(ge=2, le=2**20)
    replicates: int = Field(1, ge=1, le=1000)
    chance: Literal["common", "independent"] = "common"
    seed: int = Field(0, ge=0)
    second_order: bool = True
    analyses: list[GivenData] | None = None
    tolerance: float = Field(0.05, gt=0.0, le=1.0)
    most_n: int | None = Field(None, ge=2, le=2**20)


class _Base(BaseModel):
    """Where the runs stand; other keys are a scenario layer, which its own loader checks."""

    model_config = ConfigDict(extra="allow", strict=True)
    scenario: str = "status_quo"
    test_function: str | None = None


class _Run(BaseModel):
    model_config = _STRICT
    months: int | None = Field(None, ge=12, le=600)
    burn_in: int | None = Field(None, ge=0, le=240)
    persons_per_agent: int = Field(1000, ge=1, le=5000)
    territory: str = "flanders"


class _Quick(BaseModel):
    model_config = _STRICT
    n: int | None = Field(None, ge=2, le=2**20)
    replicates: int | None = Field(None, ge=1, le=1000)
    months: int | None = Field(None, ge=12, le=600)
    burn_in: int | None = Field(None, ge=0, le=240)
    persons_per_agent: int | None = Field(None, ge=1, le=5000)
    territory: str | None = None


class _Outcomes(BaseModel):
    model_config = _STRICT
    primary: list[str] = []
    measured: list[str] = []
    years: list[int] | None = None
    non_finite: NonFinite = "refuse"


class _Document(BaseModel):
    model_config = _STRICT
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    source: str = Field(min_length=1)
    design: _Design
    base: _Base = _Base()
    factors: dict[str, Any] = Field(min_length=1)
    run: _Run = _Run()
    quick: _Quick = _Quick()
    outcomes: _Outcomes = _Outcomes()
    discovery: Discovery | None = None
    robustness: Robustness | None = None
    search: Search | None = None


_KEYS = sorted(
    {n for m in (_Document, _Design, _Base, _Run, _Quick, _Outcomes, *QUESTIONS) for n in m.model_fields}
)  # fmt: skip


@dataclass(frozen=True)
class Study:
    """A sensitivity experiment, checked and complete.

    Attributes
    ----------
    title, question, source, origin : str
        Headline, what is asked, where the design comes from, and the file.
    method : str
        Of `sampling.sample_points`.
    n, replicates : int
        Samples of the design, and seeds per point.
    common : bool
        All points of a replicate share its seed.
    seed : int
        Of design and chance.
    second_order : bool
        Whether pairs of factors are told apart (Sobol only).
    analyses : tuple of str
        Given-data methods that are applied to the design as well.
    tolerance : float
        Widest 95 % interval half-width, and largest change from half the samples, of a converged index.
    most_n : int
        Samples are doubled until the primary outcomes have converged, or up to this many.
    factors : tuple of SampledFactor
        Columns of the design.
    model : RunModel
        What is run.
    scenario : Scenario or None
        Base with its layer; None for a test function.
    outcomes, primary : tuple of str
        All that are measured, and those that are drawn.
    years : tuple of int
        Policy years whose means are kept beside the end's.
    non_finite : str
        ``refuse`` an outcome with undefined values, ``impute`` their median, or ``leave_out`` points.
    persons_per_agent : int
        Scale.
    territory : str
        Built-in name or folder; empty for a test function.
    identity : str
        Hash of all that a run depends on beside its factors and seed: base, layer, scale, territory's
        data, code of the model, outcomes and years.
    discovery, robustness, search : Discovery, Robustness, Search or None
        What is asked beside indices (`questions`).
    """

    title: str
    question: str
    source: str
    origin: str
    method: Method
    n: int
    replicates: int
    common: bool
    seed: int
    second_order: bool
    analyses: tuple[GivenData, ...]
    tolerance: float
    most_n: int
    factors: tuple[SampledFactor, ...]
    model: RunModel
    scenario: Scenario | None
    outcomes: tuple[str, ...]
    primary: tuple[str, ...]
    years: tuple[int, ...]
    non_finite: NonFinite
    persons_per_agent: int
    territory: str
    identity: str
    discovery: Discovery | None = None
    robustness: Robustness | None = None
    search: Search | None = None

    @property
    def points_per_sample(self) -> int:
        """Points that a sample of the design takes: a state under all policies, a generation of a search."""
        if self.search is not None:
            return self.search.population
        if self.robustness is not None:
            return len(self.policy_factor.choices)
        return points_per_sample(self.method, len(self.factors), self.second_order)

    @property
    def policy_factor(self) -> SampledFactor:
        """The factor whose choices are compared (with ``[robustness]`` only)."""
        assert self.robustness is not None
        return next(factor for factor in self.factors if factor.key == self.robustness.policies)

    @property
    def questions(self) -> dict[str, Discovery | Robustness | Search]:
        """What is asked beside indices, under the names of its tables in the specification."""
        asked = {"discovery": self.discovery, "robustness": self.robustness, "search": self.search}
        return {name: question for name, question in asked.items() if question is not None}

    def bases(self) -> list[Scenario]:
        """Return the scenarios that the factors are laid over: the base, or the choices of a factor."""
        if not isinstance(self.model, WorldModel) or self.scenario is None:
            return []
        named = [choice for factor in self.factors if factor.key == SCENARIO for choice in factor.choices]
        places = [
            load_point("", self.model.layer, {SCENARIO: name}, self.origin, self.model.stands_on)
            for name in named
        ]
        return places or [self.scenario]


def is_sensitivity(source: str) -> bool:
    """Whether a specification's design is of this kind."""
    design = read_toml(Path(source)).get("design")
    return isinstance(design, dict) and design.get("kind") == KIND


def load_study(
    source: str, *, quick: bool = False, replicates: int | None = None, n: int | None = None,
    parameters: str = ILLUSTRATIVE,
) -> Study:  # fmt: skip
    """Read a specification.

    Parameters
    ----------
    source : str
        The TOML file.
    quick : bool
        Lay the table ``[quick]`` over ``[design]`` and ``[run]``.
    replicates : int, optional
        Seeds per point instead of those of the file.
    n : int, optional
        Samples instead of those of the file.
    parameters : str
        The set that takes the place of registered defaults (see `choose_parameter_sets`); the most central
        one unless a number names another.

    Raises
    ------
    UsageError
        Every problem at once, with file, key, what is allowed and the nearest fix.
    """
    path = Path(source)
    document = parse_document(read_toml(path), path, _Document, _KEYS)
    if quick:
        stated = document.quick.model_dump(exclude_none=True)
        design: dict[str, Any] = {key: stated.pop(key) for key in ("n", "replicates") if key in stated}
        document.design = document.design.model_copy(update=design)
        document.run = document.run.model_copy(update=stated)
        if document.quick.months is not None and document.outcomes.years is not None:
            reached = [year for year in document.outcomes.years if year <= document.quick.months // 12]
            document.outcomes = document.outcomes.model_copy(update={"years": reached})
    stated = {"replicates": replicates, "n": n}
    changed = {key: value for key, value in stated.items() if value is not None}
    document.design = document.design.model_copy(update=changed)
    function = document.base.test_function
    arguments = None
    if function is not None:
        if function not in known_functions():
            raise unknown_name("test function", function, known_functions(), f"{path}, base.test_function")
        arguments = known_functions()[function].ranges
    factors, problems = read_factors(document.factors, f"{path}, factors", arguments)
    problems += _design_problems(document.design, len(factors), path)
    problems += question_problems(document, factors, _measured(document), str(path))
    if document.outcomes.non_finite == "leave_out" and document.design.method in STRUCTURED:
        problems.append(
            UsageError(f"a {document.design.method} design needs every point",
                       where=f"{path}, outcomes.non_finite", allowed="refuse, impute", fix='use "impute"')
        )  # fmt: skip
    scenario, territory, layer = None, "", _layer(document)
    if function is None:
        territory = document.run.territory
        territory = territory if is_built_in(territory) else str(Path(territory).resolve())
        problems += _outcome_problems(document.outcomes, path)
        try:
            scenario = load_layered(document.base.scenario, layer, f"{path}, base")
            problems += _year_problems(document.outcomes.years, scenario.months, path)
            check_zones(scenario, load_territory(territory))
            problems += _end_problems(document.base.scenario, layer, factors, path)
        except UsageError as problem:
            problems.append(problem)
    elif {*factors_missing(factors, arguments or {})}:
        missing = ", ".join(factors_missing(factors, arguments or {}))
        problems.append(UsageError(f"`{function}` needs the factors {missing}", where=f"{path}, factors"))
    together(problems)
    accepted = next(iter(choose_parameter_sets(parameters, None)), None)
    if scenario is not None and accepted is not None:
        scenario = standing_on(scenario, accepted)
    return _study(document, source, factors, scenario, territory, layer)


def factors_missing(factors: list[SampledFactor], arguments: Any) -> list[str]:
    """Return the arguments of a test function that no factor sets."""
    return [name for name in arguments if name not in {factor.key for factor in factors}]


def _layer(document: _Document) -> dict[str, Any]:
    horizon = {"run.months": document.run.months, "run.burn_in": document.run.burn_in}
    stated = {key: value for key, value in horizon.items() if value is not None}
    return {**flatten(dict(document.base.model_extra or {})), **stated}


def _design_problems(design: _Design, n_factors: int, path: Path) -> list[UsageError]:
    where, problems = f"{path}, design.n", []
    if design.method == "sobol" and design.n & (design.n - 1):
        power = 2 ** round(np.log2(design.n))
        problems.append(
            UsageError(f"n is {design.n}", where=where, allowed="a power of two for a Sobol' sequence",
                       fix=f"use {power}")
        )  # fmt: skip
    if design.method == "fast" and design.n < FAST_LEAST:
        problems.append(
            UsageError(f"n is {design.n}", where=where, allowed=f"{FAST_LEAST} or more for FAST",
                       fix=f"use {FAST_LEAST}")
        )  # fmt: skip
    if design.most_n is not None and design.method != "sobol":
        problems.append(
            UsageError(
                f"a {design.method} design cannot grow by doubling", where=f"{path}, design.most_n",
                fix="remove most_n, or use method = \"sobol\", which keeps its first samples",
            )
        )  # fmt: skip
    if design.analyses and design.method in ("morris", "fast"):
        problems.append(
            UsageError(
                f"the points of a {design.method} design are not a random sample",
                where=f"{path}, design.analyses", allowed="given-data analyses of latin, given_data or sobol",
                fix="remove analyses",
            )
        )  # fmt: skip
    if n_factors == 1 and design.method not in ("latin", "nsga2"):
        problems.append(UsageError("a single factor explains everything", where=f"{path}, factors",
                                   fix="add a factor, or draw it with method = \"latin\""))  # fmt: skip
    return problems


def _measured(document: _Document) -> tuple[str, ...]:
    """Return the outcomes of every run."""
    if document.base.test_function is not None:
        return known_functions()[document.base.test_function].outcomes
    outcomes = document.outcomes
    listed = dict.fromkeys([*outcomes.primary, *outcomes.measured])
    return tuple(listed if outcomes.measured else OUTCOMES)


def _outcome_problems(outcomes: _Outcomes, path: Path) -> list[UsageError]:
    problems = [
        unknown_name("outcome", name, OUTCOMES, f"{path}, outcomes.{key}")
        for key in ("primary", "measured")
        for name in getattr(outcomes, key)
        if name not in OUTCOMES
    ]
    if not outcomes.primary:
        problems.append(UsageError("no outcome is primary", where=f"{path}, outcomes", fix="primary = [...]"))
    return problems


def _year_problems(years: list[int] | None, months: int, path: Path) -> list[UsageError]:
    return [
        UsageError(f"year {year} is asked", where=f"{path}, outcomes.years", allowed=f"1 to {months // 12}")
        for year in years or []
        if not 1 <= year <= months // 12
    ]


def _end_problems(
    base: str, layer: dict[str, Any], factors: list[SampledFactor], path: Path
) -> list[UsageError]:
    """Load each factor alone at its ends (or choices), so that a wrong one is named once."""
    problems = []
    for factor in factors:
        ends = factor.choices or factor.values(np.array([0.0, 1.0]))
        for value in ends:
            place = f"{path}, factors.{factor.key} = {value}"
            try:
                load_point(base, layer, {factor.key: value}, place)
            except UsageError as problem:
                problems.append(problem)
                break
    return problems


def _study(
    document: _Document, source: str, factors: list[SampledFactor], scenario: Scenario | None,
    territory: str, layer: dict[str, Any],
) -> Study:  # fmt: skip
    design, outcomes, run = document.design, document.outcomes, document.run
    random = design.method in ("latin", "given_data") and document.robustness is None
    usual = GIVEN_DATA if random else ()
    analyses = ("rbd_fast",) if design.method == "rbd_fast" else usual
    chosen: tuple[GivenData, ...] = analyses if design.analyses is None else tuple(design.analyses)
    measured = _measured(document)
    if scenario is None:
        primary, years = measured, usual_years(0)
        model: RunModel = FunctionModel(str(document.base.test_function))
        parts: list[Any] = [document.base.test_function, model_hash()]
    else:
        primary = tuple(dict.fromkeys(outcomes.primary))
        years = tuple(sorted(set(outcomes.years))) if outcomes.years else usual_years(scenario.months)
        accepted = scenario.stands_on
        model = WorldModel(
            document.base.scenario, layer, run.persons_per_agent, territory, measured, years, accepted
        )
        parts = [scenario.hash(), run.persons_per_agent, data_hash(territory), model_hash(), measured, years]
        # A scenario as a factor is known to a run by its name only.
        parts += [load_point("", layer, {SCENARIO: c}, source, accepted).hash()
                  for f in factors if f.key == SCENARIO for c in f.choices]  # fmt: skip
    identity = hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()
    return Study(
        title=document.title, question=document.question.strip(), source=document.source, origin=source,
        method=design.method, n=design.n, replicates=design.replicates, common=design.chance == "common",
        seed=design.seed, second_order=design.second_order and design.method == "sobol", analyses=chosen,
        tolerance=design.tolerance, most_n=design.most_n or design.n,
        factors=tuple(factors), model=model, scenario=scenario, outcomes=measured,
        primary=primary, years=years, non_finite=outcomes.non_finite,
        persons_per_agent=run.persons_per_agent, territory=territory, identity=identity,
        discovery=document.discovery, robustness=document.robustness, search=document.search,
    )  # fmt: skip


def usual_years(months: int) -> tuple[int, ...]:
    """Return the years that are kept when the specification does not say.

    Examples
    --------
    >>> usual_years(120), usual_years(24)
    ((1, 2, 3, 5, 7, 10), (1, 2))
    """
    whole = months // 12
    return tuple(dict.fromkeys(year for year in (1, 2, 3, 5, 7, 10, 15, 20, 30, whole) if 1 <= year <= whole))
