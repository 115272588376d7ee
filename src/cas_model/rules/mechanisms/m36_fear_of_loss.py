"""M36: fear of losing money or autonomy breeds resistance."""

from cas_model.config.declarations import mechanism, parameter

parameter("fear_effect", 1.0, 0.3, 2.0, "logit", "assumption",
          "fall of readiness of a self-interested provider under a reform a year")  # fmt: skip


@mechanism(
    "M36",
    title="Fear of loss",
    claim="fear of losing money or autonomy, lobbying -> resistance to change",
    sign="- readiness",
    grade="a",
    source="S4 Table 2",
    phase="providers",
    writes=("provider_readiness_drive",),
)
def resist(
    provider_zone,
    provider_self_interest,
    zone_turbulence,
    zone_effective_autonomy,
    provider_readiness_drive,
    fear_effect,
    strength,
):
    """Lower readiness by self-interest, with reforms announced and with autonomy below the status quo."""
    for j in range(provider_zone.size):
        z = provider_zone[j]
        threat = 0.5 * zone_turbulence[z] + max(0.0, 0.45 - zone_effective_autonomy[z])
        provider_readiness_drive[j] -= strength * fear_effect * provider_self_interest[j] * threat
