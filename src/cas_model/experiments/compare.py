"""Comparing worlds that share every chance event: paired seeds, processes, analyses."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.config.errors import CasModelError, UsageError
from cas_model.config.scenario import Scenario
from cas_model.experiments.analyses import analyse
from cas_model.experiments.progress import Progress, Silent
from cas_model.experiments.resilience import calm_twins
from cas_model.experiments.run import WorldRequest, WorldResult, run_world
from cas_model.experiments.workers import accept_replaced_workers

Builder = Callable[[WorldRequest], Any]
Runner = Callable[[WorldRequest], WorldResult]


@dataclass
class Comparison:
    """Worlds, their runs and what was made of them.

    Attributes
    ----------
    results : list of WorldResult
        Ordered by world, then replicate; failures included.
    analyses : dict of str to DataFrame
        Tables over all runs by name (see `cas_model.experiments.analyses`); ``comparison`` has a row per
        outcome and other world.
    """

    results: list[WorldResult]
    analyses: dict[str, pd.DataFrame]

    @property
    def failures(self) -> list[WorldResult]:
        """The runs that failed."""
        return [result for result in self.results if not result.ok]


def labels_of(scenarios: Sequence[Scenario]) -> list[str]:
    """Return a unique name per world: the scenario's, numbered when it occurs again."""
    labels: list[str] = []
    for scenario in scenarios:
        label, number = scenario.name, 2
        while label in labels:
            label, number = f"{scenario.name}_{number}", number + 1
        labels.append(label)
    return labels


def requests_for(
    scenarios: Sequence[Scenario],
    *,
    replicates: int,
    seed: int,
    persons_per_agent: int,
    territory: str,
    threads: int,
    under: str = "",
    twins: bool = True,
) -> list[WorldRequest]:
    """Return the runs of a comparison: replicate r has seed ``seed + r`` in every world.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Two or more of one length, the baseline first.
    replicates, seed, persons_per_agent, territory, threads
        See `WorldRequest`.
    under : str
        The scenario that the shocks were taken from.
    twins : bool
        Run every world that is struck also without its shocks, unless that world is compared anyway.

    Raises
    ------
    UsageError
        When fewer than two worlds are named, or their horizons differ.
    """
    if len(scenarios) < 2:
        raise UsageError("a comparison needs at least two scenarios", fix="use `cas-model run` for one")
    first = scenarios[0]
    for other in scenarios[1:]:
        if (other.months, other.burn_in) != (first.months, first.burn_in):
            raise UsageError(
                f"`{first.name}` runs {first.burn_in} + {first.months} months and `{other.name}` "
                f"{other.burn_in} + {other.months}",
                allowed="worlds of one length",
                fix=f"add --months {first.months} --burn-in {first.burn_in}",
            )
    worlds = dict(zip(labels_of(scenarios), scenarios, strict=True))
    asked = [(label, scenario, False) for label, scenario in worlds.items()]
    if twins:
        asked += [(label, scenario, True) for label, scenario in calm_twins(worlds).items()]
    return [
        WorldRequest(label, scenario, r, seed + r, persons_per_agent, territory, threads, under, twin)
        for label, scenario, twin in asked
        for r in range(replicates)
    ]


def compare(
    requests: Sequence[WorldRequest],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    build: Builder | None = None,
    folder: Path | None = None,
    also: Collection[str] = (),
) -> Comparison:
    """Run the requests on `jobs` processes and compare each world with the first.

    Parameters
    ----------
    requests : sequence of WorldRequest
        From `requests_for`.
    jobs : int
        Worker processes; 1 runs in this process.
    progress : Progress, optional
        Told of every finished world.
    build : callable, optional
        Makes the model of a request; the care system when left out.
    folder : Path, optional
        Each world writes its tables in its place below this folder as it runs; else they stay in memory.
    also : collection of str
        Tables on request, see `run_world`; calm twins do without.

    Raises
    ------
    UsageError
        When a run refuses its settings (wrong for every world alike).
    CasModelError
        When no pair of runs succeeded.
    """
    place = {(r.label, r.replicate): i for i, r in enumerate(requests)}
    results: list[WorldResult] = []
    with progress or Silent() as told:
        for result in run_all(requests, jobs=jobs, build=build, folder=folder, also=also):
            if result.misuse is not None:
                raise result.misuse
            results.append(result)
            told.update(len(results), sum(not r.ok for r in results))
    results.sort(key=lambda r: place[r.request.label, r.request.replicate])
    if all(not r.ok for r in results):
        first = results[0]
        raise CasModelError(
            f"all {len(results)} runs failed; the first with {first.problem}\n"
            f"  see where: {first.request.replay()} --debug"
        )
    return Comparison(results, analyse(results))


def run_all(
    requests: Sequence[WorldRequest],
    *,
    jobs: int,
    build: Builder | None = None,
    folder: Path | None = None,
    only: Collection[str] | None = None,
    also: Collection[str] = (),
) -> Iterator[WorldResult]:
    """Yield each result as it is ready, in any order; a dead worker costs only the run it was on.

    Parameters
    ----------
    requests : sequence of WorldRequest
    jobs, build
        As for `compare`.
    folder, only, also
        As for `run_world`; each world has its place below the folder.
    """
    run = partial(_run_in_place, build=build, folder=folder, only=only, also=also)
    if jobs == 1:
        yield from map(run, requests)
        return
    finished: set[int] = set()
    waiting = list(range(len(requests)))
    for number, result in _in_processes(requests, waiting, jobs, run):
        finished.add(number)
        yield result
    # The pool stops as a whole when a worker is killed, so what is left runs one by one: the run that kills
    # its worker then fails alone.
    for number in waiting:
        if number not in finished:
            alone = next(iter(_in_processes(requests, [number], 2, run)), None)
            if alone is None and folder is not None:
                shutil.rmtree(folder / requests[number].place, ignore_errors=True)
            yield alone[1] if alone else _killed(requests[number])


def _run_in_place(
    request: WorldRequest,
    build: Builder | None,
    folder: Path | None,
    only: Collection[str] | None,
    also: Collection[str],
) -> WorldResult:
    place = None if folder is None else folder / request.place
    return run_world(request, build=build, folder=place, only=only, also=() if request.twin else also)


def _killed(request: WorldRequest) -> WorldResult:
    return WorldResult(request, problem="the worker process was killed (out of memory?)", trace="none")


def _numbered(number: int, request: WorldRequest, run: Runner) -> tuple[int, WorldResult]:
    return number, run(request)


def _in_processes(
    requests: Sequence[WorldRequest], numbers: Sequence[int], jobs: int, run: Runner
) -> Iterator[tuple[int, WorldResult]]:
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = Parallel(n_jobs=jobs, backend="loky", return_as="generator_unordered", batch_size=1)
    accept_replaced_workers()
    try:
        yield from pool(delayed(_numbered)(n, requests[n], run) for n in numbers)
    except TerminatedWorkerError:
        return
    except (KeyboardInterrupt, GeneratorExit):
        get_reusable_executor().shutdown(wait=False, kill_workers=True)
        raise
