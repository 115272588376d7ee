"""Small worlds for tests: built once, wound back by copying columns, stepped one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.scenario_layers import ROOT, builtin_scenarios, load_scenario
from cas_model.model.columns import COLUMNS
from cas_model.model.schedule import Step, load_processes
from cas_model.model.system import CareSystem

Columns = dict[str, NDArray[Any]]

load_processes()


def new_world(
    scenario: str = "status_quo",
    seed: int = 0,
    *,
    burn_in: int = 12,
    months: int = 60,
    threads: int = 1,
    overrides: Mapping[str, Any] | None = None,
    persons_per_agent: int = 1000,
) -> CareSystem:
    """Build a world of about 900 patients (by default) in the eight zones of the small territory.

    It has at least as many months as the scenario's events need to begin.
    """
    events = () if overrides and "shocks" in overrides else load_scenario(scenario).shocks
    months = max(months, *(event.start_month + 1 for event in events), 1)
    settings = {"run.burn_in": burn_in, "run.months": months, **(overrides or {})}
    settled = load_scenario(scenario, overrides=settings)
    return CareSystem(
        settled, seed=seed, persons_per_agent=persons_per_agent, territory="small", threads=threads
    )


def calm_scenarios() -> list[str]:
    """Return the built-in scenarios in which nothing strikes, the status quo apart."""
    return [name for name in builtin_scenarios() if name != ROOT and not load_scenario(name).shocks]


def copy_columns(world: CareSystem) -> Columns:
    """Return a copy of every column."""
    return {
        f"{name}_{column}": array.copy()
        for name, table in world.state.tables.items()
        for column, array in table.columns.items()
    }


def columns_that_differ(before: Columns, after: Columns) -> list[str]:
    """Return the keys of the columns of which any bit differs."""
    return [key for key in before if not np.array_equal(before[key], after[key])]


def out_of_range(world: CareSystem) -> list[str]:
    """Return the columns that hold a value outside their declared range, or none at all."""
    wrong = []
    for key, array in copy_columns(world).items():
        low, high = float(array.min()), float(array.max())
        declared = COLUMNS[key]
        if not (np.isfinite(array).all() and declared.low <= low and high <= declared.high):
            wrong.append(f"{key} is in [{low:g}, {high:g}], declared [{declared.low:g}, {declared.high:g}]")
    return wrong


@dataclass(frozen=True)
class Bookmark:
    """A world and the moment to which it can be wound back."""

    world: CareSystem
    month: int
    columns: Columns

    def return_to(self) -> CareSystem:
        """Put every column, the clock and all mechanisms back as they were."""
        for key, array in self.columns.items():
            self.world.state.array(key)[:] = array
        self.world.month, self.world.running = self.month, True
        for name, strength in self.world.scenario.mechanisms.items():
            if self.world._strengths[name] != strength:
                self.world.set_strength(name, strength)
        return self.world


def bookmark(world: CareSystem) -> Bookmark:
    """Remember a world as it is now."""
    return Bookmark(world, world.month, copy_columns(world))


@cache
def settled_world(parameters: tuple[tuple[str, float], ...] = ()) -> Bookmark:
    """Return the status quo in its second policy month, its rules in force."""
    world = new_world(overrides={f"parameters.{name}": value for name, value in parameters})
    while world.month < 1:
        world.step()
    return bookmark(world)


def run_months(world: CareSystem, months: int) -> CareSystem:
    """Run so many months."""
    for _ in range(months):
        world.step()
    return world


def step_singly(world: CareSystem, around: Callable[[Step], Any]) -> None:
    """Run one month, handing each process to `around` instead of running it."""
    world.set_clock(world.month)
    world.state.reset_monthly()
    struck = False
    for step in world.schedule.steps:
        if step.process.phase != "shocks" and not struck:
            world._strike()
            struck = True
        around(step)
    world.records.take(world.month)
    world.month += 1


def run_step(world: CareSystem, step: Step) -> None:
    """Run one process over all its rows."""
    if step.process.by_rows:
        world.schedule.run_rows([step])
    else:
        world.schedule.run_whole(step)


def steps_of(world: CareSystem, mechanism: str) -> list[Step]:
    """Return the steps through which a mechanism acts, in the order of the month."""
    return [s for s in world.schedule.steps if s.process.mechanism == mechanism]


def step_of(world: CareSystem, mechanism: str) -> Step:
    """Return the first step through which a mechanism acts."""
    return steps_of(world, mechanism)[0]


@contextmanager
def ablated(world: CareSystem, mechanism: str) -> Iterator[CareSystem]:
    """Switch a mechanism off for a while."""
    world.set_strength(mechanism, 0.0)
    try:
        yield world
    finally:
        world.set_strength(mechanism, 1.0)
