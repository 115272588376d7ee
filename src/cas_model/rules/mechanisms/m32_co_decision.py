"""M32: advice without a say leaves no ownership; deciding together is slow but supported."""

from cas_model.config.declarations import mechanism, parameter

parameter("ownership_effect", 0.5, 0.1, 1.0, "logit", "assumption",
          "rise of readiness where levels decide together")  # fmt: skip
parameter("co_decision_delay", 0.35, 0.1, 0.6, "0-1", "assumption",
          "share of council meetings without a decision where levels decide together")  # fmt: skip


@mechanism(
    "M32",
    title="Ownership against speed",
    claim="advice only -> no ownership, blame shifting; co-management -> slow but supported agreements",
    sign="+ readiness, - speed",
    grade="b",
    source="S3 section 3.4.1",
    phase="providers",
    writes=("provider_readiness_drive", "zone_decision_pace"),
)
def own_decisions(
    provider_zone,
    zone_co_decision,
    zone_decision_pace,
    provider_readiness_drive,
    ownership_effect,
    co_decision_delay,
    strength,
):
    """Raise providers' readiness and slow this month's council decisions where levels co-decide."""
    for z in range(zone_co_decision.size):
        zone_decision_pace[z] *= 1.0 - strength * co_decision_delay * zone_co_decision[z]
    for j in range(provider_zone.size):
        provider_readiness_drive[j] += strength * ownership_effect * zone_co_decision[provider_zone[j]]
