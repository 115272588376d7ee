"""The tutorial on theories: its file and its commands are run as they stand, on a small territory."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cas_model.cli import run_command
from cas_model.experiments.registries import load_registries
from cas_model.theory.contest_store import read_contest
from cas_model.theory.refinement_store import read_refinement
from cas_model.theory.store import read_trial
from theory_files import SMALL_SIZE

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tutorial_theory.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|toml|text)\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
FILE = Path("theories/sitting_together.toml")
RIGHT = ("mean_trst", "mean_trust")
SIZE = SMALL_SIZE.replace("months = 24", "months = 30")  # borders are redrawn in month 24
RUNS = ("test", "refine", "contest")

load_registries()


def _correct() -> None:
    FILE.write_text(FILE.read_text(encoding="utf-8").replace(*RIGHT), encoding="utf-8")


def test_every_command_and_file_of_the_tutorial_works_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "theories", tmp_path / "theories")
    for other in Path("theories").glob("PT8*"):
        other.write_text(other.read_text(encoding="utf-8") + SIZE, encoding="utf-8")
    said, ran = "", []
    for kind, body in BLOCKS:
        if kind == "toml":
            assert body.startswith(f"# {FILE}\n")
            FILE.write_text(body + SIZE, encoding="utf-8")
        elif kind == "text":  # what a check says: first of the slip, then of the file put right
            for line in body.splitlines():
                assert line.strip() in said, line
            _correct()
            assert run_command(["theory", "check", "sitting_together"]) == 0
            said = " ".join(capsys.readouterr().out.split())
        else:
            words = body.split()[1:]
            ran.append(words[1])
            small = ["--jobs", "1", "--no-report"] if words[1] in RUNS else []
            assert run_command([*words, *small]) == (2 if words[1] == "check" else 0)
            printed = capsys.readouterr()
            said = " ".join((printed.out + printed.err).split())
    assert ran == ["new", "check", *RUNS]
    manifest, tables = read_trial(Path("results/theory_sitting_together_quick"))
    assert manifest["theory"]["title"] == "Those who sit together work together"
    effect = tables["trial_effects"].set_index(["contrast", "place", "outcome"])["effect"]
    with_it, without = (effect[c, "context", "mean_trust"] for c in ("effect", "mechanism off"))
    assert with_it > 0.003
    assert abs(without) < 0.2 * with_it, "without familiarity it is gone"
    assert (
        read_refinement(Path("results/refine_sitting_together"))[0]["refinement"]["outcome"] == "mean_trust"
    )
    told = read_contest(Path("results/contest_sitting_together_PT8_borders_and_rest"))[0]["contest"]
    assert told["first"]["own"] == ["M26"]
