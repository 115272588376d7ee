"""The state in which a world starts its burn-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cas_model.config.vocabulary import PANELS
from cas_model.model.processes.groups import share_out_groups
from cas_model.numerics.addressed_random import uniforms

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

FIRST_ELECTION = (11.0, 11.0, 15.0)
"""Months from the first policy month (July 2023) to the federal, Flemish and local elections of 2024."""

_SETTLING_ROUNDS = 6


def prepare_start(model: CareSystem) -> None:
    """Give providers their characters, patients their yearly state, and practices their first acceptance."""
    _draw_characters(model)
    _set_tiers(model)
    row_steps = [s for s in model.schedule.steps if s.process.phase == "demography" and s.process.by_rows]
    ageing = [s for s in row_steps if s.process.name != "renew_people"]
    for month in range(model.month - PANELS + 1, model.month + 1):
        model.set_clock(month)
        model.schedule.run_rows(ageing, model.pool)
    if model.scenario.shocks:
        share_out_needs(model)
    named = {s.process.name: s for s in model.schedule.steps}
    model.schedule.run_whole(named["sum_list_needs"])
    for _ in range(_SETTLING_ROUNDS):
        for name in ("spread_demand", "set_acceptance"):
            model.schedule.run_whole(named[name])
    for name in ("set_what_patients_meet", "pay_staff", "change_chairs"):
        model.schedule.run_whole(named[name])
    zone = model.state.zone
    zone.chair_months[:] *= uniforms(model.seed, "start_chair_months", 0, len(zone))


def share_out_needs(model: CareSystem) -> None:
    """Tell each zone the groups' shares of need and deaths, by which events on groups are expected.

    A world without events leaves it out; one that may be struck later needs it at the start.
    """
    zone, patient, values = model.state.zone, model.state.patient, model.scenario.parameters
    share_out_groups(
        model.month, zone.first_row, zone.last_row, patient.birth_month, patient.rank, patient.n_conditions,
        patient.mental, patient.social_need, patient.informal_care, values["mortality_level"],
        values["mortality_age"], zone.need_share, zone.death_share,
    )  # fmt: skip


def _draw_characters(model: CareSystem) -> None:
    """Draw readiness, competence, self-interest, effort and record use around their baseline (assumption)."""
    provider = model.state.provider
    n = len(provider)
    for name, mean, half_range in (
        ("readiness", 0.30, 0.15),
        ("skill", 0.25, 0.15),
        ("self_interest", 0.50, 0.25),
        ("coordination", 0.20, 0.10),
        ("shared_record", 0.22, 0.15),
        ("strain", 0.25, 0.10),
    ):
        draw = uniforms(model.seed, f"start_{name}", 0, n)
        provider.columns[name][:] = mean + half_range * (2.0 * draw - 1.0)
    provider.self_interest[:] = np.minimum(provider.self_interest + 0.15 * provider.for_profit, 1.0)
    model.state.zone.chair_months[:] = 0.0


def _set_tiers(model: CareSystem) -> None:
    authority, network = model.state.authority, model.state.network
    half = model.scenario.parameters["goal_distance"] / 2.0
    direction = np.array([-1.0, -1.0, 1.0])
    # Equity and sustainability start in the middle (assumption).
    stated = np.array([model.scenario.parameters["stated_ambition"], 0.5, 0.5])
    authority.goals[:] = stated + np.array([[1.0], [-1.0], [0.0]]) * half * direction
    authority.cycle_months[:] = np.array(FIRST_ELECTION) + model.burn_in
    network.size[:] = model.networks.size
    network.power[:] = model.networks.size / model.networks.size.sum()
    network.seat[:] = model.networks.seats
    network.commercial[:] = model.scenario.parameters["network_commercial"]
