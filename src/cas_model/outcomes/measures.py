"""Recorded measures of a level, as outcome formulas read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class NotCountedError(KeyError):
    """A level does not count what a formula asks for."""


class History:
    """The measures of every month.

    Parameters
    ----------
    values : float array (T, N, Z, 5)
        Months, measures, zones, socio-economic quintiles.
    position : mapping from measure name to its place among the N
    by_zone : float array (T, N, Z), optional
        Its sums over quintiles (see `over_quintiles`), when they are already known.
    """

    def __init__(self, values: Floats, position: Mapping[str, int], by_zone: Floats | None = None) -> None:
        self.values, self.position = values, position
        self.by_zone: Floats = over_quintiles(values) if by_zone is None else by_zone

    def place(self, name: str) -> int:
        """Return the place of a measure, or raise `NotCountedError`."""
        if name not in self.position:
            raise NotCountedError(name)
        return self.position[name]


def over_quintiles(values: Floats) -> Floats:
    """Return the sums over the last axis."""
    total = np.empty(values.shape[:-1])
    _add_fifths(values.reshape(-1, values.shape[-1]), total.reshape(-1))
    return total


@njit(cache=True, nogil=True)
def _add_fifths(values: Floats, total: Floats) -> None:
    """Sum short rows in one pass, which NumPy takes ten times as long for."""
    for row in range(len(total)):
        added = values[row, 0]
        for fifth in range(1, values.shape[1]):
            added += values[row, fifth]
        total[row] = added


@dataclass
class _Shared:
    """What measures of one level have in common, whatever their window; computed once."""

    per_unit: Floats | None = None
    zones: Measures | None = None


class Measures:
    """Sums of the measures over the zones of each unit and over a reference period.

    Parameters
    ----------
    history : History
    membership : float array (U, Z), or a sequence of them
        1 where the zone belongs to the unit. The units of several levels stand side by side, and each level
        is added up on its own, so that its bits do not depend on the others.
    persons_per_agent : float
        People a patient stands for.
    population : float array (Z,)
        Inhabitants of each zone.
    """

    def __init__(
        self,
        history: History,
        membership: Floats | Sequence[Floats],
        persons_per_agent: float,
        population: Floats,
    ) -> None:
        self._history = history
        self._levels = [membership] if isinstance(membership, np.ndarray) else list(membership)
        self.membership = np.concatenate(self._levels)
        self.persons_per_agent = persons_per_agent
        self._zone_population = population
        self.population: Floats = np.concatenate([level @ population for level in self._levels])
        self.window = 1
        self._sums: dict[tuple[str, int], Floats] = {}
        self._shared = _Shared()

    def over(self, window: int) -> Measures:
        """Return the same measures summed over the last `window` months (NaN before a full period)."""
        other = copy(self)
        other.window = window
        return other

    @property
    def _per_unit(self) -> Floats:
        """Sums over zones and quintiles, shape (T, N, U)."""
        if self._shared.per_unit is None:
            by_zone = self._history.by_zone
            parts = [by_zone if _is_alone(level) else by_zone @ level.T for level in self._levels]
            self._shared.per_unit = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
        return self._shared.per_unit

    def by_quintile(self, name: str) -> Floats:
        """Return a measure summed over the period, shape (T, U, 5)."""
        key = (f"{name} by quintile", self.window)
        if key not in self._sums:
            values = self._history.values[:, self._history.place(name)]
            if values.shape[-1] == 1:
                raise NotCountedError(key[0])
            by_fifth = np.swapaxes(values, 1, 2)
            per_unit = np.concatenate([by_fifth @ level.T for level in self._levels], axis=-1)
            self._sums[key] = trailing_sum(np.swapaxes(per_unit, 1, 2), self.window)
        return self._sums[key]

    def total(self, name: str) -> Floats:
        """Return a measure summed over quintiles and the period, shape (T, U)."""
        key = (name, self.window)
        if key not in self._sums:
            values = self._per_unit[:, self._history.place(name)]
            self._sums[key] = trailing_sum(values, self.window)
        return self._sums[key]

    def ratio(self, numerator: str, denominator: str) -> Floats:
        """Return total(numerator) / total(denominator), NaN where the denominator is 0."""
        return divide(self.total(numerator), self.total(denominator))

    def zones(self) -> Measures:
        """Return the same measures per zone."""
        if self._shared.zones is None:
            n = self.membership.shape[1]
            eye = np.eye(n)
            self._shared.zones = Measures(self._history, eye, self.persons_per_agent, self._zone_population)
        return self._shared.zones.over(self.window)

    def over_zones(self, statistic: Callable[..., Floats], *zone_values: Floats) -> Floats:
        """Return a statistic over each unit's zones, shape (T, U); NaN below three zones.

        Parameters
        ----------
        statistic : callable
            Takes arrays with zones along the last axis.
        zone_values : float array (T, Z)
            Its arguments.
        """
        out = np.full((zone_values[0].shape[0], self.membership.shape[0]), np.nan)
        for u, members in enumerate(self.membership > 0):
            if members.sum() >= 3:
                out[:, u] = statistic(*(values[:, members] for values in zone_values))
        return out

    def mean_over_zones(self, zone_values: Floats) -> Floats:
        """Return the plain mean over each unit's zones, shape (T, U)."""
        weights = [level / level.sum(axis=1, keepdims=True) for level in self._levels]
        return np.concatenate([zone_values @ weight.T for weight in weights], axis=-1)


def _is_alone(membership: Floats) -> bool:
    """Whether every unit is one zone."""
    n, n_zones = membership.shape
    return n == n_zones and np.array_equal(membership, np.eye(n))


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotient, NaN where the denominator is 0."""
    out = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator != 0)
    return out


def trailing_sum(values: Floats, window: int) -> Floats:
    """Return the sum over the last `window` months along axis 0, NaN before the first full window.

    Examples
    --------
    >>> trailing_sum(np.array([1.0, 2.0, 3.0]), 2)
    array([nan,  3.,  5.])
    """
    if window == 1:
        return values
    # Added up anew for each month: a running total would round by when it began.
    out = np.full_like(values, np.nan)
    n = len(values) - window + 1
    if n > 0:
        out[window - 1 :] = values[:n]
        for k in range(1, window):
            out[window - 1 :] += values[k : k + n]
    return out
