"""Shared savings: what the zone's joint account saved, or lost, in a year moves pay in the next."""

from cas_model.config.declarations import payment_method


@payment_method(
    "shared_savings",
    label="Shared savings",
    volume_based=False,
    source="S4 section 5.3.1-2; R48-R50",
    meaning="due = share x fee x expected contacts x (1 + the members' part of last year's joint account)",
    joint_savings=True,
)
def pay(
    provider_discipline,
    provider_zone,
    provider_expected,
    provider_mix,
    provider_due_eur,
    discipline_fee_eur,
    zone_savings,
    method,
):
    """Pay the expected amount, moved by the zone's joint account (`draw_up_accounts`)."""
    for j in range(provider_discipline.size):
        price = provider_mix[j, method] * discipline_fee_eur[provider_discipline[j]]
        provider_due_eur[j, method] = price * provider_expected[j] * (1.0 + zone_savings[provider_zone[j]])
