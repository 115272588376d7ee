"""Robustness of policies across deep uncertainty: regret and satisficing in sampled states, and ranks.

Every state of what is uncertain is run under every policy with the same seeds. Regret is Savage's (1951): how
far a policy stays behind the best one of the same state. Satisficing is Starr's (1963) domain criterion: the
share of states in which a policy meets thresholds. See McPhail et al. (2018) on why both are needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from cas_model.experiments.sensitivity.plan import Plan
from cas_model.experiments.sensitivity.questions import Aim
from cas_model.experiments.sensitivity.sampling import Floats
from cas_model.experiments.sensitivity.study import Study

RESAMPLES = 1000
INTERVAL = (2.5, 97.5)
ALL_AIMS = "all"
"""Stands for all outcomes together: the thresholds of every one are met."""
CRITERIA = {"regret_mean": -1, "regret_p90": -1, "regret_max": -1, "satisficing": 1}
"""Criterion -> 1 when more of it is better."""
ROBUSTNESS_COLUMNS = (
    "outcome", "policy", "criterion", "value", "low", "high", "rank", "rank_low", "rank_high", "n_states",
    "n_missing",
)  # fmt: skip
REGRET_COLUMNS = ("state", "policy", "outcome", "value", "regret", "meets")


def regrets(values: Floats, direction: int) -> Floats:
    """Return how far each policy stays behind the best one of the state, in the outcome's unit, 0 or more.

    Parameters
    ----------
    values : float array (states, policies)
    direction : int
        1 when more is better, -1 when less is.

    Examples
    --------
    >>> regrets(np.array([[3.0, 5.0], [4.0, 1.0]]), 1).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    directed = direction * values
    behind: Floats = directed.max(axis=1, keepdims=True) - directed
    return behind


def meets(values: Floats, aim: Aim) -> NDArray[np.bool_]:
    """Return where a threshold is met, the threshold itself included."""
    found: NDArray[np.bool_] = aim.direction * values >= aim.direction * aim.threshold
    return found


