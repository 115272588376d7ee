"""Events keep to what they say: steps, size, and where they strike whatever else is listed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from small_worlds import columns_that_differ, copy_columns, new_world, run_months

REFORM: dict[str, Any] = {"kind": "border_reform", "start_month": 1, "notice_months": 0, "alignment": 0.8}


def _misfit(**fields: Any) -> float:
    world = new_world(burn_in=1, months=48, overrides={"shocks": [REFORM | fields]})
    before = world.state.zone.hospital_misfit.copy()
    after = run_months(world, 46).state.zone.hospital_misfit
    return float((after / before).mean())


@pytest.mark.parametrize("duration", [1, 2, 3, 36])
def test_every_step_of_a_border_reform_is_taken(duration: int) -> None:
    assert _misfit(steps=3, duration_months=duration) == pytest.approx(0.2)


def test_an_event_without_severity_changes_nothing() -> None:
    quiet = copy_columns(run_months(new_world(burn_in=1), 30))
    reform = REFORM | {"severity": 0.0, "start_month": 12, "notice_months": 12}
    struck = copy_columns(run_months(new_world(burn_in=1, overrides={"shocks": [reform]}), 30))
    # Shares of need and deaths are worked out only where a scenario lists events.
    assert set(columns_that_differ(quiet, struck)) <= {"zone_need_share", "zone_death_share"}


def test_where_an_event_strikes_does_not_depend_on_others_in_the_list() -> None:
    wave = {"kind": "retirement_wave", "start_month": 3, "zone_share": 0.3}
    other = {"kind": "pandemic", "start_month": 2, "severity": 0.0}
    struck = []
    for shocks in ([wave], [other, wave], [wave, other]):
        world = run_months(new_world(burn_in=1, overrides={"shocks": shocks}), 5)
        struck.append(np.flatnonzero(world.state.zone.retirement.any(axis=1)).tolist())
    assert struck[0]
    assert struck[0] == struck[1] == struck[2]


def test_two_events_of_one_kind_draw_their_zones_apart() -> None:
    waves = [{"kind": "retirement_wave", "start_month": month, "duration_months": 1, "zone_share": 0.3}
             for month in (1, 2, 3, 4)]  # fmt: skip
    world = new_world(burn_in=1, overrides={"shocks": waves})
    struck = set()
    run_months(world, 2)
    for _ in waves:
        struck.add(tuple(np.flatnonzero(world.state.zone.retirement.any(axis=1)).tolist()))
        world.step()
    assert len(struck) > 1
