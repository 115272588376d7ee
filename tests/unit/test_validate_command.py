"""`cas-model validate` from the command line, on a world of a few patients."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cas_model.calibration.measurements import BASELINE
from cas_model.calibration.worlds import WORLDS
from cas_model.cli import run_command
from cas_model.config.parameter_sets import write_parameter_sets
from contract.project_files import ROOT

TARGETS = ROOT / "calibration" / "targets.toml"
SMALL = ("--territory", "small", "--quick", "--persons-per-agent", "5000", "--replicates", "2", "--jobs", "1",
         "--no-report")  # fmt: skip


def test_a_quick_validation_judges_what_the_status_quo_decides_on_a_set_per_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two years, and without the stress test, which takes longer than they do.
    usual = WORLDS[BASELINE]
    also = tuple(name for name in usual.also if name != "stress_test")
    brief = replace(usual, layer={"run.months": 13, "run.burn_in": 12}, also=also)
    monkeypatch.setitem(WORLDS, BASELINE, brief)
    blocks = TARGETS.read_text(encoding="utf-8").split("[[targets]]")
    asked, sets, out = tmp_path / "targets.toml", tmp_path / "sets.toml", tmp_path / "v"
    asked.write_text("[[targets]]".join(b for b in blocks if 'id = "T26"' not in b), encoding="utf-8")
    write_parameter_sets(sets, ["staff_cost"], [[85000.0], [70000.0]], title="Made up",
                         claim_level="calibrated", provenance={})  # fmt: skip
    words = ["validate", str(asked), *SMALL, "--parameters", str(sets), "--sets", "2", "--out", str(out)]
    assert run_command(words) == 0
    assert "fail: " in capsys.readouterr().out
    targets = pd.read_csv(out / "targets.csv").set_index("name")
    assert targets.loc["patients loyal to one practice", "seeds"] == 2
    assert targets.loc["forfait against fee: total cost", "verdict"] == "not run"
    assert {"pass", "fail"} <= set(targets["verdict"])
    staff = targets.loc["zones below one member of staff"]
    assert staff["least"] < staff["most"]  # staff that costs more is less staff
    patterns = pd.read_csv(out / "patterns.csv").set_index("id")
    assert len(patterns) == 25
    assert patterns.loc["P4", "verdict"] == "not run"
    assert patterns.loc["P8", "verdict"] == "not measurable"  # the run is too short for it
    assert patterns.loc["P13", "verdict"] == "not measurable"
    assert patterns.loc["P16", "verdict"] in ("pass", "fail")
    assert len(pd.read_csv(out / "fit.csv")) > 5
    made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (made["seeds"], made["failed"], made["claim_level"]) == ([0, 1], [], "calibrated")
    assert len(made["parameters"]) == 2


def test_a_folder_that_holds_something_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "mine.txt").write_text("x")
    assert run_command(["validate", str(TARGETS), *SMALL, "--out", str(tmp_path / "v")]) == 2
    assert "--overwrite" in capsys.readouterr().err
