"""M55: without initial investment there is no structure, record or coordination to work with."""

from cas_model.config.declarations import mechanism, parameter

parameter("structure_need", 0.4, 0.1, 0.8, "0-1", "assumption; existence S4 sections 5.3.4, 6",
          "part of the work that cannot be rebuilt without structures and records")  # fmt: skip


@mechanism(
    "M55",
    title="Initial investment",
    claim="no initial investment -> structures, record, coordination not built -> reform hangs",
    sign="- integration",
    grade="a",
    source="S4 sections 5.3.4, 6",
    phase="providers",
    writes=("provider_uptake_limit",),
)
def lack_structures(provider_zone, provider_uptake_limit, zone_infrastructure, structure_need, strength):
    """Lower how far work can be rebuilt by the structures that the zone lacks."""
    for j in range(provider_zone.size):
        lacking = 1.0 - zone_infrastructure[provider_zone[j]]
        provider_uptake_limit[j] *= 1.0 - strength * structure_need * lacking
