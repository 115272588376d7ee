"""One name and one measure of an outcome, from Flanders down to a single provider."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.dashboard import DASHBOARD_COLUMNS, dashboard_table
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.model.system import CareSystem
from fake_worlds import FakeWorld, use_fake_outcomes
from small_worlds import new_world, run_months

load_registries()
LEVELS = {"flanders", "place", "region", "hospital_network", "zone", "group", "provider"}


@pytest.fixture(scope="module")
def world() -> CareSystem:
    return run_months(new_world(burn_in=2, months=24, persons_per_agent=300), 20)


@pytest.fixture(scope="module")
def results() -> list[WorldResult]:
    worlds = [
        load_scenario(name, ["run.months=14", "run.burn_in=2"]) for name in ("status_quo", "polycentric")
    ]
    asked = requests_for(worlds, replicates=2, seed=1, persons_per_agent=1000, territory="small", threads=1)
    return compare(asked).results


@pytest.mark.parametrize(
    ("outcome", "weight"),
    [("workforce_wellbeing", "heads"), ("free_capacity", "capacity"), ("gp_load", "capacity")],
)
def test_what_providers_see_adds_up_to_what_flanders_sees(
    world: CareSystem, outcome: str, weight: str
) -> None:
    own = world.providers_frame().query("outcome == @outcome")
    weights = world.state.provider.columns[weight][own["provider"].to_numpy()].astype(float)
    assert np.average(own["value"], weights=weights) == pytest.approx(world.outcome(outcome), rel=1e-9)


def test_a_practice_sees_the_people_on_its_list(world: CareSystem) -> None:
    own = world.providers_frame()
    patient = world.state.patient
    rows = own[own["outcome"] == "unmet_need"].set_index("provider")["value"]
    assert set(own.loc[own["outcome"] == "unmet_need", "discipline"]) == {"gp"}
    busiest = int(np.bincount(patient.practice).argmax())
    assert rows[busiest] == pytest.approx(patient.last_unmet[patient.practice == busiest].mean())
    assert own["value"].notna().all()
    assert own.groupby("outcome", observed=True)["value"].max()["unmet_need"] <= 1


def test_every_level_is_there_with_the_same_names(results: list[WorldResult]) -> None:
    table = dashboard_table(results)
    assert tuple(table.columns) == DASHBOARD_COLUMNS
    assert set(table["level"]) == LEVELS
    for level in LEVELS:
        assert "unmet_need" in set(table.loc[table["level"] == level, "outcome"]), level
    assert not table.duplicated(["world", "level", "unit_id", "outcome"]).any()
    first = table[table["world"] == "status_quo"]
    assert first["difference"].isna().all()
    assert set(first["against"]) == {""}


def test_differences_are_paired_and_the_same_as_in_the_comparison(results: list[WorldResult]) -> None:
    table = dashboard_table(results).query("world == 'polycentric' and level == 'zone'")
    row = table[table["outcome"] == "mean_trust"].iloc[0]
    parts: dict[str, list[float]] = {"status_quo": [], "polycentric": []}
    for result in results:
        frame = result.table("outcomes", [("month", ">", 1), ("level", "==", "zone")])
        own = frame[(frame["unit_id"] == row["unit_id"]) & (frame["outcome"] == "mean_trust")]
        parts[result.request.label].append(float(own["value"].mean()))
    low, high = paired_interval(parts["status_quo"], parts["polycentric"])
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high))
    assert row["mean"] == pytest.approx(np.mean(parts["polycentric"]))
    assert row["verdict"] in {"better", "worse", "unclear"}


def test_one_run_has_a_dashboard_without_intervals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_fake_outcomes(monkeypatch)
    request = WorldRequest("alone", load_scenario(settings=["run.months=14"]))
    from cas_model.experiments.run import run_world

    table = dashboard_table([run_world(request, build=FakeWorld, folder=tmp_path)])
    assert table["low"].isna().all()
    assert (table["n_replicates"] == 1).all()
    assert isinstance(table, pd.DataFrame)
    assert len(table) == 3 * 3 + 1 + 2
