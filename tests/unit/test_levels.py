"""The same outcomes for Flanders, places, networks and groups of people."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.config.vocabulary import (
    COUNTED_GROUPS,
    FIRST_AGE,
    FIRST_CONDITIONS,
    FIRST_LITERACY,
    N_COUNTED_GROUPS,
)
from cas_model.model.columns import GROUP_MEASURES
from cas_model.model.records import GROUP_POSITION, POSITION
from cas_model.model.system import CareSystem
from small_worlds import new_world, run_months

KINDS = (
    range(FIRST_AGE), range(FIRST_AGE, FIRST_LITERACY), range(FIRST_LITERACY, FIRST_CONDITIONS),
    range(FIRST_CONDITIONS, N_COUNTED_GROUPS),
)  # fmt: skip
OF_PEOPLE = {
    "unmet_need", "coordinated_care_coverage", "continuity_upc", "patient_experience", "population_health",
}  # fmt: skip


@cache
def _world() -> CareSystem:
    return run_months(new_world(burn_in=2, months=24, persons_per_agent=300), 16)


@cache
def _frame() -> pd.DataFrame:
    frame = _world().outcomes_frame()
    last: pd.DataFrame = frame[frame["month"] == frame["month"].max()]
    return last


@pytest.mark.parametrize("name", [name for name, _, _ in GROUP_MEASURES])
def test_everybody_is_counted_once_in_each_kind_of_group(name: str) -> None:
    records = _world().records
    counted = records.group_history[: records.n_months, GROUP_POSITION[name]]
    totals = [counted[:, list(kind)].sum(axis=1) for kind in KINDS]
    for total in totals[1:]:
        assert total == pytest.approx(totals[0])
    if name.startswith("panel_"):
        of_all = records.history[: records.n_months, POSITION[name]].sum(axis=(1, 2))
        assert totals[0] == pytest.approx(of_all, rel=1e-6)


def test_income_groups_say_what_the_outcomes_by_fifth_say() -> None:
    rows = _frame()[_frame()["outcome"] == "unmet_need"].set_index(["level", "unit_id"])["value"]
    for q in range(FIRST_AGE):
        by_fifth = _frame()[
            (_frame()["outcome"] == f"unmet_need_q{q + 1}") & (_frame()["level"] == "flanders")
        ]
        assert rows["group", COUNTED_GROUPS[q]] == pytest.approx(float(by_fifth["value"].iloc[0]))


def test_groups_have_the_outcomes_of_people_and_no_others() -> None:
    rows = _frame()[_frame()["level"] == "group"]
    assert set(rows["outcome"]) == OF_PEOPLE
    assert set(rows["unit_id"]) == set(COUNTED_GROUPS)


def test_older_and_less_literate_people_differ_as_their_state_says() -> None:
    health = _frame()[(_frame()["level"] == "group") & (_frame()["outcome"] == "population_health")]
    value = health.set_index("unit_id")["value"]
    assert value["aged 0-17"] > value["aged 45-64"] > value["aged 85 and over"]
    assert value["0-1 conditions"] > value["4 or more conditions"]


def test_cities_and_the_rest_make_the_whole() -> None:
    world = _world()
    measures = world.records.measures()
    for name in ("needs", "served", "paid_federal"):
        whole, parts = measures["flanders"].total(name), measures["place"].total(name)
        assert parts.sum(axis=1) == pytest.approx(whole[:, 0])
    assert measures["place"].population.sum() == pytest.approx(measures["flanders"].population[0])


def test_networks_share_the_zones_they_serve() -> None:
    measures = _world().records.measures()
    shared, whole = measures["hospital_network"].total("admissions"), measures["flanders"].total("admissions")
    assert shared.sum(axis=1) == pytest.approx(whole[:, 0])


def test_every_level_has_every_outcome_that_is_defined_there() -> None:
    for level in ("flanders", "region", "zone", "hospital_network"):
        found = set(_frame()[_frame()["level"] == level]["outcome"])
        assert {"unmet_need", "hand_over_rate", "spending", "mean_trust"} <= found
        assert found <= set(OUTCOMES)
    assert np.isfinite(_frame()["value"]).all()


@pytest.mark.parametrize("level", ["flanders", "place", "region", "hospital_network", "zone", "group"])
def test_a_level_of_the_table_holds_what_its_formulas_give_alone(level: str) -> None:
    table = _world().outcomes_frame()
    rows = table[table["level"] == level].reset_index(drop=True)
    pd.testing.assert_frame_equal(_world().outcomes_frame(level=level), rows, check_exact=True)
    measures = _world().records.measures()[level]
    for name in set(rows["outcome"]):
        values = np.asarray(OUTCOMES[name].compute(measures.over(OUTCOMES[name].period_months)))
        assert rows.loc[rows["outcome"] == name, "value"].tolist() == values[np.isfinite(values)].tolist()


def test_an_unknown_level_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="zone"):
        _world().outcomes_frame(level="zones")
