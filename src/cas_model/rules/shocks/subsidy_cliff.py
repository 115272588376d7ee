"""Project subsidies that councils come to live on, and that end."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month
from cas_model.numerics.functions import paid_and_withdrawn


@shock(
    "subsidy_cliff",
    label="Project subsidies that end",
    source="dossier 7 S-14; 5.1 #19; M40",
    meaning="project money as large as the core budget for a while, then gone, wound down or permanent",
    fields=(
        start_month(12, "assumption"),
        duration_months(18, 120, "dossier 7 S-14"),
        Parameter(
            "support", 1.0, 0.0, 2.0, "ratio", "dossier 7 S-14; 5.1 #19 (size assumption)",
            "project money while it lasts, relative to the core budget",
        ),
        Parameter(
            "taper_months", 0, 0, 60, "months", "dossier 7 S-14 (tapered variant; length assumption)",
            "months in which it is withdrawn afterwards", whole=True,
        ),
        Parameter(
            "conversion", 0.0, 0.0, 1.0, "0-1", "dossier 7 S-14 (half in a variant)",
            "share that becomes core budget as it is withdrawn",
        ),
        SEVERITY,
    ),
    writes=("zone_support", "zone_converted"),
)  # fmt: skip
def subsidise(
    event_now,
    event_zones,
    event_duration_months,
    event_support,
    event_taper_months,
    event_conversion,
    event_severity,
    zone_support,
    zone_converted,
):
    """Pay project money for the duration; withdraw it over the taper, or at once, and convert a share."""
    paid, withdrawn = paid_and_withdrawn(event_now[0], event_duration_months, event_taper_months)
    money = event_severity * event_support
    for z in range(zone_support.size):
        if event_zones[z]:
            zone_support[z] += paid * money
            zone_converted[z] += withdrawn * event_conversion * money
