"""Running a plan: batches, whatever fails or is killed."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from cas_model.experiments.progress import Progress, Silent
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.models import RunModel
from cas_model.experiments.sensitivity.plan import Plan
from cas_model.experiments.sensitivity.run_store import DONE, QUARANTINED, RunRecord, RunStore

BATCH_SECONDS = 2.0
"""Aim for a batch: a cut costs at most this per worker, and storing it takes under a hundredth of it."""
LEAST_SECONDS = 0.2
"""Not worth a file of its own."""
MOST_RUNS = 2000
"""Runs in a batch at most."""
SHARES = 4
"""Each worker gets at least so many batches, so that all end at about the same time."""
ATTEMPTS = 2
KILLED = "the worker process was killed (out of memory?)"


@dataclass(frozen=True)
class PlannedRun:
    """One run to do: its address, its settings and its seed."""

    run: str
    settings: Mapping[str, Value]
    seed: int


@dataclass
class Tally:
    """What a batch, or all of them, came to."""

    done: int = 0
    quarantined: int = 0
    seconds: float = 0.0

    @property
    def runs(self) -> int:
        """All of them."""
        return self.done + self.quarantined

    def add(self, other: Tally) -> None:
        """Count another batch too."""
        self.done += other.done
        self.quarantined += other.quarantined
        self.seconds += other.seconds


@dataclass
class RunQueue:
    """Hands out batches whose size follows the time that runs were seen to take.

    Attributes
    ----------
    runs : list of PlannedRun
        To do.
    jobs : int
        Workers that share them.
    size : int or None
        Runs per batch, when fixed.
    seconds_per_run : float or None
        The fastest pace seen.
    handed : list of str
        Addresses handed out so far.
    """

    runs: list[PlannedRun]
    jobs: int
    size: int | None
    seconds_per_run: float | None = None
    handed: list[str] = field(default_factory=list)

    def batches(self) -> Iterator[list[PlannedRun]]:
        """Yield batches until all runs are handed out."""
        while len(self.handed) < len(self.runs):
            first = len(self.handed)
            batch = self.runs[first : first + self._next_size(len(self.runs) - first)]
            self.handed += [planned.run for planned in batch]
            yield batch

    def _next_size(self, left: int) -> int:
        if self.size is not None:
            return self.size
        if self.seconds_per_run is None:
            return 1
        share = -(-left // (self.jobs * SHARES))
        wanted, least = (int(s / max(self.seconds_per_run, 1e-6)) for s in (BATCH_SECONDS, LEAST_SECONDS))
        return max(1, min(max(min(wanted, share), least), MOST_RUNS))

    def learn(self, batch: Tally) -> None:
        """Remember the fastest pace: the first runs of a worker also load the model."""
        pace = batch.seconds / max(batch.runs, 1)
        self.seconds_per_run = min(pace, self.seconds_per_run or pace)


def pending_runs(plan: Plan, finished: set[str]) -> list[PlannedRun]:
    """Return the different runs that are not in the store, seed by seed, which share their populations."""
    return [
        PlannedRun(run, plan.at(point), int(plan.seeds[point, replicate]))
        for run, (point, replicate) in sorted(
            plan.unique().items(), key=lambda item: int(plan.seeds[item[1]])
        )
        if run not in finished
    ]


def execute(model: RunModel, planned: PlannedRun) -> RunRecord:
    """Do one run, a second time when it fails; never raises for a failing run."""
    problem = trace = ""
    for attempt in range(1, ATTEMPTS + 1):
        started = time.perf_counter()
        try:
            values = model(planned.settings, planned.seed).ravel()
            return RunRecord(planned.run, DONE, attempt, time.perf_counter() - started, "", "", values)
        except Exception as error:  # a failed run is a row, whatever failed
            seconds = time.perf_counter() - started
            problem = f"{type(error).__name__}: {error}".strip(": ")
            trace = traceback.format_exc()
    return RunRecord(planned.run, QUARANTINED, ATTEMPTS, seconds, problem, trace, np.empty(0))


def run_batch(model: RunModel, store: RunStore, batch: Sequence[PlannedRun]) -> Tally:
    """Do a batch and store it."""
    records = [execute(model, planned) for planned in batch]
    store.write(records)
    done = sum(record.status == DONE for record in records)
    return Tally(done, len(records) - done, sum(record.seconds for record in records))


class Pool(Protocol):
    """Who does the batches of a queue.

    Attributes
    ----------
    jobs : int
        Batches at the same time.
    """

    jobs: int

    def tallies(self, model: RunModel, store: RunStore, queue: RunQueue) -> Iterator[Tally]:
        """Yield the tally of each batch as it ends; end early when a worker was killed."""
        ...


class InThisProcess:
    """One batch after another, here."""

    jobs = 1

    def tallies(self, model: RunModel, store: RunStore, queue: RunQueue) -> Iterator[Tally]:
        """Yield the tally of each batch as it ends."""
        for batch in queue.batches():
            yield run_batch(model, store, batch)


def run_pending(
    model: RunModel,
    plan: Plan,
    store: RunStore,
    *,
    pool: Pool | None = None,
    progress: Progress | None = None,
    batch_size: int | None = None,
) -> None:
    """Do every run of a plan that is not in the store.

    A worker that is killed is replaced; the runs that were handed out at that moment are tried again one by
    one, so that a run that kills its worker is found and quarantined alone.

    Parameters
    ----------
    model : RunModel
        What a run computes; must be picklable.
    plan : Plan
        All runs.
    store : RunStore
        What is finished, and where to write.
    pool : Pool, optional
        Who does the batches (see `pools`); this process when left out.
    progress : Progress, optional
        Told of finished runs.
    batch_size : int, optional
        Runs per batch; as many as take `BATCH_SECONDS` when left out.

    Raises
    ------
    OSError
        The store cannot be written (disk full); what was written stays.
    """
    pool = pool or InThisProcess()
    store.clear_leftovers()
    waiting = pending_runs(plan, store.finished())
    total, seen = len(waiting), Tally()
    with progress or Silent() as told:
        while waiting:
            before = total - len(waiting)
            queue, part = RunQueue(waiting, pool.jobs, batch_size), Tally()
            for tally in pool.tallies(model, store, queue):
                queue.learn(tally)
                part.add(tally)
                told.update(before + part.runs, seen.quarantined + part.quarantined)
            seen.add(part)
            # A batch may be stored and its tally lost with the pool, so the store says what is done.
            finished = store.finished()
            waiting = [planned for planned in waiting if planned.run not in finished]
            handed = set(queue.handed)
            suspects = [planned for planned in waiting if planned.run in handed]
            for planned in suspects:
                seen.add(_alone(model, store, planned, pool))
            waiting = [planned for planned in waiting if planned.run not in handed]
            told.update(total - len(waiting), seen.quarantined)


def _alone(model: RunModel, store: RunStore, planned: PlannedRun, pool: Pool) -> Tally:
    """Do one run with nothing beside it, twice at most."""
    started = time.perf_counter()
    for _ in range(ATTEMPTS):
        found = next(iter(pool.tallies(model, store, RunQueue([planned], 1, 1))), None)
        if found is not None:
            return found
    seconds = time.perf_counter() - started
    store.write([RunRecord(planned.run, QUARANTINED, ATTEMPTS, seconds, KILLED, "none", np.empty(0))])
    return Tally(0, 1, seconds)
