"""Where and for whom a theory works: boxes of zones with the effect, tried on zones they were not fitted to.

The paired effect in a zone and seed is a point; a success is one that moves as expected by what matters (or,
where nearly all or none do, by more than the median). All seeds of a zone are on the same side of the split,
because they share what the zone is like.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from cas_model.config.errors import UsageError
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.sensitivity.discovery import CONFIDENCE, discover
from cas_model.experiments.sensitivity.factors import SampledFactor
from cas_model.theory.conditions import read_condition, zones_in_context
from cas_model.theory.theory import BASELINE, INTERVENTION, Claim, Theory
from cas_model.theory.trial import Trial
from cas_model.theory.zone_sets import DEFAULT_FEATURES, paired_zones

LEVEL = 0.8
"""Share of points with the effect that a box should reach (assumption)."""
STATED = "as stated"
FEW = 0.1
"""Share of cases with (or without) an effect that matters, below which the larger half is looked at."""
LEAST_ZONES = 5
"""Zones held back, fewer than which show nothing."""
POINT_COLUMNS = ("replicate", "seed", "zone", "effect", "success", "fitted", "in_context")
GROUP_COLUMNS = ("group", "effect", "low", "high", "n_seeds")
BOX_COLUMNS = (
    *("method", "box", "conditions", "trusted", "zones_fitted", "zones_other", "base_fitted", "base_other"),
    *("density_fitted", "density_other", "density_low", "coverage_fitted", "coverage_other"),
)
LIMIT_COLUMNS = ("method", "box", "feature", "restricted", "low", "high", "frequency")


def two_worlds(theory: Theory) -> Theory:
    """Return the theory with the worlds with and without the intervention alone."""
    return replace(
        theory,
        worlds=tuple(w for w in theory.worlds if w.name in (BASELINE, INTERVENTION)),
        contrasts=theory.contrasts[:1],
    )


def features_to_try(theory: Theory, context: pd.DataFrame, named: list[str] | None = None) -> list[str]:
    """Return features by which zones are told apart: those named, or of the context, the file, the defaults.

    Raises
    ------
    UsageError
        A named feature is none of a zone, or is the same everywhere.
    """
    wanted = named or [*(c.feature for c in theory.conditions), *theory.document.compare, *DEFAULT_FEATURES]
    varying = [
        f for f in dict.fromkeys(wanted)
        if f in context and context[f].notna().all() and context[f].max() > context[f].min()
    ]  # fmt: skip
    for name in named or ():
        if name not in varying:
            raise UsageError(
                f"`{name}` does not tell zones apart" if name in context else f"zones have no `{name}`",
                where="--features", fix="see cas-model theory features",
            )  # fmt: skip
    return varying


def points(theory: Theory, claim: Claim, zones: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """Return a row per zone and seed: `POINT_COLUMNS`, then the zone's features before the policy.

    Raises
    ------
    UsageError
        The claim is not on something that each zone has.
    """
    if claim.measure != "mean" or not (zones["outcome"].astype(str) == claim.name).any():
        means = [c.key for c in theory.claims if c.measure == "mean" and c.wants_effect]
        raise UsageError(
            f"`{claim.key}` is no zone's own, so that zones cannot be told apart by it",
            where="--outcome", allowed=", ".join(means) or "none of this theory",
        )  # fmt: skip
    effects = paired_zones(theory, zones, claim)
    table = effects.merge(context.astype({"zone": str}), on=["replicate", "seed", "zone"]).copy()
    table["success"] = claim.sign * table["effect"] >= size_that_counts(claim, table["effect"])
    names = np.array(sorted(table["zone"].unique()))
    chosen = set(np.random.default_rng(0).permutation(names)[: len(names) // 2])
    table["fitted"] = table["zone"].isin(chosen)
    features = [c for c in table if c not in POINT_COLUMNS]
    return table[[*POINT_COLUMNS, *features]]


def size_that_counts(claim: Claim, effects: pd.Series) -> float:
    """Return from which size on a case counts: what matters, or the median where that tells few apart."""
    wanted = claim.sign * effects
    share = float((wanted >= claim.smallest).mean())
    return claim.smallest if FEW <= share <= 1.0 - FEW else float(wanted.median())


def refine(
    theory: Theory, table: pd.DataFrame, features: list[str], *, level: float = LEVEL, jobs: int = 1
) -> dict[str, pd.DataFrame]:
    """Find boxes of zones with the effect.

    Parameters
    ----------
    theory : Theory
    table : DataFrame
        From `points`.
    features : list of str
        From `features_to_try`.
    level : float
        Share of points with the effect that a box should reach.
    jobs : int
        Fits at the same time.

    Returns
    -------
    dict of str to DataFrame
        ``refine_boxes`` (columns `BOX_COLUMNS`; the context of the file is the first row, method `STATED`;
        *other*: zones that the box was not fitted to) and ``refine_limits`` (columns `LIMIT_COLUMNS`).
    """
    x = table[features].astype(float)
    success, fitted = (table[name].to_numpy(dtype=bool) for name in ("success", "fitted"))
    boxes, limits = [], list[dict[str, Any]]()
    if theory.conditions:
        words = "; ".join(f"{c.feature} {c.words}" for c in theory.conditions)
        boxes.append(_row(STATED, 0, words, table))
    if all((part & success).any() and (part & ~success).any() for part in (fitted, ~fitted)):
        ends = {f: (float(x[f].min()), float(x[f].max())) for f in features}
        factors = [SampledFactor(f, "uniform", low, high) for f, (low, high) in ends.items()]
        zones = table["zone"].astype("category").cat.codes.to_numpy().astype(np.int64)
        found, limits = discover(x, success, fitted, factors, level, blocks=zones, jobs=jobs)
        told = pd.DataFrame(limits)
        for box in found:
            own = told[(told["method"] == box["method"]) & (told["box"] == box["box"]) & told["restricted"]]
            named = ((str(row["factor"]), row) for row in own.to_dict("records"))
            words = "; ".join(f"{feature} {_condition(row, x[feature])}" for feature, row in named)
            boxes.append(_row(str(box["method"]), int(box["box"]), words, table))
    for limit in limits:
        limit["feature"] = limit.pop("factor")
    return {
        "refine_boxes": pd.DataFrame(boxes, columns=list(BOX_COLUMNS)),
        "refine_limits": pd.DataFrame(limits, columns=list(LIMIT_COLUMNS)),
    }


def inside_of(conditions: str, table: pd.DataFrame) -> pd.Series:
    """Return which points meet conditions, as ``staff at most 1; population below 100000``."""
    parts = [condition.partition(" ") for condition in conditions.split("; ")]
    read = [read_condition(name, words, "box") for name, _, words in parts]
    inside = pd.Series(False, index=table.index)
    for _, own in table.groupby("replicate"):  # a condition as `lowest third` is on the zones of a seed
        inside[own.index] = zones_in_context(read, own)
    return inside


def _row(method: str, number: int, conditions: str, table: pd.DataFrame) -> dict[str, Any]:
    """Measure a box on the zones it was sought in and on the others.

    The bound is that of the mean over zones of the share of seeds that succeed (one-sided, t): seeds of a
    zone are not independent.
    """
    inside = inside_of(conditions, table)
    row: dict[str, Any] = {"method": method, "box": number, "conditions": conditions}
    for words, part in (("fitted", table["fitted"]), ("other", ~table["fitted"])):
        within, hits = inside & part, table["success"] & part
        row |= {
            f"zones_{words}": int(table.loc[within, "zone"].nunique()),
            f"base_{words}": float(table.loc[part, "success"].mean()),
            f"density_{words}": float(table.loc[within, "success"].mean()),
            f"coverage_{words}": int((hits & inside).sum()) / max(1, int(hits.sum())),
        }
    held_back = table[inside & ~table["fitted"]]
    per_zone = held_back.groupby("zone", observed=True)["success"].mean().to_numpy(dtype=float)
    row["density_low"], n = math.nan, per_zone.size
    if n >= LEAST_ZONES:
        error = float(per_zone.std(ddof=1)) / math.sqrt(n)
        row["density_low"] = float(per_zone.mean() - stdtrit(n - 1, CONFIDENCE) * error)
    row["trusted"] = bool(row["density_low"] > row["base_other"])
    return row


def _condition(row: dict[Any, Any], values: pd.Series) -> str:
    """Write a limit as a theory file does, with three digits, rounded so that no point changes sides."""
    low, high = float(row["low"]), float(row["high"])
    ends = [_three(low, values, up=False), _three(high, values, up=True)]
    if set(values.unique()) <= {0.0, 1.0}:
        return "yes" if low > 0.0 else "no"
    if high >= values.max():
        return f"at least {ends[0]}"
    if low <= values.min():
        return f"at most {ends[1]}"
    return f"between {ends[0]} and {ends[1]}"


def _three(end: float, values: pd.Series, *, up: bool) -> str:
    for digits in range(3, 16):
        text = np.format_float_positional(end, digits, fractional=False, trim="-", unique=False)
        moved = (
            (values <= float(text)) != (values <= end) if up else (values >= float(text)) != (values >= end)
        )
        if not moved.any():
            return text
    return repr(end)


def best_box(boxes: pd.DataFrame) -> pd.Series | None:
    """Return the box to propose: of those trusted on other zones, the surest; None when there is none."""
    found = boxes[(boxes["method"] != STATED) & boxes["trusted"].astype(bool)]
    if found.empty:
        return None
    surest: pd.Series = found.iloc[int(found["density_low"].to_numpy(dtype=float).argmax())]
    return surest


def in_box(table: pd.DataFrame, box: pd.Series | None) -> pd.Series:
    """Return which points lie in a proposed box, or in the context of the file when there is none."""
    return table["in_context"].astype(bool) if box is None else inside_of(str(box["conditions"]), table)


def effects_by_group(claim: Claim, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the paired effect on each group of people, columns `GROUP_COLUMNS`; none when not counted."""
    own = groups[groups["outcome"].astype(str) == claim.name]
    wide = own.pivot_table(
        index=["group", "replicate"], columns="world", values="value", observed=True, sort=False
    )
    rows = []
    if {BASELINE, INTERVENTION} <= set(wide):
        effect = (wide[INTERVENTION] - wide[BASELINE]).dropna()
        for group in dict.fromkeys(effect.index.get_level_values("group")):
            values = effect.loc[group].to_numpy(dtype=float)
            low, high = paired_interval(np.zeros_like(values), values)
            rows.append((str(group), float(values.mean()), low, high, values.size))
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def claim_to_refine(theory: Theory, outcome: str | None) -> Claim:
    """Return the claim on an outcome, the first one on a mean for None.

    Raises
    ------
    UsageError
        The theory expects no effect on the mean of that outcome.
    """
    claims = {c.key: c for c in theory.claims if c.wants_effect and c.measure == "mean"}
    found = claims.get(outcome) if outcome else next(iter(claims.values()), None)
    if found is None:
        raise UsageError(
            f"`{outcome or theory.name}` names no mean on which the theory expects an effect",
            where="--outcome", allowed=", ".join(claims) or "none: choose another theory",
        )  # fmt: skip
    return found


def refine_trial(
    trial: Trial, claim: Claim, named: list[str] | None, jobs: int = 1
) -> tuple[list[str], dict[str, pd.DataFrame]]:
    """Return the features that were tried, and all tables of a refinement.

    Parameters
    ----------
    trial : Trial
        Of `two_worlds`.
    claim : Claim
        From `claim_to_refine`.
    named : list of str or None
        Features to tell zones apart by; the usual ones when None.
    jobs : int
        Fits at the same time.
    """
    context = trial.tables["trial_context"]
    features = features_to_try(trial.theory, context, named)
    table = points(trial.theory, claim, trial.tables["trial_zones"], context)
    tables = refine(trial.theory, table, features, jobs=jobs)
    tables["refine_points"] = table.assign(inside=in_box(table, best_box(tables["refine_boxes"])))
    tables["refine_groups"] = effects_by_group(claim, trial.tables["trial_groups"])
    return features, tables
