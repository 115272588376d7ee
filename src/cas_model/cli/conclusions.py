"""``cas-model conclusions``: which differences keep their sign, whatever the parameters and rules are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json
from cas_model.cli.starting import compile_at_first_start, lasting, parameter_sets, worker_count
from cas_model.config.errors import CasModelError

if TYPE_CHECKING:
    import pandas as pd


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("conclusions")(conclusions)


def conclusions(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO...]",
            help="The first is the baseline; every built-in one without shocks when left out.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results.", show_default="results/conclusions")
    ] = None,
    parameters: options.Parameters = None,
    sets: options.Sets = None,
    replicates: options.Replicates = 5,
    jobs: options.Jobs = None,
    territory: options.TerritoryName = "flanders",
    persons_per_agent: options.PersonsPerAgent = 1000,
    months: options.Months = None,
    burn_in: options.BurnIn = None,
    seed: options.Seed = 0,
    json: options.Json = False,
) -> int:
    """Ask of each difference between worlds whether its sign holds.

    Across accepted parameter sets, and under every other rule of learning and of finding partners. The same
    command continues what was cut short.
    """
    from cas_model.calibration import conclusions as concluding
    from cas_model.experiments import progress
    from cas_model.experiments.sensitivity.run_store import RunStore
    from cas_model.experiments.sensitivity.runner import pending_runs
    from cas_model.experiments.table_files import write_table
    from cas_model.report.conclusion_words import conclusion_answer

    accepted = parameter_sets(parameters, sets)
    question = concluding.Question(
        tuple(scenarios or concluding.shipped_comparisons()), concluding.USUAL_OUTCOMES, tuple(accepted),
        max(replicates, len(accepted)), seed, options.horizon(months, burn_in), persons_per_agent,
        lasting(territory),
    )  # fmt: skip
    concluding.check_question(question)
    target = out or Path("results") / "conclusions"
    concluding.prepare_folder(target, question, options.command_line())
    left = len(pending_runs(concluding.plan_question(question), RunStore(target).finished()))
    compile_at_first_start()
    shown = progress.progress_for(left, "Concluding", "worlds", as_json=json) if left else None
    try:
        runs = concluding.run_question(
            question, target, jobs=worker_count(jobs, 1, max(left, 1)), progress=shown
        )
    except KeyboardInterrupt:
        print("Stopped; finished runs are kept, and the same command continues.", file=sys.stderr)
        return CasModelError.exit_code
    differences = concluding.differences_table(runs, question.outcomes)
    verdicts = concluding.verdict_table(differences)
    for name, table in (("runs", runs), ("differences", differences), ("verdicts", verdicts)):
        write_table(table, target / f"{name}.parquet")
    verdicts.to_csv(target / "verdicts.csv", index=False)
    answer = conclusion_answer(verdicts, question.n_sets, question.members)
    (target / "answer.md").write_text(answer, encoding="utf-8")
    if json:
        rows = [
            {str(k): None if v != v else v for k, v in row.items()} for row in verdicts.to_dict("records")
        ]
        print_json(
            {"folder": str(target), "sets": len(accepted), "members": question.members, "verdicts": rows}
        )
        return 0
    _show(verdicts, len(accepted), question.members)
    print(f"Saved to {target}")
    return 0


def _show(verdicts: pd.DataFrame, n_sets: int, members: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from cas_model.calibration.conclusions import SMALL
    from cas_model.config.declarations import OUTCOMES
    from cas_model.report.number_format import display_unit, format_number, plain

    over = f"{n_sets} parameter sets" if n_sets > 1 else "one parameter set, so over chance only"
    table = Table(title=plain(f"Does the sign hold? {members} pairs of worlds over {over}"))
    for name in ("against the baseline", "outcome", "difference", "same sign", "least", "verdict"):
        right = name in ("difference", "same sign", "least")
        # A name that is cut short could be another one's.
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for _, row in verdicts[verdicts["verdict"] != SMALL].iterrows():
        declared = OUTCOMES[str(row["outcome"])]
        unit, scale = display_unit(declared.unit)[:2]
        size = format_number(float(row["difference"]) * scale, 3, signed=True)
        shares = [f"{format_number(100 * float(row[c]), 0)} %" for c in ("share_sets", "share_least")]
        words = (str(row["scenario"]), declared.label, f"{size} {unit}".strip(), *shares, str(row["verdict"]))
        table.add_row(*(plain(word) for word in words))
    console = Console(highlight=False)
    console.print(table)
    small = int((verdicts["verdict"] == SMALL).sum())
    console.print(
        f"Left out: {small} of {len(verdicts)} differences that are too small to matter. Same sign: share of "
        "pairs as usual; least: under the alternative rule where it is least."
    )
