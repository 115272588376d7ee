"""What the measurements say: rows per size, ratios to bounds and to plain Mesa, targets met or missed."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

from cas_model.benchmark.plan import BenchPlan, Target

Document = dict[str, Any]
Row = dict[str, Any]
_LARGE = 900_000
"""Patients from which a second thread is expected to pay."""
_SCALING = 90_000
"""Patients from which time is expected to grow in proportion."""
_COMPILED, _PLAIN = "cas_model", "plain Mesa"


def size_rows(document: Document) -> list[Row]:
    """Return one row per model, size and threads, smallest size first.

    Returns
    -------
    list of dict
        ``model``, ``patients``, ``threads``; ``init_s``; ``ns`` per patient-month (median); ``best_ns``;
        ``serial`` share of a month spent outside the patient steps (one thread only); ``peak_mb`` of the
        process; ``bytes`` per patient, of the columns or (plain Mesa) of the objects; ``times_bound`` (ns
        over the larger of the memory and arithmetic bounds, compiled only) and ``times_plain`` (plain
        Mesa's ns over this, where measured).
    """
    plain_ns = {p["persons_per_agent"]: _ns(p) for p in document["plain"]}
    rows = []
    for found in document["worlds"]:
        row = _row(_COMPILED, found)
        bound = bound_ns(document, found["threads"])
        if bound is not None:
            row["times_bound"] = row["ns"] / bound
        if "steps" in found:
            row["serial"] = max(0.0, 1.0 - _rows_seconds(found) / found["best_month_s"])
        if found["persons_per_agent"] in plain_ns:
            row["times_plain"] = plain_ns[found["persons_per_agent"]] / row["ns"]
        rows.append(row)
    rows += [_row(_PLAIN, found) for found in document["plain"]]
    return sorted(rows, key=lambda r: (r["model"] != _COMPILED, r["patients"], r["threads"]))


def _row(model: str, found: Row) -> Row:
    n = found["patients"]
    return {
        "model": model,
        "patients": n,
        "threads": found["threads"],
        "init_s": found["init_s"],
        "ns": _ns(found),
        "best_ns": 1e9 * found["best_month_s"] / n,
        "serial": None,
        "peak_mb": found["run_bytes"] / 1e6,
        "bytes": found.get("state_bytes", found["run_bytes"] - found["start_bytes"]) / n,
        "times_bound": None,
        "times_plain": None,
    }


def _ns(found: Row) -> float:
    return float(1e9 * found["month_s"] / found["patients"])


def _rows_seconds(found: Row) -> float:
    return float(sum(step["seconds"] for step in found["steps"] if step["rows"]))


def memory_floor_ns(document: Document, threads: int) -> float | None:
    """Return ns per patient-month that the memory bus needs for the patient columns; None if not measured."""
    if not document["bounds"]:
        return None
    bounds = document["bounds"][0]
    speed = bounds["bytes_per_s"].get(str(threads))
    return 1e9 * (bounds["read_bytes"] + bounds["written_bytes"]) / speed if speed else None


def bound_ns(document: Document, threads: int) -> float | None:
    """Return the larger of the memory floor and the arithmetic of the needs phase, ns per patient-month."""
    floor = memory_floor_ns(document, threads)
    if floor is None:
        return None
    return max(floor, float(document["bounds"][0]["arithmetic_ns"]) / threads)


def measured_targets(document: Document) -> dict[str, float]:
    """Return the measured value of every target that the document can speak to."""
    values: dict[str, float | None] = {
        **_run_values(document["runs"]),
        "times_plain_mesa": _times_plain(document),
        "linearity": _linearity(document),
        "two_threads": _gain(document),
    }
    for found in document["experiment"]:
        values["class_runs_per_second"] = found["runs"] / found["seconds"]
        values["scheduling_share"] = 100.0 * (1.0 - found["busy_s"] / (found["jobs"] * found["seconds"]))
        values["worker_growth_mb"] = (found["late_bytes"] - found["early_bytes"]) / 1e6
    for found in document["analysis"]:
        values["analysis_seconds"] = found["seconds"]
    for found in document["recording"]:
        full, bare = (statistics.median(found[key]) for key in ("full_s", "bare_s"))
        values["recording_share"] = 100.0 * (1.0 - bare / full)
        values["recording_growth_mb"] = (found["run_bytes"] - found["early_bytes"]) / 1e6
    if document["warm_starts"]:
        warm = statistics.median(s["first_month_s"] for s in document["warm_starts"])
        values["warm_start_seconds"] = warm
        if document["cold_starts"]:
            values["cold_compile_seconds"] = document["cold_starts"][0]["first_month_s"] - warm
    return {name: float(value) for name, value in values.items() if value is not None}


def _run_values(runs: list[Row]) -> dict[str, float | None]:
    values: dict[str, float | None] = {}
    for run in runs:
        if run["persons_per_agent"] == 1:
            values["whole_flanders_seconds"] = min(run["seconds"])
            values["whole_flanders_gb"] = run["run_bytes"] / 1e9
        elif run["persons_per_agent"] == 100 and len(run["seconds"]) > 1:
            values["default_run_seconds"] = statistics.median(run["seconds"][1:])
    return values


def _times_plain(document: Document) -> float | None:
    rows = [r for r in size_rows(document) if r["times_plain"] and r["threads"] == 1]
    near = [r for r in rows if r["patients"] >= _SCALING]
    return float(near[0]["times_plain"]) if near else None


def _linearity(document: Document) -> float | None:
    ns = [
        w["month_s"] / w["patients"]
        for w in document["worlds"]
        if w["patients"] >= _SCALING and w["threads"] == 1
    ]
    return max(ns) / min(ns) if len(ns) > 1 else None


def _gain(document: Document) -> float | None:
    month = {(w["patients"], w["threads"]): w["month_s"] for w in document["worlds"]}
    gains = [
        month[n, 1] / month[n, 2] for n, threads in month if threads == 2 and n >= _LARGE and (n, 1) in month
    ]
    return min(gains) if gains else None


@dataclass(frozen=True)
class Verdict:
    """A target beside what was measured."""

    target: Target
    value: float

    @property
    def words(self) -> str:
        """``met`` or ``missed``."""
        return "met" if self.target.met(self.value) else "missed"


def verdicts(document: Document, plan: BenchPlan) -> list[Verdict]:
    """Return the targets that were measured, in the order of the plan."""
    values = measured_targets(document)
    return [Verdict(t, values[name]) for name, t in plan.targets.items() if name in values]


def profile_rows(document: Document, most: int = 14) -> list[Row]:
    """Return the costliest steps over all sizes: name, and ns per patient-month and share at each size.

    Parameters
    ----------
    most : int
        Steps shown; the rest is summed in a last row, and Python between the steps in another.
    """
    profiled = sorted((w for w in document["worlds"] if "steps" in w), key=lambda w: w["patients"])
    if not profiled:
        return []
    shares = [{s["step"]: s["seconds"] / w["best_month_s"] for s in w["steps"]} for w in profiled]
    names = sorted(shares[-1], key=lambda name: -max(share.get(name, 0.0) for share in shares))
    rows = [{"step": name, "shares": [share.get(name, 0.0) for share in shares]} for name in names[:most]]
    between = [max(0.0, 1.0 - sum(share.values())) for share in shares]
    if len(names) > most:
        rest = [sum(share.get(name, 0.0) for name in names[most:]) for share in shares]
        rows.append({"step": f"{len(names) - most} other steps", "shares": rest})
    rows.append({"step": "Python between steps, records", "shares": between})
    return rows


def profiled_sizes(document: Document) -> list[int]:
    """Return the sizes that `profile_rows` shows, patients, ascending."""
    return sorted(w["patients"] for w in document["worlds"] if "steps" in w)
