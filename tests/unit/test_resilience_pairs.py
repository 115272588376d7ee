from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.registries import load_registries
from cas_model.experiments.resilience import resilience_sentences, resilience_table, shock_pairs
from fake_worlds import FakeWorld, broken_on_replicate_one

load_registries()
SHOCK = "shocks=[{kind='pandemic', start_month=6}]"


def test_a_shocked_world_pairs_with_the_world_that_differs_in_nothing_else() -> None:
    worlds = {
        "calm": load_scenario(),
        "other": load_scenario("decentralised"),
        "struck": load_scenario(settings=[SHOCK]),
        "other_struck": load_scenario("decentralised", [SHOCK]),
        "lonely": load_scenario("polycentric", [SHOCK]),
    }
    assert shock_pairs(worlds) == [("struck", "calm", 6), ("other_struck", "other", 6)]


def test_shipped_scenarios_with_events_pair_with_the_world_they_stand_on() -> None:
    names = ("status_quo", "polycentric", "pandemic_converted", "staffing_crisis", "heat_waves",
             "border_reform_again", "subsidy_cliff", "political_turnover",
             "vaccination_campaign")  # fmt: skip
    assert shock_pairs({name: load_scenario(name) for name in names}) == [
        ("pandemic_converted", "status_quo", 36),
        ("staffing_crisis", "status_quo", 0),
        ("heat_waves", "status_quo", 35),
        ("border_reform_again", "status_quo", 24),
        ("subsidy_cliff", "status_quo", 12),
        ("political_turnover", "polycentric", 36),
        ("vaccination_campaign", "status_quo", 36),
    ]


def test_loss_and_recovery_are_measured_per_replicate_from_the_shock_on() -> None:
    worlds = [load_scenario(settings=["run.months=24"]), load_scenario(settings=["run.months=24", SHOCK])]
    asked = requests_for(worlds, replicates=2, seed=3, persons_per_agent=100, territory="small", threads=1)
    table = compare(asked, build=FakeWorld).resilience
    assert table["seed"].tolist() == [3, 4]
    assert table["world"].unique().tolist() == ["status_quo_2"]
    # Function is halved in months 6 to 9, the first four of the eighteen from the shock on.
    assert table["loss"].tolist() == [2.0, 2.0]
    assert table["robustness"].tolist() == [0.5, 0.5]
    assert table["recovery_months"].tolist() == [4.0, 4.0]
    assert "at worst 50.0 % of normal function" in resilience_sentences(table)[0]


def test_a_failed_twin_leaves_the_replicate_out() -> None:
    worlds = [
        load_scenario("decentralised", ["run.months=24"]),
        load_scenario("decentralised", ["run.months=24", SHOCK]),
    ]
    asked = requests_for(worlds, replicates=3, seed=0, persons_per_agent=100, territory="small", threads=1)
    results = compare(asked, build=broken_on_replicate_one).results
    assert resilience_table(results)["replicate"].tolist() == [0, 2]
