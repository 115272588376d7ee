"""Zones as configurations: a planted effect in small, staffed zones is found and said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.report.theory_sets import set_grids, set_sentences
from cas_model.theory.loading import load_theory
from cas_model.theory.zone_sets import FROM_FILE, IN_PART, comparative_tables, features_to_compare
from planted_theories import claims_manifest, planted_zones
from theory_files import saved

load_registries()


def tables_of(folder: Path, *changes: tuple[str, str], extra: float = 0.1) -> dict[str, pd.DataFrame]:
    theory = load_theory(saved(folder, *changes))
    zones, context = planted_zones(
        theory, lambda z: np.where((z["population"] < 100_000) & (z["staff"] < 2), extra, 0.0)
    )
    return comparative_tables(theory, zones, context)


def test_a_planted_configuration_is_sufficient_and_others_are_not(tmp_path: Path) -> None:
    solutions = tables_of(tmp_path)["qca_solutions"]
    simple = solutions[(solutions["kind"] == "parsimonious") & (solutions["term"] != "solution")]
    assert list(simple["term"]) == ["population*staff"]
    assert simple["words"].item() == "low population and low staff"
    assert simple["consistency"].item() > 0.8


def test_sets_take_their_crossover_from_the_context_and_say_what_is_assumed(tmp_path: Path) -> None:
    sets = tables_of(tmp_path)["qca_sets"].set_index("set").to_dict("index")
    assert sets["population"]["crossover"] == 100_000
    assert sets["population"]["out"] > sets["population"]["full"], "a set of small zones"
    assert sets["population"]["basis"] == IN_PART
    assert "assumption" in sets["poverty"]["basis"]


def test_anchors_and_features_that_the_file_states_are_used(tmp_path: Path) -> None:
    stated = ("[falsifier]", '[compare]\npoverty = [0.05, 0.08, 0.12]\nmisfit = "low"\n\n[falsifier]')
    tables = tables_of(tmp_path, stated)
    sets = tables["qca_sets"].set_index("set").to_dict("index")
    assert list(sets)[1:] == ["population", "staff", "poverty", "misfit"]
    assert [sets["poverty"][a] for a in ("out", "crossover", "full")] == [0.05, 0.08, 0.12]
    assert sets["poverty"]["basis"] == FROM_FILE
    assert sets["misfit"]["words"] == "low misfit"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('povertty = "high"', "poverty"),
        ("poverty = [0.1, 0.3, 0.2]", "rise or fall"),
        ('poverty = "much"', "high"),
    ],
)
def test_a_set_that_cannot_be_is_refused_in_words(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_theory(saved(tmp_path, ("[falsifier]", f"[compare]\n{line}\n\n[falsifier]")))


def test_features_that_do_not_differ_are_left_out(tmp_path: Path) -> None:
    theory = load_theory(saved(tmp_path))
    _, context = planted_zones(theory, lambda z: 0.0 * z["staff"])
    assert features_to_compare(theory, context.assign(poverty=0.1)) == [
        "population",
        "staff",
        "city",
        "misfit",
    ]


def test_the_dossier_says_where_it_helps_and_warns_of_few_zones(tmp_path: Path) -> None:
    theory = load_theory(saved(tmp_path))
    tables = tables_of(tmp_path)
    manifest = claims_manifest(theory, n_zones=8)
    text = " ".join(set_sentences(manifest, tables))
    assert "Where zones are marked by low population and low staff" in text
    assert "consistency 0." in text
    assert "8 zones are few" in text
    anchors, *others = set_grids(manifest, tables)
    assert len(others) == 3
    # One outcome is named in the sentences and takes no column; anchors are written out.
    assert all(
        grid.heads[0] != "outcome" and len(grid.heads) == len(grid.rows[0]) for grid in (anchors, *others)
    )
    population = next(row for row in anchors.rows if row[0] == "low population")
    assert population[2] == "100\u202f000"
    low = tables["qca_solutions"].assign(consistency=0.6)
    assert "Caution: this consistency is low" in " ".join(
        set_sentences(manifest, {**tables, "qca_solutions": low})
    )


def test_an_outcome_may_be_a_feature_of_the_context_too(tmp_path: Path) -> None:
    both = [
        ('name = "implementation_rate"', 'name = "mean_trust"'),
        ('staff = "below 2"', 'mean_trust = "lowest half"'),
        ('smallest = "2 percentage points"', 'smallest = "0.02 index points"'),
    ]
    theory = load_theory(saved(tmp_path, *both))
    zones, context = planted_zones(theory, lambda z: np.where(z["population"] < 100_000, 0.1, 0.0))
    context["mean_trust"] = np.random.default_rng(0).uniform(0.3, 0.5, len(context))
    tables = comparative_tables(theory, zones, context)
    manifest = claims_manifest(theory, n_zones=40)
    anchors, *_ = set_grids(manifest, tables)
    assert [row[0] for row in anchors.rows[:3]] == [
        "the effect is large",
        "low population",
        "low trust between partners",
    ]
    assert any("population" in sentence for sentence in set_sentences(manifest, tables))


def test_zones_that_do_not_differ_in_effect_are_not_compared(tmp_path: Path) -> None:
    theory = load_theory(saved(tmp_path))
    zones, context = planted_zones(theory, lambda z: 0.0 * z["staff"], noise=0.0)
    tables = comparative_tables(theory, zones, context)
    assert tables["qca_truth_table"].empty
    (sentence,) = set_sentences(claims_manifest(theory, n_zones=30), tables)
    assert "cannot be compared" in sentence
