"""Patterns of providers, pay and patients."""

from __future__ import annotations

import numpy as np

from cas_model.calibration.measurements import BASELINE, Worlds, last_year, monthly
from cas_model.calibration.measurements.barriers import mean_ratings
from cas_model.calibration.patterns import Seen, judged, pattern
from cas_model.config.vocabulary import YEAR

AMBITIOUS = "transition_care_first"
NOTHING_AT_STAKE, LITTLE_AT_STAKE, MUCH_AT_STAKE = "nothing_at_stake", "little_at_stake", "much_at_stake"


@pattern("P9", "Pillar homophily fades slowly",
         "The E-I index of pillars is below 0 at the start, rises every year, and is below 0 after five "
         "years", "S3 section 3.1.2", proxy="rises: yearly means",
         suspect="how partners are found (homophily of pillars) and tie renewal")  # fmt: skip
def pillars_fade(worlds: Worlds) -> Seen:
    """Judge P9; the number is the index after five years."""
    path = monthly(worlds[BASELINE], "ei_index_pillars").loc[0 : 5 * YEAR - 1]
    if len(path) < 5 * YEAR:
        return Seen(np.nan, None)
    years = path.to_numpy().reshape(5, YEAR).mean(axis=1)
    last = float(path.iloc[-1])
    return judged(last, path.iloc[0] < 0 and last < 0 and bool((np.diff(years) > 0).all()))


@pattern("P18", "A marginal incentive does little",
         "The response to 5 % of the budget at stake is less than a quarter of that to 30 %",
         "S4 section 5.3.2", worlds=(NOTHING_AT_STAKE, LITTLE_AT_STAKE, MUCH_AT_STAKE),
         proxy="response: coverage of coordinated care; pay for performance taken from fees",
         suspect="threshold in the response to the share of pay that is not for volume")  # fmt: skip
def marginal_incentive(worlds: Worlds) -> Seen:
    """Judge P18; the number is the response to 5 % as a share of that to 30 %, NaN without any response."""
    none, little, much = (
        last_year(worlds[label], "coordinated_care_coverage")
        for label in (NOTHING_AT_STAKE, LITTLE_AT_STAKE, MUCH_AT_STAKE)
    )
    if much <= none:
        return Seen(np.nan, False)
    return judged((little - none) / (much - none), (little - none) / (much - none) < 0.25)


@pattern(
    "P1",
    "Low, flat maturity under high ambition",
    "Mean stated policy ambition of 0.6 or more while the mean rater score is 1.6 or less",
    "S4 sections 2, 3.1; S1",
    proxy="ambition: the weight that federal, Flemish and local tiers give integration among their goals",
    suspect="goals of the tiers move at elections only (assumption)",
    fitted=("stated_ambition",),
)
def high_ambition(worlds: Worlds) -> Seen:
    """Judge P1; the number is the ambition."""
    tiers = worlds[BASELINE].table("tiers")
    ambition = float(tiers.loc[tiers["goal"] == "integration", "weight"].mean())
    return judged(ambition, ambition >= 0.6 and float(mean_ratings(worlds[BASELINE]).mean()) <= 1.6)


@pattern("P20", "Patients are satisfied, yet get little chronic care",
         "T2 and T3 hold together, and satisfaction and PACIC correlate below 0.7", "S4 section 3.2",
         suspect="measurement model of PACIC: item difficulty against the latent experience")  # fmt: skip
def satisfied_yet(worlds: Worlds) -> Seen:
    """Judge P20; the number is the correlation over respondents."""
    rows = worlds[BASELINE].table("survey_targets")
    held = bool(rows.loc[rows["target"].isin(["T2", "T3"]), "met"].all())
    answers = worlds[BASELINE].table("pacic_scales")[["satisfied", "total"]].to_numpy(dtype=float)
    varied = len(answers) > 1 and answers.std(axis=0).min() > 0
    found = float(np.corrcoef(answers.T)[0, 1]) if varied else np.nan
    return judged(found, held and found < 0.7)


@pattern(
    "P23",
    "Reform costs before it pays",
    "Cumulative net cost of an ambitious reform is above 0 at the end of each of the years 1 to 3",
    "S4 section 6",
    worlds=(BASELINE, AMBITIOUS),
    proxy="the reform that invests in care before pay changes",
    suspect="what transition costs, and how soon it saves",
)
def reform_costs_first(worlds: Worlds) -> Seen:
    """Judge P23; the number is the least of the three, EUR."""
    costs = []
    for label in (AMBITIOUS, BASELINE):
        rows = worlds[label].table("ledger")
        costs.append([rows.loc[rows["month"].between(0, YEAR * y - 1), "eur"].sum() for y in (1, 2, 3)])
    least = float((np.array(costs[0]) - np.array(costs[1])).min())
    return judged(least, least > 0)
