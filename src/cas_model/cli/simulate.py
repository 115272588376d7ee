"""``cas-model run``, ``compare`` and ``report``: from scenarios to a folder of results."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cas_model.cli import contest, experiment, options, present, refine, theory
from cas_model.cli.starting import compile_at_first_start, lasting, parameter_sets, worker_count
from cas_model.config.errors import CasModelError, UsageError

if TYPE_CHECKING:
    from cas_model.config.scenario import Scenario
    from cas_model.experiments.progress import Progress
    from cas_model.experiments.store import StoredResults
    from cas_model.territory.facts import Territory


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("run")(run)
    app.command("compare")(compare)
    app.command("report")(report)


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A built-in scenario or a .toml file.")],
    out: options.Out = None,
    territory: options.TerritoryName = "flanders",
    persons_per_agent: options.PersonsPerAgent = 100,
    months: options.Months = None,
    burn_in: options.BurnIn = None,
    seed: options.Seed = 0,
    threads: options.Threads = 1,
    settings: options.Settings = None,
    parameters: options.Parameters = None,
    under: options.Under = None,
    calm: options.Calm = False,
    no_twins: options.NoTwins = False,
    stress_test: options.StressTest = False,
    overwrite: options.Overwrite = False,
    no_report: options.NoReport = False,
    json: options.Json = False,
) -> int:
    """Run one world and write its outcomes, manifest, figures and report.

    A world that shocks strike is run without them too, so that the report can say what they took.
    """
    from cas_model.experiments import manifest, progress, store
    from cas_model.experiments.analyses import analyse
    from cas_model.experiments.resilience import calm_twins
    from cas_model.experiments.run import WorldRequest, on_parameter_sets, run_world

    accepted = parameter_sets(parameters)
    worlds, place = _prepare(
        [scenario], settings, options.horizon(months, burn_in), territory, under, calm=calm
    )
    target = out or Path("results") / worlds[0].name
    also = ("stress_test",) if stress_test else ()
    shared = (0, seed, persons_per_agent, lasting(territory), threads, under or "")
    request = WorldRequest(worlds[0].name, worlds[0], *shared, calm=calm)
    twins = {} if no_twins else calm_twins({request.label: request.scenario})
    requests = [request, *(WorldRequest(label, twin, *shared, twin=True) for label, twin in twins.items())]
    *requests, reference = on_parameter_sets(
        [*requests, replace(request, scenario=_status_quo(worlds[0]))], accepted
    )
    request = requests[0]
    started = time.perf_counter()
    with store.results_folder(target, overwrite) as folder:
        total = worlds[0].burn_in + worlds[0].months
        compile_at_first_start()
        results = []
        with progress.progress_for(total * len(requests), "Running", "months", as_json=json) as shown:
            for number, asked in enumerate(requests):
                told = partial(_tell, shown, number * total)
                place_of_run = folder / asked.place if number else folder
                results.append(run_world(asked, told, folder=place_of_run, also=() if number else also))
        failed = next((result for result in results if not result.ok), None)
        if failed is not None:
            raise failed.misuse or CasModelError(
                f"the run failed with {failed.problem}{_trace(failed.trace)}"
            )
        made = manifest.build_manifest(
            options.command_line(),
            results,
            place,
            reference.scenario,
            time.perf_counter() - started,
        )
        store.save_results(folder, results, analyse(results), made)
        stored = store.read_results(folder)
        if not no_report:
            _write_report(folder, stored, place)
    present.show_run(target, stored, not no_report, json)
    return 0


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Two or more; the first is the baseline.")
    ],
    out: options.Out = None,
    replicates: options.Replicates = 5,
    jobs: options.Jobs = None,
    territory: options.TerritoryName = "flanders",
    persons_per_agent: options.PersonsPerAgent = 100,
    months: options.Months = None,
    burn_in: options.BurnIn = None,
    seed: options.Seed = 0,
    threads: options.Threads = 1,
    settings: options.Settings = None,
    parameters: options.Parameters = None,
    sets: options.Sets = None,
    under: options.Under = None,
    no_twins: options.NoTwins = False,
    stress_test: options.StressTest = False,
    overwrite: options.Overwrite = False,
    no_report: options.NoReport = False,
    json: options.Json = False,
) -> int:
    """Run worlds that share every chance event, and write how they differ and how sure that is."""
    from cas_model.experiments import compare as comparing
    from cas_model.experiments import manifest, progress, store
    from cas_model.experiments.run import on_parameter_sets

    accepted = parameter_sets(parameters, sets)
    worlds, place = _prepare(scenarios, settings, options.horizon(months, burn_in), territory, under)
    requests = comparing.requests_for(
        worlds,
        replicates=max(replicates, len(accepted)),
        seed=seed,
        persons_per_agent=persons_per_agent,
        territory=lasting(territory),
        threads=threads,
        under=under or "",
        twins=not no_twins,
    )
    requests = on_parameter_sets(requests, accepted)
    target = out or Path("results") / "-".join(comparing.labels_of(worlds))
    workers = worker_count(jobs, threads, len(requests))
    also = ("stress_test",) if stress_test else ()
    started = time.perf_counter()
    with store.results_folder(target, overwrite) as folder:
        compile_at_first_start()
        shown = progress.progress_for(len(requests), "Comparing", "worlds", as_json=json)
        result = comparing.compare(requests, jobs=workers, progress=shown, folder=folder, also=also)
        made = manifest.build_manifest(
            options.command_line(),
            result.results,
            place,
            requests[0].scenario,
            time.perf_counter() - started,
        )
        store.save_results(folder, result.results, result.analyses, made)
        if not no_report:
            _write_report(folder, store.read_results(folder), place)
    present.show_comparison(target, made, result.analyses, not no_report, json)
    if result.failures:
        first = result.failures[0]
        print(
            f"{len(result.failures)} of {len(requests)} runs failed and are left out; the first with "
            f"{first.problem}\n  replay: {first.request.replay()}\n  all: {target}/failures.json",
            file=sys.stderr,
        )
        return CasModelError.exit_code
    return 0


def report(
    folder: Annotated[
        Path, typer.Argument(help="A folder written by run, compare, experiment run or theory test.")
    ],
) -> int:
    """Write report.html, figures and summary tables of a results folder anew."""
    from cas_model.experiments import store
    from cas_model.experiments.registries import load_registries
    from cas_model.territory.facts import load_territory

    load_registries()
    for kind, command in (
        ("experiment", experiment),
        ("refinement", refine),
        ("contest", contest),
        ("theory", theory),
    ):
        if store.holds(kind, folder):
            return int(command.write_again(folder))
    stored = store.read_results(folder)
    territory = load_territory(str(stored.manifest["territory"]))
    with store.added_to(folder) as work:
        _write_report(work, stored, territory)
    print(f"Saved {folder / 'report.html'}")
    return 0


def _prepare(
    names: list[str],
    settings: list[str] | None,
    overrides: dict[str, object],
    territory: str,
    under: str | None,
    *,
    calm: bool = False,
) -> tuple[list[Scenario], Territory]:
    """Load everything that can be wrong before any work starts."""
    from cas_model.config.scenario_layers import load_scenario
    from cas_model.experiments.registries import load_registries
    from cas_model.model.shocks import check_zones
    from cas_model.territory.facts import load_territory

    load_registries()
    if under and calm:
        raise UsageError("--under and --calm exclude each other", fix="leave one of them out")
    worlds = [load_scenario(name, settings or (), overrides) for name in names]
    if under:
        worlds = _struck(worlds, load_scenario(under, (), overrides))
    if calm:
        worlds = [replace(world, shocks=()) for world in worlds]
    place = load_territory(territory)
    for world in worlds:
        check_zones(world, place)
    return worlds, place


def _struck(worlds: list[Scenario], source: Scenario) -> list[Scenario]:
    """Return the worlds with the shocks of another scenario."""
    if not source.shocks:
        raise UsageError(
            f"`{source.name}` has no shocks",
            where="--under",
            allowed="a scenario with [[shocks]]",
            fix="use --under pandemic; `cas-model list scenarios` shows others",
        )
    own = [world.name for world in worlds if world.shocks]
    if own:
        raise UsageError(
            f"`{own[0]}` has shocks of its own",
            where="--under",
            allowed="scenarios without shocks",
            fix="leave --under out, or write a scenario file with all shocks",
        )
    return [replace(world, shocks=source.shocks) for world in worlds]


def _tell(shown: Progress, before: int, done: int, _: int) -> None:
    shown.update(before + done)


def _status_quo(world: Scenario) -> Scenario:
    """Return the status quo with the horizon of `world`, to describe what the world changes."""
    from cas_model.config.scenario_layers import load_scenario

    return load_scenario(overrides={"run.months": world.months, "run.burn_in": world.burn_in})


def _trace(trace: str) -> str:
    return f"\n{trace}" if options.debugging() else "\n  fix: add --debug to see where"


def _write_report(folder: Path, stored: StoredResults, territory: Territory) -> None:
    from cas_model.report.page import write_report

    write_report(folder, stored.manifest, stored.tables, stored.fit, territory)
