"""The whole pipeline recovers what made the figures, says when nothing can, and continues after a cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from cas_model.calibration.emulator import fit_emulators
from cas_model.calibration.history_matching import Wave, rule_out, whole_cube
from cas_model.calibration.identifiability import PINNED_DOWN
from cas_model.calibration.pipeline import Calibration, _without, calibrate, out_of_reach
from cas_model.calibration.problem import Floats, Ints, simulate
from cas_model.calibration.screening import BEYOND, IDLE, KEPT, screen
from cas_model.calibration.specification import Design
from toy_simulators import Curved, Linear, Padded
from unit.test_history_matching import latin, targets_at

NAMES = [f"parameters.x{i}" for i in range(5)]
TRUTH = np.array([[0.4, 0.65, 0.5, 0.5, 0.5]])


def design(**changes: object) -> Design:
    usual = {
        "seed": 3, "trajectories": 6, "waves": 3, "points_per_parameter": 15, "replicates": 2,
        "forgiving_waves": 0, "method": "importance", "candidates": 150, "sets": 30,
    }  # fmt: skip
    return Design.model_validate({**usual, **changes})


def simulator(failing: float = 0.0) -> Padded:
    return Padded(Curved(), list(range(5)), 5, failing)


def run(**changes: object) -> Calibration:
    targets = targets_at(Curved().expected(TRUTH)[0], 0.03)
    return calibrate(simulator(), NAMES, targets, design(**changes))


def test_the_pipeline_recovers_the_parameters_that_made_the_figures() -> None:
    said: list[str] = []
    targets = targets_at(Curved().expected(TRUTH)[0], 0.03)
    found = calibrate(simulator(), NAMES, targets, design(), say=said.append, best=True)
    assert found.parameters == NAMES[:2]  # the three idle ones are not fitted
    table = found.tables["identifiability"]
    assert (table["verdict"] == PINNED_DOWN).all()
    assert ((table["low"] <= TRUTH[0, :2]) & (TRUTH[0, :2] <= table["high"])).all()
    shares = found.tables["waves"]["share"]
    assert shares.iloc[0] < 0.3
    assert shares.is_monotonic_decreasing
    assert found.tables["fit"]["central_met"].all()
    assert found.best is not None
    assert np.abs(found.best.point - TRUTH[0, :2]).max() < 0.15
    assert said[0].startswith("Screening: 2 of 5")


def test_the_screening_tells_idle_parameters_from_those_beyond_the_number_asked() -> None:
    targets = targets_at(Curved().expected(TRUTH)[0], 0.03)
    table = screen(simulator(), NAMES, targets, trajectories=6, idle_below=0.25, most=1, seed=0)
    assert table["verdict"].to_list() == [KEPT, BEYOND, IDLE, IDLE, IDLE]
    assert table["effect"].is_monotonic_decreasing
    assert (table["effect"].to_numpy()[2:] == 0).all()
    wide = targets_at(Curved().expected(TRUTH)[0], 100.0)
    table = screen(simulator(), NAMES, wide, trajectories=6, idle_below=0.25, most=5, seed=0)
    assert (table["verdict"] == IDLE).all()


def test_figures_that_contradict_each_other_leave_nothing_and_the_table_says_which() -> None:
    # Two figures that the linear toy cannot give together: x0 + 0.4 x1 is 1.4 at most.
    toy = Padded(Linear(), [0, 1, 2], 3)
    targets = targets_at(np.array([2.5, 0.6, 0.1]), 0.02)
    found = calibrate(toy, NAMES[:3], targets, design(trajectories=0, out_of_reach="stop"))
    assert found.posterior is None
    assert found.accepted == 0
    blame = found.tables["ruled_out"].set_index("statistic")
    assert blame.loc["one", "share_ruled_out"] == 1.0
    assert blame["least"].idxmax() == "one"
    assert "identifiability" not in found.tables


def test_a_figure_out_of_reach_is_set_aside_named_and_the_others_are_fitted() -> None:
    toy, truth = Padded(Linear(chance=0.01), [0, 1, 2], 3), np.array([[0.4, 0.6, 0.5]])
    expected = Linear().expected(truth)[0]
    targets = targets_at(np.array([2.5, *expected[1:]]), 0.03)
    found = calibrate(toy, NAMES[:3], targets, design(trajectories=0))
    assert found.out_of_reach == ["one"]
    assert found.accepted > 20
    assert found.posterior is not None
    assert found.posterior.weights @ found.posterior.points[:, :2] == pytest.approx([0.4, 0.6], abs=0.05)
    fit = found.tables["fit"].set_index("statistic")
    assert fit["central_met"].to_list() == [False, True, True]


def test_figures_that_can_be_had_alone_and_not_together_cost_one_of_them() -> None:
    toy, truth = Padded(Linear(chance=0.01), [0, 1, 2], 3), np.array([[0.4, 0.6, 0.5]])
    expected = Linear().expected(truth)[0]
    targets = targets_at(np.array([*expected[:2], expected[2] + 0.5]), 0.03)
    said: list[str] = []
    found = calibrate(toy, NAMES[:3], targets, design(trajectories=0), say=said.append)
    assert len(found.out_of_reach) == 1
    assert any(s.startswith("Out of reach together with the other figures") for s in said)
    assert found.accepted > 20
    fit = found.tables["fit"].set_index("statistic")
    assert fit.loc[~fit.index.isin(found.out_of_reach), "central_met"].all()


def test_a_figure_that_only_runs_show_to_exclude_the_others_is_set_aside_too() -> None:
    # The only wave forgives one figure, so that the emulators leave room where the runs find no set.
    toy, truth = Padded(Linear(chance=0.01), [0, 1, 2], 3), np.array([[0.4, 0.6, 0.5]])
    expected = Linear().expected(truth)[0]
    targets = targets_at(np.array([*expected[:2], expected[2] + 0.5]), 0.03)
    once = {"trajectories": 0, "waves": 1, "forgiving_waves": 1}
    stopped = calibrate(toy, NAMES[:3], targets, design(**once, out_of_reach="stop"))
    assert stopped.left.share > 0.0
    assert stopped.accepted == 0
    said: list[str] = []
    found = calibrate(toy, NAMES[:3], targets, design(**once), say=said.append)
    assert len(found.out_of_reach) == 1
    assert found.accepted > 20
    assert [s.split()[0] for s in said] == ["Wave", "Posterior:", "Out", "Wave", "Posterior:"]
    fit = found.tables["fit"].set_index("statistic")
    assert fit.loc[~fit.index.isin(found.out_of_reach), "central_met"].all()


def test_a_parameter_that_is_not_fitted_rules_nothing_out_by_standing_at_its_default() -> None:
    # Two parameters act; one may be fitted, and the other is far from the middle where it would stand.
    truth = np.array([[0.4, 0.95, 0.5]])
    toy = Padded(Linear(chance=0.01), [0, 1, 2], 3)
    targets = targets_at(Linear().expected(truth)[0], 0.02)[:1]

    class One(Padded):
        def __call__(self, points: Floats, seeds: Ints) -> Floats:
            return super().__call__(points, seeds)[:, :1]

        def keeping(self, columns: Sequence[int], scattered: Sequence[int] = ()) -> One:
            found = super().keeping(columns, scattered)
            return One(found.toy, found.columns, found.width, 0.0, found.loose)

    one = One(toy.toy, [0, 1, 2], 3)
    asked = design(most_parameters=1, waves=1, points_per_parameter=30, replicates=3)
    found = calibrate(one, NAMES[:3], targets, asked)
    assert found.parameters == NAMES[:1]
    assert found.left.region.contains(truth[:, :1]).all()
    # Fitted with the other at its default, it would have to make up for it: x0 + 0.4 x1 = 0.78.
    assert one.keeping([0])(np.array([[0.4]]), np.array([1]))[0, 0] < targets[0].low - 5 * targets[0].sd
    assert found.left.share > 0.2


def test_what_a_figure_ruled_out_comes_back_when_it_is_set_aside() -> None:
    toy, truth = Linear(chance=0.01), np.array([[0.4, 0.6, 0.5]])
    expected = toy.expected(truth)[0]
    targets = targets_at(np.array([*expected[:2], expected[2] + 0.5]), 0.01)
    points = latin(40, 3)
    values = simulate(toy, points, 2, (1,))
    names = [target.name for target in targets]
    wave = Wave(points, values, fit_emulators(points, values, names), 1)
    left = rule_out(whole_cube(targets, 3, 3.0, 0), wave, np.random.default_rng(0))
    assert left.share == 0.0  # each figure alone can be had, all three cannot
    again = _without(left, [2], 3, design())
    assert again.share > 0.0
    assert again.region.contains(truth).all()
    assert all(2 not in kept.emulators.usable for kept in again.region.waves)
    assert out_of_reach(np.array([[1.0, 4.0, np.nan], [2.0, 5.0, 9.0]]), 3.0) == [1]


class CutShortError(Exception):
    pass


def test_a_calibration_that_is_cut_short_ends_as_if_it_had_not_been() -> None:
    whole = run()
    drawn: dict[str, Floats] = {}

    def keep(name: str, make: Callable[[], Floats]) -> Floats:
        if name not in drawn:
            drawn[name] = make()
            if name == "wave_2" and "posterior_1" not in drawn:
                raise CutShortError
        return drawn[name]

    targets = targets_at(Curved().expected(TRUTH)[0], 0.03)
    with pytest.raises(CutShortError):
        calibrate(simulator(), NAMES, targets, design(), keep=keep)
    again = calibrate(simulator(), NAMES, targets, design(), keep=keep)
    assert whole.posterior is not None
    assert again.posterior is not None
    assert (again.posterior.points == whole.posterior.points).all()
    assert (again.posterior.weights == whole.posterior.weights).all()


def test_some_failed_runs_do_not_stop_a_calibration() -> None:
    targets = targets_at(Curved().expected(TRUTH)[0], 0.03)
    found = calibrate(simulator(failing=0.1), NAMES, targets, design(trajectories=0, waves=1))
    assert found.accepted > 10
    assert found.tables["emulators"]["n_points"].min() >= 70


def test_a_wave_that_rules_out_next_to_nothing_is_the_last() -> None:
    found = run(waves=10)
    waves = found.tables["waves"]
    assert len(waves) < 10
    assert waves["share_of_before"].iloc[-1] > 0.9
