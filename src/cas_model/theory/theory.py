"""A theory, checked and complete: its claims with their names looked up, and the worlds of its trial."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.config.scenario import Scenario
from cas_model.theory.conditions import Condition
from cas_model.theory.document import Document, RunText

BASELINE, INTERVENTION = "baseline", "intervention"
EFFECT, MECHANISM_OFF, RIVAL_OFF, BOTH_OFF = "effect", "mechanism off", "rival off", "both off"
ELSEWHERE, FORCED = "elsewhere", "forced"
RIVAL, RIVAL_BY_MECHANISM = "rival", "rival, mechanism off"
DOSES = {"dose 1/3": 1 / 3, "dose 2/3": 2 / 3}
CONTEXT, OUTSIDE, EVERYWHERE = "context", "outside", "everywhere"


@dataclass(frozen=True)
class Claim:
    """What the theory expects of an outcome.

    Attributes
    ----------
    name : str
        Registered outcome.
    key : str
        The outcome with its measure: unique within a theory.
    expected : str
        One of `cas_model.theory.document.EXPECTED`.
    smallest : float
        Smallest effect that matters, in the unit of the measure.
    measure : str
        One of `cas_model.theory.document.MEASURES`.
    explained_by : str
        The feature of zones whose share is measured; empty for other measures.
    primary : bool
        Whether the verdict rests on it.
    named : str
        The theory's own name for it; empty for the registered label.
    """

    name: str
    key: str
    expected: str
    smallest: float
    measure: str
    explained_by: str
    primary: bool
    named: str

    @property
    def declared(self) -> Outcome:
        """The registered outcome."""
        return OUTCOMES[self.name]

    @property
    def sign(self) -> int:
        """Direction that the test takes as positive: +1 or -1; 0 when nothing should change."""
        return {"rises": 1, "falls": -1, "stays": 0, "does not rise": 1, "does not fall": -1}[self.expected]

    @property
    def wants_effect(self) -> bool:
        """Whether an effect is claimed (else its absence is)."""
        return self.expected in ("rises", "falls")

    @property
    def label(self) -> str:
        """How tables call it."""
        label = self.named or self.declared.label
        if self.measure == "mean":
            return label
        return f"{label}: {self.measure} {self.explained_by.replace('_', ' ')}".rstrip()

    @property
    def unit(self) -> str:
        """Unit of its values."""
        own = {"mean": self.declared.unit, "spread between zones": "coefficient of variation"}
        return own.get(self.measure, "share")


@dataclass(frozen=True)
class World:
    """A world of a trial: its scenario, and what it is in words."""

    name: str
    words: str
    scenario: Scenario


@dataclass(frozen=True)
class Contrast:
    """Two worlds that differ in one thing; its effect is that of `world` less that of `against`."""

    name: str
    world: str
    against: str


@dataclass(frozen=True)
class Theory:
    """A theory file, checked.

    Attributes
    ----------
    name, origin : str
        The file's name without its ending, and its path.
    document : Document
        What it says.
    conditions : tuple of Condition
        On zones; empty when the context is not one of zones.
    claims : tuple of Claim
        In the order of the file.
    worlds : tuple of World
        The baseline first.
    contrasts : tuple of Contrast
        The effect of the intervention first.
    start : Scenario
        The run-in alone, after which the context is read off.
    """

    name: str
    origin: str
    document: Document
    conditions: tuple[Condition, ...]
    claims: tuple[Claim, ...]
    worlds: tuple[World, ...]
    contrasts: tuple[Contrast, ...]
    start: Scenario

    @property
    def primary(self) -> tuple[Claim, ...]:
        """The claims on which the verdict rests."""
        return tuple(claim for claim in self.claims if claim.primary)

    @property
    def trace(self) -> str:
        """What is watched over time for the mechanism: a mechanism or an outcome."""
        mechanism = self.document.mechanism
        return mechanism.trace or mechanism.switches[0]

    def claim_on(self, outcome: str | None) -> Claim:
        """Return the claim on an outcome, named by outcome or key; the first primary one for None."""
        if outcome is None:
            return self.primary[0]
        return next(c for c in self.claims if outcome in (c.key, c.name))

    def claim_rows(self) -> list[dict[str, Any]]:
        """Return the claims as manifests keep them."""
        return [{**asdict(c), "label": c.label, "unit": c.unit, "sign": c.sign} for c in self.claims]

    def has(self, contrast: str) -> bool:
        """Whether the trial holds such a contrast."""
        return any(c.name == contrast for c in self.contrasts)


def run_contrast(run: RunText) -> str:
    """Return the name of a discriminating run's contrast."""
    return f"run: {run.name}"
