"""What a world costs more, for what, and when that is paid back: by hand, and with its uncertainty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.money import (
    ACCOUNTS,
    NEVER_DEARER,
    NOT_PAID_BACK,
    PAID_BACK,
    break_even_table,
    discounted,
    net_cost_table,
    payback,
    spending_table,
)
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.report.budget_words import break_even_sentences, payer_rows
from cas_model.report.number_format import plain

load_registries()
MONEY = st.lists(st.integers(-50, 50), min_size=1, max_size=24)


def _world(
    label: str, replicate: int, months: int, rows: list[tuple[int, str, str, str, float]]
) -> WorldResult:
    """A world of 10 patients for 100 inhabitants each; a month of the burn-in costs a million."""
    rows = [(-1, "federal", "gp", "fee_for_service", 1e6), *rows]
    ledger = pd.DataFrame(rows, columns=["month", "payer", "recipient", "method", "eur"])
    request = WorldRequest(label, load_scenario(settings=[f"run.months={months}"]), replicate, replicate + 5)
    return WorldResult(request, n_patients=10, tables={"ledger": ledger})


def _run(label: str, replicate: int, monthly: list[float]) -> WorldResult:
    rows = [
        (month, payer, "gp", "fee_for_service", 500.0 * eur)
        for month, eur in enumerate(monthly)
        for payer in ("federal", "patient")
    ]
    return _world(label, replicate, len(monthly), rows)


RUNS = [
    _run("a", 0, [10, 10, 10, 10]), _run("a", 1, [10, 10, 10, 10]), _run("a", 2, [10, 10, 10, 10]),
    _run("b", 0, [12, 10, 7, 10]), _run("b", 1, [14, 10, 9, 10]), _run("b", 2, [9, 10, 10, 10]),
]  # fmt: skip
MOVED = [
    _world("a", 0, 24, [(m, "federal", "home_nursing", "fee_for_service", 3000.0) for m in range(24)]),
    _world(
        "b", 0, 24,
        [(m, "federal", "home_nursing", "fee_for_service", 1000.0) for m in range(24)]
        + [(m, "flemish", "home_care", "capitation", 2500.0) for m in range(24)]
        + [(0, "flemish", "schemes", "investment", 4000.0)],
    ),
]  # fmt: skip
"""Federal: 2 EUR a month less; Flemish: 2.5 EUR a month more, and an investment of 4 EUR at once."""


def test_cumulative_costs_are_per_inhabitant_paired_and_without_the_burn_in() -> None:
    table = net_cost_table(RUNS[:2] + RUNS[3:5])
    plainly = table[table["discount_rate"] == 0]
    assert plainly["mean"].tolist() == pytest.approx([3.0, 3.0, 1.0, 1.0])
    # Two seeds, 2 and 4 more in the first month: t(0.975, 1) = 12.706 times a standard error of 1.
    assert (plainly["low"][0], plainly["high"][0]) == pytest.approx((3 - 12.7062, 3 + 12.7062), abs=1e-3)


def test_a_euro_after_a_year_is_worth_less_by_the_rate() -> None:
    worth = discounted(np.ones(25), 0.03)
    assert worth[[0, 12, 24]] == pytest.approx([1.0, 1 / 1.03, 1 / 1.03**2])
    table = net_cost_table(MOVED)
    final = table[table["month"] == 23].set_index("discount_rate")["mean"]
    assert final[0.0] == pytest.approx(4 + 24 * 0.5)
    assert 4 < final[0.03] < final[0.0]


def test_never_dearer_is_not_paid_back_and_a_break_even_that_never_comes_is_missing() -> None:
    table = break_even_table(RUNS)
    assert table["status"].tolist() == [PAID_BACK, NOT_PAID_BACK, NEVER_DEARER]
    assert table["months"].tolist() == pytest.approx([3.0, np.nan, np.nan], nan_ok=True)
    assert table["final_eur"].tolist() == pytest.approx([-1.0, 3.0, -1.0])


def test_the_sentence_counts_each_kind_of_seed_and_signs_mean_and_interval() -> None:
    said = plain(break_even_sentences(break_even_table(RUNS))[0])
    assert said.startswith(
        "Against a, b has paid back its extra spending in 1 of 3 seeds (after 3 months), was never dearer in "
        "1 of 3 seeds and has not paid back its extra spending in 1 of 3 seeds. At the end its extra "
        "spending adds up to +0.3 EUR per inhabitant (95 % interval [-5.4, +6.1])"
    )
    cheaper = plain(break_even_sentences(break_even_table([RUNS[0], RUNS[3]]))[0])
    assert "in 1 of 1 seed (after 3 months)" in cheaper
    assert "-1.0 EUR per inhabitant (one seed gives no interval)" in cheaper
    assert "nan" not in cheaper


@given(MONEY, st.integers(1, 9))
def test_the_unit_of_money_does_not_move_the_break_even(extra: list[int], unit: int) -> None:
    x = np.array(extra, dtype=float)
    status, months = payback(x)
    again = payback(unit * x)
    assert again[0] == status
    assert np.array_equal(again[1], months, equal_nan=True)
    total = np.cumsum(x)
    if status == PAID_BACK:
        assert (total[int(months) - 1 :] <= 0).all()
        assert total[int(months) - 2] > 0
    else:
        assert np.isnan(months)
        assert (total[-1] > 0) if status == NOT_PAID_BACK else (total <= 0).all()


def test_every_account_adds_up_to_the_total_and_investment_stands_apart() -> None:
    table = spending_table(MOVED)
    for period, difference in (("policy months", (4 + 24 * 0.5) / 2), ("last 12 months", 6.0)):
        rows = table[table["period"] == period]
        for by in ACCOUNTS:
            account = rows[rows["by"] == by]
            assert account["difference"].sum() == pytest.approx(difference), by
            assert (account["mean_b"] - account["mean_a"]).to_numpy() == pytest.approx(account["difference"])
    items = table[table["period"] == "policy months"].set_index(["by", "item"])["difference"]
    assert items["method", "investment"] == pytest.approx(2.0)
    assert items["payer", "federal"] == pytest.approx(-24.0)
    assert items["payer and sector", "flemish to welfare"] == pytest.approx(30.0)
    assert items["sector", "schemes"] == pytest.approx(2.0)


def test_who_pays_and_who_saves_is_told_by_payer_and_sector() -> None:
    columns, cells = payer_rows(spending_table(MOVED))
    assert columns == ("Payer", "to health care", "to welfare", "to schemes", "in all", "95 % interval")
    assert [[plain(cell) for cell in row] for row in cells] == [
        ["Federal", "-24.00", "", "", "-24.00", "n/a"],
        ["Flemish", "", "+30.00", "+2.00", "+32.00", "n/a"],
        ["All payers", "-24.00", "+30.00", "+2.00", "+8.00", "n/a"],
    ]


def test_one_world_has_nothing_to_pay_back() -> None:
    assert net_cost_table(RUNS[:3]).empty
    assert break_even_table(RUNS[:3]).empty
    assert spending_table(RUNS[:3]).empty
