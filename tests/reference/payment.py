"""How a discipline is paid: what a provider is due under each method, and who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cas_model.config.vocabulary import GP, METHODS, N_PAYERS, N_POSTS, N_RECIPIENTS

if TYPE_CHECKING:
    from reference.provider import PlainProvider
    from reference.system import PlainCareSystem
    from reference.zone import PlainZone


class Ledger:
    """Cents paid this month per payer, recipient and method, as one row per payer."""

    def __init__(self) -> None:
        self.paid_cents = [[0] * (N_RECIPIENTS * N_POSTS) for _ in range(N_PAYERS)]

    def post(self, payer: int, recipient: int, method: int, cents: int, zone: PlainZone) -> None:
        """Note a payment."""
        self.paid_cents[payer][recipient * N_POSTS + method] += cents
        zone.paid_cents[payer] += cents


class Tariff:
    """The payment of one discipline.

    Parameters
    ----------
    model : PlainCareSystem
    discipline : int
    mix : list of float
        Share of each method in normal income.
    fee : float
        Normal income per contact, EUR.
    payer_share : list of float
        Who pays.
    """

    def __init__(
        self, model: PlainCareSystem, discipline: int, mix: list[float], fee: float, payer_share: list[float]
    ) -> None:
        self.model, self.discipline = model, discipline
        self.mix, self.fee, self.payer_share = mix, fee, payer_share
        self.largest_payer = payer_share.index(max(payer_share))

    def due(self, provider: PlainProvider) -> list[float]:
        """Return what a provider is due under each of `METHODS`, EUR."""
        numbers, fee, mix = self.model.numbers, self.fee, dict(zip(METHODS, self.mix, strict=True))
        expected, quality = provider.demand, provider.team_task
        if provider.discipline == GP:
            expected, quality = provider.need[GP], 0.5 * (quality + provider.follow_up)
        saved = max(0.0, expected - provider.delivered)
        premium = min(quality / numbers.quality_reference, 2.0)
        joint_work = mix["coordination_fee"] * fee * expected * provider.coordination
        amounts = {
            "fee_for_service": mix["fee_for_service"] * fee * provider.delivered,
            "capitation": mix["capitation"] * fee * expected,
            "pay_for_performance": mix["pay_for_performance"] * fee * expected * premium,
            "bundled_payment": mix["bundled_payment"] * fee * (1.0 - numbers.bundle_discount) * expected,
            "coordination_fee": joint_work / numbers.coordination_reference,
            "shared_savings": mix["shared_savings"] * fee * (expected + numbers.savings_share * saved),
        }
        return [amounts[method] for method in METHODS]

    def pay(self, cents: int, method: int, zone: PlainZone) -> None:
        """Split a payment over payers; what rounding leaves falls to the largest."""
        rest = cents
        for payer in range(N_PAYERS):
            if payer != self.largest_payer:
                part = int(cents * self.payer_share[payer])
                self.model.ledger.post(payer, self.discipline, method, part, zone)
                rest -= part
        self.model.ledger.post(self.largest_payer, self.discipline, method, rest, zone)
