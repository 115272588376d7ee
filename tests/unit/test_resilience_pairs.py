from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.registries import load_registries
from cas_model.experiments.resilience import (
    resilience_sentences,
    resilience_table,
    shock_pairs,
    strikes,
)
from cas_model.experiments.run import WorldRequest, WorldResult
from fake_worlds import FakeWorld, broken_on_replicate_one, use_fake_outcomes

load_registries()


@pytest.fixture(autouse=True)
def _fake_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_outcomes(monkeypatch)


SHOCK = "shocks=[{kind='pandemic', start_month=6}]"


def test_a_shocked_world_pairs_with_the_world_that_differs_in_nothing_else() -> None:
    worlds = {
        "calm": load_scenario(),
        "other": load_scenario("decentralised"),
        "struck": load_scenario(settings=[SHOCK]),
        "other_struck": load_scenario("decentralised", [SHOCK]),
        "lonely": load_scenario("polycentric", [SHOCK]),
    }
    months = [(world, calm, [s.month for s in by]) for world, calm, by in shock_pairs(worlds)]
    assert months == [("struck", "calm", [6]), ("other_struck", "other", [6])]


def test_shipped_scenarios_with_events_pair_with_the_world_they_stand_on() -> None:
    names = ("status_quo", "polycentric", "pandemic_converted", "staffing_crisis", "heat_waves",
             "border_reform_again", "subsidy_cliff", "political_turnover",
             "vaccination_campaign")  # fmt: skip
    pairs = shock_pairs({name: load_scenario(name) for name in names})
    assert [(world, calm, by[0].month) for world, calm, by in pairs] == [
        ("pandemic_converted", "status_quo", 36),
        ("staffing_crisis", "status_quo", 0),
        ("heat_waves", "status_quo", 35),
        ("border_reform_again", "status_quo", 24),
        ("subsidy_cliff", "status_quo", 12),
        ("political_turnover", "polycentric", 36),
        ("vaccination_campaign", "status_quo", 36),
    ]


def test_each_shock_of_a_scenario_is_measured_up_to_the_next() -> None:
    found = [(s.label, s.month, s.until) for s in strikes(load_scenario("staffing_crisis"))]
    assert found == [("staffing crisis", 0, 96), ("retirement wave", 96, 120)]
    twice = load_scenario(
        settings=["shocks=[{kind='pandemic', start_month=6}, {kind='heat_wave', start_month=6}]"]
    )
    assert [s.label for s in strikes(twice)] == ["pandemic and heat wave"], "one strike"
    again = load_scenario("pandemic_twice")
    results = []
    for label, scenario in (("calm", replace(again, shocks=())), ("shocked", again)):
        months = np.arange(168)
        hit = 0.2 * ((months >= 36) & (months < 40)) + 0.1 * ((months >= 132) & (months < 142))
        value = 1.0 - hit * (label == "shocked")
        lost = 0.01 + 0.02 * ((months >= 36) & (months < 60)) * (label == "shocked")
        rows = [pd.DataFrame({"month": months, "outcome": name, "value": x})
                for name, x in (("functionality", value), ("lost_requests", lost))]  # fmt: skip
        frame = pd.concat(rows).assign(level="flanders", unit_id="Flanders")
        results.append(WorldResult(WorldRequest(label, scenario, seed=5), tables={"outcomes": frame}))
    table = resilience_table(results).set_index("nth")
    assert table["loss"].tolist() == pytest.approx([0.8, 1.0])
    assert table["robustness"].tolist() == pytest.approx([0.8, 0.9])
    assert table["recovery_months"].tolist() == [4, 10]
    assert table["excess_lost"].tolist() == pytest.approx([0.02, 0.0])
    assert table["excess_displaced"].isna().all()


