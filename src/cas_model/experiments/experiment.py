"""Running an experiment: cells on shared seeds, each run reduced to a few numbers once it is done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.config.declarations import Outcome
from cas_model.config.errors import CasModelError, UsageError
from cas_model.config.scenario import ParameterSet
from cas_model.experiments.compare import Builder, run_all
from cas_model.experiments.course import course_table, yearly_values
from cas_model.experiments.design import Cell, Experiment
from cas_model.experiments.differences import final_year, last_months_mean
from cas_model.experiments.dose import dose_tables
from cas_model.experiments.factorial import (
    cell_values,
    cells_table,
    effects_table,
    gains_of,
    pairs_table,
    ranks_table,
    reversals_table,
)
from cas_model.experiments.progress import Progress, Silent
from cas_model.experiments.ramp import measure_ramp, settings_table
from cas_model.experiments.run import WorldRequest, WorldResult, on_parameter_sets
from cas_model.experiments.store import MANIFEST
from cas_model.experiments.table_files import read_table, write_table

SPECIFICATION = "experiment.toml"
"""Name of the specification's copy in a results folder."""
TABLES_OF = {
    "factorial": ("runs", "cells", "effects", "pairs", "ranks", "reversals", "course", "doses", "optima"),
    "ramp": ("runs", "series", "settings", "loops", "curves"),
}
BYTES_PER_ROW = {"factorial": 40, "ramp": 25}
"""Measured: one value of one run in its Parquet file, compressed."""


@dataclass
class ExperimentResult:
    """What an experiment produced.

    Attributes
    ----------
    experiment : Experiment
        What was asked.
    results : list of WorldResult
        Every run in the order of the cells, without its tables.
    tables : dict of str to DataFrame
        Those of `TABLES_OF`.
    """

    experiment: Experiment
    results: list[WorldResult]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def failures(self) -> list[WorldResult]:
        """The runs that failed."""
        return [result for result in self.results if not result.ok]


def requests_of(
    experiment: Experiment, threads: int = 1, sets: Sequence[ParameterSet] = ()
) -> list[WorldRequest]:
    """Return all runs: replicate r has the same seed, and stands on the same parameters, in every cell.

    All cells of a seed come before the next seed, so that an estimate of the time left is fair to slow cells.
    """
    requests = [
        WorldRequest(
            cell.name, cell.scenario, r, experiment.seed + r, experiment.persons_per_agent,
            cell.territory or experiment.territory, threads,
        )
        for r in range(experiment.replicates)
        for cell in experiment.cells
    ]  # fmt: skip
    return on_parameter_sets(requests, sets)


def run_experiment(
    experiment: Experiment,
    *,
    jobs: int = 1,
    threads: int = 1,
    sets: Sequence[ParameterSet] = (),
    progress: Progress | None = None,
    build: Builder | None = None,
    declared: Mapping[str, Outcome] | None = None,
) -> ExperimentResult:
    """Run every cell and measure what the design asks.

    Parameters
    ----------
    experiment : Experiment
        From `load_experiment`.
    jobs, threads : int
        Worlds at the same time, and threads inside each.
    sets : sequence of ParameterSet
        That replicates stand on in turn; registered defaults when there are none.
    progress : Progress, optional
        Told of every finished world.
    build : callable, optional
        Makes the model of a request; the care system when left out.
    declared : mapping, optional
        Outcome declarations; the registry when left out.

    Raises
    ------
    UsageError
        When a run refuses its settings.
    CasModelError
        When every run of a cell failed: the design has a hole.
    """
    cells = {cell.name: cell for cell in experiment.cells}
    order = {name: i for i, name in enumerate(cells)}
    results: list[WorldResult] = []
    rows: dict[tuple[int, int], pd.DataFrame] = {}
    series: dict[tuple[int, int], pd.DataFrame] = {}
    asked = requests_of(experiment, threads, sets)
    with progress or Silent() as told:
        for result in run_all(asked, jobs=jobs, build=build, only=("outcomes",)):
            if result.misuse is not None:
                raise result.misuse
            place = (order[result.request.label], result.request.replicate)
            rows[place] = _rows(experiment, cells[result.request.label], result)
            if result.ok:
                months = _series(experiment, result)
                series[place] = months if experiment.kind == "ramp" else _years(months)
            # Thousands of runs with their tables would not fit in memory.
            results.append(replace(result, tables={}))
            told.update(len(results), sum(not r.ok for r in results))
    results.sort(key=lambda r: (order[r.request.label], r.request.replicate))
    _refuse_holes(experiment, results)
    tables = {"runs": pd.concat([rows[place] for place in sorted(rows)], ignore_index=True)}
    if experiment.ramp is not None:
        tables["series"] = pd.concat([series[place] for place in sorted(series)], ignore_index=True)
        tables["settings"] = settings_table(experiment.ramp, experiment.cells)
        tables["loops"], tables["curves"] = measure_ramp(
            experiment.ramp, experiment.cells, tables["series"], declared
        )
    else:
        years = pd.concat([series[place] for place in sorted(series)], ignore_index=True)
        outcomes = list(cell_values(experiment, tables["runs"], declared))
        tables["cells"] = cells_table(experiment, outcomes)
        tables["effects"] = effects_table(experiment, outcomes)
        gains = gains_of(experiment, outcomes)
        smallest = {entry.declared.name: entry.declared.smallest_that_matters for entry in outcomes}
        tables["pairs"] = pairs_table(gains, smallest)
        tables["ranks"] = ranks_table(experiment, outcomes, tables["pairs"])
        tables["reversals"] = reversals_table(tables["pairs"], gains)
        tables["course"] = course_table(experiment, years, declared)
        tables |= dose_tables(experiment, outcomes)
    return ExperimentResult(experiment, results, tables)


