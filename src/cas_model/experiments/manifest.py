"""The manifest: how results were made, complete enough to make them again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cas_model.config.scenario import Scenario
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.territory.facts import DATA, Territory, is_built_in

_PACKAGE = Path(__file__).parents[1]
LIBRARIES = ("mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "SALib")


def hash_files(paths: Sequence[Path], root: Path) -> str:
    """Return 16 hexadecimal digits over names and contents of files."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def code_hash() -> str:
    """Return the hash of every source file of the package."""
    return hash_files(list(_PACKAGE.rglob("*.py")), _PACKAGE)


RUN_FLOORS = ("config", "numerics", "outcomes", "rules", "scenarios", "territory", "model")
"""Folders whose files decide what a run computes."""


def model_hash() -> str:
    """Return the hash of the files that decide what a run computes, reports and commands apart."""
    kinds = [(floor, ending) for floor in RUN_FLOORS for ending in ("py", "toml")]
    files = [path for floor, ending in kinds for path in (_PACKAGE / floor).rglob(f"*.{ending}")]
    return hash_files([*files, _PACKAGE / "experiments" / "sensitivity" / "models.py"], _PACKAGE)


def data_hash(territory: str) -> str:
    """Return the hash of the tables of a territory, a built-in name or a folder."""
    folder = DATA / territory.partition("@")[0] if is_built_in(territory) else Path(territory)
    return hash_files(list(folder.glob("*.csv")), folder)


def package_version() -> str:
    """Return the installed version, or ``unknown`` when the source is used without installing."""
    try:
        return version("cas-model")
    except PackageNotFoundError:
        return "unknown"


def provenance() -> dict[str, Any]:
    """Return the code and the machine that results are made with."""
    return {
        "version": package_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "code_hash": code_hash(),
    }


def scenario_entry(label: str, scenario: Scenario, first: Scenario) -> dict[str, Any]:
    """Return a scenario as manifests list it, with its differences from the `first`."""
    title = scenario.title
    return {
        "name": label,
        "title": f"{title} ({label.rsplit('_', 1)[-1]})" if label != scenario.name else title,
        "description": scenario.description,
        "source": scenario.source,
        "origin": scenario.origin,
        "settings": list(scenario.settings),
        "differences": first.differences(scenario),
        "hash": scenario.hash(),
        "content": scenario.table(),
    }


def parameters_entry(scenarios: Iterable[Scenario]) -> dict[str, Any]:
    """Return which parameter sets worlds stand on, as manifests say it."""
    found = {scenario.parameter_source: scenario.stands_on for scenario in scenarios}
    hashes = sorted({accepted.hash for accepted in found.values() if accepted is not None})
    return {"sources": list(found), "sets": len(found), "hash": ", ".join(hashes)}


def _events(worlds: dict[str, Scenario]) -> list[dict[str, Any]]:
    return [
        {
            "month": event.start_month,
            "label": event.kind.replace("_", " "),
            "kind": event.kind,
            "world": label,
        }
        for label, scenario in worlds.items()
        for event in scenario.shocks
    ]


def build_manifest(
    command: str,
    results: Sequence[WorldResult],
    territory: Territory,
    reference: Scenario,
    wall_seconds: float,
) -> dict[str, Any]:
    """Describe finished runs.

    Parameters
    ----------
    command : str
        The command line, for replay.
    results : sequence of WorldResult
        All runs, failures included, ordered by world and replicate.
    territory : Territory
        Where they ran.
    reference : Scenario
        Against which scenarios are described: the first world, or the status quo for a single run.
    wall_seconds : float
        Time the runs took together.

    Returns
    -------
    dict
        JSON-serialisable; ``runs`` lists the successful runs and the folder of each.
    """
    asked: list[WorldRequest] = [r.request for r in results]
    # Of the first replicate, so that all worlds are described on one parameter set.
    worlds = {r.label: r.scenario for r in reversed(asked) if not r.twin}
    worlds = dict(reversed(worlds.items()))
    first = asked[0]
    whole = [r for r in results if r.ok]
    alone = sum(not r.twin for r in asked) == 1
    return {
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenarios": [scenario_entry(label, s, reference) for label, s in worlds.items()],
        "scenario_hash": first.scenario.hash(),
        "claim_level": first.scenario.parameter_set,
        "parameters": parameters_entry([r.scenario for r in asked]),
        "seeds": sorted({r.seed for r in asked}),
        "territory": first.territory,
        "territory_label": "Flanders" if first.territory == "flanders" else territory.name,
        "n_zones": territory.n_zones,
        "n_patients": max(r.n_patients for r in whole),
        "persons_per_agent": first.persons_per_agent,
        "months": first.scenario.months,
        "burn_in": first.scenario.burn_in,
        "events": _events(worlds),
        "under": first.under,
        "runs": [
            {
                "world": r.request.label,
                "replicate": r.request.replicate,
                "seed": r.request.seed,
                "folder": "." if alone and not r.request.twin else r.request.place,
                "parameters": r.request.scenario.parameter_source,
                "twin": r.request.twin,
                "seconds": round(r.seconds, 3),
                "replay": r.request.replay(),
            }
            for r in whole
        ],
        "failed": len(results) - len(whole),
        **provenance(),
        "data_hash": data_hash(first.territory),
        "wall_seconds": round(wall_seconds, 2),
    }
