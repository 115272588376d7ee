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

from cas_model.config.errors import CasModelError, UsageError
from cas_model.experiments.analyses import ANALYSES
from cas_model.experiments.differences import LAST_MONTHS
from cas_model.experiments.run import WorldResult
from cas_model.experiments.run_tables import FINAL, MONTHLY, ON_REQUEST
from cas_model.experiments.table_files import read_table, stack_runs, write_table

MANIFEST = "manifest.json"


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


def save_results(
    folder: Path,
    results: Sequence[WorldResult],
    analyses: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
) -> None:
    """Write analyses, failures, goodness of fit and the manifest; the runs have written their own tables.

    ``worlds/<world>/replicate_<r>/`` holds what ``cas-model run`` with that seed writes.
    """
    for name, table in analyses.items():
        if len(table):
            write_table(table, folder / f"{name}.parquet")
    failures = [result.failure_row() for result in results if not result.ok]
    if failures:
        (folder / "failures.json").write_text(json.dumps(failures, indent=1), encoding="utf-8")
    fit = next(result.fit for result in results if result.ok)
    pd.DataFrame(fit).to_csv(folder / "fit.csv", index=False)
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
    tables : dict of str to DataFrame
        By name of the file: those of all runs, with columns world, replicate and seed in front, and the
        analyses. Of ``outcomes`` the Flemish ones of every month, and those of all levels of the last twelve
        months: a file holds millions of rows, and nothing else is drawn.
    fit : list of dict
        Goodness of fit of the synthetic population.
    """

    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    fit: list[dict[str, Any]]


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
        tables = {name: _read_runs(folder, manifest, name) for name in (*MONTHLY, *FINAL)}
        first = folder / manifest["runs"][0]["folder"]
        asked = [name for name in ON_REQUEST if (first / f"{name}.parquet").exists()]
        tables |= {name: _read_runs(folder, manifest, name) for name in asked}
        made = {name: folder / f"{name}.parquet" for name in ANALYSES}
        tables |= {name: read_table(path) for name, path in made.items() if path.exists()}
        fit = [{str(k): v for k, v in r.items()} for r in pd.read_csv(folder / "fit.csv").to_dict("records")]
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise UsageError(
            f"the results cannot be read ({type(error).__name__}: {error})",
            where=str(folder),
            fix="run the command in its manifest again",
        ) from error
    return StoredResults(manifest, tables, fit)


def holds(kind: str, folder: Path) -> bool:
    """Whether a folder holds results of a kind: ``experiment`` or ``theory``."""
    try:
        return kind in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def _read_runs(folder: Path, manifest: Mapping[str, Any], name: str) -> pd.DataFrame:
    parts = []
    for run in manifest["runs"]:
        if run.get("twin", False):
            continue
        path = folder / run["folder"] / f"{name}.parquet"
        frame = _shown_outcomes(path, manifest["months"]) if name == "outcomes" else read_table(path)
        parts.append((run["world"], run["replicate"], run["seed"], frame))
    return stack_runs(parts)


def _shown_outcomes(path: Path, months: int) -> pd.DataFrame:
    flemish = read_table(path, [("level", "==", "flanders")])
    rest = read_table(path, [("month", ">", months - 1 - LAST_MONTHS), ("level", "!=", "flanders")])
    return pd.concat([flemish, rest], ignore_index=True).astype(flemish.dtypes)
