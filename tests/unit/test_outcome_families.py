"""Outcomes of dossier section 4 by hand, from the counts that the model keeps, and the counts by hand too."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from cas_model.config.declarations import OUTCOMES
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.vocabulary import CLUSTERS, PANELS, SLOTS
from cas_model.experiments.aims import AIMS_COLUMNS, aims_table
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.model.processes.demography import first_of_panel
from cas_model.model.records import POSITION
from cas_model.model.system import CareSystem
from cas_model.outcomes.inequality import gini
from cas_model.outcomes.measures import Floats, History, Measures
from cas_model.outcomes.quintuple_aim import (
    AIMS,
    MOST_VALUE,
    REFERENCE_EUR,
    geometric_composite,
    share_of_weightings,
    weightings,
)
from cas_model.territory.needs import gp_shape
from small_worlds import run_step, settled_world

RANK = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
UNMET = np.array([6.7, 2.1, 0.6, 0.4, 0.2]) / 100
PEOPLE = np.full(5, 1000.0)


def measured(months: int = 12, **counts: Floats) -> Measures:
    """Return measures of equal months from counts by fifth (5,) or by zone and fifth (zones, 5)."""
    shaped = {name: np.atleast_2d(np.asarray(values, dtype=float)) for name, values in counts.items()}
    zones = len(next(iter(shaped.values())))
    block = np.zeros((months, len(POSITION), zones, 5))
    for name, values in shaped.items():
        block[:, POSITION[name]] = values / months
    return Measures(History(block, POSITION), np.ones((1, zones)), 1.0, np.full(zones, 5000.0)).over(months)


def value(name: str, m: Measures) -> float:
    return float(np.asarray(OUTCOMES[name].compute(m))[-1, 0])


# --- equity ------------------------------------------------------------------------------------------------


def test_every_index_of_unmet_need_in_the_dossiers_example() -> None:
    m = measured(
        panel_persons=PEOPLE, panel_rank=PEOPLE * RANK, panel_unmet=UNMET * PEOPLE,
        panel_unmet_rank=UNMET * PEOPLE * RANK,
    )  # fmt: skip
    assert value("unmet_need_concentration", m) == pytest.approx(-0.588, abs=5e-4)
    assert value("unmet_need_erreygers", m) == pytest.approx(-0.0470, abs=5e-5)
    assert value("unmet_need_wagstaff", m) == pytest.approx(-0.600, abs=5e-4)
    assert value("unmet_need_slope", m) == pytest.approx(-0.0735)
    assert value("unmet_need_relative", m) == pytest.approx(-3.675)


def test_the_slope_weighs_fifths_by_people_and_passes_over_empty_ones() -> None:
    people = np.array([300.0, 100.0, 0.0, 0.0, 0.0])
    m = measured(panel_persons=people, panel_rank=people * RANK, panel_unmet=people * UNMET)
    assert value("unmet_need_slope", m) == pytest.approx((0.021 - 0.067) / 0.2)
    health = measured(
        panel_persons=PEOPLE, panel_rank=PEOPLE * RANK, panel_health=PEOPLE * (0.7 + 0.1 * RANK)
    )
    assert value("health_slope", health) == pytest.approx(0.1)


def test_erreygers_of_coverage_and_health() -> None:
    covered = np.array([0.1, 0.2, 0.3, 0.4, 0.5]) * 100
    m = measured(
        panel_complex=PEOPLE / 10, panel_complex_rank=PEOPLE / 10 * RANK, panel_covered=covered,
        panel_covered_rank=covered * RANK, panel_persons=PEOPLE, panel_rank=PEOPLE * RANK,
        panel_health=0.8 * PEOPLE, panel_health_rank=0.8 * PEOPLE * RANK,
    )  # fmt: skip
    # cov(y, r) = 0.5 var(r) = 0.04; E = 8 cov for a share.
    assert value("coverage_erreygers", m) == pytest.approx(8 * 0.04)
    assert value("health_erreygers", m) == pytest.approx(0.0)


def test_horizontal_inequity_sets_use_against_need() -> None:
    need = np.array([5.0, 4.0, 3.0, 2.0, 1.0]) * PEOPLE
    use = np.array([3.0, 3.0, 3.0, 3.0, 3.0]) * PEOPLE
    m = measured(
        panel_persons=PEOPLE, panel_rank=PEOPLE * RANK, panel_contacts=use, panel_contacts_rank=use * RANK,
        panel_predicted=need, panel_predicted_rank=need * RANK,
    )  # fmt: skip
    # C(use) is 0, C(need) = 2 * (-5 * 0.08) / 3.
    assert value("horizontal_inequity", m) == pytest.approx(0.8 / 3)


def test_access_between_zones() -> None:
    served = np.array([90.0, 80.0, 70.0, 60.0])
    needs = np.full(4, 100.0)
    columns = [np.zeros((4, 5)) for _ in range(3)]
    columns[0][:, 0], columns[1][:, 0], columns[2][:, 0] = served, needs - 10, np.full(4, 10.0)
    m = measured(served=columns[0], requests=columns[1], forgone=columns[2])
    assert value("access_p90_p10", m) == pytest.approx(0.87 / 0.63)
    p = served / 100
    between = 100 * ((p - 0.75) ** 2).sum() / 3
    within = (100 * p * (1 - p)).sum() / 396
    assert value("access_icc", m) == pytest.approx((between - within) / (between + 99 * within))


def test_contacts_that_differ_by_zone_only_or_by_rank_only() -> None:
    people = np.full((4, 5), 10.0)
    by_zone = people * np.array([[1.0], [2.0], [3.0], [4.0]])
    by_rank = people * np.arange(1.0, 6.0)
    assert value("contacts_between_zones", measured(panel_persons=people, panel_contacts=by_zone)) == (
        pytest.approx(1.0)
    )
    assert value("contacts_between_zones", measured(panel_persons=people, panel_contacts=by_rank)) == (
        pytest.approx(0.0)
    )
    mixed = value("contacts_between_zones", measured(panel_persons=people, panel_contacts=by_zone + by_rank))
    assert 0.2 < mixed < 0.8


def test_influence_is_unequal_within_councils_not_between_them() -> None:
    shares = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    first = np.eye(1, 5)[0]
    lone = {f"influence_{c}": shares[:, [g]] * first for g, c in enumerate(CLUSTERS)}
    assert value("influence_gini", measured(1, **lone)) == pytest.approx(0.75)
    even = {f"influence_{c}": np.full((2, 1), 0.25) * first for c in CLUSTERS}
    assert value("influence_gini", measured(1, **even)) == pytest.approx(0.0)


def test_external_index_of_sectors_and_pillars() -> None:
    first = np.eye(1, 5)
    m = measured(1, ties=40 * first, ties_across=10 * first, ties_pillars=20 * first,
                 ties_across_pillars=15 * first)  # fmt: skip
    assert value("ei_index_sectors", m) == pytest.approx((10 - 30) / 40)
    assert value("ei_index_pillars", m) == pytest.approx((15 - 5) / 20)


# --- the counts behind them --------------------------------------------------------------------------------


def _run(name: str) -> CareSystem:
    """Run one recording step over the settled world, its month's counts at 0."""
    world = settled_world().return_to()
    world.set_clock(world.month)
    world.state.reset_monthly()
    for counter in ("year_own", "year_alternate", "year_other", "year_other_squares"):
        world.state.patient.columns[counter][:] = 0
    row = int(first_of_panel(0, world.month % PANELS))
    world.state.patient.year_own[row], world.state.patient.year_alternate[row] = 4, 2
    world.state.patient.year_own[row + PANELS] = 3
    run_step(world, next(s for s in world.schedule.steps if s.process.name == name))
    return world


