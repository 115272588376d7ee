"""A calibration as a specification: which parameters are fitted to which figures, with what effort."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cas_model.calibration.problem import Target
from cas_model.calibration.world_statistics import StatisticsModel, statistic_names
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.scenario import Scenario
from cas_model.config.toml_source import flatten, read_toml, together
from cas_model.experiments.design import load_layered
from cas_model.experiments.manifest import data_hash, model_hash
from cas_model.experiments.sensitivity.factors import SampledFactor, read_factors
from cas_model.experiments.sensitivity.models import WorldModel
from cas_model.experiments.spec import parse_document
from cas_model.model.shocks import check_zones
from cas_model.territory.facts import is_built_in, load_territory

Method = Literal["importance", "abc_smc"]
PARAMETERS_ONLY = "parameters."
_STRICT = ConfigDict(extra="forbid", strict=True)


class Design(BaseModel):
    """How much effort goes where.

    Attributes
    ----------
    seed : int
        Of everything drawn.
    trajectories : int
        Of the screening; 0 fits every parameter listed.
    idle_below : float
        Effect, relative to the tolerance of a target, below which a parameter is idle.
    most_parameters : int
        That are fitted.
    waves : int
        Of history matching, at most.
    points_per_parameter, replicates : int
        Points of a wave, and seeds at each.
    cutoff : float
        Largest implausibility that is not ruled out.
    forgiving_waves : int
        First waves that rule out by the second largest implausibility.
    out_of_reach : str
        ``set_aside`` a figure that no parameters come near, say so, and fit the others; or ``stop``.
    method : str
        ``importance`` or ``abc_smc``: how the posterior is drawn.
    candidates : int
        Sets drawn from it, and run.
    sets : int
        Equally likely sets that are kept.
    trials : int
        Of the search for one best fit, when asked.
    """

    model_config = _STRICT
    seed: int = Field(0, ge=0, le=2**31)
    trajectories: int = Field(10, ge=0, le=1000)
    idle_below: float = Field(0.25, ge=0.0)
    most_parameters: int = Field(20, ge=1, le=100)
    waves: int = Field(4, ge=1, le=20)
    points_per_parameter: int = Field(12, ge=5, le=1000)
    replicates: int = Field(3, ge=1, le=100)
    cutoff: float = Field(3.0, gt=0.0, le=10.0)
    forgiving_waves: int = Field(1, ge=0, le=20)
    out_of_reach: Literal["set_aside", "stop"] = "set_aside"
    method: Method = "importance"
    candidates: int = Field(400, ge=10, le=100_000)
    sets: int = Field(100, ge=1, le=10_000)
    trials: int = Field(200, ge=1, le=100_000)


class _Base(BaseModel):
    """Where the runs stand; other keys are a scenario layer, which its own loader checks."""

    model_config = ConfigDict(extra="allow", strict=True)
    scenario: str = "status_quo"


class _Run(BaseModel):
    model_config = _STRICT
    months: int = Field(24, ge=12, le=600)
    burn_in: int = Field(24, ge=0, le=240)
    persons_per_agent: int = Field(1000, ge=1, le=5000)
    territory: str = "flanders"


class _Quick(BaseModel):
    """What `--quick` changes: any key of `[design]` and `[run]`."""

    model_config = ConfigDict(extra="allow", strict=True)


class _Target(BaseModel):
    model_config = _STRICT
    name: str = Field(min_length=1)
    statistic: str
    low: float
    high: float
    sd: float = Field(gt=0.0)
    source: str = Field(min_length=1)


class _Document(BaseModel):
    model_config = _STRICT
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    source: str = Field(min_length=1)
    design: Design = Design()
    base: _Base = _Base()
    run: _Run = _Run()
    quick: _Quick = _Quick()
    factors: dict[str, Any] = Field(min_length=1)
    targets: list[_Target] = Field(min_length=1)


_MODELS = (_Document, Design, _Base, _Run, _Target)
_KEYS = sorted({name for model in _MODELS for name in model.model_fields})


@dataclass(frozen=True)
class CalibrationSpec:
    """A specification, checked and complete.

    Attributes
    ----------
    title, question, source, origin : str
        Headline, what is asked, where the design comes from, and the file.
    quick : bool
        Whether the table ``[quick]`` holds.
    design : Design
        Effort.
    factors : tuple of SampledFactor
        Parameters with their prior.
    targets : tuple of Target
        Named by their statistic.
    labels, sources : tuple of str
        Short name and reference of each target.
    model : StatisticsModel
        What is run.
    scenario : Scenario
        The base.
    identity : str
        Hash of all that a run depends on beside its factors and seed.
    """

    title: str
    question: str
    source: str
    origin: str
    quick: bool
    design: Design
    factors: tuple[SampledFactor, ...]
    targets: tuple[Target, ...]
    labels: tuple[str, ...]
    sources: tuple[str, ...]
    model: StatisticsModel
    scenario: Scenario
    identity: str

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the parameters."""
        return tuple(factor.key for factor in self.factors)


