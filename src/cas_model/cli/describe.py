"""``cas-model plan`` and ``territory``: what happens in a month, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json, print_rows

if TYPE_CHECKING:
    from cas_model.territory.facts import Territory
    from cas_model.territory.geography import HospitalNetworks

MEASURED_MONTHS = 12


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("plan")(plan)
    app.command("territory")(territory)


def plan(
    json: options.Json = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Run a year of Flanders and show each step's share of the time.")
    ] = False,
) -> int:
    """Show the steps of a month in order: what each does, reads and writes, and in which file it is."""
    from cas_model.experiments.registries import load_registries

    load_registries()
    rows = _plan_rows()
    columns = {"phase": "phase", "step": "step", "summary": "what it does", "file": "file"}
    if measure:
        shares = _measured_shares()
        for row in rows:
            row["time_share"] = round(shares[row["step"]], 4)
        columns = {"phase": "phase", "step": "step", "time_share": "time", "summary": "what it does"}
    if json:
        print_json(rows)
    else:
        print_rows(rows, columns)
    return 0


def _plan_rows() -> list[dict[str, Any]]:
    from cas_model.config.adaptation import default_rules
    from cas_model.config.declarations import PHASES
    from cas_model.model.schedule import in_force, load_processes

    return [
        {
            "phase": f"{PHASES.index(p.phase) + 1} {p.phase}",
            "step": p.name,
            "summary": p.summary,
            "file": p.file,
            "mechanism": p.mechanism,
            "reads": [a for a in p.arguments if a not in (*p.writes, "start", "stop")],
            "writes": list(p.writes),
            "by_rows": p.by_rows,
        }
        for p in in_force(load_processes(), default_rules())
    ]


def _measured_shares() -> dict[str, float]:
    """Return each step's share of the time of a year at the default scale, compilation left out."""
    from cas_model.model.system import CareSystem

    world = CareSystem("status_quo")
    world.step()
    world.schedule.timed = True
    for _ in range(MEASURED_MONTHS):
        world.step()
    total = sum(step.seconds for step in world.schedule.steps)
    return {step.process.name: step.seconds / total for step in world.schedule.steps}


def territory(
    name: Annotated[str, typer.Argument(help="flanders, small, or a folder.")] = "flanders",
    json: options.Json = False,
    out: Annotated[Path | None, typer.Option("--out", help="Also draw the maps into this folder.")] = None,
) -> int:
    """Show zones, regions and hospital networks, and where their borders do not match."""
    from cas_model.territory.facts import load_territory
    from cas_model.territory.geography import place_networks
    from cas_model.territory.summary import summarise_territory

    place = load_territory(name)
    networks = place_networks(place)
    summary = summarise_territory(place, networks)
    if out is not None:
        _draw(place, networks, out)
    if json:
        print_json(summary)
        return 0
    _print_summary(summary)
    if out is not None:
        print(f"Saved maps to {out}")
    return 0


def _draw(place: Territory, networks: HospitalNetworks, out: Path) -> None:
    from cas_model.experiments.store import explain_os_error
    from cas_model.report.palette import save_figure
    from cas_model.report.territory_map import draw_misfit, draw_territory

    try:
        save_figure(draw_territory(place, networks), out, "territory")
        save_figure(draw_misfit(place, networks), out, "misfit")
    except OSError as error:
        raise explain_os_error(error, f"drawing into {out}") from error


def _print_summary(summary: dict[str, Any]) -> None:
    counts = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in summary["counts"].items())
    print(f"{summary['name']}: {summary['population']} inhabitants, {counts}\n")
    print_rows(
        summary["zones"],
        {
            "zone": "zone",
            "region": "reference region",
            "population": "people",
            "main_network": "hospital network",
            "misfit": "misfit",
        },
    )
    print()
    print_rows(
        summary["networks"],
        {"network": "hospital network", "users": "users", "catchment_zones": "zones in its catchment"},
    )
    misfit = summary["mean_misfit"]
    print(
        f"\nMean misfit: hospital networks {misfit['hospital']:.2f}, regions {misfit['region']:.2f}, "
        f"combined {misfit['combined']:.2f} (0: all work stays inside one border; 1: all work crosses)"
    )
    straddling = summary["straddling_zones"]
    print(f"{len(straddling)} zones straddle reference regions: {', '.join(straddling) or 'none'}")
