"""Bundled payment: one price for an episode of care across providers."""

from cas_model.config.declarations import parameter, payment_method

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
    provider_expected,
    provider_mix,
    provider_due_eur,
    discipline_fee_eur,
    method,
    bundle_discount,
):
    """Pay the expected contacts of the episodes at the bundle's price."""
    for j in range(provider_discipline.size):
        price = provider_mix[j, method] * discipline_fee_eur[provider_discipline[j]] * (1.0 - bundle_discount)
        provider_due_eur[j, method] = price * provider_expected[j]
