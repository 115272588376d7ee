"""A rule is a file: take one away, and that rule is gone and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cas_model.rules import KINDS
from contract.project_files import ROOT

RULES = ROOT / "src" / "cas_model" / "rules"
FILES = sorted(p for kind in KINDS for p in (RULES / kind).glob("*.py") if p.stem != "__init__")
PROBE = Path(__file__).with_name("world_without_a_rule.py")
BATCH = 24
"""Files that one process takes away in turn, each in a fork of its own."""


def _name(path: Path) -> str:
    return path.relative_to(RULES).with_suffix("").as_posix()


def _probe(paths: list[Path]) -> dict[str, Any]:
    names = [_name(path) for path in paths]
    done = subprocess.run(
        [sys.executable, str(PROBE), *names], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _entries(registries: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {(kind, name) for kind, names in registries.items() for name in names}


@pytest.mark.parametrize("first", range(0, len(FILES), BATCH))
def test_taking_a_file_away_takes_exactly_its_rule(first: int) -> None:
    paths = FILES[first : first + BATCH]
    found = _probe(paths)
    everything = _entries(found["registries"])
    for path in paths:
        without = found["without"][_name(path)]
        declared = {(kind, name) for kind, name in found["declared"][f"rules/{_name(path)}.py"]}
        assert declared, path
        assert everything - _entries(without["registries"]) == declared, path
        assert _entries(without["registries"]) <= everything, path
        assert without["ran"] == "two months", path
        rules = {name.lower() for kind, name in declared if kind not in ("parameter", "process")}
        assert len(rules) == 1, path
        rule = rules.pop()
        assert path.stem == rule or path.stem.startswith(f"{rule}_"), "a rule has the name of its file"


def test_a_scenario_that_states_a_missing_rule_says_so() -> None:
    found = _probe([RULES / "funding" / "capitation.py"])
    assert "unknown payment method `capitation`" in found["without"]["funding/capitation"]["status_quo"]
