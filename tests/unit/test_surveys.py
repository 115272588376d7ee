"""Emulated surveys: the measurement models by hand, and what they read off a world."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from cas_model.config.declarations import PARAMETERS
from cas_model.config.errors import UsageError
from cas_model.config.vocabulary import GP, HOME_CARE, HOME_NURSING, N_DISCIPLINES, PEOPLE, SLOTS
from cas_model.model.surveys import (
    care_experience,
    eligible,
    maturity_states,
    pacic_frame,
    pacic_profile,
    pacic_scales,
    pacic_survey,
    respondents,
    scirocco_profile,
    scirocco_survey,
    survey_targets,
)
from cas_model.model.system import CareSystem
from cas_model.outcomes.pacic import ACTIVATION, FOLLOW_UP, ITEMS, SUBSCALE_OF_ITEM, SUBSCALES, answer
from cas_model.outcomes.scirocco import DIMENSIONS, PUBLISHED_MEDIANS, draw_raters, rate
from small_worlds import Bookmark, bookmark, columns_that_differ, copy_columns, new_world, run_months

VALUES = {name: p.default for name, p in PARAMETERS.items()}
DIGITAL, COORDINATION, FINANCE, EMPOWERMENT, EVALUATION, BREADTH = 2, 3, 4, 7, 8, 9


@cache
def _lived_in() -> Bookmark:
    """Return a world with a full year behind it, for tests that change it."""
    return bookmark(run_months(new_world(burn_in=12, persons_per_agent=200), 14))


def world_of_tests() -> CareSystem:
    return _lived_in().return_to()


# --- SCIROCCO ----------------------------------------------------------------------------------------------


def test_without_noise_or_bias_raters_say_what_is() -> None:
    states = np.tile(np.array([0.0, 0.29, 0.31, 0.5001, 0.89, 1.0] * 2), (4, 1))
    exact = VALUES | {"scirocco_noise": 0.0, "scirocco_front_line_bias": 0.0}
    found = rate(states, np.array([True, False, True, False]), exact, seed=0, month=0)
    assert found.tolist() == [[0, 1, 2, 3, 4, 5] * 2] * 4


def test_the_front_line_rates_with_its_own_bias() -> None:
    states, exact = np.full((2, 12), 0.5), VALUES | {"scirocco_noise": 0.0, "scirocco_front_line_bias": -1.0}
    found = rate(states, np.array([True, False]), exact, seed=0, month=0)
    assert found.tolist() == [[2] * 12, [2] * 12]
    assert rate(states + 0.05, np.array([True, False]), exact, 0, 0).tolist() == [[2] * 12, [3] * 12]


def test_noise_has_its_declared_size_and_ratings_stay_on_the_scale() -> None:
    states = np.full((4000, 12), 0.5)
    found = rate(states, np.zeros(4000, dtype=bool), VALUES, seed=1, month=0)
    assert found.std() == pytest.approx(np.sqrt(0.9**2 + 1 / 12), abs=0.02)
    assert np.abs(np.corrcoef(found.T) - np.eye(12)).max() < 0.07
    assert set(np.unique(rate(states * 0, np.zeros(4000, dtype=bool), VALUES, 1, 0))) <= {0, 1, 2, 3, 4, 5}


def test_raters_come_from_where_professionals_work() -> None:
    zones, front_line = draw_raters(np.array([0.0, 300.0, 0.0, 100.0]), VALUES, seed=2, month=3)
    assert len(zones) == 865
    assert set(zones.tolist()) == {1, 3}
    assert (zones == 1).mean() == pytest.approx(0.75, abs=0.05)
    assert front_line.mean() == pytest.approx(0.7, abs=0.05)
    # Role and place are not drawn with the same dice.
    assert front_line[zones == 3].mean() == pytest.approx(0.7, abs=0.12)


def test_states_are_read_zone_by_zone() -> None:
    world = world_of_tests()
    z, p, t, patient = (world.state.tables[name] for name in ("zone", "provider", "tie", "patient"))
    z.mandate[:], z.legitimacy[:], z.information_maturity[:] = 0.6, 0.3, 0.4
    z.core_eur[:], z.project_eur[:], z.cofund_eur[:] = 60.0, 30.0, 10.0
    p.volume_share[:] = 0.8
    z.agenda_items[:] = 1.0
    patient.literacy[:] = 0.5
    patient.plan[:], patient.coordinator[:] = 1, 0
    first = slice(int(z.first_row[0]), int(z.last_row[0]))
    patient.coordinator[first] = 1
    p.shared_record[:] = 0.5
    states = maturity_states(world)
    assert states.shape == (world.territory.n_zones, len(DIMENSIONS))
    assert states[:, 1] == pytest.approx(np.full(len(states), 0.3))  # nobody is in office as meta-governor
    assert states[:, DIGITAL] == pytest.approx(np.full(len(states), 0.25))
    assert states[:, COORDINATION].tolist() == [1.0] + [0.0] * (len(states) - 1)
    assert states[:, EVALUATION] == pytest.approx(np.full(len(states), 0.4))
    assert states[:, FINANCE] == pytest.approx(np.full(len(states), 0.2 * 0.6))
    assert states[:, EMPOWERMENT] == pytest.approx(np.full(len(states), (0.5 + 0.25 + 1.0) / 3))
    z.agenda_items[:, PEOPLE] = 3.0
    assert maturity_states(world)[0, EMPOWERMENT] == pytest.approx((0.5 + 0.5 + 1.0) / 3)
    # One practice of the first zone with agreements with two disciplines, one of them twice.
    t.formal[:], t.partner[:] = 0, -1
    at = {
        d: int(np.nonzero((p.discipline == d) & (p.zone == 0))[0][0]) for d in (GP, HOME_NURSING, HOME_CARE)
    }
    t.partner[at[GP] * SLOTS : at[GP] * SLOTS + 3] = [at[HOME_NURSING], at[HOME_NURSING], at[HOME_CARE]]
    t.formal[at[GP] * SLOTS : at[GP] * SLOTS + 3] = 1
    share = p.represents[at[GP]] / p.represents[(p.discipline == GP) & (p.zone == 0)].sum()
    found = maturity_states(world)[:, BREADTH]
    assert found[0] == pytest.approx(share * 2 / (N_DISCIPLINES - 1))
    assert (found[1:] == 0.0).all()


def test_better_states_are_rated_better_on_their_dimension_only() -> None:
    world = world_of_tests()
    before = scirocco_profile(scirocco_survey(world)).set_index("dimension")
    world.state.provider.readiness[:] = 0.95
    after = scirocco_profile(scirocco_survey(world)).set_index("dimension")
    assert after["median"]["readiness to change"] >= 4 > before["median"]["readiness to change"]
    others = list(DIMENSIONS[1:])
    assert after.loc[others].equals(before.loc[others])


# --- PACIC -------------------------------------------------------------------------------------------------


def test_answers_follow_the_graded_response_model() -> None:
    n, latent = 20_000, np.array([0.2, 0.4, 0.5, 0.6, 0.8])
    plain = VALUES | {"pacic_person_spread": 0.0}
    found = answer(np.tile(latent, (n, 1)), plain, seed=3, month=0)
    assert found.min() >= 1
    assert found.max() <= 5
    for j, item in enumerate(ITEMS):
        level = plain["pacic_discrimination"] * (latent[item.subscale] - plain["pacic_middle"])
        level += plain["pacic_evaluation_ease"] * item.evaluation
        level += plain["pacic_activation_ease"] * (item.subscale == ACTIVATION)
        level -= plain["pacic_follow_up_difficulty"] * (item.subscale == FOLLOW_UP)
        for a in (2, 3, 4, 5):
            reached = expit(level - plain["pacic_threshold_step"] * (a - 3))
            assert (found[:, j] >= a).mean() == pytest.approx(reached, abs=0.015)


def test_subscales_have_the_published_items() -> None:
    sizes = np.bincount(SUBSCALE_OF_ITEM).tolist()
    assert sizes == [3, 3, 5, 4, 5]
    assert (np.diff(SUBSCALE_OF_ITEM) >= 0).all()


def test_a_favourable_person_is_favourable_throughout() -> None:
    """One dimension beyond care itself: by the spread, and only by it, a person's answers go together."""
    same = np.full((3000, 5), 0.5)
    alone = answer(same, VALUES | {"pacic_person_spread": 0.0}, 0, 0)
    together = answer(same, VALUES, 0, 0)
    pairs = np.triu_indices(20, 1)
    assert abs(np.asarray(np.corrcoef(alone.T))[pairs].mean()) < 0.01
    assert np.asarray(np.corrcoef(together.T))[pairs].mean() > 0.12


