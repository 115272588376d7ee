"""Unintended consequences: a flag where a group loses and the whole does not, and nowhere else."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.groups import group_sentences, group_table
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, WorldResult

load_registries()
GROUPS = {"poorest fifth": -1.0, "richest fifth": 2.0}
"""How unmet need of a group follows that of the whole, per unit of the planted gap."""


def _run(label: str, replicate: int, shift: float, gap: float) -> WorldResult:
    """Return a run whose unmet need is 0.10, shifted as a whole, and whose groups stand apart by a gap."""
    base = 0.10 + 0.01 * replicate + shift
    rows: list[tuple[Any, ...]] = []
    for month in range(12):
        rows.append((month, "flanders", "Flanders", "unmet_need", base))
        rows += [(month, "group", name, "unmet_need", base - sign * gap) for name, sign in GROUPS.items()]
        rows.append((month, "place", "cities", "unmet_need", base))
        rows += [
            (month, *of, "unmet_need_concentration", base)
            for of in (("flanders", "Flanders"), ("group", "poorest fifth"))
        ]
    frame = pd.DataFrame(rows, columns=["month", "level", "unit_id", "outcome", "value"])
    scenario = load_scenario("status_quo", ["run.months=12"])
    request = WorldRequest(label, scenario, replicate, replicate)
    return WorldResult(request, tables={"outcomes": frame})


def _table(shift: float, gap: float, n: int = 3) -> pd.DataFrame:
    runs = [_run("now", r, 0.0, 0.0) for r in range(n)] + [_run("then", r, shift, gap) for r in range(n)]
    return group_table(runs)


def test_the_poorest_get_worse_while_the_mean_improves() -> None:
    table = _table(shift=-0.02, gap=0.05)
    flagged = table[table["flagged"]]
    assert flagged["unit_id"].tolist() == ["poorest fifth"]
    row = flagged.iloc[0]
    assert (row["mean_a"], row["mean_b"]) == (pytest.approx(0.11), pytest.approx(0.14))
    assert (row["difference"], row["whole_difference"]) == (pytest.approx(0.03), pytest.approx(-0.02))
    assert (row["verdict"], row["whole_verdict"]) == ("worse", "better")
    said = group_sentences(table)[0]
    assert said == (
        "Unintended consequences of then against now: poorest fifth: people with unmet need gets worse, "
        "while the mean of all improves"
    )


def test_worse_while_the_whole_stays_is_flagged_too() -> None:
    table = _table(shift=0.0, gap=0.05)
    assert table[table["flagged"]]["unit_id"].tolist() == ["poorest fifth"]
    assert "does not clearly change" in group_sentences(table)[0]


@pytest.mark.parametrize(
    ("shift", "gap", "why"),
    [
        (0.0, 0.0, "identical worlds"),
        (0.02, 0.05, "everybody loses"),
        (-0.02, 0.024, "0.004 is less than the smallest difference that matters, 0.005"),
    ],
)
def test_nothing_is_flagged(shift: float, gap: float, why: str) -> None:
    table = _table(shift, gap)
    assert not table["flagged"].any(), why
    assert "no recorded outcome is clearly worse" in group_sentences(table)[0]


def test_one_seed_flags_nothing_and_what_has_no_direction_is_left_out() -> None:
    assert not _table(-0.02, 0.05, n=1)["flagged"].any()
    assert set(_table(-0.02, 0.05)["outcome"]) == {"unmet_need"}


def test_a_failed_run_leaves_its_twin_out() -> None:
    runs = [_run("now", r, 0.0, 0.0) for r in range(3)] + [_run("then", r, -0.02, 0.05) for r in range(3)]
    runs[0].problem = "broken"
    poorest = group_table(runs).iloc[0]
    assert poorest["mean_b"] == pytest.approx((0.14 + 0.15) / 2)
