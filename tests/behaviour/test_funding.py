"""New ways of paying as whole worlds: thresholds, volunteers, stages, and what a reform costs at first."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

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
