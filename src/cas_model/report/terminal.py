"""The summary of findings in a terminal: 80 columns, no colour needed, decimals under each other."""

from __future__ import annotations

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

VERDICT_STYLES = {"better": "green", "worse": "red", "unclear": "dim", "dearer": "yellow", "cheaper": "yellow"}
UNIT_COLUMN_FROM = 100
"""Terminals at least this wide get a column of units; narrower ones put the unit behind the label."""


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
        f"parameters: {manifest.get('claim_level', 'illustrative')}"
    )


def _interval_column(findings: Sequence[Finding]) -> list[str]:
    lows = align_decimals([plain(f.interval.strip("[]").partition(", ")[0]) for f in findings])
    highs = align_decimals([plain(f.interval.strip("[]").partition(", ")[2]) for f in findings])
    return [
        f"[{low}, {high}]" if f.interval != MISSING else MISSING
        for f, low, high in zip(findings, lows, highs, strict=True)
    ]


def _table(width: int) -> tuple[Table, bool]:
    wide = width >= UNIT_COLUMN_FROM
    table = Table(box=None, padding=(0, 2, 0, 0) if wide else (0, 1, 0, 0), pad_edge=False, expand=False)
    table.add_column("", ratio=1, min_width=18, overflow="fold")
    if wide:
        table.add_column("unit", no_wrap=True, style="dim")
    return table, wide


def _label(label: str, unit: str, wide: bool) -> list[Text]:
    if wide:
        return [Text("  " + label), Text(unit)]
    return [Text.assemble("  " + label, (f", {unit}" if unit else "", "dim"))]


def findings_table(findings: Sequence[Finding], title_a: str, title_b: str, width: int = 80) -> Table:
    """Build the comparison table for a terminal.

    Parameters
    ----------
    findings : sequence of Finding
        From `findings_of`.
    title_a, title_b : str
        Names of the two worlds; shortened when the terminal is narrow.
    width : int
        Columns of the terminal; 80 is enough.
    """
    table, wide = _table(width)
    for title in (title_a, title_b):
        table.add_column(short_title(title, 16 if wide else 11), justify="right", no_wrap=True)
    table.add_column("difference" if wide else "change", justify="right", no_wrap=True)
    table.add_column("95 % interval (paired)" if wide else "95 % interval", justify="center", no_wrap=True)
    table.add_column("", no_wrap=True)
    columns = [
        align_decimals([plain(f.value_a) for f in findings]),
        align_decimals([plain(f.value_b) for f in findings]),
        align_decimals([plain(f.difference) for f in findings]),
        _interval_column(findings),
    ]
    i = 0
    for heading, members in by_family(findings):
        table.add_row(Text(heading, style="bold"))
        for finding in members:
            cells = [Text(column[i]) for column in columns]
            verdict = Text(finding.words, style=VERDICT_STYLES.get(finding.words, ""))
            table.add_row(*_label(finding.label, finding.unit, wide), *cells, verdict)
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
        Text("unclear: the interval reaches no difference, or differences too small to matter", style="dim")
    )


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
    table, wide = _table(console.width)
    table.add_column(short_title(material.worlds[0].title, 20), justify="right", no_wrap=True)
    table.add_column("zones, p10 to p90", justify="center", no_wrap=True)
    values = align_decimals([plain(r.value) for r in levels])
    lows = align_decimals([plain(r.zone_low) for r in levels])
    highs = align_decimals([plain(r.zone_high) for r in levels])
    i = 0
    for family, members in groupby(levels, key=lambda r: r.family):
        table.add_row(Text(family_title(family), style="bold"))
        for row in members:
            span = f"{lows[i]} to {highs[i]}" if row.zone_low != MISSING else ""
            table.add_row(*_label(row.label, row.unit, wide), Text(values[i]), Text(span))
            i += 1
    console.print()
    console.print(table)
