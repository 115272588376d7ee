"""The tables of one world: plain contiguous arrays, made from the declared columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.vocabulary import LEVELS, N_DISCIPLINES, N_PAYERS, SLOTS
from cas_model.model.columns import COLUMNS

COUNTED = ("measure", "group")
"""Tables of what is counted within a month."""


class Table:
    """Named arrays of one length; attribute access gives the array itself, not a copy."""

    def __init__(self, name: str, n_rows: int) -> None:
        self.name, self.n_rows = name, n_rows
        self.columns: dict[str, NDArray[Any]] = {}
        declarations = [c for c in COLUMNS.values() if c.table == name]
        if name in COUNTED:
            # One block, so that a month is reset and recorded in one call.
            self.block = np.zeros((len(declarations), n_rows, declarations[0].width))
            self.columns = {c.name: self.block[i] for i, c in enumerate(declarations)}
            return
        for declared in declarations:
            shape = (n_rows,) if declared.width == 1 else (n_rows, declared.width)
            self.columns[declared.name] = np.full(shape, declared.default, dtype=declared.dtype)

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.__dict__["columns"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"table `{self.__dict__.get('name')}` has no column `{name}`") from None

    def __len__(self) -> int:
        return self.n_rows

    def copy(self) -> Table:
        """Return a table of the same values in arrays of its own."""
        other = object.__new__(Table)
        other.name, other.n_rows = self.name, self.n_rows
        if self.name in COUNTED:
            other.block = self.block.copy()
            other.columns = {name: other.block[i] for i, name in enumerate(self.columns)}
        else:
            other.columns = {name: array.copy() for name, array in self.columns.items()}
        return other


class State:
    """All tables of one world.

    Parameters
    ----------
    sizes : dict of str to int
        Rows per table: ``patient``, ``provider``, ``zone``, ``region``.
    """

    def __init__(self, sizes: dict[str, int]) -> None:
        n = dict(sizes)
        n["tie"] = n["provider"] * SLOTS
        n |= {"authority": len(LEVELS), "institute": 1, "measure": n["zone"], "group": n["zone"]}
        n |= {"discipline": N_DISCIPLINES, "payer": N_PAYERS, "scheme": 1, "count": 1}
        self._hold({name: Table(name, rows) for name, rows in n.items()})

    def _hold(self, tables: dict[str, Table]) -> None:
        self.tables = tables
        self._monthly = [self.array(c.key) for c in COLUMNS.values() if c.monthly and c.table not in COUNTED]

    def copy(self) -> State:
        """Return tables of the same values in arrays of their own."""
        other = object.__new__(State)
        other._hold({name: table.copy() for name, table in self.tables.items()})
        return other

    def __getattr__(self, name: str) -> Table:
        try:
            return self.__dict__["tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"no table `{name}`") from None

    def array(self, key: str) -> NDArray[Any]:
        """Return the array of ``<table>_<column>``."""
        table, name = key.split("_", 1)
        return self.tables[table].columns[name]

    def reset_monthly(self) -> None:
        """Set the columns that count within a month back to their start value."""
        for name in COUNTED:
            self.tables[name].block[:] = 0.0
        for array in self._monthly:
            array[:] = 0

    def nbytes(self) -> Iterator[tuple[str, int]]:
        """Yield each table's size in bytes."""
        for name, table in self.tables.items():
            yield name, sum(a.nbytes for a in table.columns.values())
