"""Running one world, so that a failure becomes a row and never takes another run with it."""

from __future__ import annotations

import shlex
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cas_model.config.errors import UsageError
from cas_model.config.scenario import Scenario
from cas_model.experiments.registries import load_registries

OUTCOME_COLUMNS = ("month", "level", "unit_id", "outcome", "value")
LEDGER_COLUMNS = ("month", "payer", "recipient", "method", "eur")
ACTIVATION_COLUMNS = ("month", "mechanism", "share", "size")
PEOPLE_COLUMNS = (
    *("row", "birth_month", "income", "age", "literacy", "conditions", "health", "experience", "unmet"),
)


@dataclass(frozen=True)
class WorldRequest:
    """One world to run.

    Attributes
    ----------
    label : str
        Name of the world in results; unique among the worlds of a comparison.
    scenario : Scenario
        Its complete settings.
    replicate, seed : int
        Number of the replicate, and its seed; worlds of one replicate share the seed.
    persons_per_agent : int
        Inhabitants that one patient stands for.
    territory : str
        Built-in name or folder.
    threads : int
        Threads inside the world.
    """

    label: str
    scenario: Scenario
    replicate: int = 0
    seed: int = 0
    persons_per_agent: int = 100
    territory: str = "flanders"
    threads: int = 1

    def replay(self, out: str = "DIR") -> str:
        """Return the command that runs this world again, alone."""
        words = [
            "cas-model",
            "run",
            self.scenario.origin or self.scenario.name,
            "--seed",
            str(self.seed),
            "--persons-per-agent",
            str(self.persons_per_agent),
            "--territory",
            self.territory,
        ]
        for setting in self.scenario.settings:
            words += ["--set", setting]
        return shlex.join([*words, "--out", out])


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in columns})


@dataclass
class WorldResult:
    """What one world produced, or why it did not.

    Attributes
    ----------
    request : WorldRequest
        What was asked.
    seconds : float
        Wall time.
    n_patients : int
        Patient rows.
    outcomes, ledger, activation : DataFrame
        Tables of the model, text columns as categories; empty when the run failed.
    people : DataFrame
        A sample of people at the end of the run.
    fit : list of dict
        Goodness of fit of the synthetic population.
    problem, trace : str
        One line and full traceback of a failure; empty when the run succeeded.
    misuse : UsageError or None
        The failure when it is a wrong request, the same for every world.
    """

    request: WorldRequest
    seconds: float = 0.0
    n_patients: int = 0
    outcomes: pd.DataFrame = field(default_factory=lambda: _empty(OUTCOME_COLUMNS))
    ledger: pd.DataFrame = field(default_factory=lambda: _empty(LEDGER_COLUMNS))
    activation: pd.DataFrame = field(default_factory=lambda: _empty(ACTIVATION_COLUMNS))
    people: pd.DataFrame = field(default_factory=lambda: _empty(PEOPLE_COLUMNS))
    fit: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""
    trace: str = ""
    misuse: UsageError | None = None

    @property
    def ok(self) -> bool:
        """Whether the world ran to its end."""
        return not self.problem

    def failure_row(self) -> dict[str, Any]:
        """Return the failure as a row: world, replicate, seed, problem, trace, replay command."""
        asked = self.request
        return {
            "world": asked.label,
            "replicate": asked.replicate,
            "seed": asked.seed,
            "problem": self.problem,
            "trace": self.trace,
            "replay": asked.replay(),
        }


def care_system(request: WorldRequest, *, trace: bool = True) -> Any:
    """Build the model of a request; without its trace a run is faster and knows no mechanism's activity."""
    from cas_model.model.system import CareSystem

    load_registries()  # a worker process starts with empty registries
    return CareSystem(
        request.scenario,
        seed=request.seed,
        persons_per_agent=request.persons_per_agent,
        territory=request.territory,
        threads=request.threads,
        trace=trace,
    )


def _compact(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn text columns into categories: ten times smaller to send between processes and to write."""
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    return frame.astype(dict.fromkeys(texts, "category"))


def run_world(
    request: WorldRequest,
    progress: Callable[[int, int], None] | None = None,
    build: Callable[[WorldRequest], Any] | None = None,
) -> WorldResult:
    """Run one world to its end and collect its tables; never raises for a failing run.

    Parameters
    ----------
    request : WorldRequest
        The world.
    progress : callable, optional
        Called with (months done, months in all).
    build : callable, optional
        Makes the model of a request; the care system when left out.

    Returns
    -------
    WorldResult
        With its tables, or with `problem` and `trace` when anything went wrong.
    """
    started = time.perf_counter()
    try:
        model = (build or care_system)(request)
        model.run(progress)
        return WorldResult(
            request,
            seconds=time.perf_counter() - started,
            n_patients=int(model.n_patients),
            outcomes=_compact(model.outcomes_frame()),
            ledger=_compact(model.ledger_frame()),
            activation=_compact(model.activation_frame()),
            people=model.people_frame(),
            fit=model.fit_rows(),
        )
    except Exception as error:  # a failed run is a row, whatever failed
        return WorldResult(
            request,
            seconds=time.perf_counter() - started,
            problem=f"{type(error).__name__}: {error}".strip(": "),
            trace=traceback.format_exc(),
            misuse=error if isinstance(error, UsageError) else None,
        )
