"""Sensitivity indices: known functions through sample, store and analysis; convergence; noise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.analysis import analyse, judge, parts_of, treat, variance_shares
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.folder import run_in_folder
from cas_model.experiments.sensitivity.indices import Sample, index_rows
from cas_model.experiments.sensitivity.models import known_functions
from cas_model.experiments.sensitivity.plan import plan_runs
from cas_model.experiments.sensitivity.sampling import sample_points
from cas_model.experiments.sensitivity.study import Study, load_study

load_registries()


def study_of(folder: Path, function: str, method: str, n: int, design: str = "") -> Study:
    factors = "\n".join(f"{name} = {{}}" for name in known_functions()[function].ranges)
    path = folder / f"{function}_{method}.toml"
    path.write_text(
        f'title = "t"\nquestion = "q"\nsource = "s"\n[design]\nkind = "sensitivity"\nmethod = "{method}"\n'
        f'n = {n}\n{design}\n[base]\ntest_function = "{function}"\n[factors]\n{factors}\n',
        encoding="utf-8",
    )
    return load_study(str(path))


def indices_of(folder: Path, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    target = folder / "results"
    target.mkdir()
    _, tables = run_in_folder(target, study, specification=study.origin)
    return tables["indices"], tables["verdicts"]


@pytest.mark.parametrize("function", ["ishigami", "sobol_g"])
def test_sobol_indices_match_the_analytic_ones_within_their_intervals(tmp_path: Path, function: str) -> None:
    known = known_functions()[function]
    design = f"second_order = {str(function == 'ishigami').lower()}"
    indices, _ = indices_of(tmp_path, study_of(tmp_path, function, "sobol", 2048, design))
    for index, exact in (("S1", known.first_order), ("ST", known.total)):
        rows = indices[indices["index"] == index].set_index("factor").loc[list(known.ranges)]
        half = ((rows["high"] - rows["low"]) / 2).to_numpy()
        missed = np.abs(rows["value"].to_numpy() - np.array(exact))
        assert (missed <= np.maximum(half, 1e-4)).all(), (index, missed, half)
        assert half.max() < 0.1
    if function == "ishigami":
        pair = indices[(indices["factor"] == "x1") & (indices["factor_2"] == "x3")].iloc[0]
        assert pair["low"] <= known.total[0] - known.first_order[0] <= pair["high"]
        assert pair["low"] > 0


def test_intervals_cover_the_truth_about_as_often_as_they_say(tmp_path: Path) -> None:
    known, covered = known_functions()["ishigami"], []
    for seed in range(1, 41):
        study = study_of(tmp_path, "ishigami", "sobol", 256, f"seed = {seed}")
        plan = plan_runs(study)
        y = known.evaluate(np.array(plan.settings, dtype=float).T)
        table = analyse(study, plan, y.reshape(-1, 1, 1, 1))["indices"]
        for index, exact in (("S1", known.first_order), ("ST", known.total)):
            rows = table[table["index"] == index]
            covered += [*((rows["low"] <= np.array(exact)) & (rows["high"] >= np.array(exact)))]
    # Points of a Sobol' sequence err less than the independent ones that a bootstrap imagines.
    assert np.mean(covered) >= 0.95


@pytest.mark.parametrize(
    ("method", "n", "index", "tolerance"), [("fast", 1025, "ST", 0.06), ("rbd_fast", 2048, "S1", 0.05)]
)
def test_fast_and_rbd_fast_match_the_analytic_indices(
    tmp_path: Path, method: str, n: int, index: str, tolerance: float
) -> None:
    known = known_functions()["sobol_g"]
    indices, _ = indices_of(tmp_path, study_of(tmp_path, "sobol_g", method, n))
    rows = indices[indices["index"] == index].set_index("factor").loc[list(known.ranges), "value"]
    exact = known.total if index == "ST" else known.first_order
    np.testing.assert_allclose(rows.to_numpy(), exact, atol=tolerance)


def test_morris_finds_the_effects_of_a_function_whose_effects_are_plain(tmp_path: Path) -> None:
    unit = sample_points("morris", 3, 20, seed=0)
    y = 4.0 * unit[:, 0] - 2.0 * unit[:, 1] + 0.0 * unit[:, 2]
    rows = index_rows(Sample("morris", ("a", "b", "c"), unit, False, 1), y, ())
    found = {(row[1], row[2]): row[4] for row in rows}
    assert [found["mu_star", key] for key in "abc"] == pytest.approx([4.0, 2.0, 0.0], abs=1e-12)
    assert found["mu", "b"] == pytest.approx(-2.0)
    assert [found["sigma", key] for key in "abc"] == pytest.approx([0.0] * 3, abs=1e-12)


def test_pawn_and_delta_rank_factors_and_leave_no_trace(tmp_path: Path) -> None:
    unit = sample_points("latin", 3, 256, seed=0)
    y = np.exp(2.0 * unit[:, 1]) + 0.3 * unit[:, 0]
    np.random.seed(5)  # noqa: NPY002 (what SALib draws from)
    before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    rows = index_rows(Sample("latin", ("a", "b", "c"), unit, False, 1), y, ("pawn", "delta"))
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002
    for method, index in (("pawn", "median"), ("delta", "delta")):
        found = {row[2]: row[4] for row in rows if row[:2] == (method, index)}
        assert found["b"] > 2 * max(found["a"], found["c"])
        halves = [row[5] for row in rows if row[:2] == (method, index)]
        assert all(0 < half < 0.3 for half in halves)


def test_convergence_needs_narrow_intervals_and_a_standstill() -> None:
    def step(values: tuple[float, ...], half: float) -> list[Any]:
        return [("sobol", "ST", f"x{i}", "", v, half) for i, v in enumerate(values)]

    still = [(8, step((0.50, 0.10), 0.1)), (16, step((0.52, 0.11), 0.04))]
    widest, change, converged = judge(still, "sobol", 0.05)
    assert converged
    assert [widest, change] == pytest.approx([0.04, 0.02])
    moved = [(8, step((0.60, 0.10), 0.1)), (16, step((0.52, 0.11), 0.04))]
    assert judge(moved, "sobol", 0.05)[2] is False
    wide = [(8, step((0.50, 0.10), 0.1)), (16, step((0.52, 0.11), 0.06))]
    assert judge(wide, "sobol", 0.05)[2] is False
    assert judge([(16, step((0.5, 0.1), float("nan")))], "sobol", 0.05)[2] is False
    assert judge([], "sobol", 0.05)[2] is False


def test_more_samples_converge_and_few_do_not(tmp_path: Path) -> None:
    verdicts = []
    for n in (32, 4096):
        study = study_of(tmp_path, "ishigami", "sobol", n, "second_order = false")
        plan = plan_runs(study)
        y = known_functions()["ishigami"].evaluate(
            np.array([list(plan.at(k).values()) for k in range(len(plan.unit))])
        )
        verdicts.append(analyse(study, plan, y.reshape(-1, 1, 1, 1))["verdicts"].iloc[0])
    assert [bool(v["converged"]) for v in verdicts] == [False, True]
    assert verdicts[1]["widest"] < verdicts[0]["widest"] / 5


def test_years_and_parts_have_the_same_indices_without_pairs() -> None:
    sample = Sample("sobol", ("x1", "x2", "x3"), sample_points("sobol", 3, 64, seed=0), True, 1)
    y = known_functions()["ishigami"].evaluate(np.pi * (2.0 * sample.unit - 1.0))
    whole, brief = (
        {row[1:4]: row[4] for row in index_rows(sample, y, (), brief=brief)} for brief in (False, True)
    )
    assert len(brief) == 6
    assert brief == pytest.approx({key: whole[key] for key in brief}, abs=0.02)  # scaled by fewer points


def test_parts_of_a_design_are_designs() -> None:
    unit = sample_points("sobol", 2, 64, seed=0)
    whole = Sample("sobol", ("a", "b"), unit, True, 1)
    assert parts_of(whole) == [16, 32, 64]
    assert (whole.first(32).unit == sample_points("sobol", 2, 32, seed=0)).all()


def test_noise_is_told_apart_from_parameters() -> None:
    rng = np.random.default_rng(0)
    signal = rng.normal(0, 2.0, (4000, 1))
    noise = rng.normal(0, 1.0, (4000, 4))
    shares = variance_shares(signal + noise, common=False)
    assert shares == pytest.approx([0.8, 0.0, 0.2], abs=0.02)
    # With much noise, the mean over replicates varies by more than the factors make it.
    assert variance_shares(0.5 * signal + 2.0 * noise, common=False) == pytest.approx([0.2, 0, 0.8], abs=0.02)
    lifted = signal + np.array([[0.0, 1.0, 5.0, -3.0]])
    _, seeds, rest = variance_shares(lifted + 0.5 * noise, common=True)
    variance = np.var([0.0, 1.0, 5.0, -3.0], ddof=1)
    assert seeds == pytest.approx(variance / (variance + 4.0 + 0.25), abs=0.02)
    assert rest == pytest.approx(0.25 / (variance + 4.25), abs=0.01)
    assert all(np.isnan(x) for x in variance_shares(signal, common=True))


def test_an_outcome_that_does_not_respond_is_said_to_be_constant(tmp_path: Path) -> None:
    study = dataclasses.replace(study_of(tmp_path, "ishigami", "sobol", 16), outcomes=("a", "b"))
    plan = plan_runs(study)
    values = np.full((len(plan.unit), 1, 1, 2), 3.0)
    values[..., 1] = np.nan
    tables = analyse(study, plan, values)
    assert tables["verdicts"]["status"].to_list() == ["constant", "undefined"]
    assert tables["indices"].empty
    assert not tables["verdicts"]["converged"].any()


def test_points_that_are_not_whole_are_left_out_of_given_data(tmp_path: Path) -> None:
    values = np.array([[1.0, 3.0], [np.nan, 2.0], [5.0, 5.0]])
    treated = treat(values, "leave_out")
    assert (treated.y.tolist(), treated.n_missing) == ([2.0, 5.0], 1)
    assert treated.kept.tolist() == [True, False, True]


def test_a_result_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    study = dataclasses.replace(
        study_of(tmp_path, "ishigami", "latin", 128),
        outcomes=("a", "b"),
        primary=("b",),
        analyses=("rbd_fast",),
    )
    plan = plan_runs(study)
    x: Mapping[str, list[Value]] = dict(zip(plan.keys, plan.settings, strict=True))
    y = np.array(x["x1"], dtype=float)
    values = np.stack([y, y**2], axis=-1)[:, None, None, :]
    one, two = (analyse(study, plan, values, jobs=jobs) for jobs in (1, 2))
    for name in one:
        pd.testing.assert_frame_equal(one[name], two[name])
