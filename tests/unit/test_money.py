"""What a world costs more, and when that is paid back: by hand, and with its uncertainty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.money import (
    break_even_month,
    break_even_sentences,
    break_even_table,
    net_cost_table,
)
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, WorldResult

load_registries()
MONEY = st.lists(st.integers(-50, 50), min_size=1, max_size=24)


def _run(label: str, replicate: int, monthly: list[float]) -> WorldResult:
    """A world of 10 patients for 100 inhabitants each; a month of the burn-in costs a million."""
    rows = [(-1, "federal", 1e6)]
    rows += [(m, payer, 500.0 * eur) for m, eur in enumerate(monthly) for payer in ("federal", "patient")]
    ledger = pd.DataFrame(rows, columns=["month", "payer", "eur"])
    scenario = load_scenario(settings=[f"run.months={len(monthly)}"])
    request = WorldRequest(label, scenario, replicate, replicate + 5)
    return WorldResult(request, n_patients=10, tables={"ledger": ledger})


RUNS = [
    _run("a", 0, [10, 10, 10, 10]), _run("a", 1, [10, 10, 10, 10]),
    _run("b", 0, [12, 10, 7, 10]), _run("b", 1, [14, 10, 9, 10]),
]  # fmt: skip


def test_cumulative_costs_are_per_inhabitant_paired_and_without_the_burn_in() -> None:
    table = net_cost_table(RUNS)
    assert table["mean"].tolist() == pytest.approx([3.0, 3.0, 1.0, 1.0])
    # Two seeds, 2 and 4 more in the first month: t(0.975, 1) = 12.706 times a standard error of 1.
    assert (table["low"][0], table["high"][0]) == pytest.approx((3 - 12.7062, 3 + 12.7062), abs=1e-3)


def test_a_break_even_that_never_comes_is_missing_and_counted() -> None:
    table = break_even_table(RUNS)
    assert table["month"].tolist() == pytest.approx([2.0, np.nan], nan_ok=True)
    assert table["final_eur"].tolist() == pytest.approx([-1.0, 3.0])
    said = break_even_sentences(table)[0]
    assert "in 1 of 2 seeds (after 2 to 2 months)" in said
    assert "1.00 EUR more" in said


@given(MONEY, st.integers(1, 9))
def test_the_unit_of_money_does_not_move_the_break_even(extra: list[int], unit: int) -> None:
    x = np.array(extra, dtype=float)
    month = break_even_month(x)
    assert np.array_equal(break_even_month(unit * x), month, equal_nan=True)
    total = np.cumsum(x)
    if np.isnan(month):
        assert total[-1] > 0
    else:
        assert (total[int(month) :] <= 0).all()
        assert month == 0 or total[int(month) - 1] > 0


def test_one_world_has_nothing_to_pay_back() -> None:
    assert net_cost_table(RUNS[:2]).empty
    assert break_even_table(RUNS[:2]).empty
