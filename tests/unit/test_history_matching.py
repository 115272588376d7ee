"""Emulators and history matching on simulators whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cas_model.calibration.emulator import fit_emulators
from cas_model.calibration.history_matching import (
    Region,
    Wave,
    implausibility,
    nth_largest,
    observed_implausibility,
    rule_out,
    space_filling,
    spread,
    whole_cube,
)
from cas_model.calibration.problem import Floats, Target, log_likelihood, most_likely, simulate
from cas_model.config.errors import CasModelError, UsageError
from toy_simulators import Curved, Linear

NAMES = ("one", "two", "three")


def latin(n: int, d: int, seed: int = 0) -> Floats:
    return np.asarray(stats.qmc.LatinHypercube(d, rng=np.random.default_rng(seed)).random(n))


def targets_at(expected: Floats, sd: float = 0.02) -> tuple[Target, ...]:
    return tuple(Target.point(n, float(v), sd) for n, v in zip(NAMES, expected, strict=True))


def test_a_band_is_a_point_that_could_be_anywhere_in_it() -> None:
    band, mean = Target("y", 1.0, 2.0, 0.1), np.array([0.2, 0.95, 1.5, 2.3, 9.0])
    places = np.linspace(1.0, 2.0, 20001)
    for m, found in zip(mean, band.log_likelihood(mean, 0.09), strict=True):
        whole = np.trapezoid(stats.norm.pdf(places, m, 0.3), places)
        if whole > 0:
            assert found == pytest.approx(np.log(whole), rel=1e-5)
        assert np.isfinite(found)
    point = Target.point("y", 1.5, 0.1)
    assert point.log_likelihood(mean, 0.09) == pytest.approx(stats.norm.logpdf(1.5, mean, 0.3))


def test_no_likelihood_exceeds_the_greatest_one() -> None:
    targets = (Target("a", 0.2, 0.4, 0.01), Target.point("b", 0.5, 0.1))
    rng = np.random.default_rng(0)
    least = np.array([0.001, 0.002])
    means, more = rng.random((500, 2)), rng.exponential(0.01, (500, 2))
    assert (log_likelihood(targets, means, least + more) <= most_likely(targets, least)).all()
    centre = np.array([[0.3, 0.5]])
    assert log_likelihood(targets, centre, least[None]) == pytest.approx(most_likely(targets, least))


@pytest.mark.parametrize("wrong", [(2.0, 1.0, 0.1), (1.0, 2.0, 0.0), (np.nan, 1.0, 0.1)])
def test_a_target_that_cannot_be_met_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError, match="low up to high"):
        Target("y", *wrong)


def test_an_emulator_predicts_unseen_expectations_within_its_own_uncertainty() -> None:
    toy, points = Curved(), latin(60, 2)
    emulators = fit_emulators(points, simulate(toy, points, 3, (0, 1)), NAMES)
    new = latin(400, 2, 5)
    means, variances = emulators.predict(new)
    error = (toy.expected(new) - means) / np.sqrt(variances)
    assert np.abs(toy.expected(new) - means).max() < 0.15
    assert (np.abs(error) < 3).mean(axis=0).min() > 0.9
    assert emulators.chance == pytest.approx([0.03**2] * 3, rel=0.5)
    assert all(e.check.explained > 0.9 and not e.check.refusal for e in emulators.each)


def test_an_emulator_that_is_often_far_off_is_refused() -> None:
    rng, points = np.random.default_rng(3), latin(80, 2, 3)
    y = points[:, 0] + 0.001 * rng.standard_normal(80)
    y[rng.permutation(80)[:6]] += 10.0  # somewhere else altogether, and nothing says where
    with pytest.raises(CasModelError, match="beyond 3"):
        fit_emulators(points, y[:, None, None], ("cliff",))


@pytest.mark.slow
def test_emulators_that_several_processes_fit_are_the_same() -> None:
    toy, points = Linear(), latin(30, 3)
    values = simulate(toy, points, 2, (0, 1))
    alone, shared = (fit_emulators(points, values, NAMES, jobs=jobs).predict(points) for jobs in (1, 2))
    for one, two in zip(alone, shared, strict=True):
        assert one == pytest.approx(two, rel=1e-4, abs=1e-6)


def test_a_refused_emulator_rules_nothing_out() -> None:
    toy, points = Linear(), latin(40, 3)
    values = simulate(toy, points, 2, (0, 1))
    values[5:, :, 2] = np.nan
    emulators = fit_emulators(points, values, NAMES)
    assert emulators.usable == [0, 1]
    assert "5 points only" in emulators.each[2].check.refusal
    found = implausibility(emulators, targets_at(np.array([0.7, 0.6, 99.0])), points)
    assert np.isnan(found[:, 2]).all()
    assert np.isfinite(nth_largest(found, 1)).all()


def test_chance_keeps_what_it_could_have_caused() -> None:
    points = latin(40, 3)
    truth = np.array([[0.5, 0.5, 0.5]])
    quiet, loud = (
        fit_emulators(points, simulate(Linear(chance=c), points, 3, (0, 1)), NAMES) for c in (0.001, 0.5)
    )
    targets = targets_at(Linear().expected(truth)[0] + 0.4, sd=0.02)
    assert implausibility(quiet, targets, truth).min() > 3
    assert implausibility(loud, targets, truth).max() < 3


def test_waves_close_in_on_the_truth_and_never_rule_it_out() -> None:
    toy, truth = Curved(), np.array([[0.35, 0.6]])
    targets = targets_at(toy.expected(truth)[0])
    rng, left = np.random.default_rng(0), whole_cube(targets, 2, 3.0, 0)
    points, shares = latin(30, 2), []
    for number in range(3):
        values = simulate(toy, points, 3, (7, number))
        wave = Wave(points, values, fit_emulators(points, values, NAMES), 1)
        left = rule_out(left, wave, rng)
        shares.append(left.share)
        assert left.region.contains(truth).all()
        assert left.region.contains(left.pool).all()
        points = space_filling(left.pool, 30, rng)
    assert shares[0] < 0.2
    assert shares[0] >= shares[1] >= shares[2]
    assert np.abs(left.pool - truth).max() < 0.3


def test_a_figure_out_of_reach_leaves_nothing() -> None:
    toy, points = Linear(), latin(40, 3)
    values = simulate(toy, points, 2, (0, 1))
    wave = Wave(points, values, fit_emulators(points, values, NAMES), 1)
    targets = targets_at(np.array([5.0, 0.5, 0.0]))
    left = rule_out(whole_cube(targets, 3, 3.0, 0), wave, np.random.default_rng(0))
    assert left.share == 0.0
    assert len(left.pool) == 0


def test_the_second_largest_forgives_one_target() -> None:
    toy, points = Linear(), latin(40, 3)
    values = simulate(toy, points, 2, (0, 1))
    emulators = fit_emulators(points, values, NAMES)
    targets = targets_at(np.array([0.7, 0.6, 50.0]))
    assert not Region((Wave(points, values, emulators, 1),), targets).contains(points).any()
    assert Region((Wave(points, values, emulators, 2),), targets).contains(points).any()


def test_a_pool_covers_its_region_evenly() -> None:
    class Ball(Region):
        def contains(self, points: Floats) -> np.ndarray:
            return np.asarray(((points - 0.4) ** 2).sum(axis=1) < 0.01)

    rng = np.random.default_rng(0)
    few = 0.4 + 0.02 * rng.standard_normal((12, 3))
    pool = spread(Ball((), ()), few, rng, size=2000)
    radius = np.sqrt(((pool - 0.4) ** 2).sum(axis=1)) / 0.1
    # In a ball of three dimensions the cube of the radius is uniform.
    assert stats.kstest(radius**3, "uniform").statistic < 0.06
    assert np.abs(pool.mean(axis=0) - 0.4).max() < 0.01


def test_points_to_run_are_far_from_one_another() -> None:
    rng = np.random.default_rng(0)
    pool = rng.random((1000, 2))
    chosen = space_filling(pool, 20, rng)
    assert len(np.unique(chosen, axis=0)) == 20
    assert stats.qmc.geometric_discrepancy(chosen) > 4 * stats.qmc.geometric_discrepancy(pool[:20])


def test_runs_without_an_emulator_are_judged_the_same_way() -> None:
    values = np.array([[[1.0], [3.0]], [[np.nan], [np.nan]]])
    found = observed_implausibility(values, np.array([2.0]), (Target.point("y", 5.0, 1.0),))
    # mean 2, variance of a new run 2 (1 + 1/2), of the target 1
    assert found[0, 0] == pytest.approx(3.0 / 2.0)
    assert np.isnan(found[1, 0])


def test_what_only_a_search_finds_is_less_than_a_point_of_the_pool_and_not_nothing() -> None:
    """A corner of many dimensions that no candidate hits: its share is an upper bound, and waves go on."""
    d = 6
    rng = np.random.default_rng(0)
    points = rng.random((40, d))
    values = np.repeat(points[:, None, :1] * 0.0 + points.sum(axis=1)[:, None, None], 2, axis=1)
    values = values + 0.001 * rng.standard_normal(values.shape)
    targets = [Target.point("sum", 0.02, 0.005)]
    before = whole_cube(targets, d, 3.0, 0)
    emulators = fit_emulators(points, values, ["sum"])
    left = rule_out(before, Wave(points, values, emulators, 1), rng)
    assert not left.region.contains(before.pool).any()
    assert len(left.pool) > 0
    assert left.share == pytest.approx(1.0 / len(before.pool))
