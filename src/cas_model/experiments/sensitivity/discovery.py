"""Scenario discovery: boxes in the space of factors where an outcome is reached, tried on other runs.

PRIM (Friedman and Fisher 1999; Bryant and Lempert 2010) is that of the EMA Workbench, CART that of
scikit-learn. A box that was sought is always denser than the rest, in pure noise too, hence only runs that it
was not fitted to say what it is worth.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.experiments.sensitivity.analysis import treat
from cas_model.experiments.sensitivity.factors import SampledFactor, Value
from cas_model.experiments.sensitivity.plan import Plan
from cas_model.experiments.sensitivity.sampling import Floats
from cas_model.experiments.sensitivity.study import Study

Bools = NDArray[np.bool_]
MOST_BOXES = 3
LEAST_MASS = 0.05
"""A box holds at least this share of the runs it is fitted to."""
LEAST_POINTS = 20
"""Points, and successes and failures among them, without which nothing is fitted."""
QUASI_P = 0.05
"""A limit that chance explains better than this is dropped (Bryant and Lempert 2010)."""
RESAMPLES = 10
CONFIDENCE = 0.99
"""Of the lower bound that a box's density on other runs must have above the share of all runs."""
BOX_COLUMNS = (
    "outcome", "success", "threshold", "level", "method", "box", "trusted", "n_fitted", "n_other",
    "base_fitted", "base_other", "mass_fitted", "mass_other", "density_fitted", "density_other",
    "density_low", "coverage_fitted", "coverage_other",
)  # fmt: skip
LIMIT_COLUMNS = ("method", "box", "factor", "restricted", "low", "high", "choices", "frequency")
DISCOVERY_COLUMNS = ("outcome", "success", "threshold", "level", "status", "n_points", "n_missing", "share")


@dataclass(frozen=True)
class Box:
    """Part of the space of factors.

    Attributes
    ----------
    limits : mapping of str to (low, high) or frozenset
        Of the factors that are restricted; an open end is infinite.
    """

    limits: Mapping[str, tuple[float, float] | frozenset[Value]]

    def holds(self, x: pd.DataFrame) -> Bools:
        """Return which rows of a table of factors lie in the box, limits included.

        Examples
        --------
        >>> box = Box({"a": (0.5, float("inf")), "b": frozenset({"x"})})
        >>> box.holds(pd.DataFrame({"a": [0.4, 0.5, 0.9], "b": ["x", "x", "y"]})).tolist()
        [False, True, False]
        """
        inside = np.ones(len(x), dtype=bool)
        for key, limit in self.limits.items():
            column = x[key]
            if isinstance(limit, frozenset):
                inside &= column.isin(limit).to_numpy()
            else:
                inside &= (column >= limit[0]).to_numpy() & (column <= limit[1]).to_numpy()
        return inside


Finder = Callable[[pd.DataFrame, Bools, Sequence[SampledFactor], float, int], list[Box]]


