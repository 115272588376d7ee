"""Worlds of which only Flemish means are wanted do less, and come to the same."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.registries import load_registries
from cas_model.model import records
from cas_model.model.system import CareSystem

load_registries()


def _flemish(*, trace: bool) -> tuple[CareSystem, np.ndarray]:
    world = CareSystem("polycentric", persons_per_agent=2000, territory="small", trace=trace)
    for _ in range(15):
        world.step()
    return world, world.records.flemish(list(OUTCOMES))


def test_flemish_outcomes_do_not_depend_on_what_else_is_recorded() -> None:
    light, without = _flemish(trace=False)
    full, with_trace = _flemish(trace=True)
    assert without.tobytes() == with_trace.tobytes()
    assert np.isfinite(without).any()
    assert "group" in full.records.measures()
    assert "group" not in light.records.measures()
    assert "group" not in set(light.records.outcomes_frame()["level"])


def test_a_world_records_in_the_room_of_one_that_is_done_with() -> None:
    first, values = _flemish(trace=False)
    room = first.records.history
    gone = weakref.ref(first.state)
    first.release()
    assert gone() is None  # though the collector of cycles has not been round
    with pytest.raises(AttributeError):
        first.step()
    second, again = _flemish(trace=False)
    assert second.records.history is room
    assert again.tobytes() == values.tobytes()  # nothing of the first world is left
    third, _ = _flemish(trace=False)
    assert not np.shares_memory(third.records.history, room)
    assert not any(array is room for array in records._released)
