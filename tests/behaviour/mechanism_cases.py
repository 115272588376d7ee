"""One row per claim: the context in which a mechanism acts, the one in which it cannot, and what must move.

A context sets columns of a settled world. Levers keep what is set; other columns only start there, so that
claims about them are looked at after one month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cas_model.config.vocabulary import (
    CAPITATION,
    FEE_FOR_SERVICE,
    GP,
    HAND_OVER,
    HEALTH,
    HOSPITAL,
    LOCAL_AUTHORITIES,
    N_DISCIPLINES,
    OUTREACH,
    PEOPLE,
    SLOTS,
)
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


def peer_ties(world: CareSystem) -> float:
    """Return the number of ties between providers of one discipline."""
    return float((world.state.tie.partner.reshape(-1, SLOTS)[:, N_DISCIPLINES:] >= 0).sum())


def no_peers(world: CareSystem) -> None:
    """Take every provider's peers away."""
    world.state.tie.partner.reshape(-1, SLOTS)[:, N_DISCIPLINES:] = -1


def paid_by(method: int) -> Setting:
    """Return a setting in which everybody is paid in one way."""

    def fill(world: CareSystem) -> None:
        world.state.discipline.mix[:] = 0.0
        world.state.discipline.mix[:, method] = 1.0

    return fill


def running(topic: int) -> Setting:
    """Return a setting in which one initiative runs everywhere, for good."""

    def fill(world: CareSystem) -> None:
        for column in (world.state.zone.initiative, world.state.zone.institutionalised):
            column[:] = 0.0
            column[:, topic] = 1.0

    return fill


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

