"""The plain model: a Mesa model of patients, providers and ties, each an ordinary Python object.

It is the readable specification of the compiled patient and provider phases, the judge of their bits, and the
"plain Mesa" of the benchmark. Councils, meta-governors, dashboards and records stay on the compiled side: a
`CareSystem` runs these phases, and this model takes its place in the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from inspect import signature
from itertools import chain
from types import SimpleNamespace
from typing import Any, cast

import mesa
import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import Process
from cas_model.config.errors import UsageError
from cas_model.config.vocabulary import GP, N_DISCIPLINES, PANELS, SLOTS
from cas_model.model.schedule import Step
from cas_model.model.shocks import BoundEvent
from cas_model.model.system import CareSystem
from cas_model.territory.needs import rate_ratios
from reference.chance import AddressedChance, Chance, SequentialChance
from reference.patient import PlainPatient
from reference.payment import Ledger, Scheme
from reference.people import added
from reference.provider import PlainProvider
from reference.tie import PlainTie
from reference.zone import PlainZone

PHASES = ("demography", "needs", "seeking", "access", "care", "health", "payment", "providers")
STEPS = {
    "renew_people": "PlainPatient.renew",
    "age_people": "PlainPatient.grow_older",
    "M65_lose_way": "PlainPatient.lose_way",
    "draw_needs": "PlainPatient.fall_ill",
    "draw_extra_needs": "PlainPatient.suffer_event",
    "M46_reach_out": "PlainZone.reach_out",
    "seek_care": "PlainPatient.seek_care",
    "give_access": "PlainPatient.ask_for_care",
    "follow_up_contacts": "PlainPatient.be_followed_up",
    "coordinate_care": "PlainPatient.use_team, stay_in_hospital",
    "offer_doses": "PlainPatient.consider_dose",
    "weigh_use": "PlainPatient.close_year",
    "close_year": "PlainPatient.close_year",
    "count_groups": "PlainPatient._report_groups",
    "set_terms": "PlainProvider.set_terms",
    "count_services": "PlainProvider.count_services",
    "pay_bundled_payment": "Scheme.due",
    "pay_capitation": "Scheme.due",
    "pay_coordination_fee": "Scheme.due",
    "pay_fee_for_service": "Scheme.due",
    "pay_pay_for_performance": "Scheme.due",
    "pay_shared_savings": "Scheme.due",
    "pay_providers": "Scheme.who_pays, pay",
    "sum_list_needs": "PlainProvider.sum_list_need",
    "spread_demand": "PlainZone.spread_demand",
    "turn_over_staff": "PlainProvider.turn_over_staff",
    "clear_pressures": "PlainProvider.feel_pressure",
    "clear_reasons": "PlainProvider.weigh_reasons",
    "weigh_scheme": "PlainProvider.weigh_scheme",
    "list_ties": "PlainProvider.ties",
    "clear_tie_reasons": "PlainTie.gather_reasons",
    "work_together": "PlainTie.work_together",
    "M01_make_sense": "PlainZone.share_vision, PlainProvider.weigh_readiness",
    "M07_get_confused": "PlainTie.gather_reasons",
    "M15_know_each_other": "PlainTie.gather_reasons",
    "M20_cross_borders": "PlainTie.gather_reasons, PlainProvider.weigh_hand_over",
    "M21_find_no_foothold": "PlainProvider.lost_to_market",
    "M22_share_geography": "PlainTie.gather_reasons",
    "M28_stay_within": "PlainTie.gather_reasons",
    "M29_distrust": "PlainTie.gather_reasons",
    "M30_prefer_informal": "PlainTie.gather_reasons",
    "M31_engage_freely": "PlainProvider.weigh_readiness",
    "M32_own_decisions": "PlainZone.co_decide, PlainProvider.weigh_readiness",
    "M33_misunderstand": "PlainTie.gather_reasons",
    "M34_look_inward": "PlainProvider.weigh_coordination",
    "M36_resist": "PlainProvider.weigh_readiness",
    "M37_rally": "PlainZone.rally, PlainTie.gather_reasons",
    "M42_cut_ties": "PlainZone.cut_ties",
    "M43_begin_anew": "PlainTie.begin_anew",
    "M47_lose_income": "PlainProvider.weigh_coordination",
    "M48_gain_room": "PlainProvider.weigh_coordination",
    "M49_share_gains": "PlainProvider.weigh_coordination, weigh_scheme",
    "M50_reckon_twice": "PlainProvider.weigh_scheme, volunteer",
    "M51_volunteer": "PlainProvider.volunteer",
    "M52_overlook": "PlainProvider.weigh_scheme",
    "M53_build_on_care": "PlainProvider.weigh_scheme",
    "M54_fill_forms": "PlainProvider.feel_pressure",
    "M55_lack_structures": "PlainProvider.weigh_scheme",
    "M56_dispute_tasks": "PlainTie.gather_reasons",
    "M57_shift_tasks": "PlainZone.shift_tasks",
    "M60_look_for_partners": "PlainProvider.feel_shortage",
    "M61_lack_time": "PlainProvider.weigh_coordination",
    "M62_spend_time": "PlainProvider.feel_pressure",
    "M64_lack_records": "PlainTie.gather_reasons, PlainProvider.weigh_hand_over",
    "M66_follow_pathways": "PlainZone.follow_pathways",
    "M68_meet_the_law": "PlainProvider.change",
    "M67_hand_over": "PlainProvider.weigh_hand_over",
    "M26_grow_familiar": "PlainTie.grow_familiar, PlainProvider.weigh_coordination",
    "M27_remember": "PlainTie.remember",
    "set_acceptance": "PlainProvider.open_doors",
    "update_strain": "PlainProvider.learn",
    "adopt_record": "PlainProvider.learn",
    "M34_choose_newcomers": "PlainProvider.choose_newcomers",
    "change_over": "PlainProvider.change_over",
    "learning_experience_weighted": "PlainProvider.learn_effort",
    "learning_replicator": "PlainProvider.learn_effort",
    "learning_fixed": "PlainProvider.learn_effort",
    "imitate_peers": "PlainProvider.imitate",
    "update_effort": "PlainProvider.change",
    "update_ties": "PlainTie.settle",
    "rewiring_need_and_proximity": "PlainTie.seek",
    "rewiring_partners_of_partners": "PlainTie.seek",
    "rewiring_fixed": "PlainProvider.change",
    "drop_ties": "PlainTie.drop",
    "set_what_patients_meet": "PlainProvider.meet_patients",
}
"""Where each compiled step of these phases is written plainly."""
COMPILED = ("pay_governance",)
"""Steps of these phases that concern councils only."""

BORN_WITH = ("conditions", "mental", "social_need", "informal_care", "willing")
"""Draws that a patient row keeps for good."""


class PlainCareSystem(mesa.Model):  # type: ignore[misc]
    """A world of plain agents.

    Parameters
    ----------
    world : CareSystem
        The world to take over, before or after some months. It goes on as the councils' side of this model
        and must not be stepped by anybody else.
    exact : bool
        True: the compiled model's random numbers and single precision, for identical bits. False: a generator
        and Python floats, as anybody would write it in Mesa, for the benchmark.

    Raises
    ------
    UsageError
        The world has a step that is not written plainly.
    """

    def __init__(self, world: CareSystem, exact: bool) -> None:
        super().__init__(rng=abs(world.seed))
        self.world, self.exact = world, exact
        self.numbers = SimpleNamespace(**{k: float(v) for k, v in world.scenario.parameters.items()})
        self.strength = dict(world.scenario.mechanisms)
        self.persons_per_agent = float(world.persons_per_agent)
        self.rate_ratios: list[float] = rate_ratios(world.scenario.parameters).tolist()
        self.single = cast("Callable[[float], float]", np.float32 if exact else float)
        self.exp_minus = _exp_minus if exact else _exp_of_minus
        self.forgone_health_loss = self.single(self.numbers.forgone_health_loss)
        self.admission_health_loss = self.single(self.numbers.admission_health_loss)
        self.chance: Chance = (
            AddressedChance(world.seed) if exact else SequentialChance(world.seed, self.random, self.rng)
        )
        replaced, kept = _split(world.schedule.steps)
        self.counted, self.grouped = _written("measure", replaced), _written("group", replaced)
        self._to_push, self._to_pull = _exchanged(kept, world.events)
        self.need_draws, self.admission_draws = list[float](), list[float]()
        self.birthday_panel = self.closing_panel = 0
        self.ledger, self.scheme, self.mean_need = Ledger(), Scheme(self), 0.0
        self.zones = [PlainZone(self, row) for row in range(len(world.state.zone))]
        self.providers = self._make_providers()
        self._make_ties()
        self.patients = self._make_patients()
        self._take_over(kept)

    @classmethod
    def from_world(cls, world: CareSystem, exact: bool = True) -> PlainCareSystem:
        """Return the plain twin of a world; the world becomes its councils' side."""
        return cls(world, exact)

    @property
    def month(self) -> int:
        """The month to run next, or in the middle of a month the present one."""
        return int(self.world.month)

    # --- building ---------------------------------------------------------------------------------------

    def _make_providers(self) -> list[PlainProvider]:
        table = dict(self.world.state.provider.columns)
        zones, panels = table.pop("zone").tolist(), table.pop("need_by_panel")
        table["need_by_panel"] = panels.reshape(-1, PANELS, N_DISCIPLINES)
        rows = _rows(table, keep_singles=False)
        return [PlainProvider(self, i, self.zones[zones[i]], row) for i, row in enumerate(rows)]

    def _make_ties(self) -> None:
        table = dict(self.world.state.tie.columns)
        partners = table.pop("partner").tolist()
        for t, row in enumerate(_rows(table, keep_singles=False)):
            owner = self.providers[t // SLOTS]
            tie = PlainTie(self, owner, t % SLOTS, row)
            tie.partner = self.providers[partners[t]] if partners[t] >= 0 else None
            owner.ties.append(tie)

    def _make_patients(self) -> list[PlainPatient]:
        state = self.world.state
        table = dict(state.patient.columns)
        for name in ("active", "needs"):
            del table[name]
        practices, alternates = table.pop("practice").tolist(), table.pop("alternate").tolist()
        n = len(practices)
        for trait in BORN_WITH:
            table[f"born_{trait}"] = np.array(self.chance.lasting(f"population_{trait}", n))
        zones = np.repeat(np.arange(len(self.zones)), state.zone.last_row - state.zone.first_row).tolist()
        patients = []
        for i, row in enumerate(_rows(table, keep_singles=self.exact)):
            patient = PlainPatient(self, i, self.zones[zones[i]], self.providers[practices[i]], row)
            patient.alternate = self.providers[alternates[i]] if alternates[i] >= 0 else None
            patients.append(patient)
        return patients

    def _take_over(self, kept: list[Step]) -> None:
        """Put the plain phases in the place of the compiled ones in the world's month."""
        schedule = self.world.schedule
        strike = schedule.before["demography"]

        def live() -> None:
            strike()
            self.live_month()

        schedule.steps = kept
        schedule.before = {
            **schedule.before,
            "demography": live,
            "payment": self.pay_providers,
            "providers": self.work_month,
        }

    # --- running ----------------------------------------------------------------------------------------

    def step(self) -> None:
        """Run one month."""
        self.world.step()
        self._pull_providers()

    def live_month(self) -> None:
        """Let every patient live through the month."""
        self._pull_zones()
        self.birthday_panel, self.closing_panel = (self.month - 1) % PANELS, self.month % PANELS
        self.chance.start_month(self.month)
        self.need_draws, self.admission_draws = self.chance.pairs("needs", len(self.patients))
        for provider in self.providers:
            provider.contacts = provider.admissions = 0
            if provider.need_by_panel:
                provider.need_by_panel[self.birthday_panel] = [0] * N_DISCIPLINES
        for zone in self.zones:
            zone.reach_out()
        self.agents_by_type[PlainPatient].do("step")

    def pay_providers(self) -> None:
        """Pay every provider; the world's ledger takes the payments over."""
        self.ledger, self.scheme = Ledger(), Scheme(self)
        self._average_need()
        for provider in self.providers:
            provider.set_terms()
            provider.count_services()
            provider.due_eur = self.scheme.due(provider)
        shares = self.scheme.who_pays(self.providers)
        for provider in self.providers:
            self.scheme.pay(provider, shares[provider.discipline])
        state, paid = self.world.state, np.array(self.ledger.paid_cents, dtype=np.int64)
        state.payer.columns["paid_cents"] += paid
        state.payer.columns["account_cents"] += paid.sum(axis=1)
        state.zone.columns["paid_cents"] += np.array([zone.paid_cents for zone in self.zones])
        state.zone.columns["scheme_cents"] += np.array([zone.scheme_cents for zone in self.zones])

    def work_month(self) -> None:
        """Let every provider meet its demand, work with partners, and learn."""
        providers = self.agents_by_type[PlainProvider]
        providers.do("sum_list_need")
        self._average_need()
        for zone in self.zones:
            zone.spread_demand()
        self._shift_tasks()
        providers.do("turn_over_staff")
        providers.do("weigh_scheme")
        for zone in self.zones:
            zone.cut_ties()
            zone.share_vision()
            zone.co_decide()
            zone.follow_pathways()
        flexible = [zone.rally() for zone in self.zones]
        providers.do("weigh_reasons")
        for provider in self.providers:
            for tie in provider.ties:
                tie.live_month(flexible[provider.zone.row])
        providers.do("open_doors")
        providers.do("change_over")
        providers.do("learn")
        providers.do("imitate")
        providers.do("change")
        for provider in self.providers:
            for tie in provider.ties:
                tie.seek()
        for provider in self.providers:
            for tie in provider.ties:
                tie.drop()
        providers.do("meet_patients")
        self._push()

    def _average_need(self) -> None:
        """Set the monthly GP contacts needed per patient agent, over all practices."""
        practices = [p for p in self.providers if p.discipline == GP]
        self.mean_need = added(p.need[GP] for p in practices) / sum(p.patients for p in practices)

    def _shift_tasks(self) -> None:
        payer = self.world.state.payer
        recent, usual = payer.recent_cents.tolist(), payer.usual_cents.tolist()
        if usual[0] and usual[1]:
            for zone in self.zones:
                zone.shift_tasks(recent[0] / usual[0] - recent[1] / usual[1])

    # --- exchange with the councils' side ---------------------------------------------------------------

    def _pull_zones(self) -> None:
        table = self.world.state.zone.columns
        values = {name: table[name].tolist() for name in PlainZone.READ}
        for zone in self.zones:
            zone.start_month()
            for name in PlainZone.READ:
                setattr(zone, name, values[name][zone.row])

    def _pull_providers(self) -> None:
        for name in self._to_pull:
            values = self.world.state.provider.columns[name].tolist()
            for provider, value in zip(self.providers, values, strict=True):
                setattr(provider, name, value)

    def _push(self) -> None:
        state = self.world.state
        for name in PlainZone.WRITTEN:
            state.zone.columns[name][:] = [getattr(zone, name) for zone in self.zones]
        for table, name in self._to_push:
            state.tables[table].columns[name][:] = self.column(table, name)
        for name in self.counted:
            state.measure.columns[name][:] = [zone.counts[name] for zone in self.zones]
        for name in self.grouped:
            state.group.columns[name][:] = [zone.group_counts[name] for zone in self.zones]

    def column(self, table: str, name: str) -> NDArray[Any]:
        """Return a column of ``patient``, ``provider`` or ``tie`` as the compiled model would hold it."""
        like = self.world.state.tables[table].columns[name]
        agents: dict[str, Callable[[], list[Any]]] = {
            "patient": lambda: self.patients,
            "provider": lambda: self.providers,
            "tie": lambda: [tie for provider in self.providers for tie in provider.ties],
        }
        values = [getattr(agent, name) for agent in agents[table]()]
        if (table, name) in (("patient", "practice"), ("patient", "alternate"), ("tie", "partner")):
            values = [-1 if other is None else other.row for other in values]
        if (table, name) == ("provider", "zone"):
            values = [zone.row for zone in values]
        return np.array(values, dtype=like.dtype).reshape(like.shape)


def _exp_minus(rate: float) -> float:
    """Return exp(-rate) as the compiled model does, by a polynomial in single precision."""
    largest = type(rate)(8.0)
    y = min(rate, largest) * 0.0625
    e = 1.0 - y * (1.0 - y * (0.5 - y * (1.0 / 6.0 - y * (1.0 / 24.0 - y * (1.0 / 120.0)))))
    for _ in range(4):
        e = e * e
    return e


def _exp_of_minus(rate: float) -> float:
    return math.exp(-rate)


def _rows(table: dict[str, NDArray[Any]], keep_singles: bool) -> list[dict[str, Any]]:
    """Return one mapping per row of a table; single precision stays what it is or becomes a Python float."""
    columns = [list(a) if keep_singles and a.dtype == np.float32 else a.tolist() for a in table.values()]
    return [dict(zip(table, row, strict=True)) for row in zip(*columns, strict=True)]


def _split(steps: list[Step]) -> tuple[list[Process], list[Step]]:
    """Return the processes this model replaces and the steps that stay compiled."""
    replaced = [s.process for s in steps if s.process.phase in PHASES and s.process.name not in COMPILED]
    for process in replaced:
        if process.name not in STEPS:
            raise UsageError(
                f"the plain model does not know the step `{process.name}`",
                where=process.file,
                fix="write it in tests/reference and name it in STEPS",
            )
    return replaced, [s for s in steps if s.process.phase not in PHASES or s.process.name in COMPILED]


def _written(table: str, processes: list[Process]) -> list[str]:
    prefix = f"{table}_"
    return sorted({w.removeprefix(prefix) for p in processes for w in p.writes if w.startswith(prefix)})


def _exchanged(kept: list[Step], events: Iterable[BoundEvent]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the provider and tie columns that compiled steps and events read, and the provider columns
    that the steps write."""
    pulled = _written("provider", [s.process for s in kept])
    names = [*chain(*(s.process.arguments for s in kept), *(signature(e.kernel).parameters for e in events))]
    read = {tuple(name.split("_", 1)) for name in names if "_" in name}
    pushed = sorted((t, n) for t, n in read if t in ("provider", "tie") and n not in pulled)
    return pushed, pulled