def summaries(regret: Floats | None, met: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return every criterion of each policy.

    Parameters
    ----------
    regret : float array (..., states, policies) or None
        None for all outcomes together, which have no common unit.
    met : bool array (..., states, policies)

    Returns
    -------
    dict of str to float array (..., policies)
    """
    found = {}
    if regret is not None:
        found = {
            "regret_mean": regret.mean(axis=-2),
            "regret_p90": np.quantile(regret, 0.9, axis=-2),
            "regret_max": regret.max(axis=-2),
        }
    return {**found, "satisficing": met.mean(axis=-2)}


def ranks(values: Floats, direction: int) -> Floats:
    """Return ranks over the last axis, 1 the best; equals share the better place."""
    found: Floats = rankdata(-direction * np.round(values, 12), method="min", axis=-1)
    return found


def criterion_rows(
    regret: Floats | None, met: NDArray[np.bool_], *, seed: int, resamples: int = RESAMPLES
) -> list[dict[str, Any]]:
    """Return value and rank of every policy by every criterion, with intervals over states.

    States are drawn again with replacement, all policies of a state together. The interval of a largest
    regret never reaches beyond the sample's largest: read it as a lower bound.

    Parameters
    ----------
    regret, met : array (states, policies)
        As for `summaries`.
    seed : int
        Of the resampling.
    resamples : int
        Bootstrap samples.
    """
    n = len(met)
    whole = summaries(regret, met)
    drawn = np.random.default_rng(seed).integers(n, size=(resamples, n))
    again = summaries(None if regret is None else regret[drawn], met[drawn])
    rows = []
    for criterion, values in whole.items():
        better = CRITERIA[criterion]
        placed = ranks(again[criterion], better)
        ends = np.percentile(again[criterion], INTERVAL, axis=0)
        # A rank is a whole number, so that an interval ends at ranks that were seen.
        places = np.percentile(placed, INTERVAL, axis=0, method="nearest")
        for policy, value in enumerate(values):
            rows.append(
                {
                    "policy": policy, "criterion": criterion, "value": float(value),
                    "low": float(ends[0, policy]), "high": float(ends[1, policy]),
                    "rank": int(ranks(values, better)[policy]), "rank_low": int(places[0, policy]),
                    "rank_high": int(places[1, policy]),
                }
            )  # fmt: skip
    return rows


def compare_policies(
    values: Mapping[str, Floats],
    aims: Mapping[str, Aim],
    policies: list[str],
    non_finite: str,
    *,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Compare policies on every outcome, and on all thresholds together.

    Parameters
    ----------
    values : mapping of str to float array (states, policies)
        Per outcome; NaN where a run failed or is undefined.
    aims : mapping of str to Aim
        Threshold and direction per outcome.
    policies : list of str
        Names of the columns.
    non_finite : {"refuse", "leave_out"}
        Leave out states that lack a value under some policy, or do not compare on that outcome.
    seed : int
        Of the resampling.

    Returns
    -------
    dict of str to DataFrame
        ``robustness``: one row per outcome (`ALL_AIMS`: all thresholds), policy and criterion; ``regrets``:
        one row per state, policy and outcome.
    """
    rows: list[dict[str, Any]] = []
    states: list[pd.DataFrame] = []
    met_all, whole_all = [], []
    for outcome, aim in aims.items():
        table = values[outcome]
        whole = np.isfinite(table).all(axis=1)
        met = meets(table, aim)
        met_all.append(met)
        whole_all.append(whole)
        missing = int((~whole).sum())
        if not whole.any() or (missing and non_finite == "refuse"):
            rows += _absent(outcome, policies, missing)
            continue
        regret = regrets(table[whole], aim.direction)
        about = {"outcome": outcome, "n_states": int(whole.sum()), "n_missing": missing}
        rows += [about | row for row in criterion_rows(regret, met[whole], seed=seed)]
        n, m = regret.shape
        states.append(
            pd.DataFrame(
                {
                    "state": np.repeat(np.flatnonzero(whole), m), "policy": np.tile(policies, n),
                    "outcome": outcome, "value": table[whole].ravel(), "regret": regret.ravel(),
                    "meets": met[whole].ravel(),
                }
            )
        )  # fmt: skip
    together = np.logical_and.reduce(whole_all)
    missing = int((~together).sum())
    if len(aims) > 1 and together.any() and not (missing and non_finite == "refuse"):
        about = {"outcome": ALL_AIMS, "n_states": int(together.sum()), "n_missing": missing}
        met = np.logical_and.reduce(met_all)[together]
        rows += [about | row for row in criterion_rows(None, met, seed=seed)]
    for row in rows:
        row["policy"] = policies[row["policy"]] if isinstance(row["policy"], int) else row["policy"]
    return {
        "robustness": pd.DataFrame(rows, columns=list(ROBUSTNESS_COLUMNS)),
        "regrets": pd.concat(states, ignore_index=True)
        if states
        else pd.DataFrame(columns=list(REGRET_COLUMNS)),
    }


def _absent(outcome: str, policies: list[str], missing: int) -> list[dict[str, Any]]:
    """Return rows that say that an outcome was not compared."""
    blank = dict.fromkeys(("value", "low", "high"), float("nan"))
    return [
        {"outcome": outcome, "policy": policy, "criterion": criterion, **blank, "rank": 0, "rank_low": 0,
         "rank_high": 0, "n_states": 0, "n_missing": missing}
        for criterion in CRITERIA
        for policy in policies
    ]  # fmt: skip


def robustness_tables(study: Study, plan: Plan, values: Floats) -> dict[str, pd.DataFrame]:
    """Answer ``[robustness]``.

    Parameters
    ----------
    study, plan : Study, Plan
        What was asked, and the crossed design.
    values : float array (points, replicates, outcomes)
        Of the last twelve months; replicates are averaged, so that states differ and not chance alone.
    """
    asked = study.robustness
    assert asked is not None
    policies = [str(choice) for choice in study.policy_factor.choices]
    means = values.mean(axis=1).reshape(study.n, len(policies), -1)
    tables = {name: means[..., study.outcomes.index(name)] for name in asked.outcomes}
    return compare_policies(tables, asked.outcomes, policies, study.non_finite, seed=study.seed)
