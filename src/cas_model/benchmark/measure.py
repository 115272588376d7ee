"""One measurement, made in a process of its own: ``python -m cas_model.benchmark.measure JSON``.

The process prints one JSON document. What is asked is a kind (`KINDS`) and its arguments.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cas_model.benchmark.experiment import measure_analysis, measure_experiment

Result = dict[str, Any]
RECORDED = ("measure_", "group_")
"""Beginnings of the names of columns that exist for the records."""
TESTS = Path(__file__).parents[3] / "tests"
"""Where the plain model lies in a source checkout."""


def peak_bytes() -> int:
    """Return the most memory this process has held (a new program's own count, not its parent's)."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def measure_world(
    persons_per_agent: int, threads: int, warm_up_months: int, months: int, territory: str = "flanders"
) -> Result:
    """Build a compiled world and run months of it.

    Parameters
    ----------
    persons_per_agent, threads, territory
        As for `CareSystem`.
    warm_up_months, months : int
        Months before, and months measured.

    Returns
    -------
    dict
        ``init_s``, ``month_s`` (median), ``best_month_s``, ``month_cpu_s`` (processor time), peak bytes
        before, after building and after running, and with one thread ``steps``: seconds a month of each
        step, rows or not, from as many further months.
    """
    from cas_model.model.system import CareSystem

    before = peak_bytes()
    began = time.perf_counter()
    world = CareSystem(
        "status_quo", persons_per_agent=persons_per_agent, threads=threads, territory=territory
    )
    init_s, init_peak = time.perf_counter() - began, peak_bytes()
    for _ in range(warm_up_months):
        world.step()
    walls, cpus = [], []
    for _ in range(months):
        wall, cpu = time.perf_counter(), time.process_time()
        world.step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    found: Result = {
        "patients": world.n_patients,
        "providers": len(world.state.provider),
        "persons_per_agent": persons_per_agent,
        "threads": threads,
        "months": months,
        "init_s": init_s,
        "month_s": statistics.median(walls),
        "best_month_s": min(walls),
        "month_cpu_s": statistics.median(cpus),
        "start_bytes": before,
        "init_bytes": init_peak,
        "run_bytes": peak_bytes(),
        "state_bytes": sum(size for _, size in world.state.nbytes()),
    }
    if threads == 1:
        found["steps"] = _profile(world, months)
    return found


def _profile(world: Any, months: int) -> list[Result]:
    """Return the shortest time a month of every step, longest first."""
    schedule, best = world.schedule, dict[str, float]()
    schedule.timed = True
    for _ in range(months):
        for step in schedule.steps:
            step.seconds = 0.0
        world.step()
        for step in schedule.steps:
            name = step.process.name
            best[name] = min(step.seconds, best.get(name, step.seconds))
    rows = [
        {"step": s.process.name, "rows": bool(s.process.by_rows), "seconds": best[s.process.name]}
        for s in schedule.steps
    ]
    return sorted(rows, key=lambda row: -row["seconds"])


def measure_plain(
    persons_per_agent: int, warm_up_months: int, months: int, territory: str = "flanders"
) -> Result:
    """Build and run the plain Mesa version of the same rules: an object per patient, provider and tie.

    Returns
    -------
    dict
        As `measure_world`; ``init_s`` and the bytes are those of the plain objects alone.
    """
    sys.path.insert(0, str(TESTS))
    from cas_model.model.system import CareSystem

    plain_model: Any = __import__("reference.system", fromlist=["PlainCareSystem"]).PlainCareSystem
    world = CareSystem("status_quo", persons_per_agent=persons_per_agent, territory=territory)
    before = peak_bytes()
    began = time.perf_counter()
    plain = plain_model.from_world(world, exact=False)
    init_s, init_peak = time.perf_counter() - began, peak_bytes()
    for _ in range(warm_up_months):
        plain.step()
    walls = []
    for _ in range(months):
        wall = time.perf_counter()
        plain.step()
        walls.append(time.perf_counter() - wall)
    return {
        "patients": world.n_patients,
        "persons_per_agent": persons_per_agent,
        "threads": 1,
        "months": months,
        "init_s": init_s,
        "month_s": statistics.median(walls),
        "best_month_s": min(walls),
        "start_bytes": before,
        "init_bytes": init_peak,
        "run_bytes": peak_bytes(),
    }


