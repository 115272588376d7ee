"""Contests of theories whose truth was planted, and one in real worlds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.theory.contest import (
    BOTH,
    FIRST,
    NEITHER,
    OFF,
    PLACES,
    SECOND,
    UNDETERMINED,
    Contest,
    Outcome,
    candidates,
    decide,
    prepare_contest,
)
from cas_model.theory.contest_store import read_contest
from cas_model.theory.loading import load_theory
from cas_model.theory.theory import EFFECT
from cas_model.theory.trial import Trial
from planted_theories import planted_places, planted_zones
from theory_files import saved

load_registries()

OTHER = (('switches = ["M18"]', 'switches = ["M14"]'), ('trace = "M18"', 'trace = "M14"'))


def two_theories(folder: Path, *changes: tuple[str, str]) -> tuple[str, str]:
    """Write the template, and a second theory that makes the same through another mechanism."""
    files = []
    for name, own in (("one", ()), ("two", (*OTHER, *changes))):
        (folder / name).mkdir()
        files.append(saved(folder / name, *own))
    return files[0], files[1]


@pytest.fixture
def contest(tmp_path: Path) -> Contest:
    first, second = two_theories(tmp_path)
    return prepare_contest(load_theory(first), load_theory(second))


def tried(contest: Contest, planted: dict[str, float], noise: float = 0.004) -> Trial:
    arm = contest.arms[FIRST]
    zones, context = planted_zones(arm, lambda z: 0.0 * z["staff"])
    tables = {"trial_places": planted_places(arm, planted, noise=noise), "trial_zones": zones,
              "trial_context": context}  # fmt: skip
    return Trial(arm, 12, 1000, [], tables)


def outcome_of(contest: Contest, planted: dict[str, float], noise: float = 0.004) -> Outcome:
    trial = tried(contest, planted, noise)
    return decide(contest, candidates(contest, {FIRST: trial}).iloc[0], trial)


@pytest.mark.parametrize(
    ("left", "winner"),
    [((0.0, 0.1), FIRST), ((0.1, 0.0), SECOND), ((0.0, 0.0), BOTH), ((0.1, 0.1), NEITHER)],
)
def test_the_theory_wins_whose_mechanism_carries_the_effect(
    contest: Contest, left: tuple[float, float], winner: str
) -> None:
    found = outcome_of(contest, {EFFECT: 0.1, OFF[FIRST]: left[0], OFF[SECOND]: left[1]})
    assert found.winner == winner
    assert list(found.tests["question"]) == ["effect", OFF[FIRST], OFF[SECOND]]


def test_without_an_effect_there_is_nothing_to_explain(contest: Contest) -> None:
    found = outcome_of(contest, {EFFECT: 0.0, OFF[FIRST]: 0.0, OFF[SECOND]: 0.1})
    assert found.winner == NEITHER
    assert "nothing to explain" in found.why


def test_too_much_noise_leaves_it_open_and_says_how_many_seeds_would_do(contest: Contest) -> None:
    found = outcome_of(contest, {EFFECT: 0.1, OFF[FIRST]: 0.03, OFF[SECOND]: 0.09}, noise=0.15)
    assert found.winner == UNDETERMINED
    assert found.seeds_needed > 12


def test_every_candidate_is_shown_and_the_least_noisy_comes_first(contest: Contest) -> None:
    trial = tried(contest, {EFFECT: 0.1, OFF[FIRST]: 0.0, OFF[SECOND]: 0.1})
    places = trial.tables["trial_places"]
    noisy = places["world"].str.endswith(OFF[FIRST])
    jitter = np.random.default_rng(3).normal(0.0, 0.05, len(places))
    trial.tables["trial_places"] = places.assign(value=places["value"] + np.where(noisy, jitter, 0.0))
    table = candidates(contest, {FIRST: trial})
    assert len(table) == 4, "two outcomes are shared"
    assert list(table["outcome"].iloc[:2]) == ["implementation_rate"] * 2
    assert list(table["experiment"].iloc[:2]) == [OFF[SECOND], OFF[FIRST]]
    assert table.loc[0, "first_expects"] == pytest.approx(0.1, abs=0.01)
    assert table.loc[0, "second_expects"] == 0.0
    assert list(table["usable"]) == [True, True, False, False], "the spread should fall, and rises here"
    still = candidates(contest, {FIRST: tried(contest, {})})
    assert not still["usable"].any(), "where nothing moves nothing can be told apart"


def test_where_contexts_differ_the_place_of_the_effect_can_decide(tmp_path: Path) -> None:
    first, second = two_theories(tmp_path, ('population = "below 100000"', 'population = "above 150000"'))
    contest = prepare_contest(load_theory(first), load_theory(second))
    trial = tried(contest, {EFFECT: 0.1, OFF[FIRST]: 0.05, OFF[SECOND]: 0.05})
    zones, context = planted_zones(
        trial.theory, lambda z: np.where(z["population"] < 100_000, 0.1, 0.0), noise=0.001
    )
    trial.tables |= {"trial_zones": zones, "trial_context": context}
    trial.tables["trial_places"] = trial.tables["trial_places"].query("replicate < 6")
    table = candidates(contest, {FIRST: trial}).set_index("experiment")
    assert table.index[0] == PLACES
    assert table.loc[PLACES, "found"] == pytest.approx(0.1, abs=0.01)
    found = decide(contest, table.reset_index().iloc[0], trial)
    assert found.winner == FIRST


def test_theories_that_cannot_meet_are_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    same = load_theory(saved(tmp_path / "a"))
    with pytest.raises(UsageError, match="same mechanism"):
        prepare_contest(same, same)
    other = load_theory("PT4_mixed_payment")
    with pytest.raises(UsageError, match="no effect on the same outcome") as refused:
        prepare_contest(same, other)
    assert "coordinated_care_coverage" in str(refused.value)


def test_two_interventions_make_two_arms_and_both_serve() -> None:
    told = prepare_contest(load_theory("PT2_council_capacity"), load_theory("PT7_crisis_window"))
    assert set(told.arms) == {FIRST, SECOND}
    assert told.off == {FIRST: ["M18"], SECOND: ["M37"]}
    for arm in told.arms.values():
        assert [c.name for c in arm.contrasts] == [EFFECT, OFF[FIRST], OFF[SECOND]]
        assert {c.name for c in arm.claims} == {"implementation_rate"}


def test_the_command_holds_a_contest_and_writes_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = two_theories(tmp_path), tmp_path / "out"
    size = ["--replicates", "2", "--scale", "2000", "--jobs", "1"]
    assert run_command(["theory", "contest", *files, *size, "--out", str(out), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    manifest, tables = read_contest(out)
    assert shown["winner"] == manifest["contest"]["winner"]
    assert set(tables["contest_candidates"]["experiment"]) >= set(OFF.values())
    pilot, fresh = 1000, set(tables["trial_zones"]["seed"])
    assert max(fresh) < pilot, "the experiment has seeds that chose nothing"
    page = (out / "report.html").read_text(encoding="utf-8")
    text = (out / "contest.md").read_text(encoding="utf-8")
    assert "Where they predict differently" in page
    assert "M18 (thin staff)" in text
    assert "nan" not in text.lower().replace("finan", "").replace("governan", "").replace("tenan", "")
    (out / "report.html").unlink()
    assert run_command(["report", str(out)]) == 0
    assert (out / "report.html").read_text(encoding="utf-8") == page
    assert isinstance(tables["contest_tests"], pd.DataFrame)
