"""Coordination fee: joint work itself is paid."""

from cas_model.config.declarations import parameter, payment_method

parameter("coordination_reference", 0.25, 0.1, 0.6, "0-1", "assumption; near the status quo's mean",
          "coordination effort at which the fee equals its share of normal income")  # fmt: skip


@payment_method(
    "coordination_fee",
    label="Coordination fee",
    volume_based=False,
    source="S4 section 5.3.3, Rec. 4",
    meaning="due = share x fee x expected contacts x effort / reference effort, at most double",
)
def pay(
    provider_discipline,
    provider_expected,
    provider_coordination,
    provider_mix,
    provider_due_eur,
    discipline_fee_eur,
    method,
    coordination_reference,
):
    """Pay in proportion to the coordination effort the provider made."""
    for j in range(provider_discipline.size):
        price = provider_mix[j, method] * discipline_fee_eur[provider_discipline[j]]
        effort = min(provider_coordination[j] / coordination_reference, 2.0)
        provider_due_eur[j, method] = price * provider_expected[j] * effort
