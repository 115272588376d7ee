"""Sensitivity experiments: specifications, designs, and runs that survive a kill."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cas_model.cli import run_command
from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import CasModelError, UsageError
from cas_model.experiments.differences import last_months_mean
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import care_system
from cas_model.experiments.sensitivity.factors import SampledFactor, Value
from cas_model.experiments.sensitivity.folder import TABLES, prepare_folder, run_in_folder
from cas_model.experiments.sensitivity.models import WorldModel, yearly_means
from cas_model.experiments.sensitivity.plan import Plan, check_points, plan_runs
from cas_model.experiments.sensitivity.pools import pool_of
from cas_model.experiments.sensitivity.run_store import QUARANTINED, RunRecord, RunStore
from cas_model.experiments.sensitivity.runner import KILLED, pending_runs, run_pending
from cas_model.experiments.sensitivity.sampling import run_seeds, sample_points
from cas_model.experiments.sensitivity.search import plan_so_far
from cas_model.experiments.sensitivity.study import Study, is_sensitivity, load_study

load_registries()

ROOT = Path(__file__).parents[2]
SHIPPED = [p for p in sorted((ROOT / "experiments").glob("*.toml")) if is_sensitivity(str(p))]
HEAD = 'title = "t"\nquestion = "q"\nsource = "s"\n'
ISHIGAMI = (
    HEAD
    + """
[design]
kind = "sensitivity"
method = "sobol"
n = 64
[base]
test_function = "ishigami"
[factors]
x1 = {}
x2 = {}
x3 = {}
"""
)
WORLDS = (
    HEAD
    + """
