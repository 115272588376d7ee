"""Arguments and flags that several commands share, with their ranges."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

from cas_model.config.errors import UsageError

INVOCATION: ContextVar[tuple[str, ...]] = ContextVar("INVOCATION", default=())
"""The words after ``cas-model``, for the manifest and for `--debug`."""


def within(flag: str, low: int, high: int) -> Callable[[int | None], int | None]:
    """Return a check that a flag's value lies in [low, high], for `typer.Option(callback=...)`."""

    def check(value: int | None) -> int | None:
        if value is not None and not low <= value <= high:
            nearest = low if value < low else high
            raise UsageError(
                f"the value is {value}", where=flag, allowed=f"{low} to {high}", fix=f"use {flag} {nearest}"
            )
        return value

    return check


Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the results.", show_default="results/SCENARIO")
]
TerritoryName = Annotated[
    str,
    typer.Option("--territory", help="flanders, small, or a folder with zones.csv and municipalities.csv."),
]
PersonsPerAgent = Annotated[
    int,
    typer.Option(
        callback=within("--persons-per-agent", 1, 5000),
        help="Inhabitants that one simulated patient stands for, 1 to 5000.",
    ),
]
Months = Annotated[
    int | None,
    typer.Option(
        callback=within("--months", 1, 600),
        help="Policy months, 1 to 600.",
        show_default="as the scenario: 120",
    ),
]
BurnIn = Annotated[
    int | None,
    typer.Option(
        callback=within("--burn-in", 0, 240),
        help="Months before them, 0 to 240.",
        show_default="as the scenario: 24",
    ),
]
Seed = Annotated[
    int, typer.Option(callback=within("--seed", 0, 2**63 - 1), help="Seed of all chance events, 0 or more.")
]
Threads = Annotated[
    int,
    typer.Option(
        callback=within("--threads", 1, 256), help="Threads inside a world; results do not depend on it."
    ),
]
Under = Annotated[
    str | None,
    typer.Option(
        "--under",
        metavar="SCENARIO",
        help="Let the shocks of this scenario strike, e.g. pandemic; only its shocks are taken.",
    ),
]
Calm = Annotated[bool, typer.Option("--calm", help="Leave the scenario's shocks out.")]
NoTwins = Annotated[
    bool,
    typer.Option("--no-twins", help="Do not run struck worlds without their shocks too: no resilience."),
]
StressTest = Annotated[
    bool,
    typer.Option("--stress-test", help="Close practices one by one at the end: 5 to 10 s more a world."),
]
Replicates = Annotated[
    int, typer.Option(callback=within("--replicates", 2, 200), help="Paired seeds per world, 2 to 200.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        callback=within("--jobs", 1, 256), help="Worlds run at the same time.", show_default="all cores"
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a setting, e.g. funding.mix.gp.capitation=0.4 (repeat)."
    ),
]
Parameters = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="SOURCE",
        help="illustrative, calibrated, or the accepted_sets.toml of a calibration; FILE:3 is its third set.",
        show_default="calibrated once these meet every figure, illustrative until then",
    ),
]
Sets = Annotated[
    int | None,
    typer.Option(
        "--sets",
        callback=within("--sets", 1, 10000),
        help="Let replicates stand on so many accepted sets, one each: intervals then span parameters too.",
        show_default="the most central one",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a results folder that exists.")]
NoReport = Annotated[bool, typer.Option("--no-report", help="Write data only: no report.html and figures.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def horizon(months: int | None, burn_in: int | None) -> dict[str, object]:
    """Return the settings that ``--months`` and ``--burn-in`` stand for."""
    stated = {"run.months": months, "run.burn_in": burn_in}
    return {key: value for key, value in stated.items() if value is not None}


def command_line() -> str:
    """Return the running command as it would be typed."""
    return shlex.join(["cas-model", *INVOCATION.get()])


def debugging() -> bool:
    """Whether the command was given `--debug`."""
    return "--debug" in INVOCATION.get()


TheoryFile = Annotated[str, typer.Argument(metavar="FILE", help="A theory file, or its name in theories/.")]
QuickTrial = Annotated[
    bool, typer.Option("--quick", help="The small version that the table [quick] of the file describes.")
]
TrialSeeds = Annotated[
    int | None,
    typer.Option(
        "--replicates", callback=within("--replicates", 2, 500), help="Paired seeds.",
        show_default="as the file",
    ),
]  # fmt: skip
TrialScale = Annotated[
    int | None,
    typer.Option(
        "--scale", callback=within("--scale", 1, 5000),
        help="Inhabitants that one simulated patient stands for.", show_default="as the file",
    ),
]  # fmt: skip
