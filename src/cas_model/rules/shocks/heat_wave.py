"""Heat wave: some days in which old people fall ill and die, most of all in cities and past 85."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month
from cas_model.config.vocabulary import ELDEST, SENIORS

DAYS_PER_MONTH = 30.4


@shock(
    "heat_wave",
    label="Heat wave",
    source="dossier 5.1 #64, 7 S-12; T28; R75",
    meaning="hot days with more deaths and need among people of 65 and over, most past 85 and in cities",
    fields=(
        start_month(36, "assumption"),
        duration_months(1, 4, "assumption (a wave falls in one month)"),
        Parameter("hot_days", 12, 0, 30, "days per month", "dossier 5.1 #64", "days that count as hot"),
        Parameter(
            "death_rise", 0.14, 0.0, 0.5, "ratio", "dossier 5.1 #64 (R75)",
            "rise of all deaths on hot days outside cities",
        ),
        Parameter(
            "city_death_rise", 0.35, 0.0, 1.0, "ratio", "dossier 5.1 #64 (R75: Brussels)",
            "rise of all deaths on hot days in city zones",
        ),
        Parameter(
            "oldest_ratio", 3.0, 1.0, 8.0, "ratio", "T28 (concentrated in 85 and over; size assumption)",
            "rise of mortality past 85 relative to that from 65 to 84",
        ),
        Parameter(
            "demand_rise", 0.20, 0.0, 1.0, "ratio", "assumption",
            "rise of the need of people of 65 and over on hot days",
        ),
        SEVERITY,
    ),
    writes=("zone_need_rise", "zone_death_rise"),
)  # fmt: skip
def swelter(
    event_zones,
    event_hot_days,
    event_death_rise,
    event_city_death_rise,
    event_oldest_ratio,
    event_demand_rise,
    event_severity,
    zone_city,
    zone_death_share,
    zone_need_rise,
    zone_death_rise,
):
    """Raise need and mortality of the old so that all deaths together rise by the stated share.

    The published rise is of all deaths; it is laid on those of 65 and over, in the ratio stated for those
    past 85, by the groups' shares of deaths.
    """
    days = event_severity * event_hot_days / DAYS_PER_MONTH
    for z in range(event_zones.size):
        if event_zones[z]:
            rise = event_city_death_rise if zone_city[z] == 1.0 else event_death_rise
            weight = zone_death_share[z, SENIORS] + (event_oldest_ratio - 1.0) * zone_death_share[z, ELDEST]
            older = days * rise / weight if weight > 0.0 else 0.0
            zone_death_rise[z, SENIORS] += older
            zone_death_rise[z, ELDEST] += (event_oldest_ratio - 1.0) * older
            zone_need_rise[z, SENIORS] += days * event_demand_rise
