"""A world that somebody plays with: its settings may change between months, and its past is kept small."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.config.scenario import Scenario
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.model.schedule import load_processes
from cas_model.model.start import share_out_needs
from cas_model.model.system import CareSystem
from cas_model.territory.facts import Territory

Settings = dict[str, Any]
"""Dotted keys as in a scenario file or behind ``--set``, to values."""

MONTHS_KEPT = 24
"""Months of raw counts a world remembers; what was computed from older ones is kept here."""
NOW = ("governance", "principles", "mechanisms", "funding")
"""Sections of settings that act from the next month on."""
AT_START = ("parameters", "adaptation", "run")
"""Sections that a world is built with."""
ONLY_AT_START = ("funding.initial_investment",)
"""Keys that would have no effect in a running world: the investment is that of the first two years."""


@dataclass(frozen=True)
class Change:
    """Settings put in force, and events that began, before a month was run."""

    month: int
    settings: Settings
    shocks: tuple[Settings, ...] = ()


def acts_at_once(key: str) -> bool:
    """Whether a setting acts from the next month on; otherwise on reset."""
    return key.split(".")[0] in NOW and key not in ONLY_AT_START


class LiveWorld:
    """One world, run up to its first policy month.

    Parameters
    ----------
    source : str
        A built-in scenario.
    settings : mapping
        Settings laid over it from the start; ``shocks`` may list events of later months.
    seed, persons_per_agent, territory
        As for `CareSystem`.

    Attributes
    ----------
    flanders : float array (O, T)
        Every outcome of the whole territory in every month, burn-in included; NaN to come.
    zones : float32 array (O, T, Z)
        The same per zone.
    push : float32 array (T, M)
        Share of agents or zones that each mechanism touched, times the size of the change.

    Raises
    ------
    UsageError
        The scenario is not built in, or a setting cannot be used.
    """

    def __init__(
        self,
        source: str,
        settings: Mapping[str, Any],
        *,
        seed: int,
        persons_per_agent: int,
        territory: Territory,
    ) -> None:
        if source not in builtin_scenarios():
            # A file path may come from anybody's browser.
            raise UsageError(
                f"unknown scenario `{source}`",
                allowed=", ".join(builtin_scenarios()),
                fix="choose one of these",
            )
        load_processes()
        self.source, self.at_start = source, dict(settings)
        self.model = CareSystem(
            load_scenario(source, overrides=self.at_start), seed=seed, persons_per_agent=persons_per_agent,
            territory=territory, months_kept=MONTHS_KEPT,
        )  # fmt: skip
        if not self.model.scenario.shocks:
            share_out_needs(self.model)
        months = self.model.burn_in + self.model.horizon
        self.flanders = np.full((len(OUTCOMES), months), np.nan)
        self.zones = np.full((len(OUTCOMES), months, territory.n_zones), np.nan, dtype=np.float32)
        self.mechanisms: list[str] = self.model.records.traced
        self.push = np.zeros((months, len(self.mechanisms)), dtype=np.float32)
        self._noted = -self.model.burn_in
        self.settings: Settings = dict(self.at_start)
        self.shocks: list[Settings] = list(self.at_start.get("shocks", []))
        self.changes: list[Change] = []
        self.scenario: Scenario = self.model.scenario
        """The settings in force from the next month on."""
        self._planned: Settings = {}
        self._coming: list[Settings] = []
        while self.model.month < 0:
            self._step()
        self._note()

    # --- changing -----------------------------------------------------------------------------------------

    @property
    def month(self) -> int:
        """The policy month that is run next."""
        return self.model.month

    @property
    def ended(self) -> bool:
        """Whether all months have been run."""
        return self.model.month >= self.model.horizon

    @property
    def stated(self) -> Settings:
        """Every setting laid over the scenario, those included that wait for the next month."""
        return {**self.settings, **self._planned}

    @property
    def waiting(self) -> list[str]:
        """Keys of the settings, and kinds of the shocks, that wait for the next month."""
        changed = [k for k, v in self._planned.items() if self.settings.get(k) != v]
        return [*changed, *(shock["kind"] for shock in self._coming)]

    def change(self, settings: Mapping[str, Any]) -> None:
        """Put settings in force from the next month on.

        Raises
        ------
        UsageError
            A key is unknown, a value out of range, or the setting acts on reset only; nothing has changed.
        """
        late = [key for key in settings if not acts_at_once(key)]
        if late:
            raise UsageError(f"`{late[0]}` is fixed when a world is built", fix="set it for the next reset")
        planned = {**self._planned, **settings}
        if self.month > 0 and any(k.startswith(("funding.mix", "funding.transition.mode")) for k in settings):
            # A new way of paying begins when it is decided.
            planned["funding.transition.start_month"] = self.month
        self.scenario = self._settled(planned, self._coming)
        self._planned = planned

    def strike(self, kind: str, fields: Mapping[str, Any] | None = None) -> None:
        """Let a shock begin in the next month, after its notice where it has one.

        Raises
        ------
        UsageError
            Unknown shock or field, a value out of range, or it cannot begin now.
        """
        declared = SHOCKS.require(kind)
        if self.ended:
            raise UsageError("the world has run its months", fix="reset it, or trigger the shock earlier")
        notice = int(declared.defaults.get("notice_months", 0))
        event = {"kind": kind, "start_month": self.month + notice, **(fields or {})}
        coming = [*self._coming, event]
        self.scenario = self._settled(self._planned, coming)
        self._coming = coming

    def _settled(self, planned: Mapping[str, Any], coming: Sequence[Settings]) -> Scenario:
        settings: Settings = {**self.settings, **planned}
        shocks = [*self.shocks, *coming]
        if shocks:
            settings["shocks"] = shocks
        return load_scenario(self.source, overrides=settings)

    # --- running ------------------------------------------------------------------------------------------

    def advance(self, months: int = 1) -> int:
        """Run months up to the end, and return how many there were."""
        before = self.month
        for _ in range(min(months, self.model.horizon - self.month)):
            self._put_in_force()
            self._step()
        self._note()
        return self.month - before

    def _put_in_force(self) -> None:
        planned = {k: v for k, v in self._planned.items() if self.settings.get(k) != v}
        if planned or self._coming:
            self.model.adopt(self.scenario)
            self.settings |= planned
            self.shocks += self._coming
            self.changes.append(Change(self.month, planned, tuple(self._coming)))
        self._planned, self._coming = {}, []

    def _step(self) -> None:
        self.model.step()
        if self.model.records.is_full:
            self._note()
            self.model.records.forget()

    def _note(self) -> None:
        """Compute what is shown of the months since the last time."""
        records, since = self.model.records, self._noted
        if since == self.month:
            return
        part = slice(since + self.model.burn_in, self.month + self.model.burn_in)
        values = dict(records.level_values(["flanders", "zone"], since))
        self.flanders[:, part] = values["flanders"][..., 0]
        self.zones[:, part] = values["zone"]
        traced = records.activation_frame(since)
        push = (traced["share"] * traced["size"]).to_numpy()
        self.push[part] = push.reshape(-1, len(self.mechanisms))
        self._noted = self.month

    # --- reading ------------------------------------------------------------------------------------------

    def row(self, month: int) -> int:
        """Return the place of a policy month in the arrays."""
        return month + self.model.burn_in

    def zone_values(self, outcome: str, month: int | None = None) -> NDArray[np.float32]:
        """Return an outcome of every zone (Z,), in the last month run or another."""
        row = self.row(self.month - 1 if month is None else month)
        return np.asarray(self.zones[_place(outcome), row])

    def series(self, outcome: str) -> NDArray[np.float64]:
        """Return the Flemish values of an outcome, a row per month run (burn-in included)."""
        return self.flanders[_place(outcome), : self.row(self.month)]

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits of every column as it is now: equal for equal worlds."""
        digest = hashlib.blake2b(digest_size=8)
        for table in self.model.state.tables.values():
            for column in table.columns.values():
                digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()

    def log(self) -> list[Change]:
        """Return the changes made so far, those included that wait for the next month."""
        planned = {k: v for k, v in self._planned.items() if self.settings.get(k) != v}
        if not planned and not self._coming:
            return list(self.changes)
        return [*self.changes, Change(self.month, planned, tuple(self._coming))]


def _place(outcome: str) -> int:
    """Return where an outcome stands among all."""
    return list(OUTCOMES).index(OUTCOMES.require(outcome).name)
