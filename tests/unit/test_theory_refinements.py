"""Refinements of theories whose truth was planted, the file they propose, and one in real worlds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.theory.loading import load_theory
from cas_model.theory.refined_file import refined_text, write_refined
from cas_model.theory.refinement import (
    STATED,
    best_box,
    effects_by_group,
    features_to_try,
    inside_of,
    points,
    refine,
)
from cas_model.theory.refinement_store import read_refinement
from cas_model.theory.theory import Theory
from planted_theories import planted_zones
from theory_files import saved

load_registries()


@pytest.fixture
def theory(tmp_path: Path) -> Theory:
    return load_theory(saved(tmp_path))


def refined(theory: Theory, effect: Callable[[pd.DataFrame], Any], noise: float = 0.004) -> dict[str, Any]:
    zones, context = planted_zones(theory, effect, zones=60, noise=noise)
    table = points(theory, theory.claims[0], zones, context)
    return {"points": table, **refine(theory, table, features_to_try(theory, context))}


def test_a_planted_kind_of_zone_is_found_and_holds_where_it_was_not_sought(theory: Theory) -> None:
    found = refined(theory, lambda z: np.where(z["misfit"] > 0.3, 0.08, 0.0))
    best = best_box(found["refine_boxes"])
    assert best is not None
    assert str(best["conditions"]).startswith("misfit at least 0.3")
    assert best["density_other"] > 0.9
    assert best["coverage_other"] > 0.8
    stated = found["refine_boxes"].set_index("method").loc[STATED]
    assert not stated["trusted"], "small and thinly staffed zones are no better than others here"
    assert stated["density_other"] < best["density_other"]


@pytest.mark.parametrize("seed", range(4))
def test_an_effect_that_follows_nothing_is_not_refined(theory: Theory, seed: int) -> None:
    # By zone, so that it persists over seeds: the case in which boxes are found in noise.
    lucky = np.random.default_rng(seed).random(60) < 0.4
    found = refined(theory, lambda z: np.where(lucky, 0.08, 0.0))
    assert best_box(found["refine_boxes"]) is None


def test_all_seeds_of_a_zone_are_on_the_same_side(theory: Theory) -> None:
    table = refined(theory, lambda z: 0.0 * z["staff"])["points"]
    sides = table.groupby("zone")["fitted"]
    assert (sides.min() == sides.max()).all()
    assert 0.4 < table["fitted"].mean() < 0.6


def test_where_all_zones_have_an_effect_that_matters_the_larger_half_is_looked_at(theory: Theory) -> None:
    everywhere = refined(theory, lambda z: np.where(z["poverty"] > 0.09, 0.15, 0.1))
    assert everywhere["points"]["success"].mean() == pytest.approx(0.5, abs=0.02)
    best = best_box(everywhere["refine_boxes"])
    assert best is not None
    assert str(best["conditions"]).startswith("poverty at least")
    alike = refined(theory, lambda z: 0.1 + 0.0 * z["staff"], noise=0.0)
    assert list(alike["refine_boxes"]["method"]) == [STATED]
    assert alike["refine_limits"].empty


def test_features_that_cannot_be_used_are_refused(theory: Theory) -> None:
    _, context = planted_zones(theory, lambda z: 0.0 * z["staff"])
    assert features_to_try(theory, context)[:2] == ["population", "staff"]
    with pytest.raises(UsageError, match="no `moon`"):
        features_to_try(theory, context, ["moon"])
    with pytest.raises(UsageError, match="no zone's own"):
        points(theory, theory.claims[1], *planted_zones(theory, lambda z: 0.0 * z["staff"]))


def test_the_proposed_file_holds_the_new_context_and_fresh_seeds(theory: Theory, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = write_refined(out, theory, "misfit at least 0.3; city no", "cas-model theory refine x", 3)
    read = load_theory(str(path))
    assert [(c.feature, c.words) for c in read.conditions] == [("misfit", "at least 0.3"), ("city", "no")]
    assert read.document.run.seed == theory.document.run.seed + 3
    assert read.document.run.months == theory.document.run.months
    assert read.document.title.endswith(", refined")
    rest = {"context", "run", "title"}
    assert read.document.model_dump(exclude=rest) == theory.document.model_dump(exclude=rest)
    assert "seeds 0 to 2" in path.read_text(encoding="utf-8")


def test_a_file_without_conditions_or_sizes_gets_both(tmp_path: Path) -> None:
    text = Path(load_theory("PT1_meta_governor").origin).read_text(encoding="utf-8")
    assert "[context.zones]" not in text
    made = refined_text(load_theory("PT1_meta_governor"), "poverty at most 0.1", "x", 20)
    (tmp_path / "new.toml").write_text(made, encoding="utf-8")
    read = load_theory(str(tmp_path / "new.toml"))
    assert [c.describe() for c in read.conditions] == ["poverty at most 0.1"]
    assert read.document.run.seed == 20


def test_groups_of_people_are_compared_in_pairs(theory: Theory) -> None:
    rows = [
        (world, r, group, "implementation_rate", 0.3 + 0.1 * r + gain * (world == "intervention"))
        for world in ("baseline", "intervention") for r in range(4)
        for group, gain in (("poorest fifth", 0.2), ("richest fifth", 0.05))
    ]  # fmt: skip
    groups = pd.DataFrame(rows, columns=["world", "replicate", "group", "outcome", "value"])
    table = effects_by_group(theory.claims[0], groups).set_index("group")
    assert table.loc["poorest fifth", "effect"] == pytest.approx(0.2)
    assert table.loc["richest fifth", "high"] == pytest.approx(0.05)
    assert effects_by_group(theory.claims[0], groups.assign(outcome="other")).empty


def test_conditions_by_rank_are_on_the_zones_of_a_seed() -> None:
    table = pd.DataFrame({"replicate": [0, 0, 1, 1], "staff": [1.0, 2.0, 10.0, 20.0]})
    assert inside_of("staff lowest half", table).tolist() == [True, False, True, False]


def test_the_command_refines_and_its_page_can_be_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = saved(tmp_path), tmp_path / "out"
    size = ["--replicates", "2", "--scale", "2000", "--jobs", "1"]
    assert run_command(["theory", "refine", file, *size, "--out", str(out), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    manifest, tables = read_refinement(out)
    assert shown["proposed"] == manifest["refinement"]["proposed"]
    assert len(tables["refine_points"]) == 2 * manifest["refinement"]["n_zones"]
    page = (out / "report.html").read_text(encoding="utf-8")
    text = (out / "refinement.md").read_text(encoding="utf-8")
    assert "Where it works, and for whom" in page
    assert "nan" not in text.lower().replace("finan", "").replace("governan", "").replace("tenan", "")
    (out / "report.html").unlink()
    assert run_command(["report", str(out)]) == 0
    assert (out / "report.html").read_text(encoding="utf-8") == page
    assert run_command(["theory", "refine", file, "--outcome", "spending", "--out", str(tmp_path / "x")]) == 2
    assert "implementation_rate" in capsys.readouterr().err
