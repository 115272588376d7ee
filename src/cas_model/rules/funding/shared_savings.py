"""Shared savings: part of what is spent below expectation goes back to providers."""

from cas_model.config.declarations import parameter, payment_method
from cas_model.config.vocabulary import GP, SHARED_SAVINGS

parameter("savings_share", 0.5, 0.2, 0.8, "0-1", "assumption; R48-R50",
          "share of savings paid out to providers")  # fmt: skip


@payment_method(
    "shared_savings",
    label="Shared savings",
    volume_based=False,
    source="S4 section 5.3.1-2; R48-R50",
    meaning="due = share x fee x (expected + savings share x max(0, expected - delivered))",
)
def pay(
    provider_discipline,
    provider_need,
    provider_demand,
    provider_delivered,
    provider_due_eur,
    discipline_mix,
    discipline_fee_eur,
    savings_share,
):
    """Pay the expected amount and, in the one-sided first stage, a share of what was saved."""
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        expected = provider_need[j, GP] if d == GP else provider_demand[j]
        saved = max(0.0, expected - provider_delivered[j])
        price = discipline_mix[d, SHARED_SAVINGS] * discipline_fee_eur[d]
        provider_due_eur[j, SHARED_SAVINGS] = price * (expected + savings_share * saved)
