"""Worlds made up of small tables, for what is read off the tables of a world."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass
class MadeUpWorld:
    """Holds tables by name, as a result does."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def outcomes(*rows: tuple[int, str, str, str, float]) -> pd.DataFrame:
    """Rows: month, level, unit, outcome, value."""
    return pd.DataFrame(rows, columns=["month", "level", "unit_id", "outcome", "value"])


def zones(**columns: list[float]) -> pd.DataFrame:
    """Return zones z0, z1, ... with the columns given."""
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"zone": [f"z{i}" for i in range(n)], **columns})
