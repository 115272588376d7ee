from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cas_model.experiments.compilation import kernels_are_compiled


def test_a_machine_without_compiled_kernels_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not kernels_are_compiled()
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "kernel.nbi").touch()
    assert kernels_are_compiled()


CHECK = """
from cas_model.experiments.compilation import TINY, _compile_share
from cas_model.model.system import CareSystem
_compile_share(0, 10**6)
world = CareSystem("status_quo", persons_per_agent=TINY, territory="small")
first = world.schedule.steps[0]
compiled = list(first.process.kernel.signatures)
world.step()
print(len(compiled), compiled == list(first.process.kernel.signatures))
"""


def test_a_share_is_compiled_for_the_types_that_a_month_uses() -> None:
    """In a fresh process: running the step must ask for no other signature, or the start is paid twice."""
    found = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["1", "True"]
