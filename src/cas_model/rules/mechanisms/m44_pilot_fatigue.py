"""M44: pilots that are never institutionalised tire people, and ask the same people again."""

from cas_model.config.declarations import mechanism, mechanism_step, parameter
from cas_model.config.vocabulary import N_TOPICS

parameter("pilot_fatigue", 0.012, 0.0, 0.04, "per month", "assumption",
          "fatigue added by a full load of initiatives without a permanent place")  # fmt: skip
parameter("asked_again", 0.85, 0.0, 0.95, "0-1", "assumption, set to P15; S4 section 5 (often the same)",
          "share of requests to take part that goes to those who took part before")  # fmt: skip


@mechanism(
    "M44",
    title="Pilot fatigue",
    claim="many pilots, never institutionalised -> same people asked again -> discouragement",
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


@mechanism_step("M44", phase="councils", writes=("provider_attendance",))
def ask_again(
    zone_first_provider,
    zone_last_provider,
    provider_represents,
    provider_attendance,
    provider_attended,
    asked_again,
    strength,
):
    """Ask organisations in proportion to how much they took part before, next to their zone's mean.

    The chairs at the table stay as many: what some are asked more, others are asked less.
    """
    for z in range(zone_first_provider.size):
        first, last = zone_first_provider[z], zone_last_provider[z]
        remembered, n, before, after = 0.0, 0.0, 0.0, 0.0
        for j in range(first, last):
            remembered += provider_represents[j] * provider_attended[j]
            n += provider_represents[j]
        for j in range(first, last):
            known = provider_attended[j] * n / remembered if remembered > 0.0 else 1.0
            before += provider_represents[j] * provider_attendance[j]
            provider_attendance[j] *= 1.0 + strength * asked_again * (known - 1.0)
            after += provider_represents[j] * provider_attendance[j]
        same_chairs = before / after if after > 0.0 else 1.0
        for j in range(first, last):
            provider_attendance[j] = min(1.0, provider_attendance[j] * same_chairs)
