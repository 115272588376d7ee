"""Patterns of zones and their councils."""

from __future__ import annotations

from cas_model.calibration.measurements import (
    BASELINE,
    Tables,
    Worlds,
    last_year,
    rank_correlation,
    zones_with,
)
from cas_model.calibration.patterns import Seen, judged, pattern

STAFFED = "resourced_councils"
LITTLE_AUTONOMY, MUCH_AUTONOMY = "little_autonomy", "much_autonomy"
LOW_FLOOR, HIGH_FLOOR = "low_floor", "high_floor"


@pattern("P2", "Small zones lack staff",
         "Rank correlation of size and staff of 0.6 or more, and decisions are executed less where staff is "
         "below one", "S3 section 3.3.2", proxy="execution as in the last month",
         suspect="council money per inhabitant; what limits execution besides staff")  # fmt: skip
def small_zones_lack_staff(worlds: Worlds) -> Seen:
    """Judge P2."""
    zones = worlds[BASELINE].table("zones")
    staff = zones["staff"]
    found = rank_correlation(zones["population"], staff)
    few, many = zones.loc[staff < 1, "execution"], zones.loc[staff >= 1, "execution"]
    if not len(few) or not len(many):
        return Seen(found, None)
    return judged(found, found >= 0.6 and few.mean() < many.mean())


@pattern(
    "P10",
    "Medical dominance in spite of formal parity",
    "The health cluster has 35 % or more of the agenda items adopted at year 5",
    "S4 section 5; S0",
    proxy="items fade with a half-life of 3.4 years",
    fitted=("health_status",),
    suspect="power of the clusters over the agenda",
)
def medical_dominance(worlds: Worlds) -> Seen:
    """Judge P10."""
    share = agenda_share(worlds[BASELINE], "health")
    return judged(share, share >= 0.35)


def agenda_share(world: Tables, cluster: str) -> float:
    """Return a cluster's share of the agenda items of all councils."""
    items = world.table("zones").filter(like="agenda_items_")
    return float(items[f"agenda_items_{cluster}"].sum() / items.sum().sum())


@pattern(
    "P11",
    "The voice of people is there, but weak",
    "The people cluster has more than 0 and less than 20 % of the agenda, and more when councils have staff",
    "S0; S2; S4",
    worlds=(BASELINE, STAFFED),
    suspect="what lets a cluster propose an item",
)
def weak_voice(worlds: Worlds) -> Seen:
    """Judge P11."""
    share = agenda_share(worlds[BASELINE], "people")
    return judged(share, 0 < share < 0.2 and agenda_share(worlds[STAFFED], "people") > share)


@pattern("P6", "Hospital borders hurt transmural work",
         "Rank correlation of misfit and discharges with hand-over of -0.3 or less", "S3 section 3.1.2",
         suspect="weight of misfit in hand-over (few discharges per zone in a coarse world)")  # fmt: skip
def borders_hurt(worlds: Worlds) -> Seen:
    """Judge P6."""
    zones = zones_with(worlds[BASELINE], "hand_over_rate").dropna(subset=["hand_over_rate"])
    found = rank_correlation(zones["misfit"], zones["hand_over_rate"])
    return judged(found, found <= -0.3)


@pattern("P21", "Autonomy widens differences unless there is a floor",
         "Variation of access between zones rises with autonomy and falls with the floor",
         "S3 section 3.2.1.3", worlds=(LITTLE_AUTONOMY, MUCH_AUTONOMY, LOW_FLOOR, HIGH_FLOOR),
         suspect="autonomy and floor reach access only through what councils execute: the differences are of "
         "hundredths of a percentage point")  # fmt: skip
def autonomy_widens(worlds: Worlds) -> Seen:
    """Judge P21; the number is the smaller of the two changes."""
    found = {label: last_year(worlds[label], "access_between_zones") for label in
             (LITTLE_AUTONOMY, MUCH_AUTONOMY, LOW_FLOOR, HIGH_FLOOR)}  # fmt: skip
    wider = found[MUCH_AUTONOMY] - found[LITTLE_AUTONOMY]
    closer = found[LOW_FLOOR] - found[HIGH_FLOOR]
    return judged(min(wider, closer), wider > 0 and closer > 0)
