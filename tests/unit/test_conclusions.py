"""Whether conclusions keep their sign over accepted sets and other rules."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.calibration.conclusions import (
    AS_USUAL,
    BY_SET,
    HOLDS,
    SMALL,
    ConclusionModel,
    Question,
    alternatives,
    check_question,
    differences_table,
    plan_question,
    run_question,
    shipped_comparisons,
    verdict_table,
)
from cas_model.calibration.problem import Floats
from cas_model.cli import run_command
from cas_model.config.adaptation import ADAPTATION
from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import write_parameter_sets
from cas_model.config.scenario import ParameterSet
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.factors import Value
from cas_model.report.conclusion_words import conclusion_answer

load_registries()

OUTCOMES = ("steady", "by_set", "by_rule", "tiny")
SETS = tuple(ParameterSet(f"x:{k}", {"trust_gain": 0.02 + 0.01 * k}, "calibrated", "h") for k in range(4))
QUESTION = Question(("status_quo", "polycentric"), OUTCOMES, SETS, 8, 5, {"run.months": 12}, 2000, "small")
SMALLEST = dict.fromkeys(OUTCOMES, 0.5)


@dataclasses.dataclass
class Made:
    """A world whose differences are known; counts its runs."""

    runs: int = 0

    def __call__(self, settings: Mapping[str, Value], seed: int) -> Floats:
        self.runs += 1
        other = settings["scenario"] == "polycentric"
        shared = np.random.default_rng(seed).normal(0, 10)  # chance that both worlds share
        sign = -1.0 if int(settings["set"]) == 0 else 1.0
        rule = -2.0 if settings["adaptation.learning"] == "fixed" else 2.0
        effects = np.array([1.0, 2.0 * sign, rule, 0.01])
        return np.asarray(shared + other * effects)[None, :]


def test_members_share_set_seed_and_rules_and_every_other_rule_is_tried() -> None:
    found = alternatives()
    assert len(found) == 1 + sum(len(rules) - 1 for rules in ADAPTATION.values())
    assert found[AS_USUAL] == {}
    plan = plan_question(QUESTION)
    assert len(plan.unique()) == 2 * len(found) * 8
    half = len(plan.seeds) // 2
    for key, column in zip(plan.keys[1:], plan.settings[1:], strict=True):
        assert column[:half] == column[half:], key
    assert (plan.seeds[:half] == plan.seeds[half:]).all()
    assert plan.settings[1][:8] == [0, 1, 2, 3, 0, 1, 2, 3]


def test_each_conclusion_gets_the_verdict_it_deserves(tmp_path: Path) -> None:
    made = Made()
    runs = run_question(QUESTION, tmp_path, model=made)
    table = differences_table(runs, OUTCOMES)
    usual = table[table["alternative"] == AS_USUAL].set_index("outcome")
    assert usual["share_same_sign"].to_list() == [1.0, 0.75, 1.0, 1.0]
    assert usual["difference"].to_list() == pytest.approx([1.0, 1.0, 2.0, 0.01])
    assert (usual["n"] == 8).all()
    verdicts = verdict_table(table, SMALLEST).set_index("outcome")
    assert verdicts["verdict"].to_list()[:2] == [HOLDS, BY_SET]
    assert verdicts["verdict"].to_list()[3] == SMALL
    assert str(verdicts.loc["by_rule", "verdict"]).startswith("depends on learning")
    assert verdicts.loc["by_rule", "share_least"] == 0.0
    done = made.runs
    again = run_question(QUESTION, tmp_path, model=made)  # nothing is run twice
    assert made.runs == done
    pd.testing.assert_frame_equal(again, runs)


def test_the_answer_counts_what_holds_and_names_what_does_not() -> None:
    rows = [("pay_forfait", "spending", HOLDS), ("pay_forfait", "unmet_need", SMALL),
            ("pay_bundles", "spending", BY_SET)]  # fmt: skip
    said = conclusion_answer(pd.DataFrame(rows, columns=["scenario", "outcome", "verdict"]), 4, 8)
    assert "Of 3 differences from the baseline, 1 are too small to matter." in said
    assert (
        "1 of the other 2 hold: the same sign in 90 % or more of 8 pairs of worlds over 4 parameter" in said
    )
    assert "- Spending, all payers, depends on parameters: “" in said


def test_failed_runs_leave_their_pair_out(tmp_path: Path) -> None:
    def broken(settings: Mapping[str, Value], seed: int) -> Floats:
        if seed == 6 and settings["scenario"] == "polycentric":
            raise ZeroDivisionError("one pair is broken")
        return Made()(settings, seed)

    runs = run_question(QUESTION, tmp_path, model=broken)
    assert (differences_table(runs, OUTCOMES)["n"] == 7).all()


def test_shipped_comparisons_are_the_calm_ones_of_one_length() -> None:
    names = shipped_comparisons()
    assert names[0] == "status_quo"
    assert "polycentric" in names
    assert "pandemic" not in names
    check_question(dataclasses.replace(QUESTION, scenarios=tuple(names), horizon={}))
    with pytest.raises(UsageError, match="two scenarios at least"):
        check_question(dataclasses.replace(QUESTION, scenarios=("status_quo",)))


def test_the_world_of_a_run_stands_on_its_set_and_follows_its_rule() -> None:
    settings: dict[str, Value] = {"scenario": "polycentric", "set": 2, "adaptation.learning": "replicator"}
    world = ConclusionModel(QUESTION).question.scenario(settings)
    assert world.parameters["trust_gain"] == pytest.approx(0.04)
    assert world.adaptation["learning"] == "replicator"
    assert (world.name, world.months) == ("polycentric", 12)


def test_the_command_writes_its_tables_and_repeats_no_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accepted, out = tmp_path / "accepted_sets.toml", tmp_path / "r"
    write_parameter_sets(
        accepted, ["trust_gain"], [[0.02], [0.05]], title="t", claim_level="illustrative", provenance={}
    )
    words = ["conclusions", "status_quo", "polycentric", "--out", str(out), "--parameters", str(accepted),
             "--sets", "2", "--replicates", "2", "--jobs", "1", "--months", "12", "--burn-in", "1",
             "--persons-per-agent", "5000", "--territory", "small"]  # fmt: skip
    assert run_command(words) == 0, capsys.readouterr().err
    printed = capsys.readouterr()
    assert "Does the sign hold?" in printed.out
    assert f"{2 * 2 * len(alternatives())} of" in printed.err
    table = pd.read_parquet(out / "differences.parquet")
    assert set(table["alternative"]) == set(alternatives())
    assert table["share_same_sign"].between(0.0, 1.0).all()
    assert (out / "verdicts.csv").is_file()
    assert (out / "answer.md").read_text(encoding="utf-8").startswith("# Which conclusions hold?\n\n- Of 8 ")
    made = json.loads((out / "manifest.json").read_text())
    assert (made["parameters"]["sets"], made["claim_level"]) == (2, "illustrative")
    assert run_command([*words[:3], "--out", str(tmp_path), *words[5:]]) == 2
    assert "holds something else" in capsys.readouterr().err
    assert run_command(words) == 0
    assert "Concluding" not in capsys.readouterr().err
