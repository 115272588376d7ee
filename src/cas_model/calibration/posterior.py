"""The posterior on what history matching leaves: drawn with emulators, weighed with runs of the model."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from cas_model.calibration.emulator import Emulators
from cas_model.calibration.history_matching import (
    Left,
    Region,
    nth_largest,
    observed_implausibility,
    run_moments,
    spread,
)
from cas_model.calibration.problem import (
    Floats,
    Ints,
    Simulator,
    Target,
    log_likelihood,
    most_likely,
    simulate,
)
from cas_model.config.errors import CasModelError, UsageError

LEAST_EFFECTIVE = 1.5
"""A sample that is worth less is one point."""
POINTS_PER_DRAW = 4
"""Points that are weighed for each that is drawn."""
GENERATIONS = 8
"""Of ABC-SMC; the last is at temperature one, where the sample is exact."""
RULED_OUT = -1e8
BATCH = 8
"""Trials of the search for a best fit that are run together."""


@dataclass(frozen=True)
class Drawn:
    """A weighted sample from the posterior as the emulators see it.

    Attributes
    ----------
    points : float array (n, parameters)
    weights : float array (n,)
        Sum to one.
    log_density : float array (n,)
        Emulated log likelihood.
    """

    points: Floats
    weights: Floats
    log_density: Floats


@dataclass(frozen=True)
class Posterior:
    """Parameter sets that were run, with their weights.

    Attributes
    ----------
    points : float array (n, parameters)
        In the unit cube.
    weights : float array (n,)
        Sum to one; 0 for a set whose runs are implausible.
    results : float array (n, replicates, statistics)
        What the model gave.
    worst : float array (n,)
        Largest implausibility of the runs.
    missed : int array (n,)
        Figures outside whose band the mean of the runs lies.
    chance : float array (statistics,)
        Variance of one run at a point.
    """

    points: Floats
    weights: Floats
    results: Floats
    worst: Floats
    missed: Ints
    chance: Floats

    @property
    def effective_size(self) -> float:
        """Kish's effective number of sets."""
        return effective_size(self.weights)

    @property
    def central(self) -> int:
        """Row of the set nearest to the weighted mean, in standard deviations, of those that miss fewest."""
        mean = self.weights @ self.points
        sd = np.sqrt(np.maximum(self.weights @ (self.points - mean) ** 2, 1e-12))
        away = (((self.points - mean) / sd) ** 2).sum(axis=1)
        accepted = self.weights > 0
        fewest = accepted & (self.missed == self.missed[accepted].min())
        return int(np.where(fewest, away, np.inf).argmin())

    def resample(self, n: int) -> list[int]:
        """Return n rows: the central set first, then equally likely ones; a row may come again."""
        rest = systematic(self.weights, n - 1) if n > 1 else []
        return [self.central, *np.random.default_rng(n).permutation(rest).astype(int).tolist()]


def effective_size(weights: Floats) -> float:
    """Return Kish's effective number of a weighted sample.

    Examples
    --------
    >>> effective_size(np.array([0.25, 0.25, 0.5]))
    2.6666666666666665
    """
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def systematic(weights: Floats, n: int) -> list[int]:
    """Return n rows, each about as often as its weight says (Kitagawa 1996), from the middle of each step.

    Examples
    --------
    >>> systematic(np.array([0.5, 0.0, 0.5]), 4)
    [0, 0, 2, 2]
    """
    steps = (np.arange(n) + 0.5) / n
    found = np.searchsorted(np.cumsum(weights) / weights.sum(), steps)
    return [int(row) for row in found]


def latest_emulators(region: Region) -> Emulators:
    """Return for each statistic the emulator of the last wave that was not refused."""
    chosen = list(region.waves[0].emulators.each)
    for wave in region.waves[1:]:
        for column in wave.emulators.usable:
            chosen[column] = wave.emulators.each[column]
    return Emulators(tuple(chosen))


def emulated_log_likelihood(emulators: Emulators, targets: Sequence[Target], points: Floats) -> Floats:
    """Return the log likelihood of points (n, parameters) as the emulators see it, chance included."""
    means, variances = emulators.predict(points)
    return log_likelihood(targets, means, variances + emulators.chance)


