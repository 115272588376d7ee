"""The month as a table of steps, bound to one world's columns and run in order.

Consecutive steps over patient rows run together chunk by chunk (a chunk is a run of whole zones), so that a
chunk's rows stay in the cache, and chunks go to threads. Every sum is kept per zone or per provider of one
zone, so that the bits do not depend on the number of threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numba import typeof
from numpy.typing import NDArray

from cas_model.config.declarations import PHASES, PROCESSES, Process
from cas_model.config.registry import load_package
from cas_model.outcomes import load_outcomes
from cas_model.rules import load_rules

CHUNK_ROWS = 120_000
"""Rows handed out at once: about one zone at 1:1, which fits the third-level cache."""

THREADS_PAY_FROM = 250_000
"""Patient rows from which threads inside a world gain more than handing out work costs (measured)."""


def load_processes() -> list[Process]:
    """Return every registered process in the order of the month."""
    load_rules()
    load_outcomes()
    load_package("cas_model.model.processes")
    order = {phase: i for i, phase in enumerate(PHASES)}
    return sorted(PROCESSES.values(), key=lambda p: (order[p.phase], p.order, p.name))


def in_force(processes: Sequence[Process], adaptation: Mapping[str, str]) -> list[Process]:
    """Return the processes without the alternatives that a scenario has not chosen."""
    chosen = set(adaptation.items())
    return [p for p in processes if p.rule is None or p.rule in chosen]


_COMPILED: dict[tuple[object, ...], Callable[..., None]] = {}


def _kind(argument: Any) -> object:
    """Return what the compiled code of an argument depends on."""
    if isinstance(argument, np.ndarray):
        return argument.dtype, argument.ndim, argument.flags.carray
    return type(argument)


def compiled(kernel: Any, arguments: Sequence[Any]) -> Callable[..., None]:
    """Return the compiled code for arguments of these types, which asks for their types no more.

    In a small world a tenth of a month would go into asking.
    """
    key = (kernel, *map(_kind, arguments))
    if key not in _COMPILED:
        _COMPILED[key] = kernel.compile(tuple(typeof(a) for a in arguments))  # type: ignore[no-untyped-call]
    return _COMPILED[key]


@dataclass
class Step:
    """A process bound to arrays and values; `seconds` is the time it took so far when timed."""

    process: Process
    arguments: tuple[Any, ...]
    seconds: float = field(default=0.0)

    @cached_property
    def run(self) -> Callable[..., None]:
        """The compiled code; takes first and last row when over rows, then arguments of these types."""
        return compiled(self.process.kernel, (*((0, 0) if self.process.by_rows else ()), *self.arguments))


def chunk_rows(first: NDArray[np.int64], last: NDArray[np.int64], threads: int) -> list[tuple[int, int]]:
    """Cut the patient rows into runs of whole zones, a few per thread.

    Parameters
    ----------
    first, last : int array (Z,)
        Rows of each zone.
    threads : int
        Threads that will share the chunks.
    """
    target = CHUNK_ROWS if threads == 1 else min(CHUNK_ROWS, int(last[-1]) // (2 * threads) + 1)
    chunks, start = [], 0
    for stop in last.tolist():
        if stop - start >= target or stop == last[-1]:
            chunks.append((start, stop))
            start = stop
    return chunks


class Schedule:
    """Runs a month's steps.

    Parameters
    ----------
    steps : list of Step
        In the order of the month.
    chunks : list of (int, int)
        Patient rows per chunk.
    before : mapping from phase name to function
        Plain Python work that opens a phase (events, recording).
    """

    def __init__(
        self,
        steps: list[Step],
        chunks: list[tuple[int, int]],
        before: Mapping[str, Callable[[], None]],
    ) -> None:
        self.steps, self.chunks, self.before = steps, chunks, before
        self.watch: Callable[[Step], Callable[[], None] | None] | None = None
        self.timed = False
        self._plan: list[tuple[bool, list[Step]] | Callable[[], None]] = []
        self._planned: tuple[object, object] = (None, None)

    def run_month(self, pool: Executor | None = None) -> None:
        """Run every phase once."""
        if self._planned[0] is not self.steps or self._planned[1] is not self.before:
            self._plan, self._planned = self._join_steps(), (self.steps, self.before)
        for part in self._plan:
            if not isinstance(part, tuple):
                part()
            elif part[0]:
                self.run_rows(part[1], pool)
            elif self.watch is not None or self.timed:
                for step in part[1]:
                    self.run_whole(step)
            else:
                for step in part[1]:
                    step.run(*step.arguments)

    def _join_steps(self) -> list[tuple[bool, list[Step]] | Callable[[], None]]:
        """Return what opens phases and, between, the steps in runs of the same kind: over rows, or whole."""
        plan: list[tuple[bool, list[Step]] | Callable[[], None]] = []
        for phase in PHASES:
            if phase in self.before:
                plan.append(self.before[phase])
            for step in self.steps:
                if step.process.phase == phase:
                    last = plan[-1] if plan else None
                    if isinstance(last, tuple) and last[0] == step.process.by_rows:
                        last[1].append(step)
                    else:
                        plan.append((step.process.by_rows, [step]))
        return plan

    def run_whole(self, step: Step) -> None:
        """Run a step over providers, zones or regions."""
        done = self.watch(step) if self.watch is not None else None
        if self.timed:
            began = time.perf_counter()
            step.run(*step.arguments)
            step.seconds += time.perf_counter() - began
        else:
            step.run(*step.arguments)
        if done is not None:
            done()

    def run_rows(self, steps: list[Step], pool: Executor | None = None) -> None:
        """Run consecutive steps over patient rows, chunk by chunk."""
        finishers = []
        if self.watch is not None:
            finishers = [done for step in steps if (done := self.watch(step)) is not None]
        if pool is None:
            for chunk in self.chunks:
                self._run_chunk(steps, chunk)
        else:
            for running in [pool.submit(self._run_chunk, steps, chunk) for chunk in self.chunks]:
                running.result()
        for finish in finishers:
            finish()

    def _run_chunk(self, steps: list[Step], chunk: tuple[int, int]) -> None:
        for step in steps:
            if self.timed:
                began = time.perf_counter()
                step.run(*chunk, *step.arguments)
                step.seconds += time.perf_counter() - began
            else:
                step.run(*chunk, *step.arguments)
