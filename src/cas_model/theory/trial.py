"""The trial of a theory: paired worlds, reduced to tidy tables as each is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cas_model.config.errors import CasModelError
from cas_model.config.scenario import ParameterSet
from cas_model.experiments.compare import Builder, run_all
from cas_model.experiments.progress import Progress, Silent
from cas_model.experiments.run import WorldRequest, WorldResult, on_parameter_sets
from cas_model.theory.effects import effects_table
from cas_model.theory.measuring import final_values, membership, monthly_values, place_values
from cas_model.theory.places import start_request, zones_at_start
from cas_model.theory.theory import BASELINE, INTERVENTION, Theory
from cas_model.theory.timing import differences_over_time, lead_table
from cas_model.theory.zone_sets import comparative_tables

TABLES = (
    "trial_worlds",
    "trial_context",
    "trial_zones",
    "trial_groups",
    "trial_places",
    "trial_effects",
    "trial_traces",
    "trial_leads",
    "qca_sets",
    "qca_necessity",
    "qca_truth_table",
    "qca_solutions",
)
"""Tables of a trial before it is judged.

trial_worlds: world, words, hash, settings.
trial_context: replicate, seed, zone, in_context, and every feature of the zone before the policy starts.
trial_zones: world, replicate, seed, zone, outcome, value (means of the last twelve months).
trial_groups: world, replicate, seed, group, outcome, value (the same of groups of people, where counted).
trial_places: world, replicate, seed, place (context, outside, everywhere), outcome, value.
trial_effects: see `cas_model.theory.effects.effects_table`.
trial_traces: replicate, month, variable, difference (intervention less baseline).
trial_leads: see `cas_model.theory.timing.lead_table`.
qca_sets, qca_necessity, qca_truth_table, qca_solutions: see `cas_model.theory.zone_sets.comparative_tables`.
"""


@dataclass
class Trial:
    """What the worlds of a theory showed.

    Attributes
    ----------
    theory : Theory
        What was tried.
    replicates, persons_per_agent : int
        Paired seeds, and inhabitants that a patient stands for.
    results : list of WorldResult
        Every run, without its tables.
    tables : dict of str to DataFrame
        Those of `TABLES`.
    """

    theory: Theory
    replicates: int
    persons_per_agent: int
    results: list[WorldResult]
    tables: dict[str, pd.DataFrame]

    @property
    def failures(self) -> list[WorldResult]:
        """The runs that failed."""
        return [result for result in self.results if not result.ok]


@dataclass
class _Gathered:
    """Rows of the runs done so far."""

    results: list[WorldResult]
    zones: list[pd.DataFrame]
    groups: list[pd.DataFrame]
    places: list[pd.DataFrame]
    series: list[pd.DataFrame]


def n_runs(theory: Theory, replicates: int) -> int:
    """Return how many worlds a trial runs, the run-in of each seed included."""
    return replicates * (len(theory.worlds) + 1)


def run_trial(
    theory: Theory,
    *,
    replicates: int,
    persons_per_agent: int,
    jobs: int = 1,
    threads: int = 1,
    sets: Sequence[ParameterSet] = (),
    progress: Progress | None = None,
    build: Builder | None = None,
) -> Trial:
    """Run every world of a theory on shared seeds, and measure effects and timing.

    Parameters
    ----------
    theory : Theory
        From `load_theory`.
    replicates, persons_per_agent : int
        Paired seeds (2 or more) and scale.
    jobs, threads : int
        Worlds at the same time, and threads inside each.
    sets : sequence of ParameterSet
        On which the worlds of a replicate stand, one set each (`on_parameter_sets`); none of them leaves the
        parameters of the scenario.
    progress : Progress, optional
        Told of every finished world.
    build : callable, optional
        Makes the model of a request; the care system when left out.

    Raises
    ------
    UsageError
        When a run refuses its settings.
    CasModelError
        When no seed ran in every world.
    """
    done, failed = 0, 0
    with progress or Silent() as told:
        starts: dict[int, pd.DataFrame] = {}
        members: dict[int, pd.DataFrame] = {}
        asked = [start_request(theory, r, persons_per_agent) for r in range(replicates)]
        asked = on_parameter_sets(asked, sets)
        for result in run_all(asked, jobs=jobs, build=build, only=("outcomes",), also=("zones",)):
            _refuse(result)
            replicate = result.request.replicate
            starts[replicate] = zones_at_start(theory, result)
            members[replicate] = membership(theory, starts[replicate])
            done += 1
            told.update(done, failed)
        gathered = _Gathered([], [], [], [], [])
        worlds = on_parameter_sets(_requests(theory, replicates, persons_per_agent, threads), sets)
        only = ("outcomes", "activation")
        explained = any(claim.explained_by for claim in theory.claims)
        also = ("zones",) if explained else ()
        for result in run_all(worlds, jobs=jobs, build=build, only=only, also=also):
            if result.misuse is not None:
                raise result.misuse
            if result.ok:
                _gather(theory, result, members[result.request.replicate], gathered)
            gathered.results.append(replace(result, tables={}))  # hundreds of tables would not fit in memory
            done, failed = done + 1, failed + (not result.ok)
            told.update(done, failed)
    tables = _tables(theory, gathered, starts)
    return Trial(theory, replicates, persons_per_agent, gathered.results, tables)


def _refuse(result: WorldResult) -> None:
    if result.misuse is not None:
        raise result.misuse
    if not result.ok:
        raise CasModelError(f"the run-in of seed {result.request.seed} fails with {result.problem}")


def _requests(theory: Theory, replicates: int, persons_per_agent: int, threads: int) -> list[WorldRequest]:
    size = theory.document.run
    return [
        WorldRequest(world.name, world.scenario, r, size.seed + r, persons_per_agent, size.territory, threads)
        for r in range(replicates)
        for world in theory.worlds
    ]


def _gather(theory: Theory, result: WorldResult, members: pd.DataFrame, gathered: _Gathered) -> None:
    """Add the rows of one run."""
    values = final_values(theory, result)
    for level, kept in (("zone", gathered.zones), ("group", gathered.groups)):
        own = values[values["level"] == level].drop(columns="level").rename(columns={"unit": level})
        kept.append(_labelled(own, result))
    features = result.table("zones").astype({"zone": str}) if "zones" in result.tables else None
    places = place_values(theory, values, members, features)
    gathered.places.append(_labelled(places, result))
    if result.request.label in (BASELINE, INTERVENTION):
        gathered.series.append(_labelled(monthly_values(theory, result, members), result))


def _labelled(frame: pd.DataFrame, result: WorldResult) -> pd.DataFrame:
    asked = result.request
    front = {"world": asked.label, "replicate": asked.replicate, "seed": asked.seed}
    return pd.concat([pd.DataFrame(front, index=frame.index), frame], axis=1)


def _tables(theory: Theory, gathered: _Gathered, starts: dict[int, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    whole = _whole_seeds(theory, gathered.results)
    order = {world.name: i for i, world in enumerate(theory.worlds)}

    def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
        table = pd.concat(frames, ignore_index=True)
        table = table[table["replicate"].isin(whole)]
        # Runs end in any order; the tables must not show it.
        return table.sort_values(
            ["replicate", "world"], key=lambda c: c.map(order) if c.name == "world" else c, kind="stable",
            ignore_index=True,
        )  # fmt: skip

    gathered.results.sort(key=lambda r: (order[r.request.label], r.request.replicate))
    places = joined(gathered.places)
    zones = joined(gathered.zones)
    context = pd.concat([starts[r] for r in sorted(whole)], ignore_index=True)
    traces = differences_over_time(joined(gathered.series))
    return {
        "trial_worlds": _worlds(theory),
        "trial_context": context,
        "trial_zones": zones,
        "trial_groups": joined(gathered.groups),
        "trial_places": places,
        "trial_effects": effects_table(theory, places),
        "trial_traces": traces,
        "trial_leads": lead_table(theory, traces),
        **comparative_tables(theory, zones, context),
    }


def _worlds(theory: Theory) -> pd.DataFrame:
    rows = [(w.name, w.words, w.scenario.hash(), "; ".join(w.scenario.settings)) for w in theory.worlds]
    return pd.DataFrame(rows, columns=["world", "words", "hash", "settings"])


def _whole_seeds(theory: Theory, results: Sequence[WorldResult]) -> set[int]:
    """Return the replicates that ran in every world: only those are pairs of everything."""
    failed = {result.request.replicate for result in results if not result.ok}
    whole = {result.request.replicate for result in results} - failed
    if not whole:
        first = next(result for result in results if not result.ok)
        raise CasModelError(
            f"no seed ran in all {len(theory.worlds)} worlds; the first failure: {first.problem}\n"
            f"  see where: {first.request.replay()} --debug"
        )
    return whole
