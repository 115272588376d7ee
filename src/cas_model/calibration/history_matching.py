"""History matching: ruling out, wave by wave, parameters whose results cannot be the published ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from cas_model.calibration.emulator import Emulators
from cas_model.calibration.problem import Flags, Floats, Target

CUTOFF = 3.0
"""At least 95 % of any unimodal distribution lies within three standard deviations (Pukelsheim 1994)."""
CANDIDATES = 4096
"""Points of the cube with which the first wave's share is measured."""
POOL = 1024
"""Points, about uniform over what is left, that stand for it."""
SWEEPS = 30
LEAST_SEEDS = 8
"""Plausible points from which the rest can be reached."""


def implausibility(emulators: Emulators, targets: Sequence[Target], points: Floats) -> Floats:
    """Return how many standard deviations each expected statistic is from its target.

    Parameters
    ----------
    emulators : Emulators
        One per target.
    targets : sequence of Target
    points : float array (n, parameters)

    Returns
    -------
    float array (n, statistics)
        NaN where the emulator was refused.

    Notes
    -----
    I = |z - E| / sqrt(V_emulator + V_stochastic + V_discrepancy + V_observation) (Vernon, Goldstein and Bower
    2010; Andrianakis et al. 2015); the distance is 0 inside a target's band.
    """
    means, variances = emulators.predict(points)
    return _standardised(means, variances + emulators.chance, targets)


def observed_implausibility(values: Floats, chance: Floats, targets: Sequence[Target]) -> Floats:
    """Return the implausibility of points that were run, without an emulator.

    Parameters
    ----------
    values : float array (n, replicates, statistics)
        NaN where undefined.
    chance : float array (statistics,)
        Variance of one run.
    targets : sequence of Target

    Returns
    -------
    float array (n, statistics)
        NaN where no run of a point defines the statistic.
    """
    means, variances = run_moments(values, chance)
    return _standardised(means, variances, targets)


