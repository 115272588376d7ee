"""Tables written year by year are those kept in memory, to the bit, and need the room of two years."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, care_system, run_world
from cas_model.experiments.run_tables import FINAL, MONTHLY

load_registries()

# 12 + 32 months: the last piece is shorter than a year.
SETTINGS = ["run.burn_in=12", "run.months=32"]


@pytest.fixture(scope="module")
def request_() -> WorldRequest:
    return WorldRequest("here", load_scenario("six_principles", SETTINGS), 0, 3, 1000, "small")


def test_written_year_by_year_is_kept_to_the_bit(request_: WorldRequest, tmp_path: Path) -> None:
    kept, written = run_world(request_), run_world(request_, folder=tmp_path)
    assert kept.ok
    assert written.ok, written.trace
    for name in (*MONTHLY, *FINAL):
        a, b = kept.table(name), written.table(name)
        keys = [c for c in a.columns if not pd.api.types.is_float_dtype(a[c])]
        a, b = (t.astype({k: str for k in keys if t[k].dtype == "category"}) for t in (a, b))
        # A whole table has one outcome after the other, one written in pieces a year after the other.
        a, b = (t.sort_values(keys, kind="stable").reset_index(drop=True) for t in (a, b))
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_the_memory_of_a_writing_world_does_not_grow_with_its_months(request_: WorldRequest) -> None:
    world = care_system(request_, months_kept=24)
    sizes: set[int] = set()
    world.run(each_year=lambda _: sizes.add(world.records.history.nbytes))
    assert sizes == {world.records.history.nbytes}
    assert world.records.history.shape[0] == 24
    assert world.records.n_months == 44
    assert world.outcome("unmet_need") == pytest.approx(
        care_and_read(request_, "unmet_need"), rel=0, abs=0
    ), "the latest value looks back on months that were kept"


def care_and_read(request: WorldRequest, outcome: str) -> float:
    world = care_system(request)
    world.run()
    return float(world.outcome(outcome))
