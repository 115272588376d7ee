"""Reference regions, regional care zones, hospital networks and misfit."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from cas_model.config.errors import UsageError
from cas_model.territory.facts import Territory, load_territory
from cas_model.territory.geography import (
    HospitalNetworks,
    _place_seats,
    place_networks,
    project_km,
    region_misfit,
    regional_care_zones,
    straddling_zones,
    travel_distance_km,
)
from cas_model.territory.summary import summarise_territory

# The six exceptions granted (F37), and the zones that De Haan, Ranst and Middelkerke belonged to.
STRADDLING = {
    "Houtland en Polder",
    "Regio Waregem",
    "RITS",
    "Vlaamse Ardennen",
    "Scheldekracht",
    "Druivenstreek",
    "Oostkust",
    "Pallieterland",
    "Westkust & Polder",
}


@pytest.fixture(scope="module")
def flanders() -> Territory:
    return load_territory("flanders")


@pytest.fixture(scope="module")
def networks(flanders: Territory) -> HospitalNetworks:
    return place_networks(flanders)


def test_nine_zones_straddle_reference_regions(flanders: Territory) -> None:
    assert {flanders.zone_names[z] for z in straddling_zones(flanders)} == STRADDLING


@pytest.mark.parametrize(
    ("zone", "purity"), [("Houtland en Polder", 0.4606), ("Druivenstreek", 0.5132), ("Oostkust", 0.8403)]
)
def test_region_misfit_is_one_minus_published_purity(flanders: Territory, zone: str, purity: float) -> None:
    misfit = region_misfit(flanders)[flanders.zone_names.index(zone)]
    assert misfit == pytest.approx(1 - purity, abs=5e-5)


def test_three_moved_municipalities_are_the_ones_outside_their_zones_region(flanders: Territory) -> None:
    for name in ("De Haan", "Middelkerke", "Ranst"):
        m = flanders.municipality_names.index(name)
        zone = flanders.zone_of_municipality[m]
        assert flanders.region_of_municipality[m] != flanders.region_of_zone[zone]


def test_regional_tier_has_14_or_15_units(flanders: Territory) -> None:
    names, care_zone = regional_care_zones(flanders, 14)
    assert len(names) == 14
    merged = np.flatnonzero(care_zone == names.index("Waas en Dender"))
    assert {flanders.region_names[r] for r in merged} == {"Waasland", "Denderregio"}
    names, care_zone = regional_care_zones(flanders, 15)
    assert names == flanders.region_names
    assert len(set(care_zone)) == 15
    with pytest.raises(UsageError, match="14 to 15"):
        regional_care_zones(flanders, 16)
    small = load_territory("small")
    assert regional_care_zones(small)[0] == small.region_names


def test_thirteen_networks_with_overlapping_catchments(
    flanders: Territory, networks: HospitalNetworks
) -> None:
    assert networks.n_networks == 13
    assert len(set(networks.seats)) == 13
    np.testing.assert_allclose(networks.municipality_share.sum(axis=1), 1.0)
    np.testing.assert_allclose(networks.zone_share.sum(axis=1), 1.0)
    assert networks.size.sum() == pytest.approx(flanders.municipality_population.sum())
    np.testing.assert_array_equal(networks.catchment, networks.municipality_share >= 0.25)
    assert (networks.catchment.sum(axis=1) > 1).sum() > 30
    assert networks.zone_catchment.any(axis=1).all()
    assert (np.diff(networks.size) <= 0).all()


def test_mean_hospital_misfit_lies_in_the_plausible_range(networks: HospitalNetworks) -> None:
    assert 0.1 <= networks.hospital_misfit.mean() <= 0.6
    assert networks.hospital_misfit.min() < 0.05
    assert networks.hospital_misfit.max() > 0.5


def test_misfit_combines_both_borders(networks: HospitalNetworks) -> None:
    z = np.arange(len(networks.misfit))
    main = networks.zone_share[z, networks.main_network]
    np.testing.assert_allclose(networks.hospital_misfit, 1 - main)
    both_fit = (1 - networks.hospital_misfit) * (1 - networks.region_misfit)
    np.testing.assert_allclose(1 - networks.misfit, both_fit)
    assert (networks.misfit >= np.maximum(networks.hospital_misfit, networks.region_misfit) - 1e-12).all()


def test_a_town_with_a_network_uses_it_most(flanders: Territory, networks: HospitalNetworks) -> None:
    at_seat = networks.municipality_share[networks.seats]
    np.testing.assert_array_equal(at_seat.argmax(axis=1), np.arange(13))


def test_placement_is_deterministic_and_number_scales_with_population(flanders: Territory) -> None:
    small = load_territory("small")
    first, second = place_networks(small), place_networks(small)
    np.testing.assert_array_equal(first.municipality_share, second.municipality_share)
    assert first.n_networks == 2
    assert place_networks(flanders, n_networks=23).n_networks == 23


def test_parameters_move_misfit_in_their_direction(flanders: Territory, networks: HospitalNetworks) -> None:
    local = place_networks(flanders, distance_exponent=3.5).hospital_misfit.mean()
    diffuse = place_networks(flanders, distance_exponent=1.5).hospital_misfit.mean()
    assert local < networks.hospital_misfit.mean() < diffuse
    wide = place_networks(flanders, threshold=0.1)
    assert wide.catchment.sum() > networks.catchment.sum()
    np.testing.assert_array_equal(wide.seats, networks.seats)


@pytest.mark.parametrize(
    "wrong", [{"n_networks": 0}, {"threshold": float("nan")}, {"distance_exponent": 9}, {"town_exponent": -1}]
)
def test_values_out_of_range_are_refused(flanders: Territory, wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        place_networks(flanders, **wrong)


def test_exchange_finds_the_best_seats_of_a_small_problem() -> None:
    x = np.array([0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 30.0, 31.0])
    cost = np.abs(x[:, None] - x[None, :])
    best = min(itertools.combinations(range(8), 3), key=lambda s: cost[:, s].min(axis=1).sum())
    assert sorted(_place_seats(cost, 3)) == sorted(best)
    # Greedy addition alone starts in the middle of two clusters and needs the exchange to leave it.
    two = np.abs(np.array([0.0, 4.0, 5.0, 6.0, 10.0])[:, None] - np.array([0.0, 4.0, 5.0, 6.0, 10.0]))
    two *= np.array([5.0, 1.0, 1.0, 1.0, 5.0])[:, None]
    assert sorted(_place_seats(two, 2)) == [0, 4]


def test_distances_are_kilometres(flanders: Territory) -> None:
    gent = flanders.municipality_names.index("Gent")
    leuven = flanders.municipality_names.index("Leuven")
    distance = travel_distance_km(flanders)
    assert distance[gent, leuven] == pytest.approx(71.8, abs=2)
    assert 3 < distance[gent, gent] < 8
    points = project_km(flanders, flanders.zone_lon, flanders.zone_lat)
    assert np.abs(points).max() < 130


def test_summary_is_one_json_document(flanders: Territory, networks: HospitalNetworks) -> None:
    summary = json.loads(json.dumps(summarise_territory(flanders, networks), allow_nan=False))
    assert summary["counts"]["regional_care_zones"] == 14
    assert set(summary["straddling_zones"]) == STRADDLING
    assert sum(zone["population"] for zone in summary["zones"]) == summary["population"] == 6_653_063
    assert sum(region["population"] for region in summary["regions"]) == 6_653_062
    assert [n["users"] for n in summary["networks"]] == sorted(
        (n["users"] for n in summary["networks"]), reverse=True
    )
    assert sum(zone["population_assumed"] for zone in summary["zones"]) == 4
