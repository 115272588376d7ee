"""Zones, councils, networks and the workforce (T11, T12, T26, T27, T31)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import (
    BASELINE,
    Tables,
    Worlds,
    last_year,
    measurement,
    rank_correlation,
    slopes,
    zones_with,
)
from cas_model.calibration.measurements.care import FEE, FORFAIT
from cas_model.calibration.problem import Floats

LARGE_ZONE = 115_000


def net_staff(zones: pd.DataFrame) -> pd.Series:
    """Return full-time staff of each council, without the time that reporting takes."""
    return pd.Series(zones["staff"] * (1.0 - zones["reporting"]))


@measurement("zones_across_regions")
def zones_across_regions(worlds: Worlds) -> float:
    """Return the share of zones that do not fit in one regional zone (T11)."""
    return float((worlds[BASELINE].table("zones")["region_misfit"] > 0).mean())


@measurement("staff_by_size")
def staff_by_size(worlds: Worlds) -> float:
    """Return the rank correlation of a zone's inhabitants with its council's net staff (T12)."""
    zones = worlds[BASELINE].table("zones")
    return rank_correlation(zones["population"], net_staff(zones))


@measurement("zones_below_one_staff")
def below_one(worlds: Worlds) -> float:
    """Return the share of zones with less than one net full-time member of staff (T12)."""
    return float((net_staff(worlds[BASELINE].table("zones")) < 1.0).mean())


@measurement("large_zones_below_one_staff")
def large_below_one(worlds: Worlds) -> float:
    """Return how many zones above 115 000 inhabitants have less than one net member of staff (T12)."""
    zones = worlds[BASELINE].table("zones")
    return float(((net_staff(zones) < 1.0) & (zones["population"] > LARGE_ZONE)).sum())


def _critical(world: Tables) -> pd.Series:
    rows = world.table("stress_test")
    rows = rows[rows["order"] == "random"]
    return pd.Series(rows.set_index(rows["zone"].astype(str))["critical_fraction"])


@measurement("critical_fraction_spread", proxy="90th over 10th centile of zones, not the extremes")
def critical_spread(worlds: Worlds) -> float:
    """Return how many times the critical fraction of resistant zones is that of fragile ones (T26)."""
    low, high = np.quantile(_critical(worlds[BASELINE]), [0.1, 0.9])
    return float(high / low) if low > 0 else np.inf if high > 0 else np.nan


@measurement("displaced_patients_known")
def displaced_known(worlds: Worlds) -> float:
    """Return the share of displaced patients who find a practice that had seen them (T26)."""
    rows = worlds[BASELINE].table("stress_test")
    return float(rows.loc[rows["order"] == "random", "known_of_displaced"].mean())


@measurement("critical_fraction_by_density", proxy="simulated practices instead of physicians")
def critical_by_density(worlds: Worlds) -> float:
    """Return the rank correlation of the critical fraction with practices per inhabitant (T26)."""
    zones = zones_with(worlds[BASELINE])
    rows = worlds[BASELINE].table("providers")
    rows = rows[(rows["discipline"] == "gp")].drop_duplicates("provider")
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
    management = pd.Series(net_staff(zones) * zones["skill"])
    effects = slopes(
        _standard(zones["joint_task_success"]), _standard(zones["mean_trust"]), _standard(management)
    )
    return float(effects[0] - effects[1])


@measurement("wellbeing_forfait_over_fee", worlds=(FORFAIT, FEE), proxy="well-being of all providers")
def wellbeing_by_pay(worlds: Worlds) -> float:
    """Return workforce well-being under lump sums less that under fee for service (T31)."""
    return last_year(worlds[FORFAIT], "workforce_wellbeing") - last_year(worlds[FEE], "workforce_wellbeing")
