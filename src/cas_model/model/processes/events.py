"""Phase shocks: the quiet month that events then disturb."""

from __future__ import annotations

from cas_model.config.declarations import PREPARE, process


@process(
    "shocks",
    PREPARE,
    writes=(
        "zone_demand_factor",
        "zone_absence",
        "zone_mortality_factor",
        "zone_urgency",
        "zone_barrier_factor",
    ),
)
def start_quietly(zone_demand_factor, zone_absence, zone_mortality_factor, zone_urgency, zone_barrier_factor):
    """Set normal need, presence, mortality and barriers; this month's events change them."""
    for z in range(zone_demand_factor.size):
        zone_demand_factor[z] = 1.0
        zone_absence[z] = 0.0
        zone_mortality_factor[z] = 1.0
        zone_urgency[z] = 0.0
        zone_barrier_factor[z] = 1.0
