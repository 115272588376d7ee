"""New ways of paying as whole worlds: thresholds, volunteers, stages, and what a reform costs at first."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from cas_model.config.declarations import OUTCOMES
from cas_model.config.vocabulary import GP, HOME_NURSING, HOSPITAL
from cas_model.model.system import CareSystem
from small_worlds import new_world

BURN_IN, MONTHS = 6, 48
CAPITATED = {"fee_for_service": 0.0, "capitation": 0.97}


def _run(scenario: str, seed: int = 0, months: int = MONTHS, **overrides: Any) -> CareSystem:
    settings = {key.replace("__", "."): value for key, value in overrides.items()}
    world = new_world(
        scenario, seed, burn_in=BURN_IN, months=months, overrides=settings, persons_per_agent=500
    )
    world.run()
    return world


@cache
def _status_quo() -> CareSystem:
    return _run("status_quo")


def _of_practices(world: CareSystem, column: str) -> float:
    provider = world.state.provider
    return float(provider.columns[column][provider.discipline == GP].mean())


def _gain(stake: float) -> float:
    """Return how much more practices coordinate when so much of their income moves to capitation."""
    partial = {"mode": "partial", "partial_share": stake / 0.8}
    world = _run("status_quo", funding__mix__gp=CAPITATED, funding__transition=partial)
    assert world.state.provider.stake.max() == pytest.approx(stake)
    return _of_practices(world, "coordination") - _of_practices(_status_quo(), "coordination")


def test_a_marginal_incentive_does_little() -> None:
    """P18: the response to 5 % of income is less than a quarter of that to 30 %."""
    assert 0.0 < _gain(0.05) < 0.25 * _gain(0.30)


def test_volunteers_are_readier_than_most() -> None:
    """P19: by half a standard deviation at least."""
    world = new_world("transition_voluntary", burn_in=BURN_IN, months=12, persons_per_agent=100)
    world.run()
    provider = world.state.provider
    asked = provider.discipline == GP
    readiness, members = provider.readiness[asked], provider.scheme[asked] > 0.0
    assert 10 < members.sum() < asked.sum() / 2
    assert readiness[members].mean() - readiness.mean() > 0.5 * readiness.std()


@pytest.mark.parametrize("seed", [0, 1])
def test_who_shares_gains_first_stays(seed: int) -> None:
    """PT5: in the third year of shared losses a staged scheme has kept more of its members."""
    kept = []
    for scenario, months in (("savings_staged", 72), ("savings_immediate", 36)):
        provider = _run(scenario, seed, months).state.provider
        asked = np.isin(provider.discipline, (GP, HOME_NURSING, HOSPITAL))
        kept.append(float(provider.scheme[asked].mean()))
    assert kept[0] > kept[1]


def test_a_big_bang_acts_late() -> None:
    """Pay changes at once, work does not: a provider lives by the former mix until it has rebuilt it."""
    world = new_world("transition_big_bang", burn_in=0, months=MONTHS)
    felt = []
    while world.running:
        world.step()
        felt.append(_of_practices(world, "volume_share"))
    assert felt[0] == pytest.approx(0.8)
    assert (np.diff(felt) <= 0.0).all()
    assert 0.325 < felt[-1] < felt[11] - 0.05


def test_shadow_accounts_shorten_the_way() -> None:
    """Six months after the new mix first pays, those who had shadow accounts live by it further."""
    shadow = _run("transition_virtual", months=30)
    plunge = _run("transition_big_bang", months=6)
    assert _of_practices(shadow, "volume_share") < _of_practices(plunge, "volume_share")


def test_care_first_makes_the_same_pay_stick() -> None:
    """M53: a year after the start of new pay, work is rebuilt further where care came first."""
    first = _run("transition_care_first", months=36)
    unprepared = _run("transition_care_first", months=36, mechanisms__M53=0.0)
    plunge = _run("transition_big_bang", months=12)
    uptakes = [_of_practices(world, "uptake") for world in (plunge, unprepared, first)]
    assert uptakes[0] < uptakes[1] < uptakes[2]


def test_an_ambitious_reform_costs_money_first() -> None:
    """P23: its cumulative net cost is above nought in each of the first three years."""
    extra = _run("transition_care_first").records.payments - _status_quo().records.payments
    cumulative = extra.sum(axis=(1, 2)).cumsum()[BURN_IN:]
    assert (cumulative[[11, 23, 35]] > 0).all()


def test_chance_in_a_joint_account_shrinks_with_the_root_of_the_territory() -> None:
    world = _run("savings_immediate", months=13)
    zone = world.state.zone
    assert zone.savings_noise * np.sqrt(zone.population) == pytest.approx(3.0)
    signal = zone.savings_hope / (zone.savings_hope + zone.savings_noise)
    assert np.corrcoef(zone.population, signal)[0, 1] > 0.5


def test_joint_accounts_do_not_depend_on_how_many_people_an_agent_stands_for() -> None:
    hopes = []
    for persons in (1000, 100):
        world = new_world("savings_staged", burn_in=0, months=2, persons_per_agent=persons)
        world.run()
        hopes.append(world.state.zone.savings_hope.mean())
    assert hopes[0] == pytest.approx(hopes[1], rel=0.2)


# --- pay that changes again --------------------------------------------------------------------------------


def _felt(world: CareSystem) -> float:
    return _of_practices(world, "volume_share")


def test_a_second_change_of_pay_acts_as_late_as_the_first() -> None:
    again = {"month": 60, "funding": {"mix": {"gp": {"fee_for_service": 0.0, "capitation": 0.75}}}}
    world = new_world("pay_new_deal_coordination", burn_in=6, months=120, overrides={"reforms": [again]})
    while world.month < 60:
        world.step()
    before = _felt(world)
    world.step()
    at_once = _felt(world)
    for _ in range(36):
        world.step()
    assert abs(at_once - before) < 0.2 * abs(_felt(world) - before)
    assert _felt(world) < before - 0.1


def test_pay_that_is_undone_is_lived_by_for_a_while() -> None:
    undone = {"month": 40, "funding": {"mix": {"gp": {"fee_for_service": 0.8, "capitation": 0.17}}}}
    overrides = {"funding.mix.gp": CAPITATED, "reforms": [undone]}
    world = new_world("status_quo", burn_in=6, months=120, overrides=overrides)
    while world.month < 40:
        world.step()
    before = _felt(world)
    world.step()
    assert _felt(world) - before < 0.25 * (0.8 - before)
    for _ in range(70):
        world.step()
    assert _felt(world) == pytest.approx(0.8, abs=0.05)


JOINT = {"fee_for_service": 0.4, "shared_savings": 0.4}


def _joint_savings_from(month: int, months: int, **overrides: Any) -> CareSystem:
    reform = {"month": month, "funding": {"mix": {"gp": JOINT}}}
    settings = {"funding.savings.one_sided_months": 36, "reforms": [reform], **overrides}
    return new_world("status_quo", burn_in=6, months=months, overrides=settings, persons_per_agent=500)


@pytest.mark.parametrize("month", [41, 48])
def test_joint_savings_that_a_reform_brings_have_their_stage_of_gains(month: int) -> None:
    world = _joint_savings_from(month, 120)
    while world.month < month + 36:
        world.step()
        assert (world.state.zone.savings >= 0.0).all()
        if world.month == month + 6:
            assert not world.state.zone.savings.any(), "the first account comes after a year"
    assert _of_practices(world, "safe_months") == pytest.approx(36.0)


def test_joint_savings_that_come_again_have_a_new_benchmark() -> None:
    off = {"month": 60, "funding": {"mix": {"gp": {"fee_for_service": 0.8, "shared_savings": 0.0}}}}
    on = {"month": 84, "funding": {"mix": {"gp": JOINT}}}
    first = {"month": 12, "funding": {"mix": {"gp": JOINT}}}
    world = new_world("status_quo", burn_in=6, months=120, overrides={"reforms": [first, off, on]})
    seen = {}
    while world.month < 90:
        world.step()
        seen[world.month] = world.state.zone.benchmark.copy()
    assert not seen[70].any()
    assert seen[90].all()
    assert not np.array_equal(seen[90], seen[30])


def test_without_risk_adjustment_pay_does_not_depend_on_scale() -> None:
    """Coarse agents must not turn the luck of few people into a bonus."""
    terms = {"funding.risk_adjustment": 0.0, "parameters.cost_noise": 1.5}
    bonus = []
    for persons in (1000, 100):
        found = []
        for seed in range(4):
            world = new_world(
                "savings_staged", seed, burn_in=0, months=36, persons_per_agent=persons, overrides=terms
            )
            world.run()
            found.append(world.state.zone.savings.mean())
        bonus.append(float(np.mean(found)))
    assert bonus[0] == pytest.approx(bonus[1], abs=0.02)


def test_no_tier_shifts_tasks_for_the_luck_of_few_agents() -> None:
    shifted = []
    for seed in range(3):
        world = new_world("status_quo", seed, burn_in=6, months=60, persons_per_agent=1000)
        world.run()
        yearly = world.records.values(OUTCOMES["shifted_tasks"])[11:, 0]
        shifted.append(float(yearly.mean()))
    assert max(shifted) < OUTCOMES["shifted_tasks"].smallest_that_matters
