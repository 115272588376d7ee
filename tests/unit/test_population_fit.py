from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cas_model.territory.census import deprivation_shift
from cas_model.territory.fit import goodness_of_fit
from synthesised import World, synthesise

KEYS = {"marginal", "unit", "target", "synthesised", "difference", "tolerance", "ok", "source"}


def fit(world: World, persons_per_agent: float, **changed: Any) -> dict[str, dict[str, Any]]:
    patient = {**world.state.patient.columns, **changed}
    rows = goodness_of_fit(world.territory, patient, world.state.provider.columns, persons_per_agent)
    return {row["marginal"]: row for row in rows}


@pytest.mark.parametrize(("name", "persons_per_agent"), [("small", 10), ("small", 1000), ("flanders", 300)])
def test_every_marginal_is_met(name: str, persons_per_agent: int) -> None:
    world = synthesise(persons_per_agent, seed=3, name=name)
    rows = fit(world, persons_per_agent)
    assert [row for row in rows.values() if not row["ok"]] == []
    assert all(set(row) == KEYS for row in rows.values())
    assert json.loads(json.dumps(rows)) == rows
    assert ("age 65 or over" in rows) == (name == "flanders")


def test_a_wrong_population_is_found_out() -> None:
    world = synthesise(30)
    patient = world.state.patient.columns
    older = fit(world, 30, birth_month=(patient["birth_month"] - 120).astype(np.int16))
    assert not older["age 0-4"]["ok"]
    assert not older["two or more conditions, age 25-34"]["ok"] or not older["age 60-69"]["ok"]
    richer = fit(world, 30, rank=np.sqrt(patient["rank"]))
    assert not richer["at risk of poverty"]["ok"]
    assert not richer["socio-economic rank"]["ok"]
    same_everywhere = fit(world, 30, rank=np.random.default_rng(0).permutation(patient["rank"]))
    assert same_everywhere["at risk of poverty"]["ok"]
    assert not same_everywhere["zones ordered by median income and by mean rank"]["ok"]
    assert not same_everywhere["earlier multimorbidity, poorest against richest"]["ok"]


def test_a_parameter_moves_its_target() -> None:
    chosen = {"gp_density": 9.0, "gp_stop_share": 0.22, "deprivation_age_shift": 15.0}
    world = synthesise(30, parameters=chosen)
    rows = goodness_of_fit(
        world.territory, world.state.patient.columns, world.state.provider.columns, 30, parameters=chosen
    )
    by_name = {row["marginal"]: row for row in rows}
    assert by_name["GP density"]["target"] == 9.0
    assert by_name["earlier multimorbidity, poorest against richest"]["target"] == 15.0
    for name in ("GP density", "people per GP", "GPs with a patient stop", "home nursing load"):
        assert by_name[name]["ok"], by_name[name]


def test_the_shift_is_recovered_from_exact_counts() -> None:
    age, rank = np.meshgrid(np.arange(110) + 0.5, (np.arange(20) + 0.5) / 20, indexing="ij")
    everyone = np.full(age.shape, 1_000_000)
    share = 1 / (1 + np.exp(4.58 - 0.0717 * (age + 12.5 * (0.5 - rank))))
    shift, error = deprivation_shift(everyone, np.round(everyone * share).astype(np.int64))
    assert shift == pytest.approx(12.5, abs=0.01)
    assert 0 < error < 0.05
