"""Inequality formulas against worked examples, each other, and what must hold for any data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import linregress, rankdata

from cas_model.outcomes.inequality import (
    coefficient_of_variation,
    concentration_over,
    e_i_index,
    erreygers,
    fractional_rank,
    gini,
    horizontal_inequity,
    intraclass_correlation,
    percentile_ratio,
    relative_index,
    slope_index,
    theil,
    wagstaff,
    weighted_mean,
)
from cas_model.outcomes.measures import Floats

UNMET = np.array([6.7, 2.1, 0.6, 0.4, 0.2]) / 100
FIFTHS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
ONES = np.ones(5)

people = st.lists(
    st.tuples(st.floats(0.01, 1.0), st.integers(0, 9), st.integers(1, 5)), min_size=2, max_size=25
).map(lambda rows: tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True)))
"""Values, incomes with ties, and numbers of people."""


def _each(values: Floats, weights: Floats) -> Floats:
    """Return one entry per person."""
    return np.repeat(values, weights.astype(int))


# --- worked examples ---------------------------------------------------------------------------------------


def test_the_dossiers_example_of_unmet_need_by_fifth() -> None:
    index = concentration_over(UNMET, FIFTHS, ONES)
    assert index == pytest.approx(-0.588, abs=5e-4)
    assert erreygers(index, UNMET.mean()) == pytest.approx(-0.0470, abs=5e-5)
    assert wagstaff(index, UNMET.mean()) == pytest.approx(-0.600, abs=5e-4)
    assert slope_index(UNMET, FIFTHS, ONES) == pytest.approx(-0.0735)
    assert relative_index(UNMET, FIFTHS, ONES) == pytest.approx(-3.675)


def test_weighted_slope_by_hand() -> None:
    # Three groups of 50, 30 and 20 people: ranks 0.25, 0.65, 0.9; mean rank 0.5, mean value 0.18.
    values, weights = np.array([0.1, 0.2, 0.35]), np.array([50.0, 30.0, 20.0])
    rank = fractional_rank(np.arange(3.0), weights)
    assert rank.tolist() == [0.25, 0.65, 0.9]
    # cov = .5(-.25)(-.08) + .3(.15)(.02) + .2(.4)(.17) = 0.0245; var = .03125 + .00675 + .032 = 0.07.
    assert slope_index(values, rank, weights) == pytest.approx(0.0245 / 0.07)
    assert relative_index(values, rank, weights) == pytest.approx(0.0245 / 0.07 / 0.18)
    assert concentration_over(values, rank, weights) == pytest.approx(2 * 0.0245 / 0.18)


def test_bounded_corrections_know_the_bounds() -> None:
    index, mean = np.array(0.1), np.array(2.0)
    assert erreygers(index, mean, low=1.0, high=5.0) == pytest.approx(4 * 2 / 4 * 0.1)
    assert wagstaff(index, mean, low=1.0, high=5.0) == pytest.approx(4 * 2 * 0.1 / (3 * 1))


def test_largest_inequality_has_a_normalised_index_of_one() -> None:
    """All of a share falls on the richest: C is 1 - mean, and Wagstaff's correction makes that 1."""
    y = np.array([0.0] * 6 + [1.0] * 4)
    index = concentration_over(y, fractional_rank(np.arange(10.0)), np.ones(10))
    assert index == pytest.approx(0.6)
    assert wagstaff(index, y.mean()) == pytest.approx(1.0)