def draw_by_importance(left: Left, n: int, rng: np.random.Generator) -> Drawn:
    """Draw the posterior from points that are uniform over what is left: weighed, resampled, moved.

    Parameters
    ----------
    left : Left
        From history matching.
    n : int
        Points to return, about equally likely.
    rng : Generator

    Raises
    ------
    CasModelError
        One point carries all the weight, so that there is nothing to move between.
    """
    region, emulators, pool = left.region, latest_emulators(left.region), left.pool
    if len(pool) < POINTS_PER_DRAW * n:
        pool = spread(region, pool, rng, POINTS_PER_DRAW * n)
    density = emulated_log_likelihood(emulators, region.targets, pool)
    return _moved(region, pool, np.exp(density - density.max()), n, rng)


def _moved(region: Region, points: Floats, weights: Floats, n: int, rng: np.random.Generator) -> Drawn:
    """Resample a weighted sample, and move every point by steps that keep the emulated posterior.

    Notes
    -----
    Resample-move (Gilks and Berzuini 2001): points that were drawn several times part again, so that a few
    heavy ones among many parameters do not stand for all.
    """
    emulators = latest_emulators(region)

    def density(at: Floats) -> Floats:
        return emulated_log_likelihood(emulators, region.targets, at)

    if effective_size(weights) < LEAST_EFFECTIVE:
        raise CasModelError(
            f"{effective_size(weights):.1f} points carry the whole weight of {len(weights)}\n"
            "  fix: another wave, or more points in each"
        )
    moved = spread(region, points[systematic(weights, n)], rng, n, density)
    return Drawn(moved, np.full(n, 1.0 / n), density(moved))


