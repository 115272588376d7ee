"""The server's temporary folder goes with the run, and the next run removes what a killed one left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cas_model.server.own_folder import PREFIX, make_own_folder

MAKE = (
    "import sys, time; from pathlib import Path; from cas_model.server.own_folder import make_own_folder; "
    "print(make_own_folder(Path(sys.argv[1])), flush=True); "
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are asked by a POSIX signal")


def _started(inside: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKE + then, str(inside)], stdout=subprocess.PIPE, text=True
    )


def test_a_runs_folder_is_removed_at_its_exit(tmp_path: Path) -> None:
    with _started(tmp_path, "pass") as run:
        told, _ = run.communicate(timeout=30)
    assert Path(told.strip()).name.startswith(f"{PREFIX}{run.pid}_")
    assert list(tmp_path.iterdir()) == []


def test_the_next_start_removes_what_a_killed_run_left_and_spares_the_living(tmp_path: Path) -> None:
    stranger = tmp_path / f"{PREFIX}somebody_else"
    stranger.mkdir()
    with _started(tmp_path, "time.sleep(60)") as run:
        assert run.stdout is not None
        left = Path(run.stdout.readline().strip())
        first = make_own_folder(tmp_path)
        assert left.is_dir()
        run.send_signal(signal.SIGKILL)
        run.wait(timeout=30)
    assert left.is_dir()
    second = make_own_folder(tmp_path)
    assert set(tmp_path.iterdir()) == {stranger, first, second}
