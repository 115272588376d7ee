"""Searching levers: known fronts are found, a search that is cut short continues, and the report says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.folder import (
    folder_status,
    prepare_folder,
    read_folder,
    replay_run,
    run_in_folder,
)
from cas_model.experiments.sensitivity.run_store import RunStore
from cas_model.experiments.sensitivity.search import BASE, CHECK, front_of, hypervolume, plan_so_far
from cas_model.experiments.sensitivity.study import Study, load_study
from cas_model.report.sensitivity_page import answer, write_sensitivity_report

load_registries()

HEAD = 'title = "t"\nquestion = "q"\nsource = "s"\n'
ZDT1 = (
    HEAD
    + """
[design]
kind = "sensitivity"
method = "nsga2"
n = 25
seed = 4
[base]
test_function = "zdt1"
[factors]
x1 = {}
x2 = {}
x3 = {}
x4 = {}
[search]
population = 20
objectives = { y1 = "minimise", y2 = "minimise" }
"""
)
SCHAFFER = (
    ZDT1.replace("zdt1", "schaffer").replace("n = 25", "n = 6").replace("x1 = {}\nx2 = {}\nx3 = {}\nx4", "x")
)
WORLDS = (
    HEAD
    + """
[design]
kind = "sensitivity"
method = "nsga2"
n = 3
[factors]
"governance.autonomy" = {}
"governance.meta_governor_tenure" = { distribution = "integer", low = 2, high = 6 }
"adaptation.learning" = {}
[run]
months = 12
burn_in = 12
persons_per_agent = 2000
territory = "small"
[outcomes]
primary = ["coordinated_care_coverage", "spending"]
measured = ["mean_trust"]
[search]
population = 8
objectives = { spending = "minimise", coordinated_care_coverage = "maximise" }
"""
)


def spec(folder: Path, text: str) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def run(
    folder: Path, text: str, model: Any = None, name: str = "r", **words: Any
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    study = load_study(spec(folder, text))
    prepare_folder(folder / name, study, overwrite=False)
    return run_in_folder(folder / name, study, specification=study.origin, model=model, **words)


def test_a_front_holds_what_no_other_betters() -> None:
    values = np.array([[1.0, 4.0], [2.0, 3.0], [2.0, 5.0], [3.0, 3.0], [0.5, np.nan], [2.0, 3.0]])
    assert front_of(values, (-1, -1)).tolist() == [True, True, False, False, False, True]
    assert front_of(values, (1, 1)).tolist() == [False, False, True, True, False, False]


def test_a_dominated_volume_is_that_of_the_boxes() -> None:
    assert hypervolume(np.array([[0.2, 0.6], [0.5, 0.1]])) == pytest.approx(0.3 * 0.4 + 0.5 * 0.9)
    rng = np.random.default_rng(2)
    for axes in (3, 4):
        points = rng.random((12, axes))
        drawn = rng.random((60_000, axes))
        inside = (points[:, None, :] <= drawn[None]).all(axis=2).any(axis=0).mean()
        assert hypervolume(points) == pytest.approx(inside, abs=0.01)
        assert hypervolume(np.concatenate([points, np.ones((1, axes))])) == pytest.approx(hypervolume(points))


def test_the_known_front_of_zdt1_is_found_and_has_settled(tmp_path: Path) -> None:
    made, tables = run(tmp_path, ZDT1)
    front = tables["search_points"][tables["search_points"]["front"]]
    off = front["y2"] - (1.0 - np.sqrt(front["y1"]))
    assert (off >= -1e-12).all()
    assert off.mean() < 0.1
    assert len(front) >= 15
    assert front["y1"].max() - front["y1"].min() > 0.6
    first = tables["search_points"][tables["search_points"]["generation"] == 1]
    assert (first["y2"] - (1.0 - np.sqrt(first["y1"]))).mean() > 1.0  # chance alone is far off
    volume = tables["hypervolume"]["hypervolume"].to_numpy()
    assert (np.diff(volume) >= 0).all()
    assert volume[-1] > 1.05 * volume[0]
    pareto = tables["pareto"]
    assert pareto["y1"].is_monotonic_increasing
    assert pareto["label"].tolist()[:3] == ["A", "B", "C"]
    assert len(pareto) <= 20
    assert (pareto["y2_fresh"] == pareto["y2"]).all()  # a function has no chance
    assert pareto["stays"].all()
    assert made["experiment"]["points"] == 25 * 20 + len(pareto)
    assert any("the front has settled" in line for line in answer(made, tables))


def test_a_search_of_one_lever_finds_the_known_set(tmp_path: Path) -> None:
    _, tables = run(tmp_path, SCHAFFER)
    best = tables["pareto"]["x"]
    assert best.between(-0.1, 2.1).mean() > 0.9
    assert tables["search_points"]["x"].min() < -5.0


def test_a_search_that_is_cut_short_continues_where_it_was_and_ends_the_same(tmp_path: Path) -> None:
    whole, tables = run(tmp_path, SCHAFFER, name="whole", batch_size=4)
    study = load_study(spec(tmp_path, SCHAFFER))
    done: list[float] = []

    def model(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        done.append(float(settings["x"]))
        if len(done) == 50:
            raise KeyboardInterrupt
        return study.model(settings, seed)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, SCHAFFER, model, name="cut", batch_size=4)
    stored = len(RunStore(tmp_path / "cut").finished())
    assert 40 <= stored < 50
    status = folder_status(tmp_path / "cut")
    assert (status["done"], status["state"]) == (stored, "unfinished")
    assert status["left"] >= 120 - stored
    done.clear()

    def counted(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        done.append(float(settings["x"]))
        return study.model(settings, seed)

    made, again = run(tmp_path, SCHAFFER, counted, name="cut")
    assert len(done) == whole["experiment"]["runs"] - stored
    assert made["experiment"]["runs"] == whole["experiment"]["runs"]
    for name in ("search_points", "pareto", "hypervolume", "runs", "design"):
        pd.testing.assert_frame_equal(again[name], tables[name])
    status = folder_status(tmp_path / "cut")
    assert (status["left"], status["state"]) == (0, "finished")


def test_points_without_an_objective_fail_and_the_search_goes_on(tmp_path: Path) -> None:
    study = load_study(spec(tmp_path, SCHAFFER))

    def model(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        if float(settings["x"]) > 1.0:
            return np.full((1, 2), np.nan)
        return study.model(settings, seed)

    _, tables = run(tmp_path, SCHAFFER, model)
    points = tables["search_points"]
    assert points[points["x"] > 1.0]["y1"].isna().all()
    assert not points[points["x"] > 1.0]["front"].any()
    assert points["front"].any()
    assert set(points["generation"]) == {1, 2, 3, 4, 5, 6, CHECK}


def test_a_search_without_any_defined_objective_ends_and_says_so(tmp_path: Path) -> None:
    made, tables = run(tmp_path, SCHAFFER, lambda settings, seed: np.full((1, 2), np.nan))
    assert tables["pareto"].empty
    assert tables["hypervolume"].empty
    assert any("there is no front" in line for line in answer(made, tables))
    page = write_sensitivity_report(tmp_path / "r", *read_folder(tmp_path / "r")).read_text(encoding="utf-8")
    assert "there is no front" in page


def test_a_base_that_nothing_betters_is_of_the_front_once(tmp_path: Path) -> None:
    study = load_study(spec(tmp_path, WORLDS))

    def model(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        values = {"coordinated_care_coverage": 0.1, "spending": 1400.0 + bool(settings), "mean_trust": 0.5}
        return np.tile([values[name] for name in study.outcomes], (1 + len(study.years), 1))

    made, tables = run(tmp_path, WORLDS, model)
    assert tables["pareto"]["generation"].tolist() == [BASE]
    assert tables["pareto"]["spending_change"].tolist() == [0.0]
    assert any("nothing that was found is better" in line for line in answer(made, tables))


def luck(study: Study) -> Any:
    """A model whose spending is chance, and whose coverage follows the first lever."""

    def model(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        rng = np.random.default_rng([seed, int(1e6 * float(settings.get("governance.autonomy", 0.45)))])
        coverage = 0.1 + 0.1 * float(settings.get("governance.autonomy", 0.45))
        values = {
            "coordinated_care_coverage": coverage,
            "spending": 1400 + rng.normal(0, 20),
            "mean_trust": 0.5,
        }
        return np.tile([values[name] for name in study.outcomes], (1 + len(study.years), 1))

    return model


def test_the_base_stands_in_the_search_and_luck_does_not_outlive_fresh_seeds(tmp_path: Path) -> None:
    study = load_study(spec(tmp_path, WORLDS))
    made, tables = run(tmp_path, WORLDS, luck(study))
    points, pareto = tables["search_points"], tables["pareto"]
    base = points[points["generation"] == BASE]
    assert len(base) == 1
    assert base["governance.autonomy"].isna().all()
    assert base["adaptation.learning"].isna().all()
    assert set(points["adaptation.learning"].dropna()) <= set(study.factors[2].choices)
    assert set(points["governance.meta_governor_tenure"].dropna()) <= {2, 3, 4, 5, 6}
    assert (points["generation"] == CHECK).sum() == 1 + len(pareto)
    design = tables["design"].set_index("point")
    searched, checked = design.loc[points.index[points["generation"] != CHECK]], design.iloc[-1]
    assert len(set(searched["seed"])) == 1
    assert checked["seed"] not in set(searched["seed"])
    # Chosen for their luck, the points lose it with fresh seeds, where nobody chose.
    assert pareto["spending"].mean() < points[points["generation"] > 0]["spending"].mean() - 5
    assert pareto["spending_fresh"].mean() > pareto["spending"].mean() + 5
    change = pareto["coordinated_care_coverage"] - float(base["coordinated_care_coverage"].iloc[0])
    np.testing.assert_allclose(pareto["coordinated_care_coverage_change"], change)
    text = " ".join(answer(made, tables))
    assert "less spending and more coordinated-care coverage" in text
    assert "“Status quo” has" in text
    assert f"{int(pareto['stays'].sum())} of {len(pareto)} of them are still not dominated" in text
    page = write_sensitivity_report(tmp_path / "r", *read_folder(tmp_path / "r")).read_text(encoding="utf-8")
    for words in ('id="figure-pareto"', 'id="figure-hypervolume"', "optuna 5", "as it is", "not dominated"):
        assert words in page
    assert ">nan" not in page


def test_the_command_searches_worlds_and_replays_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = WORLDS.replace("n = 3", "n = 2").replace("population = 8", "population = 4")
    words = ["experiment", "run", spec(tmp_path, text), "--out", str(tmp_path / "r"), "--jobs", "1"]
    assert run_command([*words, "--dry-run"]) == 0
    assert "13 points" in capsys.readouterr().err  # base, two generations, and a front at most as large
    assert not (tmp_path / "r").exists()
    assert run_command(words) == 0
    assert "search are not dominated" in " ".join(capsys.readouterr().out.split())
    runs = pd.read_parquet(tmp_path / "r" / "runs.parquet")
    assert set(runs["status"]) == {"done"}
    again, stored, facts = replay_run(tmp_path / "r", runs["run"][0])
    assert stored is not None
    assert again.results.tobytes() == stored.results.tobytes()
    assert facts["settings"] == {}  # the base, with no lever moved
    assert run_command([*words]) == 0  # nothing is left to do
    assert plan_so_far(load_study(spec(tmp_path, text)), RunStore(tmp_path / "r")).to_come == 0


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (('"nsga2"\nn = 3', '"latin"\nn = 30'), "belong together"),
        (("[search]", "[serch]"), "did you mean `search`"),
        (('spending = "minimise"', 'spending = "maximise"'), "less is better"),
        (('spending = "minimise"', 'spendig = "minimise"'), "did you mean `spending`"),
        (('spending = "minimise", ', ""), "at least 2"),
        (("n = 3", 'n = 3\nchance = "independent"'), "for their luck"),
        (("n = 3", 'n = 3\nanalyses = ["pawn"]'), "remove analyses"),
    ],
)
def test_a_wrong_search_is_refused(tmp_path: Path, change: tuple[str, str], hint: str) -> None:
    assert change[0] in WORLDS
    with pytest.raises(UsageError, match=hint):
        load_study(spec(tmp_path, WORLDS.replace(*change)))


def test_a_search_without_objectives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"add \[search\] with objectives"):
        load_study(spec(tmp_path, WORLDS.split("[search]")[0]))
