"""The whole benchmark: every measurement in a fresh process, gathered in one document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cas_model.benchmark import measure
from cas_model.benchmark.machine import describe_machine
from cas_model.benchmark.plan import BenchPlan, n_cores, persons_per_agent
from cas_model.config.errors import CasModelError

Document = dict[str, Any]
SECTIONS = (
    "bounds", "worlds", "plain", "runs", "experiment", "analysis", "recording", "warm_starts", "cold_starts",
)  # fmt: skip
Ask = Callable[..., dict[str, Any]]


def plain_model_exists() -> bool:
    """Whether the plain Mesa version is at hand: it comes with the source, not with the installed package."""
    return (measure.TESTS / "reference" / "system.py").is_file()


def ask_process(kind: str, *, cache: Path | None = None, **arguments: Any) -> dict[str, Any]:
    """Measure in a fresh process and return what it printed.

    Parameters
    ----------
    kind : str
        A key of `measure.KINDS`.
    cache : Path, optional
        Folder for compiled kernels, when not the usual one.
    **arguments
        Of the measuring function; `started` is added for the start of a process.

    Raises
    ------
    CasModelError
        The process failed; the message names the measurement and the error it ended with.
    """
    environment = dict(os.environ)
    source = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [source, environment.get("PYTHONPATH", "")]))
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    asked = {"kind": kind, **arguments}
    if kind == "start":
        asked["started"] = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "cas_model.benchmark.measure", json.dumps(asked)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line and not line.startswith(" ")]
        last = said[-1] if said else f"it ended with code {done.returncode}"
        shown = ", ".join(f"{k}={v}" for k, v in arguments.items())
        raise CasModelError(f"the measurement `{kind}` ({shown}) failed: {last}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def steps_of(plan: BenchPlan) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the measurements of a plan in order: section of the document, kind, arguments."""
    steps: list[tuple[str, str, dict[str, Any]]] = [("bounds", "bounds", {"threads": list(plan.threads)})]
    months = {"warm_up_months": plan.warm_up_months, "months": plan.months}
    for patients in plan.patients:
        for threads in plan.threads:
            scale = {"persons_per_agent": persons_per_agent(patients), "threads": threads}
            steps.append(("worlds", "world", scale | months))
    if plain_model_exists():
        months = {"warm_up_months": plan.plain_warm_up_months, "months": plan.plain_months}
        for patients in plan.plain_patients:
            steps.append(("plain", "plain", {"persons_per_agent": persons_per_agent(patients)} | months))
    for run in plan.runs:
        steps.append(("runs", "run", vars(run).copy()))
    if plan.experiment is not None:
        asked, jobs = plan.experiment, {"jobs": n_cores()}
        runs = {"persons_per_agent": asked.persons_per_agent, "samples": asked.samples}
        steps.append(("experiment", "experiment", runs | jobs))
        steps.append(("analysis", "analysis", {"samples": asked.analysed_samples} | jobs))
    if plan.recording is not None:
        steps.append(("recording", "recording", vars(plan.recording).copy()))
    start = {"persons_per_agent": plan.start_persons_per_agent}
    steps += [("warm_starts", "start", start)] * plan.start_repeats
    if plan.cold:
        steps.append(("cold_starts", "start", start))
    return steps


def run_suite(plan: BenchPlan, ask: Ask = ask_process) -> Iterator[tuple[str, Document]]:
    """Measure everything, one thing at a time.

    Parameters
    ----------
    plan : BenchPlan
    ask : callable
        Makes one measurement; `ask_process` unless a test stands in for it.

    Yields
    ------
    (str, dict)
        What was measured last, and the document so far: ``machine``, ``created``, lists of results by
        section, and ``notes`` on what was left out. It is complete when the iteration ends.
    """
    document: Document = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "notes": [],
        **{section: [] for section in SECTIONS},
    }
    if not plain_model_exists():
        document["notes"].append("plain Mesa is not measured: its model comes with the source checkout")
    # So that no measurement pays for compiling: the tiny territory uses every kernel of the large one.
    ask("start", persons_per_agent=1000, territory="small")
    yield "kernels", document
    for section, kind, arguments in steps_of(plan):
        if section == "cold_starts":
            with tempfile.TemporaryDirectory() as empty:
                found = ask(kind, cache=Path(empty), **arguments)
        else:
            found = ask(kind, **arguments)
        document[section].append(found)
        yield kind, document
