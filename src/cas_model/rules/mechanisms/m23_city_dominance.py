"""M23: a big city dominates its neighbours' cluster."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import LOCAL_AUTHORITIES

parameter("city_weight", 1.5, 0.5, 3.0, "ratio", "assumption; direction P25",
          "rise of the local authorities' claim where one municipality holds everybody")  # fmt: skip


@mechanism(
    "M23",
    title="City dominance",
    claim="big city in the region -> more means, different agenda -> dominates neighbours",
    sign="- voice of small municipalities",
    grade="b",
    source="S3 section 3.2.3",
    phase="councils",
    writes=("zone_power_drive",),
)
def dominate_neighbours(zone_largest_municipality, zone_power_drive, city_weight, strength):
    """Raise the local authorities' claim by the largest municipality's share above one half."""
    for z in range(zone_largest_municipality.size):
        excess = max(0.0, zone_largest_municipality[z] - 0.5)
        zone_power_drive[z, LOCAL_AUTHORITIES] *= 1.0 + strength * city_weight * excess
