"""A mechanism that is switched off leaves the same world as one that was never there."""

from __future__ import annotations

from functools import cache

import pytest

from cas_model.config.declarations import MECHANISMS
from small_worlds import Bookmark, bookmark, columns_that_differ, copy_columns, new_world, run_months

BUSY = {
    "governance.co_decision": "on",
    "governance.turbulence": 1.0,
    "governance.local_authority_seats": 12,
    "governance.health_seats": 5,
    "governance.welfare_seats": 4,
    "governance.people_seats": 3,
    "governance.project_funding": 0.5,
    "governance.cofunding": 0.5,
    "funding.transition.mode": "voluntary",
    "funding.risk_adjustment": 0.5,
    "shocks": [
        {"kind": "pandemic", "start_month": 2, "support": 1.0},
        {"kind": "vaccination_campaign", "start_month": 4},
        {"kind": "border_reform", "start_month": 8, "notice_months": 6},
    ],
}
GOES_ON = {
    "M06": "lessons fade, and records stay as usual",
    "M17": "the institute goes on collecting",
    "M18": "hands enough are still counted",
    "M27": "memories fade",
}
"""What these do without their strength is no part of their claim (`KEPT_WITHOUT` in the behaviour tests)."""


@cache
def _start() -> Bookmark:
    world = new_world("pay_shared_savings", burn_in=6, months=60, overrides=BUSY)
    return bookmark(run_months(world, 8))


@pytest.mark.parametrize("mechanism", sorted(set(MECHANISMS) - set(GOES_ON)))
def test_switched_off_is_as_if_it_were_not_there(mechanism: str) -> None:
    world = _start().return_to()
    world.set_strength(mechanism, 0.0)
    off = copy_columns(run_months(world, 14))
    world = _start().return_to()
    steps = world.schedule.steps
    world.schedule.steps = [s for s in steps if s.process.mechanism != mechanism]
    try:
        assert len(world.schedule.steps) < len(steps)
        absent = copy_columns(run_months(world, 14))
    finally:
        world.schedule.steps = steps
    assert not columns_that_differ(off, absent)
