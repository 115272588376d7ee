"""M06: a co-created information and learning system turns what was done into what is known."""

from cas_model.config.declarations import mechanism, parameter

parameter("lesson_effect", 0.8, 0.2, 1.6, "logit", "assumption", "effect of lessons learned on execution")
parameter("lesson_fade", 0.02, 0.005, 0.05, "per month", "assumption; M45 (too little evaluation)",
          "fading of lessons that are not kept up")  # fmt: skip


@mechanism(
    "M06",
    title="Information and learning system",
    claim="late, split information -> shared information and learning system -> evidence-based decisions",
    sign="+ all",
    grade="a",
    source="S0 pr.6; S4 section 5.2.3, Rec. 6-7",
    phase="councils",
    writes=("zone_learning", "zone_execution_drive", "zone_record_maturity"),
)
def learn(
    zone_information_maturity,
    zone_data,
    zone_executed,
    zone_learning,
    zone_execution_drive,
    zone_record_maturity,
    lesson_effect,
    lesson_fade,
    strength,
):
    """Draw lessons from executed decisions as far as they are evaluated; lessons help execution.

    The system also sets how far shared records can spread (without it, as in the status quo).
    """
    for z in range(zone_learning.size):
        zone_record_maturity[z] = 0.25 + strength * (zone_information_maturity[z] - 0.25)
        lessons = zone_information_maturity[z] * zone_data[z] * zone_executed[z] / 12.0
        zone_learning[z] += strength * 0.1 * lessons - lesson_fade * zone_learning[z]
        known = zone_learning[z] / (1.0 + zone_learning[z])
        zone_execution_drive[z] += strength * lesson_effect * known
