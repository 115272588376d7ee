"""Retirement wave: in some zones everybody old enough leaves within a year."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month, zone_share
from cas_model.config.vocabulary import DISCIPLINES


@shock(
    "retirement_wave",
    label="Retirement wave",
    source="dossier 7 S-11; R39",
    meaning="the professionals of 62 and over leave within a year, in a tenth of the zones",
    fields=(
        start_month(96, "dossier 7 S-11 (after years of slow strain)"),
        duration_months(12, 60, "dossier 7 S-11"),
        Parameter(
            "retiring", 0.5, 0.0, 1.0, "0-1",
            "dossier 7 S-11 (all of 62 and over); their share among those of 55 and over: assumption",
            "share of the professionals of 55 and over who leave",
        ),
        zone_share(0.1, "dossier 7 S-11"),
        SEVERITY,
    ),
    groups=DISCIPLINES,
    strikes=("gp", "home_nursing"),
    writes=("zone_retirement",),
)  # fmt: skip
def retire(
    event_now, event_zones, event_groups, event_duration_months, event_retiring, event_severity,
    zone_retirement,
):  # fmt: skip
    """Spread the leaving evenly: each month an equal part of the seniors at the start."""
    share = min(1.0, event_severity * event_retiring) / event_duration_months
    hazard = min(1.0, share / (1.0 - share * event_now[0]))
    for z in range(event_zones.size):
        if event_zones[z]:
            for d in range(event_groups.size):
                if event_groups[d]:
                    zone_retirement[z, d] = max(zone_retirement[z, d], hazard)
