"""Patterns of single organisations: attendance, pay, volunteers, overload (P15, P16, P17, P19, P24)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import BASELINE, Tables, Worlds, rank_correlation
from cas_model.calibration.measurements.care import FEE, FORFAIT
from cas_model.calibration.patterns import Seen, judged, pattern

FIRST_YEAR, VOLUNTARY, EVERYBODY = "first_year", "first_year_voluntary", "first_year_for_all"
CRISIS = "staffing_crisis"
OVERLOAD, SEVERE = 1.0, 1.25
"""Load from which a provider is overloaded, and severely so (assumption)."""
LEAST = 10
"""Providers in a group below which nothing is said of it."""


def providers(world: Tables, discipline: str = "") -> pd.DataFrame:
    """Return the providers of a world by row, of all disciplines or one."""
    rows = world.table("workplaces").set_index("provider")
    return pd.DataFrame(rows[rows["discipline"] == discipline] if discipline else rows)


@pattern(
    "P15",
    "The same volunteers are asked over and over",
    "The top 20 % of providers carry 50 % or more of council and pilot hours; they leave more often",
    "S4 section 5",
    proxy="hours: attendance of each organisation; leaving: strain, which is what raises it in the model",
    fitted=("asked_again",),
    suspect="the overloaded stay away, and load is what strains, not being asked again (M44): those who "
    "carry most are the least strained",
)
def same_volunteers(worlds: Worlds) -> Seen:
    """Judge P15; the number is the share that the top fifth carries."""
    rows = providers(worlds[BASELINE]).sort_values("attendance", ascending=False)
    weight = rows["represents"].to_numpy(dtype=float)
    hours = rows["attendance"].to_numpy(dtype=float) * weight
    reached = np.cumsum(weight) / weight.sum()
    # The row at the border counts by its part.
    part = np.clip((0.2 - (reached - weight / weight.sum())) / (weight / weight.sum()), 0.0, 1.0)
    share = float((hours * part).sum() / hours.sum())
    strain = rows["strain"].to_numpy(dtype=float)
    top = np.average(strain, weights=weight * part + 1e-300)
    return judged(share, share >= 0.5 and bool(top > np.average(strain, weights=weight)))


@pattern(
    "P16",
    "Larger organisations attend more",
    "Rank correlation of size and attendance of 0.5 or more",
    "S3 section 3.3.1",
    proxy="over organisations",
    suspect="attendance by cluster and strain against that by size (M19)",
)
def larger_attend_more(worlds: Worlds) -> Seen:
    """Judge P16."""
    rows = providers(worlds[BASELINE])
    found = rank_correlation(rows["heads"] / rows["represents"], rows["attendance"])
    return judged(found, found >= 0.5)


@pattern(
    "P17",
    "Fees hold back coordination",
    "Providers with over 80 % fees spend 30 % or more less time on coordination than those below 50 %",
    "S4 section 5.3.1",
    worlds=(FEE, FORFAIT),
    proxy="the same practices under either way of paying; fees as felt (share of income that follows volume)",
    suspect="weight of the volume reward in effort (M47)",
)
def fees_hold_back(worlds: Worlds) -> Seen:
    """Judge P17; the number is by which share effort is lower."""
    fee, lump = (providers(worlds[label], "gp") for label in (FEE, FORFAIT))
    both = (fee["volume_share"] > 0.8) & (lump["volume_share"] < 0.5)
    if both.sum() < LEAST:
        return Seen(np.nan, None)
    lower = 1.0 - float(fee.loc[both, "coordination"].mean() / lump.loc[both, "coordination"].mean())
    return judged(lower, lower >= 0.3)


@pattern(
    "P19",
    "Volunteers are not representative",
    "Mean readiness of joiners is 0.5 standard deviations or more above all; the effect in them overstates "
    "that in all",
    "S4 section 5.3.2",
    worlds=(FIRST_YEAR, VOLUNTARY, EVERYBODY),
    proxy="practices, a year after the start; readiness in the world without new pay; effect: effort to "
    "coordinate, in joiners against all when all are paid anew",
    suspect="how strongly readiness decides who joins (M51); effects that do not depend on readiness",
)
def volunteers_differ(worlds: Worlds) -> Seen:
    """Judge P19; the number is the distance in readiness, in standard deviations."""
    base, chosen, paid_anew = (providers(worlds[label], "gp") for label in (FIRST_YEAR, VOLUNTARY, EVERYBODY))
    joined = chosen["scheme"] > 0.0
    if not LEAST <= joined.sum() < len(base):
        return Seen(np.nan, None)
    readiness = base["readiness"]
    distance = float((readiness[joined].mean() - readiness.mean()) / readiness.std())
    effect = paid_anew["coordination"] - base["coordination"]
    return judged(distance, distance >= 0.5 and float(effect[joined].mean()) > float(effect.mean()))


@pattern(
    "P24",
    "A personnel crisis cuts both ways",
    "Tie seeking peaks at moderate overload; coordination falls at severe overload",
    "S3 section 3.3.1; S4 table 2",
    worlds=(CRISIS,),
    proxy=f"moderate: load {OVERLOAD:g} to {SEVERE:g} (assumption); after five years of a staffing crisis",
    suspect="where seeking peaks (M60) and from which load coordination falls (M61)",
)
def crisis_cuts_both_ways(worlds: Worlds) -> Seen:
    """Judge P24; the number is coordination at severe less that at moderate overload."""
    rows = providers(worlds[CRISIS])
    calm, moderate, severe = (
        rows[rows["load"] < OVERLOAD],
        rows[rows["load"].between(OVERLOAD, SEVERE, inclusive="left")],
        rows[rows["load"] >= SEVERE],
    )
    if min(len(calm), len(moderate), len(severe)) < LEAST:
        return Seen(np.nan, None)
    peaks = moderate["tie_seeking"].mean() > max(calm["tie_seeking"].mean(), severe["tie_seeking"].mean())
    fall = float(severe["coordination"].mean() - moderate["coordination"].mean())
    return judged(fall, bool(peaks) and fall < 0.0)
