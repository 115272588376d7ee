"""``cas-model theory refine``: where and for whom a theory works, and a theory file that says so."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, parameter_sets, worker_count


def refine(
    file: options.TheoryFile,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="Which of its outcomes.", show_default="the first decisive one"),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option("--features", help="By which zones are told apart, separated by commas.",
                     show_default="those of the context and of [compare], and five usual ones"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results.", show_default="results/refine_NAME"),
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
    """Find where and for whom a theory works, check it on zones held back, and propose a refined theory."""
    from cas_model.experiments import progress, store
    from cas_model.experiments.registries import load_registries
    from cas_model.report.number_format import plain
    from cas_model.report.refinement_page import refinement_sentences
    from cas_model.theory.loading import load_theory
    from cas_model.theory.refined_file import write_refined
    from cas_model.theory.refinement import best_box, claim_to_refine, refine_trial, two_worlds
    from cas_model.theory.refinement_store import refinement_manifest, save_refinement
    from cas_model.theory.trial import n_runs, run_trial

    load_registries()
    theory = two_worlds(load_theory(file))
    claim = claim_to_refine(theory, outcome)
    target = out or Path("results") / f"refine_{theory.name}"
    store.check_folder(target, overwrite)
    accepted = parameter_sets(parameters, sets)
    compile_at_first_start()
    size = theory.document.quick if quick else theory.document.run
    seeds = replicates or size.replicates
    total = n_runs(theory, seeds)
    workers = worker_count(jobs, threads, total)
    started = time.perf_counter()
    trial = run_trial(
        theory, replicates=seeds, persons_per_agent=scale or size.persons_per_agent, jobs=workers,
        threads=threads, sets=accepted,
        progress=progress.progress_for(total, theory.name, "worlds", as_json=json),
    )  # fmt: skip
    named = [name.strip() for name in features.split(",")] if features else None
    tried, tables = refine_trial(trial, claim, named, jobs=workers)
    best = best_box(tables["refine_boxes"])
    command = options.command_line()
    made = refinement_manifest(trial, claim, tried, tables, command, time.perf_counter() - started)
    with store.results_folder(target, overwrite) as folder:
        save_refinement(folder, trial, tables, made)
        if best is not None:
            write_refined(folder, theory, str(best["conditions"]), command, seeds)
        if not no_report:
            _write_page(folder, folder)
    said = [plain(sentence) for sentence in refinement_sentences(made, tables)]
    if json:
        print_json({"folder": str(target), "proposed": made["refinement"]["proposed"], "answer": said})
    else:
        print("\n".join(said))
        where = f"{target}/{made['refinement']['proposed']}" if best is not None else "none"
        print(f"Proposed theory: {where} · {target}/report.html")
    return 0


def _write_page(work: Path, folder: Path) -> None:
    from cas_model.report.refinement_page import write_refinement
    from cas_model.theory.refinement_store import read_refinement

    write_refinement(work, *read_refinement(folder))


def write_again(folder: Path) -> int:
    """Write the page of a refinement's results folder anew."""
    from cas_model.experiments import store

    with store.added_to(folder) as work:
        _write_page(work, folder)
    print(f"Saved {folder / 'report.html'}")
    return 0
