"""A population that is made once serves several worlds, and no world changes another's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from cas_model.config.declarations import PARAMETERS
from cas_model.model import first_state
from cas_model.territory.population import fill_population
from small_worlds import columns_that_differ, copy_columns, new_world, run_months


@pytest.fixture
def populations(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Seeds of the populations that were made, from no kept state on."""
    made: list[int] = []

    def counted(*args: object, **kwargs: object) -> object:
        made.append(args[5])  # type: ignore[arg-type]
        return fill_population(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(first_state, "fill_population", counted)
    first_state._made.clear()
    yield made
    first_state._made.clear()


def test_later_worlds_start_with_the_bits_of_the_first(populations: list[int]) -> None:
    first = new_world(seed=3)
    start = copy_columns(first)
    for earlier in (first, new_world(seed=3)):
        run_months(earlier, 1)
        assert columns_that_differ(start, copy_columns(earlier))
        assert columns_that_differ(start, copy_columns(new_world(seed=3))) == []
    assert populations == [3]


def test_what_a_population_does_not_read_does_not_make_it_anew(populations: list[int]) -> None:
    new_world(overrides={"parameters.trust_gain": 0.05})
    new_world()
    assert populations == [0]


@pytest.mark.parametrize("name", ["gp_density", "trust_start", "multimorbidity_age", "gp_stop_share"])
def test_what_it_reads_does(populations: list[int], name: str) -> None:
    declared = PARAMETERS[name]
    usual = new_world()
    other = new_world(overrides={f"parameters.{name}": declared.high})
    assert populations == [0, 0]
    assert columns_that_differ(copy_columns(usual), copy_columns(other))


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"persons_per_agent": 2000}, {"burn_in": 24}], ids=["seed", "scale", "month"]
)
def test_another_seed_scale_or_first_month_makes_it_anew(
    populations: list[int], change: dict[str, int]
) -> None:
    new_world()
    new_world(**change)  # type: ignore[arg-type]
    assert len(populations) == 2


def test_a_large_state_is_not_kept(populations: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_state, "MOST_ROWS", 10)
    new_world()
    new_world()
    assert populations == [0, 0]


def test_a_copy_of_the_tables_shares_no_memory() -> None:
    state = new_world().state
    other = state.copy()
    for name, table in state.tables.items():
        assert list(other.tables[name].columns) == list(table.columns)
        for column, array in table.columns.items():
            assert not np.shares_memory(array, other.tables[name].columns[column])
    other.measure.block[:] = 1.0
    other.reset_monthly()
    assert not other.array("measure_needs").any()
