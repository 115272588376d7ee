"""Fee for service: every contact delivered is paid."""

from cas_model.config.declarations import payment_method


@payment_method(
    "fee_for_service",
    label="Fee for service",
    volume_based=True,
    source="S4 section 5.3.1; dossier 5.1 #39",
    meaning="due = share x fee x contacts delivered",
)
def pay(provider_discipline, provider_delivered, provider_mix, provider_due_eur, discipline_fee_eur, method):
    """Pay the fee for every contact delivered."""
    for j in range(provider_discipline.size):
        price = provider_mix[j, method] * discipline_fee_eur[provider_discipline[j]]
        provider_due_eur[j, method] = price * provider_delivered[j]
