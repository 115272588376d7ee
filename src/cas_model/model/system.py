"""`CareSystem`, the Mesa model: builds a world from a scenario and runs its months."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mesa
import numpy as np
import pandas as pd
from mesa.agent import AgentSet

from cas_model.config.declarations import LEVERS, MECHANISMS, PAYMENT_METHODS, Process
from cas_model.config.errors import UsageError
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.scenario import Funding, Scenario
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.vocabulary import (
    DISCIPLINES,
    N_DISCIPLINES,
    PAYERS,
    RECIPIENTS,
)
from cas_model.model import schedule
from cas_model.model.agents import KINDS, AgentViews
from cas_model.model.columns.payments import METHODS, POSTS
from cas_model.model.diaries import Diary
from cas_model.model.first_state import first_state
from cas_model.model.mid_course import adopt
from cas_model.model.partners import network_frame
from cas_model.model.people import equity_curve_frame, people_frame
from cas_model.model.processes.payment import FEES
from cas_model.model.providers import providers_frame
from cas_model.model.records import Records
from cas_model.model.schedule import Schedule, Step, chunk_rows, in_force, load_processes
from cas_model.model.shocks import bind_event, check_zones, number_events
from cas_model.model.start import prepare_start
from cas_model.model.surveys import pacic_frame, scirocco_frame, survey_targets_frame
from cas_model.numerics.addressed_random import StreamKeys
from cas_model.territory.facts import Territory, load_territory
from cas_model.territory.fit import goodness_of_fit
from cas_model.territory.geography import place_networks
from cas_model.territory.needs import rate_ratios
from cas_model.territory.traits import trait_values


class CareSystem(mesa.Model):  # type: ignore[misc]
    """The Flemish care system of one world.

    Parameters
    ----------
    scenario : Scenario or str
        A loaded scenario, or the name or file of one.
    seed : int or None, default 0
        Any integer; worlds with the same seed share every draw their rules have in common. None, which Mesa's
        batch runner passes when it is given no seeds, draws one; `seed` then tells which.
    persons_per_agent : int, default 100
        People a patient stands for, 1 (every inhabitant) to 5000.
    territory : str or Territory, default "flanders"
        Built-in name, folder, or a loaded territory.
    threads : int, default 1
        Threads for the patient phases of a large world; the results do not depend on it.
    trace : bool, default True
        Record the fit at the start, the monthly activation of every mechanism, and groups of people.
    months_kept : int, optional
        Months that the records have room for, two years or more; for runs written out piece by piece.

    Raises
    ------
    UsageError
        An argument is out of range, or the scenario or territory cannot be used.

    Examples
    --------
    >>> world = CareSystem("status_quo", seed=0, persons_per_agent=1000, territory="small")
    >>> world.step()
    >>> world.month
    -23
    """

    def __init__(
        self,
        scenario: Scenario | str = "status_quo",
        *,
        seed: int | None = 0,
        persons_per_agent: int = 100,
        territory: str | Territory = "flanders",
        threads: int = 1,
        trace: bool = True,
        months_kept: int | None = None,
    ) -> None:
        if seed is None:
            seed = secrets.randbits(31)
        super().__init__(rng=abs(int(seed)))
        if not 1 <= persons_per_agent <= 5000:
            raise UsageError(f"persons_per_agent is {persons_per_agent}", allowed="1 to 5000", fix="use 100")
        if threads < 1:
            raise UsageError(f"threads is {threads}", allowed="1 or more", fix="use 1")
        processes = load_processes()
        self.scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.persons_per_agent, self.threads, self.seed = persons_per_agent, threads, int(seed)
        self._strengths = dict(self.scenario.mechanisms)
        values = self.scenario.parameters
        if isinstance(territory, str):
            territory = load_territory(
                territory, city_population=values["city_population"], city_share=values["city_share"]
            )
        check_zones(self.scenario, territory)
        self.territory = territory
        self.burn_in, self.horizon = self.scenario.burn_in, self.scenario.months
        self.month = -self.burn_in
        self.networks = place_networks(
            self.territory,
            n_networks=values["n_hospital_networks"],
            threshold=values["hospital_catchment_share"],
            distance_exponent=values["hospital_distance_exponent"],
            town_exponent=values["hospital_town_exponent"],
        )
        self.state = first_state(
            self.territory, self.networks, values, persons_per_agent=persons_per_agent, seed=self.seed,
            start_month=-self.burn_in, threads=threads,
        )  # fmt: skip
        self._describe_zones()
        self._clock = np.array([self.month], dtype=np.int64)
        self._streams = StreamKeys(self.seed)
        many = len(self.state.patient) >= schedule.THREADS_PAY_FROM
        self.pool = ThreadPoolExecutor(threads) if threads > 1 and many else None
        self._bind([p for p in processes if trace or not p.counts_groups])
        self._apply_rules(self.scenario.start.levers, self.scenario.start.funding)
        self.state.discipline.former_mix[:] = self.state.discipline.mix
        prepare_start(self)
        self.records = Records(self, months_kept, groups=trace)
        self.diaries: dict[str, Diary] = {}
        self.fit: list[dict[str, Any]] = []
        if trace:
            self.fit = goodness_of_fit(
                self.territory, self.state.patient.columns, self.state.provider.columns, persons_per_agent,
                start_month=-self.burn_in, parameters=values,
            )  # fmt: skip
            self.schedule.watch = self.records.watch
        self._views = AgentViews(self)

    # --- building ---------------------------------------------------------------------------------------

    def _describe_zones(self) -> None:
        land, zone = self.territory, self.state.zone
        zone.population[:] = land.zone_population
        zone.poverty[:] = land.zone_poverty
        zone.city[:] = land.zone_is_city
        zone.city_staff[:] = self.scenario.parameters["city_staff"] * land.zone_is_city
        zone.largest_municipality[:] = land.zone_largest_municipality
        zone.region[:] = land.region_of_zone
        zone.hospital_misfit[:] = self.networks.hospital_misfit
        zone.region_misfit[:] = self.networks.region_misfit
        zone.misfit[:] = self.networks.misfit
        # Nine criteria weight the council's budget (F10); their list is not public in full, so points follow
        # the zone's place in the ranking of poverty risk (assumption).
        order = np.argsort(np.argsort(land.zone_poverty, kind="stable"), kind="stable")
        zone.risk_points[:] = 9.0 * order / max(1, land.n_zones - 1)
        for d in range(N_DISCIPLINES):
            self.state.discipline.fee_eur[d] = self.scenario.parameters[FEES[d].name]

    def _bind(self, processes: list[Process]) -> None:
        self._extras: dict[str, Any] = {
            "clock_month": self._clock,
            "traits": trait_values(self.scenario.parameters),
            "rate_ratios": rate_ratios(self.scenario.parameters),
            "persons_per_agent": float(self.persons_per_agent),
            "volume_based": np.array([float(PAYMENT_METHODS[m].volume_based) for m in METHODS]),
            "joint_savings": np.array([float(PAYMENT_METHODS[m].joint_savings) for m in METHODS]),
        }
        steps = [Step(p, self._arguments(p)) for p in in_force(processes, self.scenario.adaptation)]
        zone = self.state.zone
        chunks = chunk_rows(zone.first_row, zone.last_row, self.threads)
        self.schedule = Schedule(steps, chunks, {"demography": self._strike})
        self.events = [
            bind_event(event, number, self.territory, self.seed, self._resolve)
            for number, event in number_events(self.scenario.shocks)
        ]

    def _arguments(self, process: Process) -> tuple[Any, ...]:
        names = process.arguments[2:] if process.by_rows else process.arguments
        return tuple(self._resolve(name, process) for name in names)

    def _resolve(self, name: str, process: Process) -> Any:
        if name in self._extras:
            return self._extras[name]
        if name == "strength":
            return self._strengths[str(process.mechanism)]
        if name == "method":
            return METHODS.index(str(process.method))
        kind, _, rest = name.partition("_")
        if kind == "key":
            return self._streams.of_month(rest)
        if kind == "origin":
            return self._streams.of_start(rest)
        if kind in self.state.tables and rest in self.state.tables[kind].columns:
            return self.state.array(name)
        if name in self.scenario.parameters:
            return float(self.scenario.parameters[name])
        raise TypeError(f"{process.file}: `{process.name}` asks for `{name}`, which nothing declares")

    def _apply_rules(self, levers: dict[str, float], funding: Funding) -> None:
        """Put governance and funding in force."""
        for name, value in levers.items():
            self.state.array(LEVERS[name].column)[:] = value
        self._set_funding(funding)

    def _set_funding(self, funding: Funding) -> None:
        for d, discipline in enumerate(DISCIPLINES):
            self.state.discipline.mix[d] = [funding.mix[discipline][method] for method in METHODS]
            self.state.discipline.payer_share[d] = [funding.payers[discipline][payer] for payer in PAYERS]
        for name, value in funding.terms.items():
            self.state.array(FUNDING_TERMS[name].column)[:] = value

    def _reform(self) -> None:
        """Move what the reforms of this month change."""
        for reform in self.scenario.reforms:
            if reform.is_moving(self.month):
                for key, value in reform.values(self.month):
                    section, *path = key.split(".")
                    if section == "governance":
                        self.state.array(LEVERS[path[0]].column)[:] = value
                    else:
                        d, m = DISCIPLINES.index(path[-2]), METHODS.index(path[-1])
                        self.state.discipline.mix[d, m] = value

    def set_strength(self, mechanism: str, strength: float) -> None:
        """Switch a mechanism off (0), on (1) or in between from the next month on.

        Raises
        ------
        UsageError
            The mechanism does not exist or the strength is not in [0, 1].
        """
        MECHANISMS.require(mechanism)
        if not 0.0 <= strength <= 1.0:
            raise UsageError(f"strength of {mechanism} is {strength}", allowed="0 to 1")
        self._strengths[mechanism] = float(strength)
        for step in self.schedule.steps:
            if step.process.mechanism == mechanism:
                step.arguments = self._arguments(step.process)

    def adopt(self, scenario: Scenario) -> None:
        """Put what differs in another scenario in force from the next month on (see `model.mid_course`)."""
        adopt(self, scenario, self._resolve)

    # --- running ----------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The settings of this world."""
        return self._settings

    @scenario.setter
    def scenario(self, value: object) -> None:
        # Mesa 3.5 keeps an object of its own kind under this name; it is not ours.
        if isinstance(value, Scenario):
            self._settings = value

    @property
    def agents(self) -> AgentSet:
        """All agents; making the views of every patient takes a while in a large world."""
        self._views.make_all()
        return self._all_agents

    @property
    def agents_by_type(self) -> AgentViews:
        """Agents by type; only the types looked at are made."""
        return self._views

    @property
    def agent_types(self) -> list[type]:
        """The kinds of agent."""
        return list(KINDS)

    @property
    def n_patients(self) -> int:
        """Patient agents."""
        return len(self.state.patient)

    def release(self) -> None:
        """Give up all that this world holds; it can be used no more.

        Worlds refer to themselves: many in a row would fill the memory before Python's collector comes round.
        """
        self.records.release()
        self.__dict__.clear()

    def set_clock(self, month: int) -> None:
        """Make `month` the current month for every step and stream."""
        self._clock[0] = month
        self._streams.start_month(month)

    def step(self) -> None:
        """Run one month.

        Raises
        ------
        UsageError
            The world has reached its horizon.
        """
        if self.month >= self.horizon:
            raise UsageError(
                f"the world has run its {self.horizon} months", where="step", fix="build it with more months"
            )
        if self.month == 0:
            self._apply_rules(self.scenario.levers, self.scenario.funding)
        self._reform()
        self.set_clock(self.month)
        self.state.reset_monthly()
        self.schedule.run_month(self.pool)
        self.records.take(self.month)
        for diary in self.diaries.values():
            diary.note(self)
        self.month += 1
        if self.month >= self.horizon:
            self.running = False

    def run(
        self,
        progress: Callable[[int, int], None] | None = None,
        when_full: Callable[[int], None] | None = None,
    ) -> None:
        """Run the burn-in and the policy months.

        Parameters
        ----------
        progress : callable, optional
            Told months done and in all.
        when_full : callable, optional
            Called when the records have no more room (`months_kept`), and at the end, with the first month it
            was not yet called for; the records then forget what later months do not need.
        """
        total, since = self.burn_in + self.horizon, self.month
        while self.month < self.horizon:
            self.step()
            if progress is not None:
                progress(self.month + self.burn_in, total)
            if when_full is not None and (self.records.is_full or self.month == self.horizon):
                when_full(since)
                self.records.forget()
                since = self.month

    def run_model(self) -> None:
        """Run to the horizon (Mesa's name for `run`)."""
        self.run()

    def _strike(self) -> None:
        """Let this month's events act, after the quiet month was set."""
        for event in self.events:
            event.act(self.month)

    # --- results ----------------------------------------------------------------------------------------

    def outcomes_frame(self, since: int | None = None, level: str | None = None) -> pd.DataFrame:
        """Return every outcome, tidy: month, level, unit_id, outcome, value.

        Parameters
        ----------
        since : int, optional
            First month; from the start when left out.
        level : str, optional
            ``"flanders"``, ``"place"``, ``"region"``, ``"hospital_network"``, ``"zone"`` or ``"group"``; all
            when left out. The rows are those that the whole table has of the level, and come much sooner.
        """
        return self.records.outcomes_frame(since, level)

    def ledger_frame(self, since: int | None = None) -> pd.DataFrame:
        """Return payments from a month on, tidy: month, payer, recipient, method, eur."""
        return self.records.ledger_frame(PAYERS, RECIPIENTS, POSTS, since)

    def activation_frame(self, since: int | None = None) -> pd.DataFrame:
        """Return each mechanism's activation: month, mechanism, share (0-1), size (mean absolute change)."""
        return self.records.activation_frame(since)

    def people_frame(self) -> pd.DataFrame:
        """Return a sample of people as they are now (see `model.people`)."""
        return people_frame(self)

    def providers_frame(self) -> pd.DataFrame:
        """Return what providers would see of themselves now (see `model.providers`)."""
        return providers_frame(self)

    def equity_curve_frame(self) -> pd.DataFrame:
        """Return the concentration curves of today's people: measure, people_share, amount_share, index."""
        return equity_curve_frame(self)

    def network_frame(self) -> pd.DataFrame:
        """Return who works with whom now, a row per tie (see `model.partners`)."""
        return network_frame(self)

    def scirocco_frame(self) -> pd.DataFrame:
        """Return what professionals would answer now on the maturity of integrated care, per dimension."""
        return scirocco_frame(self)

    def pacic_frame(self) -> pd.DataFrame:
        """Return what people with a long-term condition would answer now on their care, per item."""
        return pacic_frame(self)

    def survey_targets_frame(self) -> pd.DataFrame:
        """Return what both surveys would say now beside the published ranges (T1 to T8)."""
        return survey_targets_frame(self)

    def fit_rows(self) -> list[dict[str, Any]]:
        """Return the goodness of fit of the synthetic population and supply at the start."""
        return [dict(row) for row in self.fit]

    def outcome(self, name: str) -> float:
        """Return the latest Flemish value of an outcome (for Mesa's DataCollector)."""
        return self.records.latest(name)
