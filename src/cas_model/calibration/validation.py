"""Validation: targets and patterns judged on worlds that were not fitted to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import Worlds, load_measurements
from cas_model.calibration.patterns import Pattern
from cas_model.calibration.targets import USES, PublishedTarget
from cas_model.calibration.worlds import WORLDS
from cas_model.experiments.manifest import data_hash, hash_files, model_hash
from cas_model.experiments.run import WorldRequest
from cas_model.experiments.table_files import write_table

Found = TypeVar("Found")
PASS, FAIL, OPEN, NOT_RUN = "pass", "fail", "not measurable", "not run"
ORDER = (FAIL, PASS, OPEN, NOT_RUN)
"""Verdicts as they are shown: failures first."""


def needed_worlds(targets: Sequence[PublishedTarget], patterns: Sequence[Pattern]) -> list[str]:
    """Return the labels of all worlds needed, the baseline first."""
    measures = load_measurements()
    named = {label for t in targets if t.measure for label in measures[t.measure].worlds}
    named |= {label for p in patterns for label in p.worlds}
    return [label for label in WORLDS if label in named]


def judge_targets(targets: Sequence[PublishedTarget], seeds: Mapping[int, Worlds]) -> pd.DataFrame:
    """Judge every target.

    Parameters
    ----------
    targets : sequence of PublishedTarget
    seeds : mapping of int to Worlds
        The worlds that ran, by seed.

    Returns
    -------
    DataFrame
        id, name, use, verdict, published, low, high, median, least, most, seeds, held (share of seeds inside
        the band), level, source, note, suspect; failures first.
    """
    measures, rows = load_measurements(), []
    for target in targets:
        asked = measures.get(target.measure)
        values = _over_seeds(asked.worlds, seeds, asked.read) if asked else []
        known = [v for v in values if not np.isnan(v)]
        median = float(np.median(known)) if known else np.nan
        held = float(np.mean([target.within(v) for v in values])) if values else np.nan
        inside = target.within(median) if target.share is None else held >= target.share
        verdict = OPEN if asked is None else _verdict(bool(values), bool(known), inside)
        rows.append(
            {
                "id": target.id, "name": target.name, "use": USES[target.use], "verdict": verdict,
                "published": target.value, "low": target.low, "high": target.high, "median": median,
                "least": min(known, default=np.nan), "most": max(known, default=np.nan), "seeds": len(values),
                "held": held, "level": target.level, "source": target.source,
                "note": target.not_measurable or (asked.proxy if asked else ""), "suspect": target.suspect,
            }
        )  # fmt: skip
    return _failures_first(pd.DataFrame(rows))


def judge_patterns(patterns: Sequence[Pattern], seeds: Mapping[int, Worlds]) -> pd.DataFrame:
    """Judge every pattern.

    Returns
    -------
    DataFrame
        id, name, verdict, criterion, median, least, most, seeds, held, needed (shares of seeds), worlds,
        source, note, fitted (parameters set to it), suspect; failures first.
    """
    rows = []
    for one in patterns:
        seen = _over_seeds(one.worlds, seeds, one.judge) if one.judge else []
        decided = any(s.holds is not None for s in seen)
        # A seed that leaves it open does not show it.
        held = float(np.mean([bool(s.holds) for s in seen])) if decided else np.nan
        verdict = OPEN if one.judge is None else _verdict(bool(seen), decided, held >= one.share)
        known = [s.value for s in seen if not np.isnan(s.value)]
        rows.append(
            {
                "id": one.id, "name": one.title, "verdict": verdict, "criterion": one.criterion,
                "median": float(np.median(known)) if known else np.nan, "least": min(known, default=np.nan),
                "most": max(known, default=np.nan), "seeds": len(seen), "held": held, "needed": one.share,
                "worlds": ", ".join(one.worlds), "source": one.source,
                "note": one.not_measurable or one.proxy, "fitted": ", ".join(one.fitted),
                "suspect": one.suspect,
            }
        )  # fmt: skip
    return _failures_first(pd.DataFrame(rows))


def _over_seeds(
    needed: Collection[str], seeds: Mapping[int, Worlds], read: Callable[[Worlds], Found]
) -> list[Found]:
    """Return what is read in every seed in which all worlds needed have run."""
    return [read(worlds) for worlds in seeds.values() if set(needed) <= set(worlds)]


def _verdict(ran: bool, known: bool, holds: bool) -> str:
    if not ran:
        return NOT_RUN
    return OPEN if not known else PASS if holds else FAIL


def _failures_first(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["verdict"].map({verdict: place for place, verdict in enumerate(ORDER)})
    return table.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)


def manifest(
    planned: Sequence[WorldRequest], targets: str, command: str, quick: bool, failed: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return what was done: worlds, seeds, scale, files, hashes, failed runs."""
    first = planned[0]
    scenarios = {request.label: request.scenario.hash() for request in planned}
    return {
        "title": "Validation of the status quo",
        "question": "Does the model show what is known and what it was not fitted to?",
        "claim_level": first.scenario.parameter_set,
        "parameters": sorted({request.scenario.parameter_source for request in planned}),
        "seeds": sorted({request.seed for request in planned}), "quick": quick,
        "scenarios": scenarios, "persons_per_agent": first.persons_per_agent, "territory": first.territory,
        "targets": targets, "targets_hash": hash_files([Path(targets)], Path(targets).parent),
        "data_hash": data_hash(first.territory), "model_hash": model_hash(), "command": command,
        "failed": list(failed),
    }  # fmt: skip


def save(folder: Path, made: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the manifest and a CSV per table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(made, indent=2), encoding="utf-8")
    for name, table in tables.items():
        write_table(table, folder / f"{name}.parquet")
        table.to_csv(folder / f"{name}.csv", index=False)
