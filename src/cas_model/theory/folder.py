"""The folder of a trial, a contest or a refinement: tables, failures, theory files, the manifest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.config.errors import UsageError
from cas_model.experiments.run import WorldResult
from cas_model.experiments.store import MANIFEST
from cas_model.experiments.table_files import read_table, write_table


def write_folder(
    folder: Path, tables: Mapping[str, pd.DataFrame], failures: Sequence[WorldResult],
    theories: Mapping[str, str], manifest: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write everything into an existing folder.

    Parameters
    ----------
    folder : Path
    tables : mapping of str to DataFrame
        By the name of the file, without its ending.
    failures : sequence of WorldResult
        Runs that failed; without any there is no ``failures.json``.
    theories : mapping of str to str
        Name of a copy to path of the theory file.
    manifest : mapping
        JSON-serialisable.
    """
    for name, table in tables.items():
        write_table(table, folder / f"{name}.parquet")
    if failures:
        rows = [failed.failure_row() for failed in failures]
        (folder / "failures.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    for name, origin in theories.items():
        shutil.copyfile(origin, folder / name)
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read_folder(
    folder: Path, names: Sequence[str], fix: str
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return the manifest and the named tables that `write_folder` wrote.

    Raises
    ------
    UsageError
        When a file is missing or cannot be read; `fix` says what makes it anew.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest, {name: read_table(folder / f"{name}.parquet") for name in names}
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the results cannot be read ({type(error).__name__}: {error})", where=str(folder), fix=fix
        ) from error
