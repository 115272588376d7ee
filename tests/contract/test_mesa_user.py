"""The model used as any Mesa model is: agents, agent sets, data collection, batches, memory."""

from __future__ import annotations

import gc
import inspect
import weakref
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from cas_model.model.agents import (
    Authority,
    CareCouncil,
    HospitalNetwork,
    MetaGovernor,
    Patient,
    Provider,
    RowAgent,
    SupportInstitute,
)
from cas_model.model.system import CareSystem

KINDS = (Patient, Provider, CareCouncil, MetaGovernor, HospitalNetwork, Authority, SupportInstitute)


def make(seed: int = 0, **settings: Any) -> CareSystem:
    return CareSystem("status_quo", seed=seed, persons_per_agent=1000, territory="small", **settings)


@pytest.fixture(scope="module")
def model() -> CareSystem:
    """Return a world that tests read and leave as it was."""
    world = make()
    world.step()
    return world


def test_it_is_a_mesa_model_that_steps(model: CareSystem) -> None:
    assert isinstance(model, mesa.Model)
    assert model.steps == 1
    assert model.month == -23
    assert model.running


def test_running_ends_at_the_horizon() -> None:
    world = CareSystem("status_quo", persons_per_agent=5000, territory="small")
    world.burn_in, world.horizon, world.month = 24, -22, -24
    world.run_model()
    assert (world.steps, world.month, world.running) == (2, -22, False)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_agent_is_there(model: CareSystem, kind: type[RowAgent]) -> None:
    agents = model.agents_by_type[kind]
    assert isinstance(agents, AgentSet)
    assert len(agents) == len(model.state.tables[kind.table])
    assert all(isinstance(agent, mesa.Agent) and type(agent) is kind for agent in agents)
    assert all(agent.model is model for agent in agents)
    assert kind in model.agent_types


def test_all_agents_together(model: CareSystem) -> None:
    expected = sum(len(model.state.tables[kind.table]) for kind in KINDS)
    assert len(model.agents) == expected
    assert len({agent.unique_id for agent in model.agents}) == expected
    assert len(model.agents.select(agent_type=CareCouncil)) == model.territory.n_zones


def test_agg(model: CareSystem) -> None:
    patients = model.agents_by_type[Patient]
    assert patients.agg("health", np.mean) == pytest.approx(model.state.patient.health.mean(dtype=float))
    assert patients.agg("age", max) == pytest.approx(
        (model.month - model.state.patient.birth_month.min()) / 12
    )
    assert patients.agg("health", [min, max]) == [
        model.state.patient.health.min(),
        model.state.patient.health.max(),
    ]


def test_select_and_get(model: CareSystem) -> None:
    frail = model.agents_by_type[Patient].select(lambda a: a.n_conditions >= 3)
    assert 0 < len(frail) == int((model.state.patient.n_conditions >= 3).sum())
    pairs = frail.get(["row", "n_conditions"])
    assert all(model.state.patient.n_conditions[row] == n for row, n in pairs)
    assert len(model.agents_by_type[Patient].select(at_most=10)) == 10


def test_groupby(model: CareSystem) -> None:
    groups = model.agents_by_type[Provider].groupby("discipline_name")
    counts = np.bincount(model.state.provider.discipline, minlength=8)
    assert groups.count()["gp"] == counts[0]
    gps = model.state.provider.discipline == 0
    assert groups.agg("load", max)["gp"] == model.state.provider.load[gps].max()


def test_sorting_and_map(model: CareSystem) -> None:
    councils = model.agents_by_type[CareCouncil].sort("population", ascending=True)
    assert councils.get("population") == sorted(model.state.zone.population.tolist())
    assert (
        councils.map(lambda c: c.name)[-1] == model.territory.zone_names[model.state.zone.population.argmax()]
    )


def test_views_write_through() -> None:
    world = make()
    patients = world.agents_by_type[Patient]
    patients.set("health", 0.25)
    assert (world.state.patient.health == 0.25).all()

    def cheer(agent: Patient, by: float) -> None:
        agent.health += by

    patients.select(lambda a: a.row < 5).do(cheer, 0.5)
    assert (world.state.patient.health[:5] == 0.75).all()
    assert (world.state.patient.health[5:] == 0.25).all()
    patients.shuffle_do(cheer, 0.125)
    assert world.state.patient.health[0] == 0.875
    council = next(iter(world.agents_by_type[CareCouncil]))
    council.autonomy = 0.9
    council.power = [0.1, 0.2, 0.3, 0.4]
    assert world.state.zone.autonomy[council.row] == 0.9
    assert council.influence["people"] == 0.4


def test_an_attribute_that_is_no_column_is_refused_or_kept(model: CareSystem) -> None:
    patient = next(iter(model.agents_by_type[Patient]))
    with pytest.raises(AttributeError, match="wealth"):
        _ = patient.wealth
    patient.nickname = "the first"
    assert next(iter(model.agents_by_type[Patient])).nickname == "the first"


