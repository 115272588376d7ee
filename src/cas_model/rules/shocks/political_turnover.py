"""Political turnover: the tiers' goals swing, and offices that hang on politics change hands."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month
from cas_model.config.vocabulary import LEVELS
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip

STABLE_YEARS = 6.0
"""Term of a meta-governor who outlasts a legislature (dossier 5.1 #58)."""


@shock(
    "political_turnover",
    label="Political turnover",
    source="S0 pr.3 (neutral and stable, beyond party cycles); dossier 5.1 #58-59 (sizes assumption)",
    meaning="a change of power moves the goals of the tiers, and meta-governors that are not independent go",
    fields=(
        start_month(36, "assumption"),
        duration_months(1, 12, "assumption"),
        Parameter("swing", 0.30, 0.0, 1.0, "0-1", "assumption; twice that of an election",
                  "largest move of a tier's goals"),
        Parameter("independence", 0.5, 0.0, 1.0, "0-1", "assumption; S0 pr.3",
                  "neutrality x stability (term over six years) below which a meta-governor has to go"),
        SEVERITY,
    ),
    groups=LEVELS,
    writes=("authority_goals", "region_meta_months"),
)  # fmt: skip
def turn_over(
    event_now,
    event_number,
    event_zones,
    event_groups,
    event_swing,
    event_independence,
    event_severity,
    zone_region,
    zone_meta_neutrality,
    zone_meta_tenure,
    authority_goals,
    region_meta_months,
    key_turnover,
):
    """Move the tiers' goals in its first month, and end the terms of meta-governors who depend on them."""
    if event_now[0] != 0.0:
        return
    n_goals = authority_goals.shape[1]
    for a in range(event_groups.size):
        if event_groups[a]:
            for g in range(n_goals):
                u = uniform(key_turnover[0], (event_number * event_groups.size + a) * n_goals + g)
                swing = (2.0 * u - 1.0) * event_severity * event_swing
                authority_goals[a, g] = clip(authority_goals[a, g] + swing, 0.0, 1.0)
    if event_severity > 0.0:
        for z in range(event_zones.size):
            stable = min(1.0, zone_meta_tenure[z] / STABLE_YEARS)
            if event_zones[z] and zone_meta_neutrality[z] * stable < event_independence:
                region_meta_months[zone_region[z]] = 0.0
