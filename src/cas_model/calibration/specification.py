"""A calibration as a specification: which parameters are fitted to which figures, with what effort."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from cas_model.calibration.problem import Target
from cas_model.calibration.targets import PublishedTarget, load_targets, why_not_fitted
from cas_model.calibration.world_statistics import StatisticsModel
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.scenario import Scenario
from cas_model.config.toml_source import flatten, read_toml, together
from cas_model.experiments.design import load_layered
from cas_model.experiments.manifest import data_hash, hash_files, model_hash
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


class _Targets(BaseModel):
    """Which published figures: of a file beside the specification, all of use C or those of some numbers."""

    model_config = _STRICT
    file: str = "targets.toml"
    ids: list[str] = []


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
    targets: _Targets = _Targets()


_MODELS = (_Document, Design, _Base, _Run, _Targets)
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
        Named by number and name.
    published : tuple of PublishedTarget
        The same as the file states them.
    left_out : mapping of str to str
        Figures to calibrate that are not fitted, with the reason.
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
    published: tuple[PublishedTarget, ...]
    left_out: Mapping[str, str]
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
    together(problems + _factor_problems(factors, path))
    published, left_out = _chosen(document.targets, path)
    layer = {
        **flatten(dict(document.base.model_extra or {})),
        "run.months": document.run.months, "run.burn_in": document.run.burn_in,
    }  # fmt: skip
    territory = document.run.territory
    territory = territory if is_built_in(territory) else str(Path(territory).resolve())
    scenario = load_layered(document.base.scenario, layer, f"{path}, base")
    check_zones(scenario, load_territory(territory))
    names = tuple(target.measure for target in published)
    world = WorldModel(document.base.scenario, layer, document.run.persons_per_agent, territory, (), ())
    parts = [scenario.hash(), world.persons_per_agent, data_hash(territory), model_hash(), _own_hash(), names]
    return CalibrationSpec(
        title=document.title, question=document.question.strip(), source=document.source, origin=source,
        quick=quick, design=document.design, factors=tuple(factors),
        targets=tuple(Target(t.label, *_band(t)) for t in published),
        published=tuple(published), left_out=left_out,
        model=StatisticsModel(world, names), scenario=scenario,
        identity=hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest(),
    )  # fmt: skip


def _own_hash() -> str:
    """Return the hash of the files that read measurements off a world, which a run depends on too."""
    here = Path(__file__).parent
    return hash_files([here / "world_statistics.py", *(here / "measurements").glob("*.py")], here)


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


def _chosen(asked: _Targets, path: Path) -> tuple[list[PublishedTarget], dict[str, str]]:
    """Return the figures to fit, and those to calibrate that are not fitted with the reason."""
    stated = load_targets(str(path.parent / asked.file))
    where, problems = f"{path}, targets", []
    for number in asked.ids:
        uses = {target.use for target in stated if target.id == number}
        if not uses:
            problems.append(unknown_name("target", number, sorted({t.id for t in stated}), where))
        elif "C" not in uses:
            problems.append(
                UsageError(f"`{number}` is held out for validation", where=where, allowed="figures of use C")
            )
    together(problems)
    wanted = [t for t in stated if t.use == "C" and (not asked.ids or t.id in asked.ids)]
    reasons = {target.label: why_not_fitted(target) for target in wanted}
    fitted = [target for target in wanted if not reasons[target.label]]
    if not fitted:
        raise UsageError("no figure can be fitted", where=where, fix="name a file with figures of use C")
    return fitted, {label: why for label, why in reasons.items() if why}


def _band(target: PublishedTarget) -> tuple[float, float, float]:
    """Return low, high and sd; `load_targets` has refused a figure to fit without one of them."""
    return cast(tuple[float, float, float], (target.low, target.high, target.sd))