def _imported(module: str) -> Any:
    """Import what the extra brings; the EMA Workbench warns of optional parts that are not used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(module)


def prim_boxes(
    x: pd.DataFrame, success: Bools, factors: Sequence[SampledFactor], level: float, most: int = MOST_BOXES
) -> list[Box]:
    """Return the boxes that PRIM peels off, one after another, each from what the former left.

    On the way from all points to the smallest box, the first whose share of successes reaches the level is
    taken, so that it holds as many of them as can be; when none does, the densest, and no more is sought.

    Parameters
    ----------
    x : DataFrame (points, factors)
        Settings.
    success : bool array (points,)
    factors : sequence of SampledFactor
        Columns of `x`.
    level : float
        Share of successes to reach.
    most : int
        Boxes at most.
    """
    prim = _imported("ema_workbench.analysis.prim")
    found: list[Box] = []
    left, least = np.ones(len(x), dtype=bool), int(np.ceil(LEAST_MASS * len(x)))
    while len(found) < most and left.sum() > 2 * least and 0 < success[left].sum() < left.sum():
        box, density = _peel(prim, x[left], success[left], factors, level, least)
        if box is None or (found and density < level):
            break
        found.append(box)
        left &= ~box.holds(x)
        if density < level:
            break
    return found


def _peel(
    prim: Any, x: pd.DataFrame, success: Bools, factors: Sequence[SampledFactor], level: float, least: int
) -> tuple[Box | None, float]:
    columns = {}
    for k, factor in enumerate(factors):  # named anew: the workbench drops a column called `scenario`
        values = x[factor.key]
        if factor.choices:
            columns[f"f{k}"] = np.array([f"c{factor.choices.index(v)}" for v in values], dtype=object)
        else:
            columns[f"f{k}"] = values.to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it calls pandas in ways that pandas will drop
        search = prim.Prim(
            pd.DataFrame(columns), success.astype(int), threshold=1e-9, mass_min=least / len(x)
        )
        # Pasting a whole number halfway between two raises in pandas 3; peeling alone keeps it whole.
        search._pastes = {**search._pastes, "int": lambda *_: []}
        box = search.find_box()
    best, densest = None, -1.0
    for limits, chance in zip(box.box_lims[1:], box.qp[1:], strict=True):
        candidate = _cleaned(limits, chance, factors)
        if not candidate.limits:
            continue
        density = float(success[candidate.holds(x)].mean())
        if density > densest:
            best, densest = candidate, density
        if density >= level:
            break
    return best, densest


def _cleaned(limits: pd.DataFrame, chance: Mapping[str, Any], factors: Sequence[SampledFactor]) -> Box:
    """Keep the limits that chance does not explain."""
    kept: dict[str, tuple[float, float] | frozenset[Value]] = {}
    for name, (low_p, high_p) in chance.items():
        factor = factors[int(name[1:])]
        low, high = limits[name]
        if factor.choices:
            if 0.0 <= low_p <= QUASI_P:
                kept[factor.key] = frozenset(factor.choices[int(c[1:])] for c in low)
            continue
        ends = (float(low) if 0.0 <= low_p <= QUASI_P else -np.inf,
                float(high) if 0.0 <= high_p <= QUASI_P else np.inf)  # fmt: skip
        if np.isfinite(ends).any():
            kept[factor.key] = ends
    return Box(kept)


def cart_boxes(
    x: pd.DataFrame, success: Bools, factors: Sequence[SampledFactor], level: float, most: int = MOST_BOXES
) -> list[Box]:
    """Return the branches of a classification tree that reach the level, those that hold most first.

    A branch is not followed further once it is dense enough. When none is, the densest leaf alone. Parameters
    as for `prim_boxes`.
    """
    tree_module = _imported("sklearn.tree")
    columns: list[tuple[SampledFactor, Value | None]] = []
    for factor in factors:
        columns += [(factor, choice) for choice in factor.choices] if factor.choices else [(factor, None)]
    matrix = np.stack(
        [(x[f.key] == c if f.choices else x[f.key]).to_numpy(dtype=float) for f, c in columns], axis=1
    )
    least = int(np.ceil(LEAST_MASS * len(x)))
    model = tree_module.DecisionTreeClassifier(min_samples_leaf=least, random_state=0)
    tree = model.fit(matrix, success).tree_
    leaves: list[tuple[float, float, Box]] = []

    def walk(node: int, limits: dict[str, tuple[float, float] | frozenset[Value]]) -> None:
        at, inside = int(tree.feature[node]), Box(limits).holds(x)
        if at < 0 or success[inside].mean() >= level:
            leaves.append((float(success[inside].mean()), float(success[inside].sum()), Box(limits)))
            return
        (factor, choice), cut = columns[at], float(tree.threshold[node])
        for child, below in ((tree.children_left[node], True), (tree.children_right[node], False)):
            if choice is not None:
                known = limits.get(factor.key, frozenset(factor.choices))
                assert isinstance(known, frozenset)
                part: Any = known - {choice} if below else frozenset({choice})
            else:
                low, high = limits.get(factor.key, (-np.inf, np.inf))
                # No point lies on a cut, which is the middle between two of them.
                part = (low, min(high, cut)) if below else (max(low, cut), high)
            walk(int(child), {**limits, factor.key: part})

    walk(0, {})
    dense = [leaf for leaf in leaves if leaf[0] >= level] or [max(leaves, key=lambda leaf: leaf[0])]
    return [box for _, _, box in sorted(dense, key=lambda leaf: -leaf[1])[:most] if box.limits]


FINDERS: dict[str, Finder] = {"prim": prim_boxes, "cart": cart_boxes}


def fitted_half(plan: Plan, block: int) -> Bools:
    """Return which points boxes are fitted to: half of them, by the address of their first run.

    Points of one block (a sample of a Sobol design, a state that all policies meet) share coordinates, so
    that they stay together.
    """
    first = [plan.runs[point - point % block, 0] for point in range(len(plan.unit))]
    return np.array([int(run, 16) % 2 == 0 for run in first], dtype=bool)


def discover(
    x: pd.DataFrame, success: Bools, fitted: Bools, factors: Sequence[SampledFactor], level: float, *,
    blocks: NDArray[np.int64] | None = None, seed: int = 0, jobs: int = 1, resamples: int | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    """Find boxes with every method on the fitted points, and try them on the others.

    Parameters
    ----------
    x : DataFrame (points, factors)
        Settings.
    success, fitted : bool array (points,)
        Whether the outcome is reached, and whether the point may be fitted to.
    factors : sequence of SampledFactor
        Columns of `x`.
    level : float
        Share of successes that a box should reach.
    blocks : int array (points,), optional
        Which points share coordinates; each alone when left out.
    seed : int
        Of the resampling that tells how often a factor is restricted.
    jobs : int
        Resamples at the same time.
    resamples : int
        Random halves of the fitted points, blocks whole; `RESAMPLES` when left out.

    Returns
    -------
    (boxes, limits)
        Rows of the tables ``boxes`` and ``box_limits``.
    """
    from joblib import Parallel, delayed

    boxes: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    blocks = np.arange(len(x)) if blocks is None else blocks
    rng = np.random.default_rng(seed)
    own = np.unique(blocks[fitted])
    halves = [rng.choice(own, size=len(own) // 2, replace=False) for _ in range(resamples or RESAMPLES)]
    draws = [np.flatnonzero(fitted & np.isin(blocks, half)) for half in halves]
    for method, find in FINDERS.items():
        found = find(x[fitted], success[fitted], factors, level, MOST_BOXES)
        work = (delayed(find)(x.iloc[rows], success[rows], factors, level, 1) for rows in draws)
        again = Parallel(n_jobs=jobs)(work)
        often = {
            f.key: float(np.mean([any(f.key in box.limits for box in other) for other in again]))
            for f in factors
        }
        for number, box in enumerate(found, 1):
            boxes.append({"method": method, "box": number, **_measures(box, x, success, fitted, blocks)})
            for factor in factors:
                limits.append(
                    {"method": method, "box": number, **_limit_row(factor, box, x[factor.key]),
                     "frequency": often[factor.key]}
                )  # fmt: skip
    return boxes, limits


def _measures(
    box: Box, x: pd.DataFrame, success: Bools, fitted: Bools, blocks: NDArray[np.int64]
) -> dict[str, Any]:
    inside = box.holds(x)
    row: dict[str, Any] = {}
    for words, part in (("fitted", fitted), ("other", ~fitted)):
        within = inside & part
        hits, n = int((success & within).sum()), int(within.sum())
        row |= {
            f"n_{words}": int(part.sum()), f"base_{words}": float(success[part].mean()),
            f"mass_{words}": n / int(part.sum()), f"density_{words}": hits / n if n else float("nan"),
            f"coverage_{words}": hits / max(int((success & part).sum()), 1),
        }  # fmt: skip
    # Points of a block are not independent, so that the bound counts as many points as there are blocks.
    n_blocks = len(np.unique(blocks[within]))
    row["density_low"] = _lower_bound(hits / max(n, 1) * n_blocks, n_blocks)
    row["trusted"] = bool(row["density_low"] > row["base_other"])
    return row


def _lower_bound(hits: float, n: int) -> float:
    """Return the one-sided exact (Clopper-Pearson) lower bound of a share.

    Examples
    --------
    >>> round(_lower_bound(9, 10), 2), _lower_bound(0, 10)
    (0.5, 0.0)
    """
    from scipy.stats import beta

    return float(beta.ppf(1.0 - CONFIDENCE, hits, n - hits + 1)) if hits else 0.0


def _limit_row(factor: SampledFactor, box: Box, column: pd.Series) -> dict[str, Any]:
    """Return a factor's limits in a box; an open end is that of its range."""
    limit = box.limits.get(factor.key)
    row: dict[str, Any] = {"factor": factor.key, "restricted": limit is not None}
    if factor.choices:
        kept = [c for c in factor.choices if not isinstance(limit, frozenset) or c in limit]
        return {**row, "low": np.nan, "high": np.nan, "choices": " | ".join(str(c) for c in kept)}
    low, high = limit if isinstance(limit, tuple) else (-np.inf, np.inf)
    return {**row, "low": max(low, factor.low), "high": min(high, factor.high), "choices": ""}


