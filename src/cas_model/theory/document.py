"""What a theory file may hold: its tables and keys, before any name in it is looked up."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

EXPECTED = ("rises", "falls", "stays", "does not rise", "does not fall")
"""Words for the sign of an effect."""
RELATIONS = ("as large", "smaller", "larger", "none", "opposite")
"""Words for the effect of a run beside that of the intervention."""
SIGNS_OF_FAILURE = ("no effect", "as large", "no threshold")
"""Words for what would refute a theory: see `Falsifier`."""
MEASURES = ("mean", "spread between zones", "share explained by")
"""How the values of zones become one number."""

_STRICT = ConfigDict(extra="forbid", strict=True)
Words = Field(min_length=1)


class Context(BaseModel):
    """Where and for whom the theory should hold, and the environment in which all its worlds stand."""

    model_config = _STRICT
    words: str = Words
    scenario: str = "status_quo"
    zones: dict[str, str] = {}
    people: str | None = None
    environment: dict[str, Any] = {}
    elsewhere: dict[str, Any] = {}


class Intervention(BaseModel):
    """What is done; `settings` are those of a scenario file.

    `nothing` says what a dose of zero is, where the baseline does not (an office that does not exist there).
    """

    model_config = _STRICT
    words: str = Words
    settings: dict[str, Any] = Field(min_length=1)
    nothing: dict[str, Any] = {}


class Forced(BaseModel):
    """Settings that set the mechanism going without the intervention."""

    model_config = _STRICT
    words: str = Words
    settings: dict[str, Any] = Field(min_length=1)


class MechanismText(BaseModel):
    """How the theory says it works: `switches` can be turned off in the model, `trace` can be watched."""

    model_config = _STRICT
    words: str = Words
    resource: str = Words
    reasoning: str = Words
    switches: list[str] = Field(min_length=1)
    trace: str | None = None
    forced: Forced | None = None


class OutcomeText(BaseModel):
    """An outcome, the sign that the theory expects, and the smallest effect that matters, with its unit."""

    model_config = _STRICT
    name: str = Words
    expected: str = Words
    smallest: str | float | int
    measure: str = "mean"
    explained_by: str | None = None
    primary: bool = True
    label: str = ""


class Rival(BaseModel):
    """Another explanation: mechanisms that can be turned off, or what would do the same by another way."""

    model_config = _STRICT
    words: str = Words
    switches: list[str] = []
    settings: dict[str, Any] = {}


class RunText(BaseModel):
    """A run for which theory and rival expect different things.

    `settings` are laid over the intervention (or, with ``intervention = false``, over the baseline), and
    `everywhere` over both worlds that are compared.
    """

    model_config = _STRICT
    name: str = Words
    words: str = Words
    intervention: bool = False
    settings: dict[str, Any] = {}
    everywhere: dict[str, Any] = {}
    outcome: str | None = None
    theory_expects: str
    rival_expects: str | None = None


class Falsifier(BaseModel):
    """What would refute the theory.

    ``no effect``: the run does not move the outcome by what matters. ``as large``: it moves it about as much
    as the intervention does. ``no threshold``: a third of the dose brings a third of the effect or more.
    """

    model_config = _STRICT
    words: str = Words
    run: str = "intervention"
    outcome: str | None = None
    refuted_if: str


class Rule(BaseModel):
    """Thresholds of the verdict; the rule itself is in theories/README.md."""

    model_config = _STRICT
    seeds_with_sign: float = Field(0.9, ge=0.5, le=1.0)
    mechanism_share: float = Field(0.5, gt=0.0, le=1.0)
    as_large: float = Field(0.8, gt=0.0, le=1.0)
    significance: float = Field(0.05, gt=0.0, le=0.2)
    power: float = Field(0.8, ge=0.5, le=0.99)


class Size(BaseModel):
    """How large the trial is."""

    model_config = _STRICT
    months: int = Field(120, ge=24, le=600)
    burn_in: int = Field(24, ge=12, le=240)
    replicates: int = Field(20, ge=2, le=500)
    seed: int = Field(0, ge=0)
    persons_per_agent: int = Field(300, ge=1, le=5000)
    territory: str = "flanders"


class Quick(BaseModel):
    """The small version of a trial."""

    model_config = _STRICT
    replicates: int = Field(6, ge=2, le=500)
    persons_per_agent: int = Field(1000, ge=1, le=5000)


class Document(BaseModel):
    """A theory file.

    `compare` names features by which zones are compared as sets, each ``high``, ``low`` or a list of three
    values: fully out of the set, crossover, fully in.
    """

    model_config = _STRICT
    title: str = Words
    question: str = Words
    context: Context
    intervention: Intervention
    mechanism: MechanismText
    outcomes: list[OutcomeText] = Field(min_length=1)
    moderators: list[str] = []
    rival: Rival
    runs: list[RunText] = []
    falsifier: Falsifier
    verdict: Rule = Rule()
    run: Size = Size()
    quick: Quick = Quick()
    compare: dict[str, str | list[float]] = {}
    field_data: str = Words
    limits: list[str] = []
    sources: list[str] = Field(min_length=1)


SECTIONS: dict[str, type[BaseModel]] = {
    "context": Context,
    "intervention": Intervention,
    "mechanism": MechanismText,
    "mechanism.forced": Forced,
    "outcomes": OutcomeText,
    "rival": Rival,
    "runs": RunText,
    "falsifier": Falsifier,
    "verdict": Rule,
    "run": Size,
    "quick": Quick,
}
"""Tables of the file, for naming the nearest key."""
