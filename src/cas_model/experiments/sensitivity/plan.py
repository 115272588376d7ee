"""All runs of a study: points with their settings, seeds and content addresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.errors import UsageError
from cas_model.config.toml_source import together
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.models import WorldModel, load_point
from cas_model.experiments.sensitivity.sampling import Floats, run_seeds, sample_points
from cas_model.experiments.sensitivity.study import Study

SHOWN_PROBLEMS = 3


@dataclass
class Plan:
    """All runs of a study.

    Attributes
    ----------
    unit : float array (points, factors)
        The design in the unit cube.
    settings : list of list
        Value of each factor at each point: ``settings[factor][point]``; None where the base's holds.
    seeds : int array (points, replicates)
    runs : object array (points, replicates)
        Content address of each run; points that coincide share runs.
    generations : list of int
        Of each point of a search; empty otherwise.
    to_come : int
        Runs that will follow from the results of these, at most.
    """

    keys: tuple[str, ...]
    unit: Floats
    settings: list[list[Any]]
    seeds: NDArray[np.int64]
    runs: NDArray[Any]
    generations: list[int] = field(default_factory=list)
    to_come: int = 0

    def at(self, point: int) -> dict[str, Value]:
        """Return the settings of a point."""
        found = {key: column[point] for key, column in zip(self.keys, self.settings, strict=True)}
        return {key: value for key, value in found.items() if value is not None}

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


def design_points(study: Study) -> tuple[Floats, int]:
    """Return the points of a design, and how many one after another share their chance.

    With ``[robustness]``, every sampled state is followed through all policies.
    """
    n, k = study.n, len(study.factors)
    if study.robustness is None:
        return sample_points(study.method, k, n, seed=study.seed, second_order=study.second_order), 1
    policies = len(study.policy_factor.choices)
    states = np.repeat(sample_points(study.method, k - 1, n, seed=study.seed), policies, axis=0)
    column = np.tile((np.arange(policies) + 0.5) / policies, n)
    return np.insert(states, study.factors.index(study.policy_factor), column, axis=1), policies


def plan_runs(study: Study) -> Plan:
    """Draw the design of a study, with settings, seeds and addresses of all runs.

    That of a search follows from its results (`search.plan_so_far`).
    """
    assert study.search is None
    unit, block = design_points(study)
    settings = [factor.values(unit[:, j]) for j, factor in enumerate(study.factors)]
    seeds = run_seeds(len(unit) // block, study.replicates, seed=study.seed, common=study.common)
    return addressed(study, unit, settings, np.repeat(seeds, block, axis=0))


def addressed(
    study: Study, unit: Floats, settings: list[list[Any]], seeds: NDArray[np.int64],
    generations: list[int] | None = None,
) -> Plan:  # fmt: skip
    """Return the plan of these points, with the addresses of all runs."""
    keys = tuple(factor.key for factor in study.factors)
    plan = Plan(keys, unit, settings, seeds, np.empty(seeds.shape, object), generations or [])
    for point in range(len(unit)):
        here = plan.at(point)
        for replicate in range(study.replicates):
            plan.runs[point, replicate] = run_address(study.identity, here, seeds[point, replicate])
    return plan


def check_points(study: Study, plan: Plan, jobs: int = 1) -> None:
    """Load the world of every point, so that no combination of factors is refused after the start.

    Parameters
    ----------
    study, plan : Study, Plan
        What is asked, and its points.
    jobs : int
        Processes that share the points.

    Raises
    ------
    UsageError
        With the first points that cannot be, e.g. shares of payment that sum to more than one.
    """
    if not isinstance(study.model, WorldModel):
        return
    first = {tuple(plan.at(point).values()): point for point in reversed(range(len(plan.unit)))}
    points = sorted(first.values())
    if jobs == 1:
        problems = _wrong_points(study.model, study.origin, plan, points)
    else:
        from joblib import Parallel, delayed

        shares = [points[k::jobs] for k in range(jobs)]
        task = delayed(_wrong_points)
        work = (task(study.model, study.origin, plan, share) for share in shares)
        problems = [problem for found in Parallel(n_jobs=jobs, backend="loky")(work) for problem in found]
    if len(problems) >= SHOWN_PROBLEMS:
        more = UsageError("there may be more", fix="narrow the ranges that exclude each other")
        problems = [*problems[:SHOWN_PROBLEMS], more]
    together(problems)


def _wrong_points(model: WorldModel, origin: str, plan: Plan, points: Sequence[int]) -> list[UsageError]:
    """Return what is wrong with some points; stops when there is enough to show."""
    load_registries()  # a worker process starts with empty registries
    problems: list[UsageError] = []
    for point in points:
        try:
            load_point(model.base, model.layer, plan.at(point), f"{origin}, point {point} of the design")
        except UsageError as problem:
            problems.append(problem)
            if len(problems) == SHOWN_PROBLEMS:
                break
    return problems
