"""Scenario discovery: a planted box is found and holds on other runs; in noise no box is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity import discovery, questions
from cas_model.experiments.sensitivity.discovery import Box, cart_boxes, discover, fitted_half, prim_boxes
from cas_model.experiments.sensitivity.factors import SampledFactor, Value
from cas_model.experiments.sensitivity.folder import prepare_folder, read_folder, run_in_folder
from cas_model.experiments.sensitivity.plan import plan_runs
from cas_model.experiments.sensitivity.study import load_study
from cas_model.report.sensitivity_page import answer, write_sensitivity_report

load_registries()

FACTORS = (
    SampledFactor("a", "uniform", 0.0, 10.0),
    SampledFactor("b", "uniform", 0.0, 1.0),
    SampledFactor("scenario", "category", 0, 2, choices=("x", "y", "z")),
    SampledFactor("k", "integer", 1, 5),
    SampledFactor("flag", "category", 0, 1, choices=(True, False)),
)
SPEC = """
title = "t"
question = "q"
source = "s"
[design]
kind = "sensitivity"
method = "latin"
n = 500
analyses = []
[base]
test_function = "ishigami"
[factors]
x1 = {}
x2 = {}
x3 = {}
[discovery]
outcome = "y"
success = "above"
threshold = 0.5
level = 0.8
"""


def points(n: int = 600, seed: int = 1) -> pd.DataFrame:
    unit = np.random.default_rng(seed).random((n, len(FACTORS)))
    return pd.DataFrame({factor.key: factor.values(unit[:, j]) for j, factor in enumerate(FACTORS)})


def planted(x: pd.DataFrame) -> np.ndarray[Any, Any]:
    return np.asarray((x["a"] > 6.0) & (x["scenario"] != "x") & (x["k"] <= 3))


@pytest.mark.parametrize("find", [prim_boxes, cart_boxes])
def test_a_planted_box_is_found_with_its_limits(find: discovery.Finder) -> None:
    x = points()
    (box,) = find(x, planted(x), FACTORS, 0.95, 1)
    assert set(box.limits) == {"a", "scenario", "k"}
    limits: dict[str, Any] = dict(box.limits)
    assert limits["a"] == (pytest.approx(6.0, abs=0.25), np.inf)
    assert limits["scenario"] == {"y", "z"}
    assert limits["k"][0] == -np.inf
    assert 3.0 <= limits["k"][1] < 4.0
    inside, success = box.holds(x), planted(x)
    assert success[inside].mean() >= 0.95
    assert inside[success].mean() >= 0.9


@pytest.mark.parametrize("find", [prim_boxes, cart_boxes])
def test_a_second_box_is_sought_in_what_the_first_left(find: discovery.Finder) -> None:
    x = points()
    success = np.asarray((x["a"] > 8.0) | ((x["scenario"] == "z") & (x["b"] < 0.5)))
    boxes = find(x, success, FACTORS, 0.9, 3)
    assert len(boxes) == 2
    both = [box.holds(x) for box in boxes]
    assert (both[1] & ~both[0]).sum() > 30
    assert success[both[0] | both[1]].mean() > 0.9
    assert (both[0] | both[1])[success].mean() > 0.85


def test_a_planted_box_is_trusted_and_its_numbers_are_those_of_the_runs() -> None:
    x = points(400)
    fitted = np.arange(400) % 2 == 0
    success = planted(x)
    boxes, limits = discover(x, success, fitted, FACTORS, 0.9, resamples=4)
    assert {row["method"] for row in boxes} == {"prim", "cart"}
    for row in boxes:
        mine = [w for w in limits if (w["method"], w["box"]) == (row["method"], row["box"])]
        assert [w["factor"] for w in mine] == [factor.key for factor in FACTORS]
        kept = {w["factor"]: w for w in mine}
        inside = np.ones(len(x), dtype=bool)
        for key in ("a", "b", "k"):
            inside = inside & x[key].between(kept[key]["low"], kept[key]["high"]).to_numpy()
        inside = inside & x["scenario"].isin(kept["scenario"]["choices"].split(" | ")).to_numpy()
        other = inside & ~fitted
        assert row["density_other"] == pytest.approx(success[other].mean())
        assert row["coverage_other"] == pytest.approx(success[other].sum() / success[~fitted].sum())
        assert row["mass_fitted"] == pytest.approx((inside & fitted).sum() / 200)
        assert row["base_other"] == pytest.approx(success[~fitted].mean())
        assert row["trusted"]
        assert row["density_other"] > 0.8
        assert kept["a"]["frequency"] == 1.0
        assert kept["flag"]["frequency"] <= 0.5


def test_in_noise_boxes_look_dense_where_they_were_fitted_and_are_not_trusted() -> None:
    rng = np.random.default_rng(3)
    x, success = points(400), rng.random(400) < 0.3
    boxes, _ = discover(x, success, np.arange(400) % 2 == 0, FACTORS, 0.75, resamples=2)
    assert len(boxes) >= 2
    assert max(row["density_fitted"] - row["base_fitted"] for row in boxes) > 0.1
    assert not any(row["trusted"] for row in boxes)


def test_points_that_share_coordinates_count_as_one_for_trust() -> None:
    rng = np.random.default_rng(8)
    whole = points(40, seed=2)
    x = whole.loc[np.repeat(np.arange(40), 10)].reset_index(drop=True)  # ten policies in each of 40 states
    blocks = np.repeat(np.arange(40), 10)
    success = np.repeat(rng.random(40) < 0.5, 10)
    boxes, _ = discover(x, success, blocks % 2 == 0, FACTORS, 0.8, blocks=blocks, resamples=2)
    alone, _ = discover(x, success, blocks % 2 == 0, FACTORS, 0.8, resamples=2)
    assert [row["density_other"] for row in boxes] == [row["density_other"] for row in alone]
    assert all(
        a["density_low"] < b["density_low"] for a, b in zip(boxes, alone, strict=True) if b["density_low"]
    )
    assert not any(row["trusted"] for row in boxes)


def test_blocks_stay_whole_when_boxes_are_sought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    x = points(200, seed=3)
    blocks, seen = np.repeat(np.arange(40), 5), []

    def note(own: pd.DataFrame, *_: Any) -> list[Box]:
        seen.append(np.bincount(blocks[own.index], minlength=40))
        return []

    monkeypatch.setattr(discovery, "FINDERS", {"note": note})
    discover(x, planted(x), blocks % 2 == 0, FACTORS, 0.8, blocks=blocks, resamples=3)
    first, *again = seen
    assert first.sum() == 100
    for counts in again:
        assert set(counts.tolist()) == {0, 5}
        assert counts.sum() == 50, "half of the fitted blocks"
        assert not counts[1::2].any(), "none of those held back"


def spec(folder: Path, text: str = SPEC) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def run(folder: Path, model: Any, text: str = SPEC) -> tuple[list[str], dict[str, pd.DataFrame], str]:
    study = load_study(spec(folder, text))
    prepare_folder(folder / "r", study, overwrite=False)
    run_in_folder(folder / "r", study, specification=study.origin, model=model)
    made, tables = read_folder(folder / "r")
    page = write_sensitivity_report(folder / "r", made, tables).read_text(encoding="utf-8")
    return answer(made, tables), tables, page


def test_a_box_goes_from_the_specification_to_words_and_a_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "RESAMPLES", 2)

    def boxed(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        return np.array([[float(settings["x1"] > 1.0 and settings["x2"] < 0.0)]])  # type: ignore[operator]

    text, tables, page = run(tmp_path, boxed)
    assert tables["discovery"]["share"][0] == pytest.approx(0.5 * (np.pi - 1) / (2 * np.pi), abs=0.03)
    assert tables["boxes"]["trusted"].all()
    assert text[0].startswith("Y of 0.500 or more is reached at 1")
    (prim,) = [line for line in text if line.startswith("PRIM")]
    for words in ("x1 is at least", "x2 is at most", "of all successes lie there", "not fitted to"):
        assert words in prim
    assert "x3" not in prim
    assert 'id="figure-boxes"' in page
    assert "PRIM 1" in page


def test_a_report_says_that_no_box_can_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "RESAMPLES", 2)

    def chance(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        rng = np.random.default_rng(abs(hash(float(settings["x1"]))))
        return np.array([[float(rng.random() < 0.3)]])

    text, tables, page = run(tmp_path, chance)
    assert not tables["boxes"]["trusted"].any()
    assert "No box can be trusted" in text[0]
    assert all("(not to be trusted)" in line for line in text[1:])
    assert "not to be trusted" in page


def test_too_few_successes_are_not_fitted_to(tmp_path: Path) -> None:
    def rare(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        return np.array([[float(settings["x1"] > 3.0)]])  # type: ignore[operator]

    text, tables, page = run(tmp_path, rare)
    assert tables["discovery"]["status"][0] == "too few"
    assert tables["boxes"].empty
    assert "too few" in text[0]
    assert "Where to find y" in page


def test_points_that_share_coordinates_stay_in_one_half(tmp_path: Path) -> None:
    text = SPEC.replace('"latin"', '"sobol"').replace("n = 500", "n = 64")
    study = load_study(spec(tmp_path, text))
    half = fitted_half(plan_runs(study), study.points_per_sample).reshape(64, 8)
    assert (half == half[:, :1]).all()
    assert 16 <= half[:, 0].sum() <= 48
    more = load_study(spec(tmp_path, text.replace("n = 64", "n = 128")))
    assert (fitted_half(plan_runs(more), 8)[: half.size] == half.ravel()).all()


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (('outcome = "y"', 'outcome = "z"'), "outcome"),
        (("threshold = 0.5", "threshold = 0.5\nquantile = 0.5"), "remove one of them"),
        (("threshold = 0.5", ""), "add threshold"),
        (('"latin"\nn = 500\nanalyses = []', '"morris"\nn = 10'), "not spread evenly"),
        (("level = 0.8", "level = 1.8"), "less than or equal to 1"),
        (("level = 0.8", "levle = 0.8"), "did you mean `level`"),
    ],
)
def test_a_wrong_question_is_refused(tmp_path: Path, change: tuple[str, str], hint: str) -> None:
    assert change[0] in SPEC
    with pytest.raises(UsageError, match=hint):
        load_study(spec(tmp_path, SPEC.replace(*change)))


def test_a_missing_package_is_named_before_any_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "find_spec", lambda name: None if name == "sklearn" else name)
    with pytest.raises(UsageError, match=r"(?s)scikit-learn.*cas-model\[discovery\]"):
        load_study(spec(tmp_path))


def test_a_box_without_limits_holds_everything() -> None:
    assert Box({}).holds(points(5)).all()
