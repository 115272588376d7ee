"""Verdicts: planted theories with known truth, through the same functions as real trials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.experiments.registries import load_registries
from cas_model.theory.effects import SeedEffects, effects_table, holm, p_value, ratio_interval, seeds_needed
from cas_model.theory.loading import load_theory
from cas_model.theory.theory import Theory
from cas_model.theory.timing import month_half_way
from cas_model.theory.verdict import PARTLY, REFUTED, SUPPORTED, UNDETERMINED, judge
from planted_theories import planted_leads, planted_places, verdict_of
from theory_files import SMALL_SIZE, saved

load_registries()

RUN = "run: pooled expertise instead of staff"
TRUE: dict[str, tuple[float, float] | float] = {
    "effect": (0.10, 0.02), "mechanism off": 0.01, "rival off": 0.09, "rival": 0.02, RUN: 0.03,
}  # fmt: skip
"""An effect of 10 points in the context and 2 outside, nine tenths of it through the mechanism."""


@pytest.fixture(scope="module")
def theory(tmp_path_factory: pytest.TempPathFactory) -> Theory:
    folder = tmp_path_factory.mktemp("theory")
    rival = ("[rival.settings]\n", 'switches = ["M17"]\n[rival.settings]\n')
    return load_theory(saved(folder, rival, extra=SMALL_SIZE))


def answers(tests: pd.DataFrame) -> dict[str, str]:
    return dict(zip(tests["question"], tests["answer"], strict=True))


def test_a_true_theory_is_supported(theory: Theory) -> None:
    verdict, tests = verdict_of(theory, TRUE)
    assert verdict.kind == SUPPORTED
    assert not verdict.against
    assert answers(tests)["mechanism"] == "yes"
    share = tests.set_index("question").loc["mechanism"]
    assert share["low"] < 0.9 < share["high"]


def test_a_theory_whose_mechanism_is_idle_is_only_partly_supported(theory: Theory) -> None:
    verdict, tests = verdict_of(theory, TRUE | {"mechanism off": (0.10, 0.02)})
    assert verdict.kind == PARTLY
    assert [name.split("|")[0] for name in verdict.against] == ["mechanism"]
    assert abs(tests.set_index("question")["estimate"]["mechanism"]) < 0.05


def test_a_theory_true_only_in_its_context_is_told_from_one_true_everywhere(theory: Theory) -> None:
    inside, tests = verdict_of(theory, TRUE | {"effect": (0.10, 0.0)})
    assert inside.kind == SUPPORTED
    assert answers(tests)["context"] == "yes"
    everywhere, tests = verdict_of(theory, TRUE | {"effect": (0.10, 0.13)})
    assert everywhere.kind == PARTLY
    assert answers(tests)["context"] == "no"
    elsewhere, _ = verdict_of(theory, TRUE | {"effect": (0.0, 0.10)})
    assert elsewhere.kind == REFUTED


def test_a_theory_explained_by_its_rival_is_refuted(theory: Theory) -> None:
    verdict, tests = verdict_of(theory, TRUE | {"mechanism off": (0.10, 0.02), "rival off": 0.01})
    assert verdict.kind == REFUTED
    assert answers(tests)["rival mechanism"] == "yes"
    instead, _ = verdict_of(theory, TRUE | {"mechanism off": 0.10, "rival": 0.11})
    assert instead.kind == REFUTED


def test_a_rival_that_does_as_well_by_another_way_leaves_the_theory_partly_supported(theory: Theory) -> None:
    verdict, _ = verdict_of(theory, TRUE | {"rival": 0.11})
    assert verdict.kind == PARTLY
    assert [name.split("|")[0] for name in verdict.against] == ["rival instead"]


def test_a_theory_that_predicts_the_wrong_sign_or_nothing_is_refuted(theory: Theory) -> None:
    assert verdict_of(theory, TRUE | {"effect": -0.10})[0].kind == REFUTED
    assert verdict_of(theory, TRUE | {"effect": 0.001})[0].kind == REFUTED


def test_a_falsifier_that_comes_true_refutes(theory: Theory) -> None:
    verdict, tests = verdict_of(theory, TRUE | {RUN: 0.10})
    assert answers(tests)["falsifier"] == "yes"
    assert verdict.kind == REFUTED


def test_an_outcome_that_moves_before_the_mechanism_speaks_against_it(theory: Theory) -> None:
    verdict, _ = verdict_of(theory, TRUE, lead=-9.0)
    assert verdict.kind == PARTLY
    assert verdict.against[0].startswith("order")


def test_a_noisy_trial_is_undetermined_and_says_how_many_seeds_would_do(theory: Theory) -> None:
    verdict, tests = verdict_of(theory, TRUE, noise=0.05, seeds=5)
    assert verdict.kind == UNDETERMINED
    assert 5 < verdict.seeds_needed < np.inf
    assert verdict.seeds_needed == tests["seeds_needed"].max()
    more, _ = verdict_of(theory, TRUE, noise=0.05, seeds=3 * int(verdict.seeds_needed))
    assert more.kind == SUPPORTED


def test_an_effect_of_few_seeds_with_the_sign_is_not_steady(theory: Theory) -> None:
    places = planted_places(theory, TRUE, noise=0.0, seeds=12)
    struck = (places["world"] == "intervention") & (places["replicate"] < 2)
    places.loc[struck, "value"] -= 0.12
    _, tests = judge([(theory, places, planted_leads(theory))])[0]
    assert answers(tests)["effect"] == "yes"
    assert answers(tests)["steady"] == "no"


def test_theories_judged_together_are_corrected_together(theory: Theory) -> None:
    places = planted_places(theory, TRUE, noise=0.01, seeds=6)
    tried = (theory, places, planted_leads(theory, seeds=6))
    alone = judge([tried])[0][1].set_index("question")
    together = judge([tried] * 5)[2][1].set_index("question")
    assert together["p_holm"]["effect"] == pytest.approx(min(1.0, 5 * alone["p"]["effect"]))
    assert (together["p_holm"] >= alone["p_holm"]).all()


def test_a_theory_that_claims_no_change_needs_an_effect_within_what_matters(tmp_path: Path) -> None:
    still = load_theory(saved(tmp_path, ('expected = "rises"', 'expected = "stays"')))
    assert answers(verdict_of(still, {"effect": 0.001})[1])["effect"] == "yes"
    assert verdict_of(still, {"effect": 0.05, RUN: -0.05})[0].kind == REFUTED


def test_a_verdict_on_a_mechanism_of_assumed_strength_is_labelled_circular(theory: Theory) -> None:
    assert verdict_of(theory, TRUE)[0].circular
    assert not verdict_of(theory, TRUE | {"effect": -0.1})[0].circular


def test_effects_are_those_that_were_planted(theory: Theory) -> None:
    places = planted_places(theory, TRUE, noise=0.0)
    effects = effects_table(theory, places).set_index(["contrast", "place", "outcome"])
    assert effects.loc[("effect", "context", "implementation_rate"), "effect"] == pytest.approx(0.10)
    assert effects.loc[("effect", "outside", "implementation_rate"), "effect"] == pytest.approx(0.02)
    assert SeedEffects(theory, places).effect("no such contrast", "context", "implementation_rate") is None


def test_statistics_agree_with_scipy() -> None:
    from scipy.stats import ttest_1samp

    values = np.array([0.3, -0.1, 0.5, 0.2, 0.25])
    assert p_value(values) == pytest.approx(ttest_1samp(values, 0.0).pvalue)
    assert holm([0.02, 0.02, 0.02]) == [0.06, 0.06, 0.06]
    ratio, low, high = ratio_interval(values + 1.0, np.full(5, 2.0))
    assert (low + high) / 2 == pytest.approx(ratio) == pytest.approx((values.mean() + 1.0) / 2.0)
    assert np.isnan(ratio_interval(values, np.array([1.0, -1.0, 1.0, -1.0, 0.0]))[0])


def test_the_seeds_needed_give_the_power_asked_for() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(0.0, 1.0, 400)
    values = 0.5 + (values - values.mean()) / values.std(ddof=1)
    n = int(seeds_needed(values, 0.05, 0.8))
    draws = rng.normal(0.5, 1.0, (4000, n))
    t = draws.mean(axis=1) / (draws.std(axis=1, ddof=1) / np.sqrt(n))
    found = float((np.abs(t) > 2.03).mean())
    assert 0.75 < found < 0.86


def test_what_moves_later_is_half_way_later() -> None:
    months = np.arange(120)
    early, late = 1 / (1 + np.exp(-(months - 20) / 4)), 1 / (1 + np.exp(-(months - 50) / 4))
    assert month_half_way(late) - month_half_way(-early) == pytest.approx(30, abs=1)
    assert np.isnan(month_half_way(np.zeros(120)))
