"""Each pattern passes on a world built to show it and fails on one that does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import made_up_patterns
from cas_model.calibration.patterns import load_patterns
from cas_model.calibration.patterns.care import AMBITIOUS
from cas_model.calibration.patterns.councils import STAFFED
from cas_model.calibration.patterns.ties import granger
from cas_model.experiments.registries import load_registries
from made_up_worlds import MadeUpWorld, outcomes, zones

load_registries()

Made = dict[str, MadeUpWorld]
BASE = "status_quo"


def of_zones(**columns: list[float]) -> MadeUpWorld:
    return MadeUpWorld({"zones": zones(**columns)})


def staffed(staff: list[float], **columns: list[float]) -> MadeUpWorld:
    return of_zones(staff=staff, **columns)


def path(outcome: str, values: np.ndarray) -> MadeUpWorld:
    rows = [(m, "flanders", "Flanders", outcome, float(v)) for m, v in enumerate(values)]
    return MadeUpWorld({"outcomes": outcomes(*rows)})


def p2(shown: bool) -> Made:
    executed = [0.1, 0.2, 0.6, 0.7] if shown else [0.7, 0.6, 0.2, 0.1]
    return {BASE: staffed([0.5, 0.8, 1.5, 3.0], population=[1.0, 2.0, 3.0, 4.0], execution=executed)}


def p6(shown: bool) -> Made:
    world = of_zones(misfit=[0.1, 0.2, 0.3, 0.4])
    handed = [0.8, 0.6, 0.4, 0.3] if shown else [0.3, 0.4, 0.6, 0.8]
    rows = [(11, "zone", f"z{i}", "hand_over_rate", v) for i, v in enumerate(handed)]
    world.tables["outcomes"] = outcomes(*rows)
    return {BASE: world}


def p9(shown: bool) -> Made:
    end = -0.1 if shown else 0.1
    return {BASE: path("ei_index_pillars", np.linspace(-0.4, end, 60))}


def agenda(health: float, people: float) -> MadeUpWorld:
    return of_zones(agenda_items_health=[health, health], agenda_items_people=[people, people],
                    agenda_items_welfare=[10.0 - health - people] * 2)  # fmt: skip


def p10(shown: bool) -> Made:
    return {BASE: agenda(3.5 if shown else 3.4, 1.0)}


def p11(shown: bool) -> Made:
    return {BASE: agenda(3.0, 1.0), STAFFED: agenda(3.0, 1.5 if shown else 0.5)}


def p18(shown: bool) -> Made:
    labels = ("nothing_at_stake", "little_at_stake", "much_at_stake")
    reached = (0.1, 0.12 if shown else 0.16, 0.3)
    return {
        k: path("coordinated_care_coverage", np.full(12, v)) for k, v in zip(labels, reached, strict=True)
    }


def p21(shown: bool) -> Made:
    labels = ("little_autonomy", "much_autonomy", "low_floor", "high_floor")
    found = (0.1, 0.2, 0.3, 0.2 if shown else 0.4)
    return {k: path("access_between_zones", np.full(12, v)) for k, v in zip(labels, found, strict=True)}


def p23(shown: bool) -> Made:
    def costs(*eur: float) -> MadeUpWorld:
        return MadeUpWorld({"ledger": pd.DataFrame({"month": [-1, 0, 12, 24], "eur": [99.0, *eur]})})

    return {BASE: costs(10.0, 10.0, 10.0), AMBITIOUS: costs(14.0, 9.0, 8.0 if shown else 6.0)}


BUILT: dict[str, Callable[[bool], Made]] = {
    "P2": p2, "P6": p6, "P9": p9, "P10": p10, "P11": p11, "P18": p18, "P21": p21, "P23": p23,
    **made_up_patterns.BUILT,
}  # fmt: skip
ALL = {one.id: one for one in load_patterns()}


def test_every_pattern_is_there_and_every_predicate_is_tried() -> None:
    assert list(ALL) == [f"P{n}" for n in range(1, 26)]
    assert {one.id for one in ALL.values() if one.judge} == set(BUILT)
    assert all(bool(one.judge) != bool(one.not_measurable) for one in ALL.values())


@pytest.mark.parametrize("name", sorted(BUILT))
def test_a_world_built_to_show_a_pattern_passes(name: str) -> None:
    judge = ALL[name].judge
    assert judge is not None
    assert judge(BUILT[name](True)).holds is True


@pytest.mark.parametrize("name", sorted(BUILT))
def test_a_world_without_the_pattern_fails(name: str) -> None:
    judge = ALL[name].judge
    assert judge is not None
    assert judge(BUILT[name](False)).holds is False


def holds(name: str, worlds: Made) -> bool | None:
    judge = ALL[name].judge
    assert judge is not None
    return judge(worlds).holds


def test_low_ratings_are_no_gap_where_nobody_is_ambitious() -> None:
    assert holds("P1", made_up_patterns.p1_without_ambition()) is False


def test_a_crisis_is_no_jump_where_calm_years_bring_as_much() -> None:
    worlds = made_up_patterns.p4(True)
    worlds["calm_years"] = made_up_patterns.noted(legitimacy=np.linspace(0.3, 0.6, 132))
    assert holds("P4", worlds) is False


def test_ties_that_work_are_too_few_to_say_what_came_first() -> None:
    worlds = made_up_patterns.p7(True)
    worlds[BASE].tables["tie_months"]["task"] = 0.4
    assert holds("P7", worlds) is None


def test_granger_finds_the_series_that_leads() -> None:
    rng = np.random.default_rng(2)
    cause = rng.random(80)
    effect = np.append(0.0, cause[:-1]) + 0.1 * rng.random(80)
    assert granger(cause, effect) < 1e-6
    assert granger(effect, cause) > 0.05
    assert granger(cause, np.ones(80)) == 1.0


def test_correlated_satisfaction_is_no_paradox() -> None:
    worlds = made_up_patterns.p20(True)
    scales = worlds[BASE].tables["pacic_scales"]
    worlds[BASE].tables["pacic_scales"] = scales.assign(total=scales["satisfied"] / 2.0)
    assert holds("P20", worlds) is False
