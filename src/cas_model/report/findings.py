"""The summary of findings: rows for the terminal, the report, Markdown and CSV, and one plain paragraph."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.report.material import (
    FINAL_MONTHS,
    Material,
    World,
    family_rank,
    family_title,
    outcome_decimals,
    quintile_of,
    short_title,
)
from cas_model.report.number_format import (
    MISSING,
    THIN,
    display_unit,
    format_interval,
    format_number,
    plain,
    sentence_case,
    unit_in_prose,
)

COUNTED = ("people", "patients", "complex patients", "inhabitants", "discharges", "requests")
"""What a share may be a share of, when "per 1 000" of them reads better than a percentage."""

_MONEY_WORDS = {"higher": "dearer", "lower": "cheaper", "worse": "dearer", "better": "cheaper"}


@dataclass(frozen=True)
class Finding:
    """One outcome of one pair of worlds, as numbers and as a reader sees it.

    `value_a`, `value_b`, `difference` and `interval` are formatted; the numbers behind them keep the outcome's
    display unit. `of` is what a share is a share of, empty when that cannot be counted.
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
        """The verdict in words; money is dearer or cheaper."""
        return _MONEY_WORDS.get(self.verdict, self.verdict) if self.unit.startswith("EUR") else self.verdict

    @property
    def per_thousand(self) -> str:
        """Absolute effect per 1 000, when the outcome is a share of people or events and the effect is clear."""
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
        numbers = {
            field: factor * float(row[source])
            for field, source in (("smallest", "smallest_that_matters"), ("mean_a", "mean_a"), ("mean_b", "mean_b"),
                                  ("change", "difference"), ("low", "low"), ("high", "high"))
        }  # fmt: skip
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
            low, high = (format_number(float(zones[world].quantile(q)), decimals) for q in (0.1, 0.9))
        value = format_number(float(material.final.loc[fact.name, world]), decimals)
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


def _phrase(finding: Finding) -> str:
    """Say one finding as part of a sentence: "coordinated care from 18.2 to 27.9 % (+97 per 1 000)"."""
    absolute = f" ({finding.per_thousand})" if finding.per_thousand else ""
    return (
        f"{in_sentence(finding.label)} from {finding.value_a} to {finding.value_b}{unit_in_prose(finding.unit)}"
        + absolute
    )


def in_sentence(label: str) -> str:
    """Return a label with a small first letter, unless it begins with an abbreviation ("GP contacts")."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _listing(findings: Sequence[Finding], limit: int) -> str:
    chosen = sorted(findings, key=lambda f: -f.effect)[:limit]
    parts = [_phrase(f) for f in chosen]
    return parts[0] if len(parts) == 1 else "; ".join(parts[:-1]) + "; and " + parts[-1]


def _count(n: int, noun: str = "outcome") -> str:
    return f"{format_number(n)} {noun}" + ("" if n == 1 else "s")


def _asked(manifest: Mapping[str, Any], a: World, b: World) -> str:
    scenario = next((s for s in manifest.get("scenarios", []) if s["name"] == b.name), {})
    n = len(scenario.get("differences") or [])
    settings = (
        f"The two worlds differ in {_count(n, 'setting')} and share every other chance event. " if n else ""
    )
    return (
        f"What would change in {manifest.get('territory_label', 'Flanders')} if its care were governed and paid as in "
        f"“{b.title}” instead of “{a.title}”? {settings}"
    ).strip()


def _says(findings: Sequence[Finding], manifest: Mapping[str, Any]) -> str:
    money = [f for f in findings if f.family == "budget"]
    others = [f for f in findings if f.family != "budget"]
    groups = {word: [f for f in others if f.verdict == word] for word in ("better", "worse", "unclear")}
    moved = [f for f in others if f.verdict in ("higher", "lower")]
    years = format_number(float(manifest.get("months", 120)) / 12, 0)
    counts = [f"{len(groups['better'])} get better", f"{len(groups['worse'])} get worse"]
    if moved:
        counts.append(f"{len(moved)} move without being good or bad in themselves")
    counts.append(f"{len(groups['unclear'])} stay unclear")
    text = [
        f"Over the last {FINAL_MONTHS} months of {years} simulated years, of {_count(len(others))} besides spending "
        f"{', '.join(counts[:-1])} and {counts[-1]}."
    ]
    for word, heading in (("better", "The largest gains"), ("worse", "The largest losses")):
        if groups[word]:
            text.append(f"{heading}: {_listing(groups[word], 3)}.")
    if money:
        main = max(money, key=lambda f: abs(f.mean_a))
        text.append(f"{sentence_case(_phrase(main))}: {main.words}.")
    return " ".join(text)


def _sure(findings: Sequence[Finding], replicates: int) -> str:
    return (
        f"Each world was run {format_number(replicates)} times, with the same chance events in every world. The intervals "
        "cover chance only: they say nothing about whether the assumed parameters are right. “Unclear” means "
        "that the interval reaches no difference, or differences too small to matter."
    )


CLAIM_SENTENCES = {
    "illustrative": (
        "The parameters are illustrative: assumed from literature and judgement, not fitted to Flemish data. Read the "
        "results as what follows from the stated assumptions, not as a forecast."
    ),
    "calibrated": (
        "The parameters are calibrated: chosen because the model then reproduces published figures. Predictions "
        "outside those figures remain untested."
    ),
    "validated": "The parameters are validated: the model also reproduces published figures that were held out of the fit.",
}


def summary_sentences(material: Material, findings: Sequence[Finding], a: World, b: World) -> dict[str, str]:
    """Write the report's opening paragraph for one pair of worlds.

    Parameters
    ----------
    material : Material
        Manifest and replicates.
    findings : sequence of Finding
        From `findings_of` for the same pair.
    a, b : World
        Baseline and other world.

    Returns
    -------
    dict of str to str
        ``asked``, ``says``, ``sure`` and ``claim``, each one or more sentences.
    """
    manifest = material.manifest
    claim = str(manifest.get("claim_level", "illustrative"))
    return {
        "asked": _asked(manifest, a, b),
        "says": _says(findings, manifest),
        "sure": _sure(findings, material.n_replicates),
        "claim": CLAIM_SENTENCES.get(claim, f"Claim level of the parameters: {claim}."),
    }


def run_sentences(material: Material, levels: Sequence[Level]) -> dict[str, str]:
    """Write the opening paragraph of a report on one world (keys as in `summary_sentences`)."""
    manifest, world = material.manifest, material.worlds[0]
    scenario = next((s for s in manifest.get("scenarios", []) if s["name"] == world.name), {})
    years = format_number(float(manifest.get("months", 120)) / 12, 0)
    chosen = [next(group) for _, group in groupby(levels, key=lambda r: r.family)]
    parts = "; ".join(
        f"{in_sentence(r.label)} {r.value}{unit_in_prose(r.unit)}" for r in chosen if r.value != MISSING
    )
    claim = str(manifest.get("claim_level", "illustrative"))
    description = str(scenario.get("description") or "").strip()
    return {
        "asked": f"What does {manifest.get('territory_label', 'Flanders')} look like under “{short_title(world.title, 60)}”? "
        + description,
        "says": f"Averaged over the last {FINAL_MONTHS} months of {years} simulated years: {parts}.",
        "sure": "This is one run with one set of chance events, so no difference can be read from it. Compare two "
        "scenarios with paired seeds to see what a rule changes.",
        "claim": CLAIM_SENTENCES.get(claim, f"Claim level of the parameters: {claim}."),
    }
