"""Tables as Parquet files: the same table gives the same bytes, text comes back as categories."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import union_categoricals

Filters = list[tuple[str, str, Any]]
"""Conditions on rows as pyarrow takes them, e.g. ``[("level", "==", "flanders")]``; all must hold."""


class TableWriter:
    """Writes tables of one folder piece by piece, so that none has to fit in memory.

    The folder is made on entering, and removed again when the block fails.

    Parameters
    ----------
    folder : Path
        One file per table name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> TableWriter:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def append(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Add rows to the table of each name; pieces of a table have the same columns."""
        for name, frame in tables.items():
            table = _plain(frame)
            if name not in self._files:
                path, texts = self._folder / f"{name}.parquet", _texts(frame)
                self._files[name] = pq.ParquetWriter(
                    path, table.schema, compression="zstd", use_dictionary=texts
                )
            self._files[name].write_table(table)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        if kind is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _texts(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]


def _plain(frame: pd.DataFrame) -> pa.Table:
    """Return a table whose texts any reader sees as strings."""
    texts = _texts(frame)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    plain = pa.schema([pa.field(f.name, pa.string() if f.name in texts else f.type) for f in table.schema])
    return table.cast(plain)


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
    pq.write_table(_plain(frame), path, compression="zstd", use_dictionary=_texts(frame))


def read_table(path: Path, filters: Filters | None = None) -> pd.DataFrame:
    """Read a table back, all rows or those that meet every condition, text columns as categories."""
    names = [
        f.name for f in pq.read_schema(path) if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)
    ]
    frame: pd.DataFrame = pq.read_table(path, read_dictionary=names, filters=filters).to_pandas()
    return frame


def choose_rows(frame: pd.DataFrame, filters: Filters | None) -> pd.DataFrame:
    """Return the rows of a table in memory that `read_table` would read."""
    for column, operator, value in filters or []:
        frame = frame[_TESTS[operator](frame[column], value)]
    return frame


_TESTS = {
    "==": lambda column, value: column == value,
    ">": lambda column, value: column > value,
    "in": lambda column, value: column.isin(value),
}


def stack_runs(parts: Sequence[tuple[str, int, int, pd.DataFrame]]) -> pd.DataFrame:
    """Stack the tables of runs under columns world, replicate and seed; text becomes categories.

    Parameters
    ----------
    parts : sequence of (world, replicate, seed, DataFrame)
        At least one; the frames have the same columns, text as categories, which keeps many rows small.
    """
    frames = [frame for *_, frame in parts]
    rows = [len(frame) for frame in frames]
    worlds = list(dict.fromkeys(world for world, *_ in parts))
    codes = np.array([worlds.index(world) for world, *_ in parts], dtype=np.int16)
    columns: dict[str, Any] = {
        "world": pd.Categorical.from_codes(np.repeat(codes, rows), pd.Index(worlds)),
        "replicate": np.repeat(np.array([p[1] for p in parts], dtype=np.int32), rows),
        "seed": np.repeat(np.array([p[2] for p in parts], dtype=np.int64), rows),
    }
    for name in frames[0].columns:
        column = [frame[name] for frame in frames]
        if isinstance(column[0].dtype, pd.CategoricalDtype):
            columns[name] = union_categoricals(column)
        else:
            columns[name] = np.concatenate([c.to_numpy() for c in column])
    return pd.DataFrame(columns, copy=False)
