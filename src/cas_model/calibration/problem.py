"""What a calibration asks: a simulator, published targets, and how far a simulated figure is from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from cas_model.config.errors import UsageError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NARROW = 1e-6
"""A band narrower than this many standard deviations is a point."""


class Simulator(Protocol):
    """Turns parameters and seeds into summary statistics."""

    def __call__(self, points: Floats, seeds: Ints) -> Floats:
        """Run the model once per row.

        Parameters
        ----------
        points : float array (n, parameters)
            In the unit cube.
        seeds : int array (n,)
            Of chance.

        Returns
        -------
        float array (n, statistics)
            NaN where a statistic is undefined or a run failed.
        """
        ...


@dataclass(frozen=True)
class Target:
    """A published figure that one statistic is compared with.

    Attributes
    ----------
    name : str
        Of the statistic.
    low, high : float
        Band in which the true figure lies with equal chance; equal for a point estimate.
    sd : float
        Standard deviation of observation error and model discrepancy together, in the statistic's unit.
    """

    name: str
    low: float
    high: float
    sd: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.high, self.sd]).all() and self.low <= self.high and self.sd > 0):
            raise UsageError(
                f"`{self.name}` is to lie in {self.low:g} to {self.high:g}, standard deviation {self.sd:g}",
                where="target", allowed="finite numbers, low up to high, and a deviation above 0",
            )  # fmt: skip

    @classmethod
    def point(cls, name: str, value: float, sd: float) -> Target:
        """Return the target of a point estimate."""
        return cls(name, value, value, sd)

    def misses(self, values: Floats) -> Floats:
        """Return the distance from the band, 0 inside it.

        Examples
        --------
        >>> Target("y", 1.0, 2.0, 0.5).misses(np.array([0.5, 1.5, 4.0])).tolist()
        [0.5, 0.0, 2.0]
        """
        return np.maximum(np.maximum(self.low - values, values - self.high), 0.0)

    def log_likelihood(self, mean: Floats, variance: Floats | float) -> Floats:
        """Return log p(figure | model) when the model's value is normal and the figure uniform on the band.

        Parameters
        ----------
        mean : float array (n,)
            Expected value of the statistic.
        variance : float array (n,) or float
            Of emulator, chance, discrepancy and observation together.

        Notes
        -----
        log[(Phi((high - m)/s) - Phi((low - m)/s)) / (high - low)]; the normal density for a point.
        """
        s = np.sqrt(variance)
        width = self.high - self.low
        z = np.asarray(-self.misses(mean) / s)
        if width <= NARROW * self.sd:
            return np.asarray(-0.5 * z**2 - np.log(s) - 0.5 * np.log(2.0 * np.pi))
        # From the nearer end, so that far tails do not cancel.
        inside = z == 0.0
        both = ndtr((self.high - mean) / s) - ndtr((self.low - mean) / s)
        upper = log_ndtr(z)
        tail = upper + np.log1p(-np.exp(np.minimum(log_ndtr(z - width / s) - upper, -1e-300)))
        return np.asarray(np.where(inside, np.log(np.maximum(both, 1e-300)), tail) - np.log(width))


def log_likelihood(targets: Sequence[Target], means: Floats, variances: Floats) -> Floats:
    """Return the sum over targets; a statistic that is NaN does not count.

    Parameters
    ----------
    targets : sequence of Target
        One per column.
    means : float array (n, statistics)
    variances : float array (n, statistics)
        Without the targets' own, which is added here.
    """
    total = np.zeros(len(means))
    for column, target in enumerate(targets):
        part = target.log_likelihood(means[:, column], variances[:, column] + target.sd**2)
        total += np.nan_to_num(part, nan=0.0, neginf=-1e300)
    return total


def most_likely(targets: Sequence[Target], variances: Floats) -> float:
    """Return the greatest value that `log_likelihood` can take when variances are at least these."""
    centres = np.array([[(target.low + target.high) / 2.0 for target in targets]])
    return float(log_likelihood(targets, centres, variances[None, :])[0])


def simulate(simulator: Simulator, points: Floats, replicates: int, seed: Sequence[int]) -> Floats:
    """Run every point with several seeds of its own.

    Parameters
    ----------
    simulator : Simulator
        The model.
    points : float array (n, parameters)
        In the unit cube.
    replicates : int
        Seeds per point.
    seed : sequence of int
        From which all seeds follow; give each stage of a calibration another.

    Returns
    -------
    float array (n, replicates, statistics)
    """
    n = len(points)
    spawned = np.random.SeedSequence(list(seed)).generate_state(n * replicates, np.uint64)
    seeds = (spawned >> np.uint64(2)).astype(np.int64)
    values = simulator(np.repeat(points, replicates, axis=0), seeds)
    return np.asarray(values).reshape(n, replicates, -1)