def test_loss_and_recovery_are_measured_per_replicate_from_the_shock_on() -> None:
    worlds = [load_scenario(settings=["run.months=24"]), load_scenario(settings=["run.months=24", SHOCK])]
    asked = requests_for(worlds, replicates=2, seed=3, persons_per_agent=100, territory="small", threads=1)
    table = compare(asked, build=FakeWorld).analyses["resilience"]
    assert table["seed"].tolist() == [3, 4]
    assert table["world"].unique().tolist() == ["status_quo_2"]
    # Function is halved in months 6 to 9, the first four of the eighteen from the shock on.
    assert table["loss"].tolist() == [2.0, 2.0]
    assert table["robustness"].tolist() == [0.5, 0.5]
    assert table["recovery_months"].tolist() == [4.0, 4.0]
    # The year before was as good; the fake world records neither fifths nor vacancies, and runs too short.
    unknown = ["adaptation", "transformation", "everyday_slope", "loss_q1", "burden_concentration"]
    assert table[unknown].isna().all(axis=None)
    assert table["rapidity"].tolist() == [0.125, 0.125]
    assert "at worst 50.0 % of normal function" in resilience_sentences(table)[0]


def test_a_failed_twin_leaves_the_replicate_out() -> None:
    worlds = [
        load_scenario("decentralised", ["run.months=24"]),
        load_scenario("decentralised", ["run.months=24", SHOCK]),
    ]
    asked = requests_for(worlds, replicates=3, seed=0, persons_per_agent=100, territory="small", threads=1)
    results = compare(asked, build=broken_on_replicate_one).results
    assert resilience_table(results)["replicate"].tolist() == [0, 2]


def test_fifths_staff_and_the_years_before_and_after_are_measured_where_recorded() -> None:
    """The poorest fifth loses all; a world that comes out better than it went in is transformed."""
    rows = []
    for label, struck in (("calm", False), ("shocked", True)):
        for month in range(-6, 48):
            hit = struck and 6 <= month < 10
            after = 0.05 if struck and month >= 30 else 0.0
            values = {f"functionality_q{q}": 0.9 - (0.5 if hit and q == 1 else 0.0) for q in range(1, 6)}
            values |= {"functionality": 0.9 - (0.1 if hit else 0.0) + after}
            values |= {"vacancies": 0.1 if hit else 0.0}
            rows += [(label, month, "flanders", "Flanders", name, v) for name, v in values.items()]
            for zone, part in (("A", 0.4), ("B", 0.0)):
                rows.append((label, month, "zone", zone, "functionality", 0.9 - (part if hit else 0.0)))
    frame = pd.DataFrame(rows, columns=["label", "month", "level", "unit_id", "outcome", "value"])
    results = []
    for label, settings in (("calm", []), ("shocked", [SHOCK])):
        request = WorldRequest(label, load_scenario(settings=["run.months=48", *settings]), seed=5)
        kept = frame[frame["label"] == label].drop(columns="label")
        results.append(WorldResult(request, tables={"outcomes": kept}))
    found = resilience_table(results).iloc[0]
    assert found["loss"] == pytest.approx(0.4)
    assert found["adaptation"] == pytest.approx(0.05)
    assert found["transformation"] == pytest.approx(0.05)
    # Function was 0.1 lower in the four months with a tenth of posts empty, 0.05 higher in 18 of 38 others.
    assert found["everyday_slope"] == pytest.approx(-(0.1 + 0.05 * 18 / 38) / 10)
    assert [found[f"loss_q{q}"] for q in range(1, 6)] == pytest.approx([2.0, 0, 0, 0, 0])
    assert found["burden_concentration"] == pytest.approx(-0.8)
    assert found["burden_erreygers"] == pytest.approx(4 * 0.4 / 24 * -0.8)
    by_zone = resilience_table(results, level="zone").set_index("unit_id")
    assert list(by_zone.index) == ["A", "B"]
    assert by_zone["loss"].tolist() == pytest.approx([1.6, 0.0])
    assert by_zone["recovery_months"].tolist() == [4.0, 0.0]
    assert by_zone["loss_q1"].isna().all()
    assert found["unit_id"] == "Flanders"
