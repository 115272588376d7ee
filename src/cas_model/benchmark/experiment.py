"""Measurements of the runner and the analysis of experiments; see `measure` for how they are asked for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Result = dict[str, Any]
SPECIFICATION = Path(__file__).with_name("experiment.toml")
FIRST_SAMPLES = 2
"""Samples run before the measurement, which start the workers."""


def workers_bytes() -> int:
    """Return the memory that the child processes of this process hold; 0 where the system does not say."""
    held = 0
    for task in Path("/proc/self/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            status = Path(f"/proc/{child}/status").read_text(encoding="ascii", errors="replace")
            for line in status.splitlines():
                if line.startswith("VmRSS:"):
                    held += int(line.split()[1]) * 1024
    return held


def measure_experiment(
    persons_per_agent: int, samples: int, jobs: int, territory: str = "flanders"
) -> Result:
    """Run and store the worlds of an experiment on all cores, after a first part that starts the workers.

    Parameters
    ----------
    persons_per_agent, territory
        Of the worlds.
    samples : int
        Of the Sobol' design, twenty runs each.
    jobs : int
        Worker processes.

    Returns
    -------
    dict
        ``runs`` and ``seconds`` measured; ``busy_s``, the seconds that workers spent inside runs;
        ``early_bytes`` and ``late_bytes``, held by the workers before and after.
    """
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.sensitivity.models import WorldModel
    from cas_model.experiments.sensitivity.plan import plan_runs
    from cas_model.experiments.sensitivity.pools import pool_of
    from cas_model.experiments.sensitivity.run_store import RunStore
    from cas_model.experiments.sensitivity.runner import run_pending
    from cas_model.experiments.sensitivity.study import load_study

    load_registries()
    plans = [plan_runs(load_study(str(SPECIFICATION), n=n)) for n in (FIRST_SAMPLES, samples)]
    model = load_study(str(SPECIFICATION)).model
    assert isinstance(model, WorldModel)
    model = replace(model, persons_per_agent=persons_per_agent, territory=territory)
    with tempfile.TemporaryDirectory() as folder:
        store, pool = RunStore(Path(folder)), pool_of(jobs, "")
        run_pending(model, plans[0], store, pool=pool)
        first, early = store.finished(), workers_bytes()
        began = time.perf_counter()
        run_pending(model, plans[1], store, pool=pool)
        seconds, late = time.perf_counter() - began, workers_bytes()
        records = store.read(set(plans[1].runs.ravel()) - first)
    problems = [record.problem for record in records.values() if record.problem]
    if problems:
        raise RuntimeError(problems[0])
    return {
        "persons_per_agent": persons_per_agent, "runs": len(records), "jobs": jobs, "seconds": seconds,
        "busy_s": sum(record.seconds for record in records.values()), "early_bytes": early,
        "late_bytes": late,
    }  # fmt: skip


@dataclass(frozen=True)
class _MadeUp:
    """Stands in for the care system where only the analysis is timed: sums of the settings, and noise."""

    weights: NDArray[np.float64]

    def __call__(self, settings: Mapping[str, Any], seed: int) -> NDArray[np.float64]:
        values = np.array([float(value) for value in settings.values()])
        noise = np.random.default_rng(int(values.sum() * 1e9)).normal(size=self.weights.shape[:-1])
        result: NDArray[np.float64] = self.weights @ values + noise
        return result


def measure_analysis(samples: int, jobs: int) -> Result:
    """Read and analyse an experiment of made-up results for all outcomes and years, twenty runs a sample.

    Returns
    -------
    dict
        ``runs``, ``outcomes``, ``seconds``.
    """
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.sensitivity.folder import run_in_folder
    from cas_model.experiments.sensitivity.plan import plan_runs
    from cas_model.experiments.sensitivity.run_store import RunStore
    from cas_model.experiments.sensitivity.runner import run_pending
    from cas_model.experiments.sensitivity.study import load_study

    load_registries()
    study = load_study(str(SPECIFICATION), n=samples)
    shape = (1 + len(study.years), len(study.outcomes), len(study.factors))
    plan, model = plan_runs(study), _MadeUp(np.random.default_rng(1).normal(size=shape))
    with tempfile.TemporaryDirectory() as folder:
        run_pending(model, plan, RunStore(Path(folder)))
        began = time.perf_counter()
        run_in_folder(Path(folder), study, specification=str(SPECIFICATION), jobs=jobs, model=model)
        seconds = time.perf_counter() - began
    return {"runs": len(plan.unique()), "outcomes": len(study.outcomes), "jobs": jobs, "seconds": seconds}
