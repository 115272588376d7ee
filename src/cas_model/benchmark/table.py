"""The benchmark as tables: for a terminal, a README and a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from cas_model.benchmark.plan import BenchPlan
from cas_model.benchmark.summary import (
    bound_ns,
    memory_floor_ns,
    profile_rows,
    profiled_sizes,
    size_rows,
    verdicts,
)
from cas_model.config.errors import UsageError

Document = dict[str, Any]
Table = list[list[str]]
"""Rows of cells, the first row the headings."""


_SHORT = ["model", "patients", "thr.", "build s", "ns", "serial %", "MB", "bytes", "x bound", "x plain"]
_LONG = [
    "model", "patients", "threads", "build, s", "ns per patient-month", "serial %", "peak MB",
    "bytes per patient", "x bound", "x faster than plain Mesa",
]  # fmt: skip
LEGEND = (
    "ns: per patient-month, median; serial: outside the patient steps; bytes: per patient, of columns or "
    "objects; x bound: times the bound of this machine; x plain: times faster than plain Mesa"
)
"""What the short headings mean."""


def sizes_table(document: Document, short: bool = False) -> Table:
    """Return time and memory by model, size and threads; `short` headings fit 80 columns (see `LEGEND`)."""
    table = [_SHORT if short else _LONG]
    for row in size_rows(document):
        table.append([
            row["model"], f"{row['patients']:,}".replace(",", " "), str(row["threads"]),
            _digits(row["init_s"]), _digits(row["ns"]),
            "" if row["serial"] is None else f"{100 * row['serial']:.0f}",
            f"{row['peak_mb']:.0f}", f"{row['bytes']:.0f}", _digits(row["times_bound"]),
            _digits(row["times_plain"]),
        ])  # fmt: skip
    return table


def targets_table(document: Document, plan: BenchPlan) -> Table:
    """Return what was to be reached, what was measured, and whether it was."""
    table = [["target", "to reach", "measured", "verdict"]]
    for verdict in verdicts(document, plan):
        target = verdict.target
        relation = "at least" if target.least is not None else "at most"
        table.append(
            [
                target.says,
                f"{relation} {target.bound:g} {target.unit}",
                f"{_digits(verdict.value)} {target.unit}",
                verdict.words,
            ]
        )
    return table


def profile_table(document: Document) -> Table:
    """Return the share of a month that each of the costliest steps takes, by size, one thread."""
    sizes = [f"{n:,}".replace(",", " ") for n in profiled_sizes(document)]
    table = [["step, % of a month", *sizes]]
    for row in profile_rows(document):
        table.append([row["step"], *(f"{100 * share:.1f}" for share in row["shares"])])
    return table


def machine_line(document: Document) -> str:
    """Return one sentence on the machine and its bounds."""
    machine = document["machine"]
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    line = (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']:g} GB, "
        f"{machine['system']}; Python {machine['python']}, {libraries}; "
        f"load before the start {machine['load']}"
    )
    return f"{line}. {bounds_line(document)}".strip()


def bounds_line(document: Document) -> str:
    """Return one sentence on this machine's memory and arithmetic bounds; empty if not measured."""
    if not document["bounds"]:
        return ""
    bounds = document["bounds"][0]
    speeds = ", ".join(
        f"{float(speed) / 1e9:.1f} GB/s on {n} thread{'s' if n != '1' else ''} "
        f"(floor {memory_floor_ns(document, int(n)):.1f} ns)"
        for n, speed in bounds["bytes_per_s"].items()
    )
    return (
        f"A month moves {bounds['read_bytes']:.0f} + {bounds['written_bytes']:.0f} bytes of "
        f"{bounds['columns']} patient columns through memory at {speeds}; the draws and the exponential of "
        f"the needs phase alone take {bounds['arithmetic_ns']:.2f} ns in cache. The bound is the larger: "
        f"{bound_ns(document, 1):.1f} ns on one thread."
    )


def as_markdown(table: Table) -> str:
    """Return a table in Markdown, numbers aligned right."""
    head, *body = table
    marks = ["---"] + ["---:" if _is_number(body, i) else "---" for i in range(1, len(head))]
    lines = [head, marks, *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_csv(table: Table) -> str:
    """Return a table as comma-separated values; thousands are not spaced."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [
            [cell.replace(" ", "") if cell.replace(" ", "").isdigit() else cell for cell in row]
            for row in table
        ]
    )
    return out.getvalue()


def _is_number(rows: Table, column: int) -> bool:
    return all(not row[column] or row[column][0].isdigit() for row in rows)


def _digits(value: float | None) -> str:
    """Write a measured number with three digits, or nothing."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def summary_markdown(document: Document, plan: BenchPlan) -> str:
    """Return machine, targets and sizes as Markdown: the text between the README's benchmark markers."""
    parts = [f"Measured {document['created'][:10]} on {machine_line(document)}"]
    targets = targets_table(document, plan)
    if len(targets) > 1:
        parts.append(as_markdown(targets))
    parts.append(as_markdown(sizes_table(document)))
    parts += [f"Note: {note}." for note in document["notes"]]
    return "\n\n".join(parts)


def fill_marked(path: Path, name: str, text: str) -> bool:
    """Put text between ``<!-- name: begin ... -->`` and ``<!-- name: end -->`` of a file.

    Parameters
    ----------
    path : Path
        A Markdown file with both markers, each on a line of its own.
    name : str
        ``benchmark`` or ``profile``.
    text : str
        Replaces what stands between them.

    Returns
    -------
    bool
        Whether the file changed.

    Raises
    ------
    UsageError
        The file is missing or has no such markers.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    begins = [i for i, line in enumerate(lines) if line.startswith(f"<!-- {name}: begin")]
    ends = [i for i, line in enumerate(lines) if line.startswith(f"<!-- {name}: end")]
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise UsageError(
            f"the file has no pair of markers `{name}: begin` and `{name}: end`",
            where=str(path),
            fix="restore the two comment lines",
        )
    new = [*lines[: begins[0] + 1], "", *text.splitlines(), "", *lines[ends[0] :]]
    if new == lines:
        return False
    path.write_text("\n".join(new) + "\n", encoding="utf-8")
    return True
