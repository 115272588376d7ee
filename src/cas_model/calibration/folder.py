"""A calibration as a folder: started, continued after a cut, read back."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cas_model.calibration.emulator import learning_library
from cas_model.calibration.pipeline import Calibration, calibrate
from cas_model.calibration.problem import Floats
from cas_model.calibration.specification import PARAMETERS_ONLY, CalibrationSpec
from cas_model.calibration.stored_runs import StoredSimulator
from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import CALIBRATED, NOT_ACCEPTED, PARTLY, write_parameter_sets
from cas_model.config.scenario import ILLUSTRATIVE
from cas_model.experiments.experiment import SPECIFICATION
from cas_model.experiments.manifest import provenance
from cas_model.experiments.progress import Progress
from cas_model.experiments.sensitivity.models import RunModel
from cas_model.experiments.sensitivity.pools import pool_of
from cas_model.experiments.sensitivity.run_store import RunStore
from cas_model.experiments.store import MANIFEST
from cas_model.experiments.table_files import read_table, write_table

KIND = "calibration"
ACCEPTED = "accepted_sets.toml"
BEST = "best_fit.toml"
LEAST_IMPLAUSIBLE = "least_implausible_sets.toml"
NEAREST_SETS = 10
UNFINISHED, FINISHED = "unfinished", "finished"


def specification_hash(spec: CalibrationSpec) -> str:
    """Return 16 hexadecimal digits over all that decides what a calibration finds."""
    parts = [spec.identity, spec.design.model_dump(), [f.describe() for f in spec.factors], spec.names,
             [[t.name, t.low, t.high, t.sd] for t in spec.targets]]  # fmt: skip
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a calibration's folder.

    Raises
    ------
    UsageError
        When the folder holds none.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kind = manifest["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        kind = None
    if kind != KIND:
        raise UsageError(
            "the folder holds no calibration", where=str(folder), fix="name the folder given to --out"
        )
    return manifest


def prepare_folder(folder: Path, spec: CalibrationSpec, overwrite: bool) -> None:
    """Make the folder, or accept one that holds the same question, whose runs are then reused.

    Raises
    ------
    UsageError
        The folder holds something else, or a calibration of another specification.
    """
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        try:
            known = read_manifest(folder)
        except UsageError as problem:
            raise UsageError(
                "the folder holds something else, so it is left alone", where=f"--out {folder}",
                fix="name a new folder",
            ) from problem  # fmt: skip
        if overwrite:
            shutil.rmtree(folder)
        elif known["asked"] != specification_hash(spec):
            raise UsageError(
                "the folder holds a calibration of another specification (or of another code or territory)",
                where=f"--out {folder}", fix="name a new folder, or add --overwrite to replace it",
            )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)


def calibrate_in_folder(
    folder: Path, spec: CalibrationSpec, *, command: str = "", jobs: int = 1, best: bool = False,
    nearest: bool = False,
    progress: Callable[[int], Progress | None] = lambda _: None, say: Callable[[str], None] = lambda _: None,
    model: RunModel | None = None,
) -> tuple[dict[str, Any], Calibration]:  # fmt: skip
    """Calibrate, and write tables, accepted sets and manifest; again after a cut, it goes on where it was.

    Parameters
    ----------
    folder : Path
        From `prepare_folder`.
    spec : CalibrationSpec
        What is asked.
    command : str
        For the manifest.
    jobs : int
        Worker processes.
    best : bool
        Search one best fit too.
    nearest : bool
        When no set is accepted, write the least implausible ones, which are marked as such.
    progress : callable
        From the number of runs of a stage to their display.
    say : callable
        Told in a sentence what each stage came to.
    model : RunModel, optional
        Instead of the specification's, in tests.

    Returns
    -------
    (manifest, calibration)
    """
    started = time.perf_counter()
    store = RunStore(folder)
    simulator = StoredSimulator(
        spec.factors, model or spec.model, len(spec.targets), store, spec.identity, pool_of(jobs), progress
    )
    with store.locked():
        store.clear_leftovers()
        made = _manifest(spec, command)
        _write_text(folder / MANIFEST, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
        _write_text(folder / SPECIFICATION, Path(spec.origin).read_text(encoding="utf-8"))
        # Many small matrices: threads of the linear algebra would wait for one another.
        with learning_library("threadpoolctl").threadpool_limits(1):
            found = calibrate(
                simulator, spec.names, spec.targets, spec.design, keep=_keeping(folder / "points"), say=say,
                best=best, jobs=jobs,
            )  # fmt: skip
        tables = found.tables | _set_tables(spec, simulator, found)
        for name, table in tables.items():
            beside = folder / f".{name}.partial"
            write_table(table, beside)
            beside.replace(folder / f"{name}.parquet")
        made |= _result(spec, found, len(store.finished()))
        if found.accepted:
            made["accepted_hash"] = _write_sets(folder, spec, simulator, found, made)
        elif nearest:
            _write_nearest(folder, spec, simulator, found, made)
        made |= {"status": FINISHED, "tables": sorted(tables),
                 "wall_seconds": round(time.perf_counter() - started, 1)}  # fmt: skip
        _write_text(folder / MANIFEST, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    return made, found


def read_calibration(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return manifest and tables of a finished calibration.

    Raises
    ------
    UsageError
        When it has not ended, or a table cannot be read.
    """
    made = read_manifest(folder)
    if made["status"] != FINISHED:
        raise UsageError(
            "the calibration has not ended", where=str(folder), fix=f"continue it: {made['command']}"
        )
    try:
        return made, {name: read_table(folder / f"{name}.parquet") for name in made["tables"]}
    except (OSError, ValueError) as error:
        raise UsageError(f"the tables cannot be read ({error})", where=str(folder)) from error