[design]
kind = "sensitivity"
method = "sobol"
n = 4
second_order = false
[base]
scenario = "polycentric"
governance = { autonomy = 0.5 }
[factors]
"parameters.trust_gain" = {}
governance.meta_governor_tenure = { low = 2, high = 6 }
adaptation.learning = {}
[run]
months = 12
burn_in = 12
persons_per_agent = 2000
territory = "small"
[outcomes]
primary = ["coordinated_care_coverage", "mean_trust"]
years = [1]
"""
)


def spec(folder: Path, text: str) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("change", "hints"),
    [
        (('"parameters.trust_gain" = {}', '"parameters.trust_gian" = {}'), ["did you mean", "trust_gain"]),
        (("low = 2", "low = -2"), ["allowed: 1 to 20", "fix: use 1"]),
        (("low = 2", 'distribution = "integer", low = 2.5'), ["whole numbers"]),
        (("low = 2", "lowest = 2"), ["did you mean `low`"]),
        (
            (
                "governance.meta_governor_tenure = { low = 2, high = 6 }",
                'funding.transition.start_month = { distribution = "uniform", high = 6 }',
            ),
            ['use "integer"'],
        ),
        (("learning = {}", 'learning = { choices = ["fixed", "replicatr"] }'), ["replicator"]),
        (("learning = {}", "learning = { low = 0 }"), []),
        (('"parameters.trust_gain" = {}', '"parameters.trust_gain" = { mode = 0.02 }'), ["remove mode"]),
        (("n = 4", "n = 6"), ["power of two"]),
        (('"sobol"', '"fast"'), ["65 or more"]),
        (('"mean_trust"', '"mean_trsut"'), ["did you mean `mean_trust`"]),
        (('"polycentric"', '"polycentrc"'), ["did you mean `polycentric`"]),
        (("autonomy = 0.5", "autonomy = 5.0"), ["allowed: 0 to 1"]),
        (("[run]", "[runs]"), ["did you mean `run`"]),
    ],
)
def test_a_wrong_specification_is_refused_with_the_nearest_fix(
    tmp_path: Path, change: tuple[str, str], hints: list[str]
) -> None:
    assert change[0] in WORLDS
    text = WORLDS.replace(*change)
    if not hints:  # a low end says nothing about a choice, and is harmless
        assert load_study(spec(tmp_path, text)).factors[2].choices
        return
    with pytest.raises(UsageError) as caught:
        load_study(spec(tmp_path, text))
    for hint in hints:
        assert hint in str(caught.value)


def test_factors_that_exclude_each_other_are_refused_before_the_first_run(tmp_path: Path) -> None:
    shares = "capitation = { low = 0.2, high = 0.9 }\nbundled_payment = { high = 0.7 }\n"
    shares = shares.replace("capitation", "funding.mix.gp.capitation").replace(
        "bundled", "funding.mix.gp.bundled"
    )
    text = WORLDS.replace("adaptation.learning = {}", shares)
    study = load_study(spec(tmp_path, text))
    said = []
    for jobs in (1, 2):
        with pytest.raises(
            UsageError, match=r"(?s)point \d+ of the design.*lower the other shares"
        ) as caught:
            check_points(study, plan_runs(study), jobs)
        said.append(str(caught.value))
    assert "there may be more" in said[0]
    assert "there may be more" in said[1]


def test_a_wildcard_takes_a_whole_section_but_what_is_left_out(tmp_path: Path) -> None:
    text = WORLDS.replace('"parameters.trust_gain" = {}', '"mechanisms.*" = {}\n"mechanisms.M18" = false')
    keys = [factor.key for factor in load_study(spec(tmp_path, text)).factors]
    assert "mechanisms.M17" in keys
    assert "mechanisms.M18" not in keys
    assert len(set(keys)) == len(keys)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8), st.integers(-5, 5), st.integers(1, 9))
def test_values_lie_in_their_range_and_follow_the_cube(unit: list[float], low: int, width: int) -> None:
    points = np.sort(np.array(unit))
    high = low + width
    mode, sd = low + 0.3 * width, 0.4 * width
    for factor in (
        SampledFactor("k", "uniform", low, high),
        SampledFactor("k", "triangular", low, high, centre=mode),
        SampledFactor("k", "normal", low, high, centre=mode, spread=sd),
        SampledFactor("k", "integer", low, high),
        SampledFactor("k", "loguniform", 0.5, 0.5 + width),
    ):
        values = np.array(factor.values(points), dtype=float)
        assert (values >= factor.low).all()
        assert (values <= factor.high).all()
        assert (np.diff(values) >= 0).all()


def test_distributions_have_their_moments_and_choices_are_even() -> None:
    unit = (np.arange(10_000) + 0.5) / 10_000
    log = np.array(SampledFactor("k", "loguniform", 0.01, 1.0).values(unit), dtype=float)
    assert np.median(log) == pytest.approx(0.1, rel=1e-3)
    triangular = np.array(SampledFactor("k", "triangular", 0, 1, centre=0.2).values(unit), dtype=float)
    assert triangular.mean() == pytest.approx(1.2 / 3, rel=1e-3)
    whole, counts = np.unique(SampledFactor("k", "integer", 2, 5).values(unit), return_counts=True)
    assert whole.tolist() == [2, 3, 4, 5]
    assert counts.tolist() == [2500] * 4


def test_more_samples_and_replicates_keep_the_runs_there_are(tmp_path: Path) -> None:
    few = plan_runs(load_study(spec(tmp_path, ISHIGAMI)))
    more = plan_runs(load_study(spec(tmp_path, ISHIGAMI.replace("n = 64", "n = 128"))))
    assert (more.unit[: len(few.unit)] == few.unit).all()
    assert set(few.unique()) < set(more.unique())
    for common in (True, False):
        small = run_seeds(5, 2, seed=3, common=common)
        assert (run_seeds(9, 4, seed=3, common=common)[:5, :2] == small).all()
    assert (sample_points("morris", 4, 3, seed=1) != sample_points("morris", 4, 3, seed=2)).any()


def test_an_address_changes_with_all_that_a_run_depends_on(tmp_path: Path) -> None:
    first = plan_runs(load_study(spec(tmp_path, WORLDS))).runs[0, 0]
    for change in (
        ("persons_per_agent = 2000", "persons_per_agent = 1000"), ("burn_in = 12", "burn_in = 13"),
        ("autonomy = 0.5", "autonomy = 0.6"), ('"small"', '"flanders"'), ("n = 4", "seed = 1\nn = 4"),
        ('"polycentric"', '"status_quo"'),
    ):  # fmt: skip
        assert plan_runs(load_study(spec(tmp_path, WORLDS.replace(*change)))).runs[0, 0] != first
    kept = WORLDS.replace('title = "t"', 'title = "another"').replace(', "mean_trust"]', "]")
    assert plan_runs(load_study(spec(tmp_path, kept))).runs[0, 0] == first


def test_a_run_is_reduced_to_what_the_whole_tables_say(tmp_path: Path) -> None:
    study = load_study(
        spec(tmp_path, WORLDS.replace("months = 12", "months = 30").replace("years = [1]", "years = [1, 2]"))
    )
    assert isinstance(study.model, WorldModel)
    request = study.model.request({"parameters.trust_gain": 0.03}, 5)
    world = care_system(request)
    world.run()
    monthly = world.records.flemish(study.outcomes)
    means = yearly_means(monthly, world.burn_in, study.years)
    frame = world.outcomes_frame()
    np.testing.assert_allclose(means[0], last_months_mean(frame).reindex(list(OUTCOMES)), rtol=1e-12)
    year_2 = last_months_mean(frame[frame["month"] < 24]).reindex(list(OUTCOMES))
    np.testing.assert_allclose(means[1 + study.years.index(2)], year_2, rtol=1e-12)
    light = study.model({"parameters.trust_gain": 0.03}, 5)  # without the trace of mechanisms
    assert light.tobytes() == means.tobytes()


SCRIPT = """
import sys, time
from pathlib import Path
from cas_model.experiments.sensitivity.folder import prepare_folder, run_in_folder
from cas_model.experiments.sensitivity.study import load_study

