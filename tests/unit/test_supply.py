from __future__ import annotations

import numpy as np
import pytest

from cas_model.config.vocabulary import DISCIPLINES, GP, HOME_NURSING, HOSPITAL, N_DISCIPLINES, WELFARE
from cas_model.model.columns import COLUMNS
from cas_model.territory.marginals import tabulate_marginals
from cas_model.territory.needs import DEFAULT_RATES, expected_need, need_by_municipality, rate_ratios
from cas_model.territory.supply import hospital_rows, plan_supply
from cas_model.territory.traits import trait_values
from synthesised import World, places, synthesise

SCALES = (1, 100, 1000)


@pytest.fixture(scope="module")
def world() -> World:
    return synthesise(100)


@pytest.fixture(scope="module")
def by_scale() -> dict[int, World]:
    # At 1:1 only the supply matters here; its people would take most of the time.
    return {scale: synthesise(scale) for scale in (10, 100, 1000)}


def per_discipline(world: World, column: str) -> np.ndarray:
    provider = world.state.provider
    return np.bincount(provider.discipline, provider.columns[column], minlength=N_DISCIPLINES)


def test_rows_are_ordered_by_zone_and_discipline(world: World) -> None:
    provider, plan = world.state.provider, world.plan
    order = provider.zone.astype(int) * N_DISCIPLINES + provider.discipline
    assert (np.diff(order) >= 0).all()
    for z in range(world.territory.n_zones):
        for d in range(N_DISCIPLINES):
            rows = slice(plan.first[z, d], plan.first[z, d + 1])
            assert (provider.zone[rows] == z).all()
            assert (provider.discipline[rows] == d).all()
            assert (world.territory.zone_share[provider.municipality[rows], z] > 0).all()


def test_columns_stay_in_their_declared_ranges(world: World) -> None:
    for name in ("pillar", "for_profit", "network", "represents", "heads", "posts", "senior_share",
                 "contacts_per_head", "status", "capacity", "line", "welfare"):  # fmt: skip
        column, values = COLUMNS[f"provider_{name}"], world.state.provider.columns[name]
        assert column.low <= values.min()
        assert values.max() <= column.high
    assert (world.state.provider.heads >= 1).all()
    assert (world.state.provider.posts >= world.state.provider.heads).all()


def test_scale_changes_rows_but_neither_people_at_work_nor_capacity(by_scale: dict[int, World]) -> None:
    fine = by_scale[10]
    for coarse in (by_scale[100], by_scale[1000]):
        assert coarse.plan.n_providers < fine.plan.n_providers
        assert np.array_equal(coarse.plan.organisations, fine.plan.organisations)
        assert np.allclose(per_discipline(coarse, "heads"), per_discipline(fine, "heads"), rtol=0.01)
        assert np.allclose(per_discipline(coarse, "capacity"), per_discipline(fine, "capacity"), rtol=1e-9)
        assert np.allclose(per_discipline(coarse, "represents"), fine.plan.organisations.sum(axis=0))


def test_rows_keep_a_list_worth_simulating() -> None:
    territory, networks = places("flanders")
    for scale in SCALES:
        plan = plan_supply(territory, networks, scale, 0)
        agents = territory.zone_population / scale
        assert (plan.rows[:, GP] >= 3).all()
        assert (plan.rows >= np.minimum(plan.organisations, 2)).all()
        assert (plan.rows <= plan.organisations).all()
        above_floor = plan.rows[:, GP] > 3
        assert (agents / plan.rows[:, GP] >= 39)[above_floor].all()
    assert np.array_equal(plan_supply(territory, networks, 1, 0).rows, plan.organisations)


@pytest.mark.parametrize("seed", [0, 7])
def test_gp_density_has_the_stated_mean_and_spread(seed: int) -> None:
    territory, networks = places("flanders")
    plan = plan_supply(territory, networks, 1000, seed)
    density = plan.gp_heads / territory.zone_population * 1e4
    mean = np.average(density, weights=territory.zone_population)
    assert mean == pytest.approx(10.6, abs=0.01)
    sd = np.sqrt(np.average((density - mean) ** 2, weights=territory.zone_population))
    assert sd == pytest.approx(1.8, abs=0.03)
    assert density.min() > 4


def test_practices_with_many_patients_per_gp_close_first() -> None:
    world = synthesise(100, name="flanders", seed=2)
    provider, territory = world.state.provider, world.territory
    practice = provider.discipline == GP
    gps, status = provider.heads[practice], provider.status[practice]
    for code, share in ((0, 0.17), (1, 0.58), (2, 0.25)):
        assert gps[status == code].sum() / gps.sum() == pytest.approx(share, abs=0.01)
    by_zone = np.bincount(provider.zone[practice], gps * (status == 0)) / world.plan.gp_heads
    people_per_gp = territory.zone_population / world.plan.gp_heads
    assert np.corrcoef(by_zone, people_per_gp)[0, 1] > 0.5
    assert (provider.status[~practice] == 2).all()


