"""What a shock declares, and the registry of all shocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cas_model.config.declarations import Parameter, compile_step, file_of
from cas_model.config.registry import Registry


@dataclass(frozen=True)
class Shock:
    """A timed event.

    Attributes
    ----------
    fields : tuple of Parameter
        The numbers a scenario may set for one occurrence.
    groups : tuple of str
        The groups of people, disciplines or tiers at which it can be aimed; empty when it cannot.
    strikes : tuple of str
        The groups it strikes unless a scenario says otherwise.
    alone : bool
        Two of them may not run in the same zone at once.
    """

    name: str
    label: str
    source: str
    meaning: str
    fields: tuple[Parameter, ...]
    kernel: Callable[..., None]
    writes: tuple[str, ...]
    file: str
    groups: tuple[str, ...] = ()
    strikes: tuple[str, ...] = ()
    alone: bool = False

    @property
    def defaults(self) -> dict[str, float]:
        """Start month, duration and size when a scenario does not say."""
        return {f.name: f.default for f in self.fields}


SHOCKS: Registry[Shock] = Registry("shock")


def start_month(default: float, source: str) -> Parameter:
    """Declare when an event begins."""
    return Parameter("start_month", default, 0, 599, "month", source, "first month", whole=True)


def duration_months(default: float, high: float, source: str) -> Parameter:
    """Declare how long an event lasts."""
    return Parameter("duration_months", default, 1, high, "months", source, "how long it lasts", whole=True)


def zone_share(default: float, source: str) -> Parameter:
    """Declare in which share of the zones that an event aims at it strikes, drawn by chance."""
    return Parameter(
        "zone_share", default, 0.0, 1.0, "0-1", source, "share of the zones aimed at that are struck"
    )


SEVERITY = Parameter("severity", 1.0, 0.0, 2.0, "ratio", "assumption", "scales all sizes")


def shock(
    name: str,
    *,
    label: str,
    source: str,
    meaning: str,
    fields: tuple[Parameter, ...],
    writes: tuple[str, ...],
    groups: tuple[str, ...] = (),
    strikes: tuple[str, ...] = (),
    alone: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a shock; its kernel binds what a process may, and the event's own values.

    ``event_<field>`` is a field's value, ``event_now`` the months since its start (one element, negative
    during a notice), ``event_zones`` and ``event_groups`` what it strikes, ``event_number`` its place among
    the scenario's events of this kind, by which its draws differ from those of another. The fields
    `start_month`, `duration_months`, and where declared `notice_months` and `taper_months` say when the
    kernel runs: from the notice to the end of the taper. Every shock can be limited to a share of zones.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        kernel, file = compile_step(function), file_of(function)
        declared = fields
        if not any(f.name == "zone_share" for f in fields):
            declared = (*fields, zone_share(1.0, "assumption"))
        SHOCKS.add(
            Shock(
                name, label, source, meaning, declared, kernel, writes, file, groups, strikes or groups, alone
            )
        )
        return kernel

    return register
