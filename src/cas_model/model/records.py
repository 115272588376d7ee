"""What a world keeps of its months: measures, payments, and the activation of mechanisms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.config.errors import unknown_name
from cas_model.config.vocabulary import COUNTED_GROUPS, PLACES, YEAR
from cas_model.model.columns import GROUP_MEASURES, MEASURES
from cas_model.model.schedule import Step
from cas_model.outcomes.measures import History, Measures, NotCountedError, over_quintiles

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

POSITION = {name: i for i, (name, _, _) in enumerate(MEASURES)}
GROUP_POSITION = {name: i for i, (name, _, _) in enumerate(GROUP_MEASURES)}
TRACED_ROWS = 1_000
"""Rows of a column that a trace looks at, evenly spread."""
LOOK_BACK = YEAR
"""Months that the latest value of a yearly outcome is over."""


@njit(cache=True, nogil=True)
def _compare(before: Any, after: Any) -> tuple[int, float]:
    """Return how many elements differ and the sum of their absolute differences."""
    changed, size = 0, 0.0
    for i in range(before.size):
        gap = abs(np.float64(after[i]) - np.float64(before[i]))
        differs = gap > 1e-12
        changed += int(differs)
        size += gap if differs else 0.0
    return changed, size


def _compute(outcome: Outcome, measures: Measures) -> NDArray[np.float64]:
    return np.asarray(outcome.compute(measures.over(outcome.period_months)), dtype=float)


def _categories(codes: NDArray[Any], names: list[str]) -> pd.Categorical[str]:
    dtype: Any = pd.CategoricalDtype(names)
    return pd.Categorical.from_codes(codes, dtype=dtype)


_released: list[NDArray[np.float64]] = []


def _room(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return an array to be filled month by month, if possible one that a world has released.

    Fresh memory would cost a tenth of the time of a small world: the machine clears it page by page.
    """
    for place, array in enumerate(_released):
        if array.shape == shape:
            return _released.pop(place)
    return np.empty(shape)


