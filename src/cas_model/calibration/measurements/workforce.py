"""Practices and those who work there (T17, T31 to T33)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import (
    BASELINE,
    Worlds,
    measurement,
    rank_correlation,
)
from cas_model.calibration.measurements.care import FEE, FORFAIT

STATES = ("full_stop", "conditional", "open")


def practices(worlds: Worlds, label: str = BASELINE) -> pd.DataFrame:
    """Return the general practices of a world, a row each."""
    rows = worlds[label].table("workplaces")
    return pd.DataFrame(rows[rows["discipline"] == "gp"])


def _register_acceptance(code: int, state: str) -> None:
    @measurement(f"acceptance.{state}")
    def accepting(worlds: Worlds) -> float:
        rows = practices(worlds)
        return float(np.average(rows["status"] == code, weights=rows["represents"]))


for _code, _state in enumerate(STATES):
    _register_acceptance(_code, _state)


LEAST_ROWS = 10
"""Rows of practices that half of the zones must have for a spread to be more than chance (assumption)."""


@measurement(
    "acceptance.spread",
    proxy="90th over 10th centile of zones, share of practices that take nobody; undefined in coarse worlds",
)
def acceptance_spread(worlds: Worlds) -> float:
    """Return how many times more practices take nobody in some zones than in others (T17)."""
    rows = practices(worlds)
    zone = rows["zone"].astype(str)
    if zone.value_counts().median() < LEAST_ROWS:
        return np.nan
    closed = (rows["status"] == 0) * rows["represents"]
    share = closed.groupby(zone).sum() / rows["represents"].groupby(zone).sum()
    low, high = np.quantile(share, [0.1, 0.9])
    return float(high / low) if low > 0 else np.inf if high > 0 else np.nan


@measurement(
    "wellbeing_forfait_over_fee",
    worlds=(FORFAIT, FEE),
    proxy="strain for distress; M62 took its form (S4 section 5) with this figure in sight",
)
def wellbeing_by_pay(worlds: Worlds) -> float:
    """Return by how much strain in general practice is lower under lump sums than under fees (T31)."""
    fee, lump = (
        float(np.average(rows["strain"], weights=rows["heads"]))
        for rows in (practices(worlds, FEE), practices(worlds, FORFAIT))
    )
    return fee - lump


@measurement("strain_of_professionals", proxy="strain for ill health; low: below the middle of the scale")
def strain(worlds: Worlds) -> float:
    """Return the mean strain of professionals (T32)."""
    rows = worlds[BASELINE].table("workplaces")
    return float(np.average(rows["strain"], weights=rows["heads"]))


@measurement("strain_in_larger_practices", proxy="size of a practice for multidisciplinary group practice")
def strain_by_team(worlds: Worlds) -> float:
    """Return the rank correlation of a practice's size with the strain of its staff (T32)."""
    rows = practices(worlds)
    return rank_correlation(rows["heads"] / rows["represents"], rows["strain"])


@measurement("growth_of_administration", proxy="time in general practice, last policy month less the first")
def administration(worlds: Worlds) -> float:
    """Return by how much the share of time spent on administration grew (T33)."""
    rows = worlds[BASELINE].table("zone_months")
    rows = rows[rows["month"] >= 0]
    means = rows.groupby("month")["gp_admin"].mean()
    return float(means.iloc[-1] - means.iloc[0])