def _rows(experiment: Experiment, cell: Cell, result: WorldResult) -> pd.DataFrame:
    """Return a run as rows: one per outcome, or one that says why there is none."""
    asked = result.request
    means = last_months_mean(final_year(result)) if result.ok else pd.Series({"": float("nan")})
    table = pd.DataFrame({"outcome": means.index.astype(str), "value": means.to_numpy(dtype=float)})
    levels = dict(zip((factor.name for factor in experiment.factors), cell.levels, strict=False))
    front: dict[str, Any] = {"cell": cell.name, **levels, "replicate": asked.replicate, "seed": asked.seed}
    for position, (name, value) in enumerate(front.items()):
        table.insert(position, name, value)
    failure = {} if result.ok else result.failure_row()
    words = {name: failure.get(name, "") for name in ("problem", "trace", "replay")}
    return table.assign(status="done" if result.ok else "failed", **words)


def _series(experiment: Experiment, result: WorldResult) -> pd.DataFrame:
    wanted = [("level", "==", "flanders"), ("month", ">", -1), ("outcome", "in", list(experiment.shown))]
    frame = result.table("outcomes", wanted)
    table = frame[["month", "outcome", "value"]].astype({"outcome": str})
    table.insert(0, "cell", result.request.label)
    table.insert(1, "replicate", result.request.replicate)
    return table


def _years(months: pd.DataFrame) -> pd.DataFrame:
    return yearly_values(months).assign(cell=months["cell"].iloc[0], replicate=months["replicate"].iloc[0])


def _refuse_holes(experiment: Experiment, results: Sequence[WorldResult]) -> None:
    whole = {result.request.label for result in results if result.ok}
    holes = [cell.name for cell in experiment.cells if cell.name not in whole]
    if holes:
        first = next(r for r in results if r.request.label == holes[0])
        raise CasModelError(
            f"every run failed in {len(holes)} of {len(experiment.cells)} cells, the first in `{holes[0]}` "
            "with "
            f"{first.problem}\n  see where: {first.request.replay()} --debug"
        )


def save_experiment(folder: Path, result: ExperimentResult, manifest: Mapping[str, Any]) -> None:
    """Write all tables, failures, a copy of the specification and the manifest into a folder."""
    for name in TABLES_OF[result.experiment.kind]:
        write_table(result.tables[name], folder / f"{name}.parquet")
    if result.failures:
        rows = [failed.failure_row() for failed in result.failures]
        (folder / "failures.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    shutil.copyfile(result.experiment.origin, folder / SPECIFICATION)
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def experiment_manifest(manifest: dict[str, Any], experiment: Experiment) -> dict[str, Any]:
    """Return a manifest with what is asked, and without the list of thousands of runs that `runs` holds."""
    asked = {
        "kind": experiment.kind,
        "title": experiment.title,
        "question": experiment.question,
        "source": experiment.source,
        "specification": experiment.origin,
        "factors": {factor.name: list(factor.levels) for factor in experiment.factors},
        "axes": {factor.name: factor.axis for factor in experiment.factors if factor.places},
        "ranked": experiment.ranked,
        "cells": {cell.name: list(cell.levels) for cell in experiment.cells},
        "conditions": [list(condition) for condition in experiment.conditions] if experiment.factors else [],
        "primary": list(experiment.primary),
        "shown": list(experiment.shown),
        "replicates": experiment.replicates,
    }
    if experiment.ramp is not None:
        ramp = experiment.ramp
        routes = {r.name: {"up": r.up, "hold": r.hold, "down": r.down} for r in ramp.routes}
        asked["ramp"] = {
            "moves": ramp.moves, "low": ramp.low, "high": ramp.high, "settle": ramp.settle,
            "after": ramp.after, "routes": routes,
        }  # fmt: skip
    kept = {key: value for key, value in manifest.items() if key != "runs"}
    return {"experiment": asked, **kept}


def read_experiment(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read manifest and tables of a folder that `save_experiment` wrote.

    Raises
    ------
    UsageError
        When a file is missing or cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        names = TABLES_OF[manifest["experiment"]["kind"]]
        return manifest, {name: read_table(folder / f"{name}.parquet") for name in names}
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"the results cannot be read ({type(error).__name__}: {error})", where=str(folder),
            fix="run the experiment again",
        ) from error  # fmt: skip


def estimated_bytes(experiment: Experiment, n_outcomes: int) -> int:
    """Return about how much disk the tables of an experiment need."""
    runs = len(experiment.cells) * experiment.replicates
    if experiment.ramp is None:
        return runs * n_outcomes * BYTES_PER_ROW["factorial"]
    return runs * len(experiment.shown) * experiment.ramp.months * BYTES_PER_ROW["ramp"]
