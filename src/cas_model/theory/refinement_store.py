"""The folder of a refinement: points, boxes, groups, the proposed file, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.experiments.manifest import build_manifest
from cas_model.territory.facts import load_territory
from cas_model.theory.folder import read_folder, write_folder
from cas_model.theory.refinement import best_box, size_that_counts
from cas_model.theory.theory import Claim
from cas_model.theory.trial import Trial

TABLES = ("refine_points", "refine_boxes", "refine_limits", "refine_groups")
"""Tables of a refinement.

refine_points: replicate, seed, zone, effect, success, fitted, in_context, inside (the proposed context, or
that of the file when none is proposed), and every feature of the zone before the policy.
refine_boxes, refine_limits: see `cas_model.theory.refinement.refine`.
refine_groups: group, effect, low, high, n_seeds.
"""


def refinement_manifest(
    trial: Trial, claim: Claim, features: list[str], tables: Mapping[str, pd.DataFrame], command: str,
    seconds: float,
) -> dict[str, Any]:  # fmt: skip
    """Return what was refined and how; JSON-serialisable."""
    theory = trial.theory
    size = theory.document.run
    made = build_manifest(
        command, trial.results, load_territory(size.territory), theory.worlds[0].scenario, seconds
    )
    points = tables["refine_points"]
    proposed = best_box(tables["refine_boxes"]) is not None
    kept = {key: value for key, value in made.items() if key != "runs"}
    return {
        "refinement": {
            "name": theory.name, "title": theory.document.title, "question": theory.document.question,
            "origin": theory.origin, "outcome": claim.key, "features": features,
            "replicates": trial.replicates, "n_zones": int(points["zone"].nunique()),
            "share": float(points["success"].mean()), "size": size_that_counts(claim, points["effect"]),
            "next_seed": size.seed + trial.replicates,
            "proposed": f"{theory.name}_refined.toml" if proposed else "",
        },
        "theory": {
            "claims": theory.claim_rows(),
        },
        **kept,
    }  # fmt: skip


def save_refinement(
    folder: Path, trial: Trial, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]
) -> None:
    """Write tables, failures, a copy of the theory and the manifest into a folder."""
    kept = {name: tables[name] for name in TABLES}
    write_folder(folder, kept, trial.failures, {"theory.toml": trial.theory.origin}, manifest)


def read_refinement(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read manifest and tables of a folder that `save_refinement` wrote; see `read_folder`."""
    return read_folder(folder, TABLES, "refine the theory again")
