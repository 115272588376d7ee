"""Searching levers for several objectives: generations of NSGA-II as a design that grows with its results.

The sampler is optuna's, asked for a generation and told its results (Deb et al. 2002). With a fixed seed its
questions follow from the answers, hence the design is a function of the store: a search that was cut short
is asked again from the start, answered from the store as far as that goes, and so continues where it was.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.experiments.sensitivity.factors import SampledFactor
from cas_model.experiments.sensitivity.plan import Plan, addressed, plan_runs
from cas_model.experiments.sensitivity.run_store import DONE, RunStore
from cas_model.experiments.sensitivity.sampling import Floats, run_seeds
from cas_model.experiments.sensitivity.study import Study

BASE, CHECK = 0, -1
"""Generations that are none: the base as it is, and the front once more with fresh seeds."""
HYPERVOLUME_COLUMNS = ("generation", "hypervolume", "n_points", "n_front")


def growing_plan(study: Study, store: RunStore) -> Callable[[], Plan]:
    """Return what tells the plan of a study; of a search, what follows from all that is stored by then.

    Point 0 of a search is the base with no lever moved; after the last generation its front, and the base,
    are run again with fresh seeds.
    """
    if study.search is None:
        plan = plan_runs(study)
        return lambda: plan
    return _Search(study, store).plan


def plan_so_far(study: Study, store: RunStore) -> Plan:
    """Return the plan of a study as far as it follows from what the store holds."""
    return growing_plan(study, store)()


class _Search:
    """A search, asked from the start and answered from the store as far as that goes."""

    def __init__(self, study: Study, store: RunStore) -> None:
        assert study.search is not None
        self.study, self.store, self.search = study, store, study.search
        most, own = 1 + study.n * self.search.population, study.replicates
        seeds = run_seeds(most, 2 * own, seed=study.seed, common=study.common)
        self.seeds, self.fresh = seeds[:, :own], seeds[:, own:]
        self.sampler = _Sampler(study)
        based = study.scenario is not None  # a test function has no setting of its own
        self.unit = [np.full(len(study.factors), np.nan)] if based else []
        self.generations = [BASE] * len(self.unit)
        self.found = np.empty((0, len(self.search.objectives)))
        self.ended, self.waiting = 0, False

    def plan(self) -> Plan:
        """Return all points that follow from the answers there are now."""
        while self.ended < self.study.n:
            if not self.waiting:
                drawn = self.sampler.ask(self.search.population)
                self.unit += drawn
                self.generations += [self.ended + 1] * len(drawn)
                self.waiting = True
            answers = self._objectives(slice(len(self.found), len(self.unit)))
            if answers is None:
                # To come: the other generations, and a front that is as large as one.
                left = self.study.n - self.ended
                return self._plan(to_come=left * self.search.population * self.study.replicates)
            self.found = np.concatenate([self.found, answers])
            self.sampler.tell(answers[-self.search.population :])
            self.ended, self.waiting = self.ended + 1, False
        based = self.generations.count(BASE)
        return self._plan(again=[*range(based), *(point for point in self._spread() if point >= based)])

    def _spread(self) -> list[int]:
        """Return the different points of the front; of many, as many as a generation, evenly spread."""
        front = np.flatnonzero(front_of(self.found, self.search.signs.values()))
        _, first = np.unique(self.found[front], axis=0, return_index=True)  # sorted by the first objective
        front = front[first]
        if len(front) > self.search.population:
            front = front[np.linspace(0, len(front) - 1, self.search.population).round().astype(int)]
        return [int(point) for point in front]

    def _plan(self, again: Sequence[int] = (), to_come: int = 0) -> Plan:
        seeds = np.concatenate([self.seeds[: len(self.unit)], self.fresh[list(again)]])
        points = [*self.unit, *(self.unit[point] for point in again)]
        plan = self._addressed(points, seeds, [*self.generations, *[CHECK] * len(again)])
        plan.to_come = to_come
        return plan

    def _addressed(self, unit: Sequence[Floats], seeds: NDArray[np.int64], generations: list[int]) -> Plan:
        cube = np.array(unit)
        based = [bool(np.isnan(row).all()) for row in cube]
        columns = [f.values(np.nan_to_num(cube[:, j])) for j, f in enumerate(self.study.factors)]
        settings: list[list[Any]] = [
            [None if based[k] else value for k, value in enumerate(column)] for column in columns
        ]
        return addressed(self.study, cube, settings, seeds, generations)

    def _objectives(self, part: slice) -> Floats | None:
        """Return the objectives of some points, NaN where undefined; None when a run is not finished."""
        plan = self._addressed(self.unit[part], self.seeds[part], self.generations[part])
        records = self.store.read(set(plan.runs.ravel()))
        if any(run not in records for run in plan.runs.ravel()):
            return None
        columns = [self.study.outcomes.index(name) for name in self.search.objectives]
        found = np.full((*plan.runs.shape, len(columns)), np.nan)
        for place, run in np.ndenumerate(plan.runs):
            if records[run].status == DONE:  # the last twelve months are the first row of the results
                found[place] = records[run].results[: len(self.study.outcomes)][columns]
        means: Floats = found.mean(axis=1)
        return means


class _Sampler:
    """NSGA-II over the unit cube; a choice is a choice to it, and no number."""

    def __init__(self, study: Study) -> None:
        assert study.search is not None
        optuna = importlib.import_module("optuna")
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.factors, self.failed = study.factors, optuna.trial.TrialState.FAIL
        self.space = {f.key: _distribution(optuna, f) for f in study.factors}
        nsgaii = optuna.samplers.nsgaii
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the operators of Deb et al. are marked experimental
            sampler = optuna.samplers.NSGAIISampler(
                population_size=study.search.population, seed=study.seed,
                crossover=nsgaii.SBXCrossover(), mutation=nsgaii.PolynomialMutation(),
            )  # fmt: skip
        directions = ["maximize" if sign > 0 else "minimize" for sign in study.search.signs.values()]
        self.study = optuna.create_study(sampler=sampler, directions=directions)
        self.asked: list[Any] = []

    def ask(self, n: int) -> list[Floats]:
        """Return the points of the next generation in the unit cube."""
        self.asked = [self.study.ask(self.space) for _ in range(n)]
        return [
            np.array([_to_unit(factor, trial.params[factor.key]) for factor in self.factors])
            for trial in self.asked
        ]

    def tell(self, objectives: Floats) -> None:
        """Give the results of what was asked last; a point without them has failed."""
        for trial, values in zip(self.asked, objectives, strict=True):
            if np.isfinite(values).all():
                self.study.tell(trial, [float(value) for value in values])
            else:
                self.study.tell(trial, state=self.failed)


def _distribution(optuna: Any, factor: SampledFactor) -> Any:
    kinds = optuna.distributions
    if factor.choices:
        return kinds.CategoricalDistribution(list(range(len(factor.choices))))
    return kinds.FloatDistribution(0.0, 1.0)


def _to_unit(factor: SampledFactor, value: float) -> float:
    return (value + 0.5) / len(factor.choices) if factor.choices else float(value)


def front_of(values: Floats, signs: Any) -> NDArray[np.bool_]:
    """Return which points no other dominates: as good on all objectives, and better on one.

    Parameters
    ----------
    values : float array (points, objectives)
        A point with an undefined value is dominated.
    signs : iterable of int
        1 when more of an objective is better, -1 when less is.

    Examples
    --------
    >>> front_of(np.array([[1.0, 5.0], [2.0, 6.0], [2.0, 9.0], [0.0, np.nan]]), (1, -1)).tolist()
    [True, True, False, False]
    """
    better = -values * np.array(list(signs))  # less is better
    whole = np.isfinite(better).all(axis=1)
    kept: NDArray[np.bool_] = whole.copy()
    for k in np.flatnonzero(whole):
        others = better[whole]
        kept[k] = not ((others <= better[k]).all(axis=1) & (others < better[k]).any(axis=1)).any()
    return kept


def hypervolume(points: Floats) -> float:
    """Return the volume of the unit cube that points dominate, where less is better on every axis.

    Slices along the last axis, from one point to the next (While et al. 2006).

    Examples
    --------
    >>> hypervolume(np.array([[0.5, 0.5]])), hypervolume(np.array([[0.0, 0.5], [0.5, 0.0]]))
    (0.25, 0.75)
    """
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(1.0 - points.min())
    order = points[np.argsort(points[:, -1], kind="stable")]
    ends = [*order[1:, -1], 1.0]
    heights = np.array(ends) - order[:, -1]
    return float(sum(h * hypervolume(order[: k + 1, :-1]) for k, h in enumerate(heights) if h > 0.0))


def search_tables(study: Study, plan: Plan, values: Floats) -> dict[str, pd.DataFrame]:
    """Answer ``[search]``.

    Parameters
    ----------
    study, plan : Study, Plan
        What was asked, and the whole design.
    values : float array (points, replicates, outcomes)
        Of the last twelve months; replicates are averaged.

    Returns
    -------
    dict of str to DataFrame
        ``search_points``: every point with its generation (`BASE`: no lever moved; `CHECK`: with fresh
        seeds), levers, objectives, and whether no point of the search dominates it (``front``). ``pareto``:
        the front (of a long one, as many as a generation, spread along the first objective), labelled from A
        in the order of the first objective, with the objectives on fresh seeds (``..._fresh``), the
        differences of both from the base with the same seeds (``..._change``), and whether a point is not
        dominated with fresh seeds either (``stays``). ``hypervolume``: per generation, the volume that all
        points so far dominate, each objective scaled to the range that the search met.
    """
    asked = study.search
    assert asked is not None
    names, signs = list(asked.objectives), list(asked.signs.values())
    found = values.mean(axis=1)[:, [study.outcomes.index(name) for name in names]]
    generations = np.array(plan.generations)
    searched = generations != CHECK
    front = np.zeros(len(found), dtype=bool)
    front[searched] = front_of(found[searched], signs)
    points = pd.DataFrame(
        {
            "point": np.arange(len(found)), "generation": generations,
            **dict(zip(plan.keys, plan.settings, strict=True)), **dict(zip(names, found.T, strict=True)),
            "front": front,
        }
    )  # fmt: skip
    return {
        "search_points": points,
        "pareto": _pareto(points, plan, found, names, signs),
        "hypervolume": _volumes(found[searched], generations[searched], signs),
    }


def _pareto(
    points: pd.DataFrame, plan: Plan, found: Floats, names: list[str], signs: list[int]
) -> pd.DataFrame:
    first: dict[str, int] = {}
    for point in range(len(points)):
        first.setdefault(repr(plan.at(point)), point)
    again = np.flatnonzero(points["generation"] == CHECK)
    origin = np.array([first[repr(plan.at(int(point)))] for point in again], dtype=int)
    stands = front_of(found[again], signs)
    kept = points["front"].to_numpy()[origin]  # the base is checked too, and need not be of the front
    rows = points.iloc[origin[kept]].drop(columns="front").reset_index(drop=True)
    for k, name in enumerate(names):
        rows[f"{name}_fresh"] = found[again[kept], k]
    if len(again) and not plan.at(int(again[0])):  # the base, whose seeds are those of the points
        for k, name in enumerate(names):
            rows[f"{name}_change"] = rows[name] - found[origin[0], k]
            rows[f"{name}_fresh_change"] = rows[f"{name}_fresh"] - found[again[0], k]
    rows["stays"] = stands[kept]
    rows = rows.sort_values(names[0], kind="stable", ignore_index=True)
    found_labels = pd.DataFrame({"label": [label(k) for k in range(len(rows))]})
    labelled: pd.DataFrame = pd.concat([found_labels, rows], axis=1)
    return labelled


def label(k: int) -> str:
    """Return A to Z, then AA, AB, ...

    Examples
    --------
    >>> label(0), label(25), label(26), label(53)
    ('A', 'Z', 'AA', 'BB')
    """
    return (label(k // 26 - 1) if k >= 26 else "") + chr(ord("A") + k % 26)


def _volumes(found: Floats, generations: NDArray[np.int64], signs: list[int]) -> pd.DataFrame:
    whole = np.isfinite(found).all(axis=1)
    cost, when = -found[whole] * np.array(signs), generations[whole]
    if not whole.any():
        return pd.DataFrame(columns=list(HYPERVOLUME_COLUMNS))
    low, high = cost.min(axis=0), cost.max(axis=0)
    scaled = (cost - low) / np.where(high > low, high - low, 1.0)
    rows = []
    for generation in range(1, int(generations.max()) + 1):
        here = scaled[when <= generation]
        front = here[front_of(here, [-1] * len(signs))]
        rows.append((generation, hypervolume(np.unique(front, axis=0)), len(here), len(front)))
    return pd.DataFrame(rows, columns=list(HYPERVOLUME_COLUMNS))
