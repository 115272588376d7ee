"""``cas-model validate``: published figures and patterns against worlds that were not fitted to them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, lasting, parameter_sets, worker_count

if TYPE_CHECKING:
    import pandas as pd

TARGETS = "calibration/targets.toml"


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("validate")(validate)


def validate(
    targets: Annotated[str, typer.Argument(metavar="TARGETS", help="File of published figures.")] = TARGETS,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("results/validation"),
    replicates: options.Replicates = 10,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the status quo: what needs other worlds is not run.")
    ] = False,
    persons_per_agent: options.PersonsPerAgent = 30,
    territory: options.TerritoryName = "flanders",
    seed: options.Seed = 0,
    parameters: options.Parameters = None,
    sets: options.Sets = None,
    jobs: options.Jobs = None,
    overwrite: options.Overwrite = False,
    no_report: options.NoReport = False,
    json: options.Json = False,
) -> int:
    """Judge every published figure and every pattern: pass, fail or not measurable.

    Each world needed runs once per seed, and serves all measures. Failures are shown first.
    """
    from cas_model.calibration import validation, worlds
    from cas_model.calibration.measurements import BASELINE
    from cas_model.calibration.measurements.barriers import gain_table
    from cas_model.calibration.patterns import load_patterns
    from cas_model.calibration.targets import load_targets
    from cas_model.config.errors import CasModelError, UsageError
    from cas_model.experiments import progress
    from cas_model.experiments.compare import run_all
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.run import on_parameter_sets

    load_registries()
    asked, patterns = load_targets(targets), load_patterns()
    if out.exists() and any(out.iterdir()) and not overwrite:
        raise UsageError("the folder is not empty", where=str(out), fix="add --overwrite, or name another")
    labels = validation.needed_worlds(asked, patterns)
    labels = labels[:1] if quick else labels
    accepted = parameter_sets(parameters, sets)
    replicates = max(replicates, len(accepted))
    planned = on_parameter_sets(
        worlds.requests(labels, replicates, seed, persons_per_agent, lasting(territory)), accepted
    )
    compile_at_first_start()
    workers = worker_count(jobs, 1, len(planned))
    seeds: dict[int, dict[str, Any]] = {}
    failed = []
    with progress.progress_for(len(planned), "Validating", "worlds", as_json=json) as told:
        for part, tables_read, also in worlds.parts(planned):
            for result in run_all(part, jobs=min(workers, len(part)), only=tables_read, also=also):
                if result.misuse is not None:
                    raise result.misuse
                if result.ok:
                    seeds.setdefault(result.request.seed, {})[result.request.label] = worlds.keep(result)
                else:
                    failed.append(result.failure_row())
                told.update(sum(map(len, seeds.values())) + len(failed), len(failed))
    if not seeds:
        raise CasModelError(f"all {len(failed)} runs failed; the first with {failed[0]['problem']}")
    tables = {
        "targets": validation.judge_targets(asked, seeds),
        "patterns": validation.judge_patterns(patterns, seeds),
    }
    more = {"barriers": gain_table(seeds.values())}
    if BASELINE in seeds[min(seeds)]:
        more["fit"] = seeds[min(seeds)][BASELINE].table("fit")
    manifest = validation.manifest(planned, targets, options.command_line(), quick, failed)
    validation.save(out, manifest, {**tables, **more})
    if not no_report:
        from cas_model.report.validation_page import write_validation_report

        write_validation_report(out, manifest, {**tables, **more})
    if json:
        print_json({"folder": str(out), "manifest": manifest,
                    **{name: _records(table) for name, table in tables.items()}})  # fmt: skip
        return 0
    for name, table in tables.items():
        counts = table["verdict"].value_counts()
        print(f"{name}: " + ", ".join(f"{counts[v]} {v}" for v in validation.ORDER if v in counts))
        for _, row in table[table["verdict"] == validation.FAIL].iterrows():
            print(f"  fail: {row['id']} {row['name']}; suspected: {row['suspect'] or 'nothing yet'}")
    if failed:
        print(f"{len(failed)} of {len(planned)} runs failed; see manifest.json", file=sys.stderr)
    print(f"Saved to {out}")
    return 0


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): None if v != v else v for k, v in row.items()} for row in table.to_dict("records")]
