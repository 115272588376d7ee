"""What a column declares, and the registry of all columns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column: its table, element type, width (1 for a vector), start value, unit, range, meaning."""

    table: str
    name: str
    dtype: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    width: int = 1
    monthly: bool = False

    @property
    def key(self) -> str:
        """The name by which kernels bind it: ``<table>_<column>``."""
        return f"{self.table}_{self.name}"


COLUMNS: dict[str, Column] = {}


def column(
    table: str,
    name: str,
    dtype: str,
    default: float,
    unit: str,
    meaning: str,
    low: float = 0.0,
    high: float = 1.0,
    width: int = 1,
    monthly: bool = False,
) -> Column:
    """Declare a column; `monthly` columns are set back to their start value as each month begins."""
    new = Column(table, name, dtype, default, unit, low, high, meaning, width, monthly)
    if new.key in COLUMNS:
        raise ValueError(f"column `{new.key}` is declared twice")
    COLUMNS[new.key] = new
    return new


BIG = 1e15
