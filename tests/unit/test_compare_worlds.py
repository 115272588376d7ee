import math
import shlex
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cas_model.config.errors import CasModelError, UsageError
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.compare import compare, labels_of, requests_for
from cas_model.experiments.differences import (
    COMPARISON_COLUMNS,
    last_months_mean,
    paired_interval,
    unpaired_interval,
    verdict,
)
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, run_world
from cas_model.experiments.workers import accept_replaced_workers
from fake_worlds import (
    FakeWorld,
    broken_on_replicate_one,
    deadly_on_replicate_one,
    use_fake_outcomes,
)

load_registries()


@pytest.fixture(autouse=True)
def _fake_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_outcomes(monkeypatch)


def requests(*names: str, replicates: int = 4, seed: int = 7) -> list[WorldRequest]:
    worlds = [load_scenario(name, ["run.months=24"]) for name in names or ("status_quo", "decentralised")]
    return requests_for(
        worlds, replicates=replicates, seed=seed, persons_per_agent=100, territory="small", threads=1
    )


def test_intervals_are_those_of_scipy() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(0, 1, 9)
    b = a + rng.normal(0.3, 0.1, 9)
    paired = stats.ttest_rel(b, a).confidence_interval(0.95)
    welch = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert paired_interval(a, b) == pytest.approx(tuple(paired))
    assert unpaired_interval(a, b) == pytest.approx(tuple(welch))


def test_intervals_of_too_few_or_equal_values() -> None:
    assert all(math.isnan(x) for x in (*paired_interval([1.0], [2.0]), *unpaired_interval([1.0], [2.0])))
    assert paired_interval([1, 2, 3], [2, 3, 4]) == (1.0, 1.0)
    assert unpaired_interval([1, 1], [3, 3]) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("low", "high", "direction", "word"),
    [
        (0.11, 0.3, 1, "better"),
        (0.11, 0.3, -1, "worse"),
        (-0.3, -0.11, 1, "worse"),
        (-0.3, -0.11, -1, "better"),
        (0.11, 0.3, 0, "higher"),
        (-0.3, -0.11, 0, "lower"),
        (0.09, 0.3, 1, "unclear"),
        (-0.3, 0.3, 1, "unclear"),
        (0.01, 0.02, 1, "unclear"),
        (math.nan, math.nan, 1, "unclear"),
    ],
)
def test_verdict_is_clear_only_beyond_what_matters(
    low: float, high: float, direction: int, word: str
) -> None:
    assert verdict(low, high, direction, smallest=0.1) == word


def test_replicates_share_seeds_across_worlds() -> None:
    asked = requests("status_quo", "polycentric", replicates=3, seed=0)
    assert [(r.label, r.seed) for r in asked] == [
        ("status_quo", 0), ("status_quo", 1), ("status_quo", 2),
        ("polycentric", 0), ("polycentric", 1), ("polycentric", 2),
    ]  # fmt: skip


def test_the_same_scenario_twice_gets_two_labels() -> None:
    assert labels_of([load_scenario(), load_scenario("polycentric"), load_scenario()]) == [
        "status_quo", "polycentric", "status_quo_2",
    ]  # fmt: skip


def test_worlds_of_different_length_are_refused() -> None:
    worlds = [load_scenario(), load_scenario(settings=["run.months=24"])]
    with pytest.raises(UsageError, match="worlds of one length"):
        requests_for(worlds, replicates=2, seed=0, persons_per_agent=100, territory="small", threads=1)
    with pytest.raises(UsageError, match="at least two"):
        requests_for(worlds[:1], replicates=2, seed=0, persons_per_agent=100, territory="small", threads=1)


def test_pairing_removes_shared_chance() -> None:
    table = compare(requests(replicates=6), build=FakeWorld).analyses["comparison"]
    assert tuple(table.columns) == COMPARISON_COLUMNS
    row = table.set_index("outcome").loc["responsive"]
    assert row["difference"] == pytest.approx(0.4, abs=0.02)
    assert row["high"] - row["low"] < 0.2 * (row["unpaired_high"] - row["unpaired_low"])
    assert row["low"] < row["difference"] < row["high"]
    assert row["verdict"] == "better"
    assert table.set_index("outcome").loc["burden", "verdict"] == "worse"
    same = table.set_index("outcome").loc["indifferent"]
    assert (same["difference"], same["verdict"]) == (0.0, "unclear")


