"""How many bytes of patient columns a month has to move, derived from what the steps declare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cas_model.config.declarations import Process
from cas_model.model.columns import COLUMNS

TABLE = "patient"


@dataclass(frozen=True)
class Traffic:
    """Bytes per patient and month through the memory bus, when each column passes once.

    Attributes
    ----------
    read, written : int
        Bytes of the columns that any row step takes as an argument, and of those that one writes.
    n_columns : int
        Columns touched.
    """

    read: int
    written: int
    n_columns: int

    @property
    def total(self) -> int:
        """Bytes in and out."""
        return self.read + self.written


def patient_traffic(processes: Iterable[Process]) -> Traffic:
    """Return the least traffic of the row steps of a month.

    Row steps run chunk by chunk, so that a column comes from memory once a month however many steps use
    it, and goes back once if one of them writes it. Steps for one birthday panel touch every twelfth row,
    which lies in nearly every cache line of a column: they count like the others.

    Parameters
    ----------
    processes : iterable of Process
        The steps of the month; those over other tables are left out.
    """
    read: set[str] = set()
    written: set[str] = set()
    for step in processes:
        if step.by_rows:
            read |= {a for a in step.arguments if a in COLUMNS and COLUMNS[a].table == TABLE}
            written |= {w for w in step.writes if w in COLUMNS and COLUMNS[w].table == TABLE}
    return Traffic(_size(read), _size(written), len(read | written))


def _size(keys: set[str]) -> int:
    return sum(np.dtype(COLUMNS[key].dtype).itemsize * COLUMNS[key].width for key in keys)
