"""The summary of findings: rows for the terminal, the report, Markdown and CSV, and one plain paragraph."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.report.material import (
    Material,
    family_rank,
    family_title,
    outcome_decimals,
    quintile_of,
)
from cas_model.report.number_format import (
    MISSING,
    THIN,
    display_unit,
    format_interval,
    format_number,
    plain,
    sentence_case,
)

COUNTED = ("people", "patients", "complex patients", "inhabitants", "discharges", "requests")
"""What a share may be a share of, when "per 1 000" of them reads better than a percentage."""

_MONEY_WORDS = {"higher": "dearer", "lower": "cheaper", "worse": "dearer", "better": "cheaper"}


NUMBERS = (
    ("smallest", "smallest_that_matters"),
    ("mean_a", "mean_a"),
    ("mean_b", "mean_b"),
    ("change", "difference"),
    ("low", "low"),
    ("high", "high"),
)
"""Fields of a finding, and the columns of a comparison that fill them."""


@dataclass(frozen=True)
class Finding:
    """One outcome of one pair of worlds, as numbers and as a reader sees it.

    `value_a`, `value_b`, `difference` and `interval` are formatted; the numbers behind them are in
    the display unit. `of` is what a share is a share of, empty when that cannot be counted.
    """

    outcome: str
    label: str
    family: str
    unit: str
    direction: int
    smallest: float
    mean_a: float
    mean_b: float
    change: float
    low: float
    high: float
    verdict: str
    of: str = ""

    @property
    def decimals(self) -> int:
        """Digits after the point of the two values."""
        return outcome_decimals(self.unit, self.smallest)

    @property
    def finer(self) -> int:
        """Digits after the point of difference and interval: one more when the interval is that narrow."""
        narrow = self.high - self.low < 4 * 10.0**-self.decimals
        return min(4, self.decimals + 1) if narrow else self.decimals

    @property
    def value_a(self) -> str:
        """Value in the baseline world."""
        return format_number(self.mean_a, self.decimals)

    @property
    def value_b(self) -> str:
        """Value in the other world."""
        return format_number(self.mean_b, self.decimals)

    @property
    def difference(self) -> str:
        """Paired difference, signed."""
        return format_number(self.change, self.finer, signed=True)

    @property
    def interval(self) -> str:
        """95 % interval of the paired difference."""
        return format_interval(self.low, self.high, self.finer)

    @property
    def words(self) -> str:
        """The verdict in words; money is dearer or cheaper, and what surely matters little is similar."""
        if self.verdict == "unclear" and self.negligible:
            return "similar"
        return _MONEY_WORDS.get(self.verdict, self.verdict) if self.unit.startswith("EUR") else self.verdict

    @property
    def per_thousand(self) -> str:
        """Clear effect per 1 000, when the outcome is a share of people or events; else empty."""
        if not self.of or self.verdict == "unclear" or not math.isfinite(self.change):
            return ""
        return f"{format_number(10 * self.change, 0, signed=True)} per 1{THIN}000 {self.of}"

    @property
    def negligible(self) -> bool:
        """Whether the whole interval lies inside differences too small to matter."""
        return self.smallest > 0 and -self.smallest <= self.low <= self.high <= self.smallest

    @property
    def effect(self) -> float:
        """Size of the difference in units of the smallest that matters (0 when undefined)."""
        if self.smallest > 0 and math.isfinite(self.change):
            return abs(self.change) / self.smallest
        return 0.0


def counted_in(formula: str) -> str:
    """Return what a share is a share of, read from its formula; empty when it is not people or events.

    Examples
    --------
    >>> counted_in("with plan / complex patients"), counted_in("sum free / sum capacity, all disciplines")
    ('complex patients', '')
    """
    noun = formula.rpartition(" / ")[2].partition(",")[0].replace(">=", "≥")
    return noun if noun.startswith(COUNTED) and "/" in formula else ""


def findings_of(
    comparison: pd.DataFrame, world_a: str, world_b: str, declarations: Mapping[str, Outcome] | None = None
) -> list[Finding]:
    """Return the findings of one pair of worlds, families in reading order, without outcomes by quintile.

    Parameters
    ----------
    comparison : DataFrame
        Paired differences with means, intervals and verdicts, in declared units.
    world_a, world_b : str
        Baseline and other world.
    declarations : mapping, optional
        Outcome declarations, for what shares are shares of; the registry when left out.
    """
    declared = OUTCOMES if declarations is None else declarations
    rows = comparison[(comparison["world_a"] == world_a) & (comparison["world_b"] == world_b)]
    found = []
    for row in rows.to_dict("records"):
        name = str(row["outcome"])
        if quintile_of(name):
            continue
        unit, factor = display_unit(str(row["unit"]))
        numbers = {field: factor * float(row[source]) for field, source in NUMBERS}
        of = counted_in(declared[name].formula) if unit == "%" and name in declared else ""
        found.append(
            Finding(name, sentence_case(str(row["label"])), str(row["family"]), unit, int(row["direction"]),
                    verdict=str(row["verdict"]), of=of, **numbers)
        )  # fmt: skip
    return sorted(found, key=lambda f: family_rank(f.family))


def by_family(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Yield (heading, findings) per family, in the order given."""
    for family, members in groupby(findings, key=lambda f: f.family):
        yield family_title(family), list(members)


