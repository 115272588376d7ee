"""M31: who is obliged to sit together resists; trust and fewer rules engage."""

from cas_model.config.declarations import mechanism, parameter

parameter("obligation_effect", 0.6, 0.1, 1.5, "logit", "assumption; existence S3 section 3.5.3",
          "rise of readiness from no autonomy to full autonomy among trusted partners")  # fmt: skip


@mechanism(
    "M31",
    title="Obligation against engagement",
    claim="obliged to sit together under detailed rules -> resistance; trust and fewer rules -> engagement",
    sign="+/- readiness",
    grade="b",
    source="S3 section 3.5.3",
    phase="providers",
    writes=("provider_readiness_drive",),
)
def engage_freely(
    provider_zone, provider_mean_trust, zone_effective_autonomy, provider_readiness_drive, obligation_effect,
    strength,
):  # fmt: skip
    """Lower readiness where rules leave less room than the status quo's 0.45; raise it, with trust, above."""
    for j in range(provider_zone.size):
        room = zone_effective_autonomy[provider_zone[j]] - 0.45
        weight = 1.0 if room < 0.0 else provider_mean_trust[j]
        provider_readiness_drive[j] += strength * obligation_effect * room * weight
