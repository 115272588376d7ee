"""How many bytes of patient columns a month has to move, derived from what the steps declare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cas_model.config.declarations import Process
from cas_model.config.vocabulary import PANELS
from cas_model.model.columns import COLUMNS

TABLE = "patient"
YEARLY_PHASES = ("demography", "health")
"""Phases whose row steps treat one birthday panel a month, a twelfth of the patients."""


@dataclass(frozen=True)
class Traffic:
    """Bytes per patient and month through the memory bus, when each column passes once.

    Attributes
    ----------
    read, written : float
        Bytes of the columns that a row step takes as an argument, and of those that one writes.
    n_columns : int
        Columns touched.
    """

    read: float
    written: float
    n_columns: int

    @property
    def total(self) -> float:
        """Bytes in and out."""
        return self.read + self.written


def patient_traffic(processes: Iterable[Process]) -> Traffic:
    """Return the least traffic of the row steps of a month.

    Row steps run chunk by chunk, so that a column comes from memory once a month however many steps use
    it, and goes back once if one of them writes it. A column that only yearly steps touch counts a twelfth.

    Parameters
    ----------
    processes : iterable of Process
        The steps of the month; those over other tables are left out.
    """
    read: dict[str, float] = {}
    written: dict[str, float] = {}
    for step in processes:
        if step.by_rows:
            share = 1.0 / PANELS if step.phase in YEARLY_PHASES else 1.0
            for keys, touched in ((step.arguments, read), (step.writes, written)):
                for key in keys:
                    if key in COLUMNS and COLUMNS[key].table == TABLE:
                        touched[key] = max(share, touched.get(key, 0.0))
    return Traffic(_size(read), _size(written), len(read | written))


def _size(shares: dict[str, float]) -> float:
    sizes = {key: np.dtype(COLUMNS[key].dtype).itemsize * COLUMNS[key].width for key in shares}
    return sum(sizes[key] * share for key, share in shares.items())
