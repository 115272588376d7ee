"""Vaccination campaign: a collaborative stress test of practices and councils."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month
from cas_model.config.vocabulary import GROUPS


@shock(
    "vaccination_campaign",
    label="Vaccination campaign",
    source="S2 (vaccination); M46; R76",
    meaning="doses are offered for some months; trust, literacy, outreach and capacity decide who takes them",
    fields=(
        start_month(36, "assumption"),
        duration_months(6, 24, "assumption"),
        Parameter("doses", 0.5, 0.0, 1.0, "per month", "assumption",
                  "chance that a person is offered a dose in a month where all is organised"),
        SEVERITY,
    ),
    groups=GROUPS,
    strikes=("everyone",),
    alone=True,
    writes=("zone_vaccine_offer", "zone_campaign_begins"),
)  # fmt: skip
def offer(
    event_now,
    event_zones,
    event_groups,
    event_doses,
    event_severity,
    zone_vaccine_offer,
    zone_campaign_begins,
):
    """Offer doses in the zones and groups meant; a new campaign is about a new dose."""
    for z in range(event_zones.size):
        if event_zones[z]:
            zone_campaign_begins[z] = event_now[0] == 0.0
            for g in range(event_groups.size):
                if event_groups[g]:
                    zone_vaccine_offer[z, g] = min(1.0, event_severity * event_doses)
