"""The report of a validation: failures first, then what passes and what cannot be measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.calibration.validation import FAIL, NOT_RUN, OPEN, ORDER, PASS
from cas_model.report.experiment_page import Section, place_figure, render_page
from cas_model.report.experiment_tables import Grid
from cas_model.report.number_format import format_number
from cas_model.report.validation_figures import draw_targets, with_a_scale

Tables = Mapping[str, pd.DataFrame]
SIGNS = {PASS: "✓ pass", FAIL: "✗ fail", OPEN: "– not measurable", NOT_RUN: "· not run"}
TITLES = {
    FAIL: "What fails", PASS: "What passes", OPEN: "What is not measurable", NOT_RUN: "What was not run",
}  # fmt: skip


def number(value: float) -> str:
    """Return a number of whatever unit with about three digits; nothing for NaN."""
    if value != value:
        return ""
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    decimals = 0 if size >= 100 or value == round(value) else 1 if size >= 10 else 2 if size >= 1 else 3
    return format_number(value, decimals)


def simulated_in_words(row: pd.Series) -> str:
    """Return the median over seeds and the range."""
    if row["median"] != row["median"]:
        return ""
    return f"{number(row['median'])} [{number(row['least'])}, {number(row['most'])}]"


def band_in_words(row: pd.Series) -> str:
    """Return the band that passes."""
    low, high = row["low"], row["high"]
    if low != low and high != high:
        return ""
    if high != high:
        return "above 0" if 0 < low < 1e-6 else f"at least {number(low)}"
    if low != low:
        return "below 0" if -1e-6 < high < 0 else f"at most {number(high)}"
    return f"{number(low)} to {number(high)}" if low != high else number(low)


def _why(row: pd.Series) -> str:
    return f"suspected: {row['suspect']}" if row["verdict"] == FAIL and row["suspect"] else ""


def _join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def target_grid(table: pd.DataFrame, verdict: str) -> Grid:
    """Return the targets of one verdict: use, published figure, band, simulated median and range."""
    rows = [
        [
            f"{r['id']} {r['name']}", r["use"], r["published"], band_in_words(r), simulated_in_words(r),
            _join(r["note"], _why(r)), r["source"],
        ]
        for _, r in table[table["verdict"] == verdict].iterrows()
    ]  # fmt: skip
    heads = ["Target", "Use", "Published", "Band", "Simulated [range]", "Remark", "Source"]
    return Grid(f"Published figures: {SIGNS[verdict]}.", heads, rows)


def pattern_grid(table: pd.DataFrame, verdict: str) -> Grid:
    """Return the patterns of one verdict: criterion, the number judged, and in how many seeds it holds."""
    rows = [
        [
            f"{r['id']} {r['name']}", r["criterion"], simulated_in_words(r),
            "" if r["held"] != r["held"] else f"{100 * r['held']:.0f} of {100 * r['needed']:.0f} % needed",
            _join(r["note"], set_to_it(r), _why(r)), r["source"],
        ]
        for _, r in table[table["verdict"] == verdict].iterrows()
    ]  # fmt: skip
    heads = ["Pattern", "Criterion", "Simulated [range]", "Share of seeds", "Remark", "Source"]
    return Grid(f"Patterns: {SIGNS[verdict]}.", heads, rows)


def set_to_it(row: Mapping[str, Any] | pd.Series) -> str:
    """Say which parameters were set with a pattern in sight; empty when none were."""
    return f"no independent test: set to it were {row['fitted']}" if row["fitted"] else ""


def barrier_grid(table: pd.DataFrame) -> Grid:
    """Return what relaxing each barrier adds to the ratings of professionals (T10), the largest first."""
    rows = [
        [r["barrier"].replace("_", " "), format_number(r["gain"], 2, signed=True),
         format_number(r["gain_beyond"], 2, signed=True)]
        for r in table.to_dict("records")
    ]  # fmt: skip
    caption = (
        "Is funding the biggest barrier (T10)? Each barrier relaxed alone; median over seeds of what that "
        "adds to the sum of twelve mean SCIROCCO ratings (0 to 60 points), and without the dimensions that "
        "contain a barrier themselves: structure, finance, inhibitors, evaluation."
    )
    heads = ["Barrier relaxed", "All twelve, points", "Eight dimensions, points"]
    return Grid(caption, heads, rows)


def answer(made: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return the verdicts in sentences."""
    found = []
    targets = tables["targets"]
    groups = (
        ("published figures held out for validation", targets[targets["use"] == "validate"]),
        ("figures meant for calibration, for information", targets[targets["use"] == "calibrate"]),
        ("patterns", tables["patterns"]),
    )
    for words, table in groups:
        counts = table["verdict"].value_counts()
        parts = [f"{counts[v]} {v}" for v in ORDER if v in counts]
        found.append(f"Of {len(table)} {words}: {', '.join(parts)}.")
    patterns = tables["patterns"]
    fitted = patterns.loc[(patterns["verdict"] == PASS) & (patterns["fitted"] != ""), "id"]
    if len(fitted):
        found.append(
            f"Of the patterns that pass, {len(fitted)} had parameters set to them and are no "
            f"independent test: {', '.join(fitted)}."
        )
    if len(made["seeds"]) < 10:
        found.append(f"{len(made['seeds'])} seeds only: a pattern is to hold in 90 % of at least ten.")
    if made["quick"]:
        found.append("The quick version ran the status quo only.")
    return found


