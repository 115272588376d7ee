"""Qualitative comparative analysis: worked by hand, and against what is published for Lipset's data."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cas_model.config.errors import UsageError
from cas_model.theory.qca import (
    Term,
    calibrate,
    membership,
    necessity_table,
    solution,
    solution_table,
    sufficiency,
    term_in_words,
    term_label,
    truth_table,
)

LIPSET = """
AU 0.81 0.12 0.99 0.73 0.43 0.05
BE 0.99 0.89 0.98 1.00 0.98 0.95
CZ 0.58 0.98 0.98 0.90 0.91 0.89
EE 0.16 0.07 0.98 0.01 0.91 0.12
FI 0.58 0.03 0.99 0.08 0.58 0.77
FR 0.98 0.03 0.99 0.81 0.95 0.95
DE 0.89 0.79 0.99 0.96 0.31 0.05
GR 0.04 0.09 0.13 0.36 0.43 0.06
HU 0.07 0.16 0.88 0.07 0.13 0.42
IE 0.72 0.05 0.98 0.01 0.95 0.92
IT 0.34 0.10 0.41 0.47 0.58 0.05
NL 0.98 1.00 0.99 0.94 0.99 0.95
PL 0.02 0.17 0.59 0.00 0.00 0.12
PT 0.01 0.02 0.01 0.11 0.01 0.05
RO 0.01 0.03 0.17 0.00 0.84 0.21
ES 0.03 0.30 0.09 0.21 0.20 0.06
SE 0.95 0.13 0.99 0.67 0.91 0.95
UK 0.98 0.99 0.99 1.00 0.98 0.95
"""
CONDITIONS = ("DEV", "URB", "LIT", "IND", "STB")
MEMBERSHIP = st.floats(0.01, 0.99)


@pytest.fixture(scope="module")
def lipset() -> pd.DataFrame:
    """Survival of democracy between the wars as fuzzy sets (Ragin 2008; LF of the R package QCA)."""
    rows = [line.split() for line in LIPSET.strip().splitlines()]
    values = [[float(x) for x in row[1:]] for row in rows]
    return pd.DataFrame(values, index=[row[0] for row in rows], columns=[*CONDITIONS, "SURV"])


def _terms(table: pd.DataFrame, *, parsimonious: bool) -> list[set[str]]:
    return [
        {term_label(term, CONDITIONS) for term in s}
        for s in solution(table, CONDITIONS, parsimonious=parsimonious)
    ]


def test_solutions_of_lipsets_data_are_the_published_ones(lipset: pd.DataFrame) -> None:
    table = truth_table(lipset[list(CONDITIONS)], lipset["SURV"].to_numpy())
    assert _terms(table, parsimonious=True) == [{"DEV*~IND", "URB*STB"}]
    assert _terms(table, parsimonious=False) == [{"DEV*URB*LIT*IND*STB", "DEV*~URB*LIT*~IND*STB"}]
    full = table[table[list(CONDITIONS)].all(axis=1)]
    assert full["cases"].tolist() == ["BE, CZ, NL, UK"]


def test_crisp_solutions_of_lipsets_data_are_the_published_ones(lipset: pd.DataFrame) -> None:
    crisp = (lipset > 0.5).astype(float)
    sets, outcome = crisp[list(CONDITIONS)], crisp["SURV"].to_numpy()
    table = truth_table(sets, outcome)
    assert _terms(table, parsimonious=False) == [{"DEV*~URB*LIT*STB", "DEV*LIT*IND*STB"}]
    found = solution_table(sets, outcome, solution(table, CONDITIONS, parsimonious=False)[0])
    fits = {row[0]: list(row[1:]) for row in found.itertuples(index=False)}
    assert fits["DEV*LIT*IND*STB"][2:4] == [0.75, 0.5]
    assert fits["DEV*~URB*LIT*STB"][2:4] == [0.5, 0.25]
    assert fits["solution"][:3] == [1, 1, 1]
    counted = table.set_index(list(CONDITIONS))["n"]
    assert [counted[1, 1, 1, 1, 1], counted[0, 0, 0, 0, 0], counted[0, 1, 0, 0, 0]] == [4, 3, 0]


def test_necessity_tells_a_needed_condition_from_one_that_is_always_there() -> None:
    sets = pd.DataFrame({"needed": [0.9, 0.8, 0.1, 0.2], "always": [1.0, 1.0, 1.0, 1.0]})
    table = necessity_table(sets, np.array([0.9, 0.7, 0.1, 0.1])).set_index("condition")
    assert table["necessary"].to_dict() == {
        "needed": True, "~needed": False, "always": True, "~always": False,
    }  # fmt: skip
    assert table.loc["needed", "coverage"] == pytest.approx(1.8 / 2.0)
    assert table.loc["needed", "relevance"] == pytest.approx(2.0 / (4 - 1.8))
    assert table.loc["always", "relevance"] == 0.0


@given(st.lists(st.tuples(MEMBERSHIP, MEMBERSHIP), min_size=1, max_size=20))
def test_a_set_is_sufficient_for_what_contains_it(cases: list[tuple[float, float]]) -> None:
    x, y = np.array(cases).T
    assert sufficiency(np.minimum(x, y), y).consistency == pytest.approx(1.0)
    fit = sufficiency(x, y)
    assert 0 <= fit.consistency <= 1 + 1e-12
    assert not fit.pri > fit.consistency + 1e-12
    twice = sufficiency(np.tile(x, 2), np.tile(y, 2))
    assert twice.consistency == pytest.approx(fit.consistency), "doubling the cases changes nothing"


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=8))
def test_a_solution_says_exactly_what_the_rows_say(results: list[int]) -> None:
    rows = list(product((0, 1), repeat=3))
    table = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(outcome=results)
    for parsimonious in (False, True):
        found = solution(table, ["a", "b", "c"], parsimonious=parsimonious)
        assert bool(found) == (1 in results)
        for terms in found:
            for row, result in zip(rows, results, strict=True):
                said = any(membership(np.array([row], dtype=float), term)[0] == 1 for term in terms)
                if result >= 0 or not parsimonious:
                    assert said == (result == 1)


def test_of_two_solutions_the_one_with_fewer_conditions_is_told() -> None:
    rows = list(product((0, 1), repeat=3))
    results = [1 if row == (1, 1, 1) else -1 if row[0] or row == (0, 1, 1) else 0 for row in rows]
    table = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(outcome=results)
    assert solution(table, ["a", "b", "c"], parsimonious=True) == [[(1, -1, -1)]], "b*c would do as well"
    assert solution(table, ["a", "b", "c"], parsimonious=False) == [[(1, 1, 1)]]


def test_calibration_follows_its_anchors_upwards_and_downwards() -> None:
    values = np.array([0.0, 5.0, 10.0, 100.0])
    up, down = calibrate(values, 0, 10, 100), calibrate(values, 100, 10, 0)
    assert up[[0, 2, 3]] == pytest.approx([0.05, 0.5, 0.95])
    assert down == pytest.approx(1 - up)
    with pytest.raises(UsageError, match="must rise"):
        calibrate(values, 0, 0, 1)


def test_too_many_conditions_are_refused() -> None:
    with pytest.raises(UsageError, match="7 conditions"):
        truth_table(pd.DataFrame(np.full((2, 7), 0.4), columns=list("abcdefg")), np.array([0.1, 0.9]))


def test_a_product_is_said_in_words() -> None:
    labels = {"a": "large", "b": "poor"}
    said: dict[Term, str] = {(1, 0): "large and not poor", (-1, -1): "any zone"}
    assert {term: term_in_words(term, labels) for term in said} == said
