"""Emulators: a Gaussian process per statistic that says what the model would give, and how sure that is."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from cas_model.calibration.problem import Floats
from cas_model.config.errors import CasModelError, UsageError

HELD_OUT = 0.2
"""Share of the points that the first fit does not see."""
WIDE = 3.0
"""Standardised errors beyond this are rare: 0.3 % of normal ones."""
RARE = 0.02
"""Share of such errors that is still borne (assumption; any unimodal distribution has at most 5 %)."""
MOST_RMS = 2.0
"""Root mean square of standardised errors above which an emulator is too sure of itself."""
LEAST_POINTS = 10
ACTIVE = 2.0
"""Standard errors from nought at which an input counts as active; one idle input in ten does."""
CONSTANT = 1e-12
NOTHING = np.arange(0)


def learning_library(module: str) -> Any:
    """Import a module of scikit-learn.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise UsageError(
            "the package `scikit-learn` is not installed", where="calibration",
            fix="pip install 'cas-model[calibration]'",
        ) from None  # fmt: skip


@dataclass(frozen=True)
class Check:
    """How an emulator fares on runs it has not seen.

    Attributes
    ----------
    n_points, n_undefined : int
        Points it was fitted to, and those left out because the statistic is undefined there.
    explained : float
        Share of variance predicted when a point is left out (Q2; at most 1, negative when useless).
    beyond_3 : float
        Share of standardised leave-one-out errors beyond 3.
    rms, rms_held_out : float
        Root mean square of standardised errors: one when honest, above when too sure.
    noise_share : float
        Part of the variance between points that is chance.
    refusal : str
        Why the emulator may not rule anything out; empty when it may.
    """

    n_points: int
    n_undefined: int
    explained: float
    beyond_3: float
    rms: float
    rms_held_out: float
    noise_share: float
    refusal: str


@dataclass(frozen=True)
class Emulator:
    """A Gaussian process for the mean of one statistic over chance.

    Attributes
    ----------
    process : sklearn GaussianProcessRegressor or None
        Of the standardised mean, over the active inputs; None when the statistic is constant.
    active : int array
        Columns of a point that it looks at.
    centre, scale : float
        Of the standardisation.
    noise : float
        Variance that chance gives the mean of a point's replicates, standardised; what else scatters around
        the process, such as inputs that are not active, counts as error of the emulator.
    chance : float
        Variance of one run around its expectation, in the statistic's unit squared.
    check : Check
        Its validation.
    """

    process: Any
    active: NDArray[np.int64]
    centre: float
    scale: float
    noise: float
    chance: float
    check: Check

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the expected statistic at points (n, parameters)."""
        if self.process is None:
            return np.full(len(points), self.centre), np.zeros(len(points))
        mean, sd = self.process.predict(points[:, self.active], return_std=True)
        variance = np.maximum(sd**2 - self.noise, 0.0)
        return self.centre + self.scale * mean, self.scale**2 * variance


@dataclass(frozen=True)
class Emulators:
    """One emulator per statistic.

    Attributes
    ----------
    each : tuple of Emulator
        In the order of the statistics.
    """

    each: tuple[Emulator, ...]

    @property
    def chance(self) -> Floats:
        """Variance of one run per statistic, shape (statistics,)."""
        return np.array([emulator.chance for emulator in self.each])

    @property
    def usable(self) -> list[int]:
        """Columns whose emulator was not refused."""
        return [column for column, emulator in enumerate(self.each) if not emulator.check.refusal]

    def without(self, columns: Sequence[int], why: str) -> Emulators:
        """Return the emulators with some more refused, for a reason."""
        kept = list(self.each)
        for column in columns:
            kept[column] = replace(kept[column], check=replace(kept[column].check, refusal=why))
        return Emulators(tuple(kept))

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Return means and variances (n, statistics); NaN where an emulator was refused."""
        shape = (len(points), len(self.each))
        means, variances = np.full(shape, np.nan), np.full(shape, np.nan)
        for column in self.usable:
            means[:, column], variances[:, column] = self.each[column].predict(points)
        return means, variances


def fit_emulators(
    points: Floats, values: Floats, names: Sequence[str], seed: int = 0, jobs: int = 1
) -> Emulators:
    """Fit one Gaussian process per statistic and check each.

    Parameters
    ----------
    points : float array (n, parameters)
        In the unit cube.
    values : float array (n, replicates, statistics)
        NaN where undefined.
    names : sequence of str
        Of the statistics.
    seed : int
        Of the held-out part.
    jobs : int
        Processes that share the statistics.

    Raises
    ------
    CasModelError
        Every emulator was refused.

    Notes
    -----
    Covariance: anisotropic Matern 5/2 plus a linear trend plus white noise over the active inputs of each
    statistic (Vernon, Goldstein and Bower 2010), hyperparameters by maximum likelihood (scikit-learn).
    Leave-one-out errors in closed form (Dubrule 1983).
    """
    work = [(points, values[:, :, k], seed + k) for k in range(len(names))]
    if jobs == 1:
        found = Emulators(tuple(_fit(*part) for part in work))
    else:
        from joblib import Parallel, delayed

        found = Emulators(tuple(Parallel(n_jobs=jobs, backend="loky")(delayed(_fit)(*part) for part in work)))
    if not found.usable:
        reasons = "; ".join(f"{n}: {e.check.refusal}" for n, e in zip(names, found.each, strict=True))
        raise CasModelError(
            f"no emulator can be trusted ({reasons})\n  fix: more points, or more seeds a point"
        )
    return found


