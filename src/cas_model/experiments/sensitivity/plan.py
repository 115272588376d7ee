"""All runs of a study: points with their settings, seeds and content addresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.errors import UsageError
from cas_model.config.toml_source import together
from cas_model.experiments.design import load_layered
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.models import WorldModel
from cas_model.experiments.sensitivity.sampling import Floats, run_seeds, sample_points
from cas_model.experiments.sensitivity.study import Study

SHOWN_PROBLEMS = 3


@dataclass(frozen=True)
class Plan:
    """All runs of a study.

    Attributes
    ----------
    unit : float array (points, factors)
        The design in the unit cube.
    settings : list of list
        Value of each factor at each point: ``settings[factor][point]``.
    seeds : int array (points, replicates)
    runs : object array (points, replicates)
        Content address of each run; points that coincide share runs.
    """

    keys: tuple[str, ...]
    unit: Floats
    settings: list[list[Value]]
    seeds: NDArray[np.int64]
    runs: NDArray[Any]

    def at(self, point: int) -> dict[str, Value]:
        """Return the settings of a point."""
        return {key: column[point] for key, column in zip(self.keys, self.settings, strict=True)}

    def unique(self) -> dict[str, tuple[int, int]]:
        """Return the address of every different run -> (point, replicate) where it occurs first."""
        places: dict[str, tuple[int, int]] = {}
        for point, row in enumerate(self.runs):
            for replicate, run in enumerate(row):
                places.setdefault(run, (point, replicate))
        return places


def run_address(identity: str, settings: dict[str, Value], seed: int) -> str:
    """Return 16 hexadecimal digits that change with anything a run depends on."""
    content = json.dumps([identity, sorted(settings.items()), int(seed)])
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def plan_runs(study: Study) -> Plan:
    """Draw the design of a study, with settings, seeds and addresses of all runs."""
    unit = sample_points(
        study.method, len(study.factors), study.n, seed=study.seed, second_order=study.second_order
    )
    settings = [factor.values(unit[:, j]) for j, factor in enumerate(study.factors)]
    seeds = run_seeds(len(unit), study.replicates, seed=study.seed, common=study.common)
    plan = Plan(tuple(f.key for f in study.factors), unit, settings, seeds, np.empty(seeds.shape, object))
    for point in range(len(unit)):
        here = plan.at(point)
        for replicate in range(study.replicates):
            plan.runs[point, replicate] = run_address(study.identity, here, seeds[point, replicate])
    return plan


def check_points(study: Study, plan: Plan) -> None:
    """Load the world of every point, so that no combination of factors is refused after the start.

    Raises
    ------
    UsageError
        With the first points that cannot be, e.g. shares of payment that sum to more than one.
    """
    if not isinstance(study.model, WorldModel):
        return
    problems = list(_wrong_points(study.model, study, plan))
    if problems:
        more = UsageError("there may be more", fix="narrow the ranges that exclude each other")
        together([*problems, more] if len(problems) == SHOWN_PROBLEMS else problems)


def _wrong_points(model: WorldModel, study: Study, plan: Plan) -> Iterator[UsageError]:
    found, seen = 0, set()
    for point in range(len(plan.unit)):
        here = plan.at(point)
        known = tuple(here.values())
        if known in seen or found == SHOWN_PROBLEMS:
            continue
        seen.add(known)
        try:
            load_layered(model.base, {**model.layer, **here}, f"{study.origin}, point {point} of the design")
        except UsageError as problem:
            found += 1
            yield problem
