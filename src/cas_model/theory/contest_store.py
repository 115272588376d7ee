"""The folder of a contest: candidates, tests and the trial that decided, with how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.experiments.manifest import build_manifest
from cas_model.territory.facts import load_territory
from cas_model.theory.contest import FIRST, RULE, SECOND, Contest, Outcome
from cas_model.theory.folder import read_folder, write_folder
from cas_model.theory.trial import Trial

CANDIDATES, TESTS = "contest_candidates", "contest_tests"
TRIAL = ("trial_worlds", "trial_context", "trial_zones", "trial_places", "trial_effects")


def contest_manifest(
    contest: Contest, pilots: Mapping[str, Trial], chosen: pd.Series, trial: Trial, outcome: Outcome,
    command: str, seconds: float,
) -> dict[str, Any]:  # fmt: skip
    """Return what met, what was chosen, who won and how it was made; JSON-serialisable."""
    arm = trial.theory
    size = arm.document.run
    made = build_manifest(
        command, trial.results, load_territory(size.territory), arm.worlds[0].scenario, seconds
    )
    rule = arm.document.verdict
    sides = {
        side: {
            "name": theory.name, "title": theory.document.title, "origin": theory.origin,
            "intervention": theory.document.intervention.words, "mechanism": theory.document.mechanism.words,
            "context": theory.document.context.words, "switches": theory.document.mechanism.switches,
            "own": contest.off.get(side, []), "sources": theory.document.sources,
            "claims": {c.key: c.expected for c in theory.claims},
        }
        for side, theory in ((FIRST, contest.first), (SECOND, contest.second))
    }  # fmt: skip
    pilot = next(iter(pilots.values()))
    kept = {key: value for key, value in made.items() if key != "runs"}
    needed = outcome.seeds_needed if outcome.seeds_needed < float("inf") else None
    return {
        "contest": {
            **sides,
            "arm": str(chosen["arm"]), "outcome": str(chosen["outcome"]),
            "experiment": str(chosen["experiment"]), "winner": outcome.winner, "why": outcome.why,
            "seeds_needed": needed, "replicates": trial.replicates,
            "rule": RULE.format(share=f"{100 * rule.mechanism_share:g} %", significance=rule.significance),
            "pilot": {"seeds": pilot.replicates, "persons_per_agent": pilot.persons_per_agent},
        },
        "theory": {
            "claims": arm.claim_rows(),
        },
        **kept,
    }  # fmt: skip


def save_contest(
    folder: Path, contest: Contest, candidates: pd.DataFrame, trial: Trial, outcome: Outcome,
    manifest: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write tables, failures, copies of both theories and the manifest into a folder."""
    tables = {CANDIDATES: candidates, TESTS: outcome.tests, **{name: trial.tables[name] for name in TRIAL}}
    copies = {f"{side}.toml": contest.theory(side).origin for side in (FIRST, SECOND)}
    write_folder(folder, tables, trial.failures, copies, manifest)


def read_contest(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read manifest and tables of a folder that `save_contest` wrote; see `read_folder`."""
    return read_folder(folder, (CANDIDATES, TESTS, *TRIAL), "hold the contest again")