def test_capacity_is_need_over_load(world: World) -> None:
    territory = world.territory
    need = territory.residents.sum(axis=1) @ need_by_municipality(
        tabulate_marginals(territory), trait_values()
    )
    load = need / per_discipline(world, "capacity")
    assert load[HOME_NURSING] == pytest.approx(0.92, abs=1e-6)
    assert load[HOSPITAL] == pytest.approx(0.92, abs=1e-6)
    assert ((load[1:] >= 0.88 - 1e-9) & (load[1:] <= 0.95 + 1e-9)).all()
    gp_capacity = per_discipline(world, "capacity")[GP] * 12 / per_discipline(world, "heads")[GP]
    assert gp_capacity == pytest.approx(5500)
    provider = world.state.provider
    assert np.allclose(provider.capacity, provider.heads * provider.contacts_per_head)


def test_every_network_has_a_hospital_and_every_zone_its_main_one(world: World) -> None:
    provider, networks = world.state.provider, world.networks
    hospitals = provider.discipline == HOSPITAL
    assert set(provider.network[hospitals]) == set(range(networks.n_networks))
    assert (provider.network[~hospitals] == -1).all()
    serving = hospital_rows(world.plan, world.territory, networks)
    assert (provider.discipline[serving] == HOSPITAL).all()
    assert np.array_equal(provider.network[serving], np.indices(serving.shape)[1])
    zones = np.arange(world.territory.n_zones)
    assert np.array_equal(provider.zone[serving[zones, networks.main_network]], zones)
    near = networks.zone_share >= networks.threshold
    assert np.array_equal(provider.zone[serving[near]], np.nonzero(near)[0])


def test_a_public_welfare_centre_per_municipality_at_full_scale() -> None:
    world = synthesise(20)
    plan, provider = world.plan, world.state.provider
    full = np.flatnonzero(plan.rows[:, WELFARE] == plan.organisations[:, WELFARE])
    assert len(full) > 0
    for z in full:
        rows = slice(plan.first[z, WELFARE], plan.first[z, WELFARE + 1])
        towns = np.flatnonzero(world.territory.zone_share[:, z] > 0)
        assert set(provider.municipality[rows]) == set(towns)
        assert provider.pillar[rows][-1] > 0
        assert (provider.pillar[rows][:-1] == 0).all()


def test_shapes_have_mean_one_in_flanders() -> None:
    territory, _ = places("flanders")
    per_head = need_by_municipality(tabulate_marginals(territory), trait_values())
    mean = territory.residents.sum(axis=1) @ per_head / territory.population
    assert np.allclose(mean * 12 / DEFAULT_RATES, 1.0, atol=2e-3), mean * 12 / DEFAULT_RATES


def test_expected_need_is_the_mean_over_drawn_people() -> None:
    world = synthesise(5)
    p = world.state.patient
    age = (-24 - p.birth_month) / 12.0
    step = slice(None, None, 4)
    people = zip(age[step], p.n_conditions[step], p.mental[step], p.social_need[step], p.informal_care[step],
                 strict=True)  # fmt: skip
    drawn = np.mean([expected_need(*person) for person in people], axis=0)
    territory = world.territory
    per_head = need_by_municipality(tabulate_marginals(territory), trait_values())
    assert np.allclose(drawn, territory.residents.sum(axis=1) @ per_head / territory.population, rtol=0.04)


def test_need_rises_with_what_it_should() -> None:
    healthy = np.array(expected_need(40.0, 0, 0, 0, 0))
    for d, changed in {
        "gp": (40.0, 2, 0, 0, 0),
        "home_nursing": (85.0, 0, 0, 0, 0),
        "pharmacy": (40.0, 3, 0, 0, 0),
        "allied_health": (70.0, 0, 0, 0, 0),
        "mental_health": (40.0, 0, 1, 0, 0),
        "hospital": (40.0, 2, 0, 0, 0),
        "welfare": (40.0, 0, 0, 1, 0),
        "home_care": (85.0, 0, 0, 0, 0),
    }.items():
        assert expected_need(*changed)[DISCIPLINES.index(d)] > 1.2 * healthy[DISCIPLINES.index(d)]
    alone, helped = expected_need(85.0, 3, 0, 0, 0), expected_need(85.0, 3, 0, 0, 1)
    assert helped[HOME_NURSING] < alone[HOME_NURSING]
    assert helped[GP] == alone[GP]


def test_rates_scale_need_and_capacity() -> None:
    doubled = {"home_nursing_contacts_per_year": 9.0}
    assert rate_ratios(doubled).tolist() == [1, 1.5, 1, 1, 1, 1, 1, 1]
    base, more = synthesise(300), synthesise(300, parameters=doubled)
    ratio = per_discipline(more, "capacity") / per_discipline(base, "capacity")
    assert ratio == pytest.approx([1, 1.5, 1, 1, 1, 1, 1, 1])
