"""Bundled payment: one price for an episode of care across providers."""

from cas_model.config.declarations import parameter, payment_method
from cas_model.config.vocabulary import BUNDLED_PAYMENT, GP

parameter("bundle_discount", 0.05, 0.0, 0.10, "0-1", "R51, dossier 5.1 #46",
          "price of a bundle below the sum of its normal parts")  # fmt: skip


@payment_method(
    "bundled_payment",
    label="Bundled payment",
    volume_based=False,
    source="R51; S4 section 5.3.1",
    meaning="due = share x fee x expected contacts x (1 - discount)",
)
def pay(
    provider_discipline,
    provider_need,
    provider_demand,
    provider_due_eur,
    discipline_mix,
    discipline_fee_eur,
    bundle_discount,
):
    """Pay the expected contacts of the episodes at the bundle's price."""
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        expected = provider_need[j, GP] if d == GP else provider_demand[j]
        price = discipline_mix[d, BUNDLED_PAYMENT] * discipline_fee_eur[d] * (1.0 - bundle_discount)
        provider_due_eur[j, BUNDLED_PAYMENT] = price * expected
