"""The TRACE document says what a stored validation says, and that there is none where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cas_model.report.documents import write_trace
from contract.project_files import ROOT
from unit.test_validation_report import MADE, PATTERNS, TARGETS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a stored validation and one kept experiment."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "architecture.md").write_text("| `tests/unit` | does it? |\n", encoding="utf-8")
    kept = tmp_path / "results" / "reference" / "validation"
    kept.mkdir(parents=True)
    (kept / "manifest.json").write_text(json.dumps(MADE), encoding="utf-8")
    TARGETS.to_csv(kept / "targets.csv", index=False)
    PATTERNS.to_csv(kept / "patterns.csv", index=False)
    fit = {"marginal": "65+", "target": 21.1, "synthesised": 21.0, "unit": "%", "ok": True}
    pd.DataFrame([fit]).to_csv(kept / "fit.csv", index=False)
    experiment = kept.parent / "morris_all"
    experiment.mkdir()
    (experiment / "answer.md").write_text("# What matters?\n\nWhich?\n\n- Trust does.\n", encoding="utf-8")
    return tmp_path


def test_what_fails_is_said_first_and_again_in_its_table(project: Path) -> None:
    text = write_trace(project)
    short, rest = text.split("## 1. Problem formulation")
    assert "**What does not hold**, by number: T3, P6." in short
    held_out = rest[rest.index("were held out") : rest.index("only bound what is plausible")]
    assert (
        "| T3 satisfied | over 60 % | 0.600 to 0.700 | 0.900 [0.850, 0.950] | ✗ fail |  | item difficulty |"
        in (held_out)
    )
    assert "T16" not in held_out  # it was for calibration
    assert "| P6 borders |" in rest
    assert "33.3 %" in rest


def test_what_accepted_sets_show_stands_beside_it(project: Path) -> None:
    kept = project / "results" / "reference" / "validation_calibrated"
    kept.mkdir()
    (kept / "manifest.json").write_text(json.dumps(MADE), encoding="utf-8")
    met = TARGETS["id"] == "T3"
    better = TARGETS.assign(
        verdict=TARGETS["verdict"].where(~met, "pass"), median=TARGETS["median"].where(~met, 0.65)
    )
    better.to_csv(kept / "targets.csv", index=False)
    PATTERNS.to_csv(kept / "patterns.csv", index=False)
    text = write_trace(project)
    assert "✗ fail | ✓ 0.650 [0.850, 0.950] | item difficulty |" in text
    assert "With the first of the accepted sets" in text.split("## 1. Problem formulation")[0]


def test_what_cannot_be_measured_keeps_its_reason(project: Path) -> None:
    text = write_trace(project)
    assert "| T9 goals | no indicator |" in text[text.index("### What cannot be measured") :]


def test_fit_experiments_and_kinds_of_tests_are_told(project: Path) -> None:
    text = write_trace(project)
    assert "| 65+ | 21.1 | 21 | % | yes |" in text
    assert "### What matters?" in text
    assert "- Trust does." in text
    assert "| `tests/unit` | does it? |" in text


def test_without_a_stored_validation_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    text = write_trace(tmp_path)
    assert "No validation is stored yet" in text
    assert "What does not hold" not in text
    assert "No results of sensitivity experiments are kept yet" in text
