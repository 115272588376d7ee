"""Running one world, so that a failure becomes a row and never takes another run with it."""

from __future__ import annotations

import shlex
import time
import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import default_source, standing_on
from cas_model.config.scenario import ParameterSet, Scenario
from cas_model.config.vocabulary import YEAR
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run_tables import final_tables, monthly_tables, open_diaries
from cas_model.experiments.table_files import Filters, TableWriter, choose_rows, read_table

MONTHS_KEPT = 5 * YEAR
"""Months that a world which writes its tables holds at once: every piece costs formulas and writing."""


@dataclass(frozen=True)
class WorldRequest:
    """One world to run.

    Attributes
    ----------
    label : str
        Name of the world in results; unique among the worlds of a comparison.
    scenario : Scenario
        Its complete settings.
    replicate, seed : int
        Number of the replicate, and its seed; worlds of one replicate share the seed.
    persons_per_agent : int
        Inhabitants that one patient stands for.
    territory : str
        Built-in name or folder.
    threads : int
        Threads inside the world.
    under : str
        Scenario whose shocks this world was given, when not its own.
    twin : bool
        The same as another world but for its shocks: run to measure resilience, not to be compared.
    calm : bool
        Asked for without the shocks of its scenario.
    """

    label: str
    scenario: Scenario
    replicate: int = 0
    seed: int = 0
    persons_per_agent: int = 100
    territory: str = "flanders"
    threads: int = 1
    under: str = ""
    twin: bool = False
    calm: bool = False

    @property
    def place(self) -> str:
        """The folder of this world's tables, within that of the results."""
        return f"worlds/{self.label}/replicate_{self.replicate}"

    def replay(self, out: str = "DIR") -> str:
        """Return the command that runs this world again, alone."""
        words = [
            "cas-model",
            "run",
            self.scenario.origin or self.scenario.name,
            "--seed",
            str(self.seed),
            "--persons-per-agent",
            str(self.persons_per_agent),
            "--territory",
            self.territory,
        ]
        if self.scenario.parameter_source != default_source():
            words += ["--parameters", self.scenario.parameter_source]
        for setting in self.scenario.settings:
            words += ["--set", setting]
        if self.twin or self.calm:
            words.append("--calm")
        elif self.under:
            words += ["--under", self.under]
        if self.scenario.shocks:
            words.append("--no-twins")
        return shlex.join([*words, "--out", out])


@dataclass
class WorldResult:
    """What one world produced, or why it did not.

    Attributes
    ----------
    request : WorldRequest
        What was asked.
    seconds : float
        Wall time.
    n_patients : int
        Patient rows.
    tables : dict of str to DataFrame
        Its tables (see `cas_model.experiments.run_tables`), text columns as categories; empty when the run
        failed or wrote them.
    folder : Path or None
        Where it wrote them.
    fit : list of dict
        Goodness of fit of the synthetic population.
    problem, trace : str
        One line and full traceback of a failure; empty when the run succeeded.
    misuse : UsageError or None
        The failure when it is a wrong request, the same for every world.
    """

    request: WorldRequest
    seconds: float = 0.0
    n_patients: int = 0
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    folder: Path | None = None
    fit: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""
    trace: str = ""
    misuse: UsageError | None = None

    def table(self, name: str, filters: Filters | None = None) -> pd.DataFrame:
        """Return one of the run's tables, from memory or from its folder.

        Parameters
        ----------
        name : str
            A name of `cas_model.experiments.run_tables`.
        filters : list of (column, operator, value), optional
            Rows to read, as pyarrow takes them; all must hold.
        """
        if self.folder is not None:
            return read_table(self.folder / f"{name}.parquet", filters)
        return choose_rows(self.tables[name], filters)

    @property
    def ok(self) -> bool:
        """Whether the world ran to its end."""
        return not self.problem

    def failure_row(self) -> dict[str, Any]:
        """Return the failure as a row: world, replicate, seed, problem, trace, replay command."""
        asked = self.request
        return {
            "world": asked.label,
            "replicate": asked.replicate,
            "seed": asked.seed,
            "problem": self.problem,
            "trace": self.trace,
            "replay": asked.replay(),
        }


def on_parameter_sets(requests: Sequence[WorldRequest], sets: Sequence[ParameterSet]) -> list[WorldRequest]:
    """Let replicate r of every world stand on set r, and begin anew when there are fewer sets.

    What two worlds of a replicate differ in is then never the parameters, and what replicates differ in is
    chance and parameters both.

    Parameters
    ----------
    requests : sequence of WorldRequest
    sets : sequence of ParameterSet
        None of them leaves registered defaults.
    """
    if not sets:
        return list(requests)
    return [
        replace(asked, scenario=standing_on(asked.scenario, sets[asked.replicate % len(sets)]))
        for asked in requests
    ]


def care_system(request: WorldRequest, months_kept: int | None = None, *, trace: bool = True) -> Any:
    """Build the model of a request.

    Parameters
    ----------
    request : WorldRequest
        The world.
    months_kept : int, optional
        Room for so many months (see `Records`); all when left out.
    trace : bool
        Note what each mechanism does, and count groups of people; without, a run is faster.
    """
    from cas_model.model.system import CareSystem

    load_registries()  # a worker process starts with empty registries
    return CareSystem(
        request.scenario,
        seed=request.seed,
        persons_per_agent=request.persons_per_agent,
        territory=request.territory,
        threads=request.threads,
        months_kept=months_kept,
        trace=trace,
    )


def run_world(
    request: WorldRequest,
    progress: Callable[[int, int], None] | None = None,
    build: Callable[[WorldRequest], Any] | None = None,
    *,
    folder: Path | None = None,
    only: Collection[str] | None = None,
    also: Collection[str] = (),
) -> WorldResult:
    """Run one world to its end and collect its tables; never raises for a failing run.

    Parameters
    ----------
    request : WorldRequest
        The world.
    progress : callable, optional
        Called with (months done, months in all).
    build : callable, optional
        Makes the model of a request; the care system when left out.
    folder : Path, optional
        Write the tables here, some years at a time, so that memory does not grow with months; else keep them.
    only : collection of str, optional
        Names of the tables to collect; all when left out.
    also : collection of str
        Names of tables collected on request, see `cas_model.experiments.run_tables.ON_REQUEST`.

    Returns
    -------
    WorldResult
        With its tables or their folder, or with `problem` and `trace` when anything went wrong.
    """
    started = time.perf_counter()
    make = build or partial(care_system, months_kept=None if folder is None else MONTHS_KEPT)
    tables: dict[str, pd.DataFrame] = {}
    try:
        model = make(request)
        open_diaries(model, also)
        if folder is None:
            model.run(progress)
            tables = monthly_tables(model, only) | final_tables(model, only, also)
        else:
            with TableWriter(folder) as writer:
                model.run(progress, lambda since: writer.append(monthly_tables(model, only, since)))
                writer.append(final_tables(model, only, also))
        result = WorldResult(
            request,
            seconds=time.perf_counter() - started,
            n_patients=int(model.n_patients),
            tables=tables,
            folder=folder,
            fit=model.fit_rows(),
        )
        model.release()
        return result
    except Exception as error:  # a failed run is a row, whatever failed
        return WorldResult(
            request,
            seconds=time.perf_counter() - started,
            problem=f"{type(error).__name__}: {error}".strip(": "),
            trace=traceback.format_exc(),
            misuse=error if isinstance(error, UsageError) else None,
        )
