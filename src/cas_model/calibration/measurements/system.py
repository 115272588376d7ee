"""Zones, councils, networks (T11, T12, T26, T27, T30)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import (
    BASELINE,
    Tables,
    Worlds,
    measurement,
    rank_correlation,
    slopes,
    zones_with,
)
from cas_model.calibration.problem import Floats

LARGE_ZONE = 115_000


@measurement("zones_across_regions")
def zones_across_regions(worlds: Worlds) -> float:
    """Return the share of zones that do not fit in one regional zone (T11)."""
    return float((worlds[BASELINE].table("zones")["region_misfit"] > 0).mean())


@measurement("staff_by_size")
def staff_by_size(worlds: Worlds) -> float:
    """Return the rank correlation of a zone's inhabitants with its council's staff net of reporting (T12)."""
    zones = worlds[BASELINE].table("zones")
    return rank_correlation(zones["population"], zones["staff"])


@measurement("zones_below_one_staff")
def below_one(worlds: Worlds) -> float:
    """Return the share of zones with less than one net full-time member of staff (T12)."""
    return float((worlds[BASELINE].table("zones")["staff"] < 1.0).mean())


@measurement("large_zones_below_one_staff")
def large_below_one(worlds: Worlds) -> float:
    """Return how many zones above 115 000 inhabitants have less than one net member of staff (T12)."""
    zones = worlds[BASELINE].table("zones")
    return float(((zones["staff"] < 1.0) & (zones["population"] > LARGE_ZONE)).sum())


def _critical(world: Tables) -> pd.Series:
    rows = world.table("stress_test")
    rows = rows[rows["order"] == "random"]
    return pd.Series(rows.set_index(rows["zone"].astype(str))["critical_fraction"])


@measurement(
    "critical_fraction_spread",
    proxy="90th over 10th centile of zones; undefined where a tenth of the zones bear no loss at all",
)
def critical_spread(worlds: Worlds) -> float:
    """Return how many times the critical fraction of resistant zones is that of fragile ones (T26)."""
    low, high = np.quantile(_critical(worlds[BASELINE]), [0.1, 0.9])
    return float(high / low) if low > 0 else np.nan


@measurement(
    "displaced_patients_known",
    proxy="no independent test: the chance to try a known practice first is from the same source",
)
def displaced_known(worlds: Worlds) -> float:
    """Return the share of displaced patients who find a practice that had seen them, mean of zones (T26)."""
    rows = worlds[BASELINE].table("stress_test")
    return float(rows.groupby(rows["zone"].astype(str))["familiar_share"].first().mean())


@measurement("critical_fraction_by_density", proxy="simulated practices instead of physicians")
def critical_by_density(worlds: Worlds) -> float:
    """Return the rank correlation of the critical fraction with practices per inhabitant (T26)."""
    zones = zones_with(worlds[BASELINE])
    rows = worlds[BASELINE].table("workplaces")
    rows = rows[rows["discipline"] == "gp"]
    practices = rows.groupby(rows["zone"].astype(str))["represents"].sum()
    density = (practices / zones["population"]).reindex(zones.index)
    return rank_correlation(density, _critical(worlds[BASELINE]).reindex(zones.index))


def _standard(values: pd.Series) -> Floats:
    found = values.to_numpy(dtype=float)
    spread = np.nanstd(found)
    return np.asarray((found - np.nanmean(found)) / spread if spread > 0 else np.full(len(found), np.nan))


@measurement("trust_over_management", proxy="zones as networks; management: net staff times its skill")
def trust_over_management(worlds: Worlds) -> float:
    """Return the standardised effect of trust on joint tasks done well, less that of management (T27)."""
    zones = zones_with(worlds[BASELINE], "joint_task_success", "mean_trust")
    management = pd.Series(zones["staff"] * zones["skill"])
    effects = slopes(
        _standard(zones["joint_task_success"]), _standard(zones["mean_trust"]), _standard(management)
    )
    return float(effects[0] - effects[1])


WORKS = 0.5
"""Chance that a joint task succeeds from which a tie is said to work: more often than not (assumption)."""


@measurement(
    "months_until_a_tie_works",
    proxy=f"ties begun in the first two years; a tie works when joint tasks succeed with chance {WORKS}",
)
def months_until_works(worlds: Worlds) -> float:
    """Return the median months from the begin of a tie until it works (T30).

    Kaplan-Meier: a tie that ends, or is still on its way when the run ends, was followed until then. Infinite
    when fewer than half ever come to work.
    """
    ties = worlds[BASELINE].table("tie_months")
    return median_wait(*waits(ties))


def waits(ties: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return for each tie begun in months 1 to 24 how long it was followed, and whether it came to work."""
    rows = ties.sort_values(["tie", "month"])
    partner, slot = rows["partner"].to_numpy(), rows["tie"].to_numpy()
    month, task = rows["month"].to_numpy(), rows["task"].to_numpy()
    same = np.append(False, (slot[1:] == slot[:-1]) & (partner[1:] == partner[:-1]))
    begins = np.flatnonzero(~same)
    ends = np.append(begins[1:], len(rows))
    followed, worked = [], []
    for begin, end in zip(begins, ends, strict=True):
        if partner[begin] < 0 or not 1 <= month[begin] <= 24:
            continue
        at = np.flatnonzero(task[begin:end] >= WORKS)
        followed.append(float(at[0] if at.size else end - 1 - begin))
        worked.append(float(at.size > 0))
    return np.array(followed), np.array(worked)


def median_wait(followed: Floats, worked: Floats) -> float:
    """Return the Kaplan-Meier median of times; infinite when it is not reached, NaN without any."""
    if not len(followed):
        return np.nan
    left = 1.0
    for time in np.unique(followed[worked > 0]):
        left *= 1.0 - float(((followed == time) & (worked > 0)).sum()) / float((followed >= time).sum())
        if left <= 0.5:
            return float(time)
    return np.inf
