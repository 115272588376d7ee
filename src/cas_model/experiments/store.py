"""Result folders: written beside their place and moved there when whole, so nothing half-written remains."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cas_model.config.errors import CasModelError, UsageError
from cas_model.experiments.aims import aims_table
from cas_model.experiments.compare import Comparison, gather, stack_runs
from cas_model.experiments.individuals import individual_table
from cas_model.experiments.run import WorldRequest, WorldResult

MANIFEST = "manifest.json"
TABLES = ("outcomes", "ledger", "activation")


def check_folder(out: Path, overwrite: bool) -> None:
    """Refuse a target that exists, unless it holds results that may be replaced.

    Raises
    ------
    UsageError
        The target is a file, a results folder without `overwrite`, or any other non-empty folder.
    """
    where = f"--out {out}"
    if out.is_file():
        raise UsageError("this is a file, not a folder", where=where, fix="name a new folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not (out / MANIFEST).is_file():
        raise UsageError(
            "the folder exists and does not hold results of this model, so it is left alone",
            where=where,
            fix="name a new folder",
        )
    if not overwrite:
        raise UsageError(
            "the results folder exists",
            where=where,
            fix="add --overwrite to replace it, or name a new folder",
        )


def explain_os_error(error: OSError, doing: str) -> CasModelError:
    """Turn an operating-system error into one clear message.

    Parameters
    ----------
    error : OSError
        What happened.
    doing : str
        What was being written or read, e.g. ``writing results/demo``.
    """
    elsewhere = "name a folder where you may write with --out"
    reasons = {
        errno.ENOSPC: ("the disk is full", "free some space, or name a folder on another disk with --out"),
        errno.EDQUOT: ("the disk quota is used up", "free some space, or name another folder with --out"),
        errno.EACCES: ("there is no permission to write there", elsewhere),
        errno.EPERM: ("there is no permission to write there", elsewhere),
        errno.EROFS: ("the disk is read-only", elsewhere),
        errno.ENOTDIR: ("a part of the path is a file, not a folder", elsewhere),
    }
    problem, fix = reasons.get(error.errno or 0, (str(error), ""))
    return CasModelError(f"{doing}: {problem}; nothing was left behind" + (f"\n  fix: {fix}" if fix else ""))


@contextmanager
def results_folder(out: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to write in, and move it to `out` when the block ends well.

    Whatever goes wrong inside the block, Ctrl-C included, nothing is left behind and an existing folder stays
    as it was.

    Parameters
    ----------
    out : Path
        Final place; missing parents are made.
    overwrite : bool
        Replace existing results.

    Raises
    ------
    UsageError
        See `check_folder`.
    CasModelError
        The disk is full, read-only, or writing is not permitted.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 (resolve() would follow a link that is to be replaced)
    try:
        check_folder(out, overwrite)
        made = _make_parents(out.parent)
        work = out.with_name(f".{out.name}.partial-{os.getpid()}")
        work.mkdir()
    except OSError as error:
        raise explain_os_error(error, f"writing {out}") from error
    try:
        yield work
        _move_into_place(work, out)
    except OSError as error:
        raise explain_os_error(error, f"writing {out}") from error
    finally:
        if work.exists():
            shutil.rmtree(work, ignore_errors=True)
            for folder in made:
                _remove_if_empty(folder)


@contextmanager
def added_to(out: Path) -> Iterator[Path]:
    """Give a folder to write in, and move what it holds into the existing folder `out` at the end."""
    work = out / f".partial-{os.getpid()}"
    try:
        work.mkdir()
        yield work
        for path in sorted(work.iterdir()):
            place = out / path.name
            if place.is_dir():
                shutil.rmtree(place)
            path.replace(place)
    except OSError as error:
        raise explain_os_error(error, f"writing {out}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _make_parents(folder: Path) -> list[Path]:
    """Make a folder and its parents; return those that are new, innermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
    return missing


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _move_into_place(work: Path, out: Path) -> None:
    if not out.exists():
        work.rename(out)
        return
    old = out.with_name(f".{out.name}.replaced-{os.getpid()}")
    out.rename(old)
    try:
        work.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet; the same table gives the same bytes (no time or machine inside).

    Parameters
    ----------
    frame : DataFrame
        Its index is left out; categories are written as plain text so that any reader sees strings.
    path : Path
        Target; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    table = pa.Table.from_pandas(frame, preserve_index=False)
    plain = pa.schema([pa.field(f.name, pa.string() if f.name in texts else f.type) for f in table.schema])
    pq.write_table(table.cast(plain), path, compression="zstd", use_dictionary=texts)