def _write_text(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.partial")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _keeping(folder: Path) -> Callable[[str, Callable[[], Floats]], Floats]:
    """Return what remembers the points of every stage in a folder."""

    def keep(name: str, make: Callable[[], Floats]) -> Floats:
        path = folder / f"{name}.npy"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            beside = folder / f".{name}.partial.npy"
            np.save(beside, make())
            beside.replace(path)
        return np.asarray(np.load(path), dtype=float)

    return keep


def _manifest(spec: CalibrationSpec, command: str) -> dict[str, Any]:
    return {
        "kind": KIND, "title": spec.title, "question": spec.question, "source": spec.source,
        "specification": spec.origin, "asked": specification_hash(spec), "quick": spec.quick,
        "command": command, "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "status": UNFINISHED, "design": spec.design.model_dump(),
        "scenario": spec.scenario.name, "scenario_hash": spec.scenario.hash(),
        "months": spec.scenario.months, "burn_in": spec.scenario.burn_in,
        "persons_per_agent": spec.model.world.persons_per_agent, "territory": spec.model.world.territory,
        "parameters": {f.key: {"prior": f.describe(), "source": f.source} for f in spec.factors},
        "targets": [
            t.model_dump(include={"value", "low", "high", "sd", "measure", "level", "source", "suspect"})
            | {"target": t.label}
            for t in spec.published
        ],
        "left_out": dict(spec.left_out),
        **provenance(),
    }  # fmt: skip


def _result(spec: CalibrationSpec, found: Calibration, n_runs: int) -> dict[str, Any]:
    fit, posterior = found.tables["fit"], found.posterior
    met = bool(found.accepted and fit["central_met"].all())
    tried = ~fit["statistic"].isin(found.out_of_reach)
    but_for_those = bool(found.accepted and fit.loc[tried, "central_met"].all())
    # A quick look, or a fit that misses a figure it was made for, does not make parameters calibrated.
    level = ILLUSTRATIVE if spec.quick else CALIBRATED if met else PARTLY if but_for_those else ILLUSTRATIVE
    return {
        "fitted": found.parameters, "out_of_reach": found.out_of_reach, "share_left": found.left.share,
        "runs": n_runs, "plausible_sets": found.accepted,
        "effective_sets": 0.0 if posterior is None else round(posterior.effective_size, 1),
        "all_targets_met": met,
        "claim_level": level,
    }  # fmt: skip


def _set_tables(
    spec: CalibrationSpec, simulator: StoredSimulator, found: Calibration
) -> dict[str, pd.DataFrame]:
    """Return every set that was run for the posterior, in natural units, with its weight and results."""
    if found.posterior is None:
        return {}
    posterior = found.posterior
    settings = pd.DataFrame(simulator.keeping(found.columns).natural(posterior.points))
    results = pd.DataFrame(np.nanmean(posterior.results, axis=1), columns=[t.name for t in spec.targets])
    front = pd.DataFrame({"weight": posterior.weights, "worst_implausibility": posterior.worst})
    return {"posterior": pd.concat([front, settings, results], axis=1)}


def _write_sets(
    folder: Path, spec: CalibrationSpec, simulator: StoredSimulator, found: Calibration, made: dict[str, Any]
) -> str:
    assert found.posterior is not None
    narrow, names = _fitted(simulator, found)
    about = _about(spec, made)
    natural = narrow.natural(found.posterior.points)
    rows = [
        [float(value) for value in natural[row].values()]
        for row in found.posterior.resample(spec.design.sets)
    ]
    if found.best is not None:
        values = [float(value) for value in narrow.natural(found.best.point[None])[0].values()]
        write_parameter_sets(
            folder / BEST, names, [values], title=f"{spec.title}: one best fit",
            claim_level=made["claim_level"], provenance=about,
        )  # fmt: skip
    return write_parameter_sets(
        folder / ACCEPTED, names, rows, title=spec.title, claim_level=made["claim_level"], provenance=about
    )


def _write_nearest(
    folder: Path, spec: CalibrationSpec, simulator: StoredSimulator, found: Calibration, made: dict[str, Any]
) -> None:
    """Write the points that miss the figures least, under a claim level that says so wherever it shows."""
    narrow, names = _fitted(simulator, found)
    points, worst = found.least_implausible(NEAREST_SETS)
    rows = [[float(value) for value in one.values()] for one in narrow.natural(points)]
    write_parameter_sets(
        folder / LEAST_IMPLAUSIBLE, names, rows, title=f"{spec.title}: {NOT_ACCEPTED}",
        claim_level=NOT_ACCEPTED,
        provenance=_about(spec, made) | {"largest_implausibility": [round(float(w), 2) for w in worst]},
    )  # fmt: skip


def _fitted(simulator: StoredSimulator, found: Calibration) -> tuple[StoredSimulator, list[str]]:
    """Return the simulator of the parameters that were fitted, and their names."""
    names = [key.removeprefix(PARAMETERS_ONLY) for key in found.parameters]
    return simulator.keeping(found.columns), names


def _about(spec: CalibrationSpec, made: dict[str, Any]) -> dict[str, Any]:
    """Return how sets were found."""
    return {
        "specification": spec.origin, "specification_hash": made["asked"], "code_hash": made["code_hash"],
        "created": made["created"], "command": made["command"], "scenario": spec.scenario.name,
        "persons_per_agent": made["persons_per_agent"], "territory": made["territory"],
        "targets": [target.name for target in spec.targets],
        "share_left": made["share_left"], "runs": made["runs"],
        "effective_sets": made["effective_sets"], "all_targets_met": made["all_targets_met"],
        "out_of_reach": made["out_of_reach"],
    }  # fmt: skip
