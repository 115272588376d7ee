"""M59: co-funding makes what councils do last."""

from cas_model.config.declarations import mechanism, parameter

parameter("cofunding_durability", 0.8, 0.2, 1.0, "ratio", "assumption",
          "part of the fading of initiatives prevented where all money is co-funding")  # fmt: skip


@mechanism(
    "M59",
    title="Co-funding",
    claim="local, Flemish (and hoped-for federal) co-funding of councils -> durability",
    sign="+ durability",
    grade="c",
    source="S3 sections 3.3.2, 3.3.3",
    phase="councils",
    writes=("zone_durability",),
)
def share_costs(
    zone_core_eur, zone_project_eur, zone_cofund_eur, zone_durability, cofunding_durability, strength
):
    """Add durability by the share of co-funding in the council's money."""
    for z in range(zone_durability.size):
        money = zone_core_eur[z] + zone_project_eur[z] + zone_cofund_eur[z]
        if money > 0.0:
            zone_durability[z] += strength * cofunding_durability * zone_cofund_eur[z] / money