class Records:
    """The memory of one world.

    Parameters
    ----------
    model : CareSystem
        The world; its size fixes the arrays.
    months_kept : int or None
        Months there is room for; a run that writes its tables piece by piece makes room with `forget`. All
        months when left out.

    groups : bool, default True
        Whether groups of people are counted.

    Attributes
    ----------
    first, n_months : int
        Months recorded before row 0 of the arrays, and months recorded so far.
    """

    def __init__(self, model: CareSystem, months_kept: int | None = None, *, groups: bool = True) -> None:
        self._model, self.counts_groups = model, groups
        months = model.burn_in + model.horizon
        months = months if months_kept is None else min(months, months_kept)
        block = model.state.measure.block
        self.history = _room((months, *block.shape))
        self._by_zone = _room((months, *block.shape[:-1]))
        self.group_history = np.zeros((months, len(GROUP_MEASURES), len(COUNTED_GROUPS)))
        self.payments = np.zeros((months, *model.state.payer.paid_cents.shape), dtype=np.int64)
        self.first = self.n_months = 0
        self._membership = self._levels()
        traced = [s for s in model.schedule.steps if s.process.mechanism]
        self.traced = list(dict.fromkeys(str(s.process.mechanism) for s in traced))
        self._position = {id(s): self.traced.index(str(s.process.mechanism)) for s in traced}
        self._activation = np.zeros((months, len(self.traced), 2))
        self._scratch: dict[str, NDArray[Any]] = {}
        self._traces: dict[int, list[tuple[NDArray[Any], NDArray[Any]]]] = {}

    def _levels(self) -> list[tuple[str, list[str], NDArray[np.float64]]]:
        land = self._model.territory
        n = land.n_zones
        regions = (land.region_of_zone[None, :] == np.arange(land.n_regions)[:, None]).astype(float)
        whole = land.name.capitalize() if land.name != "flanders" else "Flanders"
        networks, city = self._model.networks, np.asarray(land.zone_is_city, dtype=float)
        return [
            ("flanders", [whole], np.ones((1, n))),
            ("place", list(PLACES), np.stack([city, 1.0 - city])),
            ("region", list(land.region_names), regions),
            # A zone counts for each network by the share of its hospital use.
            ("hospital_network", list(networks.names), np.ascontiguousarray(networks.zone_share.T)),
            ("zone", list(land.zone_names), np.eye(n)),
        ]

    def take(self, month: int) -> None:
        """Keep the month that has just been measured."""
        t = self._row(month)
        block = self._model.state.measure.block
        self.history[t] = block
        # Now, while the month is in the cache: over all months at once it takes ten times as long.
        self._by_zone[t] = over_quintiles(block)
        if self.counts_groups:
            self.group_history[t] = self._model.state.group.block.sum(axis=1)
        self.payments[t] = self._model.state.payer.paid_cents
        self.n_months = self.first + t + 1

    def release(self) -> None:
        """Let the next world of this size record where this one did."""
        _released[:] = [self.history, self._by_zone]

    def _row(self, month: int) -> int:
        """Return where a month stands in the arrays."""
        return month + self._model.burn_in - self.first

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another month."""
        return self.n_months - self.first == len(self.history)

    def forget(self) -> None:
        """Drop all months but those that the yearly outcomes of later months look back on."""
        have = self.n_months - self.first
        kept = min(have, LOOK_BACK)
        for array in (self.history, self._by_zone, self.group_history, self.payments, self._activation):
            array[:kept] = array[have - kept : have]
            array[kept:] = 0
        self.first = self.n_months - kept

    # --- activation -------------------------------------------------------------------------------------

    def watch(self, step: Step) -> Callable[[], None] | None:
        """Copy what a mechanism may write; the returned function notes what it changed."""
        if step.process.mechanism is None:
            return None
        before = self._traces.get(id(step))
        if before is None:
            before = self._traces[id(step)] = [self._trace(key) for key in step.process.writes]
        for kept, now in before:
            kept[:] = now
        slot = self._activation[self._row(self._model.month), self._position[id(step)]]

        def note() -> None:
            changed, size, n = 0, 0.0, 1
            for kept, now in before:
                k, s = _compare(kept, now)
                if k > changed:
                    changed, size, n = k, s, now.size
            # Of a mechanism with several steps, the one that touched most.
            if changed / n > slot[0]:
                slot[0], slot[1] = changed / n, size / changed

        return note

    def _trace(self, key: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a copy to compare with, and a view, of some rows of a column."""
        flat = self._model.state.array(key).reshape(-1)
        now = flat[:: -(-flat.size // TRACED_ROWS) or 1]
        return self._scratch.setdefault(key, np.empty_like(now)), now

    def _since(self, month: int | None) -> tuple[int, NDArray[np.int64]]:
        """Return the first row of the arrays to show, and the months of it and the later ones."""
        row = 0 if month is None else max(0, self._row(month))
        months = np.arange(self.first + row, self.n_months, dtype=np.int64)
        return row, months - self._model.burn_in

    def activation_frame(self, since: int | None = None) -> pd.DataFrame:
        """Return month, mechanism, share of agents or zones changed (0-1), mean absolute change."""
        row, months = self._since(since)
        values = self._activation[row : row + len(months)]
        return pd.DataFrame(
            {
                "month": np.repeat(months, len(self.traced)),
                "mechanism": self.traced * len(months),
                "share": values[:, :, 0].ravel(),
                "size": values[:, :, 1].ravel(),
            }
        )

    # --- outcomes ---------------------------------------------------------------------------------------

    def measures(self, first: int = 0) -> dict[str, Measures]:
        """Return the measures of each level, from row `first` of the months kept on."""
        found = {level: self._measures_of([member], first) for level, _, member in self._membership}
        if self.counts_groups:
            found["group"] = self._measures_of_groups(first)
        return found

    def _measures_of(self, members: list[NDArray[np.float64]], first: int) -> Measures:
        kept = slice(first, self.n_months - self.first)
        history = History(self.history[kept], POSITION, self._by_zone[kept])
        people = self._model.territory.zone_population.astype(float)
        return Measures(history, members, float(self._model.persons_per_agent), people)

    def _measures_of_groups(self, first: int) -> Measures:
        n = len(COUNTED_GROUPS)
        counted = self.group_history[first : self.n_months - self.first, ..., None]
        people = np.full(n, np.nan)
        return Measures(
            History(counted, GROUP_POSITION), np.eye(n), float(self._model.persons_per_agent), people
        )

    def values(self, outcome: Outcome, level: str = "flanders") -> NDArray[np.float64]:
        """Return one outcome, shape (months kept so far, units of the level)."""
        return _compute(outcome, self.measures()[level])

    def latest(self, name: str) -> float:
        """Return the last month's Flemish value of an outcome (NaN before the first)."""
        outcome = OUTCOMES.require(name)
        if self.n_months == 0:
            return float("nan")
        recent = self.measures(max(0, self.n_months - self.first - outcome.period_months))
        return float(_compute(outcome, recent["flanders"])[-1, 0])

    def outcomes_frame(self, since: int | None = None, level: str | None = None) -> pd.DataFrame:
        """Return every outcome from month `since` on, tidy, at every level or one; none without a value.

        Groups of people have those outcomes that need nothing but what is counted of a patient's year.

        Raises
        ------
        UsageError
            There is no such level.
        """
        _, shown = self._since(since)
        months = shown.astype(np.int16)
        named = {name: units for name, units, _ in self._membership}
        if self.counts_groups:
            named["group"] = list(COUNTED_GROUPS)
        levels = list(named)
        if level is not None and level not in levels:
            raise unknown_name("level", level, levels)
        unit_names = list(dict.fromkeys(unit for units in named.values() for unit in units))
        code_of_unit = {unit: np.int16(code) for code, unit in enumerate(unit_names)}
        columns: list[list[NDArray[Any]]] = [[], [], [], [], []]
        for name, values in self.level_values([level] if level else levels, since):
            known = np.isfinite(values)
            outcome, month = np.divmod(np.arange(len(OUTCOMES) * len(months)), max(1, len(months)))
            n = known.sum(axis=-1).ravel()
            units = np.broadcast_to(np.array([code_of_unit[unit] for unit in named[name]]), known.shape)
            parts: tuple[NDArray[Any], ...] = (
                np.repeat(months[month], n),
                np.full(n.sum(), levels.index(name), dtype=np.int8),
                units[known],
                np.repeat(outcome.astype(np.int16), n),
                values[known],
            )
            for column, part in zip(columns, parts, strict=True):
                column.append(part)
        month, level_code, unit_code, outcome_code, value = (np.concatenate(c) for c in columns)
        return pd.DataFrame(
            {
                "month": month,
                "level": _categories(level_code, levels),
                "unit_id": _categories(unit_code, unit_names),
                "outcome": _categories(outcome_code, list(OUTCOMES)),
                "value": value,
            },
            copy=False,
        )

    def flemish(self, names: Sequence[str], since: int | None = None) -> NDArray[np.float64]:
        """Return outcomes for Flanders from month `since` on, shape (outcomes, months), NaN if undefined."""
        ((_, values),) = self.level_values(["flanders"], since, names)
        return values[..., 0]

    def level_values(
        self, levels: list[str], since: int | None = None, names: Sequence[str] | None = None
    ) -> Iterator[tuple[str, NDArray[np.float64]]]:
        """Yield levels with outcomes, all unless named, from a month on, shape (outcomes, months, units).

        NaN where undefined. Every formula is evaluated once, for the units of all levels side by side.
        """
        row, _ = self._since(since)
        outcomes = [OUTCOMES[name] for name in (OUTCOMES if names is None else names)]
        back = max(0, row - LOOK_BACK)
        members = {level: member for level, _, member in self._membership if level in levels}
        if members:
            measures = self._measures_of(list(members.values()), back)
            values = np.stack([_compute(outcome, measures)[row - back :] for outcome in outcomes])
            ends = np.cumsum([len(member) for member in members.values()])
            yield from zip(members, np.split(values, ends[:-1], axis=-1), strict=True)
        if "group" in levels:
            measures = self._measures_of_groups(back)
            months = self.n_months - self.first - row
            values = np.full((len(outcomes), months, len(COUNTED_GROUPS)), np.nan)
            for k, outcome in enumerate(outcomes):
                with suppress(NotCountedError):
                    values[k] = _compute(outcome, measures)[row - back :]
            yield "group", values

    def ledger_frame(
        self,
        payers: tuple[str, ...],
        recipients: tuple[str, ...],
        posts: tuple[str, ...],
        since: int | None = None,
    ) -> pd.DataFrame:
        """Return the payments above zero: month, payer, recipient, method, eur."""
        row, months = self._since(since)
        shape = (len(months), len(payers), len(recipients), len(posts))
        paid = self.payments[row : row + len(months)].reshape(shape)
        t, p, r, m = np.nonzero(paid)
        return pd.DataFrame(
            {
                "month": months[t],
                "payer": _categories(p, list(payers)),
                "recipient": _categories(r, list(recipients)),
                "method": _categories(m, list(posts)),
                "eur": paid[t, p, r, m] / 100.0,
            }
        )
