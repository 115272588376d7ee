"""Tables of a world's end: concentration curves and the ties between providers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cas_model.config.vocabulary import GP, SLOTS, WELFARE
from cas_model.model import partners
from cas_model.model.people import CURVE_STEPS, concentration_curve
from cas_model.outcomes.inequality import concentration_over, fractional_rank
from small_worlds import new_world, run_months


def _curve(amounts: list[float]) -> tuple[np.ndarray, float]:
    part = np.arange(len(amounts)) * CURVE_STEPS // len(amounts)
    curve = concentration_curve(part, np.ones(len(amounts)), np.array(amounts))
    return curve[["people_share", "amount_share"]].to_numpy(), float(curve["index"].iloc[0])


def test_a_curve_by_hand() -> None:
    """Five people of ten parts each; shares 4, 3, 2, 1, 0 of ten: C = 2 cov(y, r) / mean = -0.4."""
    curve, index = _curve([4.0, 3.0, 2.0, 1.0, 0.0])
    assert index == pytest.approx(-0.4)
    assert curve[0].tolist() == [0.0, 0.0]
    assert curve[1].tolist() == pytest.approx([0.2, 0.4])
    assert curve[-1].tolist() == pytest.approx([1.0, 1.0])


def test_an_even_share_is_the_diagonal_and_a_reversed_one_changes_its_sign() -> None:
    curve, index = _curve([2.0] * 10)
    assert index == pytest.approx(0.0)
    assert curve[:, 0] == pytest.approx(curve[:, 1])
    assert _curve([0.0, 1.0, 5.0])[1] == pytest.approx(-_curve([5.0, 1.0, 0.0])[1])


@given(st.lists(st.floats(0, 10), min_size=CURVE_STEPS, max_size=CURVE_STEPS).filter(lambda v: sum(v) > 1))
def test_the_index_is_that_of_the_outcomes(amounts: list[float]) -> None:
    values = np.array(amounts)
    rank = fractional_rank(np.arange(CURVE_STEPS, dtype=float))
    assert _curve(amounts)[1] == pytest.approx(float(concentration_over(values, rank, np.ones(values.size))))
    assert -1.0 <= _curve(amounts)[1] <= 1.0


def test_nothing_to_share_has_no_index() -> None:
    assert np.isnan(_curve([0.0, 0.0])[1])


def test_a_world_gives_the_curves_of_its_people() -> None:
    world = new_world()
    patient = world.state.patient
    patient.last_unmet[:] = patient.rank < 0.1
    patient.health[:] = 0.5
    curves = world.equity_curve_frame().groupby("measure", sort=False)
    assert list(curves.groups) == ["unmet need", "ill health", "coordinated care"]
    index = curves["index"].first()
    assert index["unmet need"] == pytest.approx(-0.9, abs=0.02)
    assert index["ill health"] == pytest.approx(0.0, abs=1e-9)
    assert curves["amount_share"].last()["ill health"] == pytest.approx(1.0)


def test_a_row_per_tie_says_whose_it_is_and_with_whom() -> None:
    world = run_months(new_world(burn_in=2), 3)
    tie, p = world.state.tie, world.state.provider
    table = world.network_frame()
    assert len(table) == (tie.partner >= 0).sum()
    gp = int(np.nonzero(p.discipline == GP)[0][0])
    mine = table[table["provider"] == gp].set_index("partner")
    slots = range(gp * SLOTS, (gp + 1) * SLOTS)
    kept = {int(tie.partner[s]): float(tie.trust[s]) for s in slots if tie.partner[s] >= 0}
    assert set(mine.index) == set(kept)
    assert (mine["discipline"] == "gp").all()
    assert (mine["sector"] == "health").all()
    for partner, trust in kept.items():
        assert mine["trust"][partner] == pytest.approx(trust, abs=1e-6)
        shared = p.shared_record[gp] * p.shared_record[partner]
        assert mine["shared_record"][partner] == pytest.approx(shared, abs=1e-6)
    assert set(mine["zone"]) == {world.territory.zone_names[p.zone[gp]]}
    welfare = table[table["partner_discipline"] == "welfare"]
    assert (p.discipline[welfare["partner"]] == WELFARE).all()
    assert (welfare["partner_sector"] == "welfare").all()


def test_a_world_of_very_many_ties_keeps_none(monkeypatch: pytest.MonkeyPatch) -> None:
    world = new_world()
    monkeypatch.setattr(partners, "MOST_TIES", 5)
    table = world.network_frame()
    assert len(table) == 0
    assert "partner_discipline" in table.columns
