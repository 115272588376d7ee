"""Pay for performance: premiums for measured quality (follow-up and coordinated joint work)."""

from cas_model.config.declarations import parameter, payment_method
from cas_model.config.vocabulary import GP, PAY_FOR_PERFORMANCE

parameter("quality_reference", 0.35, 0.2, 0.6, "0-1", "assumption",
          "quality score at which premiums equal their share of normal income")  # fmt: skip


@payment_method(
    "pay_for_performance",
    label="Pay for performance",
    volume_based=False,
    source="R52; dossier 5.1 #47",
    meaning="due = share x fee x expected contacts x quality / reference quality, at most double",
)
def pay(
    provider_discipline,
    provider_need,
    provider_demand,
    provider_follow_up,
    provider_team_task,
    provider_due_eur,
    discipline_mix,
    discipline_fee_eur,
    quality_reference,
):
    """Pay premiums in proportion to the mean of follow-up (practices) and success of joint tasks."""
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        expected, quality = provider_demand[j], provider_team_task[j]
        if d == GP:
            expected, quality = provider_need[j, GP], 0.5 * (quality + provider_follow_up[j])
        price = discipline_mix[d, PAY_FOR_PERFORMANCE] * discipline_fee_eur[d]
        provider_due_eur[j, PAY_FOR_PERFORMANCE] = price * expected * min(quality / quality_reference, 2.0)
