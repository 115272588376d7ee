"""Capitation: a fixed amount for the people on the list, weighted by their expected need."""

from cas_model.config.declarations import payment_method
from cas_model.config.vocabulary import CAPITATION, GP


@payment_method(
    "capitation",
    label="Capitation",
    volume_based=False,
    source="S4 section 5.3.3; R40 (forfait)",
    meaning="due = share x fee x contacts expected of the list (risk-adjusted), whatever is delivered",
)
def pay(
    provider_discipline, provider_need, provider_demand, provider_due_eur, discipline_mix, discipline_fee_eur
):
    """Pay for expected need: a practice's list, or the demand another provider is there for."""
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        expected = provider_need[j, GP] if d == GP else provider_demand[j]
        provider_due_eur[j, CAPITATION] = discipline_mix[d, CAPITATION] * discipline_fee_eur[d] * expected
