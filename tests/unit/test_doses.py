"""Factors on an axis: responses and optima; the years of a factorial."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.experiments.course import course_table, yearly_values
from cas_model.experiments.dose import FIRST, FLAT, INSIDE, LAST, dose_tables, optimum
from cas_model.experiments.factorial import CellValues
from cas_model.experiments.registries import load_registries
from cas_model.experiments.spec import load_experiment
from cas_model.report.dose_words import course_sentences, dose_sentences

load_registries()

SPEC = """
title = "t"
question = "q"
source = "s"
[design]
kind = "factorial"
replicates = 5
ranks = "pay"
[[factors]]
name = "pay"
levels = [{ name = "now", scenario = "status_quo" }, { name = "lump sum", scenario = "pay_forfait" }]
[[factors]]
name = "dose"
axis = "share of income"
levels = [
    { name = "none", at = 0.0, funding.transition = { mode = "partial", partial_share = 0.0 } },
    { name = "5 %", at = 0.05, funding.transition = { mode = "partial", partial_share = 0.05 } },
    { name = "30 %", at = 0.3, funding.transition = { mode = "partial", partial_share = 0.3 } },
    { name = "all", at = 1.0, funding.transition = { mode = "partial", partial_share = 1.0 } },
]
[run]
months = 36
[outcomes]
primary = ["mean_trust", "spending"]
"""


def spec(folder: Path, text: str) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_response_to_a_dose_is_paired_and_a_part_of_the_whole(tmp_path: Path) -> None:
    experiment = load_experiment(spec(tmp_path, SPEC))
    noise = np.random.default_rng(0).normal(0, 5, 5)
    own = 0.001 * np.random.default_rng(1).normal(0, 1, (8, 5))
    curve = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.1, 1.0])  # nothing without new pay, squared with it
    outcome = CellValues(OUTCOMES["mean_trust"], curve[:, None] + noise + own)
    tables = dose_tables(experiment, [outcome])
    rows = {(r["condition"], r["level"]): r for r in tables["doses"].to_dict("records")}
    assert rows["lump sum", "30 %"]["response"] == pytest.approx(0.1, abs=0.002)
    assert rows["lump sum", "5 %"]["part"] == pytest.approx(0.01, abs=0.002)
    assert rows["lump sum", "5 %"]["even"] == pytest.approx(0.05)
    part, low, high = (rows["lump sum", "30 %"][key] for key in ("part", "part_low", "part_high"))
    assert 0.095 < low < part < high < 0.105
    assert np.isnan(rows["now", "30 %"]["part"])  # no part of a whole that does nothing
    asked = {"axes": {"dose": "share"}, "ranked": "pay", "primary": ["mean_trust"]}
    words = " ".join(dose_sentences({"experiment": asked}, tables))
    assert "“lump sum”" in words
    assert "“now”" not in words
    assert "5 % of income does 1 % and 30 % does 10 %" in words


@pytest.mark.parametrize(
    ("curve", "where", "best"),
    [((0, 3, 1), INSIDE, 2.0), ((3, 2, 0), FIRST, 1.0), ((0, 1, 2), LAST, 3.0), ((0, 0.01, 0), FLAT, 2.0)],
)
def test_an_optimum_is_placed_where_it_was_planted(curve: tuple[float, ...], where: str, best: float) -> None:
    noise = 0.01 * np.random.default_rng(0).normal(size=(3, 8))
    found = optimum(
        np.array(curve)[:, None] + noise - noise.mean(axis=1, keepdims=True), np.arange(1.0, 4.0), 0.1
    )
    assert (found["where"], found["best_at"]) == (where, best)
    assert found["best_low"] <= best <= found["best_high"]


def test_an_inner_level_that_some_seeds_put_at_the_end_is_not_surely_inside() -> None:
    gains = np.array([[0, 2, 0, 2], [1.2, 1.2, 1.2, 1.2], [-9, -9, -9, -9]], dtype=float)
    found = optimum(gains, np.arange(1.0, 4.0), 0.1)
    assert (found["best_at"], found["best_low"], found["where"]) == (2.0, 1.0, "perhaps inside")


def test_years_do_not_hold_a_part_of_the_year_before() -> None:
    months = np.arange(30)
    frame = pd.concat(
        pd.DataFrame({"month": months, "outcome": name, "value": months.astype(float)})
        for name in ("mean_trust", "spending")
    )
    years = yearly_values(frame).set_index(["outcome", "year"])["value"].to_dict()
    assert OUTCOMES["spending"].period_months == 12
    assert years == {
        ("mean_trust", 1): 5.5, ("mean_trust", 2): 17.5, ("spending", 1): 11.0, ("spending", 2): 23.0,
    }  # fmt: skip


def test_the_course_adds_up_spending_and_nothing_else(tmp_path: Path) -> None:
    experiment = load_experiment(spec(tmp_path, SPEC))
    rows = [
        {"cell": cell.name, "replicate": r, "outcome": name, "year": year,
         "value": 100.0 * r + (10.0 * (3 - year) + 0.1 * r) * (cell.levels[0] == "lump sum")}
        for cell in experiment.cells for r in range(3) for name in ("mean_trust", "spending")
        for year in (1, 2, 3)
    ]  # fmt: skip
    course = course_table(experiment, pd.DataFrame(rows))
    found = course[(course["outcome"] == "spending") & (course["condition"] == "all")]
    assert found["difference"].tolist() == pytest.approx([20.1, 10.1, 0.1])
    assert found["cumulative"].tolist() == pytest.approx([20.1, 30.2, 30.3])
    assert (found["high"] - found["low"] < 1.0).all()  # seeds are paired
    assert course.loc[course["outcome"] == "mean_trust", "cumulative"].isna().all()
    asked = {"axes": {}, "ranked": "pay", "shown": ["spending"], "factors": {"pay": ["now", "lump sum"]}}
    words = course_sentences({"experiment": asked}, course)[0]
    assert "“lump sum” +30.3 EUR per inhabitant" in words
    assert "after 3 years" in words


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (('axis = "share of income"\n', ""), 'add axis = "..."'),
        (("at = 0.3", "at = 0.05"), "a place on the axis"),
        (('"30 %", at = 0.3', '"30 %"'), "a place on the axis"),
    ],
)
def test_a_wrong_axis_is_refused(tmp_path: Path, change: tuple[str, str], hint: str) -> None:
    assert change[0] in SPEC
    with pytest.raises(UsageError, match=hint):
        load_experiment(spec(tmp_path, SPEC.replace(*change)))


def test_the_command_measures_doses_and_years_and_draws_them(tmp_path: Path) -> None:
    small = SPEC.replace("[run]\n", '[run]\nburn_in = 12\npersons_per_agent = 2000\nterritory = "small"\n')
    out = tmp_path / "r"
    words = [
        "experiment",
        "run",
        spec(tmp_path, small.replace("months = 36", "months = 24")),
        "--out",
        str(out),
    ]
    assert run_command([*words, "--jobs", "1", "--replicates", "2"]) == 0
    doses, course = (pd.read_parquet(out / f"{name}.parquet") for name in ("doses", "course"))
    # No part of the income in a new mix is the world as it is, whatever the mix.
    none = doses[doses["level"] == "none"]
    assert len(none) == 2 * 2
    assert set(none.groupby("outcome")["mean"].nunique()) == {1}
    assert set(course["year"]) == {1, 2}
    still = course[course["condition"] == "none"]
    assert set(still["difference"]) == {0.0}
    moved = course[(course["condition"] == "all") & (course["outcome"] == "spending")]
    assert (moved["difference"] != 0.0).any()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "figure-doses" in page
    assert "figure-course" in page
