"""Pay for performance: staged premiums for measured quality (follow-up and coordinated joint work)."""

import math

from cas_model.config.declarations import parameter, payment_method
from cas_model.config.vocabulary import GP

parameter("quality_threshold", 0.12, 0.0, 0.2, "0-1", "assumption; existence S4 section 5.3.1",
          "quality score below which no premium is paid")  # fmt: skip
parameter("quality_reference", 0.28, 0.22, 0.6, "0-1", "assumption; near the status quo's mean",
          "quality score at which premiums equal their share of normal income")  # fmt: skip
parameter("bonus_stages", 4, 1, 20, "n", "assumption; existence S4 section 5.3.1",
          "equal steps in which premiums rise from the threshold to the reference score")  # fmt: skip


@payment_method(
    "pay_for_performance",
    label="Pay for performance",
    volume_based=False,
    source="R52; dossier 5.1 #47",
    meaning="due = share x fee x expected contacts x stages reached / stages to reference, at most double",
)
def pay(
    provider_discipline,
    provider_expected,
    provider_follow_up,
    provider_team_task,
    provider_mix,
    provider_due_eur,
    discipline_fee_eur,
    method,
    quality_threshold,
    quality_reference,
    bonus_stages,
):
    """Pay by the stage that the mean of follow-up (practices) and success of joint tasks has reached."""
    for j in range(provider_discipline.size):
        d, quality = provider_discipline[j], provider_team_task[j]
        if d == GP:
            quality = 0.5 * (quality + provider_follow_up[j])
        above = max(0.0, quality - quality_threshold) / (quality_reference - quality_threshold)
        premium = min(math.floor(above * bonus_stages) / bonus_stages, 2.0)
        price = provider_mix[j, method] * discipline_fee_eur[d]
        provider_due_eur[j, method] = price * provider_expected[j] * premium
