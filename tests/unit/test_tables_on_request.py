"""Tables collected only when asked for: patients, workplaces, tiers, answers to PACIC, and diaries."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import GP, SLOTS
from cas_model.model.diaries import TieDiary, ZoneDiary
from cas_model.model.patients import patients_frame
from cas_model.model.surveys import pacic_scales_frame
from cas_model.model.system import CareSystem
from cas_model.model.tiers import tiers_frame
from cas_model.model.workplaces import workplaces_frame
from small_worlds import columns_that_differ, copy_columns, new_world, run_months


@cache
def followed() -> CareSystem:
    """Return a world with a year of burn-in and two policy months behind it, and its diaries."""
    world = new_world(burn_in=12)
    world.diaries = {"zone_months": ZoneDiary(world), "tie_months": TieDiary(world)}
    return run_months(world, 14)


def test_a_diary_of_zones_has_every_month_and_ends_with_what_is() -> None:
    world = followed()
    noted = world.diaries["zone_months"].frame(world)
    assert sorted(set(noted["month"])) == list(range(-12, 2))
    last = noted[noted["month"] == 1]
    zone = world.state.zone
    assert last["zone"].tolist() == list(world.territory.zone_names)
    assert np.array_equal(last["legitimacy"], zone.legitimacy)
    assert np.allclose(last["initiatives"], zone.initiative.mean(axis=1))
    assert np.array_equal(last["staff"], zone.staff)
    tie, of_first = world.state.tie, np.repeat(world.state.provider.zone == 0, SLOTS)
    kept = of_first & (tie.partner >= 0)
    assert np.isclose(last["contact"].iloc[0], tie.contact[kept].mean())
    p, first = world.state.provider, world.state.provider.zone == 0
    practices = first & (p.discipline == GP)
    assert np.isclose(last["gp_admin"].iloc[0], np.average(p.admin[practices], weights=p.heads[practices]))


def test_a_diary_of_ties_follows_every_kind_of_partner_from_the_first_policy_month() -> None:
    world = followed()
    noted = world.diaries["tie_months"].frame(world)
    assert sorted(set(noted["month"])) == [0, 1]
    assert set(noted["tie"] % SLOTS) == set(range(SLOTS))
    last, tie = noted[noted["month"] == 1], world.state.tie
    assert np.array_equal(last["partner"], tie.partner[last["tie"]])
    assert np.array_equal(last["trust"], tie.trust[last["tie"]].astype(np.float32))
    one = last[last["partner"] >= 0].iloc[0]
    ends = world.state.provider.coordination[[int(one["tie"]) // SLOTS, int(one["partner"])]]
    assert np.isclose(one["effort"], ends.mean())


def test_diaries_change_nothing() -> None:
    plain = run_months(new_world(burn_in=12), 14)
    assert columns_that_differ(copy_columns(plain), copy_columns(followed())) == []


def test_an_unread_diary_is_an_empty_table() -> None:
    world = new_world(burn_in=12)
    assert TieDiary(world).frame(world).columns.tolist() == ["month"]


def test_patients_are_those_of_the_world() -> None:
    world = followed()
    table, patient = patients_frame(world), world.state.patient
    assert len(table) == len(patient)
    assert np.allclose(table["age"], (world.month - patient.birth_month.astype(int)) / 12)
    assert np.allclose(table["avoidable_admissions"], patient.admission_hazard * patient.avoidable_share)
    assert np.array_equal(table["contacts"], patient.last_contacts)


def test_workplaces_are_the_providers() -> None:
    world = followed()
    table = workplaces_frame(world)
    assert np.array_equal(table["coordination"], world.state.provider.coordination)
    assert (table["discipline"] == "gp").sum() == (world.state.provider.discipline == GP).sum()
    table["coordination"] = 0.0
    assert world.state.provider.coordination.max() > 0.0  # a copy, not the world itself


def test_tiers_say_what_they_are_after() -> None:
    world = followed()
    goals = tiers_frame(world).pivot_table(values="weight", index="tier", columns="goal", sort=False)
    assert np.allclose(goals.to_numpy(), world.state.authority.goals)


def test_each_respondent_has_a_total_and_a_satisfaction() -> None:
    scales = pacic_scales_frame(followed())
    assert len(scales) == 1298
    assert scales["satisfied"].isin([1, 2, 3, 4, 5]).all()
    assert scales["total"].between(1, 5).all()
    assert np.corrcoef(scales["total"], scales["satisfied"])[0, 1] > 0.2
    assert pd.api.types.is_numeric_dtype(scales["satisfied"])
