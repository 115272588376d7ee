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
from cas_model.calibration.measurements import BASELINE, load_measurements
from cas_model.calibration.measurements.surveys import grouped_medians
from cas_model.calibration.problem import Floats
from cas_model.calibration.specification import CalibrationSpec, load_calibration
from cas_model.calibration.targets import load_targets
from cas_model.calibration.world_statistics import read_measurements
from cas_model.calibration.worlds import Kept
from cas_model.cli import run_command
from cas_model.cli.calibrate import planned_runs
from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import load_parameter_sets, standing_on
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run_tables import final_tables, monthly_tables
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.run_store import RunStore
from cas_model.model.surveys import scirocco_profile
from cas_model.outcomes.scirocco import DIMENSIONS, PUBLISHED_MEDIANS
from cas_model.report.narrative import CLAIM_SENTENCES
from small_worlds import new_world, run_months

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
[targets]
file = "figures.toml"
"""
FIGURES = """
[[targets]]
id = "T16"
name = "A"
value = "75 %"
level = "nowhere"
use = "C"
low = 0.7
high = 0.8
sd = 0.02
measure = "loyal_patients"
source = "made up"
[[targets]]
id = "T15"
name = "B"
value = "5.1"
level = "nowhere"
use = "C"
low = 5.0
high = 5.2
sd = 0.1
measure = "gp_contacts_per_inhabitant"
source = "made up"
"""


def written(folder: Path, text: str = SPEC, figures: str = FIGURES) -> str:
    (folder / "figures.toml").write_text(figures, encoding="utf-8")
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        (
            '"gp_contacts_per_inhabitant"',
            '"gp_contact_per_inhabitant"',
            "did you mean `gp_contacts_per_inhab",
        ),
        ('id = "T15"\nname = "B"', 'id = "T16"\nname = "A"', "stated twice"),
        ("low = 5.0", "low = 6.0", "low up to high"),
        ("low = 5.0\n", "", "has no `low`"),
        ("sd = 0.1\n", "", "has no `sd`"),
        ("sd = 0.1", "sd = 0.0", "greater than 0"),
        ('use = "C"', 'use = "V"', "no figure can be fitted"),
        ('file = "figures.toml"', 'file = "figures.toml"\nids = ["T1"]', "unknown target `T1`"),
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
    assert old in SPEC + FIGURES
    with pytest.raises(UsageError, match=hint):
        load_calibration(
            written(tmp_path, SPEC.replace(old, new), FIGURES.replace(old, new)), quick="wavs" in new
        )


def test_figures_that_cannot_be_fitted_are_listed_with_the_reason(tmp_path: Path) -> None:
    more = FIGURES + FIGURES.replace('"A"', '"C"').replace("sd = 0.02", 'not_fitted = "a count that jumps"')
    more = more.replace('name = "B"', 'name = "D"', 1).replace(
        '"gp_contacts_per_inhabitant"', '"forfait_total_cost"', 1
    )
    spec = load_calibration(written(tmp_path, figures=more))
    assert [target.name for target in spec.targets] == ["T16 A", "T15 B"]
    assert spec.left_out == {
        "T15 D": "it takes other worlds than a single run: pay_forfait, pay_fee_for_service",
        "T16 C": "a count that jumps",
    }


def test_a_figure_held_out_for_validation_cannot_be_fitted(tmp_path: Path) -> None:
    some = SPEC.replace('file = "figures.toml"', 'file = "figures.toml"\nids = ["T15"]')
    assert [t.name for t in load_calibration(written(tmp_path, some)).targets] == ["T15 B"]
    held_out = FIGURES.replace('use = "C"\nlow = 5.0', 'use = "V"\nlow = 5.0')
    with pytest.raises(UsageError, match="`T15` is held out for validation"):
        load_calibration(written(tmp_path, some, held_out))


SHIPPED = [path for path in sorted((ROOT / "calibration").glob("*.toml")) if path.stem != "targets"]
"""What to fit; `targets.toml` holds published figures to judge by (see test_targets_and_measurements)."""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_specification_is_complete(path: Path) -> None:
    full, quick = load_calibration(str(path)), load_calibration(str(path), quick=True)
    assert sum(planned_runs(quick).values()) < sum(planned_runs(full).values()) / 5
    assert len(full.factors) > 2


def test_every_figure_to_calibrate_is_fitted_or_listed_and_the_medians_are_the_published_ones() -> None:
    stated = load_targets(str(ROOT / "calibration" / "targets.toml"))
    spec = load_calibration(str(ROOT / "calibration" / "kce359.toml"))
    fitted = {target.name: target for target in spec.targets}
    assert {t.label for t in stated if t.use == "C"} == {*fitted, *spec.left_out}
    assert all(spec.left_out.values())
    for dimension, median in zip(DIMENSIONS, PUBLISHED_MEDIANS, strict=True):
        target = fitted[f"T1 {dimension}, median rating"]
        assert (target.low, target.high) == (median - 0.5, median + 0.5)


def test_a_calibration_measures_what_a_validation_measures() -> None:
    spec = load_calibration(str(ROOT / "calibration" / "kce359.toml"))
    world = run_months(new_world(months=12), 24)
    found = read_measurements(world, spec.model.names)
    tables = monthly_tables(world, ["outcomes"]) | final_tables(
        world, ["scirocco", "survey_targets"], ["zones", "patients", "workplaces"]
    )
    worlds = {BASELINE: Kept(tables)}
    again = [load_measurements()[name].read(worlds) for name in spec.model.names]
    assert found == pytest.approx(again, nan_ok=True)
    assert np.isfinite(found).sum() > len(found) - 2


def test_what_is_noted_month_by_month_cannot_be_fitted() -> None:
    with pytest.raises(KeyError, match="noted month by month"):
        read_measurements(run_months(new_world(months=1), 1), ["months_until_a_tie_works"])


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
    other = load_calibration(written(tmp_path, figures=FIGURES.replace("high = 0.8", "high = 0.85")))
    with pytest.raises(UsageError, match="another specification"):
        prepare_folder(tmp_path / "r", other, overwrite=False)
    prepare_folder(tmp_path / "r", other, overwrite=True)
    assert not list((tmp_path / "r").iterdir())
    with pytest.raises(UsageError, match="something else"):
        prepare_folder(tmp_path, spec, overwrite=True)


def test_least_implausible_sets_are_saved_when_asked_and_are_called_so_wherever_they_are_used(
    tmp_path: Path,
) -> None:
    beyond = FIGURES.replace("low = 0.7", "low = 1.7").replace("high = 0.8", "high = 1.8")
    text = SPEC.replace("waves = 1\npoints", 'waves = 1\nout_of_reach = "stop"\npoints')
    spec = load_calibration(written(tmp_path, text, beyond))
    made = calibrated(tmp_path / "r", spec, Known())
    assert (made["plausible_sets"], made["claim_level"]) == (0, "illustrative")
    assert not list((tmp_path / "r").glob("*_sets.toml"))
    again = Known()
    calibrate_in_folder(tmp_path / "r", spec, model=again, nearest=True)
    assert again.runs == 0
    sets = load_parameter_sets(str(tmp_path / "r" / "least_implausible_sets.toml"))
    assert len(sets) == 10
    # The figure is far above what any loyalty gives, so the least implausible set has nearly the highest.
    highest = max(one.parameters["loyalty"] for one in sets)
    assert sets[0].parameters["loyalty"] > highest - 0.05
    standing = standing_on(spec.scenario, sets[0])
    assert standing.parameter_set == "least implausible, not accepted"
    assert "were not accepted" in CLAIM_SENTENCES[standing.parameter_set]


def test_the_model_itself_gives_back_the_parameters_that_made_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures made by a world of known parameters; the command finds them again."""
    from cas_model.experiments.run import care_system

    truth = {"parameters.loyalty": 0.78, "parameters.gp_contacts_per_year": 5.5}
    text, figures = SPEC.replace("waves = 1\npoints", "waves = 2\npoints"), FIGURES
    text = text.replace("candidates = 40", "candidates = 80")
    spec = load_calibration(written(tmp_path, text))
    runs = np.array([spec.model(truth, 900 + k)[0] for k in range(16)])
    world = care_system(spec.model.world.request(truth, 0))
    assert world.scenario.parameters["loyalty"] == 0.78
    middle, spread = runs.mean(axis=0), runs.std(axis=0, ddof=1)
    for low, high, value, sd in (("0.7", "0.8", middle[0], spread[0]), ("5.0", "5.2", middle[1], spread[1])):
        figures = figures.replace(f"low = {low}", f"low = {value}")
        figures = figures.replace(f"high = {high}", f"high = {value}")
        figures = figures.replace(
            f"sd = {'0.02' if low == '0.7' else '0.1'}\n", f"sd = {max(sd / 4, 0.002)}\n"
        )
    out = tmp_path / "r"
    assert (
        run_command(
            ["calibrate", written(tmp_path, text, figures), "--out", str(out), "--jobs", "1", "--json"]
        )
        == 0
    )
    document = json.loads(capsys.readouterr().out)
    rows = {row["parameter"]: row for row in document["identifiability"]}
    for factor in spec.factors:
        place = (float(truth[factor.key]) - factor.low) / (factor.high - factor.low)
        assert rows[factor.key]["low"] - 0.02 <= place <= rows[factor.key]["high"] + 0.02, factor.key
        assert rows[factor.key]["contraction"] > 0.25
    assert document["waves"][-1]["share"] < 0.6
    assert (out / "figures" / "identifiability.svg").is_file()
    assert "Published figures, what is missed first" in (out / "report.html").read_text(encoding="utf-8")
    assert len(load_parameter_sets(str(out / "accepted_sets.toml"))) == spec.design.sets


def test_a_dry_run_counts_and_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["calibrate", written(tmp_path), "--dry-run", "--json", "--jobs", "1"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["runs"] == {"screening": 0, "waves": 48, "posterior": 80, "best": 0}
    assert plan["seconds_per_run"] > 0