def measure_run(persons_per_agent: int, threads: int, repeats: int, territory: str = "flanders") -> Result:
    """Run whole horizons, outcomes included, one after the other with seeds 0, 1, ...

    Returns
    -------
    dict
        ``seconds`` and, for the last run, ``init_s``, ``months_s`` and ``outcomes_s``; ``run_bytes``.
    """
    from cas_model.model.system import CareSystem

    seconds: list[float] = []
    marks = [0.0, 0.0, 0.0, 0.0]
    for seed in range(repeats):
        marks[0] = time.perf_counter()
        world = CareSystem(
            "status_quo",
            seed=seed,
            persons_per_agent=persons_per_agent,
            threads=threads,
            territory=territory,
        )
        marks[1] = time.perf_counter()
        world.run()
        marks[2] = time.perf_counter()
        world.outcomes_frame()
        marks[3] = time.perf_counter()
        seconds.append(marks[3] - marks[0])
    return {
        "persons_per_agent": persons_per_agent,
        "patients": world.n_patients,
        "months": world.burn_in + world.horizon,
        "threads": threads,
        "seconds": seconds,
        "init_s": marks[1] - marks[0],
        "months_s": marks[2] - marks[1],
        "outcomes_s": marks[3] - marks[2],
        "run_bytes": peak_bytes(),
    }


def measure_recording(
    persons_per_agent: int, threads: int, years: int, territory: str = "flanders"
) -> Result:
    """Run a world that records and writes everything beside one that does not, year by year in turn.

    What is left out of the second: the steps that only count for the records, the traces of mechanisms, the
    months kept, and the tables.

    Returns
    -------
    dict
        ``full_s`` and ``bare_s``: seconds of each year; ``early_bytes`` and ``run_bytes``: most memory held
        after two years, when every buffer has been used, and at the end.
    """
    from cas_model.config.scenario_layers import load_scenario
    from cas_model.config.vocabulary import YEAR
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.run import WorldRequest, care_system
    from cas_model.experiments.run_tables import monthly_tables
    from cas_model.experiments.table_files import TableWriter

    load_registries()
    scenario = load_scenario("status_quo", [f"run.months={12 * years}", "run.burn_in=0"])
    request = WorldRequest("status_quo", scenario, 0, 0, persons_per_agent, territory, threads)
    full, bare = (care_system(request, months_kept=2 * YEAR) for _ in range(2))
    bare.schedule.steps = [
        step for step in bare.schedule.steps
        if not step.process.writes or not all(w.startswith(RECORDED) for w in step.process.writes)
    ]  # fmt: skip
    bare.schedule.watch, bare.records.take = None, lambda month: None
    found: Result = {"persons_per_agent": persons_per_agent, "threads": threads, "full_s": [], "bare_s": []}
    with tempfile.TemporaryDirectory() as folder, TableWriter(Path(folder) / "run") as writer:
        for year in range(years):
            for key, world in (("bare_s", bare), ("full_s", full)):
                began, since = time.perf_counter(), world.month
                for _ in range(YEAR):
                    world.step()
                if world is full:
                    writer.append(monthly_tables(world, None, since))
                    world.records.forget()
                found[key].append(time.perf_counter() - began)
            if year == 1:
                found["early_bytes"] = peak_bytes()
    return found | {"patients": full.n_patients, "run_bytes": peak_bytes()}


def measure_start(persons_per_agent: int, started: float, territory: str = "flanders") -> Result:
    """Return the seconds since `started` (time of day) at which the import and the first month were done."""
    from cas_model.model.system import CareSystem

    imported = time.time() - started
    world = CareSystem("status_quo", persons_per_agent=persons_per_agent, territory=territory)
    world.step()
    return {
        "persons_per_agent": persons_per_agent,
        "import_s": imported,
        "first_month_s": time.time() - started,
    }


def measure_bounds(threads: list[int]) -> Result:
    """Return what this machine could do at best: bytes per second, and ns per patient of plain arithmetic."""
    from cas_model.benchmark.machine import arithmetic_ns, memory_bandwidth
    from cas_model.benchmark.traffic import patient_traffic
    from cas_model.model.schedule import load_processes

    traffic = patient_traffic(load_processes())
    return {
        "bytes_per_s": {str(n): memory_bandwidth(n) for n in threads},
        "arithmetic_ns": arithmetic_ns(),
        "read_bytes": traffic.read,
        "written_bytes": traffic.written,
        "columns": traffic.n_columns,
    }


KINDS: dict[str, Callable[..., Result]] = {
    "world": measure_world,
    "plain": measure_plain,
    "run": measure_run,
    "experiment": measure_experiment,
    "analysis": measure_analysis,
    "recording": measure_recording,
    "start": measure_start,
    "bounds": measure_bounds,
}


def main(words: list[str]) -> None:
    """Measure what the first word asks for, a JSON object with ``kind`` and arguments; print the result."""
    asked: Result = json.loads(words[0])
    result = KINDS[asked.pop("kind")](**asked)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
