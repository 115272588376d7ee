"""The store of a sensitivity experiment: complete batches of runs, each file whole or absent.

A worker writes every batch beside its place, forces it to disk and renames it, so that whatever is killed,
the batches that can be seen can be read. A run is known by its content address, hence a second copy of it
(of an orphaned worker, say) is the same run and does no harm.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cas_model.config.errors import CasModelError

DONE, QUARANTINED = "done", "quarantined"
"""A quarantined run failed twice and is not tried again."""
_SCHEMA = pa.schema(
    [
        ("run", pa.string()), ("status", pa.string()), ("attempts", pa.int16()), ("seconds", pa.float64()),
        ("problem", pa.string()), ("trace", pa.string()), ("results", pa.list_(pa.float64())),
    ]
)  # fmt: skip
_BESIDE = ".partial"


@dataclass(frozen=True)
class RunRecord:
    """One finished run.

    Attributes
    ----------
    run : str
        Content address.
    status : str
        `DONE` or `QUARANTINED`.
    attempts : int
        1, or 2 when it failed at first.
    seconds : float
        Wall time of the last attempt.
    problem, trace : str
        One line and traceback of the last failure; empty when done.
    results : float array
        Rows of the model's summary one after another; empty when quarantined.
    """

    run: str
    status: str
    attempts: int
    seconds: float
    problem: str
    trace: str
    results: NDArray[np.float64]


class RunStore:
    """Batches of runs in a folder.

    Parameters
    ----------
    folder : Path
        Of the experiment; batches lie in its folder ``batches``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches = folder / "batches"

    def write(self, records: Sequence[RunRecord]) -> Path:
        """Write a batch; it is there as a whole, also after a power cut, or not at all."""
        address = hashlib.blake2b(" ".join(r.run for r in records).encode(), digest_size=8).hexdigest()
        columns = [pa.array([getattr(r, f.name) for r in records], f.type) for f in _SCHEMA]
        return self._write(pa.Table.from_arrays(columns, schema=_SCHEMA), address)

    def _write(self, table: pa.Table, name: str) -> Path:
        self.batches.mkdir(parents=True, exist_ok=True)
        place = self.batches / f"{name}.parquet"
        beside = self.batches / f"{name}.{os.getpid()}{_BESIDE}"
        try:
            with beside.open("wb") as file:
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
        return place

    def files(self) -> list[Path]:
        """Return the batches there are."""
        return sorted(self.batches.glob("*.parquet"))

    def finished(self) -> set[str]:
        """Return the addresses of all runs that need not be run again."""
        return {run for path in self.files() for run in pq.read_table(path, columns=["run"])[0].to_pylist()}

    def read(self, wanted: Collection[str]) -> dict[str, RunRecord]:
        """Return the wanted runs that are finished."""
        found: dict[str, RunRecord] = {}
        for path in self.files():
            table = pq.read_table(path)
            lists = table["results"].combine_chunks()
            ends, numbers = lists.offsets.to_numpy(), lists.values.to_numpy()
            for number, row in enumerate(table.drop_columns("results").to_pylist()):
                # A run that was done after all, by another worker, counts more than its failure.
                if row["run"] in wanted and (row["run"] not in found or row["status"] == DONE):
                    found[row["run"]] = RunRecord(**row, results=numbers[ends[number] : ends[number + 1]])
        return found

    def clear_leftovers(self) -> None:
        """Remove what a killed process left half-written."""
        for path in self.batches.glob(f"*{_BESIDE}"):
            path.unlink(missing_ok=True)

    def forget(self, runs: Collection[str]) -> None:
        """Take runs out of the store, so that they are run again."""
        for path in self.files():
            table = pq.read_table(path)
            keep = [run not in runs for run in table["run"].to_pylist()]
            if not all(keep):
                kept = table.filter(pa.array(keep))
                if len(kept):
                    self._write(kept, path.stem)
                else:
                    path.unlink()

    def compact(self) -> None:
        """Make one file of all batches; cut short at any moment, nothing is lost and little is doubled."""
        paths = self.files()
        if len(paths) > 1:
            whole = pa.concat_tables([pq.read_table(path) for path in paths])
            address = hashlib.blake2b(" ".join(whole["run"].to_pylist()).encode(), digest_size=8).hexdigest()
            kept = self._write(whole, address)
            for path in paths:
                if path != kept:
                    path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second process from running the same experiment; a killed one leaves no lock behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            try:
                import fcntl
            except ImportError:  # not a Unix: two processes would repeat each other's runs, and lose none
                yield
                return
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CasModelError(
                    f"{self.folder}: another process is running this experiment\n"
                    "  fix: wait for it, or look at it with `cas-model experiment status`"
                ) from None
            yield
