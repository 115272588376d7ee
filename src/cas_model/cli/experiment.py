"""``cas-model experiment``: from a specification to a folder of results."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cas_model.cli import options, sensitivity
from cas_model.cli.listing import print_json
from cas_model.cli.reference import reference
from cas_model.cli.starting import compile_at_first_start, parameter_sets, worker_count
from cas_model.config.errors import CasModelError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from cas_model.experiments.design import Experiment

MEASURED_MONTHS = 12
"""Months of the run that an estimate of the time is based on."""

group = typer.Typer(help="Designed experiments: factorials, ramps, sensitivity.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    group.command("run")(run)
    group.command("reference")(reference)
    sensitivity.add_commands(group)
    app.add_typer(group, name="experiment")


def run(
    specification: Annotated[
        str, typer.Argument(metavar="SPEC", help="A specification, e.g. experiments/tipping.toml.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results.", show_default="results/SPEC")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The small version that its table [quick] describes.")
    ] = False,
    replicates: Annotated[
        int | None,
        typer.Option(
            callback=options.within("--replicates", 2, 1000),
            help="Seeds per cell.",
            show_default="as the file",
        ),
    ] = None,
    jobs: options.Jobs = None,
    cluster: Annotated[
        str, typer.Option("--cluster", help="Address of a Dask scheduler (sensitivity experiments).")
    ] = "",
    threads: options.Threads = 1,
    parameters: options.Parameters = None,
    sets: options.Sets = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check it, list its cells, estimate time and disk; run nothing.")
    ] = False,
    overwrite: options.Overwrite = False,
    no_report: options.NoReport = False,
    json: options.Json = False,
) -> int:
    """Run an experiment: effects and ranks of a factorial, loops of a ramp, or the weight of each factor.

    A sensitivity experiment that was cut short, by whatever, is continued by the same command.
    """
    from cas_model.experiments import manifest, progress, store
    from cas_model.experiments.experiment import experiment_manifest, run_experiment, save_experiment
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.sensitivity.study import is_sensitivity
    from cas_model.experiments.spec import load_experiment
    from cas_model.territory.facts import load_territory

    load_registries()
    if is_sensitivity(specification):
        if sets:
            raise UsageError(
                "a sensitivity experiment stands on one set", where=f"--sets {sets}",
                fix="name it with --parameters FILE:3, and what is uncertain beside it under [factors]",
            )  # fmt: skip
        return sensitivity.run_sensitivity(
            specification, out=out, quick=quick, replicates=replicates, jobs=jobs, cluster=cluster,
            parameters=parameters, dry_run=dry_run, overwrite=overwrite, no_report=no_report, json=json,
        )  # fmt: skip
    if cluster:
        raise UsageError(
            "only sensitivity experiments run on a cluster", where=f"--cluster {cluster}", fix="use --jobs"
        )
    experiment = load_experiment(specification, quick=quick, replicates=replicates)
    accepted = parameter_sets(parameters, sets)
    experiment = replace(experiment, replicates=max(experiment.replicates, len(accepted)))
    total = len(experiment.cells) * experiment.replicates
    workers = worker_count(jobs, threads, total)
    if dry_run:
        return _show_plan(experiment, workers, threads, json)
    target = out or Path("results") / (Path(specification).stem + ("_quick" if quick else ""))
    started = time.perf_counter()
    with store.results_folder(target, overwrite) as folder:
        compile_at_first_start()
        shown = progress.progress_for(total, "Experiment", "worlds", as_json=json)
        result = run_experiment(experiment, jobs=workers, threads=threads, sets=accepted, progress=shown)
        made = experiment_manifest(
            manifest.build_manifest(
                options.command_line(),
                result.results,
                load_territory(experiment.territory),
                result.results[0].request.scenario,
                time.perf_counter() - started,
            ),
            experiment,
        )
        save_experiment(folder, result, made)
        if not no_report:
            _write_report(folder, made, result.tables)
    if json:
        print_json({"folder": str(target), "manifest": made, **_documents(result.tables)})
    else:
        _show(made, result.tables)
        print(f"Saved to {target}" + ("" if no_report else f" · open {target / 'report.html'}"))
    if result.failures:
        first = result.failures[0]
        print(
            f"{len(result.failures)} of {total} runs failed and are left out; the first with "
            f"{first.problem}\n"
            f"  replay: {first.request.replay()}\n  all: {target}/failures.json",
            file=sys.stderr,
        )
        return CasModelError.exit_code
    return 0


def write_again(folder: Path) -> int:
    """Write the report of an experiment's results folder anew."""
    from cas_model.experiments import store
    from cas_model.experiments.experiment import read_experiment
    from cas_model.experiments.sensitivity.folder import holds_sensitivity

    if holds_sensitivity(folder):
        return sensitivity.write_again(folder)

    made, tables = read_experiment(folder)
    with store.added_to(folder) as work:
        _write_report(work, made, tables)
    print(f"Saved {folder / 'report.html'}")
    return 0


