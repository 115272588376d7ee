"""Every euro that a payer pays is received, to the cent, every month, in every shipped scenario."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from cas_model.config.declarations import MECHANISMS
from cas_model.config.scenario_layers import builtin_scenarios
from cas_model.config.vocabulary import (
    ADMINISTRATION,
    CARE_COUNCILS,
    DISCIPLINES,
    GP,
    INVESTMENT,
    META_GOVERNORS,
    N_DISCIPLINES,
    N_PAYERS,
    N_RECIPIENTS,
    OTHER_POSTS,
    SCHEMES,
)
from cas_model.model.columns.payments import METHODS, POSTS
from cas_model.model.records import POSITION
from cas_model.model.system import CareSystem
from small_worlds import new_world

BURN_IN, MONTHS = 6, 48
Cents = dict[str, NDArray[np.int64]]
MIXED = {
    "funding.mix.gp": {
        "fee_for_service": 0.30, "capitation": 0.20, "pay_for_performance": 0.15, "bundled_payment": 0.15,
        "coordination_fee": 0.10, "shared_savings": 0.10,
    },
    "funding.mix.hospital": {"capitation": 0.20, "bundled_payment": 0.50, "shared_savings": 0.30},
    "governance.cofunding": 0.7,
    "governance.meta_governor_scope": "interfederal",
}  # fmt: skip
POOLED = MIXED | {
    "funding.pooled_budget": 0.6,
    "funding.risk_adjustment": 0.3,
    "funding.initial_investment": 7.0,
    "funding.savings.one_sided_months": 0,
    "funding.payers.gp": {"federal": 0.5, "flemish": 0.35, "patient": 0.15},
}
MADE_UP = {"every payment method": MIXED, "pooled budgets": POOLED}
WORLDS = (*builtin_scenarios(), *MADE_UP)
ACCOUNTS = {
    "payer": "payer_account_cents",
    "provider": "provider_account_cents",
    "zone": "zone_account_cents",
    "region": "region_account_cents",
    "schemes": "zone_scheme_cents",
}


def _accounts(world: CareSystem) -> Cents:
    return {name: world.state.array(key).copy() for name, key in ACCOUNTS.items()}


@cache
def _months(name: str) -> tuple[CareSystem, list[Cents]]:
    """Return a world that ran its course, and the accounts before the first and after each month."""
    if name in builtin_scenarios():
        world = new_world(name, burn_in=BURN_IN, months=MONTHS)
    else:
        world = new_world("polycentric", burn_in=BURN_IN, months=MONTHS, overrides=MADE_UP[name])
    accounts = [_accounts(world)]
    while world.running:
        world.step()
        accounts.append(_accounts(world))
    return world, accounts


def _flows(name: str) -> Iterator[Cents]:
    """Yield what each account gained in each month."""
    world, accounts = _months(name)
    assert len(accounts) == BURN_IN + world.horizon + 1
    for before, after in itertools.pairwise(accounts):
        yield {account: after[account] - before[account] for account in before}


def _payments(world: CareSystem) -> NDArray[np.int64]:
    """Return cents by month, payer, recipient and post."""
    shape = (-1, N_PAYERS, N_RECIPIENTS, len(POSTS))
    return world.records.payments[: world.records.n_months].reshape(shape)


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_paid_is_received(name: str) -> None:
    for month, flow in enumerate(_flows(name)):
        received = sum(gained.sum() for account, gained in flow.items() if account != "payer")
        assert flow["payer"].sum() == received, f"month {month - BURN_IN}"
        assert flow["provider"].sum() > 0


@pytest.mark.parametrize("name", WORLDS)
def test_the_recorded_payments_are_what_the_accounts_gained(name: str) -> None:
    world, _ = _months(name)
    discipline = world.state.provider.discipline
    for flow, paid in zip(_flows(name), _payments(world), strict=True):
        assert paid.sum(axis=(1, 2)).tolist() == flow["payer"].tolist()
        by_discipline = [int(flow["provider"][discipline == d].sum()) for d in range(N_DISCIPLINES)]
        assert paid.sum(axis=(0, 2))[:N_DISCIPLINES].tolist() == by_discipline
        assert paid[:, CARE_COUNCILS].sum() == flow["zone"].sum()
        assert paid[:, META_GOVERNORS].sum() == flow["region"].sum()
        assert paid[:, SCHEMES].sum() == flow["schemes"].sum()


@pytest.mark.parametrize("name", WORLDS)
def test_the_measures_and_the_ledger_tell_the_same_sums(name: str) -> None:
    world, _ = _months(name)
    ledger = world.ledger_frame().groupby(["month", "payer"], observed=False)["eur"].sum()
    for month in range(-BURN_IN, MONTHS):
        measured = world.records.history[month + BURN_IN]
        for payer in ("federal", "flemish", "local", "patient"):
            total = measured[POSITION[f"paid_{payer}"]].sum()
            assert total == pytest.approx(ledger[month, payer], abs=0.005)


@pytest.mark.parametrize("name", [name for name in WORLDS if name != "pooled budgets"])
def test_each_payer_pays_its_share_of_each_discipline(name: str) -> None:
    """Rounding goes to the largest payer: at most a cent per payment."""
    world, _ = _months(name)
    paid = _payments(world)
    share = world.state.discipline.payer_share
    n_providers = np.bincount(world.state.provider.discipline, minlength=N_DISCIPLINES)
    for d in range(len(DISCIPLINES)):
        per_post = paid[:, :, d, :]
        expected = per_post.sum(axis=1)[:, None, :] * share[d][None, :, None]
        assert np.abs(per_post - expected).max() <= n_providers[d] * (N_PAYERS - 1)
        assert (per_post[:, share[d] == 0.0] == 0).all()


def test_pooling_changes_who_pays_for_what_and_not_what_each_pays() -> None:
    """Without mechanisms, so that nothing but the books differs."""
    off = {f"mechanisms.{name}": 0.0 for name in MECHANISMS}
    worlds = [
        new_world(burn_in=0, months=6, overrides=off | {"funding.pooled_budget": pooled}) for pooled in (0, 1)
    ]
    for world in worlds:
        world.run()
    apart, pooled = (_payments(world) for world in worlds)
    rounding = worlds[0].state.provider.discipline.size * len(METHODS) * N_PAYERS
    assert np.abs(apart.sum(axis=(2, 3)) - pooled.sum(axis=(2, 3))).max() <= rounding
    federal, flemish, welfare = 0, 1, DISCIPLINES.index("welfare")
    assert (apart[:, federal, welfare].sum(axis=1) == 0).all()
    assert (pooled[:, federal, welfare].sum(axis=1) > pooled[:, flemish, welfare].sum(axis=1)).all()


def test_the_initial_investment_is_spent_in_two_years_by_two_tiers() -> None:
    world, _ = _months("pooled budgets")
    spent = _payments(world)[BURN_IN:, :, SCHEMES, INVESTMENT]
    assert spent[:24].sum() / 100 == pytest.approx(7.0 * world.state.zone.population.sum(), rel=1e-4)
    assert spent[24:].sum() == 0
    assert spent[:, 2:].sum() == 0
    assert spent[:, 0].sum() == pytest.approx(spent[:, 1].sum(), rel=1e-4)


def test_administration_costs_its_share_of_pay_that_does_not_follow_volume() -> None:
    world, _ = _months("status_quo")
    paid, share = _payments(world), world.scenario.parameters["administration_share"]
    by_method = paid[:, :, :N_DISCIPLINES, len(OTHER_POSTS) :].sum(axis=(0, 1, 2))
    administered = by_method.sum() - by_method[METHODS.index("fee_for_service")]
    assert paid[:, :, SCHEMES, ADMINISTRATION].sum() == pytest.approx(share * administered, rel=1e-3)


def test_one_practice_earns_its_fees_times_its_contacts() -> None:
    world = new_world("status_quo")
    for _ in range(3):
        world.step()
    provider, values = world.state.provider, world.scenario.parameters
    before = provider.account_cents.copy()
    world.step()
    busy = [j for j in np.flatnonzero(provider.discipline == GP).tolist() if provider.contacts[j] > 0]
    assert busy
    mix = world.scenario.funding.mix["gp"]
    assert {name for name, share in mix.items() if share == 0} >= {"bundled_payment", "shared_savings"}
    for j in busy:
        per_contact = int(provider.contacts[j]) * 1000 * values["fee_gp"] * mix["fee_for_service"]
        assert provider.due_eur[j, METHODS.index("fee_for_service")] == pytest.approx(per_contact)
        cents = sum(round(100 * float(due)) for due in provider.due_eur[j])
        assert provider.account_cents[j] - before[j] == cents
        assert provider.income_eur[j] == pytest.approx(cents / 100)


def test_a_council_receives_its_core_budget_its_manager_and_its_cofunding() -> None:
    world = new_world("decentralised", burn_in=1)
    for _ in range(4):
        world.step()
    zone, values = world.state.zone, world.scenario.parameters
    yearly = zone.core_eur + zone.cofund_eur + zone.population_manager * values["staff_cost"]
    before = zone.account_cents.copy()
    world.step()
    assert (zone.cofund_eur > 0).all()
    assert zone.account_cents - before == pytest.approx(100 * yearly / 12, abs=1.0)
