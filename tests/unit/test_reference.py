"""What is kept of an experiment for visitors."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.report.reference import what_a_visitor_reads

ROOT = Path(__file__).parents[2]
MOST_BYTES = 3_000_000
"""Of everything kept of one experiment: git holds it for good."""


def _spec(folder: Path) -> None:
    """A ramp of a minute made one of seconds."""
    text = (ROOT / "experiments" / "reform_pace.toml").read_text(encoding="utf-8")
    head, quick, rest = text.partition("[quick]")
    assert quick
    small = '\nreplicates = 2\npersons_per_agent = 5000\nterritory = "small"\nburn_in = 2\n'
    folder.mkdir()
    (folder / "pace.toml").write_text(head + quick + small + "\n[outcomes]" + rest.partition("[outcomes]")[2])


def test_an_experiment_is_run_once_and_kept_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _spec(tmp_path / "experiments")
    monkeypatch.chdir(tmp_path)
    words = ["experiment", "reference", "--quick", "--jobs", "1"]
    assert run_command(words) == 0
    kept = tmp_path / "results" / "reference" / "pace"
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    primary = manifest["experiment"]["primary"]
    assert set(pd.read_csv(kept / "loops.csv")["outcome"]) <= set(primary)
    assert not list(kept.glob("runs*"))
    assert list((kept / "figures").glob("*.png"))
    assert sum(path.stat().st_size for path in kept.rglob("*")) < MOST_BYTES
    index = (kept.parent / "README.md").read_text(encoding="utf-8")
    assert manifest["experiment"]["title"] in index
    assert manifest["code_hash"] in index
    run_folder = tmp_path / "results" / "work" / "pace_quick"
    before = (run_folder / "manifest.json").stat().st_mtime_ns
    assert run_command([*words, "pace"]) == 0
    assert (run_folder / "manifest.json").stat().st_mtime_ns == before, "what is done is left alone"
    capsys.readouterr()
    assert run_command(["experiment", "reference", "pase"]) == 2
    assert "pace" in capsys.readouterr().err


def test_of_many_factors_and_conditions_the_strongest_and_the_longest_are_kept() -> None:
    factors = [f"f{k:03d}" for k in range(400)]
    rows = [
        {"outcome": outcome, "year": year, "index": "mu_star", "factor": factor, "value": float(k) + year}
        for outcome in ("mean_trust", "spending") for year in (0, 1, 5) for k, factor in enumerate(factors)
    ]  # fmt: skip
    kept = what_a_visitor_reads("indices", pd.DataFrame(rows), ["mean_trust"])
    assert set(kept["factor"]) == set(factors[-5:])
    assert (set(kept["year"]), set(kept["outcome"])) == ({0}, {"mean_trust"})
    course = pd.DataFrame({"outcome": "spending", "condition": ["a", "b", "b"], "year": [1, 1, 2]})
    assert what_a_visitor_reads("course", course, ["spending"])["condition"].tolist() == ["b", "b"]
    verdicts = pd.DataFrame({"outcome": ["spending"], "converged": [True]})
    assert len(what_a_visitor_reads("verdicts", verdicts, ["spending"])) == 1
    text = pd.Series([], dtype="category")
    nothing = pd.DataFrame(dict.fromkeys(("outcome", "year", "index", "factor", "value"), text))
    assert what_a_visitor_reads("indices", nothing, ["spending"]).empty, "a policy question has no indices"
