"""Pandemic: demand surges, staff are absent, mortality rises, a shared urgency opens, and money may come."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month
from cas_model.config.vocabulary import GROUPS
from cas_model.numerics.functions import paid_and_withdrawn


@shock(
    "pandemic",
    label="Pandemic",
    source="dossier 5.1 #63, S-10 (sizes assumption); money #19, PT7",
    meaning="a sharp rise in need with staff absent, fading evenly over its duration, with or without money",
    fields=(
        start_month(36, "dossier S-10"),
        duration_months(12, 60, "dossier 5.1 #63 (assumption)"),
        Parameter(
            "demand_rise", 0.30, 0.0, 2.0, "ratio", "dossier 5.1 #63 (assumption)", "rise of need at its peak"
        ),
        Parameter(
            "staff_absence", 0.15, 0.0, 0.6, "0-1", "dossier 5.1 #63 (assumption)", "staff absent at its peak"
        ),
        Parameter("mortality_rise", 0.15, 0.0, 2.0, "ratio", "assumption", "rise of mortality at its peak"),
        Parameter(
            "support", 0.0, 0.0, 2.0, "ratio", "dossier 5.1 #19 (1.0 at a peak; size assumption)",
            "extra project money of councils while it lasts, relative to their core budget",
        ),
        Parameter(
            "taper_months", 0, 0, 36, "months", "assumption",
            "months in which that money is withdrawn afterwards", whole=True,
        ),
        Parameter(
            "conversion", 0.0, 0.0, 1.0, "0-1", "dossier 6 PT7 (half within a year)",
            "share of that money that becomes core budget as it is withdrawn",
        ),
        SEVERITY,
    ),
    groups=GROUPS,
    strikes=("everyone",),
    writes=(
        "zone_need_rise", "zone_absence", "zone_death_rise", "zone_urgency", "zone_support", "zone_converted",
    ),
)  # fmt: skip
def strike(
    event_now,
    event_zones,
    event_groups,
    event_duration_months,
    event_demand_rise,
    event_staff_absence,
    event_mortality_rise,
    event_support,
    event_taper_months,
    event_conversion,
    event_severity,
    zone_need_rise,
    zone_absence,
    zone_death_rise,
    zone_urgency,
    zone_support,
    zone_converted,
):
    """Act at full size in the first third of the duration, then fade linearly; money stays whole."""
    progress = event_now[0] / event_duration_months
    size = event_severity * max(0.0, min(1.0, 1.5 * (1.0 - progress)))
    paid, withdrawn = paid_and_withdrawn(event_now[0], event_duration_months, event_taper_months)
    for z in range(zone_urgency.size):
        if event_zones[z]:
            for g in range(event_groups.size):
                if event_groups[g]:
                    zone_need_rise[z, g] += size * event_demand_rise
                    zone_death_rise[z, g] += size * event_mortality_rise
            zone_absence[z] = 1.0 - (1.0 - zone_absence[z]) * (1.0 - min(0.9, size * event_staff_absence))
            zone_urgency[z] = max(zone_urgency[z], min(1.0, size))
            money = event_severity * event_support
            zone_support[z] += paid * money
            zone_converted[z] += withdrawn * event_conversion * money
