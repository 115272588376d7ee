"""Experiments: specifications, contrasts, ranks and their reversals, loops of ramps, and the command."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments import run as running
from cas_model.experiments.design import Experiment, Ramp, Route
from cas_model.experiments.experiment import read_experiment, run_experiment
from cas_model.experiments.factorial import (
    CellValues,
    effects_table,
    gains_of,
    pairs_table,
    ranks_table,
    reversals_table,
)
from cas_model.experiments.ramp import (
    branches,
    loop_gap,
    measure_route,
    setting_in_time,
    steepest,
    trailing_mean,
)
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest
from cas_model.experiments.sensitivity.study import is_sensitivity
from cas_model.experiments.spec import load_experiment
from cas_model.report.experiment_words import answer
from fake_worlds import FAKE_OUTCOMES, FakeWorld

load_registries()

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(p for p in (ROOT / "experiments").glob("*.toml") if not is_sensitivity(str(p)))
HEAD = 'title = "t"\nquestion = "q"\nsource = "s"\n'
TWO_BY_TWO = (
    HEAD
    + """
[design]
kind = "factorial"
replicates = 3
[[factors]]
name = "governance"
levels = [{ name = "now", scenario = "status_quo" }, { name = "local", scenario = "decentralised" }]
[[factors]]
name = "shock"
levels = [{ name = "calm" }, { name = "struck", shocks = [{ kind = "pandemic", start_month = 2 }] }]
[run]
months = 12
burn_in = 12
persons_per_agent = 2000
territory = "small"
[outcomes]
primary = ["coordinated_care_coverage", "spending"]
shown = ["gp_contacts"]
"""
)
RAMP = (
    HEAD
    + """
