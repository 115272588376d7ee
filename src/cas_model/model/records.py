"""What a world keeps of its months: measures, payments, and the activation of mechanisms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.model.columns import MEASURES
from cas_model.model.schedule import Step
from cas_model.outcomes.measures import Measures

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

POSITION = {name: i for i, (name, _, _) in enumerate(MEASURES)}
TRACED_ROWS = 20_000
"""Rows of a patient column that a trace looks at."""


@njit(cache=True, nogil=True)
def _compare(before: Any, after: Any) -> tuple[int, float]:
    """Return how many elements differ and their mean absolute difference (zeros where nothing changed)."""
    changed, size = 0, 0.0
    for i in range(before.size):
        gap = abs(after[i] - before[i])
        if gap > 1e-12:
            changed += 1
            size += gap
    return changed, size


class Records:
    """The memory of one world.

    Parameters
    ----------
    model : CareSystem
        The world; its size fixes the arrays.
    """

    def __init__(self, model: CareSystem) -> None:
        self._model = model
        months = model.burn_in + model.horizon
        block = model.state.measure.block
        self.history = np.zeros((months, *block.shape))
        self.payments = np.zeros((months, *model.state.payer.paid_cents.shape), dtype=np.int64)
        self.n_months = 0
        self._membership = self._levels()
        traced = [s for s in model.schedule.steps if s.process.mechanism]
        self.traced = [str(s.process.mechanism) for s in traced]
        self._position = {id(s): k for k, s in enumerate(traced)}
        self._activation = np.zeros((months, len(traced), 2))
        self._scratch: dict[str, NDArray[Any]] = {}

    def _levels(self) -> list[tuple[str, list[str], NDArray[np.float64]]]:
        land = self._model.territory
        n = land.n_zones
        regions = (land.region_of_zone[None, :] == np.arange(land.n_regions)[:, None]).astype(float)
        whole = land.name.capitalize() if land.name != "flanders" else "Flanders"
        return [
            ("flanders", [whole], np.ones((1, n))),
            ("region", list(land.region_names), regions),
            ("zone", list(land.zone_names), np.eye(n)),
        ]

    def take(self, month: int) -> None:
        """Keep the month that has just been measured."""
        t = month + self._model.burn_in
        self.history[t] = self._model.state.measure.block
        self.payments[t] = self._model.state.payer.paid_cents
        self.n_months = t + 1

    # --- activation -------------------------------------------------------------------------------------

    def watch(self, step: Step) -> Callable[[], None] | None:
        """Copy what a mechanism may write; the returned function notes what it changed."""
        if step.process.mechanism is None:
            return None
        before = []
        for key in step.process.writes:
            now = self._model.state.array(key).reshape(-1)[:TRACED_ROWS]
            kept = self._scratch.setdefault(key, np.empty_like(now))
            kept[:] = now
            before.append((kept, now))
        slot = self._activation[self._model.month + self._model.burn_in, self._position[id(step)]]

        def note() -> None:
            changed, size, n = 0, 0.0, 1
            for kept, now in before:
                k, s = _compare(kept, now)
                if k > changed:
                    changed, size, n = k, s, now.size
            slot[0] = changed / n
            slot[1] = size / changed if changed else 0.0

        return note

    def activation_frame(self) -> pd.DataFrame:
        """Return month, mechanism, share of agents or zones changed (0-1), mean absolute change."""
        months = np.arange(self.n_months) - self._model.burn_in
        values = self._activation[: self.n_months]
        return pd.DataFrame(
            {
                "month": np.repeat(months, len(self.traced)),
                "mechanism": self.traced * self.n_months,
                "share": values[:, :, 0].ravel(),
                "size": values[:, :, 1].ravel(),
            }
        )

    # --- outcomes ---------------------------------------------------------------------------------------

    def _measures(self, membership: NDArray[np.float64], outcome: Outcome, history: Any) -> Measures:
        population = membership @ self._model.territory.zone_population
        return Measures(
            history,
            POSITION,
            membership,
            outcome.period_months,
            float(self._model.persons_per_agent),
            population,
        )

    def values(self, outcome: Outcome, level: str = "flanders") -> NDArray[np.float64]:
        """Return one outcome, shape (months so far, units of the level)."""
        membership = next(m for name, _, m in self._membership if name == level)
        measures = self._measures(membership, outcome, self.history[: self.n_months])
        return np.asarray(outcome.compute(measures), dtype=float)

    def latest(self, name: str) -> float:
        """Return the last month's Flemish value of an outcome."""
        outcome = OUTCOMES.require(name)
        recent = self.history[max(0, self.n_months - outcome.period_months) : self.n_months]
        if not len(recent):
            return float("nan")
        measures = self._measures(self._membership[0][2], outcome, recent)
        return float(outcome.compute(measures)[-1, 0])

    def outcomes_frame(self) -> pd.DataFrame:
        """Return every outcome at every level, tidy; rows without a value are left out."""
        months = np.arange(self.n_months, dtype=np.int16) - self._model.burn_in
        parts = []
        for level, units, _ in self._membership:
            for outcome in OUTCOMES.values():
                values = self.values(outcome, level)
                keep = np.isfinite(values)
                t, u = np.nonzero(keep)
                parts.append((months[t], level, np.array(units, dtype=object)[u], outcome.name, values[keep]))
        n = [len(p[0]) for p in parts]
        return pd.DataFrame(
            {
                "month": np.concatenate([p[0] for p in parts]),
                "level": pd.Categorical(np.repeat([p[1] for p in parts], n)),
                "unit_id": pd.Categorical(np.concatenate([p[2] for p in parts])),
                "outcome": pd.Categorical(np.repeat([p[3] for p in parts], n)),
                "value": np.concatenate([p[4] for p in parts]),
            }
        )

    def ledger_frame(
        self, payers: tuple[str, ...], recipients: tuple[str, ...], posts: tuple[str, ...]
    ) -> pd.DataFrame:
        """Return the payments above zero: month, payer, recipient, method, eur."""
        shape = (self.n_months, len(payers), len(recipients), len(posts))
        paid = self.payments[: self.n_months].reshape(shape)
        t, p, r, m = np.nonzero(paid)
        return pd.DataFrame(
            {
                "month": t - self._model.burn_in,
                "payer": np.array(payers, dtype=object)[p],
                "recipient": np.array(recipients, dtype=object)[r],
                "method": np.array(posts, dtype=object)[m],
                "eur": paid[t, p, r, m] / 100.0,
            }
        )
