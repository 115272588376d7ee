"""Events of a scenario, bound to one world: where they strike, and when their kernels run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import Process
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.event_checks import clashes
from cas_model.config.scenario import Scenario, ShockEvent
from cas_model.config.shock_declarations import SHOCKS
from cas_model.config.toml_source import together
from cas_model.numerics.addressed_random import uniforms
from cas_model.territory.facts import Territory

CITIES, OUTSIDE_CITIES, REGION = "cities", "outside_cities", "region "


def zones_aimed_at(event: ShockEvent, territory: Territory, where: str = "") -> NDArray[np.bool_]:
    """Return the zones, shape (Z,), that an event names.

    A name that a zone and a region share means the zone; ``region NAME`` is always the region.

    Raises
    ------
    UsageError
        A place that the territory does not have, or a set of zones that is empty here.
    """
    aimed = np.full(territory.n_zones, not event.zones)
    for place in event.zones:
        name = place.removeprefix(REGION)
        if place == CITIES:
            found = territory.zone_is_city
        elif place == OUTSIDE_CITIES:
            found = ~territory.zone_is_city
        elif place in territory.zone_names:
            found = np.array(territory.zone_names) == place
        elif name in territory.region_names:
            found = territory.region_of_zone == territory.region_names.index(name)
        else:
            known = [*territory.zone_names, *territory.region_names, CITIES, OUTSIDE_CITIES]
            raise unknown_name("zone", place, known, where)
        if not found.any():
            raise UsageError(
                f"`{place}` holds no zone of this territory", where=where, fix="name other zones"
            )
        aimed = aimed | found
    return aimed


def number_events(events: Sequence[ShockEvent]) -> Iterator[tuple[int, ShockEvent]]:
    """Yield each event with its number among those of its kind.

    By that number its draws differ from those of another, whatever else a scenario lists.
    """
    met: Counter[str] = Counter()
    for event in events:
        yield met[event.kind], event
        met[event.kind] += 1


def zones_struck(event: ShockEvent, number: int, territory: Territory, seed: int) -> NDArray[np.bool_]:
    """Return the zones, shape (Z,), that an event strikes: those it names, or a drawn share of them.

    At least one zone is struck unless the share is 0.
    """
    struck = zones_aimed_at(event, territory)
    share = event.fields["zone_share"]
    if share < 1.0:
        aimed = np.flatnonzero(struck)
        n = max(1, round(share * len(aimed))) if share > 0.0 else 0
        chance = uniforms(seed, f"event_zones_{event.kind}_{number}", 0, territory.n_zones)[aimed]
        struck = np.zeros_like(struck)
        struck[aimed[np.argsort(chance, kind="stable")[:n]]] = True
    return struck


def check_zones(scenario: Scenario, territory: Territory) -> None:
    """Refuse events that strike places which the territory does not have, or that get in each other's way.

    Raises
    ------
    UsageError
        Naming the scenario, the place and the nearest one; several problems at once.
    """
    problems, reached = [], {}
    for event in scenario.shocks:
        try:
            where = f"{scenario.origin}, shocks, {event.kind}, zones"
            reached[id(event)] = np.flatnonzero(zones_aimed_at(event, territory, where)).tolist()
        except UsageError as problem:
            problems.append(problem)
    together(problems)
    together(clashes(scenario.shocks, scenario.origin, lambda event: reached[id(event)]))


@dataclass
class BoundEvent:
    """An event with its kernel's arguments, resolved once; `now` is the element that moves."""

    event: ShockEvent
    kernel: Callable[..., None]
    arguments: tuple[Any, ...]
    now: NDArray[np.float64]

    def act(self, month: int) -> None:
        """Run the kernel if the month is one of the event's."""
        first, last = self.event.active_months
        if first <= month < last:
            self.now[0] = month - self.event.start_month
            self.kernel(*self.arguments)


def bind_event(
    event: ShockEvent,
    number: int,
    territory: Territory,
    seed: int,
    resolve: Callable[[str, Process], Any],
) -> BoundEvent:
    """Bind the kernel of an event, the `number`th of its kind in a scenario.

    Parameters
    ----------
    resolve : function
        What a process's argument is bound to in this world.
    """
    shock = SHOCKS[event.kind]
    step = Process(shock.name, "shocks", 0, shock.kernel, shock.writes, shock.file, "")
    now = np.zeros(1)
    own: dict[str, Any] = {f"event_{name}": float(value) for name, value in event.fields.items()}
    own["event_now"], own["event_number"] = now, number
    own["event_zones"] = zones_struck(event, number, territory, seed)
    own["event_groups"] = np.isin(shock.groups, event.groups or shock.strikes)
    arguments = tuple(own[name] if name in own else resolve(name, step) for name in step.arguments)
    return BoundEvent(event, shock.kernel, arguments, now)
