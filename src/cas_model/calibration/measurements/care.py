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
)
from cas_model.calibration.problem import Floats

FIFTH = 0.2
SPREAD_OF_FIFTHS = 0.08
"""Variance of the mean ranks 0.1, 0.3, ... of five fifths."""
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


@measurement("unmet_need_concentration", proxy="over fifths of income, as the published one")
def unmet_concentration(worlds: Worlds) -> float:
    """Return the concentration index of unmet need over fifths of income (T21).

    That over people is larger, since need differs within fifths too: 2 cov(y, r) / mean(y) with the
    covariance of five means, which is the slope over their ranks times the spread of these.
    """
    slope, mean = (last_year(worlds[BASELINE], name) for name in ("unmet_need_slope", "unmet_need"))
    return 2.0 * SPREAD_OF_FIFTHS * slope / mean if mean > 0 else np.nan


@measurement("gp_contacts_of_users")
def contacts_of_users(worlds: Worlds) -> float:
    """Return GP contacts a year of people with at least one (T13)."""
    contacts = worlds[BASELINE].table("patients")["contacts"]
    return float(contacts[contacts > 0].mean())


@measurement("people_with_gp_contact")
def with_contact(worlds: Worlds) -> float:
    """Return the share of people with at least one GP contact in the year (T14)."""
    return float((worlds[BASELINE].table("patients")["contacts"] > 0).mean())


@measurement("gp_contacts_per_gp", proxy="lump-sum practices are included")
def contacts_per_gp(worlds: Worlds) -> float:
    """Return contacts a year per professional in general practice (T15)."""
    rows = worlds[BASELINE].table("workplaces")
    people = worlds[BASELINE].table("zones")["population"].sum()
    heads = rows.loc[rows["discipline"] == "gp", "heads"].sum()
    return last_year(worlds[BASELINE], "gp_contacts") * float(people) / float(heads)


def _of_age(worlds: Worlds, low: float, high: float) -> pd.DataFrame:
    people = worlds[BASELINE].table("patients")
    return pd.DataFrame(people[people["age"].between(low, high, inclusive="left")])


@measurement("multimorbidity_25_34")
def multimorbid_young(worlds: Worlds) -> float:
    """Return the share with two or more conditions at 25 to 34 (T20)."""
    return float((_of_age(worlds, 25, 35)["conditions"] >= 2).mean())


@measurement("multimorbidity_75")
def multimorbid_old(worlds: Worlds) -> float:
    """Return the share with two or more conditions from 75 (T20)."""
    return float((_of_age(worlds, 75, np.inf)["conditions"] >= 2).mean())


@measurement("multimorbidity_onset_shift", proxy="fifths of income instead of tenths of area deprivation")
def onset_shift(worlds: Worlds) -> float:
    """Return by how many years the poorest fifth has two conditions sooner than the richest (T19).

    A linear model of the share on age and poverty, in people of 40 to 80, where it is nearly straight: the
    slope of being poor over that of a year.
    """
    people = _of_age(worlds, 40, 80)
    people = people[(people["rank"] < FIFTH) | (people["rank"] >= 1.0 - FIFTH)]
    poor = np.asarray(people["rank"] < FIFTH, dtype=float)
    share = np.asarray(people["conditions"] >= 2, dtype=float)
    by_poverty, by_year = slopes(share, poor, people["age"].to_numpy(dtype=float))
    return float(by_poverty / by_year) if by_year > 0 else np.nan


@measurement("mixed_morbidity_ratio", proxy="fifths of income instead of tenths of area deprivation")
def mixed_ratio(worlds: Worlds) -> float:
    """Return the share with mental and other conditions in the poorest over the richest fifth (T19)."""
    people = worlds[BASELINE].table("patients")
    mixed = (people["mental"] == 1) & (people["conditions"] >= 2)
    poor, rich = (float(mixed[part].mean()) for part in
                  (people["rank"] < FIFTH, people["rank"] >= 1.0 - FIFTH))  # fmt: skip
    return poor / rich if rich > 0 else np.nan


EXPECTED = "stays as expected by the model for each patient, not counted ones"


def _log_stays(people: pd.DataFrame, stays: str, *causes: pd.Series) -> Floats:
    """Return the slopes of log expected stays on the causes, age and conditions held equal."""
    held = (people["age"].to_numpy(dtype=float), people["conditions"].to_numpy(dtype=float))
    found = slopes(
        np.log(people[stays].to_numpy(dtype=float)), *(c.to_numpy(dtype=float) for c in causes), *held
    )
    return found[: len(causes)]


def _seen(worlds: Worlds) -> pd.DataFrame:
    """Return patients with two or more contacts, for whom continuity means something, and stays expected."""
    people = worlds[BASELINE].table("patients")
    return pd.DataFrame(people[(people["contacts"] >= 2) & (people["avoidable_admissions"] > 0)])


@measurement("admissions_per_continuity", proxy=EXPECTED)
def admissions_per_continuity(worlds: Worlds) -> float:
    """Return by which share avoidable admissions fall with 0.2 more continuity (T23)."""
    people = _seen(worlds)
    slope = _log_stays(people, "avoidable_admissions", people["continuity"], people["rank"])[0]
    return float(1.0 - np.exp(STEP * slope))


@measurement("admissions_most_over_least_continuity", proxy=EXPECTED)
def admissions_most_over_least(worlds: Worlds) -> float:
    """Return admissions of the fifth with most continuity relative to that with least (T24).

    Age, conditions and income held equal; the fifths' mean continuity times its slope.
    """
    people = _seen(worlds)
    slope = _log_stays(people, "admissions", people["continuity"], people["rank"])[0]
    ordered = np.sort(people["continuity"].to_numpy(dtype=float))
    n = len(ordered) // 5
    return float(np.exp(slope * (ordered[-n:].mean() - ordered[:n].mean()))) if n else np.nan


@measurement("admissions_by_deprivation", proxy=EXPECTED + "; deprivation: mean income rank of the list")
def admissions_by_deprivation(worlds: Worlds) -> float:
    """Return how many more avoidable admissions the practice at the 90th centile of deprivation has (T25).

    Against that at the 10th; practices weighted by their lists, age and conditions held equal.
    """
    people = worlds[BASELINE].table("patients")
    people = people[people["avoidable_admissions"] > 0]
    deprived = 1.0 - people.groupby("practice")["rank"].transform("mean")
    slope = _log_stays(people, "avoidable_admissions", deprived)[0]
    low, high = np.quantile(deprived, [0.1, 0.9])
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