def test_need_counts_age_conditions_and_mental_health_only() -> None:
    world = _run("weigh_use")
    p, counted = world.state.patient, world.state.measure
    rows = np.arange(int(first_of_panel(0, world.month % PANELS)), len(p), PANELS)
    age = (world.month - p.birth_month[rows]) / 12.0
    need = np.array(
        [
            gp_shape(a, float(n), int(m), 0)
            for a, n, m in zip(age, p.n_conditions[rows], p.mental[rows], strict=True)
        ]
    )
    rank = p.columns["rank"][rows].astype(float)
    assert counted.panel_predicted.sum() == pytest.approx(need.sum())
    assert counted.panel_predicted_rank.sum() == pytest.approx((need * rank).sum())
    assert counted.panel_contacts_rank.sum() == pytest.approx(6 * rank[0] + 3 * rank[1])


def test_only_people_with_four_contacts_count_as_frequent() -> None:
    counted = _run("weigh_use").state.measure
    assert counted.panel_four.sum() == 1
    assert counted.panel_coc_four.sum() == pytest.approx((16 + 4 - 6) / 30)


def test_ties_of_pillars_are_those_with_a_pillar_at_both_ends() -> None:
    world = settled_world().return_to()
    p, t = world.state.provider, world.state.tie
    p.pillar[:], t.partner[:] = 0, -1
    p.represents[:4] = [2.0, 1.0, 1.0, 1.0]
    p.pillar[:3] = [1, 1, 2]
    # From 0 to its own pillar, another and none; from 3, of no pillar, to a pillar.
    t.partner[:3] = [1, 2, 3]
    t.partner[3 * SLOTS] = 0
    world.state.reset_monthly()
    run_step(world, next(s for s in world.schedule.steps if s.process.name == "measure_pillars"))
    assert world.state.measure.ties_pillars.sum() == 4.0
    assert world.state.measure.ties_across_pillars.sum() == 2.0


def test_the_gini_of_influence_is_that_of_the_councils() -> None:
    world = settled_world().return_to()
    world.step()
    found = world.records.values(OUTCOMES["influence_gini"], "zone")[-1]
    assert found.tolist() == pytest.approx(gini(world.state.zone.power).tolist())


