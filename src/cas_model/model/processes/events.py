"""Phase shocks: the quiet month that events then disturb."""

from __future__ import annotations

from cas_model.config.declarations import PREPARE, process

QUIET = (
    "zone_need_rise",
    "zone_death_rise",
    "zone_absence",
    "zone_urgency",
    "zone_barrier_factor",
    "zone_campaign_reach",
    "zone_dose_barrier_factor",
    "zone_exit_factor",
    "zone_retirement",
    "zone_hiring_factor",
    "zone_support",
    "zone_announced",
    "zone_moved",
    "zone_vaccine_offer",
    "zone_campaign_begins",
)


@process("shocks", PREPARE, writes=QUIET)
def start_quietly(
    zone_need_rise,
    zone_death_rise,
    zone_absence,
    zone_urgency,
    zone_barrier_factor,
    zone_campaign_reach,
    zone_dose_barrier_factor,
    zone_exit_factor,
    zone_retirement,
    zone_hiring_factor,
    zone_support,
    zone_announced,
    zone_moved,
    zone_vaccine_offer,
    zone_campaign_begins,
    campaign_alone,
):
    """Set normal need, mortality, presence, staffing, money, borders; this month's events change them."""
    zone_need_rise[:] = 0.0
    zone_death_rise[:] = 0.0
    zone_absence[:] = 0.0
    zone_urgency[:] = 0.0
    zone_barrier_factor[:] = 1.0
    zone_campaign_reach[:] = campaign_alone
    zone_dose_barrier_factor[:] = 1.0
    zone_exit_factor[:] = 1.0
    zone_retirement[:] = 0.0
    zone_hiring_factor[:] = 1.0
    zone_support[:] = 0.0
    zone_announced[:] = 0.0
    zone_moved[:] = 0.0
    zone_vaccine_offer[:] = 0.0
    zone_campaign_begins[:] = 0.0
