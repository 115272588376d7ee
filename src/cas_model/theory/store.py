"""The folder of a trial: tables, manifest, and a copy of the theory as it was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.experiments.manifest import build_manifest
from cas_model.territory.facts import load_territory
from cas_model.theory.circularity import strengths_of
from cas_model.theory.folder import read_folder, write_folder
from cas_model.theory.reading_back import rule_in_words
from cas_model.theory.trial import TABLES, Trial
from cas_model.theory.verdict import Verdict

TESTS = "trial_tests"
STRENGTHS = "trial_strengths"
SPECIFICATION = "theory.toml"


def theory_manifest(trial: Trial, verdict: Verdict, command: str, seconds: float) -> dict[str, Any]:
    """Return how a trial was made, what the theory says and what became of it; JSON-serialisable.

    Parameters
    ----------
    trial : Trial
    verdict : Verdict
    command : str
        The command line, for replay.
    seconds : float
        Wall time.
    """
    theory = trial.theory
    size = theory.document.run
    made = build_manifest(
        command, trial.results, load_territory(size.territory), theory.worlds[0].scenario, seconds
    )
    zones = trial.tables["trial_context"]
    first = zones[zones["replicate"] == zones["replicate"].min()]
    stated = theory.document.model_dump()
    asked = {
        **stated,
        "name": theory.name,
        "origin": theory.origin,
        "conditions": [condition.describe() for condition in theory.conditions],
        "zones_in_context": first.loc[first["in_context"], "zone"].to_list(),
        "claims": theory.claim_rows(),
        "trace": theory.trace,
        "contrasts": [asdict(contrast) for contrast in theory.contrasts],
        "rule": rule_in_words(theory),
        "replicates": trial.replicates,
    }
    # Infinity is not JSON.
    needed = verdict.seeds_needed if verdict.seeds_needed < float("inf") else None
    judged = {**asdict(verdict), "seeds_needed": needed}
    kept = {key: value for key, value in made.items() if key != "runs"}
    return {"theory": asked, "verdict": judged, **kept}


def save_trial(folder: Path, trial: Trial, tests: pd.DataFrame, manifest: Mapping[str, Any]) -> None:
    """Write all tables, failures, a copy of the theory and the manifest into a folder."""
    tables = {**trial.tables, TESTS: tests, STRENGTHS: strengths_of(trial.theory)}
    write_folder(folder, tables, trial.failures, {SPECIFICATION: trial.theory.origin}, manifest)


def read_trial(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read manifest and tables of a folder that `save_trial` wrote; see `read_folder`."""
    return read_folder(folder, (*TABLES, TESTS, STRENGTHS), "test the theory again")