def test_agents_tell_what_they_are(model: CareSystem) -> None:
    council = next(iter(model.agents_by_type[CareCouncil]))
    assert council.name == model.territory.zone_names[0]
    assert sum(council.influence.values()) == pytest.approx(1)
    patient = next(iter(model.agents_by_type[Patient]))
    assert patient.zone == model.territory.zone_names[0]
    provider = next(iter(model.agents_by_type[Provider].select(lambda p: len(p.partners) > 3)))
    assert all(0 <= trust <= 1 for trust in provider.partners.values())
    assert provider.row not in provider.partners
    assert model.agents_by_type[Authority].get("name") == ["federal", "flemish", "local"]
    assert set(model.agents_by_type[MetaGovernor].get("name")) == set(model.territory.region_names)
    assert all(model.agents_by_type[HospitalNetwork].get("name"))
    assert len(model.agents_by_type[SupportInstitute].get("pool")[0]) == 6


def test_a_value_changed_by_hand_acts_in_the_model() -> None:
    quiet, changed = make(), make()
    changed.agents_by_type[Provider].set("accept", 0.0)
    for world in (quiet, changed):
        world.step()
    assert changed.state.measure.served_own.sum() == 0 < quiet.state.measure.served_own.sum()


def test_data_collector_over_three_steps() -> None:
    world = make()
    world.datacollector = mesa.DataCollector(
        model_reporters={
            "month": "month",
            "health": lambda m: float(m.state.patient.health.mean()),
            "functionality": lambda m: m.outcome("functionality"),
        },
        agenttype_reporters={CareCouncil: {"legitimacy": "legitimacy", "who": lambda c: c.name}},
    )
    for _ in range(3):
        world.step()
        world.datacollector.collect(world)
    table = world.datacollector.get_model_vars_dataframe()
    assert table["month"].tolist() == [-23, -22, -21]
    assert table["functionality"].between(0.3, 1).all()
    councils = world.datacollector.get_agenttype_vars_dataframe(CareCouncil)
    assert len(councils) == 3 * world.territory.n_zones
    last = councils.xs(3, level="Step")
    assert last["legitimacy"].tolist() == world.state.zone.legitimacy.tolist()
    assert set(last["who"]) == set(world.territory.zone_names)


class ObservedSystem(CareSystem):
    """What a user writes to run a batch: a subclass with a collector."""

    def __init__(self, scenario: str = "status_quo", seed: int | None = 0) -> None:
        super().__init__(scenario, seed=seed, persons_per_agent=1000, territory="small")
        self.datacollector = mesa.DataCollector(
            model_reporters={"served": lambda m: m.outcome("functionality")},
            agenttype_reporters={Authority: {"who": "name"}},
        )

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def run_batch(seeds: list[int | None], **parameters: Any) -> list[dict[str, Any]]:
    """Run two months per setting; Mesa 3.5 has its own argument for seeds."""
    given: dict[str, Any] = {"number_processes": 1, "max_steps": 2, "display_progress": False}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        given["rng"] = seeds
    else:
        parameters["seed"] = seeds
    return mesa.batch_run(ObservedSystem, parameters=parameters, **given)  # type: ignore[no-any-return]


def test_batch_run() -> None:
    rows = run_batch([0, 7], scenario=["status_quo", "six_principles"])
    found = {(row["scenario"], row["seed"]): row["served"] for row in rows}
    assert set(found) == {(s, n) for s in ("status_quo", "six_principles") for n in (0, 7)}
    assert found["status_quo", 0] != found["status_quo", 7]
    # Still the burn-in: the same rules, and so the same world.
    assert found["status_quo", 0] == found["six_principles", 0]


def test_a_batch_without_seeds_gets_unlike_seeds() -> None:
    rows = run_batch([None, None])
    assert len({row["served"] for row in rows}) == 2


def _alive() -> int:
    gc.collect()
    return sum(isinstance(thing, RowAgent) for thing in gc.get_objects())


def test_views_are_made_only_when_somebody_looks() -> None:
    before = _alive()
    world = make(seed=5)
    world.step()
    world.outcome("functionality")
    assert _alive() == before
    councils = world.agents_by_type[CareCouncil]
    assert _alive() == before + len(councils) == before + world.territory.n_zones
    assert world.agents_by_type[CareCouncil] is councils


@pytest.mark.parametrize("threads", [1, 2])
def test_a_discarded_model_is_collected_with_its_agents(threads: int) -> None:
    world = make(threads=threads)
    world.step()
    assert len(world.agents) > 800
    model, state = weakref.ref(world), weakref.ref(world.state)
    agent = weakref.ref(next(iter(world.agents)))
    del world
    gc.collect()
    assert (model(), state(), agent()) == (None, None, None)
