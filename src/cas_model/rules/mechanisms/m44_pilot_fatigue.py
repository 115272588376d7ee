"""M44: pilots that are never institutionalised tire people, and ask the same people again."""

from cas_model.config.declarations import mechanism, mechanism_step, parameter
from cas_model.config.vocabulary import N_TOPICS

parameter("pilot_fatigue", 0.012, 0.0, 0.04, "per month", "assumption",
          "fatigue added by a full load of initiatives without a permanent place")  # fmt: skip
parameter("asked_again", 0.85, 0.0, 0.95, "0-1", "assumption, set to P15; S4 section 5 (often the same)",
          "share of requests to take part that goes to those who took part before")  # fmt: skip
parameter("recall_months", 12, 3, 36, "months", "assumption",
          "time in which councils forget a third of who took part")  # fmt: skip
parameter("discouragement", 3.0, 0.0, 6.0, "logit", "assumption; S4 section 5 (discouraged)",
          "strain of one who takes part in everything, under a full load of such initiatives")  # fmt: skip


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


@mechanism_step("M44", phase="councils", writes=("provider_attendance", "provider_attended"))
def ask_again(
    zone_first_provider,
    zone_last_provider,
    provider_represents,
    provider_attendance,
    provider_attended,
    asked_again,
    recall_months,
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
        for j in range(first, last):
            if after > 0.0:
                provider_attendance[j] = min(1.0, provider_attendance[j] * before / after)
            provider_attended[j] += (provider_attendance[j] - provider_attended[j]) / recall_months


@mechanism_step("M44", phase="providers", writes=("provider_strain_drive",))
def discourage(
    zone_first_provider,
    zone_last_provider,
    zone_initiative,
    zone_institutionalised,
    provider_attended,
    provider_strain_drive,
    discouragement,
    strength,
):
    """Strain those who take part, by the initiatives that lead nowhere."""
    for z in range(zone_first_provider.size):
        loose = 0.0
        for topic in range(N_TOPICS):
            loose += max(0.0, zone_initiative[z, topic] - zone_institutionalised[z, topic]) / N_TOPICS
        for j in range(zone_first_provider[z], zone_last_provider[z]):
            provider_strain_drive[j] += strength * discouragement * loose * provider_attended[j]