CASES = (
    Case("M01", "a vision process makes providers readier", put(zone_vision_process=1),
         put(zone_vision_process=0), mean("provider_readiness"), +1, 12, 12),
    Case("M02", "inclusive negotiation gives people a voice", put(zone_inclusive_negotiation=1),
         put(zone_inclusive_negotiation=0), mean("zone_power", PEOPLE), +1, 3, 12),
    Case("M03", "a meta-governor coordinates levels", meta_governor, no_meta_governor,
         mean("zone_effective_fragmentation"), -1, 3, 12),
    Case("M03", "a meta-governor aligns goals", meta_governor, no_meta_governor, mean("zone_alignment"), +1,
         24, 12),
    Case("M04", "clear mandates and accountability get things done",
         put(zone_mandate=1, zone_accountability=1),
         both(put(zone_mandate=0.35, zone_accountability=0), no_meta_governor), mean("zone_execution"), +1,
         1, 12),
    Case("M05", "a well-staffed council evens out power", put(zone_staff_floor=3), no_staff,
         inequality_of_power, -1, 6, 12),
    Case("M06", "evaluated decisions leave lessons", put(zone_information_maturity=1, zone_data=1),
         nothing_known, mean("zone_learning"), +1, 12),
    Case("M06", "lessons help execution", put(zone_information_maturity=1, zone_data=1),
         nothing_known, mean("zone_execution"), +1, 12),
    Case("M07", "split competences undermine joint work",
         put(zone_fragmentation=1, zone_effective_fragmentation=1),
         put(zone_fragmentation=0, zone_effective_fragmentation=0), of_ties("tie_task"), -1, 3, 12),
    Case("M07", "most where health meets welfare",
         put(zone_fragmentation=1, zone_effective_fragmentation=1),
         put(zone_fragmentation=0, zone_effective_fragmentation=0), gap_across_sectors, -1, 1, 12),
    Case("M08", "who may decide and knows innovates",
         both(autonomous, put(zone_data=1, zone_support_institute=1, zone_information_maturity=1)),
         put(zone_autonomy=0, zone_effective_autonomy=0), mean("zone_initiative"), +1, 24, 12),
    Case("M09", "a meta-governor scales up what works", both(meta_governor, unequal_initiatives),
         no_meta_governor, weakest_initiative, +1, 6, 12),
    Case("M10", "a recognised council bridges the tiers", put(zone_legitimacy=0.9), put(zone_legitimacy=0.2),
         mean("zone_effective_fragmentation"), -1, 1),
    Case("M11", "what is decided far away misses local need",
         both(put(zone_autonomy=0, zone_effective_autonomy=0), unequal_needs), usual_autonomy,
         spread_of_perceived_need, -1, 3, 12),
    Case("M12", "local execution fits the terrain", autonomous, usual_autonomy, mean("zone_execution"), +1,
         1, 12),
    Case("M12", "execution from afar does not", put(zone_autonomy=0.1, zone_effective_autonomy=0.1),
         usual_autonomy, mean("zone_execution"), -1, 1, 12),
    Case("M13", "unequal means drive zones apart", both(autonomous, put(zone_floor=0)),
         both(autonomous, put(zone_floor=1)), poor_minus_rich, -1, 1, 12),
    Case("M14", "without staff all hangs on the chair",
         both(no_staff, put(zone_floor=1, zone_chair=ascending, zone_chair_months=99)),
         put(zone_chair=4 / 7, zone_chair_months=99), good_minus_bad_chair, +1, 1, 12),
    Case("M15", "in a small zone people meet", put(zone_population=20_000), put(zone_population=115_000),
         of_ties("tie_contact"), +1, 6, 12),
    Case("M15", "in a large one they meet less", put(zone_population=500_000), put(zone_population=115_000),
         of_ties("tie_contact"), -1, 6, 12),
    Case("M17", "pooled expertise lifts who lags", both(unequal_initiatives, put(zone_support_institute=1)),
         put(zone_support_institute=0), weakest_initiative, +1, 12, 12),
    Case("M18", "a council without staff cannot execute", no_staff, put(zone_staff_floor=5),
         mean("zone_execution"), -1, 1, 12),
    Case("M19", "small organisations stay away", put(), put(provider_heads=10**6),
         mean("provider_attendance"), -1, 1, leak=1e-3),
    Case("M20", "borders that differ weaken hand-over", put(zone_misfit=1), put(zone_misfit=0),
         of_practices("provider_hand_over"), -1, 1, 12),
    Case("M20", "and joint work with the hospital", put(zone_misfit=1), put(zone_misfit=0), with_hospital,
         -1, 1, 12),
    Case("M23", "a big city dominates its neighbours", put(zone_largest_municipality=0.9),
         put(zone_largest_municipality=0.4), mean("zone_power", LOCAL_AUTHORITIES), +1, 1, 12),
    Case("M26", "meeting breeds trust", put(zone_paid_participation=1, zone_legitimacy=1),
         put(provider_attendance=0, tie_contact=0, provider_mean_trust=0.3), of_ties("tie_trust"), +1, 24),
    Case("M26", "trust breeds effort",
         put(zone_paid_participation=1, zone_legitimacy=1, provider_mean_trust=0.9),
         put(provider_attendance=0, tie_contact=0, provider_mean_trust=0.3), mean("provider_coordination"),
         +1, 1),
    Case("M27", "broken agreements cost trust", put(tie_contact=1, tie_task=0),
         put(tie_contact=0, tie_history=0), of_ties("tie_trust"), -1),
    Case("M27", "and are remembered", put(tie_contact=1, tie_task=0), put(tie_contact=0, tie_history=0),
         of_ties("tie_task"), -1),
    Case("M27", "successes spill over", put(tie_contact=1, tie_task=1), put(tie_contact=0, tie_history=0),
         of_ties("tie_task"), +1),
    Case("M28", "trust grows slower across pillars", put(provider_pillar=alternating(1, 2)),
         put(provider_pillar=0), of_ties("tie_trust"), -1, 24, 12),
    Case("M29", "trust grows slower with a commercial partner", put(provider_for_profit=alternating(0, 1)),
         put(provider_for_profit=0), of_ties("tie_trust"), -1, 24, 12),
    Case("M32", "who decides together owns the decision", put(zone_co_decision=1), put(zone_co_decision=0),
         mean("provider_readiness"), +1, 12, 12),
    Case("M32", "and decides slowly", put(zone_co_decision=1), put(zone_co_decision=0),
         mean("zone_adopted"), -1, 24, 12),
    Case("M33", "sectors misunderstand each other", put(provider_skill=0), put(provider_welfare=0),
         of_ties("tie_task", True), -1, 1, 12),
    Case("M35", "the health cluster dominates", put(), put(), mean("zone_power", HEALTH), +1, 1, 12,
         world_out_of_context={"parameters.health_status": 1.0}),
    Case("M36", "reform after reform breeds resistance", put(zone_turbulence=2, provider_self_interest=1),
         calm, mean("provider_readiness"), -1, 12, 12),
    Case("M36", "so does lost autonomy",
         put(zone_turbulence=0, zone_autonomy=0.1, zone_effective_autonomy=0.1), calm,
         mean("provider_readiness"), -1, 12, 12),
    Case("M37", "a crisis brings young structures together", put(zone_rigidity=0), put(zone_rigidity=1),
         of_ties("tie_contact"), +1, 6, 12, world=crisis),
    Case("M37", "and earns them recognition", put(zone_rigidity=0), put(zone_rigidity=1),
         mean("zone_legitimacy"), +1, 6, 12, world=crisis),
    Case("M38", "structures that age set in routines", put(zone_rigidity=0), put(zone_rigidity=1),
         mean("zone_rigidity"), +1, 12, 12),
    Case("M39", "a crisis narrows local room", put(zone_autonomy=0.8),
         put(zone_autonomy=0, zone_effective_autonomy=0),
         mean("zone_effective_autonomy"), -1, 3, 3, world=crisis),
    Case("M41", "reforms tire", put(zone_turbulence=2), put(zone_turbulence=0, zone_fatigue=0),
         mean("zone_fatigue"), +1, 12),
    Case("M41", "the tired wait and see", put(zone_turbulence=2), put(zone_turbulence=0, zone_fatigue=0),
         mean("zone_execution"), -1, 12),
    Case("M44", "pilots without a future tire", put(zone_initiative=0.8, zone_institutionalised=0),
         put(zone_initiative=0.8, zone_institutionalised=0.8), mean("zone_fatigue"), +1, 3),
    Case("M45", "what is not evaluated is forgotten", put(zone_information_maturity=0, zone_learning=1),
         put(zone_information_maturity=1), mean("zone_learning"), -1, 6, 12),
    Case("M46", "outreach spares people going without",
         both(running(OUTREACH), put(zone_population_manager=1)), put(zone_initiative=0),
         counted("forgone", 12), -1, 12),
    Case("M47", "pay by volume drives out coordination", paid_by(FEE_FOR_SERVICE), paid_by(CAPITATION),
         mean("provider_coordination"), -1, 24, 12),
    Case("M48", "income free of volume gives room", paid_by(CAPITATION), paid_by(FEE_FOR_SERVICE),
         mean("provider_coordination"), +1, 24, 24, leak=0.05),
    Case("M54", "payers at odds cost administration",
         put(zone_fragmentation=1, zone_effective_fragmentation=1),
         usual_payers, mean("provider_admin"), +1, 3, 3),
    Case("M54", "payers in step spare it", put(zone_fragmentation=0, zone_effective_fragmentation=0),
         usual_payers, mean("provider_admin"), -1, 3, 3),
    Case("M60", "shortage makes providers look for partners", both(no_peers, put(provider_load=1.05)),
         both(no_peers, put(provider_load=0.8)), peer_ties, +1),
    Case("M61", "overload leaves no time", put(provider_load=1.5), put(provider_load=1.0),
         mean("provider_coordination"), -1),
    Case("M62", "teamwork takes time", put(provider_coordination=1), no_teamwork,
         mean("provider_admin"), +1),
    Case("M62", "teamwork that fails strains", put(provider_coordination=1, provider_team_task=0),
         no_teamwork, mean("provider_strain"), +1),
    Case("M62", "teamwork that works relieves", put(provider_coordination=1, provider_team_task=1),
         no_teamwork, mean("provider_strain"), -1),
    Case("M63", "reporting eats staff time", put(zone_staff_floor=3), no_staff, mean("zone_staff"), -1, 1,
         12),
    Case("M64", "records that do not meet hinder hand-over", put(provider_shared_record=0),
         put(provider_shared_record=1), of_practices("provider_hand_over"), -1),
    Case("M64", "and joint work", put(provider_shared_record=0), put(provider_shared_record=1),
         of_ties("tie_task"), -1),
    Case("M65", "who cannot find the way goes without", put(patient_literacy=0, patient_digital=0),
         put(patient_literacy=0.62, patient_digital=1), counted("forgone", 12), +1, 24, leak=0.02),
    Case("M65", "who can does not", put(patient_literacy=1), put(patient_literacy=0.62, patient_digital=1),
         mean("patient_barrier"), -1, 12, leak=1e-4),
    Case("M67", "agreements make transitions seamless", running(HAND_OVER),
         put(zone_initiative=0, tie_trust=0.3), of_practices("provider_hand_over"), +1),
    Case("M67", "so does knowing each other", put(zone_initiative=0, tie_trust=0.9),
         put(zone_initiative=0, tie_trust=0.3), of_practices("provider_hand_over"), +1),
)  # fmt: skip
