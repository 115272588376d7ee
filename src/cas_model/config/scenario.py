"""A scenario: every setting of one world, complete and checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cas_model.config.declarations import LEVERS, Lever
from cas_model.config.funding_mix import Mix
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.reforms import Reform


@dataclass(frozen=True)
class ShockEvent:
    """One occurrence of a shock.

    Attributes
    ----------
    kind : str
        Registered shock.
    fields : dict of str to float
        A value for every field that the shock declares.
    zones : tuple of str
        Zones, regions, ``cities`` or ``outside_cities``; empty means all.
    groups : tuple of str
        Whom it strikes, of the groups that the shock can be aimed at; empty means the shock's usual ones.
    """

    kind: str
    fields: dict[str, float]
    zones: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def start_month(self) -> int:
        """The month in which it begins."""
        return int(self.fields["start_month"])

    @property
    def end_month(self) -> int:
        """One past the last month of the event itself."""
        return self.start_month + int(self.fields["duration_months"])

    @property
    def active_months(self) -> tuple[int, int]:
        """First month, and one past the last, in which it acts: its notice and its taper included."""
        notice = int(self.fields.get("notice_months", 0))
        taper = max(1, int(self.fields["taper_months"])) if "taper_months" in self.fields else 0
        return max(0, self.start_month - notice), self.end_month + taper

    def describe(self) -> str:
        """Return the event in words, e.g. ``pandemic (start_month 36, duration_months 12)``."""
        numbers = ", ".join(f"{name} {value:g}" for name, value in self.fields.items())
        places = f" in {', '.join(self.zones)}" if self.zones else ""
        people = f" on {', '.join(self.groups)}" if self.groups else ""
        return f"{self.kind} ({numbers}){places}{people}"


@dataclass(frozen=True)
class Funding:
    """How providers are paid.

    Attributes
    ----------
    mix : dict
        Discipline -> payment method -> share of income; complete, and each discipline sums to 1.
    payers : dict
        Discipline -> payer -> share of what is paid; complete, and each discipline sums to 1.
    terms : dict of str to float
        Coded value of every funding term: transition, savings, risks, budgets and investment.
    """

    mix: Mix
    payers: Mix
    terms: dict[str, float]


@dataclass(frozen=True)
class Start:
    """The rules in force before policy starts: those of the base on which a scenario stands."""

    levers: dict[str, float]
    funding: Funding


ILLUSTRATIVE = "illustrative"
"""Claim level, and source, of registered defaults."""


@dataclass(frozen=True)
class ParameterSet:
    """One set of parameters that agrees with published figures.

    Attributes
    ----------
    source : str
        What to type to get it again, e.g. ``calibrated:3``.
    parameters : mapping of str to float
        Value by name; the others keep their defaults.
    claim_level : str
        ``illustrative``, ``calibrated`` or ``validated``.
    hash : str
        Of all sets it is one of, 16 hexadecimal digits.
    """

    source: str
    parameters: Mapping[str, float]
    claim_level: str
    hash: str


@dataclass(frozen=True)
class Scenario:
    """Settings of one world; built by `cas_model.config.scenario_layers.load_scenario`.

    Attributes
    ----------
    name, title, description, source : str
        Key, headline, explanation for a policy reader, and where the scenario comes from.
    levers : dict of str to float
        Coded value of every registered lever.
    mechanisms : dict of str to float
        Strength 0 to 1 of every registered mechanism.
    parameters : dict of str to float
        Value of every registered parameter.
    funding : Funding
        Payment of each discipline.
    adaptation : dict of str to str
        Which rule of each family of alternatives is in force.
    start : Start
        Governance and funding of the burn-in.
    shocks : tuple of ShockEvent
        Timed events.
    reforms : tuple of Reform
        Settings that change after month 0, in the order of time.
    months, burn_in : int
        Policy months, and months under the same rules before recording counts.
    stated : frozenset of str
        Parameters that the scenario's files or settings state.
    stands_on : ParameterSet or None
        What the other parameters are taken from; None for registered defaults.
    settings : tuple of str
        The ``KEY=VALUE`` words laid over the file, kept for replay.
    origin : str
        What to type to load the scenario again: a built-in name or a file path.
    """

    name: str
    title: str
    description: str
    source: str
    levers: dict[str, float]
    mechanisms: dict[str, float]
    parameters: dict[str, float]
    funding: Funding
    adaptation: dict[str, str]
    start: Start
    shocks: tuple[ShockEvent, ...] = ()
    reforms: tuple[Reform, ...] = ()
    months: int = 120
    burn_in: int = 24
    stated: frozenset[str] = frozenset()
    stands_on: ParameterSet | None = None
    settings: tuple[str, ...] = field(default=())
    origin: str = ""

    @property
    def parameter_set(self) -> str:
        """Claim level of the parameters: ``illustrative``, ``calibrated`` or ``validated``."""
        return ILLUSTRATIVE if self.stands_on is None else self.stands_on.claim_level

    @property
    def parameter_source(self) -> str:
        """What to give to ``--parameters`` to have the same values."""
        return ILLUSTRATIVE if self.stands_on is None else self.stands_on.source

    def table(self) -> dict[str, Any]:
        """Return every setting under its dotted key, levers in the words a file would use.

        Shocks and reforms are listed in words under ``shocks`` and ``reforms``.
        """
        content: dict[str, Any] = {f"governance.{k}": _word(LEVERS, k, v) for k, v in self.levers.items()}
        for split, by_discipline in (("mix", self.funding.mix), ("payers", self.funding.payers)):
            for discipline, shares in by_discipline.items():
                content.update({f"funding.{split}.{discipline}.{k}": v for k, v in shares.items()})
        content.update({f"funding.{k}": _word(FUNDING_TERMS, k, v) for k, v in self.funding.terms.items()})
        content.update({f"adaptation.{k}": v for k, v in self.adaptation.items()})
        content.update({f"mechanisms.{k}": v for k, v in self.mechanisms.items()})
        content.update({f"parameters.{k}": v for k, v in self.parameters.items()})
        content["shocks"] = [event.describe() for event in self.shocks]
        content["reforms"] = [reform.describe() for reform in self.reforms]
        content["run.months"], content["run.burn_in"] = self.months, self.burn_in
        return content

    def hash(self) -> str:
        """Return 16 hexadecimal digits that change with any setting, and not with names or titles."""
        content = self.table()
        content["shocks"] = [[e.kind, e.fields, list(e.zones), list(e.groups)] for e in self.shocks]
        content["reforms"] = [[r.month, r.over_months, r.changes] for r in self.reforms]
        text = json.dumps(content, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def differences(self, other: Scenario) -> list[str]:
        """Return one line ``key: here -> there`` for each setting that differs in `other`."""
        here, there = self.table(), other.table()
        lines = []
        for key in [*here, *(k for k in there if k not in here)]:
            a, b = here.get(key), there.get(key)
            if a != b:
                lines.append(f"{key}: {_show(a)} -> {_show(b)}")
        return lines


def _word(declared: Mapping[str, Lever], name: str, value: float) -> float | str:
    return declared[name].word(value) if name in declared else value


def _show(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "; ".join(value) or "none"
    return "none" if value is None else str(value)