@dataclass(frozen=True)
class Level:
    """One outcome of a single run: the Flemish value and its range over zones, formatted."""

    outcome: str
    label: str
    family: str
    unit: str
    value: str
    zone_low: str
    zone_high: str


def levels_of(material: Material) -> list[Level]:
    """Summarise a single run: mean of the last twelve months for Flanders, and the 10th-90th percentile zone.

    Parameters
    ----------
    material : Material
        Its first world is summarised.
    """
    world = material.worlds[0].name
    levels = []
    for fact in material.facts:
        if fact.quintile or fact.name not in material.final.index:
            continue
        zones = material.zones_of(fact.name)
        low = high = MISSING
        decimals = fact.decimals
        if len(zones) > 1:
            ends = np.quantile(zones[world].dropna().to_numpy(dtype=float), (0.1, 0.9))
            low, high = (format_number(float(end), decimals) for end in ends)
        value = format_number(float(material.final[world][fact.name]), decimals)
        levels.append(Level(fact.name, fact.label, fact.family, fact.unit, value, low, high))
    return levels


def findings_markdown(findings: Sequence[Finding], title_a: str, title_b: str) -> str:
    """Return the summary-of-findings table as Markdown.

    Parameters
    ----------
    findings : sequence of Finding
        From `findings_of`.
    title_a, title_b : str
        Names of the two worlds.
    """
    head = [
        "Outcome",
        "Unit",
        title_a,
        title_b,
        "Difference",
        "95 % interval (paired)",
        "Verdict",
        "Absolute effect",
    ]
    lines = ["| " + " | ".join(head) + " |", "|---|---|---:|---:|---:|:---:|---|---|"]
    for title, members in by_family(findings):
        lines.append(f"| **{title}** " + "|" * (len(head) - 1) + " |")
        for f in members:
            cells = [f.label, f.unit, f.value_a, f.value_b, f.difference, f.interval, f.words, f.per_thousand]
            lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def findings_csv(findings: Sequence[Finding], world_a: str, world_b: str) -> str:
    """Return the findings as CSV with full precision (one row per outcome, header first).

    Parameters
    ----------
    findings : sequence of Finding
        From `findings_of`.
    world_a, world_b : str
        Scenario names, written in every row.
    """
    rows = [
        {
            "family": f.family, "outcome": f.outcome, "label": plain(f.label), "unit": f.unit,
            "world_a": world_a, "world_b": world_b, "mean_a": f.mean_a, "mean_b": f.mean_b,
            "difference": f.change, "low": f.low, "high": f.high, "verdict": f.words,
            "absolute_effect": plain(f.per_thousand),
        }
        for f in findings
    ]  # fmt: skip
    return str(pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))


def levels_markdown(levels: Sequence[Level], title: str) -> str:
    """Return the outcomes of a single run as a Markdown table."""
    lines = [f"| Outcome | Unit | {title} | Zones, 10th to 90th percentile |", "|---|---|---:|:---:|"]
    for family, members in groupby(levels, key=lambda r: r.family):
        lines.append(f"| **{family_title(family)}** | | | |")
        for row in members:
            span = f"{row.zone_low} to {row.zone_high}" if row.zone_low != MISSING else MISSING
            lines.append(f"| {row.label} | {row.unit} | {row.value} | {span} |")
    return "\n".join(lines) + "\n"