def run_moments(values: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Return means over replicates, and the variance of a new run around them (n, statistics)."""
    counts = np.isfinite(values).sum(axis=1)
    sums = np.nansum(values, axis=1)
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return means, chance * (1.0 + 1.0 / np.maximum(counts, 1))


def _standardised(means: Floats, variances: Floats, targets: Sequence[Target]) -> Floats:
    columns = [
        target.misses(means[:, k]) / np.sqrt(variances[:, k] + target.sd**2)
        for k, target in enumerate(targets)
    ]
    return np.column_stack(columns)


def nth_largest(values: Floats, n: int) -> Floats:
    """Return the n-th largest of each row, NaN left out (-inf when there are fewer).

    Examples
    --------
    >>> nth_largest(np.array([[1.0, 5.0, 3.0], [2.0, np.nan, np.nan]]), 2).tolist()
    [3.0, -inf]
    """
    if n > values.shape[1]:
        return np.full(len(values), -np.inf)
    filled = np.where(np.isnan(values), -np.inf, values)
    return np.sort(filled, axis=1)[:, -n]


@dataclass(frozen=True)
class Wave:
    """The runs of one wave and what it rules out.

    Attributes
    ----------
    points : float array (n, parameters)
        That were run.
    results : float array (n, replicates, statistics)
        What they gave.
    emulators : Emulators
        Fitted to them.
    order : int
        1 rules out by the largest implausibility, 2 by the second largest, which forgives one emulator or
        target.
    """

    points: Floats
    results: Floats
    emulators: Emulators
    order: int


@dataclass(frozen=True)
class Region:
    """What no wave has ruled out.

    Attributes
    ----------
    waves : tuple of Wave
        So far; none means the whole cube.
    targets : tuple of Target
    cutoff : float
        Largest implausibility that stays.
    """

    waves: tuple[Wave, ...]
    targets: tuple[Target, ...]
    cutoff: float = CUTOFF

    def contains(self, points: Floats) -> Flags:
        """Return which points (n, parameters) are inside the cube and not ruled out."""
        inside: Flags = np.asarray(((points >= 0.0) & (points <= 1.0)).all(axis=1))
        # The latest wave rules out most, so it is asked first; what is ruled out is asked no more.
        for wave in reversed(self.waves):
            missed = np.zeros(len(points), dtype=int)
            for column in wave.emulators.usable:
                rows = np.nonzero(inside)[0]
                if not len(rows):
                    return inside
                emulator, target = wave.emulators.each[column], self.targets[column]
                mean, variance = emulator.predict(points[rows])
                far = target.misses(mean) / np.sqrt(variance + emulator.chance + target.sd**2)
                missed[rows] += far > self.cutoff
                inside[rows] = missed[rows] < wave.order
        return inside

    def and_not(self, wave: Wave) -> Region:
        """Return the region after one more wave."""
        return Region((*self.waves, wave), self.targets, self.cutoff)


@dataclass(frozen=True)
class Left:
    """A region and how large it is.

    Attributes
    ----------
    region : Region
    pool : float array (POOL, parameters)
        About uniform over it; empty when nothing is left.
    share : float
        Of the whole cube.
    relative_error : float
        Standard error of the share relative to it.
    """

    region: Region
    pool: Floats
    share: float
    relative_error: float


def whole_cube(targets: Sequence[Target], n_parameters: int, cutoff: float, seed: int) -> Left:
    """Return the state before the first wave."""
    pool = qmc.Sobol(n_parameters, rng=np.random.default_rng(seed)).random(CANDIDATES)
    return Left(Region((), tuple(targets), cutoff), pool, 1.0, 0.0)


def rule_out(left: Left, wave: Wave, rng: np.random.Generator) -> Left:
    """Apply a wave: measure what it leaves of the region, and fill that evenly again.

    Parameters
    ----------
    left : Left
        Before the wave.
    wave : Wave
        Its runs and emulators.
    rng : Generator
        Of the filling.
    """
    region = left.region.and_not(wave)
    survivors = left.pool[region.contains(left.pool)]
    counted = len(survivors)
    if counted < LEAST_SEEDS:
        survivors = _reached(region, left.pool, survivors, rng)
    # What only a search finds is less than one point of the pool stands for, and not nothing.
    part = max(counted, min(len(survivors), 1)) / len(left.pool)
    error = np.sqrt((1.0 - part) / max(counted, 1))
    pool = spread(region, survivors, rng) if len(survivors) else survivors
    return Left(region, pool, left.share * part, float(np.hypot(left.relative_error, error)))


def _reached(region: Region, pool: Floats, survivors: Floats, rng: np.random.Generator) -> Floats:
    """Look for plausible points around the least implausible ones, when hardly any candidate is plausible."""
    latest = region.waves[-1]
    found = [survivors]
    scale = 0.1
    for _ in range(8):
        worst = nth_largest(implausibility(latest.emulators, region.targets, pool), latest.order)
        best = pool[np.argsort(worst, kind="stable")[:64]]
        pool = np.vstack([best, np.clip(
            np.repeat(best, 16, axis=0) + rng.normal(0.0, scale, (len(best) * 16, best.shape[1])), 0.0, 1.0
        )])  # fmt: skip
        found.append(pool[region.contains(pool)])
        scale *= 0.8
    return np.unique(np.vstack(found), axis=0)


def spread(
    region: Region, seeds: Floats, rng: np.random.Generator, size: int = POOL,
    log_density: Callable[[Floats], Floats] | None = None,
) -> Floats:  # fmt: skip
    """Return points about uniform over a region, or as a density says, from some that lie in it.

    Parameters
    ----------
    region : Region
    seeds : float array (m, parameters)
        In the region.
    rng : Generator
    size : int
        Points to return.
    log_density : callable, optional
        From points (n, parameters) to the logarithm of a density; uniform when left out.

    Notes
    -----
    Metropolis steps along differences of two fixed members (ter Braak 2006) or along one axis; both
    proposals are symmetric, so that the distribution is kept.
    """
    n_seeds, d = seeds.shape
    pool = seeds[rng.integers(n_seeds, size=size)] if n_seeds < size else rng.permutation(seeds)[:size]
    if log_density is None and len(np.unique(pool, axis=0)) == size:
        return pool
    level = np.zeros(size) if log_density is None else log_density(pool)
    width = np.maximum(seeds.std(axis=0), 0.02)
    for _ in range(SWEEPS):
        a, b = rng.integers(n_seeds, size=(2, size))
        step = rng.uniform(0.2, 1.2, (size, 1)) * (seeds[a] - seeds[b]) * 2.38 / np.sqrt(2 * d)
        alone = rng.random(size) < 0.5
        axis = np.zeros((size, d))
        axis[np.arange(size), rng.integers(d, size=size)] = rng.normal(0.0, 1.0, size)
        step = np.where(alone[:, None], axis * width, step + rng.normal(0.0, 0.1, (size, d)) * width)
        proposed = pool + step
        accepted = region.contains(proposed)
        if log_density is not None:
            rows = np.nonzero(accepted)[0]
            found = log_density(proposed[rows])
            higher = np.log(rng.random(len(rows))) < found - level[rows]
            accepted[rows] = higher
            level[rows[higher]] = found[higher]
        pool[accepted] = proposed[accepted]
    return pool


def space_filling(pool: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Return n points of a pool that are far from one another: each the farthest from those before it.

    Parameters
    ----------
    pool : float array (m, parameters)
    n : int
        At most m.
    rng : Generator
        Of the first.
    """
    chosen = [int(rng.integers(len(pool)))]
    nearest = np.full(len(pool), np.inf)
    while len(chosen) < min(n, len(pool)):
        nearest = np.minimum(nearest, ((pool - pool[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(nearest.argmax()))
    return pool[chosen]
