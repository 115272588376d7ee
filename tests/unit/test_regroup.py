"""The same municipalities in zones of another size."""

from __future__ import annotations

import numpy as np
import pytest

from cas_model.config.errors import UsageError
from cas_model.experiments.experiment import requests_of
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import run_world
from cas_model.experiments.spec import load_experiment
from cas_model.model.system import CareSystem
from cas_model.territory.facts import load_territory

load_registries()


@pytest.mark.parametrize("size", [10_000, 60_000, 300_000])
def test_people_stay_where_they_are_and_zones_have_about_the_size_asked_for(size: int) -> None:
    real, other = load_territory(), load_territory(f"flanders@{size}")
    assert other.zone_share.sum(axis=1) == pytest.approx(np.ones(real.n_municipalities))
    assert other.population == pytest.approx(real.population, abs=other.n_zones)
    assert np.median(other.zone_population) == pytest.approx(size, rel=0.15)
    assert other.zone_ages.sum() == pytest.approx(other.population, rel=0.001)
    # No zone crosses a region, and each has a name of its own.
    regions = [set(real.region_of_municipality[other.zone_share[:, z] > 0]) for z in range(other.n_zones)]
    assert [r.pop() for r in regions] == other.region_of_zone.tolist()
    assert not any(regions)
    assert len(set(other.zone_names)) == other.n_zones


def test_a_large_town_is_divided_and_small_ones_are_joined() -> None:
    territory = load_territory("flanders@30000")
    ghent = territory.municipality_names.index("Gent")
    parts = territory.zone_share[ghent]
    assert parts[parts > 0] == pytest.approx(
        np.full(round(territory.municipality_population[ghent] / 30_000), parts.max())
    )
    assert territory.zone_n_municipalities.max() > 2


def test_a_size_without_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="zones of 5 inhabitants"):
        load_territory("flanders@5")
    with pytest.raises(UsageError, match="no territory or folder"):
        load_territory("flanders@many")


def test_a_regrouped_territory_is_a_world() -> None:
    world = CareSystem("status_quo", seed=0, persons_per_agent=1000, territory="small@30000")
    world.step()
    assert len(world.state.zone) == world.territory.n_zones > load_territory("small").n_zones


def test_a_level_may_name_a_territory() -> None:
    experiment = load_experiment("experiments/zone_size.toml", quick=True)
    asked = requests_of(experiment)
    assert {r.territory for r in asked} >= {"flanders@10000", "flanders@300000"}
    smallest = next(r for r in asked if r.territory == "flanders@300000")
    result = run_world(smallest, only=("outcomes",))
    assert result.ok
    outcomes = result.tables["outcomes"]
    zones = outcomes.loc[outcomes["level"] == "zone", "unit_id"].astype(str).nunique()
    assert zones == load_territory("flanders@300000").n_zones
