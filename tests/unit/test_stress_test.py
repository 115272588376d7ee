"""The stress test on four practices drawn by hand, and on the practices of a world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cas_model.config.vocabulary import GP, N_DISCIPLINES, SLOTS
from cas_model.experiments import stress_test
from cas_model.experiments.stress_test import (
    PracticeNetwork,
    closing_series,
    critical_fractions,
    practice_network,
    practice_scores,
)
from small_worlds import columns_that_differ, copy_columns, new_world, run_months

ALONG_TIES = {"max_search_steps": 10.0, "random_jump": 0.0, "known_provider": 0.8}


def line_of_four() -> PracticeNetwork:
    """Return four practices of 100 people with one contact each.

    0 leads to 1, 1 to 2, 2 to 1 and 3 to nobody. 1 and 2 have room for 60 and 30, 0 and 3 for nobody. All
    welcome whom they have room for, and nobody has been elsewhere.
    """
    return PracticeNetwork(
        zone_names=("Line",),
        zone=np.zeros(4, dtype=np.int64),
        peers=np.array([[1, 1], [2, 2], [1, 1], [3, 3]]),
        capacity=np.array([100.0, 160.0, 130.0, 100.0]),
        load=np.full(4, 100.0),
        welcome=np.ones(4),
        people=np.full(4, 100),
        contacts=np.ones(4),
        seen=tuple(np.full(3, -1) for _ in range(4)),
    )


def scores(network: PracticeNetwork, **rule: float) -> pd.DataFrame:
    return practice_scores(network, ALONG_TIES | rule).set_index("practice")


def test_the_displaced_go_along_ties_until_room_runs_out() -> None:
    found = scores(line_of_four())
    # From 0: 60 find room at 1, 30 one tie further, 10 walk to and fro until the tenth step.
    # From 1 and 2: what the other has room for; 3 has nowhere to go, its tie leads to itself.
    assert found["lost"].tolist() == pytest.approx([10 / 400, 70 / 400, 40 / 400, 100 / 400])
    steps = np.array([60 * 1 + 30 * 2 + 10 * 10, 30 * 1 + 70 * 10, 60 * 1 + 40 * 10, 100 * 10])
    assert found["risk"].tolist() == pytest.approx((steps / steps.sum()).tolist())
    assert found["benefit"].tolist() == pytest.approx([0.0, (60 + 60) / 300, (30 + 30) / 300, 0.0])


def test_fewer_steps_lose_more_and_jumps_reach_everybody() -> None:
    one_step = scores(line_of_four(), max_search_steps=1.0)
    assert one_step["lost"].tolist() == pytest.approx([40 / 400, 70 / 400, 40 / 400, 100 / 400])
    anywhere = scores(line_of_four(), random_jump=1.0, max_search_steps=20.0)
    assert anywhere["lost"][3] == pytest.approx(10 / 400, abs=0.005)


def test_a_practice_that_takes_no_newcomers_takes_those_it_knows() -> None:
    closed_doors = replace(line_of_four(), welcome=np.zeros(4))
    assert scores(closed_doors)["lost"].tolist() == pytest.approx([0.25] * 4)
    seen = tuple(np.array([1, 1, 1]) for _ in range(4))
    known = scores(replace(closed_doors, seen=seen), known_provider=1.0)
    # 60 of the 100 that close find room at the practice they know; those of practice 1 itself know no other.
    assert known["lost"].tolist() == pytest.approx([0.1, 0.25, 0.1, 0.1])


def test_who_knows_another_practice_goes_there() -> None:
    """Half of the people have been to practice 1, which has room for all; the others walk to 1 or 2."""
    seen = tuple(np.array([1, -1]) for _ in range(4))
    roomy = replace(line_of_four(), seen=seen, capacity=np.array([100.0, 1000.0, 100.0, 100.0]))
    found = scores(roomy, known_provider=1.0)
    assert found["moved"][0] == 100
    assert found["familiar"][0] == 50, "who has been nowhere knows nobody, though all end at practice 1"
    assert (found["moved"][3], found["familiar"][3]) == (50, 50), "no tie leads on from the last practice"
    assert scores(replace(roomy, seen=line_of_four().seen))["familiar"].sum() == 0


def test_who_needs_more_takes_more_room() -> None:
    thirsty = replace(line_of_four(), contacts=np.array([2.0, 1.0, 1.0, 1.0]))
    assert scores(thirsty)["lost"][0] == pytest.approx((100 - 30 - 15) / 400)


def test_closing_one_after_the_other_adds_up() -> None:
    roomy = replace(line_of_four(), capacity=np.array([100.0, 350.0, 1000.0, 1000.0]))
    series = closing_series(roomy, ALONG_TIES, draws=4)
    first = series[series["closed"] == 1]
    assert set(first["order"]) == {"random", "risk"}
    assert (series["fraction"] == series["closed"] / 4).all()
    for _, rows in series.groupby(["order", "draw"]):
        assert rows["lost"].is_monotonic_increasing
        assert (rows["lost"].iloc[:-1] <= 0.1).all()
    # The riskiest is the practice from which no tie leads on: it goes first, and all its people are lost.
    by_risk = series[series["order"] == "risk"]
    assert by_risk["lost"].tolist() == [0.25] * 4
    assert by_risk["lost_of_displaced"].tolist() == [1.0] * 4
    assert by_risk["steps_per_displaced"].tolist() == [10.0] * 4


def test_people_are_displaced_again_when_their_new_practice_closes() -> None:
    """On a ring with room for all, closing three of four moves everybody to the last one without loss."""
    ring = replace(
        line_of_four(), peers=np.array([[1, 1], [2, 2], [3, 3], [0, 0]]), capacity=np.full(4, 400.0)
    )
    series = closing_series(ring, ALONG_TIES, draws=3)
    borne = series[series["closed"] <= 3]
    assert (borne["lost"] == 0.0).all()
    assert (series[series["closed"] == 4]["lost"] == 1.0).all()
    table = critical_fractions(series)
    assert table["critical_fraction"].tolist() == [0.75, 0.75]
    # The fourth closing loses all 400; before it 100, 100 or 200, ... were displaced, so RS9 is below 1.
    assert (series[series["closed"] == 4]["lost_of_displaced"] < 1.0).all()


def test_people_who_move_take_their_need_along() -> None:
    """Ten people of three contacts each move to an empty practice, and on to one with room for fifteen."""
    chain = replace(
        line_of_four(),
        peers=np.array([[1, 1], [2, 2], [2, 2], [3, 3]]),
        people=np.array([10, 0, 0, 0]),
        contacts=np.array([3.0, 0.0, 0.0, 0.0]),
        load=np.array([30.0, 0.0, 0.0, 0.0]),
        capacity=np.array([30.0, 30.0, 15.0, 0.0]),
    )
    zone, key = stress_test._Zone(chain, 0, ALONG_TIES), np.uint64(7)
    assert zone.close(0, key) == (10, 0, 10, 0)
    # Five find room at once; the tie of their last practice leads back to itself, so five walk ten steps.
    assert zone.close(1, key) == (10, 5, 5 + 50, 0)


def test_the_critical_fraction_is_the_last_one_borne() -> None:
    series = pd.DataFrame(
        {
            "zone": ["A"] * 6 + ["B"],
            "order": "random",
            "draw": [0, 0, 0, 1, 1, 1, 0],
            "fraction": [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.5],
            "lost": [0.0, 0.01, 0.02, 0.005, 0.03, 0.04, 0.9],
        }
    )
    table = critical_fractions(series)
    assert table["zone"].tolist() == ["A", "B"]
    assert table["critical_fraction"].tolist() == pytest.approx([0.15, 0.0])
    assert table["low"].tolist() == [0.1, 0.0]
    assert table["high"].tolist() == [0.2, 0.0]


def test_the_practices_of_a_world_are_copied_and_left_alone() -> None:
    world = run_months(new_world(burn_in=2, persons_per_agent=500), 3)
    before, state = copy_columns(world), world.state
    network = practice_network(world)
    rows = np.nonzero(state.provider.discipline == GP)[0]
    assert network.people.sum() == world.n_patients * world.persons_per_agent
    assert len(network.zone) == len(rows)
    partners = state.tie.partner.reshape(-1, SLOTS)[rows, N_DISCIPLINES:]
    assert (np.where(network.peers >= 0, rows[network.peers], -1) == partners).all()
    # Each known alternate belongs to a patient of that list.
    for practice, seen in enumerate(network.seen):
        alternates = state.patient.alternate[state.patient.practice == rows[practice]]
        assert [rows[s] if s >= 0 else -1 for s in seen] == alternates.tolist()
    rates = state.patient.contact_rate[state.patient.practice == rows[0]]
    assert network.contacts[0] == pytest.approx(rates.mean(), rel=1e-5)
    table = practice_scores(network, world.scenario.parameters)
    assert not columns_that_differ(before, copy_columns(world))
    assert table["zone"].unique().tolist() == list(world.territory.zone_names)
    assert table.groupby("zone")["risk"].sum().tolist() == pytest.approx([1.0] * world.territory.n_zones)
    again = practice_scores(network, world.scenario.parameters)
    pd.testing.assert_frame_equal(table, again)
