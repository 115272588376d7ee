"""The design of an experiment, checked and complete: factors, cells, or a setting that is moved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cas_model.config.errors import UsageError
from cas_model.config.scenario import Scenario
from cas_model.config.scenario_layers import load_scenario


@dataclass(frozen=True)
class Factor:
    """What is varied, and its levels; the first level is the reference of every effect.

    Attributes
    ----------
    name : str
        Column of the tables.
    levels : tuple of str
        In order.
    places : tuple of float
        Of the levels on an axis; empty when they do not lie on one.
    axis : str
        What the axis measures, with its unit.
    """

    name: str
    levels: tuple[str, ...]
    places: tuple[float, ...] = ()
    axis: str = ""


@dataclass(frozen=True)
class Cell:
    """One world of an experiment: a level of every factor, or one route of a ramp.

    Attributes
    ----------
    name : str
        Its levels, joined by `JOIN`.
    levels : tuple of str
        One per factor.
    scenario : Scenario
        Its complete settings.
    territory : str
        Where it runs, when not where the others do.
    """

    name: str
    levels: tuple[str, ...]
    scenario: Scenario
    territory: str = ""


@dataclass(frozen=True)
class Route:
    """One way to move a setting: months up, on top, and down again (0: it stays on top)."""

    name: str
    up: int
    hold: int
    down: int

    @property
    def months(self) -> int:
        """Months from the first move to the last."""
        return self.up + self.hold + self.down


@dataclass(frozen=True)
class Ramp:
    """A setting moved from low to high and back, in months from `settle` on.

    Attributes
    ----------
    moves : str
        Dotted key of the setting.
    low, high : float
        Its two ends; low may be the larger.
    settle, after : int
        Months at low before the move, and months after it before the system is judged.
    routes : tuple of Route
        The speeds and shapes compared.
    """

    moves: str
    low: float
    high: float
    settle: int
    after: int
    routes: tuple[Route, ...]

    @property
    def months(self) -> int:
        """Months that the longest route needs; every world runs as long."""
        return self.settle + max(route.months for route in self.routes) + self.after


@dataclass(frozen=True)
class Experiment:
    """A specification, checked and complete.

    Attributes
    ----------
    title, question, source : str
        Headline, what is asked, and where the design comes from.
    origin : str
        The file.
    kind : str
        ``factorial`` or ``ramp``.
    factors : tuple of Factor
        In the order of the file; empty for a ramp.
    ranked : str
        The factor whose levels are ranked.
    cells : tuple of Cell
        All worlds; those of a ramp begin with the one that never moves.
    ramp : Ramp or None
        For a ramp.
    primary, shown : tuple of str
        Outcomes that are ranked and drawn, and those that tables list (primary ones included).
    replicates, seed, persons_per_agent, territory
        How each cell is run; replicate r has seed ``seed + r`` in every cell.
    """

    title: str
    question: str
    source: str
    origin: str
    kind: str
    factors: tuple[Factor, ...]
    ranked: str
    cells: tuple[Cell, ...]
    ramp: Ramp | None
    primary: tuple[str, ...]
    shown: tuple[str, ...]
    replicates: int
    seed: int
    persons_per_agent: int
    territory: str

    @property
    def conditions(self) -> tuple[tuple[str, ...], ...]:
        """Combinations of the levels of the factors that are not ranked, in the order of the cells."""
        return tuple(dict.fromkeys(self.condition_of(cell) for cell in self.cells))

    def condition_of(self, cell: Cell) -> tuple[str, ...]:
        """Return a cell's levels of the factors that are not ranked."""
        pairs = zip(self.factors, cell.levels, strict=True)
        return tuple(level for factor, level in pairs if factor.name != self.ranked)


JOIN = " · "


def toml_word(value: Any) -> str:
    """Write a value as TOML on one line, as ``--set`` reads it.

    Examples
    --------
    >>> toml_word([{"kind": "pandemic", "start_month": 36}]), toml_word(True), toml_word("on")
    ('[{kind = "pandemic", start_month = 36}]', 'true', '"on"')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {toml_word(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml_word(entry) for entry in value) + "]"
    return repr(value)


def load_layered(base: str, layer: Mapping[str, Any], place: str) -> Scenario:
    """Load a scenario with a layer over it, so that the ``--set`` words of its replay say the same.

    Parameters
    ----------
    base : str
        A scenario's name or file.
    layer : mapping
        Dotted keys to values.
    place : str
        Where the layer stands, for messages.

    Raises
    ------
    UsageError
        What the scenario's loader refuses, said of `place`.
    """
    try:
        scenario = load_scenario(base, (), layer)
    except UsageError as error:
        raise UsageError(
            f"this world cannot be loaded\n  {str(error).replace(chr(10), chr(10) + '  ')}", where=place
        ) from None
    return replace(scenario, settings=tuple(f"{key}={toml_word(value)}" for key, value in layer.items()))
