"""The tables of a sensitivity experiment: design, runs, years and timings, from what the store holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cas_model.experiments.sensitivity.models import WorldModel
from cas_model.experiments.sensitivity.plan import Plan
from cas_model.experiments.sensitivity.run_store import DONE, RunRecord
from cas_model.experiments.sensitivity.sampling import Floats
from cas_model.experiments.sensitivity.study import Study

WAITING = "waiting"


def design_table(study: Study, plan: Plan) -> pd.DataFrame:
    """Return one row per point and replicate: its seed and the address of its run."""
    points, replicates = plan.runs.shape
    return pd.DataFrame(
        {
            "point": np.repeat(np.arange(points), replicates),
            "replicate": np.tile(np.arange(replicates), points),
            "seed": plan.seeds.ravel(),
            "run": plan.runs.ravel().astype(str),
        }
    )


def values_array(study: Study, plan: Plan, records: Mapping[str, RunRecord]) -> Floats:
    """Return all results, NaN where a run failed or is undefined.

    Returns
    -------
    float array (points, replicates, 1 + years, outcomes)
        The first row of the third axis is the end of the runs.
    """
    shape = (1 + len(study.years), len(study.outcomes))
    values = np.full((*plan.runs.shape, *shape), np.nan)
    for point, row in enumerate(plan.runs):
        for replicate, run in enumerate(row):
            record = records.get(run)
            if record is not None and record.status == DONE:
                values[point, replicate] = np.reshape(record.results, shape)
    return values


def run_tables(study: Study, plan: Plan, records: Mapping[str, RunRecord]) -> dict[str, pd.DataFrame]:
    """Return the tables of all different runs in the order of the design.

    Returns
    -------
    dict of str to DataFrame
        ``runs``: one row per run with seed, factor values, status, problem, traceback, replay command and
        the mean of every outcome over the last twelve months; ``years``: the same means at each kept year;
        ``timings``: seconds and attempts, which differ from machine to machine; ``design``.
    """
    places = plan.unique()
    first = [point for point, _ in places.values()]
    addresses = list(places)
    shape = (1 + len(study.years), len(study.outcomes))
    block = np.full((len(addresses), *shape), np.nan)
    kept = [records.get(run) for run in addresses]
    for number, record in enumerate(kept):
        if record is not None and record.status == DONE:
            block[number] = np.reshape(record.results, shape)
    seeds = [int(plan.seeds[place]) for place in places.values()]
    runs = {
        "run": addresses,
        "seed": seeds,
        **{k: [column[p] for p in first] for k, column in zip(plan.keys, plan.settings, strict=True)},
        "status": [record.status if record else WAITING for record in kept],
        "problem": [record.problem if record else "" for record in kept],
        "trace": [record.trace if record else "" for record in kept],
        "replay": [
            replay_command(study, plan, point, seed, run) if record and record.status != DONE else ""
            for record, point, seed, run in zip(kept, first, seeds, addresses, strict=True)
        ],
    }
    names = list(study.outcomes)
    means = pd.DataFrame(block[:, 0], columns=names)
    done = np.array([record is not None and record.status == DONE for record in kept], dtype=bool)
    years = pd.DataFrame(block[done, 1:].reshape(-1, len(names)), columns=names)
    years.insert(0, "run", np.repeat(np.array(addresses)[done], len(study.years)))
    years.insert(1, "year", np.tile(np.array(study.years, dtype=np.int16), int(done.sum())))
    timings = pd.DataFrame(
        {
            "run": addresses,
            "seconds": [record.seconds if record else np.nan for record in kept],
            "attempts": np.array([record.attempts if record else 0 for record in kept], dtype=np.int16),
        }
    )
    return {
        "design": design_table(study, plan),
        "runs": pd.concat([pd.DataFrame(runs), means], axis=1),
        "years": years,
        "timings": timings,
    }


def replay_command(study: Study, plan: Plan, point: int, seed: int, run: str) -> str:
    """Return the command that does a run again, alone."""
    if isinstance(study.model, WorldModel):
        return study.model.request(plan.at(point), seed).replay()
    return f"cas-model experiment replay DIR {run}"
