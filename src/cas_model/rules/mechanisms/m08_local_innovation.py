"""M08: those who face the problem innovate when they may decide, know and are supported."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import N_TOPICS
from cas_model.numerics.addressed_random import uniform

parameter("pilot_rate", 0.08, 0.02, 0.2, "per month", "assumption",
          "local pilots started under full autonomy, data and support")  # fmt: skip
parameter("pilot_size", 0.15, 0.05, 0.3, "0-1", "assumption", "strength a pilot adds to an initiative")


@mechanism(
    "M08",
    title="Decentralised innovation",
    claim="uncertainty -> local decisions with shared information and support -> innovation",
    sign="+ resilience",
    grade="a",
    source="S0 intro",
    phase="councils",
    writes=("zone_initiative",),
)
def start_pilots(
    zone_effective_autonomy,
    zone_data,
    zone_support_institute,
    zone_perceived_need,
    zone_initiative,
    key_pilot,
    pilot_rate,
    pilot_size,
    strength,
):
    """Start a pilot on the topic seen as most needed and least covered."""
    for z in range(zone_data.size):
        known = 0.5 * (zone_data[z] + zone_support_institute[z])
        if uniform(key_pilot[0], z) < strength * pilot_rate * zone_effective_autonomy[z] * known:
            best, most = 0, -1.0
            for topic in range(N_TOPICS):
                gap = zone_perceived_need[z, topic] * (1.0 - zone_initiative[z, topic])
                if gap > most:
                    best, most = topic, gap
            zone_initiative[z, best] += pilot_size * (1.0 - zone_initiative[z, best])
