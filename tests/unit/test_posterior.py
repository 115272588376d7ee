"""The posterior covers the truth as often as it says; identifiability tells what data can tell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cas_model.calibration.emulator import fit_emulators
from cas_model.calibration.history_matching import Left, Wave, rule_out, whole_cube
from cas_model.calibration.identifiability import (
    LEFT_OPEN,
    PINNED_DOWN,
    contraction_table,
    correlation_table,
    profile_table,
    weighted_quantiles,
)
from cas_model.calibration.posterior import (
    Drawn,
    Posterior,
    draw_by_abc_smc,
    draw_by_importance,
    search_best_fit,
    weigh_with_runs,
)
from cas_model.calibration.problem import Floats, Simulator, Target, simulate
from cas_model.config.errors import CasModelError
from toy_simulators import Curved, Linear
from unit.test_history_matching import NAMES, latin, targets_at

TRIALS = 60
ALL = [0, 1, 2]
LEVELS = (0.5, 0.8, 0.95)


def one_wave(toy: Simulator, d: int, targets: tuple[Target, ...]) -> Left:
    points = latin(20 * d, d)
    values = simulate(toy, points, 3, (1,))
    wave = Wave(points, values, fit_emulators(points, values, NAMES), 1)
    return rule_out(whole_cube(targets, d, 3.0, 0), wave, np.random.default_rng(0))


@pytest.mark.slow
@pytest.mark.parametrize(("toy", "d"), [(Linear(), 3), (Curved(), 2)], ids=["linear", "curved"])
def test_intervals_cover_the_truth_at_their_nominal_rate(toy: Linear | Curved, d: int) -> None:
    """Simulation-based calibration: truths from the prior, figures from the model, ranks uniform."""
    rng, sd = np.random.default_rng(11), 0.05
    points = latin(20 * d, d)
    values = simulate(toy, points, 3, (1,))
    wave = Wave(points, values, fit_emulators(points, values, NAMES), 1)
    inside, ranks = np.zeros((len(LEVELS), d)), np.zeros((TRIALS, d))
    for trial in range(TRIALS):
        truth = rng.random((1, d))
        figures = toy(truth, np.array([10_000 + trial]))[0] + sd * rng.standard_normal(3)
        start = whole_cube(targets_at(figures, sd), d, 4.0, trial)
        region = start.region.and_not(wave)
        left = Left(region, start.pool[region.contains(start.pool)], 0.0, 0.0)
        drawn = draw_by_importance(left, 100, rng)
        for column in range(d):
            ranks[trial, column] = drawn.weights[drawn.points[:, column] < truth[0, column]].sum()
    for number, level in enumerate(LEVELS):
        inside[number] = (np.abs(ranks - 0.5) <= level / 2).sum(axis=0)
        low, high = (float(stats.binom.ppf(q, TRIALS, level)) for q in (0.0005, 0.9995))
        assert ((low <= inside[number]) & (inside[number] <= high)).all(), (level, inside[number])
    assert min(stats.kstest(ranks[:, column], "uniform").pvalue for column in range(d)) > 0.001


@pytest.mark.slow
def test_abc_smc_and_importance_agree_and_repeat_themselves() -> None:
    truth = np.array([[0.4, 0.6]])
    left = one_wave(Curved(), 2, targets_at(Curved().expected(truth)[0], 0.05))
    by_weight = draw_by_importance(left, 1000, np.random.default_rng(1))
    state = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002
    by_abc, again = (draw_by_abc_smc(left, 150, seed=3) for _ in range(2))
    assert (np.random.get_state(legacy=False)["state"]["key"] == state).all()  # noqa: NPY002
    assert (by_abc.points == again.points).all()
    for drawn in (by_weight, by_abc):
        assert left.region.contains(drawn.points).all()
    means = [drawn.weights @ drawn.points for drawn in (by_weight, by_abc)]
    sds = [np.sqrt(d.weights @ (d.points - m) ** 2) for d, m in zip((by_weight, by_abc), means, strict=True)]
    assert np.abs(means[0] - means[1]).max() < 0.4 * sds[0].min()
    assert sds[1] == pytest.approx(sds[0], rel=0.35)


def test_runs_correct_what_the_emulators_got_wrong() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((800, 1))
    # The emulators thought the answer is 0.3 with deviation 0.2; the model itself says y = x, figure 0.6.
    log_density = stats.norm.logpdf(points[:, 0], 0.3, 0.2)
    weights = np.exp(log_density)
    drawn = Drawn(points, weights / weights.sum(), log_density)
    found = weigh_with_runs(drawn, points[:, None, :], np.zeros(1), (Target.point("y", 0.6, 0.05),), 3.0, [0])
    assert found.weights @ points[:, 0] == pytest.approx(0.6, abs=0.01)
    assert (found.weights[np.abs(points[:, 0] - 0.6) > 0.15] == 0).all()
    assert found.weights.sum() == pytest.approx(1.0)


def test_a_set_whose_runs_are_undefined_is_not_accepted() -> None:
    drawn = Drawn(np.array([[0.1], [0.2]]), np.array([0.5, 0.5]), np.zeros(2))
    values = np.array([[[1.0]], [[np.nan]]])
    found = weigh_with_runs(drawn, values, np.zeros(1), (Target.point("y", 1.0, 0.1),), 3.0, [0])
    assert found.weights.tolist() == [1.0, 0.0]


def test_too_few_points_that_carry_the_weight_are_refused() -> None:
    truth = np.array([[0.4, 0.6]])
    left = one_wave(Curved(chance=1e-4), 2, targets_at(Curved().expected(truth)[0], 1e-4))
    wide = Left(left.region, latin(4096, 2), 1.0, 0.0)  # as if nothing had been ruled out
    with pytest.raises(CasModelError, match="carry the whole weight"):
        draw_by_importance(wide, 1000, np.random.default_rng(0))


def test_a_parameter_without_effect_is_left_open_and_one_that_acts_is_pinned_down() -> None:
    truth = np.array([[0.5, 0.4, 0.9]])
    left = one_wave(Linear(), 3, targets_at(Linear().expected(truth)[0], 0.05))
    drawn = draw_by_importance(left, 600, np.random.default_rng(0))
    values = simulate(Linear(), drawn.points, 4, (5,))
    posterior = weigh_with_runs(drawn, values, np.full(3, 0.05**2), left.region.targets, 3.0, [0, 1, 2])
    assert posterior.effective_size > 100
    table = contraction_table(("a", "b", "idle"), posterior).set_index("parameter")
    assert table["verdict"].to_list()[:2] == [PINNED_DOWN, PINNED_DOWN]
    assert table.loc["idle", "verdict"] == LEFT_OPEN
    assert abs(table["contraction"].to_numpy()[2]) < 0.25
    for name, value in zip(("a", "b"), truth[0], strict=False):
        assert table.loc[name, "low"] <= value <= table.loc[name, "high"]


def test_parameters_that_make_up_for_each_other_are_bound_together() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((2000, 3))
    weights = np.exp(-0.5 * ((points[:, 0] + points[:, 1] - 1.0) / 0.1) ** 2)
    posterior = Posterior(
        points, weights / weights.sum(), np.empty((2000, 1, 0)), np.zeros(2000),
        np.zeros(2000, dtype=np.int64), np.empty(0),
    )  # fmt: skip
    table = correlation_table(("a", "b", "c"), posterior).set_index(["parameter", "parameter_2"])
    assert table["correlation"].to_numpy()[0] < -0.8
    assert table["bound"].to_list() == [True, False, False]
    # Each alone is left open, although their sum is pinned down.
    assert (contraction_table(("a", "b", "c"), posterior)["verdict"] == LEFT_OPEN).all()


def test_the_profile_is_least_where_the_truth_is() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((5000, 2))
    worst = 20.0 * np.abs(points[:, 0] - 0.7)
    table = profile_table(("a", "idle"), points, worst)
    a = table[table["parameter"] == "a"].set_index("place")["least"]
    assert a.idxmin() == pytest.approx(0.7, abs=0.04)
    assert a.iloc[0] > 10
    assert table[table["parameter"] == "idle"]["least"].max() < 0.2


def test_sets_are_drawn_as_often_as_they_are_likely_the_central_one_first() -> None:
    points = np.array([[0.1], [0.5], [0.52], [0.9]])

    def missing(*figures: int) -> Posterior:
        weights = np.array([0.25, 0.0, 0.5, 0.25])
        return Posterior(points, weights, np.empty((4, 1, 0)), np.zeros(4), np.array(figures), np.empty(0))

    rows = missing(0, 0, 0, 0).resample(9)
    assert rows[0] == 2
    assert sorted(rows[1:]) == [0, 0, 2, 2, 2, 2, 3, 3]
    assert missing(0, 0, 0, 0).resample(1) == [2]
    # One that misses fewer figures stands for the others; one that was not accepted never does.
    assert missing(1, 0, 2, 1).central == 3


def test_weighted_quantiles_follow_the_weights() -> None:
    rng = np.random.default_rng(0)
    values: Floats = rng.normal(size=20_000)
    weights = np.exp(values - 0.5)  # tilts the normal by one standard deviation
    found = weighted_quantiles(values, weights, [0.1, 0.5, 0.9])
    assert found == pytest.approx(stats.norm.ppf([0.1, 0.5, 0.9], loc=1.0), abs=0.08)


def test_the_search_for_a_best_fit_starts_from_accepted_sets_and_improves_on_them() -> None:
    toy, truth = Curved(chance=0.001), np.array([[0.4, 0.6]])
    targets = targets_at(toy.expected(truth)[0], 0.02)
    starts = np.array([[0.45, 0.55], [0.3, 0.7]])
    chance = np.full(3, 1e-6)
    drawn = Drawn(starts, np.full(2, 0.5), np.zeros(2))
    posterior = weigh_with_runs(drawn, simulate(toy, starts, 1, (0,)), chance, targets, 1e9, ALL)
    told: list[int] = []
    best = search_best_fit(toy, posterior, targets, ALL, trials=60, replicates=1, seed=0, told=told.append)
    assert told[-1] == best.trials == 60
    alone = search_best_fit(toy, posterior, targets, ALL, trials=2, replicates=1, seed=0)
    assert best.log_likelihood > alone.log_likelihood
    assert np.abs(best.point - truth).max() < 0.1
