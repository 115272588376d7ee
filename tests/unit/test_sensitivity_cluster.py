"""A sensitivity experiment on a Dask cluster of this machine (needs the extra `cluster`)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cas_model.cli import run_command
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity import pools
from cas_model.experiments.sensitivity.folder import TABLES, prepare_folder, run_in_folder
from cas_model.experiments.sensitivity.run_store import RunStore
from cas_model.experiments.sensitivity.study import load_study

load_registries()

ISHIGAMI = """
title = "t"
question = "q"
source = "s"
[design]
kind = "sensitivity"
method = "sobol"
n = 64
[base]
test_function = "ishigami"
[factors]
x1 = {}
x2 = {}
x3 = {}
"""
SCRIPT = """
import sys, time
from pathlib import Path
from cas_model.experiments.sensitivity.folder import prepare_folder, run_in_folder
from cas_model.experiments.sensitivity.study import load_study

study = load_study(sys.argv[1])

def slow(settings, seed):
    time.sleep(0.005)
    return study.model(settings, seed)

folder = Path(sys.argv[2])
prepare_folder(folder, study, overwrite=False)
run_in_folder(folder, study, specification=sys.argv[1], cluster=sys.argv[3], model=slow, batch_size=8)
"""


@contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_worker_of_a_cluster_is_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    specification = tmp_path / "spec.toml"
    specification.write_text(ISHIGAMI, encoding="utf-8")
    study = load_study(str(specification))
    here, there = tmp_path / "here", tmp_path / "there"
    prepare_folder(here, study, overwrite=False)
    run_in_folder(here, study, specification=str(specification))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    found = tmp_path / "scheduler.json"
    dask = (sys.executable, "-m", "distributed.cli.dask_scheduler")
    worker = (sys.executable, "-m", "distributed.cli.dask_worker")
    at = ("--scheduler-file", str(found))
    with ExitStack() as stack:
        stack.enter_context(_process(*dask, *at, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"))
        alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
        one, _ = (stack.enter_context(_process(*worker, *at, *alone)) for _ in range(2))
        while not found.exists():
            time.sleep(0.05)
        address = json.loads(found.read_text(encoding="utf-8"))["address"]
        time.sleep(4.0)  # until both workers have registered
        main = stack.enter_context(
            _process(sys.executable, str(script), str(specification), str(there), address)
        )
        while len(RunStore(there).finished()) < 40:
            assert main.poll() is None, "it ended before the worker was killed"
            time.sleep(0.02)
        os.kill(one.pid, signal.SIGKILL)
        assert main.wait(timeout=120) == 0
    for name in TABLES:
        if name != "timings":
            assert (there / f"{name}.parquet").read_bytes() == (here / f"{name}.parquet").read_bytes(), name


def test_a_cluster_that_is_not_there_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "REACH_SECONDS", 1)
    specification = tmp_path / "spec.toml"
    specification.write_text(ISHIGAMI, encoding="utf-8")
    words = ["experiment", "run", str(specification), "--out", str(tmp_path / "r"), "--no-report"]
    assert run_command([*words, "--cluster", "tcp://127.0.0.1:1"]) == 2
    error = capsys.readouterr().err
    assert "--cluster tcp://127.0.0.1:1" in error
    assert "fix:" in error
