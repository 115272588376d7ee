"""Every mechanism moves what its claim says, where it says so, and nothing where its context is missing."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from behaviour.case import Case, Setting
from behaviour.cases import CASES
from cas_model.config.declarations import MECHANISMS
from cas_model.model.system import CareSystem
from small_worlds import (
    Bookmark,
    bookmark,
    columns_that_differ,
    copy_columns,
    new_world,
    run_months,
    run_step,
    step_of,
    steps_of,
)

KEPT_WITHOUT = {
    "M06": {"zone_learning"},  # lessons fade
    "M17": {"institute_pool"},  # the institute goes on collecting
    "M18": {"zone_execution_drive"},  # as with staff enough
    "M27": {"tie_history"},  # memories fade
}
"""What a mechanism goes on doing when switched off, because it is no part of the claim."""


@cache
def _settled(settings: str) -> Bookmark:
    world = new_world(overrides=json.loads(settings))
    run_months(world, world.burn_in + 1)
    return bookmark(world)


def _run(case: Case, setting: Setting, strength: float, months: int, settings: dict[str, Any]) -> CareSystem:
    """Run a case's world; it stays as it ends until the next run of the same settings."""
    world = _settled(json.dumps(settings)).return_to()
    setting(world)
    world.set_strength(case.mechanism, strength)
    return run_months(world, months)


def _measure(case: Case, strength: float) -> float:
    return case.measured(_run(case, case.context, strength, case.months, case.world))


def _name(case: Case) -> str:
    return f"{case.mechanism} {case.says}"


def test_every_mechanism_has_a_case() -> None:
    modelled = {name for name, mechanism in MECHANISMS.items() if mechanism.modelled}
    assert {case.mechanism for case in CASES} == modelled


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_in_its_context_it_moves_what_it_claims(case: Case) -> None:
    with_it, half, without = (_measure(case, strength) for strength in (1.0, 0.5, 0.0))
    effect = case.moves * (with_it - without)
    assert effect > 1e-4 * max(abs(without), 0.01), f"{without:g} -> {with_it:g}"
    assert 0.0 <= case.moves * (half - without) <= effect


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_out_of_its_context_it_does_nothing(case: Case) -> None:
    settings = case.world if case.world_out_of_context is None else case.world_out_of_context
    columns, values = [], []
    for strength in (1.0, 0.0):
        world = _run(case, case.out_of_context, strength, case.out_months, settings)
        columns.append(copy_columns(world))
        if case.leak > 0.0:
            values.append(case.measured(world))
    if case.leak == 0.0:
        assert not columns_that_differ(*columns)
    else:
        effect = abs(_measure(case, 1.0) - _measure(case, 0.0))
        assert abs(values[0] - values[1]) <= case.leak * effect


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_switched_off_it_does_nothing(case: Case) -> None:
    world = _settled(json.dumps(case.world)).return_to()
    case.context(world)
    world.set_strength(case.mechanism, 0.0)
    before = copy_columns(world)
    for step in steps_of(world, case.mechanism):
        run_step(world, step)
    after = copy_columns(world)
    moved = {key for key in before if not np.allclose(before[key], after[key], rtol=0, atol=1e-12)}
    assert moved <= KEPT_WITHOUT.get(case.mechanism, set())


def test_staff_makes_no_difference_when_thin_staff_is_switched_off() -> None:
    drives = []
    for staff in (0.0, 3.0):
        world = _settled("{}").return_to()
        world.set_strength("M18", 0.0)
        world.state.zone.staff[:] = staff
        world.state.zone.execution_drive[:] = 0.0
        run_step(world, step_of(world, "M18"))
        drives.append(world.state.zone.execution_drive.copy())
    assert np.array_equal(drives[0], drives[1])
