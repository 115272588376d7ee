"""Comparing worlds that share every chance event: paired seeds, processes, paired intervals, verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import union_categoricals
from scipy.special import stdtrit

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.config.errors import CasModelError, UsageError
from cas_model.config.scenario import Scenario
from cas_model.experiments.progress import Progress, Silent
from cas_model.experiments.resilience import resilience_table
from cas_model.experiments.run import WorldRequest, WorldResult, run_world

Builder = Callable[[WorldRequest], Any]
LAST_MONTHS = 12
CONFIDENCE = 0.95
COMPARISON_COLUMNS = (
    "outcome",
    "label",
    "family",
    "unit",
    "direction",
    "smallest_that_matters",
    "world_a",
    "world_b",
    "mean_a",
    "mean_b",
    "difference",
    "low",
    "high",
    "unpaired_low",
    "unpaired_high",
    "n_replicates",
    "verdict",
)


@dataclass
class Comparison:
    """Worlds, their runs and the differences between the first world and each other one.

    Attributes
    ----------
    results : list of WorldResult
        Ordered by world, then replicate; failures included.
    table : DataFrame
        One row per outcome and other world, columns `COMPARISON_COLUMNS`.
    resilience : DataFrame
        One row per replicate of each world with a shock whose calm twin was run too; see
        `cas_model.experiments.resilience.resilience_table`.
    """

    results: list[WorldResult]
    table: pd.DataFrame
    resilience: pd.DataFrame

    @property
    def failures(self) -> list[WorldResult]:
        """The runs that failed."""
        return [result for result in self.results if not result.ok]

    def frame(self, kind: str) -> pd.DataFrame:
        """Return one table over all runs, with columns world, replicate and seed in front.

        Parameters
        ----------
        kind : {"outcomes", "ledger", "activation"}
            Which table of the runs.
        """
        return gather(self.results, kind)


def gather(results: Sequence[WorldResult], kind: str) -> pd.DataFrame:
    """Stack one table of several runs under the columns world, replicate and seed."""
    asked = [(r.request, getattr(r, kind)) for r in results if r.ok]
    return stack_runs([(q.label, q.replicate, q.seed, frame) for q, frame in asked])


def stack_runs(parts: Sequence[tuple[str, int, int, pd.DataFrame]]) -> pd.DataFrame:
    """Stack the tables of runs; text becomes categories, which keeps millions of rows small.

    Parameters
    ----------
    parts : sequence of (world, replicate, seed, DataFrame)
        At least one; the frames have the same columns, text as categories.
    """
    frames = [frame for *_, frame in parts]
    rows = [len(frame) for frame in frames]
    worlds = list(dict.fromkeys(world for world, *_ in parts))
    codes = np.array([worlds.index(world) for world, *_ in parts], dtype=np.int16)
    columns: dict[str, Any] = {
        "world": pd.Categorical.from_codes(np.repeat(codes, rows), pd.Index(worlds)),
        "replicate": np.repeat(np.array([p[1] for p in parts], dtype=np.int32), rows),
        "seed": np.repeat(np.array([p[2] for p in parts], dtype=np.int64), rows),
    }
    for name in frames[0].columns:
        column = [frame[name] for frame in frames]
        if isinstance(column[0].dtype, pd.CategoricalDtype):
            columns[name] = union_categoricals(column)
        else:
            columns[name] = np.concatenate([c.to_numpy() for c in column])
    return pd.DataFrame(columns, copy=False)


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
) -> list[WorldRequest]:
    """Return the runs of a comparison: replicate r has seed ``seed + r`` in every world.

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
    return [
        WorldRequest(label, scenario, r, seed + r, persons_per_agent, territory, threads)
        for label, scenario in zip(labels_of(scenarios), scenarios, strict=True)
        for r in range(replicates)
    ]


