"""``cas-model calibrate``: which parameters agree with published figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, worker_count
from cas_model.config.errors import CasModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from cas_model.calibration.specification import CalibrationSpec

MEASURED_RUNS = 5


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("calibrate")(calibrate)


def calibrate(
    specification: Annotated[
        str, typer.Argument(metavar="SPEC", help="A specification, e.g. calibration/kce359.toml.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results.", show_default="results/SPEC")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The small version that its table [quick] describes.")
    ] = False,
    best: Annotated[bool, typer.Option("--best", help="Search one best fit too.")] = False,
    save_nearest: Annotated[
        bool,
        typer.Option(
            "--save-nearest",
            help="When no set is accepted, save the least implausible ones, marked as not accepted.",
        ),
    ] = False,
    jobs: options.Jobs = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check it and estimate the time; calibrate nothing.")
    ] = False,
    overwrite: options.Overwrite = False,
    no_report: options.NoReport = False,
    json: options.Json = False,
) -> int:
    """Fit parameters to published figures and keep every set that agrees with them.

    Screening, history matching with emulators, posterior, runs of what it holds. What was cut short, by
    whatever, is continued by the same command. When no set is accepted, the report says which figures stand
    in the way, and the exit code is 1.
    """
    from cas_model.calibration.folder import calibrate_in_folder, prepare_folder
    from cas_model.calibration.specification import load_calibration
    from cas_model.experiments import progress, store
    from cas_model.experiments.registries import load_registries

    load_registries()
    spec = load_calibration(specification, quick=quick)
    workers = worker_count(jobs, 1, 256)
    if dry_run:
        return _show_plan(spec, workers, json)
    target = out or Path("results") / (Path(specification).stem + ("_quick" if quick else ""))
    prepare_folder(target, spec, overwrite)
    compile_at_first_start()
    try:
        made, found = calibrate_in_folder(
            target, spec, command=options.command_line(), jobs=workers, best=best, nearest=save_nearest,
            progress=lambda n: progress.progress_for(n, "Calibrating", "worlds", as_json=json),
            say=lambda sentence: print(sentence, file=sys.stderr, flush=True),
        )  # fmt: skip
        if not no_report:
            from cas_model.report.calibration_page import write_calibration_report

            write_calibration_report(target, made, found.tables)
    except KeyboardInterrupt:
        print("Stopped; finished runs are kept, and the same command continues.", file=sys.stderr)
        return CasModelError.exit_code
    except OSError as error:
        problem = store.explain_os_error(error, f"writing {target}")
        kept = str(problem).replace("nothing was left behind", "finished runs are kept")
        raise CasModelError(f"{kept}\n  then: the same command continues") from error
    if json:
        tables = {name: _records(table) for name, table in found.tables.items() if name != "profiles"}
        print_json({"folder": str(target), "manifest": made, **tables})
    else:
        _show(made, found.tables)
        print(f"Saved to {target}" + ("" if no_report else f" · open {target / 'report.html'}"))
    return 0 if found.accepted else CasModelError.exit_code


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.to_dict("records")
    return [{str(k): None if v != v else v for k, v in row.items()} for row in rows]


def _show(made: dict[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
    import textwrap

    from cas_model.report.calibration_words import answer
    from cas_model.report.number_format import plain

    for sentence in answer(made, tables):
        print(textwrap.fill(plain(sentence), 100))


def planned_runs(spec: CalibrationSpec, best: bool = False) -> dict[str, int]:
    """Return the runs of each stage, waves that may be saved included.

    Parameters
    ----------
    spec : CalibrationSpec
    best : bool
        With the search for one best fit.
    """
    from cas_model.calibration.screening import SEEDS_OF_CHANCE

    asked, n = spec.design, len(spec.factors)
    fitted = min(n, asked.most_parameters) if asked.trajectories else n
    screening = asked.trajectories * (n + 1) + SEEDS_OF_CHANCE if asked.trajectories else 0
    return {
        "screening": screening,
        "waves": asked.waves * asked.points_per_parameter * fitted * asked.replicates,
        "posterior": asked.candidates * asked.replicates,
        "best": asked.trials * asked.replicates if best else 0,
    }


def _show_plan(spec: CalibrationSpec, workers: int, as_json: bool) -> int:
    from cas_model.experiments.sensitivity.runner import PlannedRun, execute

    compile_at_first_start()
    middle = {factor.key: factor.values(_half())[0] for factor in spec.factors}
    seconds = sorted(
        execute(spec.model, PlannedRun("", middle, seed)).seconds for seed in range(MEASURED_RUNS + 1)
    )
    per_run, runs = seconds[MEASURED_RUNS // 2], planned_runs(spec)
    total = sum(runs.values())
    needed = per_run * total / workers
    cost = {
        "title": spec.title, "parameters": len(spec.factors), "targets": len(spec.targets), "runs": runs,
        "workers": workers, "seconds_per_run": round(per_run, 4),
        "estimated_seconds": round(needed, 1),
    }  # fmt: skip
    if as_json:
        print_json(cost)
        return 0
    stages = ", ".join(f"{name} {count}" for name, count in runs.items() if count)
    print(
        f"{spec.title}: {len(spec.factors)} parameters, {len(spec.targets)} targets; at most {total} runs "
        f"({stages}).\nAbout {needed / 60:.1f} minutes of runs with {workers} at a time "
        f"({per_run:.2f} s each, measured); emulators come on top. Nothing was calibrated."
    )
    return 0


def _half() -> Any:
    import numpy as np

    return np.array([0.5])