def read_table(path: Path) -> pd.DataFrame:
    """Read a table back, text columns as categories."""
    names = [
        f.name for f in pq.read_schema(path) if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)
    ]
    frame: pd.DataFrame = pq.read_table(path, read_dictionary=names).to_pandas()
    return frame


def _world_folder(folder: Path, request: WorldRequest) -> Path:
    return folder / "worlds" / request.label / f"replicate_{request.replicate}"


def save_run(folder: Path, result: WorldResult, manifest: Mapping[str, Any]) -> None:
    """Write the tables of one run, its goodness of fit and the manifest into a folder."""
    for kind in TABLES:
        write_table(getattr(result, kind), folder / f"{kind}.parquet")
    _save_common(folder, result, manifest)


def save_comparison(folder: Path, comparison: Comparison, manifest: Mapping[str, Any]) -> None:
    """Write each world's tables, the comparison, failures and the manifest into a folder.

    ``worlds/<world>/replicate_<r>/outcomes.parquet`` holds what ``cas-model run`` with that seed writes.
    """
    for result in comparison.results:
        if result.ok:
            for kind in TABLES:
                write_table(getattr(result, kind), _world_folder(folder, result.request) / f"{kind}.parquet")
    write_table(comparison.table, folder / "comparison.parquet")
    if len(comparison.resilience):
        write_table(comparison.resilience, folder / "resilience.parquet")
    aims = aims_table(comparison.results)
    if len(aims):
        write_table(aims, folder / "aims.parquet")
    individuals = individual_table(comparison.results)
    if len(individuals):
        write_table(individuals, folder / "individuals.parquet")
    if comparison.failures:
        rows = [result.failure_row() for result in comparison.failures]
        (folder / "failures.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    _save_common(folder, next(r for r in comparison.results if r.ok), manifest)


def _save_common(folder: Path, result: WorldResult, manifest: Mapping[str, Any]) -> None:
    pd.DataFrame(result.fit).to_csv(folder / "fit.csv", index=False)
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


@dataclass
class StoredResults:
    """A results folder read back.

    Attributes
    ----------
    manifest : dict
        How it was made.
    outcomes, ledger, activation : DataFrame
        All runs, with columns world, replicate and seed in front.
    comparison : DataFrame or None
        Differences between worlds; None for a single run.
    fit : list of dict
        Goodness of fit of the synthetic population.
    """

    manifest: dict[str, Any]
    outcomes: pd.DataFrame
    ledger: pd.DataFrame
    activation: pd.DataFrame
    comparison: pd.DataFrame | None
    fit: list[dict[str, Any]]


def named_tables(results: list[WorldResult]) -> dict[str, pd.DataFrame]:
    """Return outcomes, ledger and activation of several runs with world, replicate and seed columns."""
    return {kind: gather(results, kind) for kind in TABLES}


def read_results(folder: Path) -> StoredResults:
    """Read a folder that `cas-model run` or `compare` wrote.

    Raises
    ------
    UsageError
        The folder is missing, holds no manifest, or a file in it cannot be read.
    """
    if not (folder / MANIFEST).is_file():
        kind = (
            "holds no manifest.json, so it is not a results folder" if folder.is_dir() else "does not exist"
        )
        raise UsageError(f"the folder {kind}", where=str(folder), fix="name the folder given to --out")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        stacked = {kind: _read_runs(folder, manifest["runs"], kind) for kind in TABLES}
        path = folder / "comparison.parquet"
        comparison = read_table(path) if path.exists() else None
        fit = [{str(k): v for k, v in r.items()} for r in pd.read_csv(folder / "fit.csv").to_dict("records")]
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise UsageError(
            f"the results cannot be read ({type(error).__name__}: {error})",
            where=str(folder),
            fix="run the command in its manifest again",
        ) from error
    return StoredResults(manifest, comparison=comparison, fit=fit, **stacked)


def holds_experiment(folder: Path) -> bool:
    """Whether `cas-model experiment run` wrote this folder."""
    try:
        return "experiment" in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def _read_runs(folder: Path, runs: Sequence[Mapping[str, Any]], kind: str) -> pd.DataFrame:
    parts = []
    for run in runs:
        frame = read_table(folder / run["folder"] / f"{kind}.parquet")
        parts.append((run["world"], run["replicate"], run["seed"], frame))
    return stack_runs(parts)
