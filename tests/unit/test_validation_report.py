from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.report.validation_page import markdown, write_validation_report

TARGETS = pd.DataFrame(
    {
        "id": ["T3", "T16", "T22", "T9"], "name": ["satisfied", "loyal", "more", "goals"],
        "use": ["validate", "calibrate", "validate", "validate"],
        "verdict": ["fail", "pass", "pass", "not measurable"],
        "published": ["over 60 %", "80 %", "more", "4"], "low": [0.6, 0.77, 1e-9, None],
        "high": [0.7, 0.83, None, None], "median": [0.9, 0.8, 0.1, None], "least": [0.85, 0.79, 0.05, None],
        "most": [0.95, 0.81, 0.2, None], "seeds": [3, 3, 3, 0], "held": [0.0, 1.0, 1.0, None],
        "level": "Belgium", "source": "S4", "note": ["", "", "", "no indicator"],
        "suspect": ["item difficulty", "visits", "", ""],
    }
)  # fmt: skip
PATTERNS = pd.DataFrame(
    {
        "id": ["P6", "P10"], "name": ["borders", "dominance"], "verdict": ["fail", "pass"],
        "criterion": ["-0.3 or less", "0.35 or more"], "median": [-0.1, 0.4],
        "least": [-0.2, 0.4], "most": [0.0, 0.4], "seeds": [3, 3], "held": [1 / 3, 1.0], "needed": [0.9, 0.9],
        "worlds": ["status_quo", "status_quo"], "source": ["S3", "S4"], "note": ["", ""],
        "fitted": ["", "health_status"], "suspect": ["few discharges", ""],
    }
)  # fmt: skip
TABLES = {"targets": TARGETS, "patterns": PATTERNS}
MADE: dict[str, Any] = {
    "title": "Validation", "question": "Does it?", "claim_level": "illustrative", "seeds": [0, 1, 2],
    "quick": False, "scenarios": {"status_quo": "0123456789abcdef"}, "persons_per_agent": 1000,
    "territory": "flanders", "targets": "t.toml", "targets_hash": "1", "data_hash": "2", "model_hash": "3",
    "command": "cas-model validate", "failed": [], "parameters": ["illustrative"],
}  # fmt: skip


def test_failures_stand_first_with_the_mechanism_suspected() -> None:
    text = markdown(MADE, TABLES)
    assert text.index("What fails") < text.index("What passes") < text.index("What is not measurable")
    assert "suspected: item difficulty" in text
    assert "suspected: visits" not in text  # it passes
    assert "| above 0 |" in text
    assert "Of 3 published figures held out for validation: 1 fail, 1 pass, 1 not measurable." in text
    assert "1 had parameters set to them and are no independent test: P10." in text
    assert "set to it were health_status" in text


def test_the_page_holds_figure_and_tables(tmp_path: Path) -> None:
    page = write_validation_report(tmp_path, MADE, TABLES).read_text(encoding="utf-8")
    assert "0.90 [0.850, 0.950]" in page or "0.900 [0.850, 0.950]" in page
    assert "33 of 90 % needed" in page
    assert (tmp_path / "figures" / "targets.png").exists()
    assert (tmp_path / "report.md").exists()
