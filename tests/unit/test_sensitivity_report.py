"""The report of a sensitivity experiment: what its sentences and figures say, and what they do not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.analysis import INDEX_COLUMNS, VERDICT_COLUMNS
from cas_model.report.sensitivity_figures import draw_bars, draw_pairs, draw_plane, strongest
from cas_model.report.sensitivity_words import clear_pairs, factor_label, index_answer

load_registries()

COVERAGE, TRUST = "coordinated_care_coverage", "mean_trust"
ASKED: dict[str, Any] = {
    "experiment": {
        "method": "sobol", "analyses": [], "primary": [COVERAGE, TRUST], "second_order": True, "points": 64,
        "replicates": 1,
    }
}  # fmt: skip


def index(outcome: str, name: str, factor: str, value: float, half: float, second: str = "") -> list[Any]:
    return [outcome, 0, "sobol", name, factor, second, value, value - half, value + half, 8, 64]


def tables(*, converged: bool, sd: float, status: str = "analysed") -> dict[str, pd.DataFrame]:
    rows = []
    for outcome in (COVERAGE, TRUST):
        for name in ("S1", "ST"):
            rows.append(index(outcome, name, "parameters.trust_gain", 0.2, 0.01))
            rows.append(index(outcome, name, "adaptation.learning", 0.7, 0.02))
        rows.append(index(outcome, "S2", "parameters.trust_gain", 0.1, 0.02, "adaptation.learning"))
    base = {
        "method": "sobol",
        "n_points": 64,
        "n_missing": 3,
        "treatment": "",
        "mean": 1.0,
        "n_replicates": 1,
    }
    nothing = dict.fromkeys(
        ("widest", "change", "parameter_share", "seed_share", "noise_share"), float("nan")
    )
    verdicts = [
        {"outcome": name, **base, **nothing, "status": state, "sd": sd, "converged": converged and i == 0}
        for i, (name, state) in enumerate([(COVERAGE, "analysed"), (TRUST, status)])
    ]
    return {
        "indices": pd.DataFrame(rows, columns=list(INDEX_COLUMNS)),
        "verdicts": pd.DataFrame(verdicts, columns=list(VERDICT_COLUMNS)),
    }


def test_the_strongest_factor_is_named_first_and_unsettled_outcomes_are_marked() -> None:
    text = index_answer(ASKED, tables(converged=True, sd=1.0))
    assert "moved most by learning rule (0.70 [0.68," in text[2]
    assert "not converged" not in text[2]
    assert "Trust between partners (not converged)" in text[3]
    assert "1 of 2 drawn outcomes have not converged" in text[1]
    assert "one seed" in text[-1]


def test_pairs_are_sure_only_where_the_indices_have_converged() -> None:
    whole, unsettled = (tables(converged=c, sd=1.0) for c in (True, False))
    assert set(clear_pairs(ASKED, whole)["outcome"]) == {COVERAGE}
    assert clear_pairs(ASKED, unsettled).empty
    assert any("trust gain with learning rule" in sentence for sentence in index_answer(ASKED, whole))
    assert not any("trust gain with" in sentence for sentence in index_answer(ASKED, unsettled))


def test_factors_that_move_an_outcome_by_less_than_matters_are_not_made_much_of() -> None:
    smallest = OUTCOMES[COVERAGE].smallest_that_matters
    for sd, little in ((0.5 * smallest, True), (2.0 * smallest, False)):
        sentence = index_answer(ASKED, tables(converged=True, sd=sd))[2]
        assert ("below the smallest difference that matters" in sentence) is little


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("refused", "3 of 64 points have a failed run"),
        ("constant", "does not respond to any factor"),
        ("undefined", "undefined in every run"),
    ],
)
def test_an_outcome_without_indices_says_why(status: str, words: str) -> None:
    assert words in index_answer(ASKED, tables(converged=True, sd=1.0, status=status))[3]


def test_factors_have_names_that_readers_know() -> None:
    assert factor_label("mechanisms.M18") == "M18 thin staff"
    assert factor_label("adaptation.rewiring") == "rewiring rule"
    assert factor_label("funding.transition.start_month") == "start month"


def test_figures_mark_what_has_not_converged_and_number_only_clear_pairs() -> None:
    found = tables(converged=True, sd=1.0)
    bars = draw_bars(found, [COVERAGE, TRUST], "sobol")
    said = [[text.get_text() for text in axes.texts] for axes in bars.axes]
    assert said == [[], ["not converged"]]
    assert [t.get_text() for t in bars.axes[0].get_yticklabels()] == ["learning rule", "trust gain"]
    assert strongest(found, [COVERAGE, TRUST], "sobol", 1) == ["adaptation.learning"]
    pairs = draw_pairs(found, [COVERAGE, TRUST])
    labels = [t.get_text() for t in pairs.axes[0].get_xticklabels()]
    assert labels == ["Coordinated-care coverage", "Trust between partners *"]
    assert [t.get_text() for t in pairs.axes[0].texts] == ["0.10", "0.10"]
    none = found["indices"].assign(low=found["indices"]["low"] - 0.2)
    assert not draw_pairs({**found, "indices": none}, [COVERAGE]).axes[0].texts


def test_the_plane_of_an_outcome_that_was_not_analysed_is_empty_and_says_so() -> None:
    figure = draw_plane(tables(converged=True, sd=1.0), [COVERAGE])
    assert [text.get_text() for text in figure.axes[0].texts] == ["not analysed"]
