"""Robustness of policies: regret, satisficing and ranks as worked out by hand, and the crossed design."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.folder import prepare_folder, read_folder, run_in_folder
from cas_model.experiments.sensitivity.models import WorldModel
from cas_model.experiments.sensitivity.plan import check_points, plan_runs
from cas_model.experiments.sensitivity.questions import Aim
from cas_model.experiments.sensitivity.robustness import ALL_AIMS, compare_policies
from cas_model.experiments.sensitivity.study import load_study
from cas_model.report.sensitivity_page import answer, write_sensitivity_report

load_registries()

SPEC = """
title = "t"
question = "q"
source = "s"
[design]
kind = "sensitivity"
method = "latin"
n = 6
replicates = 2
chance = "independent"
[base]
governance = { autonomy = 0.5 }
[factors]
"parameters.trust_gain" = {}
scenario = { choices = ["status_quo", "polycentric", "resourced_councils"] }
"parameters.trust_decay" = {}
[run]
months = 12
burn_in = 12
persons_per_agent = 2000
territory = "small"
[outcomes]
primary = ["coordinated_care_coverage", "spending"]
measured = ["coordinated_care_coverage", "spending"]
[robustness]
policies = "scenario"
[robustness.outcomes]
coordinated_care_coverage = { at_least = 0.05, source = "assumption" }
spending = { at_most = 1400.0, source = "assumption" }
"""
# Four states (rows) under three policies (columns).
COVERAGE = np.array([[0.10, 0.14, 0.12], [0.20, 0.10, 0.18], [0.08, 0.16, 0.12], [0.12, 0.13, 0.13]])
COST = np.array([[100.0, 110.0, 104.0], [100.0, 120.0, 100.0], [90.0, 130.0, 95.0], [100.0, 90.0, 101.0]])
AIMS = {
    "coverage": Aim(at_least=0.12, source="assumption"), "cost": Aim(at_most=101.0, source="assumption"),
}  # fmt: skip
POLICIES = ["a", "b", "c"]


def compared(non_finite: str = "refuse", **changes: np.ndarray[Any, Any]) -> dict[str, pd.DataFrame]:
    return compare_policies({"coverage": COVERAGE, "cost": COST, **changes}, AIMS, POLICIES, non_finite)


def by(table: pd.DataFrame, outcome: str, criterion: str, column: str = "value") -> list[float]:
    rows = table[(table["outcome"] == outcome) & (table["criterion"] == criterion)].set_index("policy")
    return [float(x) for x in rows.loc[POLICIES, column]]


def test_regret_and_satisficing_are_those_worked_out_by_hand() -> None:
    table = compared()["robustness"]
    # Regret of coverage, by state: a .04 0 .08 .01, b 0 .10 0 0, c .02 .02 .04 0.
    assert by(table, "coverage", "regret_max") == pytest.approx([0.08, 0.10, 0.04])
    assert by(table, "coverage", "regret_mean") == pytest.approx([0.0325, 0.025, 0.02])
    # 90 % of the way from the first to the fourth: 0.7 of the way between the two largest.
    assert by(table, "coverage", "regret_p90") == pytest.approx([0.068, 0.07, 0.034])
    assert by(table, "coverage", "satisficing") == pytest.approx([0.5, 0.75, 1.0])
    # Of cost, where less is better: a 0 0 0 10, b 10 20 40 0, c 4 0 5 11.
    assert by(table, "cost", "regret_max") == pytest.approx([10.0, 40.0, 11.0])
    assert by(table, "cost", "regret_mean") == pytest.approx([2.5, 17.5, 5.0])
    assert by(table, "cost", "satisficing") == pytest.approx([1.0, 0.25, 0.75])
    # Both at once: a in states 2 and 4, b in 4, c in 2 to 4.
    assert by(table, ALL_AIMS, "satisficing") == pytest.approx([0.5, 0.25, 0.75])


def test_ranks_follow_the_criterion_and_equals_share_the_better_place() -> None:
    table = compared()["robustness"]
    assert by(table, "coverage", "regret_max", "rank") == [2, 3, 1]
    assert by(table, "coverage", "regret_mean", "rank") == [3, 2, 1]
    assert by(table, "coverage", "satisficing", "rank") == [3, 2, 1]
    assert by(table, "cost", "regret_mean", "rank") == [1, 3, 2]
    same = compared(coverage=np.tile([[0.2, 0.2, 0.1]], (4, 1)))["robustness"]
    assert by(same, "coverage", "regret_max", "rank") == [1, 1, 3]
    assert by(same, "coverage", "regret_max", "rank_high") == [1, 1, 3]


def test_an_interval_of_ranks_is_wide_where_states_disagree_and_closed_where_they_agree() -> None:
    rng = np.random.default_rng(5)
    states = rng.normal(size=(200, 1))
    sure = compared(coverage=states + np.array([[0.0, 1.0, 2.0]]), cost=np.tile(COST, (50, 1)))["robustness"]
    assert by(sure, "coverage", "regret_mean", "rank_low") == [3, 2, 1]
    assert by(sure, "coverage", "regret_mean", "rank_high") == [3, 2, 1]
    unsure = compared(coverage=rng.normal(size=(200, 3)), cost=np.tile(COST, (50, 1)))["robustness"]
    low, high = (by(unsure, "coverage", "regret_mean", f"rank_{end}") for end in ("low", "high"))
    assert (min(low), max(high)) == (1, 3)
    assert sum(b - a for a, b in zip(low, high, strict=True)) >= 3
    values, lows, highs = (by(unsure, "coverage", "regret_mean", c) for c in ("value", "low", "high"))
    # A mean's bootstrap interval is about the usual one.
    regret = unsure["n_states"].iloc[0]
    assert regret == 200
    for value, a, b in zip(values, lows, highs, strict=True):
        assert a < value < b
        assert 0.15 < b - a < 0.4


def test_states_with_an_undefined_value_are_left_out_whole_or_refused() -> None:
    holed = COVERAGE.copy()
    holed[0, 1] = np.nan
    left = compared("leave_out", coverage=holed)
    assert by(left["robustness"], "coverage", "regret_max") == pytest.approx([0.08, 0.10, 0.04])
    assert by(left["robustness"], "coverage", "satisficing") == pytest.approx([2 / 3, 2 / 3, 1.0])
    assert by(left["robustness"], "coverage", "regret_max", "n_missing") == [1, 1, 1]
    assert by(left["robustness"], ALL_AIMS, "satisficing", "n_states") == [3, 3, 3]
    assert set(left["regrets"][left["regrets"]["outcome"] == "coverage"]["state"]) == {1, 2, 3}
    refused = compared("refuse", coverage=holed)["robustness"]
    assert np.isnan(by(refused, "coverage", "regret_max")).all()
    assert by(refused, "cost", "regret_max") == pytest.approx([10.0, 40.0, 11.0])
    assert ALL_AIMS not in set(refused["outcome"])


def spec(folder: Path, text: str = SPEC) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_state_meets_every_policy_with_the_same_seeds(tmp_path: Path) -> None:
    study = load_study(spec(tmp_path))
    plan = plan_runs(study)
    assert len(plan.unit) == 18
    assert study.points_per_sample == 3
    check_points(study, plan)
    settings = [plan.at(point) for point in range(18)]
    policies = ["status_quo", "polycentric", "resourced_councils"]
    for state in range(6):
        three = settings[3 * state : 3 * state + 3]
        assert [s["scenario"] for s in three] == policies
        assert len({(s["parameters.trust_gain"], s["parameters.trust_decay"]) for s in three}) == 1
        assert (plan.seeds[3 * state : 3 * state + 3] == plan.seeds[3 * state]).all()
    assert len({s["parameters.trust_gain"] for s in settings}) == 6
    assert len(set(plan.seeds.ravel())) == 12  # independent chance: of states and replicates, not of policies
    assert len(plan.unique()) == 36


def test_a_scenario_as_a_factor_is_the_base_of_its_runs(tmp_path: Path) -> None:
    study = load_study(spec(tmp_path))
    assert isinstance(study.model, WorldModel)
    trust = {"parameters.trust_gain": 0.03}
    request = study.model.request({"scenario": "polycentric", **trust}, 1)
    world = request.scenario
    assert world.name == "polycentric"
    assert "governance.autonomy=0.5" in world.settings
    assert "--set parameters.trust_gain=0.03" in request.replay()
    own = tmp_path / "own.toml"
    own.write_text('base = "status_quo"\ntitle = "o"\ndescription = "d"\nsource = "s"\n', encoding="utf-8")
    text = SPEC.replace('"resourced_councils"]', f'"{own}"]')
    first = load_study(spec(tmp_path, text)).identity
    changed = own.read_text(encoding="utf-8") + "[governance]\nmandate = 0.9\n"
    own.write_text(changed, encoding="utf-8")
    assert load_study(spec(tmp_path, text)).identity != first  # the name is the same, the world is not


def test_a_crossed_design_goes_from_the_specification_to_its_table(tmp_path: Path) -> None:
    gain = {"status_quo": 0.0, "polycentric": 0.02, "resourced_councils": 0.01}

    def model(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        better = gain[str(settings["scenario"])]
        return np.array(
            [[0.03 + better + float(settings["parameters.trust_gain"]) / 100, 1390 + 700 * better]] * 2
        )

    study = load_study(spec(tmp_path))
    prepare_folder(tmp_path / "r", study, overwrite=False)
    run_in_folder(tmp_path / "r", study, specification=study.origin, model=model)
    made, tables = read_folder(tmp_path / "r")
    table = tables["robustness"].set_index(["outcome", "criterion", "policy"])["value"]
    assert table["coordinated_care_coverage", "regret_max", "status_quo"] == pytest.approx(0.02)
    assert table["coordinated_care_coverage", "regret_max", "polycentric"] == pytest.approx(0.0, abs=1e-12)
    assert table["spending", "regret_mean", "polycentric"] == pytest.approx(14.0)
    assert table["spending", "satisficing", "resourced_councils"] == 1.0
    assert table[ALL_AIMS, "satisficing", "polycentric"] == 0.0
    assert len(tables["regrets"]) == 2 * 18
    assert [s["name"] for s in made["scenarios"]] == ["status_quo", "polycentric", "resourced_councils"]
    assert tables["indices"].empty
    text = " ".join(answer(made, tables))
    assert "the largest regret is least under “Polycentric”, at most 0.00 percentage points" in text
    assert "it is greatest under “Status quo”, 2.00 percentage points" in text
    assert "No policy has the least largest regret on every outcome" in text
    page = write_sensitivity_report(tmp_path / "r", made, tables).read_text(encoding="utf-8")
    for words in ('id="figure-robustness"', "What counts as good enough", "at most 1", "Unit of regret"):
        assert words in page


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (('policies = "scenario"', 'policies = "parameters.trust_gain"'), "no factor with choices"),
        (("at_least = 0.05, ", ""), "add at_least"),
        (("at_least = 0.05", "at_most = 0.05"), "more is better"),
        (("spending = {", "spendign = {"), "did you mean `spending`"),
        (('at_most = 1400.0, source = "assumption"', "at_most = 1400.0"), "source"),
        (('"latin"', '"sobol"'), "cannot be crossed"),
        (("replicates = 2", 'analyses = ["pawn"]'), "remove analyses"),
        (('"resourced_councils"]', '"resourced_councls"]'), "did you mean `resourced_councils`"),
        (('{ choices = ["status_quo", "polycentric", "resourced_councils"] }', "{}"), "which scenarios"),
        (('[robustness]', 'non_finite = "impute"\n[robustness]'), "leave_out"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused(tmp_path: Path, change: tuple[str, str], hint: str) -> None:
    assert change[0] in SPEC
    with pytest.raises(UsageError, match=hint):
        load_study(spec(tmp_path, SPEC.replace(*change)))
