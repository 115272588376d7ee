"""Patterns of single ties over months: familiarity and path dependence (P7, P8)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from cas_model.calibration.measurements import BASELINE, Worlds
from cas_model.calibration.measurements.system import WORKS
from cas_model.calibration.patterns import Seen, judged, pattern
from cas_model.calibration.problem import Floats
from cas_model.config.vocabulary import SLOTS, YEAR

LAGS, LEVEL = 2, 0.05
"""Months of the past that predict, and level of significance (assumption)."""
CLOSE = 0.05
"""Difference in trust at the start up to which two ties are matched (assumption)."""
LEAST_TIES = 10


def _residual(y: Floats, *past: Floats) -> float:
    design = np.column_stack([np.ones(len(y)), *past])
    return float(((y - design @ np.linalg.lstsq(design, y)[0]) ** 2).sum())


def granger(cause: Floats, effect: Floats) -> float:
    """Return the p-value of Granger's test that the past of one series helps to predict another (T,).

    F test of the lags of `cause` beside those of `effect` itself; 1 where a series does not vary.
    """
    n = len(effect) - LAGS
    free = n - 2 * LAGS - 1
    if free < 1 or np.ptp(cause) == 0.0 or np.ptp(effect) == 0.0:
        return 1.0
    own, other = (
        [series[LAGS - k : len(series) - k] for k in range(1, LAGS + 1)] for series in (effect, cause)
    )
    y = effect[LAGS:]
    alone, together = _residual(y, *own), _residual(y, *own, *other)
    if together <= 1e-12 * alone or alone <= 0.0:
        return 0.0 if alone > 0.0 else 1.0
    return float(f_distribution.sf((alone - together) / LAGS / (together / free), LAGS, free))


def kept_ties(ties: pd.DataFrame) -> dict[str, Floats]:
    """Return what was noted of ties that had one partner throughout: column -> array (ties, months)."""
    wide = {c: ties.pivot_table(values=c, index="tie", columns="month") for c in ties.columns
            if c not in ("tie", "month")}  # fmt: skip
    partner = wide["partner"].to_numpy()
    same = (partner >= 0).all(axis=1) & (partner == partner[:, :1]).all(axis=1)
    return {"tie": wide["partner"].index.to_numpy()[same]} | {
        c: t.to_numpy(dtype=float)[same] for c, t in wide.items()
    }


@pattern(
    "P7",
    "Familiarity precedes collaboration",
    "Contact Granger-leads coordination on 60 % or more of ties that end collaborative",
    "S3 section 3.5.3",
    proxy="coordination: effort at both ends; collaborative: joint tasks succeed more often than not; leads: "
    f"{LAGS} months of past contact help to predict it at {LEVEL:g}, and more than the reverse",
    suspect="effort is the provider's towards all partners, and does not follow the contact of one tie",
)
def familiarity_first(worlds: Worlds) -> Seen:
    """Judge P7; the number is the share of such ties."""
    ties = kept_ties(worlds[BASELINE].table("tie_months"))
    working = ties["task"][:, -1] >= WORKS
    if working.sum() < LEAST_TIES:
        return Seen(np.nan, None)
    leads = []
    for contact, effort in zip(ties["contact"][working], ties["effort"][working], strict=True):
        forwards, backwards = granger(contact, effort), granger(effort, contact)
        leads.append(forwards < LEVEL and forwards < backwards)
    share = float(np.mean(leads))
    return judged(share, share >= 0.6)


@pattern(
    "P8",
    "Path dependence",
    "Ties with one early breach have 20 % or more less trust 3 years later than matched ties",
    "S3 section 3.5.1",
    proxy="one breach in the first year; matched: none in that year, same kind of partner, trust within "
    f"{CLOSE:g} at the start; both still there",
    suspect="one breach takes 9 % of trust (breach_ratio x trust_gain, M27), which then returns to its base; "
    "ties that lost most are given up",
)
def breach_is_remembered(worlds: Worlds) -> Seen:
    """Judge P8; the number is by which share trust is lower."""
    ties = worlds[BASELINE].table("tie_months")
    ties = ties[ties["month"] < 4 * YEAR + 1]
    if ties["month"].max() < 4 * YEAR:
        return Seen(np.nan, None)
    kept = kept_ties(ties)
    early = kept["breaches"][:, YEAR] - kept["breaches"][:, 0]
    start, later, kind = kept["trust"][:, 0], kept["trust"][:, -1], kept["tie"] % SLOTS
    whole = early == 0
    broken, matched = [], []
    for i in np.flatnonzero(early == 1):
        alike = whole & (kind == kind[i]) & (np.abs(start - start[i]) <= CLOSE)
        if alike.any():
            broken.append(later[i])
            matched.append(later[alike].mean())
    if len(broken) < LEAST_TIES:
        return Seen(np.nan, None)
    lower = 1.0 - float(np.mean(broken) / np.mean(matched))
    return judged(lower, lower >= 0.2)
