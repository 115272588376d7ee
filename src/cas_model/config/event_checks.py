"""What a scenario's events must not do: begin after the world has ended, or get in each other's way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from cas_model.config.errors import UsageError
from cas_model.config.scenario import ShockEvent
from cas_model.config.shock_declarations import SHOCKS

Reach = Callable[[ShockEvent], Collection[object]]
"""Returns what an event strikes; nothing means everything."""


def events_out_of_time(events: Sequence[ShockEvent], months: int, where: str) -> list[UsageError]:
    """Return a problem for each event that would begin when the world has run its months."""
    return [
        UsageError(
            f"`{event.kind}` begins in month {event.start_month}, and the world ends after month "
            f"{months - 1}",
            where=f"{where}, shocks",
            allowed=f"start_month 0 to {months - 1}",
            fix=f"let it begin earlier, or set run.months to more than {event.start_month}",
        )
        for event in events
        if event.start_month >= months
    ]


def _stated_zones(event: ShockEvent) -> Collection[object]:
    return event.zones


def clashes(events: Sequence[ShockEvent], where: str, reach: Reach = _stated_zones) -> list[UsageError]:
    """Return a problem for each two events that may not run in the same zone at once.

    Parameters
    ----------
    events : sequence of ShockEvent
    where : str
        File of the scenario.
    reach : function, optional
        What an event strikes: by default the zones as stated, so that places which only a territory shows to
        overlap are found when a world is built.
    """
    problems = []
    alone = [event for event in events if SHOCKS[event.kind].alone]
    for i, first in enumerate(alone):
        for second in alone[i + 1 :]:
            here, there = set(reach(first)), set(reach(second))
            apart = here and there and not here & there
            together_in_time = first.start_month < second.end_month and second.start_month < first.end_month
            if first.kind == second.kind and together_in_time and not apart:
                later, earlier = sorted((first, second), key=lambda e: -e.start_month)
                problems.append(
                    UsageError(
                        f"two events `{first.kind}` run in the same zones at once, from months "
                        f"{earlier.start_month} and {later.start_month}",
                        where=f"{where}, shocks",
                        allowed="one at a time per zone",
                        fix=f"let the second begin in month {earlier.end_month} or later, or elsewhere",
                    )
                )
    return problems
