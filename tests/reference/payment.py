"""How providers are paid: the terms of the month, what is due under each method, and who pays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cas_model.config.declarations import PAYMENT_METHODS
from cas_model.config.vocabulary import (
    ADMINISTRATION,
    GP,
    N_DISCIPLINES,
    N_PAYERS,
    N_RECIPIENTS,
    OTHER_POSTS,
    PARTIAL,
    SCHEMES,
    VIRTUAL,
    VOLUNTARY,
)
from cas_model.model.columns.payments import METHODS, POSTS
from reference.people import added

if TYPE_CHECKING:
    from reference.provider import PlainProvider
    from reference.system import PlainCareSystem
    from reference.zone import PlainZone

BY_VOLUME = [float(PAYMENT_METHODS[method].volume_based) for method in METHODS]
BY_SAVINGS = [float(PAYMENT_METHODS[method].joint_savings) for method in METHODS]
PATIENT = N_PAYERS - 1


class Ledger:
    """Cents paid this month per payer, recipient and post, as one row per payer."""

    def __init__(self) -> None:
        self.paid_cents = [[0] * (N_RECIPIENTS * len(POSTS)) for _ in range(N_PAYERS)]

    def post(self, payer: int, recipient: int, post: int, cents: int, zone: PlainZone) -> None:
        """Note a payment."""
        self.paid_cents[payer][recipient * len(POSTS) + post] += cents
        zone.paid_cents[payer] += cents

    def split(self, shares: list[float], recipient: int, post: int, cents: int, zone: PlainZone) -> None:
        """Split a payment over payers; what rounding leaves falls to the largest."""
        largest = shares.index(max(shares))
        rest = cents
        for payer in range(N_PAYERS):
            if payer != largest:
                part = int(cents * shares[payer])
                self.post(payer, recipient, post, part, zone)
                rest -= part
        self.post(largest, recipient, post, rest, zone)


class Scheme:
    """The terms of one month: mixes old and new, the transition between them, fees and payers."""

    def __init__(self, model: PlainCareSystem) -> None:
        self.model, state = model, model.world.state
        terms = {name: float(column[0]) for name, column in state.scheme.columns.items()}
        self.mode, self.start = terms["mode"], terms["start_month"]
        self.entry = self.start + (terms["virtual_months"] if self.mode == VIRTUAL else 0.0)
        self.partial_share, self.one_sided_months = terms["partial_share"], terms["one_sided_months"]
        self.savings_since = terms["savings_since"]
        self.risk_adjustment, self.pooled = terms["risk_adjustment"], terms["pooled_budget"]
        self.mix: list[list[float]] = state.discipline.mix.tolist()
        self.former: list[list[float]] = state.discipline.former_mix.tolist()
        self.fee: list[float] = state.discipline.fee_eur.tolist()
        self.payer_share: list[list[float]] = state.discipline.payer_share.tolist()
        self.change = [
            added(max(0.0, new - old) for new, old in zip(mix, former, strict=True))
            for mix, former in zip(self.mix, self.former, strict=True)
        ]

    @property
    def in_shadow(self) -> bool:
        """Whether the new mix is reckoned and not paid."""
        return self.mode == VIRTUAL and self.start <= self.model.month < self.entry

    @property
    def is_safe(self) -> bool:
        """Whether no member can lose by joint savings."""
        return min(self.model.month - self.entry, self.savings_since) < self.one_sided_months

    def is_open(self) -> bool:
        """Whether providers may volunteer."""
        return self.mode == VOLUNTARY and self.model.month >= self.start

    def decreed(self) -> float:
        """Return the share of the new mix that everybody gets when it comes in."""
        if self.mode == PARTIAL:
            return self.partial_share
        return 0.0 if self.mode == VOLUNTARY else 1.0

    def due(self, provider: PlainProvider) -> list[float]:
        """Return what a provider is due under each method, EUR."""
        numbers, fee, expected = self.model.numbers, self.fee[provider.discipline], provider.expected
        price = {method: share * fee for method, share in zip(METHODS, provider.mix, strict=True)}
        quality = provider.team_task
        if provider.discipline == GP:
            quality = 0.5 * (quality + provider.follow_up)
        above = max(0.0, quality - numbers.quality_threshold)
        above /= numbers.quality_reference - numbers.quality_threshold
        premium = min(math.floor(above * numbers.bonus_stages) / numbers.bonus_stages, 2.0)
        effort = min(provider.coordination / numbers.coordination_reference, 2.0)
        amounts = {
            "fee_for_service": price["fee_for_service"] * provider.delivered,
            "capitation": price["capitation"] * expected,
            "pay_for_performance": price["pay_for_performance"] * expected * premium,
            "bundled_payment": price["bundled_payment"] * (1.0 - numbers.bundle_discount) * expected,
            "coordination_fee": price["coordination_fee"] * expected * effort,
            "shared_savings": price["shared_savings"] * expected * (1.0 + provider.zone.savings),
        }
        return [amounts[method] for method in METHODS]

    def who_pays(self, providers: list[PlainProvider]) -> list[list[float]]:
        """Return the payers' shares of each discipline, with the pooled part of public budgets."""
        spent, by_payer, public = [0.0] * N_DISCIPLINES, [0.0] * PATIENT, 0.0
        for provider in providers:
            for m, due in enumerate(provider.due_eur):
                overhead = self.model.numbers.administration_share * (1.0 - BY_VOLUME[m]) + provider.overhead
                spent[provider.discipline] += (1.0 + overhead) * due
        for d, shares in enumerate(self.payer_share):
            for p in range(PATIENT):
                by_payer[p] += spent[d] * shares[p]
                public += spent[d] * shares[p]
        result = [list(shares) for shares in self.payer_share]
        for shares in result:
            own = shares[:PATIENT]
            here = added(own)
            for p in range(PATIENT):
                if public > 0.0:
                    shares[p] += self.pooled * (here * by_payer[p] / public - own[p])
        return result

    def pay(self, provider: PlainProvider, shares: list[float]) -> None:
        """Pay a provider what it is due, and those who administer it."""
        numbers, ledger, zone = self.model.numbers, self.model.ledger, provider.zone
        income, overhead = 0, 0.0
        for m, due in enumerate(provider.due_eur):
            overhead += (numbers.administration_share * (1.0 - BY_VOLUME[m]) + provider.overhead) * due
            cents = round(100.0 * due)
            if cents:
                ledger.split(shares, provider.discipline, len(OTHER_POSTS) + m, cents, zone)
                income += cents
        provider.account_cents += income
        provider.income_eur = income / 100.0
        cents = round(100.0 * overhead)
        ledger.split(shares, SCHEMES, ADMINISTRATION, cents, zone)
        zone.scheme_cents += cents
