"""M63: accountability upwards eats staff time."""

from cas_model.config.declarations import PREPARE, mechanism


@mechanism(
    "M63",
    title="Reporting burden",
    claim="accountability demands upwards -> rising share of subsidy spent on justification",
    sign="- capacity",
    grade="b",
    source="S3 section 3.5.3; dossier 5.1 #15",
    phase="councils",
    writes=("zone_staff",),
    order=PREPARE - 60,
)
def justify(zone_staff, zone_city_staff, zone_reporting, strength):
    """Take the reporting share from paid staff time."""
    for z in range(zone_staff.size):
        paid = zone_staff[z] - zone_city_staff[z]
        zone_staff[z] = paid * (1.0 - strength * zone_reporting[z]) + zone_city_staff[z]