def test_processes_give_the_same_table_as_one_process() -> None:
    alone = compare(requests(replicates=2), jobs=1, build=FakeWorld).analyses["comparison"]
    together = compare(requests(replicates=2), jobs=2, build=FakeWorld).analyses["comparison"]
    pd.testing.assert_frame_equal(alone, together)


def test_a_failing_run_is_a_row_and_leaves_its_pair_out() -> None:
    result = compare(requests(), build=broken_on_replicate_one)
    assert [len(result.results), len(result.failures)] == [8, 1]
    row = result.failures[0].failure_row()
    assert (row["world"], row["replicate"], row["seed"]) == ("decentralised", 1, 8)
    assert "one world is broken" in row["problem"]
    assert "Traceback" in row["trace"]
    words = shlex.split(row["replay"])
    assert words[:3] == ["cas-model", "run", "decentralised"]
    assert "run.months=24" in words
    assert set(result.analyses["comparison"]["n_replicates"]) == {3}


def test_a_killed_worker_costs_one_run() -> None:
    result = compare(requests(replicates=3), jobs=2, build=deadly_on_replicate_one)
    assert [(r.request.label, r.request.replicate) for r in result.failures] == [("decentralised", 1)]
    assert "killed" in result.failures[0].problem
    assert set(result.analyses["comparison"]["n_replicates"]) == {2}


def _refuse(kind: type[Exception]) -> Callable[[WorldRequest], FakeWorld]:
    def build(request: WorldRequest) -> FakeWorld:
        raise kind("wrong for all")

    return build


def test_when_all_fail_there_is_no_table() -> None:
    with pytest.raises(CasModelError, match="all 4 runs failed"):
        compare(requests(replicates=2), build=_refuse(ZeroDivisionError))
    with pytest.raises(UsageError, match="wrong for all"):
        compare(requests(replicates=2), build=_refuse(UsageError))


def test_means_are_over_the_last_year_of_one_level() -> None:
    frame = pd.DataFrame(
        {"month": [11, 12, 23, 23, 20], "level": ["flanders"] * 3 + ["zone", "flanders"],
         "outcome": ["x"] * 5, "value": [100.0, 1.0, 3.0, 50.0, np.nan]}
    )  # fmt: skip
    assert last_months_mean(frame)["x"] == 2.0


def test_a_run_reports_progress_and_compacts_text() -> None:
    seen: list[tuple[int, int]] = []
    result = run_world(requests()[0], lambda done, total: seen.append((done, total)), FakeWorld)
    assert seen == [(48, 48)]
    assert result.ok
    assert isinstance(result.table("outcomes")["outcome"].dtype, pd.CategoricalDtype)


def test_a_world_that_writes_its_tables_gives_the_same_analyses(tmp_path: Path) -> None:
    kept = compare(requests(), build=broken_on_replicate_one)
    written = compare(requests(), build=broken_on_replicate_one, folder=tmp_path, jobs=2)
    for name, table in kept.analyses.items():
        pd.testing.assert_frame_equal(table, written.analyses[name], check_categorical=False)
    assert all(not result.tables for result in written.results)
    places = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("outcomes.parquet")}
    assert places == {result.request.place for result in written.results if result.ok}


def test_only_the_tables_asked_for_are_collected() -> None:
    assert list(run_world(requests()[0], build=FakeWorld, only=("outcomes",)).tables) == ["outcomes"]


def test_that_joblib_replaces_a_worker_is_no_news() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        accept_replaced_workers()
        warnings.warn("A worker stopped while some jobs were given to the executor.", stacklevel=1)
        with pytest.raises(UserWarning, match="another"):
            warnings.warn("another", stacklevel=1)