# --- the five aims -----------------------------------------------------------------------------------------


def test_value_is_the_reference_over_spending_and_capped() -> None:
    for eur, expected in ((REFERENCE_EUR, 1.0), (2 * REFERENCE_EUR, 0.5), (0.5 * REFERENCE_EUR, MOST_VALUE)):
        m = measured(paid_federal=np.eye(1, 5) * eur * 5000.0)
        assert value("aim_value", m) == pytest.approx(expected)


def test_composites_of_the_five_components() -> None:
    rank = PEOPLE * RANK
    first = np.eye(1, 5)
    m = measured(
        panel_persons=PEOPLE, panel_rank=rank, panel_experience=0.5 * PEOPLE, panel_health=0.8 * PEOPLE,
        panel_health_rank=0.8 * rank, panel_unmet=0.1 * PEOPLE, panel_unmet_rank=0.1 * rank,
        heads=100 * first, strain=30 * first, paid_federal=first * REFERENCE_EUR * 5000.0,
    )  # fmt: skip
    assert value("aim_equity", m) == pytest.approx(1.0)
    assert value("quintuple_aim_geometric", m) == pytest.approx((0.5 * 0.8 * 1.0 * 0.7 * 1.0) ** 0.2)
    assert value("quintuple_aim_minimum", m) == pytest.approx(0.5)
    assert value("health_per_euro", m) == pytest.approx(800.0 / REFERENCE_EUR)


def test_one_aim_at_nothing_cannot_be_bought_out() -> None:
    components = np.array([[1.0, 1.0, 1.25, 1.0, 0.0], [0.6, 0.6, 0.6, 0.6, 0.6]])
    assert geometric_composite(components, np.full(5, 0.2)).tolist() == pytest.approx([0.0, 0.6])


def test_weightings_are_even_over_the_simplex() -> None:
    drawn = weightings(20_000)
    assert drawn.shape == (20_000, 5)
    assert (drawn >= 0.0).all()
    assert drawn.mean(axis=0) == pytest.approx(np.full(5, 0.2), abs=0.005)
    # Flat Dirichlet of five: variance (1/5)(4/5)/6, and P(w > 1/2) = (1/2)^4.
    assert drawn.var(axis=0) == pytest.approx(np.full(5, 0.16 / 6), rel=0.05)
    assert (drawn > 0.5).mean() == pytest.approx(1 / 16, abs=0.005)
    assert np.array_equal(weightings(10), weightings(20)[:10])


def test_a_gain_in_one_aim_for_an_equal_loss_in_another_is_a_toss_up() -> None:
    a = np.full(5, 0.5)
    b = np.array([1.0, 0.25, 0.5, 0.5, 0.5])
    assert share_of_weightings(a, b, weightings(20_000)) == pytest.approx(0.5, abs=0.01)
    # Twice the ratio of the loss: better when w_1 ln 2 > w_2 ln sqrt 2, P = 2/3.
    c = np.array([1.0, 0.5 / math.sqrt(2), 0.5, 0.5, 0.5])
    assert share_of_weightings(a, c, weightings(20_000)) == pytest.approx(2 / 3, abs=0.01)


def _result(label: str, replicate: int, values: dict[str, float], problem: str = "") -> WorldResult:
    rows = [
        (month, "flanders", "Flanders", name, v if month > 12 else 0.9 - v)
        for month in range(1, 25)
        for name, v in values.items()
    ]
    frame = pd.DataFrame(rows, columns=["month", "level", "unit_id", "outcome", "value"])
    request = WorldRequest(label, load_scenario(settings=["run.months=25"]), replicate, seed=replicate + 7)
    return WorldResult(request, tables={"outcomes": frame}, problem=problem)


def test_worlds_are_compared_on_the_last_year_replicate_by_replicate() -> None:
    usual = dict.fromkeys(AIMS, 0.5)
    better, mixed = dict.fromkeys(AIMS, 0.6), usual | {"aim_value": 0.8, "aim_equity": 0.4}
    results = [
        _result("a", 0, usual), _result("a", 1, usual, problem="broken"), _result("a", 2, usual),
        _result("b", 0, better), _result("b", 1, better), _result("b", 2, mixed),
        _result("c", 0, {"aim_value": 1.0}),
    ]  # fmt: skip
    table = aims_table(results, n_weightings=4000)
    assert list(table.columns) == list(AIMS_COLUMNS)
    assert table[["world_a", "world_b", "replicate", "seed"]].to_numpy().tolist() == [
        ["a", "b", 0, 7],
        ["a", "b", 2, 9],
    ]
    assert table["aim_value_a"].tolist() == [0.5, 0.5]
    assert table["aim_value_b"].tolist() == pytest.approx([0.6, 0.8])
    assert table["share_b_above_a"][0] == 1.0
    assert 0.55 < table["share_b_above_a"][1] < 0.85