def _write_report(folder: Path, made: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    from cas_model.report.experiment_page import write_experiment_report

    write_experiment_report(folder, made, tables)


def _show(made: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    import textwrap

    from cas_model.report.experiment_page import experiment_answer
    from cas_model.report.number_format import plain

    for sentence in experiment_answer(made, tables):
        print(textwrap.fill(plain(sentence), 100))


def _documents(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the tables that summarise, as JSON: an undefined number is null."""
    names = [name for name in tables if name not in ("runs", "series", "curves")]
    return {
        name: [
            {str(k): None if v != v else v for k, v in row.items()} for row in tables[name].to_dict("records")
        ]
        for name in names
    }


def _seconds_per_world(experiment: Experiment, threads: int) -> float:
    """Run the first cell for a year and scale its time to a whole run; the start counts once."""
    from cas_model.experiments.experiment import requests_of
    from cas_model.experiments.run import run_world

    compile_at_first_start()
    asked = requests_of(experiment, threads)[0]
    whole = asked.scenario.months + asked.scenario.burn_in
    seconds = []
    for months in (1, 1, 1 + MEASURED_MONTHS):  # the first loads the kernels
        short = replace(asked.scenario, months=months, burn_in=0, shocks=(), reforms=())
        result = run_world(replace(asked, scenario=short))
        if not result.ok:
            raise result.misuse or CasModelError(f"the first cell fails with {result.problem}")
        seconds.append(result.seconds)
    month = max(seconds[2] - seconds[1], 0.0) / MEASURED_MONTHS
    return seconds[1] + month * whole


def _show_plan(experiment: Experiment, workers: int, threads: int, as_json: bool) -> int:
    from cas_model.config.declarations import OUTCOMES
    from cas_model.experiments.experiment import estimated_bytes

    runs = len(experiment.cells) * experiment.replicates
    seconds = _seconds_per_world(experiment, threads)
    size = estimated_bytes(experiment, len(OUTCOMES))
    plan = {
        "title": experiment.title,
        "kind": experiment.kind,
        "cells": [{"cell": c.name, "hash": c.scenario.hash()} for c in experiment.cells],
        "replicates": experiment.replicates,
        "runs": runs,
        "workers": workers,
        "seconds_per_run": round(seconds, 3),
        "estimated_seconds": round(seconds * runs / workers, 1),
        "estimated_bytes": size,
    }
    if as_json:
        print_json(plan)
        return 0
    print(f"{experiment.title}: {len(experiment.cells)} cells x {experiment.replicates} seeds = {runs} runs")
    for cell in experiment.cells:
        print(f"  {cell.scenario.hash()}  {cell.name}")
    minutes = seconds * runs / workers / 60
    print(
        f"About {minutes:.1f} minutes with {workers} at a time ({seconds:.2f} s each, measured), "
        f"{size / 1e6:.1f} MB of tables. Nothing was run."
    )
    return 0
