"""The care system as a simulator: runs go through the store of the experiments, so that none is repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cas_model.calibration.problem import Floats, Ints
from cas_model.config.errors import CasModelError
from cas_model.experiments.progress import Progress
from cas_model.experiments.sensitivity.factors import SampledFactor, Value
from cas_model.experiments.sensitivity.models import RunModel
from cas_model.experiments.sensitivity.plan import Plan, run_address
from cas_model.experiments.sensitivity.run_store import DONE, RunStore
from cas_model.experiments.sensitivity.runner import Pool, pending_runs, run_pending

LOOSE = 7
"""Keeps the draw of scattered factors apart from others of the same seed."""
MOST_FAILED = 0.2
"""Share of failed runs above which a calibration stops."""


@dataclass(frozen=True)
class StoredSimulator:
    """Runs a model at points of the unit cube, once each, on several cores.

    Attributes
    ----------
    factors : tuple of SampledFactor
        Columns of the points.
    model : RunModel
        From settings and a seed to statistics; picklable.
    statistics : int
        How many it gives.
    store : RunStore
        What has been run.
    identity : str
        Hash of all that a run depends on beside its factors and seed.
    pool : Pool
        Who does the runs.
    progress : callable
        From the number of runs to do to the display of them.
    scattered : tuple of SampledFactor
        That are drawn from their prior anew for each seed: their effect then is part of chance.
    """

    factors: tuple[SampledFactor, ...]
    model: RunModel
    statistics: int
    store: RunStore
    identity: str
    pool: Pool
    progress: Callable[[int], Progress | None]
    scattered: tuple[SampledFactor, ...] = ()

    def keeping(self, columns: Sequence[int], scattered: Sequence[int] = ()) -> StoredSimulator:
        """Return the simulator of some factors; others are scattered, or stay as the base has them."""
        kept, loose = (tuple(self.factors[c] for c in part) for part in (columns, scattered))
        return replace(self, factors=kept, scattered=loose)

    def natural(self, points: Floats) -> list[Mapping[str, Value]]:
        """Return the settings at points (n, factors)."""
        columns = [factor.values(points[:, j]) for j, factor in enumerate(self.factors)]
        keys = [factor.key for factor in self.factors]
        return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]

    def __call__(self, points: Floats, seeds: Ints) -> Floats:
        """Return the statistics of every row, NaN for a run that failed twice.

        Raises
        ------
        CasModelError
            More than `MOST_FAILED` of the runs failed.
        """
        plan = self._plan(points, seeds)
        left = len(pending_runs(plan, self.store.finished()))
        if left:
            run_pending(self.model, plan, self.store, pool=self.pool, progress=self.progress(left))
            self.store.compact()
        records = self.store.read(set(plan.runs.ravel()))
        values, problems = np.full((len(points), self.statistics), np.nan), []
        for row, run in enumerate(plan.runs[:, 0]):
            if records[run].status == DONE:
                values[row] = records[run].results
            else:
                problems.append(records[run].problem)
        if len(problems) > MOST_FAILED * len(points):
            raise CasModelError(f"{len(problems)} of {len(points)} runs failed; the first with {problems[0]}")
        return values

    def _plan(self, points: Floats, seeds: Ints) -> Plan:
        factors = (*self.factors, *self.scattered)
        loose = [np.random.default_rng([int(seed), LOOSE]).random(len(self.scattered)) for seed in seeds]
        points = np.hstack([points, np.reshape(loose, (len(points), -1))])
        keys = tuple(factor.key for factor in factors)
        settings = [factor.values(points[:, j]) for j, factor in enumerate(factors)]
        plan = Plan(keys, points, settings, seeds[:, None], np.empty((len(points), 1), object))
        for row in range(len(points)):
            plan.runs[row, 0] = run_address(self.identity, plan.at(row), int(seeds[row]))
        return plan