def test_respondents_have_a_condition_and_saw_two_professionals() -> None:
    world = world_of_tests()
    p, rows = world.state.patient, respondents(world_of_tests())
    assert len(rows) == 1298
    assert (p.n_conditions[rows] >= 1).all()
    practices = (p.year_own[rows] > 0).astype(int) + (p.year_alternate[rows] > 0) + p.year_practices[rows]
    assert ((practices >= 2) | ((practices == 1) & (p.year_referred[rows] > 0))).all()
    # Their year is the one about to close: running the month resets exactly their counters.
    seen = p.year_own[rows].copy()
    world.step()
    assert seen.sum() > 0
    assert p.year_own[rows].sum() == 0


def test_a_world_without_a_past_has_nobody_to_ask() -> None:
    with pytest.raises(UsageError, match="nobody qualifies"):
        respondents(new_world(burn_in=2))


def test_experience_is_half_the_year_before_and_half_what_is_asked() -> None:
    world = world_of_tests()
    p, provider = world.state.patient, world.state.provider
    row = np.array([5])
    provider.readiness[p.practice[5]], provider.team_task[p.practice[5]] = 0.2, 0.7
    p.experience[5], p.continuity[5], p.plan[5] = 0.4, 0.9, 1
    p.year_own[5], p.year_alternate[5], p.year_other[5], p.year_followed[5] = 4, 1, 0, 2
    p.year_referred[5], p.year_coordinated[5] = 4, 1
    expected = [(0.4 + s) / 2 for s in (0.2, 0.9, 0.6, 0.25, 0.4)]
    assert care_experience(world, row)[0].tolist() == pytest.approx(expected, abs=1e-6)
    p.year_referred[5] = p.year_coordinated[5] = 0
    assert care_experience(world, row)[0, 3] == pytest.approx((0.4 + 0.7) / 2, abs=1e-6)