def draw_by_abc_smc(left: Left, n: int, seed: int) -> Drawn:
    """Draw the posterior by ABC-SMC with an exact stochastic acceptor, on the emulators.

    Parameters
    ----------
    left : Left
        From history matching.
    n : int
        Particles.
    seed : int
        Of all its chance.

    Notes
    -----
    pyABC's `StochasticAcceptor` with a cooling temperature (Schaelte and Hasenauer 2020): at temperature one
    a particle is accepted with its likelihood over the greatest possible one, so that the sample is exact.
    Then resampled and moved as that by importance.
    """
    pyabc = _package("pyabc")
    variables: Any = importlib.import_module("pyabc.random_variables")
    kernels: Any = importlib.import_module("pyabc.distance.kernel")
    region, emulators = left.region, latest_emulators(left.region)
    names = [f"x{i}" for i in range(left.pool.shape[1])]
    counted = emulators.usable
    greatest = most_likely([region.targets[k] for k in counted], emulators.chance[counted])

    def point_of(parameters: Any) -> Floats:
        return np.array([[parameters[name] for name in names]])

    def run(parameters: Any) -> dict[str, float]:
        found = emulated_log_likelihood(emulators, region.targets, point_of(parameters))
        return {"log_likelihood": float(found[0])}

    class Remaining(variables.DistributionBase):  # type: ignore[misc]
        """Uniform on what is left: a point of the pool, and a constant density."""

        def rvs(self, *args: Any, **kwargs: Any) -> Any:
            row = np.random.randint(len(left.pool))  # noqa: NPY002 (pyABC's generator)
            return pyabc.Parameter(dict(zip(names, left.pool[row].tolist(), strict=True)))

        def pdf(self, x: Any) -> float:
            return float(region.contains(point_of(x))[0])

    class Kernel(kernels.StochasticKernel):  # type: ignore[misc]
        def __call__(self, x: Any, x_0: Any, t: Any = None, par: Any = None) -> float:
            return float(x["log_likelihood"])

    with _seeded(seed):
        abc = pyabc.ABCSMC(
            run, Remaining(), Kernel(ret_scale=kernels.SCALE_LOG, pdf_max=greatest), population_size=n,
            eps=pyabc.Temperature(), acceptor=pyabc.StochasticAcceptor(),
            sampler=pyabc.sampler.SingleCoreSampler(),
        )  # fmt: skip
        abc.new("sqlite://", {"log_likelihood": greatest})
        history = abc.run(max_nr_populations=GENERATIONS)
        frame, weights = history.get_distribution()
    rng = np.random.default_rng([seed, len(frame)])
    return _moved(region, frame[names].to_numpy(dtype=float), np.asarray(weights, dtype=float), n, rng)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the global generator that pyABC draws from, and keep its log quiet; put both back."""
    state, logger = np.random.get_state(), logging.getLogger("ABC")  # noqa: NPY002 (pyABC draws from it)
    level = logger.level
    logger.setLevel(logging.WARNING)
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        logger.setLevel(level)


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UsageError(
            f"the package `{name}` is not installed", where="calibration",
            fix="pip install 'cas-model[calibration]'",
        ) from None  # fmt: skip


def weigh_with_runs(
    drawn: Drawn, values: Floats, chance: Floats, targets: Sequence[Target], cutoff: float,
    counted: Sequence[int],
) -> Posterior:  # fmt: skip
    """Turn a sample of the emulated posterior into one of the model's, by runs at its points.

    Parameters
    ----------
    drawn : Drawn
        Points and how likely the emulators find them.
    values : float array (n, replicates, statistics)
        Runs at the points.
    chance : float array (statistics,)
        Variance of one run.
    targets : sequence of Target
    cutoff : float
        A set whose runs are more implausible than this is not accepted.
    counted : sequence of int
        Statistics that are not set aside.

    Notes
    -----
    Importance weights: likelihood of the runs over likelihood by the emulators.
    """
    seen = values[:, :, counted]
    asked, noise = [targets[k] for k in counted], chance[list(counted)]
    means, variances = run_moments(seen, noise)
    ratio = log_likelihood(asked, means, variances) - drawn.log_density
    worst = nth_largest(observed_implausibility(seen, noise, asked), 1)
    outside = [target.misses(means[:, k]) > 0 for k, target in enumerate(asked)]
    weights = np.zeros(len(ratio))
    accepted = (worst <= cutoff) & np.isfinite(means).all(axis=1)
    if accepted.any():
        weights[accepted] = drawn.weights[accepted] * np.exp(ratio[accepted] - ratio[accepted].max())
        weights /= weights.sum()
    return Posterior(drawn.points, weights, values, worst, np.sum(outside, axis=0), chance)


@dataclass(frozen=True)
class BestFit:
    """One point that fits best, for those who want a single one.

    Attributes
    ----------
    point : float array (parameters,)
    log_likelihood : float
        Of its runs.
    results : float array (statistics,)
        Means of its runs.
    trials : int
        Points tried.
    """

    point: Floats
    log_likelihood: float
    results: Floats
    trials: int


def search_best_fit(
    simulator: Simulator, posterior: Posterior, targets: Sequence[Target],
    counted: Sequence[int], *,
    trials: int, replicates: int, seed: int, told: Callable[[int], None] | None = None,
) -> BestFit:  # fmt: skip
    """Search the most likely point with Optuna, from the best accepted sets on.

    Parameters
    ----------
    simulator : Simulator
        The model, several trials at a time.
    posterior : Posterior
        Where to start.
    targets : sequence of Target
    counted : sequence of int
        Statistics that are not set aside.
    trials, replicates : int
        Points to try, and seeds at each.
    seed : int
    told : callable, optional
        Called with the trials done.
    """
    optuna = _package("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    names = [f"x{i}" for i in range(posterior.points.shape[1])]
    space = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names}
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    for row in np.argsort(-posterior.weights, kind="stable")[: min(BATCH, trials)]:
        study.enqueue_trial(dict(zip(names, posterior.points[row].tolist(), strict=True)))
    best: BestFit | None = None
    done = 0
    while done < trials:
        asked = [study.ask(space) for _ in range(min(BATCH, trials - done))]
        points = np.array([[trial.params[name] for name in names] for trial in asked])
        values = simulate(simulator, points, replicates, (seed, done))
        means, variances = run_moments(values, posterior.chance)
        asked_of = [targets[k] for k in counted]
        found = log_likelihood(asked_of, means[:, counted], variances[:, counted])
        for trial, point, value, mean in zip(asked, points, found, means, strict=True):
            whole = bool(np.isfinite(mean[counted]).all())
            study.tell(trial, float(value) if whole else RULED_OUT)
            if whole and (best is None or value > best.log_likelihood):
                best = BestFit(point, float(value), mean, 0)
        done += len(asked)
        if told is not None:
            told(done)
    if best is None:
        raise CasModelError("no trial gave every statistic")
    return BestFit(best.point, best.log_likelihood, best.results, done)
