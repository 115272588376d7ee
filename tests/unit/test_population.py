from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cas_model.config.declarations import PARAMETERS
from cas_model.model.columns import COLUMNS
from cas_model.territory.marginals import tabulate_marginals
from cas_model.territory.population import FILLED, frailty_atoms, register, round_to_total, zone_rows
from synthesised import World, places, synthesise


@pytest.fixture(scope="module")
def world() -> World:
    return synthesise(30)


def ages(world: World, start_month: int = -24) -> np.ndarray:
    return (start_month - world.state.patient.birth_month.astype(float)) / 12.0


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=40), st.integers(0, 3))
def test_rounding_keeps_the_total_and_stays_within_one(values: list[float], least: int) -> None:
    numbers = np.array(values)
    whole = round_to_total(numbers, least=least)
    assert whole.min() >= least
    assert whole.sum() == max(round(numbers.sum()), least * len(numbers))
    if least == 0:
        assert np.abs(whole - numbers).max() <= 1.0 + 1e-9


@pytest.mark.parametrize("persons_per_agent", [1, 30, 1000])
def test_zones_get_their_people(persons_per_agent: int) -> None:
    territory, _ = places()
    rows = zone_rows(territory, persons_per_agent)
    assert rows.sum() == round(territory.population / persons_per_agent)
    assert np.abs(rows - territory.zone_population / persons_per_agent).max() < 1


def test_rows_of_a_zone_are_contiguous_and_sorted_by_practice(world: World) -> None:
    patient, provider = world.state.patient, world.state.provider
    for z in range(world.territory.n_zones):
        practices = patient.practice[world.first_row[z] : world.first_row[z + 1]]
        assert (np.diff(practices) >= 0).all()
        assert (provider.zone[practices] == z).all()
        assert (provider.discipline[practices] == 0).all()
        expected = np.arange(world.plan.first[z, 0], world.plan.first[z, 1])
        assert np.array_equal(np.unique(practices), expected)


def test_every_column_stays_in_its_declared_range(world: World) -> None:
    for name in FILLED:
        column = COLUMNS[f"patient_{name}"]
        values = world.state.patient.columns[name]
        assert values.min() >= column.low
        assert values.max() <= column.high


def test_threads_do_not_change_a_bit(world: World) -> None:
    other = synthesise(30, threads=4)
    for name in FILLED:
        assert world.state.patient.columns[name].tobytes() == other.state.patient.columns[name].tobytes()


def test_seed_zero_is_a_seed() -> None:
    zero, again, one = synthesise(300, seed=0), synthesise(300, seed=0), synthesise(300, seed=1)
    for name in ("frailty", "birth_month", "rank", "practice"):
        first = zero.state.patient.columns[name]
        assert first.tobytes() == again.state.patient.columns[name].tobytes()
        assert first.tobytes() != one.state.patient.columns[name].tobytes()


def test_a_parameter_of_one_trait_changes_no_other_draw(world: World) -> None:
    other = synthesise(30, parameters={"digital_intercept": 2.0})
    assert other.state.patient.digital.mean() < world.state.patient.digital.mean() - 0.05
    for name in set(FILLED) - {"digital"}:
        assert np.array_equal(world.state.patient.columns[name], other.state.patient.columns[name])


def test_residents_of_a_municipality_by_quota(world: World) -> None:
    territory = world.territory
    counted = np.bincount(world.state.patient.municipality, minlength=territory.n_municipalities)
    expected = territory.municipality_population / 30
    independent = np.sqrt(expected)
    assert (np.abs(counted - expected) < 0.5 * independent + 3).all()


def test_ages_follow_each_municipality(world: World) -> None:
    territory = world.territory
    old = ages(world) >= 60
    town = world.state.patient.municipality
    share = np.bincount(town, old) / np.bincount(town)
    known = territory.municipality_ages[:, 7:].sum(axis=1) / territory.municipality_ages.sum(axis=1)
    independent = np.sqrt(known * (1 - known) / np.bincount(town))
    assert np.sqrt(np.mean(((share - known) / independent) ** 2)) < 0.9
    assert np.average(np.abs(share - known), weights=territory.municipality_population) < 0.006


def test_coarse_population_is_nearer_its_marginals_than_independent_draws() -> None:
    errors = []
    for seed in range(12):
        world = synthesise(1000, seed=seed)
        known = world.territory.zone_ages[:, 7:].sum() / world.territory.population
        errors.append((ages(world) >= 60).mean() - known)
    independent = np.sqrt(known * (1 - known) / (world.territory.population / 1000))
    assert np.sqrt(np.mean(np.square(errors))) < 0.6 * independent


def test_start_month_moves_births_not_ages(world: World) -> None:
    later = synthesise(30, start_month=0)
    assert np.array_equal(ages(world), ages(later, start_month=0))


def test_rank_is_uniform_and_cut_by_the_poverty_line(world: World) -> None:
    rank = np.sort(world.state.patient.columns["rank"])
    assert np.abs(rank - (np.arange(len(rank)) + 0.5) / len(rank)).max() < 0.012
    territory = world.territory
    line = tabulate_marginals(territory).poverty_rank
    for z in range(territory.n_zones):
        of_zone = world.state.patient.columns["rank"][world.first_row[z] : world.first_row[z + 1]]
        assert (of_zone < line).mean() == pytest.approx(territory.zone_poverty[z], abs=0.012)