study = load_study(sys.argv[1])

def slow(settings, seed):
    time.sleep(0.002)
    return study.model(settings, seed)

folder = Path(sys.argv[2])
prepare_folder(folder, study, overwrite=False)
run_in_folder(folder, study, specification=sys.argv[1], jobs=2, model=slow, batch_size=8)
"""


def _start(script: Path, specification: str, folder: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, str(script), specification, str(folder)]
    return subprocess.Popen(
        words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(stat)
        except OSError:
            continue
    lines = [(stat, (stat.parent / "cmdline").read_bytes()) for stat in found]
    return [int(stat.parent.name) for stat, line in lines if b"popen_loky" in line]


def _stored(folder: Path) -> set[str]:
    return RunStore(folder).finished()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers in /proc")
def test_killed_three_times_at_random_moments_the_tables_are_the_same_to_the_byte(tmp_path: Path) -> None:
    specification = spec(tmp_path, ISHIGAMI)
    study = load_study(specification)
    total = len(plan_runs(study).unique())
    whole = tmp_path / "whole"
    prepare_folder(whole, study, overwrite=False)
    run_in_folder(whole, study, specification=specification)
    cut, script = tmp_path / "cut", tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    chance = random.Random(7)
    finished: set[str] = set()
    for victim in ("main", "worker", "all"):
        process = _start(script, specification, cut)
        enough = len(finished) + chance.randint(20, 90)
        while len(_stored(cut)) < enough:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(chance.uniform(0.0, 0.05))
        if victim == "worker":
            os.kill(_children(process.pid)[0], signal.SIGKILL)
            time.sleep(chance.uniform(0.3, 0.6))  # a new worker takes over
        if victim == "all":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        now = _stored(cut)
        assert finished <= now
        assert len(now) < total
        finished = now
    time.sleep(1.5)  # orphaned workers end by themselves
    (cut / "batches" / "half.123.partial").write_bytes(b"PAR1 torn")
    kept = {path.name: path.read_bytes() for path in RunStore(cut).files()}
    repeated: list[str] = []

    def counted(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        repeated.append(json.dumps(settings))
        return study.model(settings, seed)

    prepare_folder(cut, study, overwrite=False)
    run_in_folder(cut, study, specification=specification, model=counted)
    assert len(repeated) == total - len(finished)  # nothing finished is done again
    assert kept
    for name in TABLES:
        if name != "timings":
            assert (cut / f"{name}.parquet").read_bytes() == (whole / f"{name}.parquet").read_bytes(), name
    assert pd.read_parquet(cut / "timings.parquet")["run"].nunique() == total
    assert not list(cut.rglob("*.partial"))


def test_a_failing_run_is_tried_twice_then_a_row_and_never_again(tmp_path: Path) -> None:
    specification = spec(tmp_path, ISHIGAMI)
    study = load_study(specification)
    tries: list[float] = []

    def broken(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        if float(settings["x1"]) > 3.0:
            tries.append(float(settings["x1"]))
            raise ZeroDivisionError("this run is broken")
        return study.model(settings, seed)

    for _ in range(2):
        prepare_folder(tmp_path / "r", study, overwrite=False)
        made, tables = run_in_folder(tmp_path / "r", study, specification=specification, model=broken)
    runs = tables["runs"]
    failed = runs[runs["status"] == QUARANTINED]
    assert len(failed) == (runs["x1"] > 3.0).sum() == made["failed"] > 0
    assert len(tries) == 2 * len(failed)
    assert failed["y"].isna().all()
    assert failed["trace"].str.contains("Traceback").all()
    assert failed["replay"].str.contains("cas-model").all()
    verdict = tables["verdicts"].iloc[0]
    assert (verdict["status"], verdict["converged"]) == ("refused", False)
    assert verdict["n_missing"] == sum(plan_runs(study).unit[:, 0] > (3.0 + np.pi) / (2 * np.pi))
    assert tables["indices"].empty


def test_undefined_values_are_imputed_only_when_the_specification_says_so(tmp_path: Path) -> None:
    text = ISHIGAMI + '[outcomes]\nnon_finite = "impute"\n'
    study = load_study(spec(tmp_path, text))

    def undefined(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        value = study.model(settings, seed)
        return value if float(settings["x1"]) < 3.0 else value * np.nan

    prepare_folder(tmp_path / "r", study, overwrite=False)
    made, tables = run_in_folder(
        tmp_path / "r", study, specification=str(tmp_path / "spec.toml"), model=undefined
    )
    verdict = tables["verdicts"].iloc[0]
    assert (verdict["status"], verdict["treatment"], made["failed"]) == ("analysed", "impute", 0)
    assert verdict["n_missing"] > 0
    with pytest.raises(UsageError, match="needs every point"):
        load_study(spec(tmp_path, text.replace("impute", "leave_out")))


@pytest.mark.slow
def test_a_run_that_kills_its_worker_is_found_and_costs_no_other(tmp_path: Path) -> None:
    text = ISHIGAMI.replace('"sobol"', '"latin"').replace("n = 64", "n = 24\nanalyses = []")

    def deadly_run(settings: Mapping[str, Value], seed: int) -> np.ndarray[Any, Any]:
        if float(settings["x1"]) > 2.88:
            os.kill(os.getpid(), signal.SIGKILL)
        return np.array([[float(settings["x1"])]])

    study = load_study(spec(tmp_path, text))
    plan, store = plan_runs(study), RunStore(tmp_path / "r")
    deadly = [k for k in range(24) if float(plan.at(k)["x1"]) > 2.88]
    assert len(deadly) == 1
    run_pending(deadly_run, plan, store, pool=pool_of(2), batch_size=2)
    records = store.read(set(plan.runs.ravel()))
    assert len(records) == 24
    killed = {run for run, record in records.items() if record.problem == KILLED}
    assert killed == {plan.runs[k, 0] for k in deadly}


def test_a_batch_is_whole_or_absent_and_a_second_copy_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore(tmp_path)
    records = [RunRecord(f"r{k}", "done", 1, 0.1, "", "", np.array([k, np.nan])) for k in range(5)]
    store.write(records[:3])
    store.write(records[2:])
    store.compact()
    assert len(store.files()) == 1
    found = store.read({"r2", "r4", "other"})
    assert [found[name].results.tolist()[0] for name in ("r2", "r4")] == [2.0, 4.0]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.write([dataclasses.replace(records[0], run="new")])
    monkeypatch.undo()
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        store.write([dataclasses.replace(records[0], run="new")])
    assert store.finished() == {f"r{k}" for k in range(5)}
    assert not list(tmp_path.rglob("*.partial"))


def test_two_processes_cannot_run_one_folder(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with store.locked(), pytest.raises(CasModelError, match="another process"), store.locked():
        pass
    with store.locked():
        assert (tmp_path / ".lock").exists()


def test_another_question_does_not_land_in_a_folder(tmp_path: Path) -> None:
    study = load_study(spec(tmp_path, ISHIGAMI))
    prepare_folder(tmp_path / "r", study, overwrite=False)
    run_in_folder(tmp_path / "r", study, specification=study.origin)
    with pytest.raises(UsageError, match="other factors"):
        prepare_folder(tmp_path / "r", load_study(spec(tmp_path, WORLDS)), overwrite=False)
    with pytest.raises(UsageError, match="something else"):
        prepare_folder(tmp_path, study, overwrite=True)


def same_in_netcdf(folder: Path, runs: pd.DataFrame) -> None:
    """The netCDF file holds what the tables hold, with units."""
    xarray = pytest.importorskip("xarray")
    years = pd.read_parquet(folder / "years.parquet")
    with xarray.open_dataset(folder / "runs.nc", engine="h5netcdf") as data:
        assert data["run"].to_numpy().tolist() == runs["run"].tolist()
        assert data["mean_trust"].to_numpy().tolist() == runs["mean_trust"].tolist()
        assert data["parameters.trust_gain"].to_numpy().tolist() == runs["parameters.trust_gain"].tolist()
        assert data["mean_trust"].attrs["units"] == OUTCOMES["mean_trust"].unit
        assert json.loads(data.attrs["experiment"])["title"]
        for row in years.head(7).to_dict("records"):
            cell = data["mean_trust_by_year"].sel(run=row["run"], year=row["year"])
            assert float(cell) == row["mean_trust"]


def test_the_command_runs_continues_tells_replays_and_exports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specification, out = spec(tmp_path, WORLDS), tmp_path / "r"
    words = ["experiment", "run", specification, "--out", str(out), "--jobs", "1"]
    assert run_command([*words, "--dry-run", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["points"], plan["runs"], plan["left"]) == (20, plan["runs"], plan["runs"])
    assert plan["core_hours"] > 0
    assert not out.exists()
    assert run_command([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["outcome"] for row in document["verdicts"]} == set(OUTCOMES)
    assert run_command(["experiment", "status", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["done"], found["left"], found["state"]) == (plan["runs"], 0, "finished")
    runs = pd.read_parquet(out / "runs.parquet")
    assert run_command(["experiment", "replay", str(out), runs["run"][3], "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["same"] is True
    assert again["settings"]["parameters.trust_gain"] == runs["parameters.trust_gain"][3]
    assert run_command(["experiment", "export", str(out), "--csv", "--netcdf"]) == 0
    assert len(pd.read_csv(out / "csv" / "runs.csv")) == len(runs)
    same_in_netcdf(out, runs)
    capsys.readouterr()
    before = (out / "runs.parquet").read_bytes()
    assert run_command([*words, "--replicates", "2"]) == 0  # the first replicate is reused
    study = load_study(specification, replicates=2)
    assert not pending_runs(plan_runs(study), RunStore(out).finished())
    assert f"of which {plan['runs']} are stored" in capsys.readouterr().err
    first = pd.read_parquet(out / "runs.parquet").set_index("run").loc[runs["run"]]
    assert first["mean_trust"].tolist() == runs["mean_trust"].tolist()
    assert len(before)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "claim level: illustrative" in page
    assert "not converged" in page
    assert run_command(["report", str(out)]) == 0
    assert run_command(["experiment", "replay", str(out), "0123"]) == 2


def _months_of_patients(study: Study, plan: Plan) -> float:
    """Return what an experiment costs: runs, their months, and patients up to a factor."""
    assert study.scenario is not None
    months = study.scenario.burn_in + study.scenario.months
    return (len(plan.unique()) + plan.to_come) * months / study.persons_per_agent


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_specifications_are_whole(path: Path, tmp_path: Path) -> None:
    whole, quick = load_study(str(path)), load_study(str(path), quick=True)
    assert len({factor.key for factor in whole.factors}) == len(whole.factors) >= 10
    assert whole.factors == quick.factors
    plan, more = (plan_so_far(study, RunStore(tmp_path)) for study in (quick, whole))
    assert _months_of_patients(quick, plan) < _months_of_patients(whole, more) / 8
    assert all(factor.source for factor in whole.factors if not factor.choices)
    check_points(quick, plan)


def test_the_example_of_the_readme_loads(tmp_path: Path) -> None:
    text = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    example = text.split("```toml\n", 1)[1].split("```", 1)[0]
    study = load_study(spec(tmp_path, HEAD + example))
    assert (study.n, study.most_n, study.years, study.replicates) == (512, 4096, (1, 5, 10), 2)
    assert [factor.shape for factor in study.factors] == ["uniform", "triangular", "category", "category"]


def test_the_questions_of_the_readme_load(tmp_path: Path) -> None:
    text = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    discovery, robustness, search = (part.split("```", 1)[0] for part in text.split("```toml\n")[2:])
    design = '[design]\nkind = "sensitivity"\nmethod = "latin"\nn = 20\n'
    outcomes = '[outcomes]\nprimary = ["coordinated_care_coverage", "spending"]\n'
    study = load_study(spec(tmp_path, HEAD + design + outcomes + robustness + discovery))
    assert list(study.questions) == ["discovery", "robustness"]
    assert study.points_per_sample == 3
    lever = "[factors]\ngovernance.autonomy = {}\n"
    study = load_study(spec(tmp_path, HEAD + design.replace("latin", "nsga2") + outcomes + lever + search))
    assert study.points_per_sample == 24


SMALLER = {
    "sobol_reform": ("n = 32", "n = 2"),
    "robust_policy": ("n = 16", "n = 2"),
    "best_levers": ("n = 4", "n = 2"),
    "morris_all": ('"parameters.*" = {}', '"parameters.trust_gain" = {}\n"parameters.trust_decay" = {}'),
}


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_specifications_run_and_report(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    before, after = SMALLER[path.stem]
    assert before in text
    small = text.replace(before, after).replace("\nmonths = 24", "\nmonths = 12").replace("= 36", "= 12")
    words = ["experiment", "run", spec(tmp_path, small), "--quick", "--out", str(tmp_path / "r")]
    assert run_command([*words, "--jobs", "1"]) == 0
    runs = pd.read_parquet(tmp_path / "r" / "runs.parquet")
    assert set(runs["status"]) == {"done"}
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    for figure in (tmp_path / "r" / "figures").glob("*.png"):
        assert f'id="figure-{figure.stem}"' in page
    assert page.count("<figure") == len(list((tmp_path / "r" / "figures").glob("*.png"))) >= 1


def test_a_wrong_point_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seats = "".join(f"governance.{kind}_seats = {{ low = 8, high = 9 }}\n" for kind in ("health", "welfare"))
    text = WORLDS.replace("adaptation.learning = {}", seats)
    code = run_command(["experiment", "run", spec(tmp_path, text), "--out", str(tmp_path / "r")])
    assert code == 2
    assert not (tmp_path / "r").exists()
    error = capsys.readouterr().err
    assert "of the design" in error
    assert "seats away" in error


@pytest.mark.parametrize(
    ("method", "n", "words"),
    [
        ("morris", 4, ["elementary effects", "figure-plane", "spread"]),
        ("fast", 65, ["extended FAST", "not converged"]),
        ("rbd_fast", 128, ["RBD-FAST", "figure-convergence"]),
        ("given_data", 128, ["By PAWN", "By Borgonovo", "Latin hypercube"]),
    ],
)
def test_every_design_ends_in_a_report(tmp_path: Path, method: str, n: int, words: list[str]) -> None:
    text = ISHIGAMI.replace('"sobol"', f'"{method}"').replace("n = 64", f"n = {n}")
    out = tmp_path / "r"
    assert run_command(["experiment", "run", spec(tmp_path, text), "--out", str(out), "--jobs", "1"]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    for word in words:
        assert word in page
    indices = pd.read_parquet(out / "indices.parquet")
    assert set(indices["factor"]) == {"x1", "x2", "x3"}
    assert indices["value"].notna().all()
    assert ">nan" not in page


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyboardInterrupt(), "finished runs are kept, and the same command continues"),
        (OSError(28, "No space left on device"), "the disk is full; finished runs are kept"),
    ],
)
def test_a_stop_says_that_finished_runs_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    error: BaseException, words: str,
) -> None:  # fmt: skip
    write = RunStore.write
    written: list[str] = []

    def stop_later(store: RunStore, records: list[RunRecord]) -> Path:
        if len(written) >= 3:
            raise error
        written.extend(record.run for record in records)
        return write(store, records)

    monkeypatch.setattr(RunStore, "write", stop_later)
    command = ["experiment", "run", spec(tmp_path, WORLDS), "--out", str(tmp_path / "r"), "--jobs", "1"]
    assert run_command(command) == 1
    assert words in capsys.readouterr().err
    assert RunStore(tmp_path / "r").finished() == set(written)
    monkeypatch.undo()
    assert run_command(["experiment", "status", str(tmp_path / "r")]) == 0
    assert f"continue: cas-model {' '.join(command)}" in capsys.readouterr().out
    assert run_command(command) == 0


def test_samples_are_doubled_until_the_indices_have_converged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ISHIGAMI.replace("n = 64", "n = 64\nsecond_order = false\nmost_n = 8192\ntolerance = 0.08")
    words = ["experiment", "run", spec(tmp_path, text), "--out", str(tmp_path / "r"), "--jobs", "1"]
    assert run_command(words) == 0
    verdict = pd.read_parquet(tmp_path / "r" / "verdicts.parquet").iloc[0]
    assert verdict["converged"]
    assert verdict["widest"] <= 0.08
    n = int(verdict["n_points"]) // 5
    assert 64 < n < 8192
    assert f"Not converged at n = {n // 2}" in capsys.readouterr().err
    assert run_command(["experiment", "status", str(tmp_path / "r"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 5 * n
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "indices of all drawn outcomes have converged" in page
    with pytest.raises(UsageError, match="cannot grow by doubling"):
        load_study(spec(tmp_path, text.replace('"sobol"', '"latin"')))
