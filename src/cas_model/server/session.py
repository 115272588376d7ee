"""A session: one world, or two with the same chance and what they differ in, played month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import MECHANISMS
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.principles import PRINCIPLES
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.report.number_format import sentence_case
from cas_model.server.live_world import Change, LiveWorld, Settings, acts_at_once
from cas_model.territory.facts import Territory, load_territory

CLASS_SCALE = 250
"""Inhabitants per simulated patient on the page."""
SCALES = (200, 5000)
SEEDS = (0, 2**31 - 1)
FIRST, SECOND = "A", "B"


@dataclass(frozen=True)
class Marker:
    """Something that happened: when, what (labels of shocks, keys of settings), and in which world."""

    month: int
    labels: tuple[str, ...]
    world: str
    shock: bool

    @property
    def text(self) -> str:
        """What happened, in English words."""
        return ", ".join(label_of(key) for key in self.labels)


def _within(what: str, value: Any, limits: tuple[int, int]) -> int:
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"{what} is {value!r}", allowed=f"a whole number from {low} to {high}")
    return value


class Session:
    """Worlds A and, while comparing, B.

    Parameters
    ----------
    scenario : str
        Built-in scenario.
    seed, persons_per_agent : int
        As for `CareSystem`; 200 to 5000 persons per agent.
    territory : str or Territory

    Raises
    ------
    UsageError
        Unknown scenario, or a number out of range.
    """

    def __init__(
        self,
        scenario: str = "status_quo",
        *,
        seed: int = 0,
        persons_per_agent: int = CLASS_SCALE,
        territory: str | Territory = "flanders",
    ) -> None:
        self.seed = _within("seed", seed, SEEDS)
        self.persons_per_agent = _within("persons_per_agent", persons_per_agent, SCALES)
        self.territory = load_territory(territory) if isinstance(territory, str) else territory
        self.on_reset: dict[str, Settings] = {FIRST: {}, SECOND: {}}
        self.worlds: dict[str, LiveWorld] = {FIRST: self._new_world(scenario, {})}

    def _new_world(self, scenario: str, settings: Mapping[str, Any]) -> LiveWorld:
        return LiveWorld(
            scenario, settings, seed=self.seed, persons_per_agent=self.persons_per_agent,
            territory=self.territory,
        )  # fmt: skip

    # --- running ------------------------------------------------------------------------------------------

    @property
    def month(self) -> int:
        """The policy month that is run next, the same in both worlds."""
        return self.worlds[FIRST].month

    @property
    def horizon(self) -> int:
        """Policy months in all."""
        return min(world.model.horizon for world in self.worlds.values())

    @property
    def ended(self) -> bool:
        """Whether all months have been run."""
        return self.month >= self.horizon

    @property
    def comparing(self) -> bool:
        """Whether there are two worlds."""
        return SECOND in self.worlds

    def advance(self, months: int = 1) -> int:
        """Run months in all worlds and return how many there were (fewer at the end)."""
        n = min(months, self.horizon - self.month)
        for world in self.worlds.values():
            world.advance(n)
        return n

    # --- changing -----------------------------------------------------------------------------------------

    def _chosen(self, world: str) -> list[str]:
        """Return the worlds meant by a name, or by ``both``."""
        if world == "both":
            return list(self.worlds)
        if world not in self.worlds:
            raise unknown_name("world", world, [*self.worlds, "both"])
        return [world]

    def change(self, settings: Mapping[str, Any], world: str = FIRST) -> None:
        """Change settings: from the next month on, or on reset for those that a world is built with.

        Parameters
        ----------
        settings : mapping
            Dotted keys to values, as in a scenario.
        world : str
            ``A``, ``B`` or ``both``.

        Raises
        ------
        UsageError
            A key or value cannot be used; neither world has changed.
        """
        at_once = {key: value for key, value in settings.items() if acts_at_once(key)}
        later = {key: value for key, value in settings.items() if key not in at_once}
        names = self._chosen(world)
        for name in names:
            if later:
                self._rebuilt_scenario(name, later)
            if at_once:
                self.worlds[name].change(at_once)
            self.on_reset[name] |= later

    def _rebuilt_scenario(self, name: str, later: Settings) -> None:
        held = {**self.worlds[name].settings, **self.on_reset[name], **later}
        load_scenario(self.worlds[name].source, overrides=held)

    def strike(self, kind: str, world: str = "both", **fields: Any) -> None:
        """Let a shock begin in the next month (see `LiveWorld.strike`)."""
        SHOCKS.require(kind)
        for name in self._chosen(world):
            self.worlds[name].strike(kind, fields)

    def compare(self) -> None:
        """Make world B a copy of world A: the same past, the same chance."""
        self.worlds[SECOND] = self.copy_of(self.worlds[FIRST])
        self.on_reset[SECOND] = dict(self.on_reset[FIRST])

    def stop_comparing(self) -> None:
        """Leave world B."""
        self.worlds.pop(SECOND, None)
        self.on_reset[SECOND] = {}

    def copy_of(self, world: LiveWorld) -> LiveWorld:
        """Return a world with the same past, by living it again."""
        return self.relive(world.source, world.at_start, world.log(), world.month)

    def relive(
        self, scenario: str, settings: Mapping[str, Any], changes: Iterable[Change], months: int
    ) -> LiveWorld:
        """Build a world and make the same changes in the same months.

        Raises
        ------
        UsageError
            A change cannot be made, or months go backwards.
        """
        world = self._new_world(scenario, settings)
        for change in changes:
            if not world.month <= change.month <= world.model.horizon:
                raise UsageError(f"a change in month {change.month} is out of order")
            world.advance(change.month - world.month)
            if change.settings:
                world.change(change.settings)
            for shock in change.shocks:
                fields = {key: value for key, value in shock.items() if key != "kind"}
                world.strike(shock["kind"], fields)
        world.advance(months - world.month)
        return world

    def set_up(self, worlds: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        """Start anew with these worlds: name -> scenario and the settings laid over it.

        Raises
        ------
        UsageError
            A scenario or setting cannot be used; the worlds are then as they were.
        """
        self.worlds = {name: self._new_world(*given) for name, given in worlds.items()}
        self.on_reset = {FIRST: {}, SECOND: {}}

    def reset(self) -> None:
        """Go back to the first policy month, keeping every setting as it is now and no triggered shock."""
        self.set_up({name: self._as_set(name) for name in self.worlds})

    def choose(self, scenario: str, world: str = FIRST) -> None:
        """Start anew, a world with another scenario and the other one with its own settings.

        Raises
        ------
        UsageError
            There is no such built-in scenario.
        """
        chosen = self._chosen(world)
        self.set_up({n: (scenario, {}) if n in chosen else self._as_set(n) for n in self.worlds})

    def _as_set(self, name: str) -> tuple[str, Settings]:
        world = self.worlds[name]
        held = {**world.stated, **self.on_reset[name]}
        held.pop("funding.transition.start_month", None)
        return world.source, held

    # --- reading ------------------------------------------------------------------------------------------

    def differences(self) -> list[str]:
        """Return what world B differs in, ``key: A -> B``; empty for one world or two equal ones."""
        if not self.comparing:
            return []
        a, b = self.worlds[FIRST].scenario, self.worlds[SECOND].scenario
        return a.differences(b)

    def zone_difference(self, outcome: str) -> NDArray[np.float32]:
        """Return B less A of an outcome of every zone in the last month run.

        Raises
        ------
        UsageError
            There is one world only.
        """
        if not self.comparing:
            raise UsageError("there is one world", fix="press Compare first")
        later = self.worlds[SECOND].zone_values(outcome) - self.worlds[FIRST].zone_values(outcome)
        return np.asarray(later, dtype=np.float32)

    def markers(self) -> list[Marker]:
        """Return shocks, reforms and changes of settings, in the order of time."""
        found = []
        for name, world in self.worlds.items():
            for event in world.scenario.shocks:
                found.append(Marker(event.start_month, (SHOCKS[event.kind].label,), name, True))
            for reform in world.scenario.reforms:
                found.append(Marker(reform.month, ("Reform",), name, False))
            for change in world.log():
                if change.settings:
                    keys = [k for k in change.settings if k != "funding.transition.start_month"]
                    found.append(Marker(change.month, tuple(keys[:2]), name, False))
        return sorted(found, key=lambda m: m.month)


def label_of(key: str) -> str:
    """Return how a setting is called on the page; a text that is no key stays as it is.

    Examples
    --------
    >>> label_of("governance.staff_floor"), label_of("Heat wave")
    ('Staff floor', 'Heat wave')
    """
    section, _, name = key.partition(".")
    if section == "principles" and name in PRINCIPLES:
        return PRINCIPLES[name].title
    if section == "mechanisms" and name in MECHANISMS:
        return f"{name} {MECHANISMS[name].title}"
    return sentence_case(name.replace("_", " ").replace(".", ": ")) if name else key