def load_calibration(source: str, *, quick: bool = False) -> CalibrationSpec:
    """Read a specification.

    Parameters
    ----------
    source : str
        The TOML file.
    quick : bool
        Lay the table ``[quick]`` over ``[design]`` and ``[run]``.

    Raises
    ------
    UsageError
        Every problem at once, with file, key, what is allowed and the nearest fix.
    """
    path = Path(source)
    content = read_toml(path)
    if quick:
        stated = dict(content.get("quick", {}))
        for section, model in (("design", Design), ("run", _Run)):
            own = {key: stated.pop(key) for key in model.model_fields if key in stated}
            content[section] = {**content.get(section, {}), **own}
        content["quick"] = {}
        if stated:
            known = [*Design.model_fields, *_Run.model_fields]
            raise unknown_name("key", next(iter(stated)), known, f"{path}, quick")
    document = parse_document(content, path, _Document, _KEYS)
    factors, problems = read_factors(document.factors, f"{path}, factors")
    problems += _factor_problems(factors, path) + _target_problems(document.targets, path)
    together(problems)
    layer = {
        **flatten(dict(document.base.model_extra or {})),
        "run.months": document.run.months, "run.burn_in": document.run.burn_in,
    }  # fmt: skip
    territory = document.run.territory
    territory = territory if is_built_in(territory) else str(Path(territory).resolve())
    scenario = load_layered(document.base.scenario, layer, f"{path}, base")
    check_zones(scenario, load_territory(territory))
    names = tuple(target.statistic for target in document.targets)
    world = WorldModel(document.base.scenario, layer, document.run.persons_per_agent, territory, (), ())
    parts = [scenario.hash(), world.persons_per_agent, data_hash(territory), model_hash(), _own_hash(), names]
    return CalibrationSpec(
        title=document.title, question=document.question.strip(), source=document.source, origin=source,
        quick=quick, design=document.design, factors=tuple(factors),
        targets=tuple(Target(t.statistic, t.low, t.high, t.sd) for t in document.targets),
        labels=tuple(target.name for target in document.targets),
        sources=tuple(target.source for target in document.targets),
        model=StatisticsModel(world, names), scenario=scenario,
        identity=hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest(),
    )  # fmt: skip


def _own_hash() -> str:
    """Return the hash of the file that reads statistics off a world, which a run depends on too."""
    return hashlib.blake2b(Path(__file__).with_name("world_statistics.py").read_bytes()).hexdigest()[:16]


def _factor_problems(factors: list[SampledFactor], path: Path) -> list[UsageError]:
    problems = [
        UsageError(f"`{factor.key}` is no parameter", where=f"{path}, factors",
                   allowed="keys under `parameters`, since a set of parameters serves every scenario")
        for factor in factors
        if not factor.key.startswith(PARAMETERS_ONLY)
    ]  # fmt: skip
    if len(factors) == 1:
        problems.append(UsageError("a single parameter is fitted", where=f"{path}, factors", fix="add one"))
    return problems


def _target_problems(targets: list[_Target], path: Path) -> list[UsageError]:
    known, problems = statistic_names(), []
    seen: set[str] = set()
    for target in targets:
        where = f"{path}, targets, {target.name}"
        if target.statistic not in known:
            problems.append(unknown_name("statistic", target.statistic, known, where))
        if target.statistic in seen:
            problems.append(
                UsageError(f"`{target.statistic}` is a target twice", where=where, allowed="once")
            )
        if not (np.isfinite([target.low, target.high]).all() and target.low <= target.high):
            band = f"{target.low:g} to {target.high:g}"
            problems.append(UsageError(f"the band is {band}", where=where, allowed="low up to high"))
        seen.add(target.statistic)
    return problems
