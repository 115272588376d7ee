"""Coordination fee: joint work itself is paid."""

from cas_model.config.declarations import parameter, payment_method
from cas_model.config.vocabulary import COORDINATION_FEE, GP

parameter("coordination_reference", 0.3, 0.1, 0.6, "0-1", "assumption",
          "coordination effort at which the fee equals its share of normal income")  # fmt: skip


@payment_method(
    "coordination_fee",
    label="Coordination fee",
    volume_based=False,
    source="S4 section 5.3.3, Rec. 4",
    meaning="due = share x fee x expected contacts x coordination effort / reference effort",
)
def pay(
    provider_discipline,
    provider_need,
    provider_demand,
    provider_coordination,
    provider_due_eur,
    discipline_mix,
    discipline_fee_eur,
    coordination_reference,
):
    """Pay in proportion to the coordination effort the provider made."""
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        expected = provider_need[j, GP] if d == GP else provider_demand[j]
        price = discipline_mix[d, COORDINATION_FEE] * discipline_fee_eur[d] * expected
        provider_due_eur[j, COORDINATION_FEE] = price * provider_coordination[j] / coordination_reference
