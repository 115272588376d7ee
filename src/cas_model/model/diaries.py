"""Diaries: what a run notes of itself month by month, beyond what everybody needs.

A diary is kept only when it is asked for, and changes nothing in the world.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.vocabulary import GP, SLOTS
from cas_model.outcomes.measures import divide

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

MOST_TIES = 3_000
"""Tie slots that a diary follows at the most."""

Noted = dict[str, NDArray[Any]]


class Diary(Protocol):
    """Notes something of every month."""

    def note(self, world: CareSystem) -> None:
        """Note the month that has just been run."""
        ...

    def frame(self, world: CareSystem) -> pd.DataFrame:
        """Return all notes, a row per month and unit."""
        ...


class _Pages:
    """Columns of equal length, a page a month."""

    def __init__(self) -> None:
        self._months: list[int] = []
        self._pages: list[Noted] = []

    def add(self, month: int, page: Noted) -> None:
        """Keep a month."""
        self._months.append(month)
        self._pages.append(page)

    def frame(self) -> pd.DataFrame:
        """Return all months one below the other; empty when nothing was noted."""
        if not self._pages:
            return pd.DataFrame({"month": pd.Series(dtype=np.int16)})
        n = len(next(iter(self._pages[0].values())))
        columns = {name: np.concatenate([page[name] for page in self._pages]) for name in self._pages[0]}
        return pd.DataFrame({"month": np.repeat(np.array(self._months, dtype=np.int16), n), **columns})


class ZoneDiary:
    """Councils by month: legitimacy, initiatives (mean strength), what is adopted and executed, chair, staff.

    Adopted and executed are decisions smoothed over twelve months, execution the chance that one is executed
    in a month; contact is the mean over the zone's ties, and gp_admin the mean share of working time that
    professionals in general practice spend on administration.
    """

    def __init__(self, world: CareSystem) -> None:
        self._pages = _Pages()

    def note(self, world: CareSystem) -> None:
        """Note the month that has just been run."""
        z, p = world.state.zone, world.state.provider
        tie = world.state.tie
        there = (tie.partner >= 0).astype(float)
        owner = np.repeat(p.zone, SLOTS)
        met, ties = (
            np.bincount(owner, weights=w, minlength=len(z)).astype(float)
            for w in (there * tie.contact, there)
        )
        heads = p.heads * (p.discipline == GP).astype(float)
        admin, everybody = (
            np.bincount(p.zone, weights=w, minlength=len(z)).astype(float) for w in (heads * p.admin, heads)
        )
        self._pages.add(
            world.month,
            {
                "zone": np.arange(len(z), dtype=np.int16),
                "legitimacy": z.legitimacy.copy(),
                "initiatives": z.initiative.mean(axis=1),
                "adopted": z.adopted.copy(),
                "executed": z.executed.copy(),
                "execution": z.execution.copy(),
                "chair": z.chair.copy(),
                "staff": z.staff.copy(),
                "contact": divide(met, ties),
                "gp_admin": divide(admin, everybody),
            },
        )

    def frame(self, world: CareSystem) -> pd.DataFrame:
        """Return month, zone and what was noted."""
        found = self._pages.frame()
        if len(found):
            zones = pd.Index(list(world.territory.zone_names))
            found["zone"] = pd.Categorical.from_codes(found["zone"], zones)
        return found


class TieDiary:
    """Some ties from the first policy month on: partner, contact, trust, task, breaches, effort at both ends.

    Follows at most `MOST_TIES` slots, evenly spread over providers and kinds of partner; a slot without a
    partner has partner -1.
    """

    def __init__(self, world: CareSystem) -> None:
        n = len(world.state.tie.partner)
        step = -(-n // MOST_TIES) or 1
        while np.gcd(step, SLOTS) != 1:  # else some kinds of partner would be missed
            step += 1
        self._slots = np.arange(0, n, step)
        self._pages = _Pages()

    def note(self, world: CareSystem) -> None:
        """Note the month that has just been run."""
        if world.month < 0:
            return
        tie, slots, effort = world.state.tie, self._slots, world.state.provider.coordination
        partner = tie.partner[slots]
        there = np.maximum(partner, 0)
        self._pages.add(
            world.month,
            {
                "tie": slots.astype(np.int32),
                "partner": partner.copy(),
                "contact": tie.contact[slots].astype(np.float32),
                "trust": tie.trust[slots].astype(np.float32),
                "task": tie.task[slots].astype(np.float32),
                "breaches": tie.breaches[slots].copy(),
                "effort": ((effort[slots // SLOTS] + effort[there]) / 2.0).astype(np.float32),
            },
        )

    def frame(self, world: CareSystem) -> pd.DataFrame:
        """Return month, tie (slot) and what was noted."""
        return self._pages.frame()


DIARIES: dict[str, Callable[[CareSystem], Diary]] = {"zone_months": ZoneDiary, "tie_months": TieDiary}
"""Diaries by the name of their table."""