def pooled_variance(values: Floats) -> float:
    """Return the pooled variance within points; NaN when no point has two defined replicates."""
    counts = np.isfinite(values).sum(axis=1)
    several = values[counts >= 2]
    if not len(several):
        return float("nan")
    spread = np.nansum((several - np.nanmean(several, axis=1, keepdims=True)) ** 2)
    return float(spread / (counts[counts >= 2] - 1).sum())


def _fit(points: Floats, values: Floats, seed: int) -> Emulator:
    defined = np.isfinite(values).any(axis=1)
    lost = int((~defined).sum())
    points, values = points[defined], values[defined]
    if len(points) < LEAST_POINTS:
        unknown, why = float("nan"), f"defined at {len(points)} points only"
        check = Check(len(points), lost, unknown, unknown, unknown, unknown, unknown, why)
        return Emulator(None, NOTHING, float("nan"), 1.0, 0.0, 0.0, check)
    y, chance = np.nanmean(values, axis=1), pooled_variance(values)
    centre, scale = float(y.mean()), float(y.std())
    if scale <= CONSTANT * max(1.0, abs(centre)):
        check = Check(len(points), lost, 1.0, 0.0, 0.0, 0.0, 0.0, "")
        return Emulator(None, NOTHING, centre, 1.0, 0.0, 0.0, check)
    target = (y - centre) / scale
    active = active_inputs(points, target)
    points = points[:, active]
    order = np.random.default_rng(seed).permutation(len(points))
    kept, held = np.split(order, [len(points) - round(HELD_OUT * len(points))])
    replicates = float(np.isfinite(values).sum(axis=1).mean())
    known = chance / (replicates * scale**2) if np.isfinite(chance) else 0.0
    first = _process(points[kept], target[kept], _covariance(points.shape[1], known))
    mean, sd = first.predict(points[held], return_std=True)
    held_rms = float(np.sqrt(np.mean(((target[held] - mean) / sd) ** 2)))
    process = _process(points, target, first.kernel_, refine=False)
    noise = float(process.kernel_.k2.noise_level)
    error, explained = _left_out(process, target)
    rms, beyond = float(np.sqrt(np.mean(error**2))), float(np.mean(np.abs(error) > WIDE))
    if not np.isfinite(chance):
        chance = noise * scale**2
    refusal = ""
    if beyond * len(points) > binom.ppf(0.99, len(points), RARE):
        refusal = f"{beyond:.0%} of the points lie beyond 3 of its standard deviations"
    elif max(rms, held_rms) > MOST_RMS:
        refusal = f"errors are {max(rms, held_rms):.1f} times what it expects"
    check = Check(len(points), lost, explained, beyond, rms, held_rms, min(1.0, noise), refusal)
    return Emulator(process, active, centre, scale, min(noise, known) if known else noise, chance, check)


def active_inputs(points: Floats, target: Floats) -> NDArray[np.int64]:
    """Return the inputs whose linear or quadratic effect stands out from the scatter; all of few points.

    Parameters
    ----------
    points : float array (n, parameters)
        In the unit cube.
    target : float array (n,)
    """
    n, d = points.shape
    x = 2.0 * points - 1.0
    design = np.column_stack([np.ones(n), x, x**2])
    free = n - design.shape[1]
    if free < d:
        return np.arange(d)
    inverse = np.linalg.pinv(design.T @ design)
    effects = inverse @ design.T @ target
    scatter = float(((target - design @ effects) ** 2).sum()) / free
    size = np.abs(effects[1:]) / np.sqrt(np.maximum(scatter * np.diag(inverse)[1:], CONSTANT))
    strongest = np.maximum(size[:d], size[d:])
    return np.nonzero(strongest >= min(ACTIVE, float(strongest.max())))[0]


def _covariance(n_parameters: int, noise: float) -> Any:
    """Return the kernel before it is fitted; replicates say how small its noise may be at least."""
    kernels = learning_library("sklearn.gaussian_process.kernels")
    smooth = kernels.ConstantKernel(1.0, (1e-3, 1e3)) * kernels.Matern(
        np.full(n_parameters, 2.0), (0.1, 50.0), nu=2.5
    )
    trend = kernels.ConstantKernel(1.0, (1e-3, 1e3)) * kernels.DotProduct(1.0, "fixed")
    least = float(np.clip(noise / 2.0, 1e-8, 1.0))
    return (smooth + trend) + kernels.WhiteKernel(max(noise, 0.01), (least, 4.0))


def _process(points: Floats, target: Floats, covariance: Any, *, refine: bool = True) -> Any:
    regression = learning_library("sklearn.gaussian_process").GaussianProcessRegressor
    process = regression(covariance, optimizer="fmin_l_bfgs_b" if refine else None)
    with warnings.catch_warnings():
        # A length scale at its upper bound is a parameter without effect, and no trouble.
        warnings.simplefilter("ignore")
        process.fit(points, target)
    return process


def _left_out(process: Any, target: Floats) -> tuple[Floats, float]:
    """Return standardised leave-one-out errors and the share of variance they leave explained."""
    inverse = np.linalg.inv(process.kernel_(process.X_train_) + process.alpha * np.eye(len(target)))
    precision = np.diag(inverse)
    error = (inverse @ target) / precision
    explained = 1.0 - float((error**2).sum() / ((target - target.mean()) ** 2).sum())
    return error * np.sqrt(precision), explained
