"""M01: joint sense-making on a shared long-term vision."""

from cas_model.config.declarations import mechanism, parameter

parameter(
    "vision_effect", 1.2, 0.3, 2.5, "logit", "assumption", "effect of a full vision process on readiness"
)


@mechanism(
    "M01",
    title="Shared long-term vision",
    claim="entrenched positions -> joint sense-making -> shared vision, acceptance of reform",
    sign="+ integration",
    grade="a",
    source="S0 pr.1; S4 sections 4.1, 5.1",
    phase="providers",
    writes=("provider_readiness_drive", "zone_shared_vision"),
)
def make_sense(
    provider_zone,
    zone_vision_process,
    zone_alignment,
    zone_shared_vision,
    provider_readiness_drive,
    vision_effect,
    strength,
):
    """Raise readiness with the vision process, the more the levels agree; councils share the vision."""
    for z in range(zone_vision_process.size):
        zone_shared_vision[z] = strength * zone_vision_process[z]
    for j in range(provider_zone.size):
        z = provider_zone[j]
        provider_readiness_drive[j] += vision_effect * zone_shared_vision[z] * zone_alignment[z]
