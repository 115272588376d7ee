"""``cas-model serve``: the teaching page."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from cas_model.cli.options import TerritoryName, within


def add_commands(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command("serve")(serve)


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; any other than 127.0.0.1 exposes the page.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(callback=within("--port", 1, 65535), help="Port to listen on.")] = 8765,
    territory: TerritoryName = "flanders",
    persons_per_agent: Annotated[
        int,
        typer.Option(
            callback=within("--persons-per-agent", 200, 5000),
            help="Inhabitants that one simulated patient stands for, 200 to 5000.",
        ),
    ] = 250,
) -> int:
    """Open the teaching page for a lecturer and students, without internet."""
    from cas_model.cli.starting import compile_at_first_start
    from cas_model.server import serving

    held = serving.claim_port(host, port)
    serving.prepare_solara()
    compile_at_first_start()
    from cas_model.server.classroom import CLASSROOM
    from cas_model.server.session import Session

    serving.SERVED.persons_per_agent, serving.SERVED.territory = persons_per_agent, territory
    # The first world takes seconds, the next a fraction: nobody should wait for it at the page.
    Session(persons_per_agent=persons_per_agent, territory=territory)
    reached = socket.gethostname() if host in ("0.0.0.0", "::") else host
    shown = f"[{reached}]" if ":" in reached else reached
    address = f"http://{shown}:{port}/"

    def announce() -> None:
        print(f"Teaching page:  {address}")
        print(f"Lecturer:       {address}?key={CLASSROOM.key}")
        if serving.is_exposed(host):
            print("Everybody on this network can open and use the page: there is no password.")
        print("Stop with Ctrl-C.", flush=True)

    serving.serve(held, announce)
    return 0
