"""Accepted parameter sets: a file with a hash that scenarios stand on, alone or one per replicate."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config import parameter_sets
from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import (
    choose_parameter_sets,
    default_source,
    load_parameter_sets,
    standing_on,
    write_parameter_sets,
)
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.experiment import requests_of
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, on_parameter_sets
from cas_model.experiments.sensitivity.folder import Asked
from cas_model.experiments.sensitivity.models import WorldModel
from cas_model.experiments.sensitivity.study import load_study
from cas_model.experiments.spec import load_experiment
from cas_model.report import page

load_registries()

ROOT = Path(__file__).parents[2]
NAMES = ("trust_gain", "trust_decay")
ROWS = ((0.02, 0.006), (0.03, 0.01), (0.05, 0.02))
SMALL = ["--territory", "small", "--months", "12", "--burn-in", "1", "--persons-per-agent", "2000"]


@pytest.fixture
def accepted(tmp_path: Path) -> Path:
    path = tmp_path / "accepted_sets.toml"
    provenance = {"made": "2026", "targets": ["T1", "T2"], "share_left": 0.25}
    write_parameter_sets(
        path, NAMES, ROWS, title='A "trial"', claim_level="calibrated", provenance=provenance
    )
    return path


def test_what_is_written_is_read_back(accepted: Path) -> None:
    found = load_parameter_sets(str(accepted))
    assert [list(one.parameters.items()) for one in found] == [
        list(zip(NAMES, row, strict=True)) for row in ROWS
    ]
    assert {one.claim_level for one in found} == {"calibrated"}
    assert len({one.hash for one in found}) == 1
    (third,) = load_parameter_sets(f"{accepted}:3")
    assert third == found[2]
    assert third.source == f"{accepted}:3"


def test_a_set_takes_the_place_of_defaults_and_not_of_what_is_stated(accepted: Path) -> None:
    plain = load_scenario("polycentric")
    stated = load_scenario("polycentric", ["parameters.trust_gain=0.04"])
    one = load_parameter_sets(str(accepted))[0]
    assert standing_on(plain, one).parameters["trust_gain"] == 0.02
    assert standing_on(stated, one).parameters["trust_gain"] == 0.04
    assert standing_on(stated, one).parameters["trust_decay"] == 0.006
    assert standing_on(plain, one).parameter_set == "calibrated"
    assert standing_on(plain, one).hash() != plain.hash()
    assert plain.parameter_set == plain.parameter_source == "illustrative"


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("0.05, 0.02", "0.06, 0.02", "hash was made of"),
        ('"calibrated"', '"proven"', "illustrative, partly calibrated, calibrated, validated"),
        ("sets = [", "rows = [", "`sets` is missing"),
    ],
)
def test_a_file_that_was_edited_is_refused(accepted: Path, old: str, new: str, hint: str) -> None:
    text = accepted.read_text(encoding="utf-8")
    assert old in text
    accepted.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError, match=hint):
        load_parameter_sets(str(accepted))


def test_unknown_parameters_and_values_out_of_range_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    for names, rows, hint in (
        (("trust_gian",), [[0.02]], "did you mean `trust_gain`"),
        (("trust_gain",), [[7.0]], "set 1"),
    ):
        write_parameter_sets(path, names, rows, title="t", claim_level="calibrated", provenance={})
        with pytest.raises(UsageError, match=hint):
            load_parameter_sets(str(path))


@pytest.mark.parametrize(
    ("source", "n", "hint"),
    [
        ("illustrative", 3, "single set"),
        ("illustrative:2", None, "single set"),
        ("calibratd", None, "illustrative, calibrated, or"),
        ("no/such.toml", None, "no such file"),
        ("FILE:4", None, "1 to 3"),
        ("FILE", 30, "use --sets 3"),
    ],
)
def test_sets_that_are_not_there_are_refused(accepted: Path, source: str, n: int | None, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        choose_parameter_sets(source.replace("FILE", str(accepted)), n)


def test_scenarios_stand_on_shipped_sets_once_these_meet_every_figure(
    accepted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parameter_sets, "SHIPPED", accepted.with_name("none.toml"))
    assert default_source() == "illustrative"
    with pytest.raises(UsageError, match="no calibrated parameters are shipped yet"):
        load_parameter_sets("calibrated")
    part = accepted.with_name("part.toml")
    write_parameter_sets(
        part, ["trust_gain"], [[0.02]], title="t", claim_level=parameter_sets.PARTLY, provenance={}
    )
    monkeypatch.setattr(parameter_sets, "SHIPPED", part)
    assert default_source() == "illustrative"
    assert load_parameter_sets("calibrated")[0].claim_level == "partly calibrated"
    monkeypatch.setattr(parameter_sets, "SHIPPED", accepted)
    assert default_source() == "calibrated"
    assert load_parameter_sets("calibrated:2")[0].source == "calibrated:2"
    one = standing_on(load_scenario(), load_parameter_sets("calibrated:2")[0])
    assert shlex.split(WorldRequest("w", one).replay())[-4:-2] == ["--parameters", "calibrated:2"]
    # Then what stands on registered defaults has to say so.
    assert "illustrative" in shlex.split(WorldRequest("w", load_scenario()).replay())


def test_worlds_of_a_replicate_share_seed_and_set(accepted: Path) -> None:
    worlds = [load_scenario(name) for name in ("status_quo", "polycentric")]
    asked = [WorldRequest(w.name, w, r, 7 + r) for w in worlds for r in range(5)]
    found = on_parameter_sets(asked, load_parameter_sets(str(accepted)))
    numbers = [int(r.scenario.parameter_source.rpartition(":")[2]) for r in found]
    assert numbers == [1, 2, 3, 1, 2] * 2
    assert [r.seed for r in found] == [r.seed for r in asked]
    assert on_parameter_sets(asked, []) == asked


def test_replicates_of_an_experiment_stand_on_a_set_each(
    accepted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(ROOT / "experiments" / "governance_x_funding.toml")
    experiment = load_experiment(path, quick=True, replicates=4)
    asked = requests_of(experiment, sets=load_parameter_sets(str(accepted)))
    numbers = {(r.replicate, r.scenario.parameter_source[-1]) for r in asked}
    assert numbers == {(0, "1"), (1, "2"), (2, "3"), (3, "1")}
    assert all(r.scenario.parameters["trust_gain"] == ROWS[r.replicate % 3][0] for r in asked)
    sobol = str(ROOT / "experiments" / "sobol_reform.toml")
    assert run_command(["experiment", "run", sobol, "--sets", "3", "--dry-run"]) == 2
    assert "stands on one set" in capsys.readouterr().err


def test_a_sensitivity_experiment_stands_on_one_set_and_its_factors_hold(accepted: Path) -> None:
    path = str(ROOT / "experiments" / "sobol_reform.toml")
    plain, on_set = load_study(path), load_study(path, **asdict(Asked(parameters=f"{accepted}:3")))
    assert on_set.scenario is not None
    assert on_set.scenario.parameter_set == "calibrated"
    # The second set is what is registered, so that its worlds are the same.
    assert plain.identity == load_study(path, parameters=f"{accepted}:2").identity != on_set.identity
    assert isinstance(on_set.model, WorldModel)
    request = on_set.model.request({"parameters.trust_gain": 0.041}, 0)
    found = request.scenario.parameters
    assert (found["trust_gain"], found["trust_decay"]) == (0.041, ROWS[2][1])
    assert f"--parameters {accepted}:3" in request.replay()
    assert all(one.parameters["trust_decay"] == ROWS[2][1] for one in on_set.bases())


def test_a_comparison_over_sets_carries_their_uncertainty_and_says_so(
    accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def compared(name: str, *words: str) -> tuple[dict[str, object], pd.DataFrame]:
        out = tmp_path / name
        code = run_command(
            ["compare", "status_quo", "polycentric", "--jobs", "1", "--out", str(out), *SMALL, *words]
        )
        assert code == 0, capsys.readouterr().err
        table = pd.read_parquet(out / "comparison.parquet").set_index("outcome")
        return json.loads((out / "manifest.json").read_text()), table

    sets = ["--parameters", str(accepted), "--sets", "3"]
    made, over_sets = compared("sets", "--no-report", "--replicates", "2", *sets)
    assert "3 sets" in capsys.readouterr().out
    known = made["parameters"]
    assert isinstance(known, dict)
    assert (known["sets"], known["hash"]) == (3, load_parameter_sets(str(accepted))[0].hash)
    assert made["claim_level"] == "calibrated"
    runs, scenarios = made["runs"], made["scenarios"]
    assert isinstance(runs, list)
    assert isinstance(scenarios, list)
    assert [run["parameters"][-1] for run in runs] == ["1", "2", "3"] * 2
    # Both worlds are described on one set: no parameter is among their differences.
    assert not any("parameters." in line for entry in scenarios for line in entry["differences"])
    assert over_sets.loc["mean_trust", "n_replicates"] == 3
    compared("one", "--no-report", "--replicates", "3", "--parameters", f"{accepted}:1")

    def trust(name: str, replicate: int) -> list[float]:
        place = tmp_path / name / f"worlds/polycentric/replicate_{replicate}/outcomes.parquet"
        table = pd.read_parquet(place)
        return [float(v) for v in table.loc[table["outcome"] == "mean_trust", "value"]]

    assert trust("sets", 0) == trust("one", 0)  # set 1, seed 0
    assert trust("sets", 1) != trust("one", 1)  # another set, the same seed


def test_a_run_says_which_set_it_stood_on(
    accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r"
    words = ["run", "status_quo", "--out", str(out), "--parameters", f"{accepted}:2", "--no-report", *SMALL]
    assert run_command(words) == 0, capsys.readouterr().err
    made = json.loads((out / "manifest.json").read_text())
    assert made["parameters"]["sources"] == [f"{accepted}:2"]
    assert made["scenarios"][0]["content"]["parameters.trust_gain"] == 0.03
    assert not any("parameters." in line for line in made["scenarios"][0]["differences"])
    assert made["claim_level"] == "calibrated"
    told = page._parameters(made)
    assert "one set (calibrated; " in told
    assert made["parameters"]["hash"] in told
    assert page._parameters({}) == "registered defaults"
    assert run_command(["compare", "status_quo", "polycentric", "--sets", "3", *SMALL]) == 2
    assert "add --parameters calibrated" in capsys.readouterr().err
