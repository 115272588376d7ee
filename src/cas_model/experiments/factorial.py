"""Factorial experiments: effects as contrasts between cells, and who ranks where, seed by seed.

Every effect is a weighted sum over cells that is computed within each seed first, so that all chance that
the cells
of a seed share drops out, and its interval is over seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.experiments.design import JOIN, Experiment
from cas_model.experiments.differences import paired_interval, verdict

Floats = NDArray[np.float64]

EFFECT_COLUMNS = (
    "outcome", "kind", "factor", "level", "reference", "by_factor", "by_level", "by_reference",
    "effect", "low", "high", "n_replicates", "verdict",
)  # fmt: skip
PAIR_COLUMNS = (
    "outcome", "condition", "a", "b", "gain", "low", "high", "n_replicates", "seeds_a", "seeds_b", "ahead",
)  # fmt: skip
RANK_COLUMNS = (
    "outcome", "condition", "regime", "mean", "rank", "seeds_hold", "n_replicates", "alone",
)  # fmt: skip
REVERSAL_COLUMNS = ("kind", "a", "b", "within", "a_ahead_on", "b_ahead_on", "seeds_agree", "n_replicates")


@dataclass
class CellValues:
    """One outcome in every cell and seed: an array (cells, replicates), NaN where a run failed."""

    declared: Outcome
    per_seed: Floats


def cell_values(
    experiment: Experiment, runs: pd.DataFrame, declared: Mapping[str, Outcome] | None = None
) -> Iterator[CellValues]:
    """Yield the values of every outcome that the specification shows.

    Parameters
    ----------
    experiment : Experiment
        Order of the cells.
    runs : DataFrame
        Columns cell, replicate, outcome, value; failed runs have no outcome.
    declared : mapping, optional
        Outcome declarations; the registry when left out.
    """
    names = [cell.name for cell in experiment.cells]
    for name in experiment.shown:
        rows = runs[runs["outcome"] == name]
        wide = rows.pivot_table(index="cell", columns="replicate", values="value", observed=True)
        full = wide.reindex(index=names, columns=range(experiment.replicates))
        yield CellValues((OUTCOMES if declared is None else declared)[name], full.to_numpy(dtype=float))


def contrast(values: Floats, weights: Floats) -> tuple[Floats, float, float]:
    """Return the weighted sum over cells per complete seed, and the 95 % interval of its mean.

    Parameters
    ----------
    values : float array (C, R)
        NaN where a run failed; a seed with a gap in a cell of the contrast is left out.
    weights : float array (C,)
    """
    used = weights != 0.0
    sums = weights[used] @ values[used]
    sums = sums[np.isfinite(sums)]
    return sums, *paired_interval(np.zeros_like(sums), sums)


def cells_table(experiment: Experiment, outcomes: list[CellValues]) -> pd.DataFrame:
    """Return mean and 95 % interval of every outcome in every cell, with a column per factor."""
    rows = []
    for entry in outcomes:
        for cell, row in zip(experiment.cells, entry.per_seed, strict=True):
            whole = row[np.isfinite(row)]
            low, high = paired_interval(np.zeros_like(whole), whole)
            rows.append(
                {
                    "cell": cell.name,
                    **dict(zip((f.name for f in experiment.factors), cell.levels, strict=True)),
                    "outcome": entry.declared.name,
                    "mean": float(whole.mean()) if whole.size else float("nan"),
                    "low": low,
                    "high": high,
                    "n_replicates": int(whole.size),
                    "scenario_hash": cell.scenario.hash(),
                }
            )
    return pd.DataFrame(rows)


def _has(experiment: Experiment, **levels: str) -> Floats:
    place = {factor.name: i for i, factor in enumerate(experiment.factors)}
    chosen = [all(c.levels[place[f]] == level for f, level in levels.items()) for c in experiment.cells]
    return np.array(chosen, dtype=float)


def _share(experiment: Experiment, **levels: str) -> Floats:
    """Return weights that average over the cells with these levels."""
    marked = _has(experiment, **levels)
    weights: Floats = marked / marked.sum()
    return weights


def effects_table(experiment: Experiment, outcomes: list[CellValues]) -> pd.DataFrame:
    """Return main effects and two-way interactions, against the first level of each factor.

    A main effect is the mean change from the reference level, over all levels of the other factors. An
    interaction
    is how much larger that change is at one level of another factor than at the other's reference.

    Returns
    -------
    DataFrame
        Columns `EFFECT_COLUMNS`.
    """
    contrasts: list[tuple[dict[str, Any], Floats]] = []
    for factor in experiment.factors:
        first, *others = factor.levels
        for level in others:
            weights = _share(experiment, **{factor.name: level}) - _share(experiment, **{factor.name: first})
            named = {"kind": "main", "factor": factor.name, "level": level, "reference": first}
            contrasts.append((named, weights))
    for one, two in combinations(experiment.factors, 2):
        for a, b in product(one.levels[1:], two.levels[1:]):

            def share(x: str, y: str, one: str = one.name, two: str = two.name) -> Floats:
                return _share(experiment, **{one: x, two: y})

            a0, b0 = one.levels[0], two.levels[0]
            weights = (share(a, b) - share(a0, b)) - (share(a, b0) - share(a0, b0))
            named = {"kind": "interaction", "factor": one.name, "level": a, "reference": a0,
                     "by_factor": two.name, "by_level": b, "by_reference": b0}  # fmt: skip
            contrasts.append((named, weights))
    rows = []
    for entry in outcomes:
        declared = entry.declared
        for named, weights in contrasts:
            sums, low, high = contrast(entry.per_seed, weights)
            rows.append(
                {
                    "outcome": declared.name, **named,
                    "effect": float(sums.mean()) if sums.size else float("nan"), "low": low, "high": high,
                    "n_replicates": int(sums.size),
                    "verdict": verdict(low, high, declared.direction, declared.smallest_that_matters),
                }
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))
    texts = ["by_factor", "by_level", "by_reference"]
    return table.assign(**{name: table[name].fillna("") for name in texts})


Gains = dict[tuple[str, str, str, str], Floats]
"""(outcome, condition, a, b) -> how much better a is than b in each seed, NaN where a run failed."""


def gains_of(experiment: Experiment, outcomes: list[CellValues]) -> Gains:
    """Return how much better each regime is than each later one, per seed, condition and ranked outcome."""
    gains = {}
    for entry, condition in product(_ranked(experiment, outcomes), experiment.conditions):
        for a, b in combinations(_regimes(experiment), 2):
            rows = entry.per_seed[[_cell(experiment, regime, condition) for regime in (a, b)]]
            gains[entry.declared.name, JOIN.join(condition), a, b] = entry.declared.direction * (
                rows[0] - rows[1]
            )
    return gains


def pairs_table(gains: Gains, smallest: Mapping[str, float]) -> pd.DataFrame:
    """Compare each two regimes (levels of the ranked factor) in every condition, on every ranked outcome.

    Parameters
    ----------
    gains : dict
        From `gains_of`.
    smallest : mapping of str to float
        The smallest difference that matters of each outcome.

    Returns
    -------
    DataFrame
        Columns `PAIR_COLUMNS`. ``gain`` is how much better a is than b (direction-aware, in the outcome's
        unit),
        ``seeds_a`` and ``seeds_b`` the shares of seeds in which a, or b, is better by more than matters, and
        ``ahead`` the one that is clearly better: the whole interval lies beyond what matters.
    """
    rows = []
    for (outcome, condition, a, b), all_seeds in gains.items():
        seeds = all_seeds[np.isfinite(all_seeds)]
        low, high = paired_interval(np.zeros_like(seeds), seeds)
        rows.append(
            {
                "outcome": outcome, "condition": condition, "a": a, "b": b,
                "gain": float(seeds.mean()) if seeds.size else float("nan"), "low": low, "high": high,
                "n_replicates": int(seeds.size),
                "seeds_a": _part(seeds > smallest[outcome]), "seeds_b": _part(seeds < -smallest[outcome]),
                "ahead": {"better": a, "worse": b}.get(verdict(low, high, 1, smallest[outcome]), ""),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def _part(chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if chosen.size else float("nan")


def _regimes(experiment: Experiment) -> tuple[str, ...]:
    return next(factor.levels for factor in experiment.factors if factor.name == experiment.ranked)


def _ranked(experiment: Experiment, outcomes: list[CellValues]) -> list[CellValues]:
    return [entry for entry in outcomes if entry.declared.name in experiment.primary]


def _cell(experiment: Experiment, regime: str, condition: tuple[str, ...]) -> int:
    place = [f.name for f in experiment.factors].index(experiment.ranked)
    return next(
        i for i, cell in enumerate(experiment.cells)
        if cell.levels[place] == regime and experiment.condition_of(cell) == condition
    )  # fmt: skip


def ranks_table(experiment: Experiment, outcomes: list[CellValues], pairs: pd.DataFrame) -> pd.DataFrame:
    """Rank the regimes in every condition on every ranked outcome.

    The rank is one more than the number of regimes that are clearly better, so that regimes whose
    difference is
    too small or too unsure to matter share a rank, and where nothing differs all are first.

    Returns
    -------
    DataFrame
        Columns `RANK_COLUMNS`. ``seeds_hold`` is the share of seeds in which the regime has this rank by
        the same
        rule (better: by more than matters), ``alone`` whether it is clearly better than every other.
    """
    ahead = pairs.groupby(["outcome", "condition"], observed=True, sort=False)
    regimes = _regimes(experiment)
    rows = []
    for entry, condition in product(_ranked(experiment, outcomes), experiment.conditions):
        name, words = entry.declared.name, JOIN.join(condition)
        own = ahead.get_group((name, words))
        better = dict.fromkeys(regimes, 0)
        worse = dict(better)
        for a, b, winner in own[["a", "b", "ahead"]].itertuples(index=False):
            if winner:
                worse[winner] += 1
                better[b if winner == a else a] += 1
        cells = [_cell(experiment, regime, condition) for regime in regimes]
        values = entry.declared.direction * entry.per_seed[cells]
        whole = values[:, np.isfinite(values).all(axis=0)]
        beaten = (whole[None] - whole[:, None] > entry.declared.smallest_that_matters).sum(axis=1)
        for i, regime in enumerate(regimes):
            rank = 1 + better[regime]
            rows.append(
                {
                    "outcome": name, "condition": words, "regime": regime,
                    "mean": float(np.nanmean(entry.per_seed[cells[i]])) if whole.size else float("nan"),
                    "rank": rank, "seeds_hold": _part(beaten[i] + 1 == rank),
                    "n_replicates": int(whole.shape[1]), "alone": worse[regime] == len(regimes) - 1,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(RANK_COLUMNS))


def reversals_table(pairs: pd.DataFrame, gains: Gains) -> pd.DataFrame:
    """Find the pairs of regimes that clearly swap: between two outcomes, or between two conditions.

    Returns
    -------
    DataFrame
        Columns `REVERSAL_COLUMNS`, strongest agreement first within a kind. ``kind`` is ``outcomes``
        (``within`` is
        a condition, the two ``ahead_on`` are outcomes) or ``conditions`` (the other way round).
        ``seeds_agree`` is
        the share of seeds in which a leads on the one side and b on the other. Empty when nothing swaps.
    """
    clear = pairs[pairs["ahead"] != ""]
    rows = []
    for kind, within, across in (
        ("outcomes", "condition", "outcome"),
        ("conditions", "outcome", "condition"),
    ):
        for (a, b, place), group in clear.groupby(["a", "b", within], observed=True, sort=False):
            sides = [group[group["ahead"] == winner] for winner in (a, b)]
            for one, two in product(sides[0][across], sides[1][across]):
                keys = [
                    (str(x), str(place)) if kind == "outcomes" else (str(place), str(x)) for x in (one, two)
                ]
                seeds = np.array([gains[outcome, condition, str(a), str(b)] for outcome, condition in keys])
                seeds = seeds[:, np.isfinite(seeds).all(axis=0)]
                rows.append(
                    {
                        "kind": kind, "a": a, "b": b, "within": place, "a_ahead_on": one, "b_ahead_on": two,
                        "seeds_agree": _part((seeds[0] > 0) & (seeds[1] < 0)),
                        "n_replicates": int(seeds.shape[1]),
                    }
                )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(REVERSAL_COLUMNS))
    return table.sort_values(
        ["kind", "seeds_agree"], ascending=[False, False], kind="stable", ignore_index=True
    )