def test_scales_are_plain_means_and_follow_up_is_the_lowest() -> None:
    answers = pacic_survey(world_of_tests())
    scales = pacic_scales(answers)
    assert list(scales.columns) == [*SUBSCALES, "total"]
    first = answers[answers["respondent"] == 0]
    assert scales["total"][0] == pytest.approx(first["answer"].mean())
    assert scales["follow_up"][0] == pytest.approx(first[first["item"] >= 16]["answer"].mean())
    assert scales[list(SUBSCALES)].mean().idxmin() == "follow_up"


def test_experience_hardly_depends_on_conditions_or_rank() -> None:
    """Glasgow 2005: r = 0.13 with conditions, none with education; PACIC is to measure care, not need."""
    answers = pacic_survey(world_of_tests())
    person = answers.drop_duplicates("respondent").set_index("respondent")
    total = pacic_scales(answers)["total"]
    for trait in ("n_conditions", "rank"):
        assert abs(np.corrcoef(person[trait], total)[0, 1]) < 0.2


def test_answers_hang_together_as_published() -> None:
    """Cronbach's alpha of the whole; R7 reports 0.68 to 0.94."""
    wide = pacic_survey(world_of_tests()).pivot_table(values="answer", index="respondent", columns="item")
    items = wide.to_numpy()
    alpha = 20 / 19 * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))
    assert 0.68 <= alpha <= 0.94


# --- both --------------------------------------------------------------------------------------------------


def test_a_survey_changes_nothing_and_repeats_itself() -> None:
    world = world_of_tests()
    before = copy_columns(world)
    pd.testing.assert_frame_equal(scirocco_survey(world), scirocco_survey(world))
    pd.testing.assert_frame_equal(pacic_survey(world), pacic_survey(world))
    assert not columns_that_differ(before, copy_columns(world))


