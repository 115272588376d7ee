"""Capitation: a fixed amount for the people on the list, weighted by their expected need."""

from cas_model.config.declarations import payment_method


@payment_method(
    "capitation",
    label="Capitation",
    volume_based=False,
    source="S4 section 5.3.3; R40 (forfait)",
    meaning="due = share x fee x contacts expected of the list (risk-adjusted), whatever is delivered",
)
def pay(provider_discipline, provider_expected, provider_mix, provider_due_eur, discipline_fee_eur, method):
    """Pay for expected need: a practice's list, or the demand another provider is there for."""
    for j in range(provider_discipline.size):
        price = provider_mix[j, method] * discipline_fee_eur[provider_discipline[j]]
        provider_due_eur[j, method] = price * provider_expected[j]
