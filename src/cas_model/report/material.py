"""What a report is made of: worlds in order, facts about outcomes, and the few slices that figures need.

A comparison holds millions of rows; they are filtered once here, and every figure works on small tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.declarations import OUTCOMES, Mechanism, Outcome
from cas_model.report.number_format import decimals_for, display_unit, sentence_case
from cas_model.territory.facts import Territory

FAMILIES = {
    "integration": "Integration",
    "equity": "Equity",
    "resilience": "Resilience",
    "regional_governance": "Regional governance",
    "quintuple_aim": "Quintuple Aim",
    "budget": "Spending",
}
"""Outcome families in reading order, with the heading a reader sees."""

FINAL_MONTHS = 12
"""Outcomes are summarised over the last twelve months."""

CLEAR_OF_NOISE = 2.0
"""A change over zones is mapped when it is this many times its standard error."""

_QUINTILE = re.compile(r"^(?P<stem>.+)_q(?P<quintile>[1-5])$")


@dataclass(frozen=True)
class World:
    """One scenario of the report, in the order of the command line (index 0 is the baseline)."""

    name: str
    title: str
    index: int


@dataclass(frozen=True)
class OutcomeFacts:
    """What a table or an axis must say about an outcome, in the unit that readers see.

    `factor` turns a declared value into that unit (100 for a share); `smallest` is already in it.
    """

    name: str
    label: str
    family: str
    unit: str
    direction: int
    smallest: float
    formula: str = ""
    source: str = ""
    factor: float = 1.0
    low: float = -inf
    high: float = inf

    @property
    def decimals(self) -> int:
        """Digits after the point: one finer than the smallest difference that matters."""
        return outcome_decimals(self.unit, self.smallest)

    @property
    def quintile(self) -> tuple[str, int] | None:
        """Stem and quintile (1 poorest to 5 richest) of an outcome by quintile, else None."""
        return quintile_of(self.name)


def quintile_of(name: str) -> tuple[str, int] | None:
    """Return stem and quintile of an outcome's name, or None when it is not one of a set of five.

    Examples
    --------
    >>> quintile_of("unmet_need_q2"), quintile_of("unmet_need")
    (('unmet_need', 2), None)
    """
    match = _QUINTILE.match(name)
    return (match["stem"], int(match["quintile"])) if match else None


def outcome_decimals(unit: str, smallest: float) -> int:
    """Return the decimals of an outcome in its display unit; a percentage has at least one."""
    return max(decimals_for(smallest), 1 if unit.startswith("%") else 0)


def family_title(family: str) -> str:
    """Return the heading of an outcome family."""
    return FAMILIES.get(family, family.replace("_", " ").capitalize())


def family_rank(family: str) -> int:
    """Return the place of a family in reading order; unknown families come last."""
    return list(FAMILIES).index(family) if family in FAMILIES else len(FAMILIES)


def short_title(title: str, width: int = 18) -> str:
    """Shorten a world's title so that it fits beside a line; cut at a word where possible.

    Examples
    --------
    >>> short_title("Polycentric"), short_title("Polycentric with a meta-governor")
    ('Polycentric', 'Polycentric with…')
    """
    if len(title) <= width:
        return title
    cut = title[: width - 1].rsplit(" ", 1)[0] if " " in title[: width - 1] else title[: width - 1]
    return cut.rstrip(" ,;:-") + "…"


def worlds_of(manifest: Mapping[str, Any], outcomes: pd.DataFrame) -> list[World]:
    """Return the worlds of a report in command-line order, with the titles the manifest gives.

    Parameters
    ----------
    manifest : mapping
        Its ``scenarios`` list gives order and titles.
    outcomes : DataFrame
        Its ``world`` column gives the worlds that really ran; any the manifest lacks come last.
    """
    ran = [str(w) for w in pd.unique(outcomes["world"])]
    titles = {str(s["name"]): str(s.get("title") or s["name"]) for s in manifest.get("scenarios", [])}
    ordered = [name for name in titles if name in ran] + [name for name in ran if name not in titles]
    return [World(n, titles.get(n, n.replace("_", " ")), i) for i, n in enumerate(ordered)]


def outcome_facts(
    outcomes: pd.DataFrame,
    comparison: pd.DataFrame | None,
    declarations: Mapping[str, Outcome] | None = None,
) -> list[OutcomeFacts]:
    """Collect the facts of every outcome in the data, in reading order.

    Parameters
    ----------
    outcomes : DataFrame
        Tidy outcomes; only the ``outcome`` column is read.
    comparison : DataFrame or None
        Paired differences; fills in outcomes without a declaration.
    declarations : mapping, optional
        Outcome declarations; the registry when left out.

    Returns
    -------
    list of OutcomeFacts
        Families in reading order, declarations in theirs.
    """
    declared = OUTCOMES if declarations is None else declarations
    present = [str(name) for name in pd.unique(outcomes["outcome"])]
    facts: dict[str, OutcomeFacts] = {}
    for name, entry in declared.items():
        if name in present:
            unit, factor = display_unit(entry.unit)
            facts[name] = OutcomeFacts(
                name, sentence_case(entry.label), entry.family, unit, entry.direction,
                entry.smallest_that_matters * factor, entry.formula, entry.source, factor,
                entry.low * factor, entry.high * factor,
            )  # fmt: skip
    rows = [] if comparison is None else comparison.drop_duplicates("outcome").to_dict("records")
    for row in rows:
        name = str(row["outcome"])
        unit, factor = display_unit(str(row["unit"]))
        entry_of_row = OutcomeFacts(
            name, sentence_case(str(row["label"])), str(row["family"]), unit, int(row["direction"]),
            float(row["smallest_that_matters"]) * factor, factor=factor,
        )  # fmt: skip
        facts.setdefault(name, entry_of_row)
    for name in present:
        facts.setdefault(name, OutcomeFacts(name, sentence_case(name.replace("_", " ")), "other", "", 0, nan))
    return sorted(facts.values(), key=lambda f: family_rank(f.family))


class Material:
    """The data of one report and the slices its figures share.

    Parameters
    ----------
    manifest : mapping
        How the run was made (see `cas_model.report.page.write_report`).
    tables : mapping of str to DataFrame
        By name; ``outcomes`` has columns world, replicate, seed, month, level, unit_id, outcome, value.
    declarations : mapping, optional
        Outcome declarations; the registry when left out.
    territory : Territory, optional
        Shapes for maps.
    mechanisms : mapping, optional
        Mechanism declarations; the registry when left out.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
        declarations: Mapping[str, Outcome] | None = None,
        territory: Territory | None = None,
        mechanisms: Mapping[str, Mechanism] | None = None,
    ) -> None:
        self.manifest, self.territory, self.mechanisms = manifest, territory, mechanisms
        self._tables = tables
        comparison = self.table("comparison")
        self.comparison = comparison if len(comparison) else None
        self._outcomes = outcomes = tables["outcomes"]
        self.worlds = worlds_of(manifest, outcomes)
        self.facts = outcome_facts(outcomes, self.comparison, declarations)
        self.first_month = int(outcomes["month"].min())
        self.last_month = int(outcomes["month"].max())
        # Worlds often share an event; one mark serves them all.
        unique = {(int(e["month"]), str(e["label"])): e for e in manifest.get("events") or []}
        self.events: list[Mapping[str, Any]] = [unique[key] for key in sorted(unique)]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the results by name, empty when there is none."""
        return self._tables.get(name, pd.DataFrame())

    @property
    def persons(self) -> float:
        """Inhabitants that the patients of a run stand for."""
        return float(self.manifest["n_patients"]) * float(self.manifest.get("persons_per_agent", 1))

    @property
    def months(self) -> tuple[int, int]:
        """First and last recorded month, the run-in included."""
        return self.first_month, self.last_month

    @property
    def seeds(self) -> list[int]:
        """The seeds of the replicates, ascending."""
        return sorted(int(s) for s in pd.unique(self._outcomes["seed"]))

    @property
    def n_replicates(self) -> int:
        """Number of paired seeds."""
        return int(self._outcomes["replicate"].nunique())

    @cached_property
    def flanders(self) -> pd.DataFrame:
        """Monthly Flemish outcomes over replicates, in display units: world, outcome, month, mean, low, high.

        ``low`` and ``high`` are the lowest and the highest replicate.
        """
        rows = self._outcomes[self._outcomes["level"] == "flanders"]
        grouped = rows.groupby(["world", "outcome", "month"], observed=True)["value"]
        parts = {"mean": grouped.mean(), "low": grouped.min(), "high": grouped.max()}
        table = pd.DataFrame(parts).dropna().reset_index()
        factor = self._factors(table["outcome"])
        return table.assign(**{part: table[part] * factor for part in parts})

    @cached_property
    def _final_zone_rows(self) -> pd.DataFrame:
        rows = self._outcomes[self._outcomes["month"] > self.last_month - FINAL_MONTHS]
        return rows[rows["level"] == "zone"]

    @cached_property
    def zone_values(self) -> pd.DataFrame:
        """Mean over the last twelve months per zone and over replicates, in display units.

        Indexed by (outcome, unit_id), one column per world.
        """
        return self._by_world(self._final_zone_rows, ["outcome", "unit_id"])

    @cached_property
    def final(self) -> pd.DataFrame:
        """Flemish mean over the last twelve months, in display units: index outcome, a column per world."""
        rows = self._outcomes
        rows = rows[(rows["level"] == "flanders") & (rows["month"] > self.last_month - FINAL_MONTHS)]
        return self._by_world(rows, ["outcome"])

    def _factors(self, names: Iterable[Any]) -> np.ndarray:
        factor = {f.name: f.factor for f in self.facts}
        return np.array([factor[str(name)] for name in names])

    def _by_world(self, rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        """Return the mean value per key in display units, a column per world in order."""
        table = rows.pivot_table(values="value", index=keys, columns="world", aggfunc="mean", observed=True)
        names = table.index.get_level_values("outcome")
        factor = self._factors(names)
        columns = [str(c) for c in table.columns]
        scaled = pd.DataFrame(table.to_numpy() * factor[:, None], index=table.index, columns=columns)
        return scaled[[w.name for w in self.worlds if w.name in columns]]

    def of_family(self, *families: str) -> list[OutcomeFacts]:
        """Return the outcomes of some families that have a Flemish value, without those by quintile."""
        shown = set(self.flanders["outcome"])
        return [f for f in self.facts if f.family in families and not f.quintile and f.name in shown]

    def zones_of(self, outcome: str) -> pd.DataFrame:
        """Return one outcome's zone values (index zone, a column per world), zones with data only."""
        table = self.zone_values
        if outcome not in table.index.get_level_values(0):
            return pd.DataFrame(columns=list(table.columns), dtype=float)
        return pd.DataFrame(table.loc[outcome]).dropna(how="all")

    def _zone_change(self, outcome: str) -> tuple[float, float]:
        """Return the mean over zones of the absolute change between worlds, and of its standard error."""
        rows = self._final_zone_rows
        rows = rows[rows["outcome"] == outcome]
        runs = rows.pivot_table(
            values="value", index=["unit_id", "replicate"], columns="world", aggfunc="mean", observed=True
        )
        names = [w.name for w in self.worlds if w.name in runs.columns]
        paired = (runs[names[-1]] - runs[names[0]]).dropna().groupby(level="unit_id", observed=True)
        factor = float(self._factors([outcome])[0])
        error: pd.Series[Any] = paired.std() / np.sqrt(paired.count())
        return factor * float(paired.mean().abs().mean()), factor * float(error.fillna(0.0).mean())

    def mapped_outcomes(self, limit: int = 2) -> list[OutcomeFacts]:
        """Choose the outcomes to map: those whose difference (or spread) between zones says most.

        For a comparison, the largest mean absolute zone difference in units of the smallest that matters,
        when it stands clear of chance; for a single run, the largest spread between zones in the same units.
        One per family.
        """
        scores: list[tuple[float, OutcomeFacts]] = []
        for fact in self.facts:
            table = self.zones_of(fact.name)
            if fact.quintile or fact.family == "budget" or len(table) < 2:
                continue
            spread = float(table.iloc[:, 0].std())
            if len(table.columns) > 1:
                change, noise = self._zone_change(fact.name)
                spread = change if change > CLEAR_OF_NOISE * noise else 0.0
            unit = fact.smallest if fact.smallest > 0 else 1.0
            if spread > 0:
                scores.append((spread / unit, fact))
        chosen: list[OutcomeFacts] = []
        for _, fact in sorted(scores, key=lambda s: -s[0]):
            if fact.family not in {c.family for c in chosen}:
                chosen.append(fact)
        return chosen[:limit]


def pairs_of(comparison: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the (baseline, other) pairs of a comparison in order of appearance."""
    table = comparison[["world_a", "world_b"]].drop_duplicates()
    return [(str(a), str(b)) for a, b in table.itertuples(index=False)]


def hashes_of(manifest: Mapping[str, Any]) -> str:
    """Return the scenario hashes of a manifest as one short string for footers."""
    scenarios: Sequence[Mapping[str, Any]] = manifest.get("scenarios") or []
    hashes = [str(s.get("hash") or "")[:8] for s in scenarios]
    shown = " / ".join(h for h in hashes if h)
    return shown or str(manifest.get("scenario_hash") or "")[:8]
