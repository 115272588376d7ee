"""Worlds under the shocks of a scenario: calm twins, what is compared, what is refused, what is drawn."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import main, simulate
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments import run as running
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.registries import load_registries
from cas_model.experiments.resilience import calm_twins, function_table, shock_difference_table
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.experiments.store import read_results
from cas_model.outcomes.resilience import measure_resilience
from cas_model.report.shock_words import NEVER_BELOW, recovery_words
from fake_worlds import FakeWorld, use_fake_outcomes

load_registries()
SHORT = ["run.months=60", "run.burn_in=2"]


def _struck(*names: str) -> list[WorldRequest]:
    worlds = [load_scenario(name, SHORT) for name in names]
    return requests_for(worlds, replicates=2, seed=3, persons_per_agent=100, territory="small", threads=1)


def test_a_struck_world_gets_a_twin_unless_it_is_compared_anyway() -> None:
    both = _struck("status_quo", "pandemic")
    assert not any(request.twin for request in both), "the calm status quo is a world of the comparison"
    asked = _struck("polycentric", "pandemic")
    assert {(r.label, r.twin) for r in asked} == {
        ("polycentric", False), ("pandemic", False), ("pandemic_calm", True),
    }  # fmt: skip
    twin = next(r for r in asked if r.twin)
    assert twin.scenario.shocks == ()
    assert twin.seed == 3
    words = shlex.split(twin.replay())
    assert "--calm" in words
    assert words[2] == "pandemic"
    struck = {r.label: r.scenario for r in _struck("pandemic", "pandemic_supported") if not r.twin}
    assert list(calm_twins(struck)) == ["pandemic_calm"], "worlds that differ in their shocks share a twin"


def test_twins_are_no_worlds_of_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_outcomes(monkeypatch)
    result = compare(_struck("polycentric", "pandemic"), build=FakeWorld)
    for name in ("comparison", "dashboard", "individuals"):
        table = result.analyses[name]
        column = "world_b" if "world_b" in table else "world"
        assert not table[column].astype(str).str.endswith("_calm").any(), name
    assert set(result.analyses["resilience"]["without"]) == {"pandemic_calm"}
    path = result.analyses["resilience_path"]
    assert path["month"].min() == 36 - 12
    fallen = path[path["functionality"] < path["calm"]]
    assert sorted(set(fallen["month"])) == [36, 37, 38, 39], (
        "the fake world halves its function for four months"
    )
    assert (fallen["functionality"] / fallen["calm"]).to_numpy() == pytest.approx(0.5)


def _world(label: str, fall: dict[int, float], replicate: int, struck: bool) -> WorldResult:
    months = np.arange(60)
    level = np.array([1.0 - fall.get(int(m), 0.0) for m in months])
    frame = pd.DataFrame(
        {
            "month": months,
            "level": "flanders",
            "unit_id": "Flanders",
            "outcome": "functionality",
            "value": level,
        }
    )
    base, shocked = label.split("_")[0], "pandemic" if struck else "status_quo"
    settings = [*SHORT, f"governance.autonomy={0.5 if base == 'a' else 0.6}"]
    request = WorldRequest(label, load_scenario(shocked, settings), replicate, twin=not struck)
    return WorldResult(request, tables={"outcomes": frame})


def test_worlds_are_compared_on_how_they_stood_the_shock() -> None:
    """World b loses 0.1 less in each of two months, the same in both replicates."""
    results = []
    for replicate in range(2):
        deep = 0.4 + 0.1 * replicate
        results += [
            _world("a", {36: deep, 37: deep}, replicate, struck=True),
            _world("b", {36: deep - 0.1, 37: deep - 0.1}, replicate, struck=True),
            _world("a_calm", {}, replicate, struck=False),
            _world("b_calm", {}, replicate, struck=False),
        ]
    table = shock_difference_table(results).set_index("measure")
    assert table["difference"]["loss"] == pytest.approx(-0.2)
    assert (table["low"]["robustness"], table["high"]["robustness"]) == pytest.approx((0.1, 0.1))
    assert len(function_table(results)) == 4 * (60 - 24)
    assert shock_difference_table(results[:1]).empty


def test_an_unknown_month_is_no_recovery_and_no_shock_no_loss() -> None:
    unknown = np.array([1.0, np.nan, 1.0, 1.0])
    assert np.isnan(measure_resilience(unknown, np.ones(4)).recovery_months)
    assert np.isnan(measure_resilience(unknown, np.ones(4)).loss)
    calm = np.linspace(0.8, 0.9, 40)
    same = measure_resilience(calm, calm)
    assert (same.loss, same.robustness, same.recovery_months) == (0.0, 1.0, 0.0)


def test_a_twin_never_takes_the_name_of_a_world() -> None:
    worlds = {"x": load_scenario("pandemic"), "x_calm": load_scenario("polycentric")}
    assert list(calm_twins(worlds)) == ["x_calm_calm"]


def test_a_recovery_that_never_came_is_said_to_be_none() -> None:
    assert recovery_words(pd.Series([np.nan, np.nan]), 119) == "not recovered by month 119"
    assert recovery_words(pd.Series([4.0, 6.0]), 119) == "recovered after 5 months"
    assert recovery_words(pd.Series([1.0]), 119) == "recovered after 1 month"
    some = recovery_words(pd.Series([4.0, np.nan]), 119)
    assert some == "recovered after 4 months in 1 of 2 seeds, else not recovered by month 119"
    assert recovery_words(pd.Series([0.0, 0.0]), 119) == NEVER_BELOW
    assert recovery_words(pd.Series([0.0, np.nan]), 119) != NEVER_BELOW


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare", "status_quo", "polycentric", "--under", "status_quo"], "has no shocks"),
        (["compare", "status_quo", "pandemic", "--under", "heat_waves"], "has shocks of its own"),
        (["compare", "status_quo", "polycentric", "--under", "pandemie"], "pandemic"),
        (
            ["compare", "status_quo", "polycentric", "--under", "pandemic", "--months", "12"],
            "begins in month",
        ),
        (["run", "status_quo", "--under", "pandemic", "--calm"], "exclude each other"),
    ],
)
def test_what_cannot_strike_is_refused_before_any_work(
    words: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["cas-model", *words, "--out", str(tmp_path / "r")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_the_command_shows_a_section_and_keeps_twins_out_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "r"
    words = (
        "compare status_quo polycentric --under pandemic --stress-test --months 62 --burn-in 2 "
        f"--replicates 2 --jobs 1 --territory small --persons-per-agent 1000 --out {out}"
    )
    monkeypatch.setattr("sys.argv", ["cas-model", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    manifest = json.loads((out / "manifest.json").read_text())
    assert [s["name"] for s in manifest["scenarios"]] == ["status_quo", "polycentric"]
    assert [run["twin"] for run in manifest["runs"]] == [False] * 4 + [True] * 4
    stored = read_results(out)
    assert set(stored.tables["outcomes"]["world"]) == {"status_quo", "polycentric"}
    page = (out / "report.html").read_text()
    assert "Under shock" in page
    assert "Time until function is back" in page
    assert "Losing practices" in page
    stressed = stored.tables["stress_test"]
    assert set(stressed["world"]) == {"status_quo", "polycentric"}, "calm twins do without"
    assert stressed["critical_fraction"].between(0, 1).all()
    assert set(stressed["order"]) == {"random", "risk"}
    assert "_calm" not in page.partition('<h2 id="made">')[0]
    differences = stored.tables["resilience_differences"].set_index("measure")
    assert differences.loc["loss", "n_replicates"] == 2


@pytest.mark.parametrize(
    ("words", "twins", "known"),
    [
        ("status_quo --under pandemic", ["status_quo_calm"], True),
        ("pandemic --no-twins", [], False),
        ("pandemic --calm", [], False),
    ],
)
def test_a_single_struck_world_has_its_calm_twin_too(
    words: str, twins: list[str], known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "care_system", FakeWorld)
    monkeypatch.setattr(simulate, "compile_at_first_start", lambda: None)
    use_fake_outcomes(monkeypatch)
    out = tmp_path / "r"
    line = f"run {words} --months 60 --burn-in 2 --territory small --no-report --json --out {out}"
    monkeypatch.setattr("sys.argv", ["cas-model", *line.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    runs = json.loads((out / "manifest.json").read_text())["runs"]
    assert [run["world"] for run in runs if run["twin"]] == twins
    assert [run["folder"] for run in runs if not run["twin"]] == ["."]
    struck = "--calm" not in words
    assert ("--no-twins" in runs[0]["replay"], "--calm" in runs[0]["replay"]) == (struck, not struck)
    stored = read_results(out).tables
    assert len(set(stored["outcomes"]["world"])) == 1, "the twin is no world of the report"
    assert ("resilience" in stored) == known
