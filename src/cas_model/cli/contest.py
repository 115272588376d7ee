"""``cas-model theory contest``: two theories, the experiment that tells them apart, and who wins."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, parameter_sets, worker_count


def contest(
    first: options.TheoryFile,
    second: options.TheoryFile,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results.", show_default="results/contest_FIRST_SECOND"),
    ] = None,
    quick: options.QuickTrial = False,
    replicates: options.TrialSeeds = None,
    scale: options.TrialScale = None,
    parameters: options.Parameters = None,
    sets: options.Sets = None,
    jobs: options.Jobs = None,
    threads: options.Threads = 1,
    overwrite: options.Overwrite = False,
    no_report: options.NoReport = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """Let two theories predict, choose the experiment that tells them apart best, and see who is right."""
    from cas_model.experiments import progress, store
    from cas_model.experiments.registries import load_registries
    from cas_model.report.contest_page import winner_in_words
    from cas_model.theory.contest import PILOT_SEEDS, candidates, decide, prepare_contest, run_arm
    from cas_model.theory.contest_store import contest_manifest, save_contest
    from cas_model.theory.loading import load_theory
    from cas_model.theory.places import check_context
    from cas_model.theory.trial import n_runs

    load_registries()
    theories = load_theory(first), load_theory(second)
    told = prepare_contest(*theories)
    target = out or Path("results") / f"contest_{theories[0].name}_{theories[1].name}"
    store.check_folder(target, overwrite)
    accepted = parameter_sets(parameters, sets)
    compile_at_first_start()
    for theory in theories:
        check_context(theory)
    started = time.perf_counter()
    pilots = {}
    for side, arm in told.arms.items():
        total = n_runs(arm, PILOT_SEEDS)
        pilots[side] = run_arm(
            arm, replicates=PILOT_SEEDS, pilot=True, jobs=worker_count(jobs, threads, total),
            persons_per_agent=scale or arm.document.quick.persons_per_agent, threads=threads,
            sets=accepted,
            progress=progress.progress_for(total, f"Pilot, {arm.name}", "worlds", as_json=json),
        )  # fmt: skip
    table = candidates(told, pilots)
    chosen = table.iloc[0]
    arm = told.arms[str(chosen["arm"])]
    size = arm.document.quick if quick else arm.document.run
    seeds = replicates or size.replicates
    total = n_runs(arm, seeds)
    trial = run_arm(
        arm, replicates=seeds, pilot=False, persons_per_agent=scale or size.persons_per_agent,
        jobs=worker_count(jobs, threads, total), threads=threads,
        sets=accepted,
        progress=progress.progress_for(total, f"Experiment, {arm.name}", "worlds", as_json=json),
    )  # fmt: skip
    outcome = decide(told, chosen, trial)
    wall = time.perf_counter() - started
    made = contest_manifest(told, pilots, chosen, trial, outcome, options.command_line(), wall)
    with store.results_folder(target, overwrite) as folder:
        save_contest(folder, told, table, trial, outcome, made)
        if not no_report:
            _write_page(folder, folder)
    if json:
        print_json({"folder": str(target), **made["contest"]})
    else:
        print(f"{winner_in_words(made)} {target}")
    return 0


def _write_page(work: Path, folder: Path) -> None:
    from cas_model.report.contest_page import write_contest
    from cas_model.theory.contest_store import read_contest

    write_contest(work, *read_contest(folder))


def write_again(folder: Path) -> int:
    """Write the page of a contest's results folder anew."""
    from cas_model.experiments import store

    with store.added_to(folder) as work:
        _write_page(work, folder)
    print(f"Saved {folder / 'report.html'}")
    return 0
