"""Analysing a sensitivity experiment: indices of every outcome, over time, their convergence, and noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.experiments.sensitivity.indices import LEADING, IndexRow, Sample, index_rows
from cas_model.experiments.sensitivity.plan import Plan
from cas_model.experiments.sensitivity.sampling import Floats
from cas_model.experiments.sensitivity.study import Study

END = 0
"""Year of the rows that regard the last twelve months."""
HALVINGS = 3
"""Convergence is shown at n/8, n/4, n/2 and n."""
LEAST_SAMPLES = {"sobol": 16, "morris": 2}
LEAST_POINTS = 64
"""A part of a design smaller than this is not analysed."""
CONSTANT = 1e-12
INDEX_COLUMNS = (
    "outcome", "year", "method", "index", "factor", "factor_2", "value", "low", "high", "n", "n_points",
)  # fmt: skip
VERDICT_COLUMNS = (
    "outcome", "method", "status", "n_points", "n_missing", "treatment", "mean", "sd", "widest", "change",
    "converged", "parameter_share", "seed_share", "noise_share", "n_replicates",
)  # fmt: skip


@dataclass(frozen=True)
class Treated:
    """One outcome at the points of a design, ready for analysis.

    Attributes
    ----------
    y : float array (points kept,)
        Mean over replicates.
    kept : bool array (points,)
        Points that are analysed.
    status : str
        ``analysed``, ``constant``, ``undefined`` or ``refused``.
    n_missing : int
        Points without a finite value in every replicate.
    """

    y: Floats
    kept: NDArray[np.bool_]
    status: str
    n_missing: int


def treat(values: Floats, non_finite: str) -> Treated:
    """Average replicates, and refuse, impute or leave out points that are not whole.

    Parameters
    ----------
    values : float array (points, replicates)
        NaN where a run failed or the outcome is undefined.
    non_finite : {"refuse", "impute", "leave_out"}
        What the specification says.

    Examples
    --------
    >>> values = np.array([[1.0], [2.0], [np.nan], [4.0]])
    >>> treat(values, "refuse").status, treat(values, "impute").y.tolist()
    ('refused', [1.0, 2.0, 2.0, 4.0])
    """
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    y = np.where(whole, np.where(np.isfinite(values), values, 0.0).mean(axis=1), np.nan)
    missing = int((~whole).sum())
    kept = np.ones(len(y), dtype=bool)
    if not whole.any():
        return Treated(y, kept, "undefined", missing)
    if missing and non_finite == "refuse":
        return Treated(y, kept, "refused", missing)
    if non_finite == "impute":
        y = np.where(whole, y, np.median(y[whole]))
    else:
        kept = whole
    y = y[kept]
    flat = np.ptp(y) <= CONSTANT * max(1.0, float(np.abs(y).max()))
    return Treated(y, kept, "constant" if flat else "analysed", missing)


def variance_shares(values: Floats, *, common: bool) -> tuple[float, float, float]:
    """Split the variance of single runs into parameters, seeds and what both do together (noise).

    With independent seeds, a one-way analysis of variance; with common ones, two-way without replication,
    where a seed that lifts all points alike counts apart.

    Parameters
    ----------
    values : float array (points, replicates)
        Whole points only.
    common : bool
        Whether replicate r has one seed at all points.

    Returns
    -------
    tuple of float
        Shares of parameters, seeds and noise, each 0 to 1, summing to 1; NaN with one replicate.

    Examples
    --------
    >>> [round(x, 6) for x in variance_shares(np.array([[1.0, 2.0], [3.0, 4.0]]), common=True)]
    [0.8, 0.2, 0.0]
    """
    points, replicates = values.shape
    if replicates < 2 or points < 2:
        return float("nan"), float("nan"), float("nan")
    centred = values - values.mean()
    by_point, by_seed = centred.mean(axis=1), centred.mean(axis=0)
    if common:
        rest = centred - by_point[:, None] - by_seed[None, :]
        noise = float((rest**2).sum()) / ((points - 1) * (replicates - 1))
        seeds = max(float((by_seed**2).sum()) / (replicates - 1) - noise / points, 0.0)
    else:
        noise = float(((centred - by_point[:, None]) ** 2).sum()) / (points * (replicates - 1))
        seeds = 0.0
    parameters = max(float((by_point**2).sum()) / (points - 1) - noise / replicates, 0.0)
    whole = parameters + seeds + noise
    if whole <= 0.0:
        return float("nan"), float("nan"), float("nan")
    return parameters / whole, seeds / whole, noise / whole


def parts_of(sample: Sample) -> list[int]:
    """Return the growing numbers of samples at which convergence is looked at, the whole last."""
    if sample.method == "fast":
        return [sample.n]  # its frequencies follow from n, so that a part of it is no FAST design
    parts = [sample.n // 2**k for k in range(HALVINGS, -1, -1)]
    least = LEAST_SAMPLES.get(sample.method, LEAST_POINTS)
    return [n for n in dict.fromkeys(parts) if n >= least or n == sample.n]


def judge(
    steps: list[tuple[int, list[IndexRow]]], method: str, tolerance: float
) -> tuple[float, float, bool]:
    """Say whether the leading index of a method has converged.

    The criterion is that of Sarrazin, Pianosi and Wagener (2016): the widest 95 % interval is narrow; and no
    index moved by more than the tolerance when the samples were doubled. Morris' effects, which have a
    unit, are divided by the largest.

    Parameters
    ----------
    steps : list of (n, rows)
        Growing parts of the design.
    method : str
        Which rows count.
    tolerance : float
        Largest half-width, and largest move.

    Returns
    -------
    (widest, change, converged)
        NaN where there is no interval or no part; nothing converged without an interval.
    """
    found = []
    for _, rows in steps:
        chosen = [row for row in rows if row[0] == method and row[1] == LEADING[method]]
        values = np.array([row[4] for row in chosen])
        halves = np.array([row[5] for row in chosen])
        scale = float(np.abs(values).max()) if method == "morris" and values.size else 1.0
        found.append((values / (scale or 1.0), halves / (scale or 1.0)))
    found = [pair for pair in found if pair[0].size]
    if not found:
        return float("nan"), float("nan"), False
    widest = float(found[-1][1].max())
    change = float(np.abs(found[-1][0] - found[-2][0]).max()) if len(found) > 1 else float("nan")
    settled = change <= tolerance if len(found) > 1 else True
    return widest, change, bool(widest <= tolerance and settled)


@dataclass(frozen=True)
class OutcomeAnalysis:
    """All that is found about one outcome: rows of ``indices``, ``convergence`` and ``verdicts``."""

    indices: list[dict[str, Any]]
    convergence: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


def _as_dicts(outcome: str, year: int, sample: Sample, rows: Sequence[IndexRow]) -> list[dict[str, Any]]:
    return [
        {
            "outcome": outcome, "year": year, "method": method, "index": index, "factor": factor,
            "factor_2": second, "value": value, "low": value - half, "high": value + half,
            "n": sample.n, "n_points": len(sample.unit),
        }
        for method, index, factor, second, value, half in rows
    ]  # fmt: skip


def analyse_outcome(study: Study, sample: Sample, outcome: str, values: Floats) -> OutcomeAnalysis:
    """Analyse one outcome at the end and in every kept year.

    Parameters
    ----------
    study : Study
        Analyses, tolerance and what to do with undefined values. PAWN and DELTA are for primary outcomes.
    sample : Sample
        The whole design.
    outcome : str
        Name.
    values : float array (points, replicates, 1 + years)
    """
    methods = [study.method] if study.method in ("sobol", "morris", "fast") else []
    # Densities take seconds each, so that only the outcomes that are drawn get them.
    given = tuple(name for name in study.analyses if name == "rbd_fast" or outcome in study.primary)
    found = OutcomeAnalysis([], [], [])
    for position, year in enumerate((END, *study.years)):
        series = values[:, :, position]
        treated = treat(series, study.non_finite)
        here = Sample(sample.method, sample.keys, sample.unit[treated.kept], sample.second_order, sample.seed)
        if treated.status == "analysed":
            rows = index_rows(here, treated.y, given, brief=year != END)
            found.indices.extend(_as_dicts(outcome, year, here, rows))
        if year != END:
            continue
        steps = []
        if treated.status == "analysed":
            for n in parts_of(here)[:-1]:
                part = here.first(n)
                y = treated.y[: len(part.unit)]
                if np.ptp(y) > 0.0:
                    steps.append((n, index_rows(part, y, given, brief=True)))
                    found.convergence.extend(_as_dicts(outcome, year, part, steps[-1][1]))
            steps.append((here.n, rows))
            kept = [row for row in rows if row[1] != "S2"]
            found.convergence.extend(_as_dicts(outcome, year, here, kept))
        whole = series[np.isfinite(series).all(axis=1)]
        shares = variance_shares(whole, common=study.common)
        for method in [*methods, *given]:
            widest, change, converged = judge(steps, method, study.tolerance)
            imputed = treated.n_missing and treated.status in ("analysed", "constant")
            found.verdicts.append(
                {
                    "outcome": outcome, "method": method, "status": treated.status,
                    "n_points": len(here.unit), "n_missing": treated.n_missing,
                    "treatment": study.non_finite if imputed else "",
                    "mean": float(treated.y.mean()), "sd": float(treated.y.std()),
                    "widest": widest, "change": change, "converged": converged,
                    **dict(zip(("parameter_share", "seed_share", "noise_share"), shares, strict=True)),
                    "n_replicates": study.replicates,
                }
            )  # fmt: skip
    return found


def analyse(study: Study, plan: Plan, values: Floats, *, jobs: int = 1) -> dict[str, pd.DataFrame]:
    """Analyse all outcomes.

    Parameters
    ----------
    study, plan : Study, Plan
        What was asked, and the design.
    values : float array (points, replicates, 1 + years, outcomes)
        From `tables.values_array`.
    jobs : int
        Outcomes at the same time.

    Returns
    -------
    dict of str to DataFrame
        ``indices`` (columns `INDEX_COLUMNS`; year 0 is the end of the runs), ``convergence`` (the same at
        growing parts of the design) and ``verdicts`` (columns `VERDICT_COLUMNS`, one row per outcome and
        method).
    """
    from joblib import Parallel, delayed

    sample = Sample(study.method, plan.keys, plan.unit, study.second_order, study.seed + 1)
    tasks = [(name, np.ascontiguousarray(values[..., k])) for k, name in enumerate(study.outcomes)]
    if jobs == 1:
        parts = [analyse_outcome(study, sample, name, series) for name, series in tasks]
    else:
        work = (delayed(analyse_outcome)(study, sample, name, series) for name, series in tasks)
        parts = Parallel(n_jobs=jobs, backend="loky")(work)
    columns = {"indices": INDEX_COLUMNS, "convergence": INDEX_COLUMNS, "verdicts": VERDICT_COLUMNS}
    return {
        name: pd.DataFrame([row for part in parts for row in getattr(part, name)], columns=list(heads))
        for name, heads in columns.items()
    }


def has_converged(study: Study, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the indices of all primary outcomes that respond have converged."""
    verdicts = tables["verdicts"]
    rows = verdicts[verdicts["outcome"].isin(study.primary) & (verdicts["status"] == "analysed")]
    return bool(rows["converged"].all())
