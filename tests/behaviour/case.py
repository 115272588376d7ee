"""What a claim is: the context in which a mechanism acts, the one in which it cannot, and what must move.

A context sets columns of a settled world. Levers keep what is set; other columns only start there, so that
claims about them are looked at after one month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cas_model.config.vocabulary import (
    GP,
    HOSPITAL,
    N_DISCIPLINES,
    SLOTS,
)
from cas_model.model.columns.payments import METHODS
from cas_model.model.records import POSITION
from cas_model.model.system import CareSystem

Setting = Callable[[CareSystem], None]
Measurement = Callable[[CareSystem], float]


@dataclass(frozen=True)
class Case:
    """What a mechanism claims.

    `moves` is +1 or -1: where the measured value goes when the mechanism is on. Out of context nothing at all
    may change in `out_months`, or no more than `leak` of the effect in context.
    """

    mechanism: str
    says: str
    context: Setting
    out_of_context: Setting
    measured: Measurement
    moves: int
    months: int = 1
    out_months: int = 1
    leak: float = 0.0
    world: dict[str, Any] = field(default_factory=dict)
    world_out_of_context: dict[str, Any] | None = None


def put(**columns: Any) -> Setting:
    """Return a setting that fills columns, given as ``<table>_<column>``."""

    def fill(world: CareSystem) -> None:
        for key, value in columns.items():
            array = world.state.array(key)
            array[:] = value(array) if callable(value) else value

    return fill


def both(*settings: Setting) -> Setting:
    """Return a setting that applies several."""

    def fill(world: CareSystem) -> None:
        for setting in settings:
            setting(world)

    return fill


def mean(key: str, column: int | None = None) -> Measurement:
    """Return the mean of a column, or of one element of a vector column."""

    def measure(world: CareSystem) -> float:
        array = world.state.array(key)
        return float((array if column is None else array[:, column]).mean(dtype=float))

    return measure


def of_practices(key: str) -> Measurement:
    """Return the mean over general practices."""
    return lambda w: float(w.state.array(key)[w.state.provider.discipline == GP].mean())


def of_ties(key: str, across_sectors: bool | None = None) -> Measurement:
    """Return the mean over ties, all or only those across or within health and welfare."""

    def measure(world: CareSystem) -> float:
        partner, welfare = world.state.tie.partner, world.state.provider.welfare
        keep = partner >= 0
        if across_sectors is not None:
            keep &= (np.repeat(welfare, SLOTS) != welfare[partner]) == across_sectors
        return float(world.state.array(key)[keep].mean())

    return measure


def gap_across_sectors(world: CareSystem) -> float:
    """Return how much likelier joint tasks succeed across sectors than within."""
    return of_ties("tie_task", True)(world) - of_ties("tie_task", False)(world)


def every_other(key: str) -> Measurement:
    """Return by how much the mean of every other row, from the second on, exceeds that of the rest."""

    def measure(world: CareSystem) -> float:
        array = world.state.array(key)
        return float(array[1::2].mean() - array[::2].mean())

    return measure


def execution_but_for_fatigue(world: CareSystem) -> float:
    """Return the log-odds of execution, without what fatigue takes from them."""
    zone, effect = world.state.zone, world.scenario.parameters["fatigue_effect"]
    return float((np.log(zone.execution / (1.0 - zone.execution)) + effect * zone.fatigue).mean())


def with_hospital(world: CareSystem) -> float:
    """Return the success of joint tasks of practices with their hospital."""
    rows = np.flatnonzero(world.state.provider.discipline == GP) * SLOTS + HOSPITAL
    return float(world.state.tie.task[rows[world.state.tie.partner[rows] >= 0]].mean())


def inequality_of_power(world: CareSystem) -> float:
    """Return the spread of influence over clusters."""
    return float(world.state.zone.power.std(axis=1).mean())


def poor_minus_rich(world: CareSystem) -> float:
    """Return the execution of the poorest zone less that of the richest."""
    zone = world.state.zone
    return float(zone.execution[zone.poverty.argmax()] - zone.execution[zone.poverty.argmin()])


def good_minus_bad_chair(world: CareSystem) -> float:
    """Return the execution under the best chair less that under the worst."""
    zone = world.state.zone
    return float(zone.execution[zone.chair.argmax()] - zone.execution[zone.chair.argmin()])


def weakest_initiative(world: CareSystem) -> float:
    """Return the mean over topics of the weakest zone's initiative."""
    return float(world.state.zone.initiative.min(axis=0).mean())


def counted(measure: str, months: int) -> Measurement:
    """Return what was counted over the last months."""
    return lambda w: float(w.records.history[: w.records.n_months][-months:, POSITION[measure]].sum())


