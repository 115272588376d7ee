"""Sensitivity indices of one series of results: SALib's methods, as rows of one shape."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from cas_model.experiments.sensitivity.sampling import (
    FAST_HARMONICS,
    MORRIS_LEVELS,
    Floats,
    Method,
    points_per_sample,
    unit_problem,
)
from cas_model.experiments.sensitivity.study import GivenData

RESAMPLES = 100
DELTA_RESAMPLES = 20
PAWN_SLICES = 10
PAWN_RESAMPLES = 20
"""SALib gives PAWN no interval; so many bootstrap samples of its points do."""
Z95 = 1.959963984540054
LEADING = {
    "sobol": "ST", "morris": "mu_star", "fast": "ST", "rbd_fast": "S1", "pawn": "median", "delta": "delta",
}  # fmt: skip
"""The index by which factors are ordered, and by which convergence is judged."""
IndexRow = tuple[str, str, str, str, float, float]
"""Method, index, factor, second factor (of a pair) or nothing, value, half of its 95 % interval."""


@dataclass(frozen=True)
class Sample:
    """A design, or its first part, as the methods need it.

    Attributes
    ----------
    method : str
        The design.
    keys : tuple of str
        Names of the factors.
    unit : float array (points, factors)
        In the unit cube.
    second_order : bool
        Of a Sobol design.
    seed : int
        Of bootstrap resampling; not 0, which SALib reads as none.
    """

    method: Method
    keys: tuple[str, ...]
    unit: Floats
    second_order: bool
    seed: int

    @property
    def n(self) -> int:
        """Whole samples in it."""
        return len(self.unit) // points_per_sample(self.method, len(self.keys), self.second_order)

    def first(self, n: int) -> Sample:
        """Return its first n samples."""
        points = n * points_per_sample(self.method, len(self.keys), self.second_order)
        return Sample(self.method, self.keys, self.unit[:points], self.second_order, self.seed)


@contextmanager
def _own_chance_and_warnings() -> Iterator[None]:
    """Keep SALib from leaving its warning format, filters and seed behind for everybody."""
    state, shown = np.random.get_state(), warnings.formatwarning  # noqa: NPY002 (SALib draws from it)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        warnings.formatwarning = shown
        np.random.set_state(state)  # noqa: NPY002


def _rows(
    method: str, keys: Sequence[str], found: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[IndexRow]:
    """Yield rows of the indices in `names` (SALib's name -> ours), with their ``_conf`` where it is known."""
    for theirs, ours in names.items():
        halves = found.get(f"{theirs}_conf", [float("nan")] * len(keys))
        for key, value, half in zip(keys, found[theirs], halves, strict=True):
            yield method, ours, key, "", float(value), float(half)


def sobol_rows(sample: Sample, y: Floats, *, pairs: bool = True) -> list[IndexRow]:
    """Return S1, ST and S2: shares of variance alone, in all, and of pairs (Saltelli et al. 2010)."""
    from SALib.analyze import sobol

    keys, problem = sample.keys, unit_problem(len(sample.keys))
    if sample.second_order and not pairs:
        # Without pairs, the rows that serve them alone are dropped: A, AB of each factor, B.
        d = len(keys)
        y = y.reshape(-1, 2 * d + 2)[:, [*range(d + 1), 2 * d + 1]].ravel()
    second = sample.second_order and pairs
    found = sobol.analyze(problem, y, calc_second_order=second, num_resamples=RESAMPLES, seed=sample.seed)
    rows = list(_rows("sobol", keys, found, {"S1": "S1", "ST": "ST"}))
    if second:
        for i, j in zip(*np.triu_indices(len(keys), 1), strict=True):
            rows.append(
                ("sobol", "S2", keys[i], keys[j], float(found["S2"][i, j]), float(found["S2_conf"][i, j]))
            )
    return rows


def morris_rows(sample: Sample, y: Floats) -> list[IndexRow]:
    """Return mu, mu* and sigma of the elementary effects, per full range of a factor (Morris 1991)."""
    from SALib.analyze import morris

    found = morris.analyze(
        unit_problem(len(sample.keys)), sample.unit, y, num_levels=MORRIS_LEVELS, num_resamples=RESAMPLES,
        seed=sample.seed,
    )  # fmt: skip
    return list(_rows("morris", sample.keys, found, {"mu_star": "mu_star", "mu": "mu", "sigma": "sigma"}))


def fast_rows(sample: Sample, y: Floats) -> list[IndexRow]:
    """Return S1 and ST of extended FAST, without SALib's intervals, which it calls unreliable (issue 649)."""
    from SALib.analyze import fast

    found = fast.analyze(
        unit_problem(len(sample.keys)), y, M=FAST_HARMONICS, num_resamples=2, seed=sample.seed
    )
    kept = {name: found[name] for name in ("S1", "ST")}
    return list(_rows("fast", sample.keys, kept, {"S1": "S1", "ST": "ST"}))


def rbd_fast_rows(sample: Sample, y: Floats) -> list[IndexRow]:
    """Return S1 by random balance designs (Tarantola, Gatelli and Mara 2006)."""
    from SALib.analyze import rbd_fast

    problem = unit_problem(len(sample.keys))
    found = rbd_fast.analyze(problem, sample.unit, y, num_resamples=RESAMPLES, seed=sample.seed)
    return list(_rows("rbd_fast", sample.keys, found, {"S1": "S1"}))


def pawn_rows(sample: Sample, y: Floats) -> list[IndexRow]:
    """Return PAWN's median and maximum: how far a factor moves the whole distribution (0 to 1)."""
    from SALib.analyze import pawn

    problem = unit_problem(len(sample.keys))
    found = pawn.analyze(problem, sample.unit, y, S=PAWN_SLICES, seed=sample.seed)
    rng = np.random.default_rng(sample.seed)
    drawn = []
    for _ in range(PAWN_RESAMPLES):
        chosen = rng.integers(len(y), size=len(y))
        again = pawn.analyze(problem, sample.unit[chosen], y[chosen], S=PAWN_SLICES, seed=sample.seed)
        drawn.append([again["median"], again["maximum"]])
    half = Z95 * np.std(drawn, axis=0, ddof=1)
    whole = {**found, "median_conf": half[0], "maximum_conf": half[1]}
    return list(_rows("pawn", sample.keys, whole, {"median": "median", "maximum": "maximum"}))


def delta_rows(sample: Sample, y: Floats) -> list[IndexRow]:
    """Return Borgonovo's delta from given data: the shift of the density that a factor causes (0 to 1)."""
    from SALib.analyze import delta

    problem = unit_problem(len(sample.keys))
    found = delta.analyze(
        problem, sample.unit, y, num_resamples=DELTA_RESAMPLES, method="delta", seed=sample.seed
    )
    name = "delta_raw" if "delta_raw" in found else "delta"
    return list(_rows("delta", sample.keys, found, {name: "delta"}))


_GIVEN: dict[GivenData, Callable[[Sample, Floats], list[IndexRow]]] = {
    "rbd_fast": rbd_fast_rows,
    "pawn": pawn_rows,
    "delta": delta_rows,
}


def index_rows(
    sample: Sample, y: Floats, analyses: Sequence[GivenData], *, brief: bool = False
) -> list[IndexRow]:
    """Return every index that a design gives.

    Parameters
    ----------
    sample : Sample
        The design.
    y : float array (points,)
        Finite, and not constant.
    analyses : sequence of str
        Given-data methods to apply as well.
    brief : bool
        Without pairs and without the slow densities (PAWN, DELTA): for years and parts of the design.
    """
    with _own_chance_and_warnings():
        rows: list[IndexRow] = []
        if sample.method == "sobol":
            rows += sobol_rows(sample, y, pairs=not brief)
        elif sample.method == "morris":
            rows += morris_rows(sample, y)
        elif sample.method == "fast":
            rows += fast_rows(sample, y)
        for name in analyses:
            if not brief or name == "rbd_fast":
                rows += _GIVEN[name](sample, y)
        return rows
