"""Use of care, continuity, health and its unequal spread (T13 to T25)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import (
    BASELINE,
    Tables,
    Worlds,
    last_year,
    measurement,
    slopes,
    zones_with,
)

POOREST, RICHEST = 0, 4
FEW_CONDITIONS = 13
"""Group of people with none or one condition, and the fifths of income (positions in `PEOPLE_GROUPS`)."""
STEP = 0.2
FORFAIT, FEE = "pay_forfait", "pay_fee_for_service"
FIRST_LINE = ("gp", "home_nursing", "pharmacy", "allied_health")
SECOND_LINE = ("hospital",)


@measurement("gp_contacts_per_inhabitant")
def gp_contacts(worlds: Worlds) -> float:
    """Return GP contacts per inhabitant a year (T15)."""
    return last_year(worlds[BASELINE], "gp_contacts")


@measurement("loyal_patients")
def loyal(worlds: Worlds) -> float:
    """Return the share of patients loyal to one practice (T16)."""
    return last_year(worlds[BASELINE], "loyal_patients")


@measurement("unmet_need")
def unmet(worlds: Worlds) -> float:
    """Return the share of people with an unmet need (T21)."""
    return last_year(worlds[BASELINE], "unmet_need")


@measurement("unmet_need_concentration")
def unmet_concentration(worlds: Worlds) -> float:
    """Return the concentration index of unmet need by income (T21)."""
    return last_year(worlds[BASELINE], "unmet_need_concentration")


def aged(world: Tables) -> pd.DataFrame:
    """Return the sampled people with their age in years and whether they have two or more conditions."""
    people = world.table("people")
    now = int(world.table("outcomes")["month"].max())
    return people.assign(
        years=(now - people["birth_month"].astype(int)) / 12.0, multi=people["conditions"] > FEW_CONDITIONS
    )


@measurement("multimorbidity_25_34")
def multimorbid_young(worlds: Worlds) -> float:
    """Return the share with two or more conditions at 25 to 34 (T20)."""
    people = aged(worlds[BASELINE])
    return float(people.loc[people["years"].between(25, 35, inclusive="left"), "multi"].mean())


@measurement("multimorbidity_75")
def multimorbid_old(worlds: Worlds) -> float:
    """Return the share with two or more conditions from 75 (T20)."""
    people = aged(worlds[BASELINE])
    return float(people.loc[people["years"] >= 75, "multi"].mean())


@measurement("multimorbidity_onset_shift", proxy="fifths of income instead of tenths of area deprivation")
def onset_shift(worlds: Worlds) -> float:
    """Return by how many years the poorest fifth has two conditions sooner than the richest (T19).

    A linear model of the share on age and poverty, in people of 40 to 80, where it is nearly straight: the
    slope of being poor over that of a year.
    """
    people = aged(worlds[BASELINE])
    people = people[people["years"].between(40, 80) & people["income"].isin([POOREST, RICHEST])]
    poor = np.asarray(people["income"] == POOREST, dtype=float)
    share = people["multi"].to_numpy(dtype=float)
    by_poverty, by_year = slopes(share, poor, people["years"].to_numpy(dtype=float))
    return float(by_poverty / by_year) if by_year > 0 else np.nan


@measurement("admissions_per_continuity", proxy="zones instead of patients; poverty held equal")
def admissions_per_continuity(worlds: Worlds) -> float:
    """Return by which share admissions fall with 0.2 more continuity (T23)."""
    zones = zones_with(worlds[BASELINE], "avoidable_admissions", "continuity_upc")
    zones = zones[zones["avoidable_admissions"] > 0]
    columns = zones[["continuity_upc", "poverty"]].to_numpy(dtype=float)
    slope = slopes(np.log(zones["avoidable_admissions"].to_numpy(dtype=float)), columns[:, 0], columns[:, 1])
    return float(1.0 - np.exp(STEP * slope[0]))


@measurement("admissions_by_deprivation", proxy="zones instead of practices; share at risk of poverty")
def admissions_by_deprivation(worlds: Worlds) -> float:
    """Return how many more admissions zones at the 90th centile of poverty have than at the 10th (T25)."""
    zones = zones_with(worlds[BASELINE], "avoidable_admissions")
    zones = zones[zones["avoidable_admissions"] > 0]
    poverty = zones["poverty"].to_numpy(dtype=float)
    slope = slopes(np.log(zones["avoidable_admissions"].to_numpy(dtype=float)), poverty)[0]
    low, high = np.quantile(poverty, [0.1, 0.9])
    return float(np.exp(slope * (high - low)) - 1.0)


def paid(world: Tables, recipients: tuple[str, ...] | None = None) -> float:
    """Return what was paid from the first policy month on, to all or to some recipients, EUR."""
    rows = world.table("ledger")
    rows = rows[rows["month"] >= 0]
    if recipients is not None:
        rows = rows[rows["recipient"].isin(recipients)]
    return float(rows["eur"].sum())


@measurement("forfait_total_cost", worlds=(FORFAIT, FEE))
def forfait_total(worlds: Worlds) -> float:
    """Return total cost under lump sums relative to fee for service, less one (T22)."""
    return paid(worlds[FORFAIT]) / paid(worlds[FEE]) - 1.0


@measurement("forfait_first_line_cost", worlds=(FORFAIT, FEE))
def forfait_first_line(worlds: Worlds) -> float:
    """Return first-line cost under lump sums relative to fee for service, less one (T22)."""
    return paid(worlds[FORFAIT], FIRST_LINE) / paid(worlds[FEE], FIRST_LINE) - 1.0


@measurement("forfait_second_line_cost", worlds=(FORFAIT, FEE))
def forfait_second_line(worlds: Worlds) -> float:
    """Return hospital cost under lump sums relative to fee for service, less one (T22)."""
    return paid(worlds[FORFAIT], SECOND_LINE) / paid(worlds[FEE], SECOND_LINE) - 1.0
