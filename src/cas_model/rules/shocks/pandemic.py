"""Pandemic: demand surges, staff are absent, mortality rises, and a shared urgency opens."""

from cas_model.config.declarations import Parameter, shock


@shock(
    "pandemic",
    label="Pandemic",
    source="dossier 5.1 #63, S-10 (sizes assumption)",
    meaning="a sharp rise in need with staff absent, fading evenly over its duration",
    fields=(
        Parameter("start_month", 36, 0, 599, "month", "dossier S-10", "first month"),
        Parameter(
            "duration_months", 12, 1, 60, "months", "dossier 5.1 #63 (assumption)", "how long it lasts"
        ),
        Parameter(
            "demand_rise", 0.30, 0.0, 2.0, "ratio", "dossier 5.1 #63 (assumption)", "rise of need at its peak"
        ),
        Parameter(
            "staff_absence", 0.15, 0.0, 0.6, "0-1", "dossier 5.1 #63 (assumption)", "staff absent at its peak"
        ),
        Parameter("mortality_rise", 0.15, 0.0, 2.0, "ratio", "assumption", "rise of mortality at its peak"),
        Parameter("severity", 1.0, 0.0, 2.0, "ratio", "assumption", "scales all sizes"),
    ),
    writes=("zone_demand_factor", "zone_absence", "zone_mortality_factor", "zone_urgency"),
)
def strike(
    event_now,
    event_zones,
    event_duration_months,
    event_demand_rise,
    event_staff_absence,
    event_mortality_rise,
    event_severity,
    zone_demand_factor,
    zone_absence,
    zone_mortality_factor,
    zone_urgency,
):
    """Act at full size in the first third of the duration, then fade linearly to nothing."""
    progress = event_now[0] / event_duration_months
    size = event_severity * min(1.0, 1.5 * (1.0 - progress))
    for z in range(zone_urgency.size):
        if event_zones[z]:
            zone_demand_factor[z] *= 1.0 + size * event_demand_rise
            zone_absence[z] = 1.0 - (1.0 - zone_absence[z]) * (1.0 - min(0.9, size * event_staff_absence))
            zone_mortality_factor[z] *= 1.0 + size * event_mortality_rise
            zone_urgency[z] = max(zone_urgency[z], min(1.0, size))