[design]
kind = "ramp"
replicates = 2
[ramp]
moves = "governance.turbulence"
low = 0.0
high = 1.5
settle = 12
after = 12
routes = [{ name = "there and back", up = 6, hold = 2, down = 4 }, { name = "stay", up = 3 }]
[run]
burn_in = 12
persons_per_agent = 2000
territory = "small"
[outcomes]
primary = ["implementation_rate"]
"""
)


def spec(folder: Path, text: str) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("quick", [False, True])
def test_shipped_specifications_load(path: Path, quick: bool) -> None:
    experiment = load_experiment(str(path), quick=quick)
    assert experiment.replicates >= (4 if quick else 30)
    worlds = {(cell.scenario.hash(), cell.territory) for cell in experiment.cells}
    assert len(worlds) == len(experiment.cells)
    if experiment.ramp is None:
        crossed = [cell.levels for cell in experiment.cells]
        assert crossed == list(product(*(factor.levels for factor in experiment.factors)))


def test_a_cell_lays_the_levels_of_all_factors_over_one_scenario(tmp_path: Path) -> None:
    cells = load_experiment(spec(tmp_path, TWO_BY_TWO)).cells
    last = cells[-1].scenario
    assert cells[-1].name == "local · struck"
    assert (last.levers["autonomy"], last.shocks[0].kind, last.months) == (0.85, "pandemic", 12)
    again = WorldRequest(cells[-1].name, last).replay()
    assert "decentralised" in again
    assert """shocks=[{kind = "pandemic", start_month = 2}]""" in again


WRONG_LAYER = "governance = { autonmy = 0.4 }, funding = { mix = { gp = { capitation = 1.2 } } }"


@pytest.mark.parametrize(
    ("change", "hints"),
    [
        (('kind = "factorial"', 'kind = "factorail"'), ["factorial"]),
        (("replicates = 3", "replicats = 3"), ["did you mean `replicates`"]),
        (("primary = [", 'primary = ["spendign", '), ["did you mean `spending`"]),
        (("primary = [", 'primary = ["gp_contacts", '), ["neither good nor bad"]),
        (('"decentralised"', '"decentralized"'), ["did you mean `decentralised`", "`local`"]),
        (('{ name = "calm" }, ', ""), ["at least 2"]),
        (('{ name = "calm" }', '{ name = "calm", scenario = "polycentric" }'), ["both name scenarios"]),
        (('{ name = "calm" }', '{ name = "struck" }'), ["two levels are called `struck`"]),
        (('name = "shock"', 'name = "seed"'), ["column of the results"]),
        (('"small"', '"smal"'), ["did you mean `small`"]),
        (
            ('{ name = "calm" }', f"{{ name = 'calm', {WRONG_LAYER} }}"),
            ["did you mean `autonomy`", "allowed: 0 to 1", "level `calm`"],
        ),
    ],
)  # fmt: skip
def test_a_wrong_specification_is_refused_with_the_nearest_fix(
    tmp_path: Path, change: tuple[str, str], hints: list[str]
) -> None:
    assert change[0] in TWO_BY_TWO
    with pytest.raises(UsageError) as caught:
        load_experiment(spec(tmp_path, TWO_BY_TWO.replace(*change)))
    for hint in hints:
        assert hint in str(caught.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = TWO_BY_TWO.replace('"spending"', '"spendign"').replace('"decentralised"', '"decentralized"')
    with pytest.raises(UsageError, match=r"(?s)spending.*decentralised"):
        load_experiment(spec(tmp_path, text))


@pytest.mark.parametrize("text", [TWO_BY_TWO, RAMP], ids=["factorial", "ramp"])
def test_the_words_of_a_replay_give_the_same_world(tmp_path: Path, text: str) -> None:
    for cell in load_experiment(spec(tmp_path, text)).cells:
        scenario = cell.scenario
        assert load_scenario(scenario.origin, scenario.settings).hash() == scenario.hash()


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (("governance.turbulence", "parameters.trust_gain"), "cannot move in time"),
        (("governance.turbulence", "governance.turbulense"), "did you mean"),
        (("high = 1.5", "high = 9.0"), "allowed: 0 to 2"),
        (("high = 1.5", "high = 0.0"), "low and high are both 0"),
        (("burn_in = 12", "months = 60"), "follow from its routes"),
        (('name = "stay"', 'name = "there and back"'), "is taken"),
    ],
)
def test_a_wrong_ramp_is_refused(tmp_path: Path, change: tuple[str, str], hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        load_experiment(spec(tmp_path, RAMP.replace(*change)))


def planted(
    cells: dict[tuple[str, str], dict[str, float]], tmp_path: Path
) -> tuple[Experiment, list[CellValues]]:
    """Return the two-by-two experiment with chosen means and a noise that the cells of a seed share."""
    experiment = load_experiment(spec(tmp_path, TWO_BY_TWO), replicates=6)
    shared = np.random.default_rng(1).normal(0, 5, 6)
    own = np.random.default_rng(2).normal(0, 1, (4, 6))
    outcomes = []
    for name in experiment.primary:
        smallest = OUTCOMES[name].smallest_that_matters
        means = np.array([cells[cell.levels[0], cell.levels[1]][name] for cell in experiment.cells])
        outcomes.append(CellValues(OUTCOMES[name], smallest * (means[:, None] + shared + 0.1 * own)))
    return experiment, outcomes


COVERAGE, SPENDING = "coordinated_care_coverage", "spending"


def means(
    coverage: tuple[float, ...], spending: tuple[float, ...]
) -> dict[tuple[str, str], dict[str, float]]:
    """Means, in smallest differences, of now calm, now struck, local calm and local struck."""
    cells = product(("now", "local"), ("calm", "struck"))
    return {c: {COVERAGE: x, SPENDING: y} for c, x, y in zip(cells, coverage, spending, strict=True)}


def test_effects_are_those_computed_by_hand(tmp_path: Path) -> None:
    experiment, outcomes = planted(means((0, 10, 20, 70), (0, 0, 0, 0)), tmp_path)
    y = outcomes[0].per_seed
    table = effects_table(experiment, outcomes)
    rows = table[table["outcome"] == COVERAGE].set_index(["kind", "level"])
    local = (y[2] + y[3] - y[0] - y[1]) / 2
    both = y[3] - y[1] - y[2] + y[0]
    assert rows.loc[("main", "local"), "effect"] == pytest.approx(local.mean())
    assert rows.loc[("interaction", "local"), "effect"] == pytest.approx(both.mean())
    half = 2.5705818 * both.std(ddof=1) / np.sqrt(6)
    assert rows.loc[("interaction", "local"), "high"] == pytest.approx(both.mean() + half)
    # Shared chance is gone: it is fifty times the noise of a cell.
    assert half < 0.5 * OUTCOMES[COVERAGE].smallest_that_matters
    assert set(rows["verdict"]) == {"better"}


def test_a_seed_that_failed_in_one_cell_leaves_only_its_contrasts(tmp_path: Path) -> None:
    experiment, outcomes = planted(means((0, 10, 20, 70), (0, 0, 0, 0)), tmp_path)
    outcomes[0].per_seed[3, 2] = np.nan
    rows = effects_table(experiment, outcomes)
    assert set(rows.loc[rows["outcome"] == COVERAGE, "n_replicates"]) == {5}
    pairs = tables_of(experiment, outcomes)["pairs"].set_index(["outcome", "condition"])
    assert pairs.loc[(COVERAGE, "calm"), "n_replicates"] == 6
    assert pairs.loc[(COVERAGE, "struck"), "n_replicates"] == 5
    assert np.isfinite(rows["effect"]).all()


def tables_of(experiment: Experiment, outcomes: list[CellValues]) -> dict[str, pd.DataFrame]:
    gains = gains_of(experiment, outcomes)
    pairs = pairs_table(gains, {e.declared.name: e.declared.smallest_that_matters for e in outcomes})
    ranks = ranks_table(experiment, outcomes, pairs)
    return {"pairs": pairs, "ranks": ranks, "reversals": reversals_table(pairs, gains)}


ASKED: dict[str, Any] = {"experiment": {"kind": "factorial"}}


def test_reversals_between_outcomes_and_conditions_are_found(tmp_path: Path) -> None:
    # Calm: local covers more and costs more. Struck: local covers less, and costs the same.
    tables = tables_of(*planted(means((0, 30, 20, 5), (0, 0, 9, 0)), tmp_path))
    rows = tables["ranks"].to_dict("records")
    ranks = {(r["outcome"], r["condition"], r["regime"]): r for r in rows}
    first = ranks[COVERAGE, "calm", "local"]
    assert (first["rank"], first["seeds_hold"], first["alone"]) == (1, 1.0, True)
    assert ranks[SPENDING, "calm", "local"]["rank"] == 2
    assert [ranks[SPENDING, "struck", regime]["rank"] for regime in ("now", "local")] == [1, 1]
    reversals = tables["reversals"]
    assert reversals["kind"].to_list() == ["outcomes", "conditions"]
    assert reversals.iloc[0][["within", "a_ahead_on", "b_ahead_on"]].to_list() == ["calm", SPENDING, COVERAGE]
    assert reversals.iloc[1][["within", "a_ahead_on", "b_ahead_on"]].to_list() == [COVERAGE, "struck", "calm"]
    assert set(reversals["seeds_agree"]) == {1.0}
    words = " ".join(answer(ASKED, tables))
    assert "No option leads on everything" in words
    assert "under struck and behind under calm" in words
    assert "6 of 6 seeds" in words


def test_one_regime_that_leads_on_everything_is_said_plainly_and_nothing_reverses(tmp_path: Path) -> None:
    tables = tables_of(*planted(means((0, 0, 20, 30), (9, 9, 0, 0)), tmp_path))
    assert tables["reversals"].empty
    words = " ".join(answer(ASKED, tables))
    assert "“local” is first wherever the options differ clearly" in words
    assert "first alone in 4 of 4" in words
    assert "No two options clearly swap between two ranked outcomes" in words


def test_differences_that_do_not_matter_give_no_rank_and_no_reversal(tmp_path: Path) -> None:
    tables = tables_of(*planted(means((0, 0.8, 0.8, 0), (0.8, 0, 0, 0.8)), tmp_path))
    assert set(tables["ranks"]["rank"]) == {1}
    assert not tables["ranks"]["alone"].any()
    assert tables["reversals"].empty
    assert "nothing can be ranked" in answer(ASKED, tables)[0]


def triangle(months: int = 120) -> np.ndarray[Any, np.dtype[np.float64]]:
    half = np.linspace(0, 1, months // 2 + 1)[1:]
    return np.concatenate([np.zeros(24), half, half[::-1][1:], np.zeros(37)])


RISE = Ramp("governance.autonomy", 0.0, 1.0, 24, 36, (Route("r", 60, 0, 60),))


@pytest.mark.parametrize("name", ["mean_trust", "coordinated_care_coverage"])  # a month, and a year
def test_a_response_without_memory_leaves_no_loop(name: str) -> None:
    setting = triangle()
    # What an outcome of its period shows of a system that follows at once.
    response = np.tile(trailing_mean(0.5 * setting, OUTCOMES[name].period_months), (3, 1))
    row, curves = measure_route(OUTCOMES[name], setting, response, RISE, RISE.routes[0])
    assert abs(row["gap"]) < 1e-9
    assert row["returns"] == "yes"
    assert row["tips"] == "no"
    assert row["steepness"] == pytest.approx(1.0)
    assert set(curves["branch"]) == {"up", "down"}


def test_a_loop_has_the_area_that_was_planted() -> None:
    setting = triangle()
    top = int(np.argmax(setting))
    response = np.where(np.arange(setting.size) <= top, setting**2, np.sqrt(setting))[None].repeat(3, axis=0)
    row, _ = measure_route(OUTCOMES["mean_trust"], setting, response, RISE, RISE.routes[0])
    assert row["gap"] == pytest.approx(2 / 3 - 1 / 3, abs=0.01)
    assert row["area"] == pytest.approx(row["gap"])
    assert row["gap_low"] == pytest.approx(row["gap_high"])


def test_what_is_left_is_judged_as_long_after_each_route() -> None:
    setting = triangle()
    response = np.zeros((3, setting.size + 200))
    response[:, 24 + 120 :] = 0.5  # something stays for ever
    response[:, 24 + 120 + 36 :] = 9.0  # what other routes do later does not count
    padded = np.concatenate([setting, np.zeros(200)])
    row, _ = measure_route(OUTCOMES["mean_trust"], padded, response, RISE, RISE.routes[0])
    assert (row["left"], row["returns"]) == (0.5, "no")


@pytest.mark.parametrize(("midpoint", "says"), [(0.55, "yes"), (0.99, "late")])
def test_a_threshold_is_found_where_it_was_planted_and_not_claimed_at_the_end(
    midpoint: float, says: str
) -> None:
    setting = triangle()
    step = 1 / (1 + np.exp(-60 * (setting - midpoint)))
    noise = 0.001 * np.random.default_rng(0).normal(size=(5, setting.size))
    row, _ = measure_route(OUTCOMES["mean_trust"], setting, step + noise, RISE, RISE.routes[0])
    assert row["tips"] == says
    assert row["steepest_at"] == pytest.approx(midpoint, abs=0.06)
    assert row["steepest_at_low"] <= row["steepest_at"] <= row["steepest_at_high"]


def test_a_path_that_stays_on_top_has_no_way_down() -> None:
    setting = np.concatenate([np.zeros(12), np.linspace(0, 1, 10), np.ones(20)])
    up, down = branches(setting, 0.0, 1.0)
    assert setting[up].tolist() == pytest.approx(np.linspace(0, 1, 10).tolist())
    assert down is None


def test_gap_and_steepness_of_falling_settings() -> None:
    points = np.array([1.0, 0.5, 0.0])
    assert loop_gap(points, np.zeros((1, 3)), np.ones((1, 3))).tolist() == [1.0]
    assert steepest(-np.array([[0.0, 3.0, 4.0]])) == (0, 1.5)


def test_a_ramp_moves_the_setting_as_its_routes_say(tmp_path: Path) -> None:
    experiment = load_experiment(spec(tmp_path, RAMP))
    still, back, stay = (setting_in_time(c.scenario, "governance.turbulence") for c in experiment.cells)
    assert set(still) == {0.0}
    assert len(still) == 12 + 12 + 12
    assert back[11:25].tolist() == pytest.approx(
        [0, *np.arange(1, 7) * 0.25, 1.5, 1.5, 1.125, 0.75, 0.375, 0, 0]
    )
    assert stay[14:].tolist() == [1.5] * 22


def _one_cell_fails(request: WorldRequest) -> FakeWorld:
    if request.replicate == 1 and request.label == "local · struck":
        raise ZeroDivisionError("one world is broken")
    return FakeWorld(request)


FAKE = TWO_BY_TWO.replace('"coordinated_care_coverage", "spending"', '"responsive", "burden"').replace(
    "gp_contacts", "indifferent"
)


def test_a_failed_run_is_a_row_and_never_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, declared in FAKE_OUTCOMES.items():
        monkeypatch.setitem(OUTCOMES._entries, name, declared)
    experiment = load_experiment(spec(tmp_path, FAKE))
    result = run_experiment(experiment, build=_one_cell_fails)
    runs = result.tables["runs"]
    failed = runs[runs["status"] == "failed"]
    assert failed[["cell", "replicate", "seed"]].to_numpy().tolist() == [["local · struck", 1, 1]]
    assert failed["value"].isna().all()
    assert "one world is broken" in failed["problem"].item()
    assert "Traceback" in failed["trace"].item()
    assert "cas-model run decentralised" in failed["replay"].item()
    cells = result.tables["cells"].set_index(["cell", "outcome"])
    assert cells.loc[("local · struck", "responsive"), "n_replicates"] == 2
    assert [r.request.seed for r in result.results] == [0, 1, 2] * 4


@pytest.mark.parametrize("text", [TWO_BY_TWO, RAMP], ids=["factorial", "ramp"])
def test_the_command_runs_a_specification_end_to_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    out = tmp_path / "r"
    words = ["experiment", "run", spec(tmp_path, text), "--out", str(out), "--jobs", "1", "--replicates", "2"]
    assert run_command([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    manifest, tables = read_experiment(out)
    assert document["manifest"] == manifest
    assert manifest["seeds"] == [0, 1]
    runs = tables["runs"]
    assert set(runs["status"]) == {"done"}
    assert len(runs) == len(manifest["experiment"]["cells"]) * 2 * runs["outcome"].nunique()
    page = (out / "report.html").read_text(encoding="utf-8")
    for sentence in (
        "claim level: illustrative",
        "paired seeds",
        *(s["hash"] for s in manifest["scenarios"]),
    ):
        assert sentence in page
    for figure in (out / "figures").glob("*.png"):
        assert figure.name.removesuffix(".png") in page
    assert run_command(words) == 2  # not replaced without being asked
    before = page.count("<figure")
    assert run_command(["report", str(out)]) == 0
    assert (out / "report.html").read_text(encoding="utf-8").count("<figure") == before >= 3


def test_a_dry_run_lists_cells_and_runs_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["experiment", "run", spec(tmp_path, TWO_BY_TWO), "--dry-run", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (len(plan["cells"]), plan["runs"]) == (4, 12)
    assert plan["estimated_seconds"] > 0
    assert plan["estimated_bytes"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["spec.toml"]


def test_a_broken_world_stops_nothing_but_a_cell_without_any_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(request: WorldRequest) -> FakeWorld:
        raise ZeroDivisionError("nothing works")

    monkeypatch.setattr(running, "care_system", broken)
    out = tmp_path / "r"
    assert (
        run_command(["experiment", "run", spec(tmp_path, TWO_BY_TWO), "--out", str(out), "--jobs", "1"]) == 1
    )
    told = capsys.readouterr().err
    assert "every run failed in 4 of 4 cells" in told
    assert "--debug" in told
    assert not out.exists()
