"""``cas-model calibrate``: specifications, folders that continue, accepted sets, recovery by the model."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.calibration.folder import calibrate_in_folder, prepare_folder, read_calibration
from cas_model.calibration.pipeline import calibrate
from cas_model.calibration.problem import Floats
from cas_model.calibration.specification import CalibrationSpec, Design, load_calibration
from cas_model.calibration.world_statistics import (
    grouped_medians,
    read_statistics,
    statistic_names,
)
from cas_model.cli import run_command
from cas_model.cli.calibrate import planned_runs
from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import load_parameter_sets
from cas_model.experiments.registries import load_registries
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.run_store import RunStore
from cas_model.model.surveys import scirocco_profile
from cas_model.report.calibration_figures import write_calibration_figures
from cas_model.report.calibration_words import answer
from small_worlds import new_world, run_months
from toy_simulators import Curved, Padded
from unit.test_history_matching import targets_at

load_registries()

ROOT = Path(__file__).parents[2]
SPEC = """
title = "A trial"
question = "Which loyalty and which barrier?"
source = "made up"
[design]
seed = 1
trajectories = 0
waves = 1
points_per_parameter = 12
replicates = 2
forgiving_waves = 0
method = "importance"
candidates = 40
sets = 10
trials = 8
[run]
months = 12
burn_in = 1
persons_per_agent = 2000
territory = "small"
[quick]
waves = 1
months = 12
[factors]
"parameters.loyalty" = {}
"parameters.gp_contacts_per_year" = {}
[[targets]]
name = "A"
statistic = "outcomes.loyal_patients"
low = 0.7
high = 0.8
sd = 0.02
source = "made up"
[[targets]]
name = "B"
statistic = "outcomes.gp_contacts"
low = 5.0
high = 5.2
sd = 0.1
source = "made up"
"""


def written(folder: Path, text: str = SPEC) -> str:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('"outcomes.gp_contacts"', '"outcomes.gp_contcts"', "did you mean `outcomes.gp_contacts`"),
        ('"outcomes.gp_contacts"', '"outcomes.loyal_patients"', "a target twice"),
        ("low = 5.0", "low = 6.0", "low up to high"),
        ("sd = 0.1", "sd = 0.0", "greater than 0"),
        ('"parameters.loyalty" = {}', '"governance.autonomy" = {}', "no parameter"),
        ('"parameters.loyalty" = {}', "", "a single parameter"),
        ("waves = 1\npoints", "wavs = 1\npoints", "did you mean `waves`"),
        ("[quick]\nwaves = 1", "[quick]\nwavs = 1", "did you mean `waves`"),
        ("burn_in = 1", "burn_in = -1", "burn_in"),
        ('"importance"', '"rejection"', "method"),
    ],
)
def test_a_wrong_specification_is_refused_with_the_nearest_fix(
    tmp_path: Path, old: str, new: str, hint: str
) -> None:
    assert old in SPEC
    with pytest.raises(UsageError, match=hint):
        load_calibration(written(tmp_path, SPEC.replace(old, new)), quick="wavs" in new)


SHIPPED = [path for path in sorted((ROOT / "calibration").glob("*.toml")) if path.stem != "targets"]
"""What to fit; `targets.toml` holds published figures to judge by (see test_targets_and_measurements)."""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_specification_is_complete(path: Path) -> None:
    full, quick = load_calibration(str(path)), load_calibration(str(path), quick=True)
    assert sum(planned_runs(quick).values()) < sum(planned_runs(full).values()) / 5
    assert all(source for source in full.sources)
    assert len(full.factors) > 2


def test_statistics_are_those_of_the_world() -> None:
    world = run_months(new_world(months=12), 24)
    names = ["outcomes.mean_trust", "scirocco.process_coordination", "pacic.not_asked_about_goals"]
    assert set(names) <= set(statistic_names())
    found = read_statistics(world, names)
    assert np.isfinite(found).all()
    outcomes = world.outcomes_frame()
    rows = outcomes[(outcomes["outcome"] == "mean_trust") & (outcomes["level"] == "flanders")]
    assert found[0] == pytest.approx(rows.sort_values("month")["value"].tail(12).mean())
    alone = read_statistics(world, names[::-1])
    assert alone == pytest.approx(found[::-1])


def test_a_grouped_median_is_within_half_a_point_of_the_median() -> None:
    rng = np.random.default_rng(0)
    for share in (0.1, 0.3, 0.6):
        ratings = rng.binomial(5, share, size=865)
        profile = scirocco_profile(pd.DataFrame({"dimension": "readiness to change", "rating": ratings}))
        found = grouped_medians(profile)[0]
        assert abs(found - np.median(ratings)) <= 0.5
    low = pd.DataFrame({"dimension": "readiness to change", "rating": [0] * 40 + [1] * 60})
    assert grouped_medians(scirocco_profile(low))[0] == pytest.approx(0.5 + 10 / 60)


@dataclasses.dataclass
class Known:
    """Two statistics that follow from two parameters; fails when asked to."""

    stop_after: int = 10**9
    runs: int = 0

    def __call__(self, settings: Mapping[str, Value], seed: int) -> Floats:
        self.runs += 1
        if self.runs > self.stop_after:
            raise KeyboardInterrupt
        noise = 0.005 * np.random.default_rng(seed).standard_normal(2)
        loyalty, need = (float(settings[f"parameters.{n}"]) for n in ("loyalty", "gp_contacts_per_year"))
        return (np.array([loyalty - 0.05, need - 0.1 * loyalty]) + noise)[None, :]


def calibrated(folder: Path, spec: CalibrationSpec, model: Known, *, best: bool = False) -> dict[str, object]:
    prepare_folder(folder, spec, overwrite=False)
    made, _ = calibrate_in_folder(folder, spec, model=model, best=best)
    return made


def test_a_folder_holds_accepted_sets_that_scenarios_can_stand_on(tmp_path: Path) -> None:
    spec = load_calibration(written(tmp_path))
    made = calibrated(tmp_path / "r", spec, Known(), best=True)
    assert (made["status"], made["all_targets_met"], made["claim_level"]) == ("finished", True, "calibrated")
    sets = load_parameter_sets(str(tmp_path / "r" / "accepted_sets.toml"))
    assert len(sets) == 10
    assert sets[0].hash == made["accepted_hash"]
    for one in sets:
        assert 0.7 - 0.1 < one.parameters["loyalty"] - 0.05 < 0.8 + 0.1
        assert 4.7 < one.parameters["gp_contacts_per_year"] - 0.1 * one.parameters["loyalty"] < 5.5
    assert len(load_parameter_sets(str(tmp_path / "r" / "best_fit.toml"))) == 1
    _, tables = read_calibration(tmp_path / "r")
    assert {"identifiability", "fit", "posterior", "waves"} <= set(tables)
    assert tables["posterior"]["weight"].sum() == pytest.approx(1.0)


def test_a_quick_calibration_never_counts_as_calibrated(tmp_path: Path) -> None:
    made = calibrated(tmp_path / "r", load_calibration(written(tmp_path), quick=True), Known())
    assert (made["all_targets_met"], made["claim_level"]) == (True, "illustrative")


def test_a_folder_that_was_cut_short_ends_as_if_it_had_not_been_and_repeats_no_run(tmp_path: Path) -> None:
    spec = load_calibration(written(tmp_path))
    whole, cut = Known(), Known(stop_after=70)
    calibrated(tmp_path / "whole", spec, whole)
    with pytest.raises(KeyboardInterrupt):
        calibrated(tmp_path / "cut", spec, cut)
    kept = len(RunStore(tmp_path / "cut").finished())
    assert 0 < kept <= 70
    with pytest.raises(UsageError, match="has not ended"):
        read_calibration(tmp_path / "cut")
    rest = Known()
    calibrated(tmp_path / "cut", spec, rest)
    assert rest.runs == whole.runs - kept
    (_, one), (_, two) = read_calibration(tmp_path / "whole"), read_calibration(tmp_path / "cut")
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, two[name])


def test_a_folder_of_another_question_is_left_alone(tmp_path: Path) -> None:
    spec = load_calibration(written(tmp_path))
    calibrated(tmp_path / "r", spec, Known())
    other = load_calibration(written(tmp_path, SPEC.replace("high = 0.8", "high = 0.85")))
    with pytest.raises(UsageError, match="another specification"):
        prepare_folder(tmp_path / "r", other, overwrite=False)
    prepare_folder(tmp_path / "r", other, overwrite=True)
    assert not list((tmp_path / "r").iterdir())
    with pytest.raises(UsageError, match="something else"):
        prepare_folder(tmp_path, spec, overwrite=True)


def test_figures_and_sentences_say_what_was_found(tmp_path: Path) -> None:
    truth = np.array([[0.4, 0.65, 0.5]])
    targets = targets_at(Curved().expected(truth)[0], 0.03)
    design = Design.model_validate(
        {"trajectories": 4, "waves": 2, "points_per_parameter": 12, "replicates": 2, "candidates": 80,
         "method": "importance"}
    )  # fmt: skip
    names = ["parameters.alpha", "parameters.beta", "parameters.idle"]
    found = calibrate(Padded(Curved(), [0, 1, 2], 3), names, targets, design)
    made = {
        "design": design.model_dump(), "claim_level": "illustrative", "scenario_hash": "0",
        "fitted": ["a", "b"],
        "plausible_sets": found.accepted, "effective_sets": 40.0, "share_left": found.left.share,
        "out_of_reach": ["outcomes.unmet_need"],
    }  # fmt: skip
    names = write_calibration_figures(tmp_path, made, found.tables)
    assert set(names) == {"waves", "fit", "identifiability", "profiles", "correlations"}
    assert all((tmp_path / "figures" / f"{name}.png").stat().st_size > 10_000 for name in names)
    said = answer(made, found.tables)
    assert said[0].startswith("Out of reach of the 2 parameters, alone or together")
    assert "set aside: unmet need." in said[0]
    assert any("Pinned down by the figures: " in sentence for sentence in said)
    made["plausible_sets"] = 0
    assert "No values of the 2 parameters" in answer(made, found.tables)[-1]


def test_the_model_itself_gives_back_the_parameters_that_made_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures made by a world of known parameters; the command finds them again."""
    from cas_model.experiments.run import care_system

    truth = {"parameters.loyalty": 0.78, "parameters.gp_contacts_per_year": 5.5}
    text = SPEC.replace("waves = 1\npoints", "waves = 2\npoints")
    spec = load_calibration(written(tmp_path, text))
    runs = np.array([spec.model(truth, 900 + k)[0] for k in range(4)])
    world = care_system(spec.model.world.request(truth, 0))
    assert world.scenario.parameters["loyalty"] == 0.78
    middle, spread = runs.mean(axis=0), runs.std(axis=0, ddof=1)
    for low, high, value, sd in (("0.7", "0.8", middle[0], spread[0]), ("5.0", "5.2", middle[1], spread[1])):
        text = text.replace(f"low = {low}", f"low = {value}").replace(f"high = {high}", f"high = {value}")
        text = text.replace("sd = 0.02" if low == "0.7" else "sd = 0.1", f"sd = {max(sd / 2, 0.002)}")
    out = tmp_path / "r"
    assert (
        run_command(["calibrate", written(tmp_path, text), "--out", str(out), "--jobs", "1", "--json"]) == 0
    )
    document = json.loads(capsys.readouterr().out)
    rows = {row["parameter"]: row for row in document["identifiability"]}
    for factor in spec.factors:
        place = (float(truth[factor.key]) - factor.low) / (factor.high - factor.low)
        assert rows[factor.key]["low"] - 0.02 <= place <= rows[factor.key]["high"] + 0.02, factor.key
        assert rows[factor.key]["contraction"] > 0.25
    assert document["waves"][-1]["share"] < 0.6
    assert (out / "figures" / "identifiability.svg").is_file()
    assert len(load_parameter_sets(str(out / "accepted_sets.toml"))) == spec.design.sets


def test_a_dry_run_counts_and_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["calibrate", written(tmp_path), "--dry-run", "--json", "--jobs", "1"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["runs"] == {"screening": 0, "waves": 48, "posterior": 80, "best": 0}
    assert plan["seconds_per_run"] > 0
