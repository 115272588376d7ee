"""Trials through real small worlds: tables, verdicts of theories whose truth is known, dossier, command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.declarations import PARAMETERS
from cas_model.config.parameter_sets import choose_parameter_sets, write_parameter_sets
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, care_system
from cas_model.theory.loading import load_theory
from cas_model.theory.refinement import two_worlds
from cas_model.theory.store import read_trial
from cas_model.theory.trial import TABLES, Trial, run_trial
from cas_model.theory.verdict import PARTLY, judge
from cas_model.theory.worlds import partial_dose
from theory_files import TEMPLATE, saved

load_registries()

EASY_RIVAL = ("governance.cofunding = 1.0", "governance.support_institute = 0.9")
"""A rival that does nothing for the outcome, so that the verdict hangs on the mechanism."""
SMALLER_EFFECT = ('smallest = "2 percentage points"', 'smallest = "1 percentage points"')


def tried(folder: Path, *replacements: tuple[str, str]) -> Trial:
    theory = load_theory(saved(folder, EASY_RIVAL, SMALLER_EFFECT, *replacements))
    return run_trial(theory, replicates=4, persons_per_agent=2000)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return tried(tmp_path_factory.mktemp("trial"))


def test_a_mechanism_that_does_the_work_in_real_worlds_is_found(trial: Trial) -> None:
    verdict, tests = judge([(trial.theory, trial.tables["trial_places"], trial.tables["trial_leads"])])[0]
    answers = dict(zip(tests["question"], tests["answer"], strict=True))
    assert answers["effect"] == "yes"
    assert answers["mechanism"] == "yes"
    assert answers["rival instead"] == answers["falsifier"] == "no"
    assert "mechanism" not in " ".join(verdict.against)


def test_a_mechanism_that_is_idle_in_real_worlds_is_found(tmp_path: Path) -> None:
    idle = tried(tmp_path, ('switches = ["M18"]', 'switches = ["M28"]'))
    verdict, tests = judge([(idle.theory, idle.tables["trial_places"], idle.tables["trial_leads"])])[0]
    assert verdict.kind == PARTLY
    assert tests.set_index("question")["answer"]["mechanism"] == "no"


def test_replicates_may_stand_on_accepted_parameter_sets(tmp_path: Path) -> None:
    theory = two_worlds(load_theory(saved(tmp_path)))
    path = tmp_path / "sets.toml"
    weakest, strongest = PARAMETERS["staff_effect"].low, PARAMETERS["staff_effect"].high
    rows = [[weakest, 85000.0], [strongest, 70000.0]]
    write_parameter_sets(
        path, ["staff_effect", "staff_cost"], rows, title="Made up", claim_level="calibrated", provenance={}
    )  # fmt: skip
    sets = choose_parameter_sets(str(path), 2)
    trial = run_trial(theory, replicates=2, persons_per_agent=2000, sets=sets)
    places = trial.tables["trial_places"].query("outcome == 'implementation_rate' and place == 'context'")
    wide = places.pivot_table(index="replicate", columns="world", values="value")
    effect = wide["intervention"] - wide["baseline"]
    weak = int(np.argmin([s.parameters["staff_effect"] for s in sets]))
    staff = trial.tables["trial_context"].groupby("replicate")["staff"].mean()
    assert staff[1 - weak] > 1.1 * staff[weak], "the context is read off worlds on the same set"
    assert effect[1 - weak] > 1.2 * effect[weak], "the larger, the stronger the mechanism of the set"


def test_tables_are_tidy_and_whole(trial: Trial) -> None:
    zones, n_worlds = trial.tables["trial_zones"], len(trial.theory.worlds)
    assert list(zones.columns) == ["world", "replicate", "seed", "zone", "outcome", "value"]
    assert not zones.duplicated(["world", "replicate", "zone", "outcome"]).any()
    assert len(zones) == 4 * n_worlds * 8
    assert zones["zone"].nunique() == 8
    context = trial.tables["trial_context"]
    assert len(context) == 4 * 8
    assert context["staff"].notna().all()
    assert set(trial.tables) == set(TABLES)


def test_the_context_is_the_weighted_mean_of_its_zones(trial: Trial) -> None:
    zones, context = trial.tables["trial_zones"], trial.tables["trial_context"]
    inside = context[context["in_context"]]
    both = zones.merge(inside[["replicate", "zone", "population"]], on=["replicate", "zone"])
    one = both[(both["world"] == "intervention") & (both["replicate"] == 2)]
    expected = np.average(one["value"], weights=one["population"])
    places = trial.tables["trial_places"].set_index(["world", "replicate", "place", "outcome"])["value"]
    assert places["intervention", 2, "context", "implementation_rate"] == pytest.approx(expected)


def test_the_same_trial_twice_gives_the_same_numbers(trial: Trial) -> None:
    again = run_trial(load_theory(trial.theory.origin), replicates=2, persons_per_agent=2000)
    for name in ("trial_zones", "trial_places", "trial_traces"):
        first = trial.tables[name]
        pd.testing.assert_frame_equal(again.tables[name], first[first["replicate"] < 2])


def test_people_are_a_context_too(tmp_path: Path) -> None:
    group = (
        TEMPLATE[TEMPLATE.index("[context.zones]") : TEMPLATE.index("# Or a group")],
        'people = "poorest fifth"\n',
    )
    outcome = (
        TEMPLATE[
            TEMPLATE.index('[[outcomes]]\nname = "implementation_rate"\nexpected') : TEMPLATE.index(
                "# --- Rival"
            )
        ],
        '[[outcomes]]\nname = "unmet_need"\nexpected = "falls"\nsmallest = "0.5 percentage points"\n\n',
    )
    theory = load_theory(saved(tmp_path, group, outcome))
    few = run_trial(theory, replicates=2, persons_per_agent=2000)
    places = few.tables["trial_places"]
    base = places[(places["world"] == "baseline") & (places["outcome"] == "unmet_need")]
    means = base.groupby("place")["value"].mean()
    assert means["context"] > means["outside"]


def test_a_seed_that_fails_in_one_world_is_left_out_of_all(tmp_path: Path) -> None:
    def broken(request: WorldRequest) -> Any:
        if (request.label, request.replicate) == ("rival", 1):
            raise ZeroDivisionError("one world is broken")
        return care_system(request)

    theory = load_theory(saved(tmp_path))
    trial = run_trial(theory, replicates=2, persons_per_agent=2000, build=broken)
    assert [failed.request.seed for failed in trial.failures] == [1]
    for name in ("trial_zones", "trial_places", "trial_context", "trial_traces"):
        assert set(trial.tables[name]["replicate"]) == {0}


def test_a_dose_moves_numbers_and_leaves_words(trial: Trial) -> None:
    before = trial.theory.worlds[0].scenario
    assert partial_dose({"governance.staff_floor": 3.0}, {}, before, 1 / 3) == {"governance.staff_floor": 1.0}
    assert partial_dose({"governance.people_seats": 5}, {}, before, 1 / 3) == {"governance.people_seats": 4}
    office = {"governance.meta_governor_scope": "regional", "governance.meta_governor_capacity": 0.6}
    assert partial_dose(office, {}, before, 0.5) is None
    some = partial_dose(office, {"governance.meta_governor_capacity": 0.0}, before, 0.5)
    assert some == {"governance.meta_governor_scope": "regional", "governance.meta_governor_capacity": 0.3}
    heat, none = ([{"kind": "heat_wave", "hot_days": days}] for days in (12, 0))
    assert partial_dose({"shocks": heat}, {"shocks": none}, before, 0.5) == {
        "shocks": [{"kind": "heat_wave", "hot_days": 6.0}]
    }


def test_the_command_writes_a_dossier_that_can_be_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = saved(tmp_path), tmp_path / "out"
    command = [
        "theory",
        "test",
        file,
        "--replicates",
        "2",
        "--scale",
        "2000",
        "--jobs",
        "1",
        "--out",
        str(out),
        "--json",
    ]
    assert run_command(command) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    manifest, tables = read_trial(out)
    assert shown["verdict"]["kind"] == manifest["verdict"]["kind"]
    assert len(tables["trial_tests"]) > 5
    page, markdown = ((out / name).read_text(encoding="utf-8") for name in ("report.html", "dossier.md"))
    for text in (page, markdown):
        assert manifest["theory"]["title"] in text
        assert "Thin staff".lower() in text
        assert "Circular in strength" in text
        assert "nan" not in text.lower().replace("finan", "").replace("governan", "").replace("tenan", "")
    assert "<svg" in page
    assert (out / "figures" / "theory.png").exists()
    (out / "report.html").unlink()
    assert run_command(["report", str(out)]) == 0
    assert (out / "report.html").read_text(encoding="utf-8") == page
    assert run_command(command) == 2, "an existing folder is not replaced"
    kept = tmp_path / "kept"
    assert run_command(["theory", "keep", str(out), "--out", str(kept)]) == 0
    index = (kept / "README.md").read_text(encoding="utf-8")
    assert f"[{manifest['theory']['title']}](out/dossier.md) | **{manifest['verdict']['kind']}**" in index
    assert (kept / "out" / "figures" / "theory.svg").exists(), "the dossier's figures come with it"
    assert not list(kept.rglob("*.png"))
    assert run_command(["theory", "keep", str(tmp_path), "--out", str(kept)]) == 2, "no trial there"
