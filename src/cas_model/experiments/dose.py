"""Dose and response in a factorial: what each level on an axis does, and which one is best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.experiments.design import JOIN, Cell, Experiment, Factor
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.factorial import CellValues

Floats = NDArray[np.float64]
RESAMPLES = 400
DOSE_COLUMNS = (
    "outcome", "condition", "level", "at", "mean", "response", "low", "high", "part", "part_low", "part_high",
    "even", "n_replicates",
)  # fmt: skip
OPTIMUM_COLUMNS = (
    "outcome", "condition", "best_at", "best_low", "best_high", "above_first", "above_first_low",
    "above_first_high", "above_last", "above_last_low", "above_last_high", "where", "n_replicates",
)  # fmt: skip
INSIDE, PERHAPS, FIRST, LAST, FLAT = "inside", "perhaps inside", "at the first", "at the last", "flat"
"""Where the best level lies. Inside: surely neither end, and clearly better than both."""


def dosed_factor(experiment: Experiment) -> Factor | None:
    """Return the factor whose levels lie on an axis, when there is one."""
    return next((factor for factor in experiment.factors if factor.places), None)


def _curves(experiment: Experiment, dosed: Factor) -> Iterator[tuple[str, list[int]]]:
    """Yield the levels of all other factors, and the rows of the cells along the axis."""
    place = experiment.factors.index(dosed)
    along = dict(zip(dosed.levels, dosed.places, strict=True))

    def others(cell: Cell) -> tuple[str, ...]:
        return cell.levels[:place] + cell.levels[place + 1 :]

    for chosen in dict.fromkeys(others(cell) for cell in experiment.cells):
        rows = [i for i, cell in enumerate(experiment.cells) if others(cell) == chosen]
        yield JOIN.join(chosen), sorted(rows, key=lambda i: along[experiment.cells[i].levels[place]])


def dose_tables(experiment: Experiment, outcomes: Sequence[CellValues]) -> dict[str, pd.DataFrame]:
    """Measure the response to every dose, and find the best one.

    Parameters
    ----------
    experiment : Experiment
        With at most one factor on an axis.
    outcomes : sequence of CellValues
        Values per cell and seed.

    Returns
    -------
    dict of str to DataFrame
        ``doses`` (`DOSE_COLUMNS`): per level, along the axis, the paired difference from the lowest one, and
        which ``part`` it is of the response to the highest (bootstrap interval over seeds; NaN where that
        does nothing clear), beside the part that an ``even`` response would have. ``optima``
        (`OPTIMUM_COLUMNS`): the best level with its bootstrap interval, how much better it is than either
        end, and `INSIDE`, `PERHAPS`, `FIRST`, `LAST` or `FLAT`. Both are empty without a factor on an axis.
    """
    dosed = dosed_factor(experiment)
    doses: list[dict[str, Any]] = []
    optima: list[dict[str, Any]] = []
    for condition, cells in _curves(experiment, dosed) if dosed else ():
        assert dosed is not None
        along = sorted(zip(dosed.places, dosed.levels, strict=True))
        places = np.array([at for at, _ in along])
        for entry in outcomes:
            values = entry.per_seed[cells]
            values = values[:, np.isfinite(values).all(axis=0)]
            if values.shape[1] < 2:
                continue
            named = {"outcome": entry.declared.name, "condition": condition}
            smallest = entry.declared.smallest_that_matters
            rows = zip(along, _responses(values, places, smallest), strict=True)
            doses.extend({**named, "level": level, **row} for (_, level), row in rows)
            if entry.declared.direction:
                optima.append({**named, **optimum(entry.declared.direction * values, places, smallest)})
    return {
        "doses": pd.DataFrame(doses, columns=list(DOSE_COLUMNS)),
        "optima": pd.DataFrame(optima, columns=list(OPTIMUM_COLUMNS)),
    }


def _drawn(values: Floats) -> Floats:
    """Return the means of resampled seeds, shape (RESAMPLES, levels)."""
    rng = np.random.default_rng(0)  # which seeds a sample holds says nothing about the model
    seeds = values.shape[1]
    chosen = rng.integers(0, seeds, (RESAMPLES, seeds))
    means: Floats = values[:, chosen].mean(axis=2).T
    return means


def _spread(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def _responses(values: Floats, places: Floats, smallest: float) -> list[dict[str, Any]]:
    response = values - values[0]
    whole = paired_interval(np.zeros(values.shape[1]), response[-1])
    answers = whole[0] > smallest or whole[1] < -smallest
    drawn = _drawn(response)
    rows = []
    for level, place in enumerate(places):
        low, high = paired_interval(np.zeros(values.shape[1]), response[level])
        part = (float("nan"),) * 3
        if answers:
            middle = float(response[level].mean() / response[-1].mean())
            part = (middle, *_spread(drawn[:, level] / drawn[:, -1]))
        rows.append(
            {
                "at": float(place), "mean": float(values[level].mean()),
                "response": float(response[level].mean()), "low": low, "high": high,
                "part": part[0], "part_low": part[1], "part_high": part[2],
                "even": float((place - places[0]) / (places[-1] - places[0])),
                "n_replicates": values.shape[1],
            }
        )  # fmt: skip
    return rows


def optimum(gains: Floats, places: Floats, smallest: float) -> dict[str, Any]:
    """Find the level with the highest mean, and say whether it surely lies between the ends.

    Parameters
    ----------
    gains : float array (levels, seeds)
        More is better.
    places : float array (levels,)
        Of the levels on the axis, rising.
    smallest : float
        The smallest difference that matters.

    Examples
    --------
    >>> gains = np.array([[0.0, 0.1], [1.0, 1.2], [0.2, 0.1]])
    >>> found = optimum(gains, np.array([1.0, 2.0, 3.0]), 0.1)
    >>> found["best_at"], found["best_low"], found["best_high"], found["where"]
    (2.0, 2.0, 2.0, 'perhaps inside')
    """
    best = int(gains.mean(axis=1).argmax())
    at_low, at_high = _spread(places[_drawn(gains).argmax(axis=1)])
    zeros = np.zeros(gains.shape[1])
    above = {
        end: (float((gains[best] - gains[row]).mean()), *paired_interval(zeros, gains[best] - gains[row]))
        for end, row in (("first", 0), ("last", -1))
    }
    worst = int(gains.mean(axis=1).argmin())
    differs = paired_interval(zeros, gains[best] - gains[worst])[0] > smallest
    clear = all(interval[1] > smallest for interval in above.values())
    if not differs:
        where = FLAT
    elif best in (0, len(places) - 1):
        where = FIRST if best == 0 else LAST
    else:
        where = INSIDE if clear and places[0] < at_low and at_high < places[-1] else PERHAPS
    row: dict[str, Any] = {"best_at": float(places[best]), "best_low": at_low, "best_high": at_high}
    for end, (middle, low, high) in above.items():
        row |= {f"above_{end}": middle, f"above_{end}_low": low, f"above_{end}_high": high}
    return {**row, "where": where, "n_replicates": gains.shape[1]}