def test_gini_of_published_shapes() -> None:
    assert gini(np.full(4, 3.0)) == pytest.approx(0.0)
    assert gini(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(0.25)
    # By mean absolute difference: sum |x_i - x_j| / (2 n^2 mean).
    x = np.random.default_rng(3).gamma(2.0, size=40)
    by_pairs = np.abs(x[:, None] - x[None, :]).sum() / (2 * 40**2 * x.mean())
    assert gini(x) == pytest.approx(by_pairs)
    assert gini(np.stack([x, 2 * x[::-1]])).tolist() == pytest.approx([by_pairs, by_pairs])


def test_theil_by_hand() -> None:
    # Group means 1 and 3, inside the second 2 and 4; overall mean 2.
    parts = theil(np.array([[1.0, 1.0], [2.0, 4.0]]), np.ones((2, 2)))
    between = 0.5 * (0.5 * math.log(0.5) + 1.5 * math.log(1.5))
    within = (6 / 8) * 0.5 * (2 / 3 * math.log(2 / 3) + 4 / 3 * math.log(4 / 3))
    assert parts.between == pytest.approx(between)
    assert parts.within == pytest.approx(within)
    everybody = theil(np.array([[1.0, 1.0, 2.0, 4.0]]), np.ones((1, 4)))
    assert everybody.total == pytest.approx(between + within)
    assert everybody.between == pytest.approx(0.0)


def test_theil_of_one_who_has_all_is_the_log_of_the_number() -> None:
    assert theil(np.array([[0.0, 0.0, 0.0, 8.0]]), np.ones((1, 4))).total == pytest.approx(math.log(4))


def test_theil_takes_empty_groups_and_members_for_nobody() -> None:
    values = np.array([[1.0, 3.0, np.nan], [2.0, 4.0, 9.0], [np.nan, np.nan, np.nan]])
    weights = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert theil(values, weights).total == pytest.approx(theil(values[:2, :2], np.ones((2, 2))).total)


def test_spread_between_zones() -> None:
    values = np.array([[0.8, 0.9, 1.0], [0.5, 0.5, 0.5]])
    assert coefficient_of_variation(values).tolist() == pytest.approx([np.std(values[0]) / 0.9, 0.0])
    assert percentile_ratio(values).tolist() == pytest.approx([0.98 / 0.82, 1.0])


def test_intraclass_correlation_by_hand() -> None:
    # Groups (1, 2, 3), (2, 3, 4), (6, 7, 8): between squares 14 * 3 / 2 = 21, within 2 / 2 = 1.
    mean, squares, n = np.array([2.0, 3.0, 7.0]), np.full(3, 2.0), np.full(3, 3.0)
    assert intraclass_correlation(mean, squares, n) == pytest.approx((21 - 1) / (21 + 2 * 1))


def test_intraclass_correlation_does_not_grow_as_groups_shrink() -> None:
    """Of one probability everywhere no variance lies between zones, however few people each has."""
    rng = np.random.default_rng(0)
    for size in (20, 2000):
        shares = rng.binomial(size, 0.7, (200, 60)) / size
        n = np.full(shares.shape, float(size))
        found = intraclass_correlation(shares, n * shares * (1 - shares), n)
        assert found.min() >= 0.0
        assert found.mean() < 0.5 / size


def test_external_against_internal_ties() -> None:
    assert e_i_index(np.array([3.0, 0.0, 5.0]), np.array([1.0, 4.0, 0.0])).tolist() == [0.5, -1.0, 1.0]
    assert np.isnan(e_i_index(np.array([0.0]), np.array([0.0])))


def test_use_in_step_with_need_is_no_inequity() -> None:
    need = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    index = concentration_over(need, FIFTHS, ONES)
    assert horizontal_inequity(concentration_over(2.5 * need, FIFTHS, ONES), index) == pytest.approx(0.0)
    flat = concentration_over(ONES, FIFTHS, ONES)
    assert horizontal_inequity(flat, index) == pytest.approx(-float(index))


def test_nobody_and_nothing_are_unknown() -> None:
    nobody, nothing = np.zeros(5), np.zeros(5)
    assert np.isnan(concentration_over(UNMET, FIFTHS, nobody))
    assert np.isnan(concentration_over(nothing, FIFTHS, ONES))
    assert np.isnan(slope_index(UNMET, FIFTHS, nobody))
    assert np.isnan(relative_index(nothing, FIFTHS, ONES))
    assert np.isnan(gini(nothing))


# --- what holds for any data -------------------------------------------------------------------------------


@given(people)
def test_ranks_are_those_of_everybody_in_a_row(data: tuple[Floats, Floats, Floats]) -> None:
    _, income, weights = data
    everybody = (rankdata(_each(income, weights)) - 0.5) / weights.sum()
    assert _each(fractional_rank(income, weights), weights) == pytest.approx(everybody)
    assert weighted_mean(fractional_rank(income, weights), weights) == pytest.approx(0.5)


@given(people)
def test_covariance_and_sum_form_agree(data: tuple[Floats, Floats, Floats]) -> None:
    y, income, weights = data
    rank = fractional_rank(income, weights)
    n, mean = weights.sum(), float(weighted_mean(y, weights))
    short = 2.0 / (n * mean) * (weights * y * rank).sum() - 1.0
    assert concentration_over(y, rank, weights) == pytest.approx(short, abs=1e-12)


@given(people)
def test_groups_and_the_people_in_them_give_the_same(data: tuple[Floats, Floats, Floats]) -> None:
    y, income, weights = data
    assume(len(set(income.tolist())) > 1)
    rank = fractional_rank(income, weights)
    one = np.ones(int(weights.sum()))
    ys, ranks = _each(y, weights), _each(rank, weights)
    assert concentration_over(y, rank, weights) == pytest.approx(
        float(concentration_over(ys, ranks, one)), abs=1e-12
    )
    assert slope_index(y, rank, weights) == pytest.approx(linregress(ranks, ys).slope, abs=1e-9)
    assert gini(y, weights) == pytest.approx(float(gini(ys)), abs=1e-12)
    assert theil(y[None], weights[None]).total == pytest.approx(float(theil(ys[None], one[None]).total))


@given(people, st.integers(2, 4))
def test_a_population_counted_again_is_as_unequal(data: tuple[Floats, Floats, Floats], times: int) -> None:
    y, income, weights = data
    assume(len(set(income.tolist())) > 1)
    rank = fractional_rank(income, weights)
    assert fractional_rank(income, times * weights) == pytest.approx(rank)
    for formula in (concentration_over, slope_index, relative_index):
        assert formula(y, rank, times * weights) == pytest.approx(float(formula(y, rank, weights)), abs=1e-12)
    assert gini(y, times * weights) == pytest.approx(float(gini(y, weights)), abs=1e-12)


@given(people)
def test_a_reversed_gradient_changes_the_sign(data: tuple[Floats, Floats, Floats]) -> None:
    y, income, weights = data
    assume(len(set(income.tolist())) > 1)
    up, down = fractional_rank(income, weights), fractional_rank(-income, weights)
    for formula in (concentration_over, slope_index, relative_index):
        assert formula(y, down, weights) == pytest.approx(-float(formula(y, up, weights)), abs=1e-9)


@given(people)
def test_indices_stay_within_their_bounds(data: tuple[Floats, Floats, Floats]) -> None:
    y, income, weights = data
    rank, mean = fractional_rank(income, weights), weighted_mean(y, weights)
    slack = 1e-9
    index = concentration_over(y, rank, weights)
    assert abs(index) <= 1.0 - 1.0 / weights.sum() + slack
    assert abs(erreygers(index, mean)) <= 1.0 + slack
    # No order of people is more concentrated than the order by y itself.
    assert abs(index) <= gini(y, weights) + slack
    assert 0.0 - slack <= gini(y, weights) < 1.0
    if (mean < 1.0).all():
        assert abs(wagstaff(index, mean)) <= 1.0 + slack
    parts = theil(y.reshape(-1, 1), weights.reshape(-1, 1))
    assert -slack <= parts.total <= math.log(weights.sum()) + slack
    assert parts.within == pytest.approx(0.0)
    assert parts.total == pytest.approx(float(theil(y[None], weights[None]).within), abs=1e-9)


@given(people, st.floats(0.1, 10.0))
def test_relative_indices_have_no_unit(data: tuple[Floats, Floats, Floats], unit: float) -> None:
    y, income, weights = data
    rank = fractional_rank(income, weights)
    for formula in (concentration_over, relative_index):
        a, b = formula(y, rank, weights), formula(unit * y, rank, weights)
        assert (np.isnan(a) and np.isnan(b)) or a == pytest.approx(float(b), abs=1e-9)
    assert gini(unit * y, weights) == pytest.approx(float(gini(y, weights)), abs=1e-9)
