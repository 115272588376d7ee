"""Sensitivity experiments on the command line: run or continue, look how far they are, replay, export."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, parameter_sets, worker_count
from cas_model.config.errors import CasModelError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from cas_model.experiments.sensitivity.plan import Plan
    from cas_model.experiments.sensitivity.study import Study

MEASURED_RUNS = 5
"""Runs of the design that an estimate of the time is based on, after one that loads the model."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A sensitivity experiment's folder.")]


def add_commands(group: typer.Typer) -> None:
    """Register the commands of this file under ``cas-model experiment``."""
    for name, command in (("status", status), ("replay", replay), ("export", export)):
        group.command(name)(command)


def run_sensitivity(
    specification: str, *, out: Path | None, quick: bool, replicates: int | None, jobs: int | None,
    cluster: str, parameters: str | None, dry_run: bool, overwrite: bool, no_report: bool, json: bool,
) -> int:  # fmt: skip
    """Run a sensitivity experiment, or continue one that was cut short: the same command again."""
    from cas_model.config.scenario import ILLUSTRATIVE
    from cas_model.experiments import progress, store
    from cas_model.experiments.sensitivity.analysis import has_converged
    from cas_model.experiments.sensitivity.folder import Asked, prepare_folder, run_in_folder
    from cas_model.experiments.sensitivity.plan import check_points
    from cas_model.experiments.sensitivity.run_store import RunStore
    from cas_model.experiments.sensitivity.runner import pending_runs
    from cas_model.experiments.sensitivity.search import plan_so_far
    from cas_model.experiments.sensitivity.study import load_study

    chosen = next(iter(parameter_sets(parameters)), None)
    # By number and full path, so that the folder stands on the same set wherever it is continued.
    source = ILLUSTRATIVE if chosen is None else chosen.source
    study = load_study(specification, quick=quick, replicates=replicates, parameters=source)
    target = out or Path("results") / (Path(specification).stem + ("_quick" if quick else ""))
    plan = plan_so_far(study, RunStore(target))
    workers = worker_count(jobs, 1, len(plan.unique()))
    if dry_run:
        check_points(study, plan, workers)
    else:
        prepare_folder(target, study, overwrite, workers)
    left = len(pending_runs(plan, RunStore(target).finished())) + plan.to_come
    if left or dry_run:
        compile_at_first_start()
        _show_plan(study, plan, left, workers, as_json=json and dry_run)
    if dry_run:
        return 0
    shown = progress.progress_for(left, "Experiment", "worlds", as_json=json) if left else None
    asked = Asked(quick, replicates, parameters=source)
    try:
        while True:
            made, tables = run_in_folder(
                target, study, specification=specification, asked=asked, command=options.command_line(),
                jobs=workers, cluster=cluster, progress=shown,
            )  # fmt: skip
            if has_converged(study, tables) or 2 * study.n > study.most_n:
                break
            study = dataclasses.replace(study, n=2 * study.n)
            asked = dataclasses.replace(asked, n=study.n)
            left = len(pending_runs(plan_so_far(study, RunStore(target)), RunStore(target).finished()))
            print(
                f"Not converged at n = {study.n // 2}: {left} more runs for n = {study.n}.", file=sys.stderr
            )
            shown = progress.progress_for(left, "Experiment", "worlds", as_json=json) if left else None
            prepare_folder(target, study, overwrite=False, jobs=workers)
        if not no_report:
            _write_report(target, made, tables)
    except KeyboardInterrupt:
        print("Stopped; finished runs are kept, and the same command continues.", file=sys.stderr)
        return CasModelError.exit_code
    except OSError as error:
        problem = store.explain_os_error(error, f"writing {target}")
        kept = str(problem).replace("nothing was left behind", "finished runs are kept")
        raise CasModelError(f"{kept}\n  then: the same command continues") from error
    if json:
        rows = tables["verdicts"].to_dict("records")
        clean = [{str(k): None if v != v else v for k, v in row.items()} for row in rows]
        print_json({"folder": str(target), "manifest": made, "verdicts": clean})
    else:
        _show(made, tables)
        print(f"Saved to {target}" + ("" if no_report else f" · open {target / 'report.html'}"))
    return _tell_failures(target, made, tables)


def _tell_failures(target: Path, made: dict[str, Any], tables: dict[str, pd.DataFrame]) -> int:
    if not made["failed"]:
        return 0
    first = tables["runs"][tables["runs"]["problem"] != ""].iloc[0]
    print(
        f"{made['failed']} of {made['experiment']['runs']} runs failed twice and are quarantined; the first "
        f"with {first['problem']}\n  replay: cas-model experiment replay {target} {first['run']}\n"
        f"  all: column `problem` of {target}/runs.parquet",
        file=sys.stderr,
    )
    return CasModelError.exit_code