def discovery_tables(study: Study, plan: Plan, values: Floats, jobs: int = 1) -> dict[str, pd.DataFrame]:
    """Answer ``[discovery]``.

    Parameters
    ----------
    study, plan : Study, Plan
        What was asked, and the design.
    values : float array (points, replicates, outcomes)
        Of the last twelve months.
    jobs : int
        Fits at the same time.

    Returns
    -------
    dict of str to DataFrame
        ``discovery`` (one row: what a success is, how many there are, and whether boxes could be sought),
        ``boxes`` (one row per box, columns `BOX_COLUMNS`; *fitted*: the half it was fitted to, *other*: the
        half it was not) and ``box_limits`` (one row per box and factor, in the factor's unit; ``frequency``
        is the share of refits to random halves of the fitted points whose first box restricts it).
    """
    asked = study.discovery
    assert asked is not None
    treated = treat(values[:, :, study.outcomes.index(asked.outcome)], study.non_finite)
    x = pd.DataFrame(dict(zip(plan.keys, plan.settings, strict=True)))[treated.kept].reset_index(drop=True)
    block = study.points_per_sample
    fitted = fitted_half(plan, block)[treated.kept]
    blocks = (np.arange(len(plan.unit)) // block)[treated.kept]
    status, threshold, success = treated.status, float("nan"), np.zeros(len(x), dtype=bool)
    boxes: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    if status in ("analysed", "constant"):
        threshold = asked.threshold_among(treated.y)
        success = treated.y >= threshold if asked.success == "above" else treated.y <= threshold
        halves = [success[fitted], success[~fitted]]
        few = min(min(int(h.sum()), int((~h).sum())) for h in halves) < LEAST_POINTS
        status = "too few" if few else "analysed"
        if not few:
            boxes, limits = discover(
                x, success, fitted, study.factors, asked.level, blocks=blocks, seed=study.seed, jobs=jobs
            )
    about = {"outcome": asked.outcome, "success": asked.success, "threshold": threshold, "level": asked.level}
    share = float(success.mean()) if len(success) else float("nan")
    whole = {**about, "status": status, "n_points": len(x), "n_missing": treated.n_missing, "share": share}
    return {
        "discovery": pd.DataFrame([whole], columns=list(DISCOVERY_COLUMNS)),
        "boxes": pd.DataFrame([{**about, **row} for row in boxes], columns=list(BOX_COLUMNS)),
        "box_limits": pd.DataFrame(limits, columns=list(LIMIT_COLUMNS)),
    }
