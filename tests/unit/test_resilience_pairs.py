import pandas as pd
import pytest

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.registries import load_registries
from cas_model.experiments.resilience import resilience_table, shock_pairs, shock_windows
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.report.shock_words import stood_sentences
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
    assert shock_pairs(worlds) == [("struck", "calm"), ("other_struck", "other")]


def test_shipped_scenarios_with_events_pair_with_the_world_they_stand_on() -> None:
    names = ("status_quo", "polycentric", "pandemic_converted", "staffing_crisis", "heat_waves",
             "border_reform_again", "subsidy_cliff", "political_turnover",
             "vaccination_campaign")  # fmt: skip
    worlds = {name: load_scenario(name) for name in names}
    calm = {"political_turnover": "polycentric"}
    assert shock_pairs(worlds) == [(name, calm.get(name, "status_quo")) for name in names[2:]]
    starts = {name: [w.first_month for w in shock_windows(worlds[name])] for name in names[2:]}
    assert starts == {
        "pandemic_converted": [36],
        "staffing_crisis": [0, 96],
        "heat_waves": [35],
        "border_reform_again": [24, 72],
        "subsidy_cliff": [12],
        "political_turnover": [36],
        "vaccination_campaign": [36],
    }


def test_each_shock_has_its_own_months_until_the_next_begins() -> None:
    first, second = shock_windows(load_scenario("pandemic_twice"))
    assert (first.event, first.first_month, first.last_month, first.until_month) == ("pandemic", 36, 47, 131)
    assert (second.event, second.first_month, second.until_month) == ("second pandemic", 132, 167)
    assert (first.control_months, second.control_months) == (24, 24)
    crisis, wave = shock_windows(load_scenario("staffing_crisis"))
    assert (crisis.event, crisis.control_months) == ("staffing crisis", 96), "as long as it lasts"
    assert (wave.event, wave.control_months) == ("retirement wave", 24)
    close = "shocks=[{kind='pandemic', start_month=6}, {kind='heat_wave', start_month=16}]"
    cut, last = shock_windows(load_scenario(settings=["run.months=20", close]))
    assert (cut.until_month, cut.control_months) == (15, 10), "the next shock ends the months that count"
    assert (last.until_month, last.control_months) == (19, 4), "so does the horizon"
    # Three waves a month apart leave no room for a recovery between them.
    (summer,) = shock_windows(load_scenario("heat_waves"))
    assert (summer.event, summer.first_month, summer.last_month) == ("heat wave (3 in a row)", 35, 37)


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
    assert "at worst 50.0\u202f% of its function" in stood_sentences(table)[0]


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
