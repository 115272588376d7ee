"""Fee for service: every contact delivered is paid."""

from cas_model.config.declarations import payment_method
from cas_model.config.vocabulary import FEE_FOR_SERVICE


@payment_method(
    "fee_for_service",
    label="Fee for service",
    volume_based=True,
    source="S4 section 5.3.1; dossier 5.1 #39",
    meaning="due = share x fee x contacts delivered",
)
def pay(provider_discipline, provider_delivered, provider_due_eur, discipline_mix, discipline_fee_eur):
    """Pay the fee for every contact delivered."""
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        price = discipline_mix[d, FEE_FOR_SERVICE] * discipline_fee_eur[d]
        provider_due_eur[j, FEE_FOR_SERVICE] = price * provider_delivered[j]
