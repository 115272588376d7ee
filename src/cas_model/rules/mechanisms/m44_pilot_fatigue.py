"""M44: pilots that are never institutionalised tire people."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import N_TOPICS

parameter("pilot_fatigue", 0.012, 0.0, 0.04, "per month", "assumption",
          "fatigue added by a full load of initiatives without a permanent place")  # fmt: skip


@mechanism(
    "M44",
    title="Pilot fatigue",
    claim="abundance of pilots, never institutionalised -> incoherence, discouragement",
    sign="- integration",
    grade="a",
    source="S4 section 5; S1; S0 intro",
    phase="councils",
    writes=("zone_fatigue",),
)
def tire(zone_initiative, zone_institutionalised, zone_fatigue, pilot_fatigue, strength):
    """Add fatigue for the part of initiatives that has no permanent place."""
    for z in range(zone_fatigue.size):
        loose = 0.0
        for topic in range(N_TOPICS):
            loose += max(0.0, zone_initiative[z, topic] - zone_institutionalised[z, topic]) / N_TOPICS
        zone_fatigue[z] += strength * pilot_fatigue * loose * (1.0 - zone_fatigue[z])
