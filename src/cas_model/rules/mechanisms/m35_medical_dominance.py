"""M35: medical dominance persists under formal parity."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import HEALTH

parameter("health_status", 1.8, 1.0, 2.5, "ratio", "assumption, set to P10; direction S4 section 5",
          "status of the health cluster relative to the others")  # fmt: skip


@mechanism(
    "M35",
    title="Medical dominance",
    claim="multidisciplinary teams form -> hierarchy barely changes -> medical dominance persists",
    sign="- equity of voice",
    grade="a",
    source="S4 section 5; S0 pr.5; form dossier 5.2.3",
    phase="councils",
    writes=("zone_power_drive",),
)
def dominate(zone_power_drive, health_status, strength):
    """Multiply the health cluster's claim to influence by its status."""
    for z in range(zone_power_drive.shape[0]):
        zone_power_drive[z, HEALTH] *= 1.0 + strength * (health_status - 1.0)
