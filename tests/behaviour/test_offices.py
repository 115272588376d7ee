"""Offices with terms and budgets: meta-governors, chairs, councils."""

from __future__ import annotations

import numpy as np
import pytest

from small_worlds import new_world, run_months

STEERED = {"governance.meta_governor_scope": "interfederal", "governance.meta_governor_tenure": 2.0}


def test_a_meta_governor_serves_its_term_in_every_region() -> None:
    """One month of the term goes by each month, however a region's zones are ordered."""
    world = new_world(burn_in=1, overrides=STEERED)
    regions = world.territory.region_of_zone
    assert (np.diff(regions) != 0).sum() + 1 > len(set(regions.tolist())), (
        "a region's zones are not neighbours"
    )
    run_months(world, 2)
    region = world.state.region
    for month in range(1, 24):
        assert (region.meta_active == 1).all()
        assert (region.meta_months == 25 - month).all()
        before = region.meta_standing.copy()
        world.step()
        earned = (
            world.scenario.levers["meta_governor_neutrality"]
            * world.scenario.levers["meta_governor_capacity"]
        )
        speed = world.scenario.parameters["standing_speed"]
        assert region.meta_standing == pytest.approx(before + speed * (earned - before))
    before = region.meta_standing.copy()
    world.step()
    assert (region.meta_months == 24).all()
    assert (region.meta_standing < before).all(), "a new governor has to earn its standing"


def test_without_the_lever_there_is_no_meta_governor_and_no_cost() -> None:
    world = run_months(new_world("decentralised", burn_in=1), 6)
    assert not world.state.region.meta_active.any()
    assert not world.state.region.account_cents.any()


def test_chairs_change_at_the_end_of_their_term() -> None:
    world = new_world(burn_in=1, overrides={"parameters.chair_tenure": 2.0})
    zone = world.state.zone
    changes = 0
    for _ in range(24):
        left, chair = zone.chair_months.copy(), zone.chair.copy()
        world.step()
        ended = left <= 1.0
        assert (zone.chair[~ended] == chair[~ended]).all()
        assert (zone.chair_months[ended] == 24.0).all()
        assert (zone.chair_months[~ended] == left[~ended] - 1.0).all()
        changes += int((zone.chair != chair).sum())
    assert changes == world.territory.n_zones


def test_a_council_without_a_budget_has_neither_money_nor_paid_staff() -> None:
    world = run_months(new_world(burn_in=1, overrides={"governance.core_budget": 0.0}), 4)
    zone = world.state.zone
    assert not zone.core_eur.any()
    assert zone.staff == pytest.approx(zone.city_staff)


def test_a_staff_floor_is_paid_for_and_kept() -> None:
    world = run_months(new_world(burn_in=1, overrides={"governance.staff_floor": 2.0}), 4)
    zone, values = world.state.zone, world.scenario.parameters
    floor = 2.0 * values["staff_cost"] + values["council_fixed_cost"]
    assert (zone.core_eur >= floor - 0.01).all()
    paid = (zone.staff - zone.city_staff) / (1 - zone.reporting)
    assert (paid >= 2.0 - 1e-9).all()