def compare(
    requests: Sequence[WorldRequest],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    build: Builder | None = None,
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
        for result in run_all(requests, jobs=jobs, build=build):
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
    return Comparison(results, comparison_table(results), resilience_table(results))


def run_all(
    requests: Sequence[WorldRequest], *, jobs: int, build: Builder | None = None
) -> Iterator[WorldResult]:
    """Yield each result as it is ready, in any order; a dead worker costs only the run it was on."""
    if jobs == 1:
        for request in requests:
            yield run_world(request, build=build)
        return
    finished: set[int] = set()
    waiting = list(range(len(requests)))
    for number, result in _in_processes(requests, waiting, jobs, build):
        finished.add(number)
        yield result
    # The pool stops as a whole when a worker is killed, so what is left runs one by one: the run that kills
    # its worker then fails alone.
    for number in waiting:
        if number not in finished:
            alone = next(iter(_in_processes(requests, [number], 2, build)), None)
            yield alone[1] if alone else _killed(requests[number])


def _killed(request: WorldRequest) -> WorldResult:
    return WorldResult(request, problem="the worker process was killed (out of memory?)", trace="none")


def _numbered(number: int, request: WorldRequest, build: Builder | None) -> tuple[int, WorldResult]:
    return number, run_world(request, build=build)


def _in_processes(
    requests: Sequence[WorldRequest], numbers: Sequence[int], jobs: int, build: Builder | None
) -> Iterator[tuple[int, WorldResult]]:
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = Parallel(n_jobs=jobs, backend="loky", return_as="generator_unordered", batch_size=1)
    try:
        yield from pool(delayed(_numbered)(n, requests[n], build) for n in numbers)
    except TerminatedWorkerError:
        return
    except (KeyboardInterrupt, GeneratorExit):
        get_reusable_executor().shutdown(wait=False, kill_workers=True)
        raise


def last_months_mean(outcomes: pd.DataFrame, level: str = "flanders") -> pd.Series:
    """Return each outcome's mean over the last twelve months at one level, undefined months left out."""
    last = outcomes["month"].max()
    rows = outcomes[(outcomes["level"] == level) & (outcomes["month"] > last - LAST_MONTHS)]
    means: pd.Series = rows.groupby("outcome", observed=True)["value"].mean()
    return means


def paired_interval(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Return the 95 % t interval of mean(b - a) over pairs; NaN with fewer than two pairs.

    Parameters
    ----------
    a, b : array-like, shape (n,)
        One value per replicate, same seeds in the same places.

    Examples
    --------
    >>> low, high = paired_interval([1.0, 2.0, 3.0], [2.0, 3.0, 4.5])
    >>> round(low, 3), round(high, 3)
    (0.45, 1.884)
    """
    difference = np.asarray(b, dtype=float) - np.asarray(a, dtype=float)
    n = difference.size
    if n < 2:
        return float("nan"), float("nan")
    half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * difference.std(ddof=1) / np.sqrt(n))
    return float(difference.mean()) - half, float(difference.mean()) + half


def unpaired_interval(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Return Welch's 95 % interval of mean(b) - mean(a), as if the worlds shared no chance event."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if min(x.size, y.size) < 2:
        return float("nan"), float("nan")
    part_x, part_y = x.var(ddof=1) / x.size, y.var(ddof=1) / y.size
    total = part_x + part_y
    difference = float(y.mean() - x.mean())
    if total == 0.0:
        return difference, difference
    degrees = total**2 / (part_x**2 / (x.size - 1) + part_y**2 / (y.size - 1))
    half = float(stdtrit(degrees, 0.5 + CONFIDENCE / 2) * np.sqrt(total))
    return difference - half, difference + half


def verdict(low: float, high: float, direction: int, smallest: float) -> str:
    """Say what an interval shows: better, worse, higher, lower, or unclear.

    Clear means that the whole interval lies beyond the smallest difference that matters, on one side.

    Examples
    --------
    >>> verdict(0.2, 0.4, direction=1, smallest=0.1), verdict(0.2, 0.4, direction=-1, smallest=0.1)
    ('better', 'worse')
    >>> verdict(0.05, 0.4, direction=1, smallest=0.1), verdict(0.2, 0.4, direction=0, smallest=0.1)
    ('unclear', 'higher')
    """
    up, down = low > smallest, high < -smallest
    if not (up or down):
        return "unclear"
    if direction == 0:
        return "higher" if up else "lower"
    return "better" if up == (direction > 0) else "worse"


def comparison_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare the first world with each other one on every registered outcome.

    Replicates that failed in either world of a pair are left out of that pair.

    Returns
    -------
    DataFrame
        Columns `COMPARISON_COLUMNS`; worlds in order, outcomes in the registry's order.
    """
    means: dict[str, dict[int, pd.Series]] = {}
    for result in results:
        world = means.setdefault(result.request.label, {})
        if result.ok:
            world[result.request.replicate] = last_months_mean(result.outcomes)
    first, *others = means
    rows = []
    for other in others:
        pairs = sorted(means[first].keys() & means[other].keys())
        for name, declared in OUTCOMES.items():
            a = np.array([means[first][r].get(name, np.nan) for r in pairs], dtype=float)
            b = np.array([means[other][r].get(name, np.nan) for r in pairs], dtype=float)
            rows.append(_compare_outcome(declared, first, other, a, b))
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def _compare_outcome(
    declared: Outcome, first: str, other: str, a: NDArray[np.float64], b: NDArray[np.float64]
) -> dict[str, Any]:
    defined = np.isfinite(a) & np.isfinite(b)
    a, b = a[defined], b[defined]
    low, high = paired_interval(a, b)
    unpaired_low, unpaired_high = unpaired_interval(a, b)
    mean_a, mean_b = (float(x.mean()) if x.size else float("nan") for x in (a, b))
    return {
        "outcome": declared.name,
        "label": declared.label,
        "family": declared.family,
        "unit": declared.unit,
        "direction": declared.direction,
        "smallest_that_matters": declared.smallest_that_matters,
        "world_a": first,
        "world_b": other,
        "mean_a": mean_a,
        "mean_b": mean_b,
        "difference": float((b - a).mean()) if a.size else float("nan"),
        "low": low,
        "high": high,
        "unpaired_low": unpaired_low,
        "unpaired_high": unpaired_high,
        "n_replicates": int(a.size),
        "verdict": verdict(low, high, declared.direction, declared.smallest_that_matters),
    }
