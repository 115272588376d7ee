"""The page of a calibration: complete when sets are accepted, and honest when none is."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cas_model.calibration.fit import fit_table, least_implausible
from cas_model.calibration.pipeline import Calibration
from cas_model.calibration.problem import Target
from cas_model.report.calibration_page import share, write_calibration_report
from cas_model.report.calibration_words import answer, failures_first, verdict_of
from unit.made_up_calibration import calibrate_toy


@cache
def accepting() -> tuple[dict[str, Any], Calibration]:
    return calibrate_toy()


@cache
def refusing() -> tuple[dict[str, Any], Calibration]:
    return calibrate_toy(shift=1.5, out_of_reach="stop")


def words_of(folder: Path) -> str:
    text = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    return re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_the_page_shows_figures_space_and_parameters_and_names_what_is_left_open(tmp_path: Path) -> None:
    made, found = accepting()
    table = found.tables["identifiability"].copy()
    table.loc[table["parameter"] == "parameters.beta", "verdict"] = "left open"
    tables = {**found.tables, "identifiability": table}
    write_calibration_report(tmp_path, {**made, "out_of_reach": ["T3 third"]}, tables)
    page = words_of(tmp_path)
    for name in ("waves", "fit", "identifiability", "profiles", "correlations"):
        assert (tmp_path / "figures" / f"{name}.png").stat().st_size > 10_000
        assert (tmp_path / "figures" / f"{name}.svg").is_file()
    assert "claim level: illustrative" in page
    assert "Parameters left open by the figures." in page
    assert "Left open by the figures: beta." in page
    assert page.index("✗ out of reach, set aside; suspected: a mechanism") < page.index("✓ met")
    assert "T28 excess deaths" in page
    assert "no measurement" in page


def test_without_an_accepted_set_the_page_says_which_figures_stand_in_the_way(tmp_path: Path) -> None:
    made, found = refusing()
    assert (found.accepted, made["plausible_sets"]) == (0, 0)
    said = answer(made, found.tables)
    assert said[0] == "No values of the 2 parameters agree with all figures; no set is accepted."
    reached = dict(zip(found.tables["fit"]["statistic"], found.tables["fit"]["reached"], strict=True))
    never = found.tables["fit"].assign(reached=[0.4, 0.3, 0.0])
    told = answer(made, found.tables | {"fit": never})[1]
    assert told.startswith("No point met these, whatever became of the others: T3 third (nearest ")
    assert "T2 second" not in told
    write_calibration_report(tmp_path, made, found.tables)
    page = words_of(tmp_path)
    assert not (tmp_path / "figures" / "identifiability.png").exists()
    assert page.index("T3 third") < page.index("T2 second")
    assert f"{100 * reached['T2 second']:.0f} % of points meet this figure by itself" in page
    assert "✓ met" not in page


def test_what_is_missed_by_most_comes_first() -> None:
    made, found = refusing()
    assert failures_first(made, found.tables)["statistic"].iloc[0] == "T3 third"
    accepted = {**made, "plausible_sets": 3}
    row = pd.Series({"statistic": "x", "central_met": True, "reached": 0.5, "central": 0.6,
                     "target_low": 0.5, "target_high": 1.5})  # fmt: skip
    assert verdict_of(accepted, row) == "✓ met by the most central set"
    row["central"] = 0.4
    assert verdict_of(accepted, row).startswith("✓ met, outside its band but within tolerance,")
    assert verdict_of({**accepted, "out_of_reach": ["x"]}, row).startswith("✗")


def test_the_nearest_run_is_told_for_each_figure_by_itself() -> None:
    targets = [Target("a", 1.0, 2.0, 0.1), Target("b", 5.0, 5.0, 0.1)]
    results = np.array([[[1.1, 0.0], [1.3, 0.2]], [[1.6, 3.0], [1.6, 3.0]], [[9.0, np.nan], [9.0, 2.0]]])
    fit = fit_table(targets, results, None, results, np.zeros(2))
    assert fit["nearest"].to_list() == [1.6, 3.0]
    assert fit["reached"].to_list() == [2 / 3, 0.0]
    assert fit["central"].isna().all()
    assert not fit["central_met"].any()


def test_the_least_implausible_point_is_the_one_whose_worst_figure_is_least_bad() -> None:
    targets = [Target.point("a", 0.0, 1.0), Target.point("b", 0.0, 1.0)]
    points = np.arange(4.0)[:, None]
    results = np.array([[[9.0, 0.0]], [[4.0, 4.0]], [[0.0, 5.0]], [[0.0, np.nan]]])
    best, worst = least_implausible(points, results, np.zeros(2), targets, [0, 1], 10)
    assert best.ravel().tolist() == [1.0, 2.0, 0.0]
    assert worst.tolist() == [4.0, 5.0, 9.0]
    best, _ = least_implausible(points, results, np.zeros(2), targets, [1], 1)
    assert best.ravel().tolist() == [0.0]


def test_a_share_next_to_nothing_is_not_shown_as_nothing() -> None:
    assert [share(value) for value in (0.25, 0.0123, 0.00001234, 0.0)] == ["25", "1.23", "0.0012", "0"]
