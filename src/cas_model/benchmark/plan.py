"""What to measure: the sizes of the benchmark, read from `sizes.toml` and narrowed by the command line."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cas_model.config.errors import UsageError
from cas_model.territory.geography import FLANDERS_POPULATION

SIZES = Path(__file__).with_name("sizes.toml")
LEAST_PATIENTS = -(-FLANDERS_POPULATION // 5000)
"""Fewest patient agents that Flanders can be measured with (5000 persons each)."""


@dataclass(frozen=True)
class Target:
    """A figure to reach: `least` or `most` is the bound, in `unit`."""

    says: str
    unit: str
    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Whether a measured value reaches the target."""
        return not (
            (self.least is not None and value < self.least) or (self.most is not None and value > self.most)
        )

    @property
    def bound(self) -> float:
        """The number to reach."""
        return self.least if self.least is not None else float(self.most or 0.0)


@dataclass(frozen=True)
class WholeRun:
    """A whole run of the horizon, repeated in one process."""

    persons_per_agent: int
    threads: int
    repeats: int


@dataclass(frozen=True)
class Recording:
    """Years of a world that records and writes everything, beside one that does not."""

    persons_per_agent: int
    threads: int
    years: int


@dataclass(frozen=True)
class Experiment:
    """An experiment's runs at one scale, and the analysis of another; twenty runs a sample."""

    persons_per_agent: int
    samples: int
    analysed_samples: int


@dataclass(frozen=True)
class BenchPlan:
    """All measurements of a benchmark.

    Attributes
    ----------
    patients, threads : tuple of int
        Sizes (patient agents) and threads of the compiled worlds; every pair is measured.
    warm_up_months, months : int
        Months run before, and months whose median counts.
    plain_patients, plain_warm_up_months, plain_months
        The same for plain Mesa.
    runs : tuple of WholeRun
    experiment : Experiment or None
        Runs of an experiment on all cores, and an analysis.
    recording : Recording or None
        A world with and one without records.
    start_persons_per_agent, start_repeats : int
        Scale of the measured start, and how often it is measured (0: not at all).
    cold : bool
        Whether to compile every kernel anew once.
    targets : dict of str to Target
    """

    patients: tuple[int, ...]
    threads: tuple[int, ...]
    warm_up_months: int
    months: int
    plain_patients: tuple[int, ...]
    plain_warm_up_months: int
    plain_months: int
    runs: tuple[WholeRun, ...]
    experiment: Experiment | None
    recording: Recording | None
    start_persons_per_agent: int
    start_repeats: int
    cold: bool
    targets: dict[str, Target]

    def narrowed(self, patients: tuple[int, ...]) -> BenchPlan:
        """Return the plan for other sizes; whole runs, batches and starts are left out."""
        least = min(patients)
        plain = tuple(n for n in patients if n <= max(self.plain_patients)) or (least,)
        return replace(
            self, patients=patients, plain_patients=plain, runs=(), experiment=None, recording=None,
            start_repeats=0, cold=False,
        )  # fmt: skip

    def quick(self) -> BenchPlan:
        """Return a plan that takes about a minute: the two smallest sizes and one whole run."""
        return replace(
            self,
            patients=self.patients[:2],
            months=4,
            plain_patients=self.plain_patients[:1],
            plain_months=2,
            runs=tuple(replace(r, repeats=2) for r in self.runs if r.persons_per_agent >= 1000),
            experiment=replace(self.experiment, samples=4, analysed_samples=32) if self.experiment else None,
            recording=None,
            start_repeats=1,
            cold=False,
        )


def n_cores() -> int:
    """Return the number of processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def persons_per_agent(patients: int) -> int:
    """Return how many inhabitants of Flanders one of about `patients` agents stands for.

    Examples
    --------
    >>> [persons_per_agent(n) for n in (10_000, 1_000_000, 6_650_000)]
    [665, 7, 1]
    """
    return max(1, round(FLANDERS_POPULATION / patients))


def load_plan(path: Path = SIZES) -> BenchPlan:
    """Read the plan of the whole benchmark."""
    with path.open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    worlds, plain, start = table["worlds"], table["plain"], table["start"]
    return BenchPlan(
        patients=tuple(worlds["patients"]),
        threads=tuple(worlds["threads"]),
        warm_up_months=worlds["warm_up_months"],
        months=worlds["months"],
        plain_patients=tuple(plain["patients"]),
        plain_warm_up_months=plain["warm_up_months"],
        plain_months=plain["months"],
        runs=tuple(WholeRun(**run) for run in table["runs"]),
        experiment=Experiment(**table["experiment"]),
        recording=Recording(**table["recording"]),
        start_persons_per_agent=start["persons_per_agent"],
        start_repeats=start["repeats"],
        cold=start["cold"],
        targets={name: Target(**entry) for name, entry in table["targets"].items()},
    )


def parse_sizes(text: str) -> tuple[int, ...]:
    """Read sizes such as ``10000,1e6``, in patient agents.

    Raises
    ------
    UsageError
        A size is not a number, or Flanders cannot be measured with so many agents.

    Examples
    --------
    >>> parse_sizes("10_000, 1e6")
    (10000, 1000000)
    """
    sizes = []
    for word in text.split(","):
        try:
            size = float(word)
        except ValueError:
            size = float("nan")
        if not LEAST_PATIENTS <= size <= 1.01 * FLANDERS_POPULATION:
            raise UsageError(
                f"`{word.strip()}` is not a number of patients to measure",
                where="--sizes",
                allowed=f"{LEAST_PATIENTS} to {FLANDERS_POPULATION}, separated by commas",
                fix="use --sizes 10000,100000",
            )
        sizes.append(int(size))
    return tuple(dict.fromkeys(sizes))
