"""Simulators that cost nothing, with known answers, to test a calibration with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cas_model.calibration.problem import Floats, Ints

Moments = tuple[Floats, Floats]


def _noise(seeds: Ints, width: int) -> Floats:
    return np.array([np.random.default_rng(int(seed)).standard_normal(width) for seed in seeds])


@dataclass
class Linear:
    """y = A x + chance: two parameters of three act, on three statistics.

    Attributes
    ----------
    chance : float
        Standard deviation of a run.
    runs : int
        Counted.
    """

    chance: float = 0.05
    runs: int = field(default=0)

    matrix = np.array([[1.0, 0.4, 0.0], [0.2, 1.0, 0.0], [0.8, -0.6, 0.0]])

    def expected(self, points: Floats) -> Floats:
        return np.asarray(points @ self.matrix.T)

    def __call__(self, points: Floats, seeds: Ints) -> Floats:
        self.runs += len(points)
        return self.expected(points) + self.chance * _noise(seeds, 3)


@dataclass
class Curved:
    """A nonlinear stochastic model of two parameters: a saturating curve, a bend and a count."""

    chance: float = 0.03

    def expected(self, points: Floats) -> Floats:
        a, b = points[:, 0], points[:, 1]
        return np.column_stack([1.0 - np.exp(-3.0 * a), np.sin(2.5 * b) + 0.5 * a * b, a / (0.4 + b)])

    def __call__(self, points: Floats, seeds: Ints) -> Floats:
        return self.expected(points) + self.chance * _noise(seeds, 3)


@dataclass
class Padded:
    """A toy with parameters more than it uses; those left out stand in the middle of their range."""

    toy: Linear | Curved
    columns: list[int]
    width: int
    failing: float = 0.0
    loose: list[int] = field(default_factory=list)

    def keeping(self, columns: Sequence[int], scattered: Sequence[int] = ()) -> Padded:
        kept, loose = ([self.columns[c] for c in part] for part in (columns, scattered))
        return Padded(self.toy, kept, self.width, self.failing, loose)

    def __call__(self, points: Floats, seeds: Ints) -> Floats:
        whole = np.full((len(points), self.width), 0.5)
        whole[:, self.columns] = points
        for row, seed in enumerate(seeds):
            whole[row, self.loose] = np.random.default_rng([int(seed), 1]).random(len(self.loose))
        values = self.toy(whole, seeds)
        values[seeds % 1000 < 1000 * self.failing] = np.nan
        return values
