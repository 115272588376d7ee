"""The summary of findings in a terminal: 80 columns, no colour needed, decimals under each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cas_model.report.findings import Finding, by_family, findings_of, levels_of
from cas_model.report.material import Material, family_title, pairs_of, short_title
from cas_model.report.number_format import MISSING, align_decimals, format_number, plain
from cas_model.report.shock_words import difference_sentences, stood_sentences

VERDICT_STYLES = {
    "better": "green",
    "worse": "red",
    "unclear": "dim",
    "dearer": "yellow",
    "cheaper": "yellow",
}
UNIT_COLUMN_FROM = 110
"""Terminals at least this wide get a column of units; narrower ones put the unit behind the label."""
MIN_LABEL, MAX_LABEL = 18, 44


def headline(manifest: Mapping[str, Any], n_replicates: int) -> str:
    """Return the line that says what was run: territory, patients, months, seeds, claim level.

    Parameters
    ----------
    manifest : mapping
        Keys n_zones, n_patients, persons_per_agent, burn_in, months, claim_level.
    n_replicates : int
        Paired seeds per world.
    """
    seeds = f"{n_replicates} paired seeds" if n_replicates > 1 else "1 seed"
    return plain(
        f"{manifest.get('territory_label', 'Flanders')} · {manifest['n_zones']} zones · "
        f"{format_number(manifest['n_patients'])} patients (1:{manifest.get('persons_per_agent', 100)}) · "
        f"burn-in {manifest['burn_in']} + {manifest['months']} months · {seeds} · "
        f"parameters: {manifest.get('claim_level', 'illustrative')}{_sets(manifest)}"
    )


def _sets(manifest: Mapping[str, Any]) -> str:
    n = manifest.get("parameters", {}).get("sets", 1)
    return f", {n} sets" if n > 1 else ""


def _interval_column(findings: Sequence[Finding]) -> list[str]:
    ends = [
        f.interval.strip("[]").partition(", ") if f.interval != MISSING else ("", "", "") for f in findings
    ]
    lows = align_decimals([plain(low) for low, _, _ in ends])
    highs = align_decimals([plain(high) for _, _, high in ends])
    cells = []
    for finding, low, high in zip(findings, lows, highs, strict=True):
        # Padding after a number goes outside the brackets and commas, so that decimals still line up.
        left, right = low.rstrip(), high.rstrip()
        text = f"[{left},{' ' * (len(low) - len(left))} {right}]{' ' * (len(high) - len(right))}"
        cells.append(MISSING if finding.interval == MISSING else text)
    return cells


def _half_width_column(findings: Sequence[Finding]) -> list[str]:
    """Give the interval as "± half its width": it is symmetric, and both ends take too much room."""
    halves = [plain(format_number((f.high - f.low) / 2, f.finer)) for f in findings]
    return ["± " + half for half in align_decimals(halves)]


def _layout(width: int, others: Sequence[Sequence[str]], units: Sequence[str]) -> tuple[bool, int]:
    """Return whether units get their own column, and the width left for labels."""
    wide = width >= UNIT_COLUMN_FROM
    gap = 2 if wide else 1
    used = sum(max(map(len, column), default=0) + gap for column in others)
    if wide:
        used += max(map(len, units), default=0) + gap
    return wide, max(MIN_LABEL, min(MAX_LABEL, width - used - gap))


def _table(wide: bool, label_width: int) -> Table:
    table = Table(box=None, padding=(0, 2 if wide else 1, 0, 0), pad_edge=False, expand=False)
    table.add_column("", width=label_width, no_wrap=True)
    if wide:
        table.add_column("unit", no_wrap=True, style="dim")
    return table


def _label(label: str, unit: str, wide: bool, width: int) -> list[Text]:
    text = label if wide or not unit or label.endswith(unit) else f"{label}, {unit}"
    lines = textwrap.fill(text, width, initial_indent="  ", subsequent_indent="    ")
    return [Text(lines), Text(unit)] if wide else [Text(lines)]


def findings_table(findings: Sequence[Finding], title_a: str, title_b: str, width: int = 80) -> Table:
    """Build the comparison table for a terminal.

    Parameters
    ----------
    findings : sequence of Finding
        From `findings_of`.
    title_a, title_b : str
        Names of the two worlds; shortened when the terminal is narrow.
    width : int
        Columns of the terminal; 80 is enough, and then the interval is written as ± half its width.
    """
    wide = width >= UNIT_COLUMN_FROM
    heads = [short_title(title_a, 16 if wide else 12), short_title(title_b, 16 if wide else 12)]
    heads += ["difference", "95 % interval (paired)"] if wide else ["change", "95 %"]
    numbers = [
        align_decimals([plain(f.value_a) for f in findings]),
        align_decimals([plain(f.value_b) for f in findings]),
        align_decimals([plain(f.difference) for f in findings]),
        _interval_column(findings) if wide else _half_width_column(findings),
    ]
    columns = [[head, *cells] for head, cells in zip(heads, numbers, strict=True)]
    wide, label_width = _layout(width, [*columns, ["unclear"]], [f.unit for f in findings])
    table = _table(wide, label_width)
    for head, justify in zip(heads, ("right", "right", "right", "center"), strict=True):
        table.add_column(head, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("", no_wrap=True)
    i = 0
    for heading, members in by_family(findings):
        table.add_row(Text(heading, style="bold"))
        for finding in members:
            cells = [Text(column[i]) for column in numbers]
            verdict = Text(finding.words, style=VERDICT_STYLES.get(finding.words, ""))
            table.add_row(*_label(finding.label, finding.unit, wide, label_width), *cells, verdict)
            i += 1
    return table


def print_comparison(console: Console, manifest: Mapping[str, Any], comparison: pd.DataFrame) -> None:
    """Print the findings of every pair of worlds of a comparison.

    Parameters
    ----------
    console : Console
        Its width decides the layout; colour is an extra, never the only sign.
    manifest : mapping
        Scenario titles and run facts.
    comparison : DataFrame
        Paired differences with verdicts.
    """
    titles = {str(s["name"]): str(s.get("title") or s["name"]) for s in manifest.get("scenarios", [])}
    for a, b in pairs_of(comparison):
        findings = findings_of(comparison, a, b)
        console.print()
        console.print(findings_table(findings, titles.get(a, a), titles.get(b, b), console.width))
    console.print()
    console.print(
        Text("95 %: interval of the paired difference. similar: all of it is too small to matter. "
             "unclear: part of it is.", style="dim")
    )  # fmt: skip


def print_run(console: Console, material: Material) -> None:
    """Print the outcomes of a single run: the Flemish value and the range over zones.

    Parameters
    ----------
    console : Console
        Its width decides the layout.
    material : Material
        The run's data.
    """
    levels = levels_of(material)
    values = align_decimals([plain(r.value) for r in levels])
    lows = align_decimals([plain(r.zone_low) for r in levels])
    highs = align_decimals([plain(r.zone_high) for r in levels])
    spans = [
        f"{low} to {high}" if r.zone_low != MISSING else ""
        for r, low, high in zip(levels, lows, highs, strict=True)
    ]
    heads = [short_title(material.worlds[0].title, 20), "zones, p10 to p90"]
    wide, label_width = _layout(
        console.width, [[heads[0], *values], [heads[1], *spans]], [r.unit for r in levels]
    )
    table = _table(wide, label_width)
    table.add_column(heads[0], justify="right", no_wrap=True)
    table.add_column(heads[1], justify="center", no_wrap=True)
    i = 0
    for family, members in groupby(levels, key=lambda r: r.family):
        table.add_row(Text(family_title(family), style="bold"))
        for row in members:
            table.add_row(*_label(row.label, row.unit, wide, label_width), Text(values[i]), Text(spans[i]))
            i += 1
    console.print()
    console.print(table)


def print_shocks(console: Console, table: pd.DataFrame, differences: pd.DataFrame) -> None:
    """Print how struck worlds stood their shocks, a sentence each; nothing without a calm twin.

    Parameters
    ----------
    console : Console
    table, differences : DataFrame
        Analyses ``resilience`` and ``resilience_differences``, empty when nothing struck.
    """
    for sentence in (*stood_sentences(table), *difference_sentences(differences)):
        console.print(plain(sentence), markup=False)
