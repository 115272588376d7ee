"""Published figures beside what a calibration's runs gave: before, after, and where they come nearest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cas_model.calibration.history_matching import Wave, nth_largest, observed_implausibility, run_moments
from cas_model.calibration.identifiability import weighted_quantiles
from cas_model.calibration.posterior import Posterior
from cas_model.calibration.problem import Flags, Floats, Target

MET = 2.0
"""A figure counts as met when the mean result is within so many standard deviations, its own chance
included, of the band."""
NINETY = [0.05, 0.5, 0.95]


def all_runs(waves: Sequence[Wave], posterior: Posterior | None) -> tuple[Floats, Floats]:
    """Return every point that was run, and its results (n, replicates, statistics)."""
    parts = [(wave.points, wave.results) for wave in waves]
    if posterior is not None:
        parts.append((posterior.points, posterior.results))
    points, results = zip(*parts, strict=True)
    return np.vstack(points), np.concatenate(results)


def least_implausible(
    points: Floats, results: Floats, chance: Floats, targets: Sequence[Target], counted: Sequence[int], n: int
) -> tuple[Floats, Floats]:
    """Return the n points whose own runs are least implausible, best first, and how implausible they are.

    Parameters
    ----------
    points, results
        From `all_runs`.
    chance : float array (statistics,)
        Variance of one run.
    targets : sequence of Target
    counted : sequence of int
        Statistics that are not set aside; a point that leaves one undefined is no candidate.
    n : int
        At most so many.
    """
    seen = results[:, :, list(counted)]
    asked, noise = [targets[k] for k in counted], chance[list(counted)]
    worst = nth_largest(observed_implausibility(seen, noise, asked), 1)
    known = np.asarray(np.isfinite(seen).any(axis=1))
    worst = np.where(known.all(axis=1), worst, np.inf)
    rows = np.argsort(worst, kind="stable")[:n]
    rows = rows[np.isfinite(worst[rows])]
    return points[rows], worst[rows]


def fit_table(
    targets: Sequence[Target], prior: Floats, posterior: Posterior | None, results: Floats, chance: Floats
) -> pd.DataFrame:
    """Compare each published figure with what the model gives before and after calibration.

    Parameters
    ----------
    targets : sequence of Target
    prior : float array (n, replicates, statistics)
        Runs over the whole space.
    posterior : Posterior or None
        None when no set is accepted.
    results : float array (n, replicates, statistics)
        All runs there are.
    chance : float array (statistics,)
        Variance of one run.

    Returns
    -------
    DataFrame
        statistic, target_low, target_high, target_sd, prior_low, prior_median, prior_high, low, median, high
        (90 % of single runs), central (mean of the most central set), central_met, nearest (mean of the point
        that comes nearest to the figure, whatever becomes of the others), reached (share of points that meet
        it).
    """
    means, _ = run_moments(results, np.zeros(len(targets)))
    rows = []
    for column, target in enumerate(targets):
        before = prior[:, :, column].ravel()
        before = before[np.isfinite(before)]
        ends = np.quantile(before, NINETY) if len(before) else [np.nan] * 3
        nearest, reached = _nearest(target, means[:, column], float(chance[column]) / results.shape[1])
        rows.append(
            {"statistic": target.name, "target_low": target.low, "target_high": target.high,
             "target_sd": target.sd, "prior_low": ends[0], "prior_median": ends[1], "prior_high": ends[2],
             **_after(target, column, posterior), "nearest": nearest, "reached": reached}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _nearest(target: Target, means: Floats, chance: float) -> tuple[float, float]:
    means = means[np.isfinite(means)]
    if not len(means):
        return float("nan"), 0.0
    missed = target.misses(means)
    # Of those inside the band the one nearest to its middle.
    order = np.lexsort((np.abs(means - (target.low + target.high) / 2.0), missed))
    return float(means[order[0]]), float(_meets(target, means, chance).mean())


def _meets(target: Target, means: Floats, chance: float) -> Flags:
    """Return which means meet a figure; `chance` is the variance of each."""
    return np.asarray(target.misses(means) <= MET * np.sqrt(target.sd**2 + chance))


def _after(target: Target, column: int, posterior: Posterior | None) -> dict[str, float | bool]:
    if posterior is None:
        return {"low": np.nan, "median": np.nan, "high": np.nan, "central": np.nan, "central_met": False}
    replicates = posterior.results.shape[1]
    after = posterior.results[:, :, column].ravel()
    weights = np.repeat(posterior.weights, replicates) * np.isfinite(after)
    low, median, high = weighted_quantiles(np.nan_to_num(after), weights, NINETY)
    middle = float(np.nanmean(posterior.results[posterior.central, :, column]))
    met = bool(_meets(target, np.array([middle]), posterior.chance[column] / replicates)[0])
    return {"low": low, "median": median, "high": high, "central": middle, "central_met": met}
