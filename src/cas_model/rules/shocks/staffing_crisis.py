"""Staffing crisis: for years fewer professionals come than go."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month
from cas_model.config.vocabulary import DISCIPLINES


@shock(
    "staffing_crisis",
    label="Staffing crisis",
    source="dossier 7 S-11; T17; R24, R39",
    meaning="a slow loss of general practitioners and nurses: vacancies that are not filled",
    fields=(
        start_month(12, "assumption"),
        duration_months(96, 240, "dossier 7 S-11 (eight years)"),
        Parameter(
            "decline", 0.02, 0.0, 0.10, "per year", "dossier 7 S-11",
            "yearly loss of the workforce under usual strain",
        ),
        SEVERITY,
    ),
    groups=DISCIPLINES,
    strikes=("gp", "home_nursing"),
    writes=("zone_exit_factor", "zone_hiring_factor"),
)  # fmt: skip
def dwindle(
    event_zones,
    event_groups,
    event_decline,
    event_severity,
    zone_first_provider,
    zone_last_provider,
    zone_exit_factor,
    zone_hiring_factor,
    provider_discipline,
    provider_heads,
    provider_posts,
    provider_senior_share,
    exit_senior,
    exit_junior,
    hiring,
):
    """Let hires fall short of the usual number of leavers by the decline; strain makes more leave on top.

    Per zone and discipline: hires = usual leavers - decline x heads. When that would be less than none,
    nobody is hired and more leave than usual.
    """
    yearly = event_severity * event_decline
    for z in range(event_zones.size):
        if not event_zones[z] or yearly == 0.0:
            continue
        for d in range(event_groups.size):
            if not event_groups[d]:
                continue
            leavers = vacancies = heads = 0.0
            for j in range(zone_first_provider[z], zone_last_provider[z]):
                if provider_discipline[j] == d:
                    senior = provider_senior_share[j]
                    hazard = senior * exit_senior + (1.0 - senior) * exit_junior
                    leavers += provider_heads[j] * hazard / 12.0
                    vacancies += max(0, provider_posts[j] - provider_heads[j])
                    heads += provider_heads[j]
            lost = yearly * heads / 12.0
            usual_hires = vacancies * hiring
            if usual_hires > 0.0:
                zone_hiring_factor[z, d] *= min(1.0, max(0.0, leavers - lost) / usual_hires)
            if lost > leavers > 0.0:
                zone_exit_factor[z, d] *= lost / leavers
