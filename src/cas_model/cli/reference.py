"""``cas-model experiment reference``: the shipped experiments in full, and what is kept of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cas_model.cli import options
from cas_model.config.errors import CasModelError, UsageError

SPECIFICATIONS = Path("experiments")


def reference(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Specifications; all when left out.")
    ] = None,
    work: Annotated[Path, typer.Option("--work", help="Where the experiments run.")] = Path("results/work"),
    out: Annotated[Path, typer.Option("--out", help="Where the small part is kept.")] = Path(
        "results/reference"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="The small versions, as a trial.")] = False,
    jobs: options.Jobs = None,
) -> int:
    """Run the experiments of `experiments/`, those done already left alone, and keep what a visitor reads."""
    from cas_model.experiments.registries import load_registries
    from cas_model.report.reference import keep_experiment, write_index

    load_registries()
    there = {path.stem: path for path in sorted(SPECIFICATIONS.glob("*.toml"))}
    wrong = [name for name in names or () if name not in there]
    if wrong or not there:
        named = ", ".join(f"`{name}`" for name in wrong)
        raise UsageError(
            f"no specification is called {named}" if wrong else "there are no specifications",
            where=str(SPECIFICATIONS.resolve()), allowed=", ".join(there),
            fix="run it in the project's folder",
        )  # fmt: skip
    troubled = []
    for name in names or list(there):
        folder = work / (name + ("_quick" if quick else ""))
        print(f"--- {name}")
        # A few failed runs are no reason to leave the other experiments out.
        if _run(str(there[name]), folder, quick, jobs):
            troubled.append(name)
        made, tables, sentences = _read(folder)
        print(f"Kept {keep_experiment(folder, made, tables, sentences, out / name)}")
    print(f"Wrote {write_index(out)}")
    if troubled:
        print(f"Runs failed in: {', '.join(troubled)} (told above)", file=sys.stderr)
    return CasModelError.exit_code if troubled else 0


def _run(specification: str, folder: Path, quick: bool, jobs: int | None) -> int:
    """Run or continue one experiment; a factorial or ramp whose folder is there is done."""
    from cas_model.cli.experiment import run
    from cas_model.experiments.sensitivity.study import is_sensitivity

    if folder.exists() and not is_sensitivity(specification):
        return 0
    return run(specification, out=folder, quick=quick, jobs=jobs)


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    from cas_model.experiments.experiment import read_experiment
    from cas_model.experiments.sensitivity.folder import holds_sensitivity, read_folder
    from cas_model.report.experiment_page import experiment_answer
    from cas_model.report.sensitivity_page import answer

    if holds_sensitivity(folder):
        made, tables = read_folder(folder)
        return made, tables, answer(made, tables)
    made, tables = read_experiment(folder)
    return made, tables, experiment_answer(made, tables)