def _write_report(folder: Path, made: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    from cas_model.report.sensitivity_page import write_sensitivity_report

    write_sensitivity_report(folder, made, tables)


def _show(made: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    import textwrap

    from cas_model.report.number_format import plain
    from cas_model.report.sensitivity_page import answer

    for sentence in answer(made, tables):
        print(textwrap.fill(plain(sentence), 100))


def write_again(folder: Path) -> int:
    """Write the report of a sensitivity experiment's folder anew."""
    from cas_model.experiments.sensitivity.folder import read_folder

    _write_report(folder, *read_folder(folder))
    print(f"Saved {folder / 'report.html'}")
    return 0


def _seconds_per_run(study: Study, plan: Plan) -> float:
    """Run points spread over the design and return the middle one of their times."""
    from cas_model.experiments.sensitivity.run_store import DONE
    from cas_model.experiments.sensitivity.runner import execute, pending_runs

    runs = pending_runs(plan, set())
    spread = [runs[(k * len(runs)) // MEASURED_RUNS] for k in range(MEASURED_RUNS)]
    records = [execute(study.model, planned) for planned in [spread[0], *spread]][1:]
    seconds = sorted(record.seconds for record in records if record.status == DONE)
    if not seconds:
        raise CasModelError(f"the run {records[0].run} of the design fails with {records[0].problem}")
    return seconds[len(seconds) // 2]


def _show_plan(study: Study, plan: Plan, left: int, workers: int, *, as_json: bool) -> None:
    from cas_model.experiments.sensitivity.folder import estimated_bytes

    seconds = _seconds_per_run(study, plan)
    runs = len(plan.unique()) + plan.to_come
    size = estimated_bytes(study, runs)
    cost: dict[str, Any] = {
        "title": study.title, "method": study.method, "factors": len(study.factors), "n": study.n,
        "points": len(plan.unit) + plan.to_come // study.replicates, "replicates": study.replicates,
        "runs": runs, "left": left,
        "workers": workers, "seconds_per_run": round(seconds, 4),
        "core_hours": round(seconds * left / 3600, 4),
        "estimated_seconds": round(seconds * left / workers, 1), "estimated_bytes": size,
    }  # fmt: skip
    if as_json:
        print_json(cost)
        return
    stored = f", of which {runs - left} are stored" if left < runs else ""
    if study.n < study.most_n:
        stored += f"; doubled until converged, up to n = {study.most_n}"
    print(
        f"{study.title}: {study.method}, {len(study.factors)} factors, n = {study.n}, {cost['points']} points"
        f" x {study.replicates} seed{'s' if study.replicates > 1 else ''} = {runs} different runs{stored}.\n"
        f"About {cost['estimated_seconds'] / 60:.1f} minutes with {workers} at a time "
        f"({seconds:.2f} s each, measured; {cost['core_hours']:.2f} core-hours), {size / 1e6:.1f} MB.",
        file=sys.stderr,
    )


def status(folder: Folder, json: options.Json = False) -> int:
    """Say how far a sensitivity experiment is; works while it runs."""
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.sensitivity.folder import folder_status

    load_registries()
    found = folder_status(folder)
    if json:
        print_json({key: None if value != value else value for key, value in found.items()})
        return 0
    print(
        f"{found['title']}: {found['done']} of {found['runs']} runs done, "
        f"{found['quarantined']} quarantined, {found['left']} left; {found['state']}."
    )
    if found["left"]:
        print(f"continue: {found['command']}")
    return 0


def replay(
    folder: Folder,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its address, column `run` of runs.parquet.")],
    json: options.Json = False,
) -> int:
    """Do one run again and compare it, bit by bit, with what is stored."""
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.sensitivity.folder import replay_run
    from cas_model.experiments.sensitivity.run_store import DONE

    load_registries()
    again, stored, facts = replay_run(folder, run)
    if stored is None:
        same = None
    else:
        same = again.status == stored.status and again.results.tobytes() == stored.results.tobytes()
    if json:
        print_json({"run": run, "status": again.status, "same": same, "problem": again.problem, **facts})
    else:
        print(f"{run}: {again.status} after {again.seconds:.2f} s, seed {facts['seed']}")
        for key, value in facts["settings"].items():
            print(f"  {key} = {value}")
        words = {None: "not stored yet", True: "the same as stored, to the bit", False: "NOT as stored"}
        print(words[same])
        if "command" in facts:
            print(f"whole world: {facts['command']}")
    if again.status != DONE:
        print(again.trace, file=sys.stderr)
    return 0 if again.status == DONE and same is not False else CasModelError.exit_code


def export(
    folder: Folder,
    csv: Annotated[bool, typer.Option("--csv", help="As comma-separated files.")] = False,
    netcdf: Annotated[bool, typer.Option("--netcdf", help="As one netCDF file.")] = False,
) -> int:
    """Write the tables of a finished sensitivity experiment for other tools."""
    from cas_model.experiments.registries import load_registries
    from cas_model.experiments.sensitivity.export import export_csv, export_netcdf

    if not (csv or netcdf):
        raise UsageError("no format is named", where="export", allowed="--csv, --netcdf", fix="add --csv")
    load_registries()
    for path in [*(export_csv(folder) if csv else ()), *([export_netcdf(folder)] if netcdf else ())]:
        print(path)
    return 0
