"""Recorded measures of a level, as outcome formulas read them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Measures:
    """Sums of the measures over the zones of each unit and over the reference period.

    Parameters
    ----------
    history : float array (T, N, Z, 5)
        Months, measures, zones, socio-economic quintiles.
    position : mapping from measure name to its place among the N
    membership : float array (U, Z)
        1 where the zone belongs to the unit.
    window : int
        Reference period, months; months without a full period are NaN.
    persons_per_agent : float
        People a patient stands for.
    population : float array (U,)
        Inhabitants of each unit.
    """

    def __init__(
        self,
        history: Floats,
        position: Mapping[str, int],
        membership: Floats,
        window: int,
        persons_per_agent: float,
        population: Floats,
    ) -> None:
        self._history, self._position = history, position
        self.membership, self.window = membership, window
        self.persons_per_agent, self.population = persons_per_agent, population

    def by_quintile(self, name: str) -> Floats:
        """Return a measure summed over the period, shape (T, U, 5)."""
        per_unit = np.einsum("tzq,uz->tuq", self._history[:, self._position[name]], self.membership)
        return trailing_sum(per_unit, self.window)

    def total(self, name: str) -> Floats:
        """Return a measure summed over quintiles and the period, shape (T, U)."""
        per_unit = self._history[:, self._position[name]].sum(axis=-1) @ self.membership.T
        return trailing_sum(per_unit, self.window)

    def ratio(self, numerator: str, denominator: str) -> Floats:
        """Return total(numerator) / total(denominator), NaN where the denominator is 0."""
        return divide(self.total(numerator), self.total(denominator))

    def zones(self) -> Measures:
        """Return the same measures per zone."""
        n = self.membership.shape[1]
        return Measures(
            self._history, self._position, np.eye(n), self.window, self.persons_per_agent, np.full(n, np.nan)
        )

    def spread_over_zones(self, zone_values: Floats) -> Floats:
        """Return the coefficient of variation over each unit's zones, shape (T, U); NaN below three zones."""
        out = np.full((zone_values.shape[0], self.membership.shape[0]), np.nan)
        for u, members in enumerate(self.membership > 0):
            if members.sum() >= 3:
                values = zone_values[:, members]
                out[:, u] = divide(values.std(axis=1), np.abs(values.mean(axis=1)))
        return out


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
    total = np.cumsum(values, axis=0)
    out = np.full_like(total, np.nan)
    out[window - 1 :] = total[window - 1 :]
    out[window:] -= total[:-window]
    return out