def test_rank_quantiles_hit_poverty_and_order_municipalities_by_income() -> None:
    territory, _ = places("flanders")
    known = tabulate_marginals(territory)
    even = np.linspace(0, 1, known.rank_quantiles.shape[1])
    below = [np.interp(known.poverty_rank, ranks, even) for ranks in known.rank_quantiles]
    assert np.allclose(below, territory.municipality_poverty, atol=2e-4)
    assert (np.diff(known.rank_quantiles, axis=1) >= 0).all()
    middle = known.rank_quantiles[:, known.rank_quantiles.shape[1] // 2]
    order = np.argsort(territory.municipality_income, kind="stable")
    assert (np.diff(middle[order]) > -1e-3).all()


def test_age_tables_meet_the_bands() -> None:
    territory, _ = places()
    below = tabulate_marginals(territory).age_below
    cumulative = np.cumsum(territory.municipality_ages, axis=1) / territory.municipality_ages.sum(
        axis=1, keepdims=True
    )
    assert np.allclose(below[:, [5, 12, 18, 30, 40, 50, 60, 70, 80, 90]], cumulative[:, :-1], atol=1e-9)
    assert np.allclose(below[:, -1], 1.0)
    assert (np.diff(below, axis=1) >= 0).all()


def start(name: str) -> float:
    return PARAMETERS[f"{name}_start"].default


def test_complex_by_definition_and_plans_only_for_them(world: World) -> None:
    p = world.state.patient
    expected = (p.n_conditions >= 3) | ((p.n_conditions >= 1) & (p.social_need == 1))
    assert np.array_equal(p.complex == 1, expected)
    assert 0.10 < p.complex.mean() < 0.15
    assert (p.complex[(p.plan == 1) | (p.coordinator == 1)] == 1).all()
    both = ((p.plan == 1) & (p.coordinator == 1)).sum() / p.complex.sum()
    assert p.plan.sum() / p.complex.sum() == pytest.approx(start("plan_share"), abs=0.02)
    assert p.coordinator.sum() / p.complex.sum() == pytest.approx(start("coordinator_share"), abs=0.02)
    overlap = PARAMETERS["plan_coordinator_overlap"].default
    assert both == pytest.approx(overlap * start("plan_share"), abs=0.015)


def test_the_vulnerable_have_less_literacy_and_digital_access(world: World) -> None:
    p = world.state.patient
    rank = p.columns["rank"]
    for column in (p.literacy, p.digital, p.health):
        assert column[rank < 0.2].mean() < column[rank > 0.8].mean() - 0.02
        assert column[ages(world) > 75].mean() < column[ages(world) < 50].mean() - 0.02
    assert p.social_need[rank < 0.2].mean() > 3 * p.social_need[rank > 0.8].mean()


def test_hospital_network_follows_the_municipality(world: World) -> None:
    p = world.state.patient
    share = world.networks.municipality_share
    town = int(np.bincount(p.municipality).argmax())
    used = np.bincount(p.network[p.municipality == town], minlength=share.shape[1])
    assert np.allclose(used / used.sum(), share[town], atol=0.05)


@pytest.mark.parametrize("shape", [0.8, 1.3, 4.0])
def test_frailty_has_mean_one_and_the_gamma_variance(shape: float) -> None:
    atoms = frailty_atoms(shape).astype(float)
    assert atoms.mean() == pytest.approx(1.0, abs=1e-4)
    assert atoms.var() == pytest.approx(1 / shape, rel=0.02)


def test_registration_meets_both_margins_and_prefers_home() -> None:
    residents, towns = np.array([100.0, 300.0, 50.0]), np.array([4, 7, 9])
    weights, place = np.array([2.0, 1.0, 3.0, 1.0]), np.array([4, 7, 7, 9])
    near = register(residents, towns, weights, place, 6.0)
    far = register(residents, towns, weights, place, 1.0)
    for cells in (near, far):
        assert np.allclose(cells.sum(axis=0), residents / residents.sum(), atol=1e-9)
        assert np.allclose(cells.sum(axis=1), weights / weights.sum(), atol=1e-4)
    home = place[:, None] == towns[None, :]
    assert near[home].sum() > far[home].sum() + 0.1


def test_lists_follow_gps_and_pressure() -> None:
    even = synthesise(30, parameters={"list_pressure_sd": 0.0, "gp_density_sd": 1.0})
    uneven = synthesise(30, parameters={"list_pressure_sd": 0.3, "gp_density_sd": 1.0})
    spread = []
    for world in (even, uneven):
        first = world.plan.first[0, 0], world.plan.first[0, 1]
        rows = np.arange(*first)
        lists = np.bincount(world.state.patient.practice, minlength=rows[-1] + 1)[rows]
        spread.append(np.std(np.log(lists / world.state.provider.heads[rows])))
    assert spread[0] < 0.03
    assert 0.15 < spread[1] < 0.45
