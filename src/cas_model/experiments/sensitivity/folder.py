"""A sensitivity experiment as a folder: started, continued after a cut, analysed, asked about."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.errors import UsageError
from cas_model.config.scenario import ILLUSTRATIVE
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.experiment import SPECIFICATION
from cas_model.experiments.manifest import data_hash, provenance, scenario_entry
from cas_model.experiments.progress import Part, Progress, Silent
from cas_model.experiments.sensitivity.analysis import analyse
from cas_model.experiments.sensitivity.answers import answer_questions
from cas_model.experiments.sensitivity.models import RunModel, WorldModel
from cas_model.experiments.sensitivity.plan import Plan, check_points
from cas_model.experiments.sensitivity.pools import pool_of
from cas_model.experiments.sensitivity.questions import PACKAGES
from cas_model.experiments.sensitivity.run_store import DONE, QUARANTINED, RunRecord, RunStore
from cas_model.experiments.sensitivity.runner import execute, pending_runs, run_pending
from cas_model.experiments.sensitivity.search import growing_plan, plan_so_far
from cas_model.experiments.sensitivity.study import KIND, Study, load_study
from cas_model.experiments.sensitivity.tables import run_tables, values_array
from cas_model.experiments.store import MANIFEST
from cas_model.experiments.table_files import read_table, write_table
from cas_model.territory.facts import load_territory

RUN_TABLES = ("design", "runs", "years", "timings")
TABLES = (*RUN_TABLES, "indices", "convergence", "verdicts")
"""Of every experiment; those of what else is asked are named in its manifest."""
UNFINISHED, FINISHED = "unfinished", "finished"
BYTES_PER_VALUE = 10
"""Measured: one outcome of one run at one time, in its batch and in the tables."""


@dataclass(frozen=True)
class Asked:
    """How a specification was loaded, so that a folder can load it again."""

    quick: bool = False
    replicates: int | None = None
    n: int | None = None
    parameters: str = ILLUSTRATIVE


@dataclass(frozen=True)
class Opened:
    """A folder's study with its plan and its store."""

    study: Study
    plan: Plan
    store: RunStore
    manifest: dict[str, Any]

    def records(self) -> dict[str, RunRecord]:
        """Return the finished runs of the plan."""
        return self.store.read(set(self.plan.runs.ravel()))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a sensitivity experiment's folder.

    Raises
    ------
    UsageError
        When the folder holds none.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kind = manifest["experiment"]["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        kind = None
    if kind != KIND:
        raise UsageError(
            "the folder holds no sensitivity experiment", where=str(folder),
            fix="name the folder given to --out",
        )  # fmt: skip
    return manifest


def holds_sensitivity(folder: Path) -> bool:
    """Whether the folder is one of a sensitivity experiment."""
    return bool(_known_manifest(folder))


def open_folder(folder: Path) -> Opened:
    """Load the study of a folder again, from the copy of its specification."""
    manifest = read_manifest(folder)
    asked = manifest["experiment"]["asked"]
    study = load_study(str(folder / SPECIFICATION), **asked)
    store = RunStore(folder)
    return Opened(study, plan_so_far(study, store), store, manifest)


def _replace_text(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.partial")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _save_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    _replace_text(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _save_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    beside = folder / f".{name}.partial"
    write_table(table, beside)
    beside.replace(folder / f"{name}.parquet")


def prepare_folder(folder: Path, study: Study, overwrite: bool, jobs: int = 1) -> None:
    """Make the folder, or accept one that holds the same question, whose runs are then reused.

    Raises
    ------
    UsageError
        The folder holds something else, or an experiment with other factors, or a point of the design is a
        world that cannot be.
    """
    plan = plan_so_far(study, RunStore(folder))
    if _known_manifest(folder).get("checked") != plan_hash(plan):
        check_points(study, plan, jobs)
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        try:
            known = read_manifest(folder)["experiment"]
        except UsageError as problem:
            raise UsageError(
                "the folder holds something else, so it is left alone", where=f"--out {folder}",
                fix="name a new folder",
            ) from problem  # fmt: skip
        if overwrite:
            shutil.rmtree(folder)
        elif known["factors"] != _factors(study):
            raise UsageError(
                "the folder holds an experiment with other factors", where=f"--out {folder}",
                fix="name a new folder, or add --overwrite to replace it",
            )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)


def _factors(study: Study) -> dict[str, dict[str, str]]:
    return {f.key: {"distribution": f.describe(), "source": f.source} for f in study.factors}


def _manifest(study: Study, plan: Plan, command: str, asked: Asked, specification: str) -> dict[str, Any]:
    about: dict[str, Any] = {
        "kind": KIND, "title": study.title, "question": study.question, "source": study.source,
        "specification": specification, "asked": asdict(asked),
        "method": study.method, "n": study.n, "second_order": study.second_order,
        "analyses": list(study.analyses), "tolerance": study.tolerance, "non_finite": study.non_finite,
        "factors": _factors(study), "outcomes": list(study.outcomes), "primary": list(study.primary),
        "years": list(study.years), "replicates": study.replicates,
        "chance": "common" if study.common else "independent", "points": len(plan.unit),
        "runs": len(plan.unique()), "identity": study.identity,
        **{name: asked.model_dump() for name, asked in study.questions.items()},
    }  # fmt: skip
    made: dict[str, Any] = {
        "command": command, "created": datetime.now(UTC).isoformat(timespec="seconds"), "status": UNFINISHED,
        "claim_level": "test function", "seeds": [study.seed], **provenance(),
    }  # fmt: skip
    if study.scenario is not None:
        territory = load_territory(study.territory)
        first = load_scenario("status_quo")
        made |= {
            "scenarios": [scenario_entry(s.name, s, first) for s in study.bases()],
            "claim_level": study.scenario.parameter_set,
            "territory": study.territory,
            "territory_label": "Flanders" if study.territory == "flanders" else territory.name,
            "n_zones": territory.n_zones,
            "persons_per_agent": study.persons_per_agent,
            "months": study.scenario.months,
            "burn_in": study.scenario.burn_in,
            "data_hash": data_hash(study.territory),
        }
    extra = [package for name in study.questions for package in PACKAGES.get(name, ())]
    made["libraries"] |= {package: version(package) for package in extra}
    return {"experiment": about, **made}


def run_in_folder(
    folder: Path,
    study: Study,
    *,
    specification: str,
    asked: Asked = Asked(),
    command: str = "",
    jobs: int = 1,
    cluster: str = "",
    progress: Progress | None = None,
    model: RunModel | None = None,
    batch_size: int | None = None,
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Run what is not finished, analyse, and write tables and manifest.

    Calling it again after a cut, at any moment, ends with the same tables as if there had been none.

    Parameters
    ----------
    folder : Path
        From `prepare_folder`.
    study : Study
        What is asked.
    specification : str
        The file, which is copied.
    asked : Asked
        How it was loaded.
    command : str
        For the manifest.
    jobs : int
        Worker processes.
    cluster : str
        Address of a Dask scheduler whose workers do the runs instead.
    progress : Progress, optional
        Told of finished runs.
    model : RunModel, optional
        Instead of the study's, in tests.
    batch_size : int, optional
        See `run_pending`.

    Returns
    -------
    (manifest, tables)
        Tables `TABLES`.
    """
    started = time.perf_counter()
    store = RunStore(folder)
    grown = growing_plan(study, store)
    plan = grown()
    with store.locked():
        manifest = _manifest(study, plan, command, asked, specification)
        manifest["checked"] = plan_hash(plan)
        _save_manifest(folder, manifest)
        if Path(specification).resolve() != (folder / SPECIFICATION).resolve():
            _replace_text(folder / SPECIFICATION, Path(specification).read_text(encoding="utf-8"))
        with progress or Silent() as told:
            done = 0
            while True:
                part, pending = Part(told, done), len(pending_runs(plan, store.finished()))
                run_pending(
                    model or study.model, plan, store, pool=pool_of(jobs, cluster), progress=part,
                    batch_size=batch_size,
                )  # fmt: skip
                store.compact()
                if not plan.to_come:
                    break
                done, plan = done + pending, grown()
        manifest["experiment"] |= {"points": len(plan.unit), "runs": len(plan.unique())}
        records = store.read(set(plan.runs.ravel()))
        tables = run_tables(study, plan, records)
        for name in RUN_TABLES:
            _save_table(folder, name, tables[name])
        values = values_array(study, plan, records)
        tables |= analyse(study, plan, values, jobs=jobs)
        tables |= answer_questions(study, plan, values, jobs=jobs)
        for name in tables:
            if name not in RUN_TABLES:
                _save_table(folder, name, tables[name])
        seconds = time.perf_counter() - started
        manifest |= {
            "status": FINISHED,
            "tables": list(tables),
            "failed": sum(record.status == QUARANTINED for record in records.values()),
            "run_seconds": round(sum(record.seconds for record in records.values()), 2),
            "wall_seconds": round(seconds, 2),
        }
        _save_manifest(folder, manifest)
    return manifest, tables


def _known_manifest(folder: Path) -> dict[str, Any]:
    try:
        return read_manifest(folder)
    except UsageError:
        return {}


def plan_hash(plan: Plan) -> str:
    """Return 16 hexadecimal digits over all runs of a plan."""
    return hashlib.blake2b("".join(plan.runs.ravel()).encode(), digest_size=8).hexdigest()


def read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return manifest and tables of a finished experiment.

    Raises
    ------
    UsageError
        When it has not ended, or a table cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest["status"] != FINISHED:
        raise UsageError(
            "the experiment has not ended", where=str(folder), fix=f"continue it: {manifest['command']}"
        )
    try:
        return manifest, {name: read_table(folder / f"{name}.parquet") for name in manifest["tables"]}
    except (OSError, ValueError) as error:
        raise UsageError(f"the tables cannot be read ({error})", where=str(folder)) from error


def folder_status(folder: Path) -> dict[str, Any]:
    """Return how far an experiment is.

    Returns
    -------
    dict
        ``runs``, ``done``, ``quarantined``, ``left``, ``seconds_per_run`` (NaN before the first), ``state``
        and ``command``.
    """
    opened = open_folder(folder)
    records = opened.records().values()
    total = len(opened.plan.unique()) + opened.plan.to_come
    seconds = [record.seconds for record in records]
    return {
        "title": opened.study.title,
        "state": opened.manifest["status"],
        "runs": total,
        "done": sum(record.status == DONE for record in records),
        "quarantined": sum(record.status == QUARANTINED for record in records),
        "left": total - len(records),
        "seconds_per_run": float(np.median(seconds)) if seconds else float("nan"),
        "command": opened.manifest["command"],
    }


def replay_run(folder: Path, run: str) -> tuple[RunRecord, RunRecord | None, dict[str, Any]]:
    """Do one run of a folder again.

    Returns
    -------
    (again, stored, facts)
        The new record, the one in the store, and the settings, seed and `WorldRequest.replay` of the run.

    Raises
    ------
    UsageError
        No run of the design has this address.
    """
    opened = open_folder(folder)
    planned = next((p for p in pending_runs(opened.plan, set()) if p.run == run), None)
    if planned is None:
        changed = opened.study.identity != opened.manifest["experiment"]["identity"]
        why = "; the code or the data have changed since, and with them every address" if changed else ""
        raise UsageError(
            f"no run has the address `{run}`{why}", where=str(folder),
            fix="take one from the column `run` of runs.parquet",
        )  # fmt: skip
    model = opened.study.model
    again = execute(model, planned)
    facts: dict[str, Any] = {"settings": dict(planned.settings), "seed": planned.seed}
    if isinstance(model, WorldModel):
        facts["command"] = model.request(planned.settings, planned.seed).replay()
    return again, opened.store.read({run}).get(run), facts


def estimated_bytes(study: Study, runs: int) -> int:
    """Return about how much disk an experiment needs."""
    return runs * (1 + len(study.years)) * len(study.outcomes) * BYTES_PER_VALUE
