"""The benchmark measures what it says, and its tables and figure say what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cas_model.benchmark import experiment, measure, suite
from cas_model.benchmark.figure import draw_benchmark, load_peers
from cas_model.benchmark.machine import arithmetic_ns, memory_bandwidth
from cas_model.benchmark.plan import Target, load_plan, parse_sizes, persons_per_agent
from cas_model.benchmark.summary import (
    bound_ns,
    measured_targets,
    memory_floor_ns,
    profile_rows,
    size_rows,
    verdicts,
)
from cas_model.benchmark.table import as_csv, as_markdown, fill_marked, sizes_table, summary_markdown
from cas_model.benchmark.traffic import patient_traffic
from cas_model.config.adaptation import default_rules
from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import CasModelError, UsageError
from cas_model.model.schedule import in_force, load_processes

PLAN = load_plan()


def world(patients: int, threads: int, ns: float, rows_ns: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "patients": patients,
        "persons_per_agent": persons_per_agent(patients),
        "threads": threads,
        "init_s": 0.5,
        "month_s": ns * patients / 1e9,
        "best_month_s": ns * patients / 1e9,
        "start_bytes": 2e8,
        "run_bytes": 4e8,
        "state_bytes": 100 * patients,
    }
    if threads == 1:
        seconds = rows_ns * patients / 1e9
        found["steps"] = [
            {"step": "age_people", "rows": True, "seconds": 0.75 * seconds},
            {"step": "give_access", "rows": True, "seconds": 0.25 * seconds},
            {"step": "update_ties", "rows": False, "seconds": (ns - rows_ns) * patients / 2e9},
        ]
    return found


@pytest.fixture
def document() -> dict[str, Any]:
    plain = world(100_000, 1, 20_000.0, 0.0)
    del plain["steps"], plain["state_bytes"]
    return {
        "created": "2026-11-23T09:00:00+00:00",
        "machine": {
            "processor": "Some CPU",
            "cores": 2,
            "memory_gb": 16.0,
            "system": "Linux 6",
            "python": "3.11.9",
            "libraries": {"numba": "0.61"},
            "load": 0.1,
        },
        "notes": [],
        "bounds": [
            {
                "bytes_per_s": {"1": 20e9, "2": 30e9},
                "arithmetic_ns": 1.5,
                "read_bytes": 60,
                "written_bytes": 40,
                "columns": 30,
            }
        ],
        "worlds": [
            world(100_000, 1, 80.0, 40.0),
            world(100_000, 2, 60.0, 20.0),
            world(1_000_000, 1, 44.0, 42.0),
            world(1_000_000, 2, 22.0, 20.0),
        ],
        "plain": [plain],
        "runs": [
            {"persons_per_agent": 1, "seconds": [31.0], "run_bytes": 9e8},
            {"persons_per_agent": 100, "seconds": [5.0, 0.9, 0.7, 0.8], "run_bytes": 4e8},
        ],
        "experiment": [
            {"runs": 24, "seconds": 3.0, "jobs": 2, "busy_s": 5.7, "early_bytes": 8e8, "late_bytes": 8.05e8}
        ],
        "analysis": [{"runs": 20480, "seconds": 42.0}],
        "recording": [
            {
                "full_s": [1.0, 1.25, 9.0],
                "bare_s": [1.1, 1.1, 1.1],
                "early_bytes": 5e8,
                "run_bytes": 5.05e8,
            }
        ],
        "warm_starts": [{"first_month_s": s} for s in (1.4, 1.5, 9.0)],
        "cold_starts": [{"first_month_s": 41.5}],
    }


def test_the_plan_covers_every_size_with_one_and_two_threads() -> None:
    steps = suite.steps_of(PLAN)
    worlds = [a for _, kind, a in steps if kind == "world"]
    assert {(a["persons_per_agent"], a["threads"]) for a in worlds} == {
        (ppa, threads) for ppa in (665, 67, 7, 1) for threads in (1, 2)
    }
    assert sum(section == "cold_starts" for section, *_ in steps) == 1
    assert {kind for _, kind, _ in steps} <= set(measure.KINDS)


def test_other_sizes_leave_whole_runs_out() -> None:
    plan = PLAN.narrowed((20_000, 3_000_000))
    assert plan.plain_patients == (20_000,)
    assert {kind for _, kind, _ in suite.steps_of(plan)} == {"bounds", "world", "plain"}


@pytest.mark.parametrize("text", ["many", "", "10", "1e9", "nan", "10000;20000"])
def test_sizes_that_cannot_be_measured_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--sizes"):
        parse_sizes(text)


def test_a_target_is_a_bound_from_below_or_above() -> None:
    assert Target("", "", least=3.0).met(3.0)
    assert not Target("", "", least=3.0).met(2.9)
    assert Target("", "", most=3.0).met(3.0)
    assert not Target("", "", most=3.0).met(3.1)


def test_traffic_counts_a_column_once_in_and_once_out() -> None:
    steps = {p.name: p for p in load_processes()}
    needs = patient_traffic([steps["draw_needs"]])
    # contact_rate and admission_hazard (4 bytes each) and needs (1) come in; needs goes out.
    assert (needs.read, needs.written, needs.n_columns) == pytest.approx((9, 1, 3))
    both = patient_traffic([steps["draw_needs"], steps["draw_needs"], steps["update_ties"]])
    assert both == needs
    # literacy (4 bytes) and digital (1) come in and barrier (4) in and out, for a twelfth of the patients.
    yearly = patient_traffic([steps["M65_lose_way"]])
    assert (yearly.read, yearly.written) == pytest.approx((9 / 12, 4 / 12))
    whole = patient_traffic(load_processes())
    assert needs.total + yearly.total < whole.written <= whole.read


def test_rows_relate_time_to_the_bound_and_to_plain_mesa(document: dict[str, Any]) -> None:
    assert memory_floor_ns(document, 1) == pytest.approx(5.0)
    assert bound_ns(document, 2) == pytest.approx(100 / 30)
    first, second, *_, last = size_rows(document)
    assert (first["patients"], first["threads"]) == (100_000, 1)
    assert first["serial"] == pytest.approx(0.5)
    assert first["times_bound"] == pytest.approx(16.0)
    assert first["times_plain"] == pytest.approx(250.0)
    assert first["bytes"] == 100
    assert second["serial"] is None
    assert (last["model"], last["bytes"]) == ("plain Mesa", 2000)


def test_arithmetic_is_the_bound_where_it_is_larger(document: dict[str, Any]) -> None:
    document["bounds"][0]["arithmetic_ns"] = 50.0
    assert bound_ns(document, 1) == 50.0
    assert bound_ns(document, 2) == 25.0


def test_targets_are_compared_with_what_was_measured(document: dict[str, Any]) -> None:
    values = measured_targets(document)
    assert values == pytest.approx(
        {
            "whole_flanders_seconds": 31.0,
            "whole_flanders_gb": 0.9,
            "default_run_seconds": 0.8,
            "times_plain_mesa": 250.0,
            "linearity": 40 / 22,
            "two_threads": 2.0,
            "class_runs_per_second": 8.0,
            "scheduling_share": 5.0,
            "worker_growth_mb": 5.0,
            "analysis_seconds": 42.0,
            "recording_share": 12.0,
            "recording_growth_mb": 5.0,
            "warm_start_seconds": 1.5,
            "cold_compile_seconds": 40.0,
        }
    )
    missed = [v.target.says for v in verdicts(document, PLAN) if v.words == "missed"]
    assert [says.partition(",")[0] for says in missed] == [
        "every inhabitant",
        "faster than plain Mesa at 100 000 patients",
        "most over least ns per patient-month from 100 000 patients up",
        "1:1000",
    ]


def test_the_profile_accounts_for_the_whole_month(document: dict[str, Any]) -> None:
    rows = profile_rows(document, most=2)
    assert [row["step"] for row in rows[:2]] == ["age_people", "update_ties"]
    assert sum(row["shares"][0] for row in rows) == pytest.approx(1.0)
    assert sum(row["shares"][1] for row in rows) == pytest.approx(1.0)


def test_tables_hold_the_numbers(document: dict[str, Any]) -> None:
    text = as_markdown(sizes_table(document))
    assert "| cas_model | 1 000 000 | 2 | 0.50 | 22.0 |" in text
    assert text.splitlines()[1].startswith("| --- | ---: |")
    assert "cas_model,1000000,2,0.50,22.0" in as_csv(sizes_table(document))
    summary = summary_markdown(document, PLAN)
    assert "Some CPU, 2 cores" in summary
    assert "| at most 30 s | 31.0 s | missed |" in summary


def test_the_readme_is_filled_between_its_markers(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("a\n<!-- benchmark: begin (x) -->\nold\n<!-- benchmark: end -->\nb\n", encoding="utf-8")
    assert fill_marked(path, "benchmark", "new\ntext")
    filled = "a\n<!-- benchmark: begin (x) -->\n\nnew\ntext\n\n<!-- benchmark: end -->\nb\n"
    assert path.read_text(encoding="utf-8") == filled
    assert not fill_marked(path, "benchmark", "new\ntext")
    with pytest.raises(UsageError, match="markers"):
        fill_marked(path, "profile", "x")
    with pytest.raises(UsageError, match="markers"):
        fill_marked(tmp_path / "none.md", "profile", "x")


def test_the_figure_names_every_line(document: dict[str, Any]) -> None:
    peers = load_peers()
    figure = draw_benchmark(document, peers)
    names = [text.get_text() for text in figure.axes[0].texts]
    assert {"cas_model, 1 thread", "cas_model, 2 threads", "plain Mesa"} <= set(names)
    assert {peer["name"] for peer in peers} <= set(names)
    assert any("bound" in name for name in names)
    assert [text.get_text() for text in figure.axes[1].texts] == ["cas_model", "plain Mesa"]
    for axes in figure.axes:
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_the_machine_gives_finite_bounds() -> None:
    assert memory_bandwidth(2, elements=30_000) > 1e8
    assert 0.05 < arithmetic_ns() < 1000.0


SMALL: dict[str, Any] = {"persons_per_agent": 5000, "territory": "small"}


def test_plain_mesa_is_measured_on_the_same_patients() -> None:
    plain = measure.measure_plain(**SMALL, warm_up_months=0, months=1)
    compiled = measure.measure_world(**SMALL, threads=1, warm_up_months=1, months=2)
    assert plain["patients"] == compiled["patients"]
    assert plain["month_s"] > compiled["best_month_s"]


def test_every_measurement_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = measure.measure_world(**SMALL, threads=1, warm_up_months=1, months=2)
    assert found["patients"] > 0
    page = 1_000_000  # a process may give a little back meanwhile
    assert found["start_bytes"] <= found["init_bytes"] + page <= found["run_bytes"] + 2 * page
    assert {step["step"] for step in found["steps"]} == {
        p.name for p in in_force(load_processes(), default_rules())
    }
    assert "steps" not in measure.measure_world(**SMALL, threads=2, warm_up_months=0, months=1)
    run = measure.measure_run(**SMALL, threads=1, repeats=2)
    assert (run["months"], len(run["seconds"])) == (144, 2)
    recording = measure.measure_recording(**SMALL, threads=1, years=3)
    assert len(recording["full_s"]) == len(recording["bare_s"]) == 3
    assert min(recording["full_s"]) > 0
    runs = experiment.measure_experiment(**SMALL, samples=4, jobs=1)
    assert (runs["runs"], runs["early_bytes"], runs["late_bytes"]) == (40, 0, 0)  # no workers
    assert 0.5 * runs["seconds"] < runs["busy_s"] <= runs["seconds"]
    analysis = experiment.measure_analysis(samples=4, jobs=1)
    assert (analysis["runs"], analysis["outcomes"]) == (80, len(OUTCOMES))
    measure.main([json.dumps({"kind": "start", "started": 0.0, **SMALL})])
    printed = json.loads(capsys.readouterr().out)
    assert printed["first_month_s"] >= printed["import_s"] > 0


def test_a_failed_measurement_is_named() -> None:
    with pytest.raises(CasModelError, match=r"`world` \(persons_per_agent=0.*persons_per_agent is 0"):
        suite.ask_process("world", persons_per_agent=0, threads=1, warm_up_months=0, months=1)


def test_the_suite_gathers_every_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "plain_model_exists", lambda: False)
    asked: list[tuple[str, bool]] = []

    def ask(kind: str, cache: Path | None = None, **arguments: Any) -> dict[str, Any]:
        asked.append((kind, cache is not None))
        return {"kind": kind, **arguments}

    document: dict[str, Any] = {}
    for _, so_far in suite.run_suite(PLAN, ask):
        document = so_far
    assert len(document["worlds"]) == len(PLAN.patients) * len(PLAN.threads)
    assert document["plain"] == []
    assert "source checkout" in document["notes"][0]
    # Only the last start compiles everything anew.
    assert [fresh for _, fresh in asked] == [False] * (len(asked) - 1) + [True]
    json.dumps(document, allow_nan=False)