def ties_kept(world: CareSystem) -> float:
    """Return the number of ties."""
    return float((world.state.tie.partner >= 0).sum())


def peer_ties(world: CareSystem) -> float:
    """Return the number of ties between providers of one discipline."""
    return float((world.state.tie.partner.reshape(-1, SLOTS)[:, N_DISCIPLINES:] >= 0).sum())


def no_peers(world: CareSystem) -> None:
    """Take every provider's peers away."""
    world.state.tie.partner.reshape(-1, SLOTS)[:, N_DISCIPLINES:] = -1


def paid_by(method: str) -> Setting:
    """Return a setting in which everybody is paid in one way, and always was."""

    def fill(world: CareSystem) -> None:
        discipline = world.state.discipline
        discipline.mix[:] = 0.0
        discipline.mix[:, METHODS.index(method)] = 1.0
        discipline.former_mix[:] = discipline.mix

    return fill


def spending_outgrew(federal: float) -> Setting:
    """Return a setting in which federal spending grew by so much, and no other."""

    def fill(world: CareSystem) -> None:
        payer = world.state.payer
        payer.usual_cents[:] = 1e9
        payer.recent_cents[:] = 1e9
        payer.recent_cents[0] *= 1.0 + federal

    return fill


def demand_of(discipline: int) -> Measurement:
    """Return what is expected of a discipline in a month."""
    return lambda w: float(w.state.provider.demand[w.state.provider.discipline == discipline].sum())


def readier_members(world: CareSystem) -> float:
    """Return how much readier the members of a scheme are than everybody whom it is open to."""
    provider = world.state.provider
    asked = provider.discipline == GP
    members = asked & (provider.scheme > 0.0)
    return float(provider.readiness[members].mean() - provider.readiness[asked].mean())


def running(topic: int) -> Setting:
    """Return a setting in which one initiative runs everywhere, for good."""

    def fill(world: CareSystem) -> None:
        for column in (world.state.zone.initiative, world.state.zone.institutionalised):
            column[:] = 0.0
            column[:, topic] = 1.0

    return fill


def with_conditions(n: int) -> Setting:
    """Return a setting in which every complex patient has so many conditions."""

    def fill(world: CareSystem) -> None:
        patient = world.state.patient
        patient.n_conditions[patient.complex == 1] = n

    return fill


def flemish_goals(world: CareSystem) -> float:
    """Return the mean of the Flemish tier's goals."""
    return float(world.state.authority.goals[1].mean())


def regions_at_odds(world: CareSystem) -> None:
    """Let the councils of a region want opposite things; one that is alone wants what the tiers want."""
    zone = world.state.zone
    for r in set(zone.region.tolist()):
        members = np.flatnonzero(zone.region == r)
        zone.goals[members] = 0.5 if len(members) == 1 else (np.arange(len(members)) % 2)[:, None]
    world.state.authority.goals[:] = 0.5


def spread_of_perceived_need(world: CareSystem) -> float:
    """Return how far councils differ in the need they see."""
    return float(world.state.zone.perceived_need.std(axis=0).mean())


def alternating(low: float, high: float) -> Callable[[Any], Any]:
    """Return a filler that gives every other row a high value."""
    return lambda array: np.where(
        (np.arange(len(array)) % 2 == 0).reshape(-1, *[1] * (array.ndim - 1)), low, high
    )


def ascending(array: Any) -> Any:
    """Return values from 0.1 to 0.9."""
    return np.linspace(0.1, 0.9, len(array))


no_staff = put(
    zone_core_budget_rate=0, zone_cofunding_rate=0, zone_staff_floor=0, zone_city_staff=0, zone_project_eur=0
)
autonomous = put(zone_autonomy=1, zone_effective_autonomy=1)
usual_autonomy = put(zone_autonomy=0.45, zone_effective_autonomy=0.45)
meta_governor = put(zone_meta_scope=4, zone_meta_neutrality=1, zone_meta_capacity=1, zone_meta_sanction=1,
                    region_meta_active=1, region_meta_standing=1, zone_information_maturity=1)  # fmt: skip
no_meta_governor = put(zone_meta_scope=0, region_meta_active=0)
unequal_initiatives = put(zone_initiative=alternating(0.1, 0.9), zone_institutionalised=0)
unequal_needs = put(zone_perceived_need=alternating(0.2, 0.8))
nothing_known = put(zone_information_maturity=0.25, zone_data=0, zone_learning=0)
no_teamwork = put(provider_coordination=0, zone_initiative=0)
usual_payers = put(zone_fragmentation=0.6, zone_effective_fragmentation=0.6, zone_legitimacy=0)
calm = both(put(zone_turbulence=0), usual_autonomy)
crisis = {"shocks": [{"kind": "pandemic", "start_month": 1, "duration_months": 12}]}