def _sections(tables: Tables) -> list[Section]:
    sections = []
    for verdict in ORDER:
        parts = (
            target_grid(tables["targets"], verdict),
            pattern_grid(tables["patterns"], verdict),
        )
        grids = [grid for grid in parts if grid.rows]
        if grids:
            sections.append(Section(verdict.replace(" ", "_"), TITLES[verdict], tables=grids))
    barriers = tables.get("barriers", pd.DataFrame())
    if len(barriers):
        sections.append(Section("barriers", "Which barrier weighs most", tables=[barrier_grid(barriers)]))
    return sections


def markdown(made: Mapping[str, Any], tables: Tables) -> str:
    """Return the same as Markdown."""
    lines = [f"# {made['title']}", "", *answer(made, tables)]
    for section in _sections(tables):
        lines += ["", f"## {section.title}"]
        for grid in section.tables:
            lines += ["", grid.caption, "", _row(grid.heads), _row(["---"] * len(grid.heads))]
            lines += [_row(row) for row in grid.rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_validation_report(folder: Path, made: Mapping[str, Any], tables: Tables) -> Path:
    """Write ``report.html``, ``report.md`` and ``figures/`` of a validation into its folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    made : mapping
        From `cas_model.calibration.validation.manifest`.
    tables : mapping of str to DataFrame
        ``targets`` and ``patterns``.

    Returns
    -------
    Path
        The HTML file.
    """
    (folder / "report.md").write_text(markdown(made, tables), encoding="utf-8")
    placed = []
    if len(with_a_scale(tables["targets"])):
        placed.append(
            place_figure(
                "question", "targets", "Simulated beside published",
                "Figures with a band that has two ends; line: range over seeds. Bands are no confidence "
                "intervals; those of the dossier, unaltered. Figures to be calibrated are for information.",
                partial(draw_targets, tables["targets"]),
            )
        )  # fmt: skip
    hashes = made["scenarios"]
    failed = f"{len(made['failed'])} runs failed; see manifest.json." if made["failed"] else ""
    return render_page(
        folder, {**made, "experiment": {"title": made["title"], "question": made["question"]}}, placed,
        [Section("question", "The question, and the answer"), *_sections(tables),
         Section("made", "How it was made")],
        lede=f"Published figures and patterns against {len(hashes)} worlds, {len(made['seeds'])} seeds each.",
        answer=answer(made, tables),
        made=[
            ("Worlds", "; ".join(f"{label} ({value[:8]})" for label, value in hashes.items())),
            ("Parameters", ", ".join(made["parameters"])),
            ("Territory", made["territory"]),
            ("Patients", f"each for {made['persons_per_agent']} inhabitants"),
            ("Targets", f"{made['targets']} ({made['targets_hash']})"),
            ("Data hash", made["data_hash"]), ("Model hash", made["model_hash"]),
        ],
        hashes=next(iter(hashes.values()))[:8], failed=failed,
    )  # fmt: skip