def test_distributions_add_up_and_medians_are_given_answers() -> None:
    ratings = pd.DataFrame(
        {"dimension": [d for d in DIMENSIONS for _ in range(4)], "rating": [0, 1, 2, 5] * 11 + [3, 3, 4, 4]}
    )
    profile = scirocco_profile(ratings)
    assert profile["dimension"].tolist() == list(DIMENSIONS)
    assert profile["published_median"].tolist() == list(PUBLISHED_MEDIANS)
    assert profile["median"].tolist() == [1] * 11 + [3]
    shares = profile[[f"share_{k}" for k in range(6)]]
    assert shares.iloc[0].tolist() == [0.25, 0.25, 0.25, 0.0, 0.0, 0.25]
    assert shares.sum(axis=1).tolist() == pytest.approx([1.0] * 12)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_a_profile_is_what_pandas_says_and_its_shares_add_up(given_: list[int]) -> None:
    ratings = pd.DataFrame({"dimension": DIMENSIONS[4], "rating": given_})
    profile = scirocco_profile(ratings).set_index("dimension")
    asked = profile.loc[DIMENSIONS[4]]
    values = pd.Series(given_)
    for name, share in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)):
        assert asked[name] == values.quantile(share, interpolation="lower")
    assert asked[[f"share_{k}" for k in range(6)]].sum() == pytest.approx(1.0)
    others = profile.drop(DIMENSIONS[4])
    assert (others["n"] == 0).all()
    assert others[["median", "share_0"]].isna().all(axis=None)


def test_a_world_where_nobody_qualifies_says_so_and_goes_on() -> None:
    world = new_world(burn_in=2)
    assert len(eligible(world)) == 0
    items = pacic_frame(world)
    assert items["item"].tolist() == list(range(1, 21))
    assert (items["n"] == 0).all()
    targets = world.survey_targets_frame().set_index("asked")
    asked_nobody = targets[targets["target"] > "T1"]
    assert asked_nobody["value"].isna().all()
    assert not asked_nobody["met"].any()
    assert targets["value"]["highest SCIROCCO median"] >= 0


def _answers(by_item: dict[int, list[int]]) -> pd.DataFrame:
    rows = [
        (r, j, SUBSCALES[SUBSCALE_OF_ITEM[j - 1]], by_item.get(j, [3, 3, 3, 3])[r])
        for r in range(4)
        for j in range(1, 21)
    ]
    return pd.DataFrame(rows, columns=["respondent", "item", "subscale", "answer"])


def test_targets_are_read_off_the_answers() -> None:
    ratings = pd.DataFrame({"dimension": DIMENSIONS, "rating": PUBLISHED_MEDIANS})
    answers = _answers(
        {5: [4, 5, 4, 1], 7: [1, 2, 3, 4], 1: [2, 3, 4, 5], 16: [1, 1, 2, 5], 18: [3, 3, 3, 4],
         12: [4, 4, 5, 3], 4: [4, 4, 3, 3]}
    )  # fmt: skip
    found = survey_targets(scirocco_profile(ratings), pacic_profile(answers))
    values = dict(zip(found["asked"], found["value"], strict=True))
    assert values["SCIROCCO medians equal to the published ones"] == 12
    assert values["highest SCIROCCO median"] == 2
    # Items 1, 4, 5 and 12 are not answered low by more than half: 1 and 4 by exactly half.
    assert values["PACIC items mostly answered never to sometimes"] == 20 - 4
    assert values["satisfied with the organisation of care"] == pytest.approx(0.75)
    assert values["not asked about goals"] == pytest.approx(0.5)
    assert values["not asked for ideas on the plan"] == pytest.approx(0.25)
    assert values["not contacted after a visit"] == pytest.approx(0.75)
    assert values["never or only sometimes referred to other care"] == pytest.approx(0.75)
    assert values["preferences taken into account"] == pytest.approx(0.75)
    met = dict(zip(found["asked"], found["met"], strict=True))
    assert met["SCIROCCO medians equal to the published ones"]
    assert met["not asked about goals"]
    assert not met["not contacted after a visit"]
    pacic = pacic_profile(answers).set_index("item")
    assert [pacic[f"share_{k}"][16] for k in (1, 2, 3, 4, 5)] == [0.5, 0.25, 0.0, 0.0, 0.25]
