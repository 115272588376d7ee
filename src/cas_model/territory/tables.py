"""Reading a CSV table of facts so that every fault names its file, row and column."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cas_model.config.errors import UsageError, nearest


@dataclass(frozen=True)
class Table:
    """The text cells of one CSV file.

    Parameters
    ----------
    path : Path
        The file read.
    lines : tuple of int
        Line number of each row in the file, as an editor shows it.
    columns : dict of str to tuple of str
        Cells per column, stripped of surrounding space.
    """

    path: Path
    lines: tuple[int, ...]
    columns: dict[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int, column: str) -> str:
        """Return the words that lead a reader to a cell: file, row and column."""
        return f"{self.path}, row {self.lines[row]}, column `{column}`"

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column whose cells must not be empty."""
        for row, cell in enumerate(self.columns[column]):
            if not cell:
                raise UsageError("the cell is empty", where=self.where(row, column), fix="fill it in")
        return self.columns[column]

    def names(self, column: str) -> tuple[str, ...]:
        """Return a column whose cells must be filled and all different."""
        seen: dict[str, int] = {}
        for row, cell in enumerate(self.texts(column)):
            if cell in seen:
                raise UsageError(
                    f"`{cell}` appears twice (first in row {self.lines[seen[cell]]})",
                    where=self.where(row, column),
                    allowed="each name once",
                    fix="remove or rename one of the two rows",
                )
            seen[cell] = row
        return self.columns[column]

    def numbers(
        self, column: str, low: float, high: float, unit: str, *, missing: bool = False
    ) -> NDArray[np.float64]:
        """Return a column as numbers in [low, high].

        Parameters
        ----------
        column : str
            Column name.
        low, high : float
            Allowed range, both ends included.
        unit : str
            Shown in the message when a number is refused.
        missing : bool, default False
            Read an empty cell as NaN instead of refusing it.

        Returns
        -------
        ndarray of float, shape (rows,)

        Raises
        ------
        UsageError
            A cell is not a number, not finite or out of range.
        """
        allowed = f"a number from {low:g} to {high:g} {unit}".rstrip()
        values = np.full(len(self), np.nan)
        for row, cell in enumerate(self.columns[column]):
            if missing and not cell:
                continue
            try:
                value = float(cell)
            except ValueError:
                shown = f"`{cell}` is not a number" if cell else "the cell is empty"
                fix = "write decimals with a point" if "," in cell else "write a number"
                raise UsageError(shown, where=self.where(row, column), allowed=allowed, fix=fix) from None
            if not math.isfinite(value) or not low <= value <= high:
                why = "is out of range" if math.isfinite(value) else "is not finite"
                raise UsageError(
                    f"`{cell}` {why}", where=self.where(row, column), allowed=allowed, fix="correct the cell"
                )
            values[row] = value
        return values

    def counts(self, column: str, low: int) -> NDArray[np.int64]:
        """Return a column as whole numbers of at least `low` persons."""
        values = self.numbers(column, low, 1e9, "persons")
        broken = np.flatnonzero(values != np.rint(values))
        if broken.size:
            row = int(broken[0])
            raise UsageError(
                f"`{self.columns[column][row]}` is not a whole number",
                where=self.where(row, column),
                allowed="whole persons",
                fix=f"use {round(values[row])}",
            )
        return values.astype(np.int64)

    def codes(self, column: str, options: Sequence[str], kind: str, known_from: str) -> NDArray[np.int64]:
        """Return the position of each cell among `options`, or refuse the unknown one with the nearest."""
        position = {name: i for i, name in enumerate(options)}
        for row, cell in enumerate(self.texts(column)):
            if cell not in position:
                match = nearest(cell, options)
                raise UsageError(
                    f"unknown {kind} `{cell}`",
                    where=self.where(row, column),
                    allowed=f"the names in {known_from}",
                    fix=f"did you mean `{match}`?" if match else f"add `{cell}` to {known_from}",
                )
        return np.array([position[cell] for cell in self.columns[column]], dtype=np.int64)


def read_table(path: Path, required: Sequence[str]) -> Table:
    """Read a UTF-8, comma-separated file with a header row.

    Parameters
    ----------
    path : Path
        File to read.
    required : sequence of str
        Columns that must be present; others are kept as text.

    Returns
    -------
    Table

    Raises
    ------
    UsageError
        The file is missing, unreadable, empty, not UTF-8, lacks a column, or has a ragged row.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"the file `{path.name}` is missing",
            where=str(path.parent),
            allowed="a folder with zones.csv and municipalities.csv",
            fix=f"add {path.name} with the columns {', '.join(required)}",
        ) from None
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror})", where=str(path), fix="check the permissions"
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8 text",
            where=f"{path}, row {line}",
            allowed="UTF-8",
            fix="save the file as `CSV UTF-8`",
        ) from None
    return _parse(path, text, required)


def _parse(path: Path, text: str, required: Sequence[str]) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""))
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise UsageError(
                    f"the row has {len(cells)} cells where the header has {len(header)}",
                    where=f"{path}, row {reader.line_num}",
                    fix="quote names that contain a comma",
                )
            lines.append(reader.line_num)
            rows.append([cell.strip() for cell in cells])
    except csv.Error as error:
        raise UsageError(f"is not a CSV file ({error})", where=f"{path}, row {reader.line_num}") from None
    if not any(header):
        raise UsageError("the file is empty", where=str(path), fix=f"columns: {', '.join(required)}")
    _check_header(path, header, required)
    if not rows:
        raise UsageError("the file has a header but no rows", where=str(path), fix="add at least one row")
    columns = dict(zip(header, (tuple(column) for column in zip(*rows, strict=True)), strict=True))
    return Table(path, tuple(lines), columns)


def _check_header(path: Path, header: Sequence[str], required: Sequence[str]) -> None:
    for name in header:
        if header.count(name) > 1:
            raise UsageError(f"the column `{name}` appears twice", where=str(path), fix="remove one")
    for name in required:
        if name in header:
            continue
        match = nearest(name, [h for h in header if h not in required])
        if len(header) == 1 and ";" in header[0]:
            fix = "separate the cells by commas, not semicolons"
        else:
            fix = f"rename `{match}` to `{name}`" if match else f"add the column `{name}`"
        raise UsageError(
            f"the column `{name}` is missing", where=f"{path}, row 1", allowed=", ".join(required), fix=fix
        )
