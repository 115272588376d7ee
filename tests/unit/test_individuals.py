"""The same person in two worlds: who gains, who loses, who is left behind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cas_model.config.scenario_layers import load_scenario
from cas_model.config.vocabulary import COUNTED_GROUPS
from cas_model.experiments.individuals import individual_sentences, individual_table
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, WorldResult, run_world
from cas_model.experiments.run_tables import PEOPLE_COLUMNS
from fake_worlds import FakeWorld
from small_worlds import new_world, run_months

load_registries()


def _runs(autonomy: float, n: int = 4) -> list[WorldResult]:
    found = []
    for label, value in (("now", 0.45), ("free", autonomy)):
        scenario = load_scenario("status_quo", [f"governance.autonomy={value}", "run.months=2"])
        for r in range(n):
            found.append(run_world(WorldRequest(label, scenario, r, r), build=FakeWorld))
    return found


def _row(table: pd.DataFrame, group: str, state: str = "health") -> dict[str, float]:
    row = table[(table["group"] == group) & (table["state"] == state)].iloc[0]
    return {str(k): v for k, v in row.to_dict().items()}


def test_the_poorest_lose_while_the_mean_improves() -> None:
    """Planted: health changes by 0.55 x (0.1 x fifth - 0.1), the same for everybody of a fifth."""
    table = individual_table(_runs(1.0))
    everybody = _row(table, "everyone")
    assert everybody["difference"] == pytest.approx(0.055)
    assert everybody["worse_share"] == pytest.approx(0.2)
    assert everybody["better_share"] == pytest.approx(0.6)
    poorest = _row(table, "poorest fifth")
    assert poorest["difference"] == pytest.approx(-0.055)
    assert (poorest["p05"], poorest["p95"]) == pytest.approx((-0.055, -0.055))
    assert poorest["left_behind"]
    assert not _row(table, "richest fifth")["left_behind"]
    assert "Left behind: poorest fifth (health)" in individual_sentences(table)[0]


def test_nobody_is_left_behind_where_nothing_differs_or_all_lose() -> None:
    assert not individual_table(_runs(0.45))["left_behind"].any()
    losing = individual_table(_runs(0.2))
    assert _row(losing, "everyone")["difference"] < 0
    assert not _row(losing, "richest fifth")["left_behind"], "with everybody worse off nobody is behind"


def test_who_died_in_one_world_only_is_not_compared() -> None:
    runs = _runs(1.0, n=2)
    for run in runs:
        if run.request.label == "free":
            run.tables["people"].loc[run.tables["people"]["income"] == 0, "birth_month"] = 0
    table = individual_table(runs)
    assert "poorest fifth" not in set(table["group"])
    assert _row(table, "everyone")["n_people"] == 2 * 320


def test_a_failed_run_leaves_its_twin_out() -> None:
    runs = _runs(1.0, n=3)
    runs[0].problem = "broken"
    assert _row(individual_table(runs), "everyone")["n_people"] == 2 * 400


def test_people_of_a_world_are_who_they_are() -> None:
    world = run_months(new_world(burn_in=2), 4)
    people = world.people_frame()
    assert tuple(people.columns) == PEOPLE_COLUMNS
    for column, first, last in (
        ("income", 0, 4),
        ("age", 5, 9),
        ("literacy", 10, 12),
        ("conditions", 13, 15),
    ):
        assert people[column].between(first, last).all()
    old = people[people["age"] == COUNTED_GROUPS.index("aged 85 and over")]
    assert (world.month - old["birth_month"] >= 85 * 12).all()
    assert np.array_equal(people["health"], world.state.patient.health[people["row"]])
