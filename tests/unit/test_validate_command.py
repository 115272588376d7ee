"""`cas-model validate` from the command line, on a world of a few patients."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cas_model.cli import run_command
from contract.project_files import ROOT

SMALL = ["validate", str(ROOT / "calibration" / "targets.toml"), "--territory", "small", "--quick",
         "--persons-per-agent", "5000", "--replicates", "2", "--jobs", "1", "--no-report"]  # fmt: skip


def test_a_quick_validation_judges_what_the_status_quo_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*SMALL, "--out", str(tmp_path / "v")]) == 0
    said = capsys.readouterr().out
    assert "fail: " in said
    targets = pd.read_csv(tmp_path / "v" / "targets.csv").set_index("name")
    assert targets.loc["patients loyal to one practice", "seeds"] == 2
    assert targets.loc["forfait against fee: total cost", "verdict"] == "not run"
    assert {"pass", "fail"} <= set(targets["verdict"])
    patterns = pd.read_csv(tmp_path / "v" / "patterns.csv").set_index("id")
    assert len(patterns) == 25
    assert patterns.loc["P4", "verdict"] == "not run"
    assert patterns.loc["P13", "verdict"] == "not measurable"
    assert patterns.loc["P16", "verdict"] in ("pass", "fail")
    assert len(pd.read_csv(tmp_path / "v" / "fit.csv")) > 5
    made = json.loads((tmp_path / "v" / "manifest.json").read_text(encoding="utf-8"))
    assert made["seeds"] == [0, 1]
    assert made["failed"] == []


def test_a_folder_that_holds_something_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "mine.txt").write_text("x")
    assert run_command([*SMALL, "--out", str(tmp_path / "v")]) == 2
    assert "--overwrite" in capsys.readouterr().err
