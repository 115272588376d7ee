"""What a session hands out: its data as CSV, and its figures as SVG and PNG, each in one archive."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cas_model.config.declarations import OUTCOMES
from cas_model.report.maps import draw_where
from cas_model.report.material import World
from cas_model.report.number_format import sentence_case
from cas_model.report.palette import (
    SOFT,
    footer,
    new_figure,
    save_figure,
    styled,
    world_colour,
    world_line,
)
from cas_model.report.series import title_with_unit
from cas_model.server.replay import write_replay
from cas_model.server.session import Session
from cas_model.server.views.shown import facts
from cas_model.territory.cells import municipality_cells

READ_ME = """A session of the cas_model teaching page.

flanders.csv   every outcome of the whole territory: world, month (0 is July 2023), outcome, unit, value
zones.csv      every outcome of every zone in the last month run
replay.json    open it on the page to live the session again
Claim level: {claim}. Seed {seed}; one patient stands for {scale} people. Shares are fractions of 1.
"""
CHART_IN = 1.7


def data_archive(session: Session) -> bytes:
    """Return a zip of CSV files with the session's outcomes, and its replay file."""
    claim = next(iter(session.worlds.values())).scenario.parameter_set
    said = READ_ME.format(claim=claim, seed=session.seed, scale=session.persons_per_agent)
    return _zipped(
        {
            "README.txt": said.encode(),
            "flanders.csv": _flanders(session).to_csv(index=False).encode(),
            "zones.csv": _zones(session).to_csv(index=False).encode(),
            "replay.json": write_replay(session).encode(),
        }
    )


def _zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def _flanders(session: Session) -> pd.DataFrame:
    """Return the outcomes of the whole territory, tidy."""
    tables = []
    for name, world in session.worlds.items():
        months = np.arange(-world.model.burn_in, world.month)
        for outcome in OUTCOMES.values():
            tables.append(
                pd.DataFrame(
                    {
                        "world": name,
                        "scenario": world.source,
                        "month": months,
                        "outcome": outcome.name,
                        "unit": outcome.unit,
                        "value": world.series(outcome.name),
                    }
                )
            )
    return pd.concat(tables, ignore_index=True).dropna(subset=["value"])


def _zones(session: Session) -> pd.DataFrame:
    tables = []
    for name, world in session.worlds.items():
        for outcome in OUTCOMES.values():
            tables.append(
                pd.DataFrame(
                    {
                        "world": name,
                        "month": world.month - 1,
                        "zone": session.territory.zone_names,
                        "outcome": outcome.name,
                        "unit": outcome.unit,
                        "value": world.zone_values(outcome.name).astype(float),
                    }
                )
            )
    return pd.concat(tables, ignore_index=True).dropna(subset=["value"])


def figure_archive(session: Session, outcome: str, lines: Sequence[str]) -> bytes:
    """Return a zip with the map and ranking of one outcome and the lines of several, as SVG and PNG."""
    worlds = _named(session)
    table = pd.DataFrame(
        {w.name: session.worlds[w.name].zone_values(outcome) * facts(outcome).factor for w in worlds},
        index=pd.Index(session.territory.zone_names),
    )
    figures = {
        f"map_{outcome}": draw_where(
            municipality_cells(session.territory), session.territory.zone_names, table.dropna(),
            facts(outcome), worlds,
        ),
        "lines": draw_lines(session, lines),
    }  # fmt: skip
    files = {}
    first = next(iter(session.worlds.values())).scenario
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in figures.items():
            signed = footer(figure, first.parameter_set, [session.seed], first.hash())
            for path in save_figure(signed, Path(folder), name):
                files[path.name] = path.read_bytes()
    return _zipped(files)


def _named(session: Session) -> list[World]:
    return [
        World(name, f"{name}: {world.scenario.title}", index)
        for index, (name, world) in enumerate(session.worlds.items())
    ]


@styled
def draw_lines(session: Session, outcomes: Sequence[str]) -> Figure:
    """Draw outcomes of the whole territory over time, a panel each, with shocks and changes marked."""
    figure = new_figure(0.8 + CHART_IN * len(outcomes))
    panels = figure.subplots(len(outcomes), 1, squeeze=False, sharex=True)[:, 0]
    worlds = _named(session)
    for axes, outcome in zip(panels, outcomes, strict=True):
        fact = facts(outcome)
        for world in worlds:
            live = session.worlds[world.name]
            values = live.series(outcome) * fact.factor
            years = np.arange(-live.model.burn_in, live.month) / 12.0
            axes.plot(
                years, values, color=world_colour(world.index), linestyle=world_line(world.index),
                label=world.title,
            )  # fmt: skip
        for marker in session.markers():
            axes.axvline(marker.month / 12.0, color=SOFT, linewidth=0.8, linestyle=(0, (2, 2)))
        title_with_unit(axes, sentence_case(fact.label), fact.unit)
    for month, text in {m.month: m.text for m in session.markers()}.items():
        panels[0].annotate(
            text, (month / 12.0, 1.0), xycoords=("data", "axes fraction"), xytext=(2, -9),
            textcoords="offset points", color=SOFT,
        )  # fmt: skip
    panels[-1].set_xlabel("years since the start")
    if len(worlds) > 1:
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=2, frameon=False)
    return figure
