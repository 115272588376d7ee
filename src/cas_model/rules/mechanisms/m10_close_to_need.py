"""M10: councils close to the field look at needs, not at competence lines."""

from cas_model.config.declarations import mechanism, parameter

parameter("bridging_effect", 0.3, 0.1, 0.6, "0-1", "assumption",
          "part of fragmentation that a fully recognised council bridges locally")  # fmt: skip


@mechanism(
    "M10",
    title="Closeness to need",
    claim="councils close to the field -> look at needs, not competence lines -> bridge the tiers' split",
    sign="+ integration",
    grade="b",
    source="S3 section 3.3.3",
    phase="meta_governance",
    writes=("zone_effective_fragmentation",),
)
def bridge(zone_legitimacy, zone_effective_fragmentation, bridging_effect, strength):
    """Lower effective fragmentation with legitimacy above its resting value of 0.3."""
    for z in range(zone_legitimacy.size):
        recognised = max(0.0, zone_legitimacy[z] - 0.3) / 0.7
        zone_effective_fragmentation[z] *= 1.0 - strength * bridging_effect * recognised
