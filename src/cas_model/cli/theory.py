"""``cas-model theory``: programme theories, from a file to a verdict."""

from __future__ import annotations

import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cas_model.cli import contest, options, refine
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, parameter_sets, worker_count
from cas_model.config.errors import CasModelError, UsageError

if TYPE_CHECKING:
    from cas_model.experiments.run import WorldResult

group = typer.Typer(help="Programme theories: write, check and test them.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    group.command("new")(new)
    group.command("check")(check)
    group.command("test")(put_on_trial)
    group.command("contest")(contest.contest)
    group.command("refine")(refine.refine)
    group.command("keep")(keep)
    group.command("features")(features)
    app.add_typer(group, name="theory")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A short name, e.g. trusted_outreach.")],
) -> int:
    """Write a commented template of a theory, ready to be changed."""
    from cas_model.theory import loading

    path = Path(name) if name.endswith(".toml") else loading.FOLDER / f"{name}.toml"
    if path.exists():
        raise UsageError("there is a file already", where=str(path), fix="choose another name")
    template = Path(loading.__file__).with_name("template.toml").read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template, encoding="utf-8")
    print(f"Wrote {path}. Change it with any text editor, then: cas-model theory check {path}")
    return 0


def check(file: options.TheoryFile) -> int:
    """Say in words what is wrong with a theory file, or how it is understood."""
    from cas_model.experiments.registries import load_registries
    from cas_model.theory.loading import load_theory
    from cas_model.theory.places import check_context
    from cas_model.theory.reading_back import read_back

    load_registries()
    theory = load_theory(file)
    compile_at_first_start()
    zones = check_context(theory)
    for paragraph in read_back(theory, zones):
        print(textwrap.fill(paragraph, 100, subsequent_indent="  "))
    return 0


def put_on_trial(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files or names in theories/, corrected together."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results; with several theories, one in it for each.",
                     show_default="results/theory_NAME"),
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
    """Put theories on trial: paired worlds, a verdict by the rule in the file, a dossier."""
    from cas_model.experiments import progress, store
    from cas_model.experiments.registries import load_registries
    from cas_model.theory.loading import load_theory
    from cas_model.theory.places import check_context
    from cas_model.theory.store import save_trial, theory_manifest
    from cas_model.theory.trial import n_runs, run_trial
    from cas_model.theory.verdict import judge

    load_registries()
    theories = [load_theory(file) for file in files]
    targets = _targets([theory.name for theory in theories], out, quick)
    for target in targets:
        store.check_folder(target, overwrite)
    accepted = parameter_sets(parameters, sets)
    compile_at_first_start()
    for theory in theories:
        check_context(theory)
    trials, seconds = [], []
    for theory in theories:
        size, small = theory.document.run, theory.document.quick
        seeds = replicates or (small if quick else size).replicates
        total = n_runs(theory, seeds)
        started = time.perf_counter()
        trials.append(
            run_trial(
                theory,
                replicates=seeds,
                persons_per_agent=scale or (small if quick else size).persons_per_agent,
                jobs=worker_count(jobs, threads, total),
                threads=threads,
                sets=accepted,
                progress=progress.progress_for(total, theory.name, "worlds", as_json=json),
            )
        )
        seconds.append(time.perf_counter() - started)
    judged = judge([(t.theory, t.tables["trial_places"], t.tables["trial_leads"]) for t in trials])
    shown = []
    for trial, (verdict, tests), target, wall in zip(trials, judged, targets, seconds, strict=True):
        made = theory_manifest(trial, verdict, options.command_line(), wall)
        with store.results_folder(target, overwrite) as folder:
            save_trial(folder, trial, tests, made)
            if not no_report:
                _write_dossier(folder, folder)
        shown.append({"folder": str(target), "verdict": made["verdict"], "theory": trial.theory.name})
        if not json:
            print(f"{trial.theory.document.title}: {verdict.kind}. {target}")
    if json:
        print_json(shown)
    return _failed([trial.failures for trial in trials])


def _write_dossier(work: Path, folder: Path) -> None:
    """Write the dossier of the trial in a folder into a working folder."""
    from cas_model.report.theory_page import write_dossier
    from cas_model.theory.store import read_trial

    write_dossier(work, *read_trial(folder))


def keep(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Results of trials.")],
    out: Annotated[Path, typer.Option("--out", help="Where the small part is kept.")] = Path(
        "results/reference/theories"
    ),
) -> int:
    """Keep the dossiers of trials for visitors, with one page of verdicts."""
    from cas_model.experiments.registries import load_registries
    from cas_model.report.kept_dossiers import keep_dossiers

    load_registries()
    print(f"Wrote {keep_dossiers(folders, out)}")
    return 0


def write_again(folder: Path) -> int:
    """Write the dossier of a trial's results folder anew."""
    from cas_model.experiments import store

    with store.added_to(folder) as work:
        _write_dossier(work, folder)
    print(f"Saved {folder / 'report.html'}")
    return 0


def _targets(names: list[str], out: Path | None, quick: bool) -> list[Path]:
    """Return the folder of each theory's results."""
    if out is not None:
        return [out] if len(names) == 1 else [out / name for name in names]
    return [Path("results") / (f"theory_{name}" + ("_quick" if quick else "")) for name in names]


def _failed(failures: list[list[WorldResult]]) -> int:
    """Tell of failed runs on standard error, and return the exit code."""
    every = [failed for of_one in failures for failed in of_one]
    if not every:
        return 0
    print(
        f"{len(every)} runs failed; their seeds are left out; the first with {every[0].problem}\n"
        f"  replay: {every[0].request.replay()}",
        file=sys.stderr,
    )
    return CasModelError.exit_code


def features() -> int:
    """List what a condition on zones may name, with unit and meaning."""
    from cas_model.config.declarations import OUTCOMES
    from cas_model.experiments.registries import load_registries
    from cas_model.model.zones import zone_features
    from cas_model.theory.conditions import feature_names

    load_registries()
    columns = zone_features()
    for name in feature_names():
        if name in columns:
            print(f"{name:<32} {columns[name].unit:<28} {columns[name].meaning}")
        else:
            print(f"{name:<32} {OUTCOMES[name].unit:<28} {OUTCOMES[name].label}, before the policy starts")
    return 0
