"""Figures of people, surveys, network and aims: what they compute, and a small comparison from end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.manifest import build_manifest
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run_tables import FINAL
from cas_model.experiments.store import read_results, save_results
from cas_model.report import aims, concentration, individuals, network, surveys
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material, World
from cas_model.report.number_format import THIN
from cas_model.report.sections import SECTIONS
from cas_model.territory.facts import load_territory

load_registries()
OWN = ("whom_curves", "whom_individuals", "whom_shares", "rated_", "network_", "aims_")
TWO = [World("now", "Status quo", 0), World("then", "Another world", 1)]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Run a small comparison, write it, and read it back as the report does."""
    folder = tmp_path_factory.mktemp("small")
    settings = ["run.burn_in=6", "run.months=14"]
    worlds = [load_scenario(name, settings) for name in ("status_quo", "polycentric")]
    asked = requests_for(worlds, replicates=2, seed=1, persons_per_agent=500, territory="small", threads=1)
    found = compare(asked, folder=folder)
    place = load_territory("small")
    made = build_manifest("cas-model compare", found.results, place, worlds[0], 1.0)
    save_results(folder, found.results, found.analyses, made)
    assert {f"{name}.parquet" for name in FINAL} <= _files(folder / "worlds" / "polycentric" / "replicate_1")
    assert {"individuals.parquet", "groups.parquet", "aims.parquet"} <= _files(folder)
    stored = read_results(folder)
    return Material(stored.manifest, stored.tables, territory=place)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def plans(material: Material) -> dict[str, PlannedFigure]:
    found = [plan for section in SECTIONS for plan in section.figures(material)]
    return {plan.name: plan for plan in found if plan.name.startswith(OWN)}


@pytest.fixture(scope="module")
def drawn(plans: dict[str, PlannedFigure]) -> dict[str, Figure]:
    figures = {name: plan.draw() for name, plan in plans.items()}
    for figure in figures.values():
        figure.draw_without_rendering()
    return figures


def _texts(figure: Figure) -> list[Text]:
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def test_a_comparison_shows_people_surveys_network_and_aims(plans: dict[str, PlannedFigure]) -> None:
    assert set(plans) == {
        "whom_curves", "whom_individuals", "whom_shares", "rated_scirocco", "rated_pacic",
        "network_disciplines", "network_zone", "aims_values",
    }  # fmt: skip
    assert all(plan.caption.endswith(".") for plan in plans.values())


def test_type_is_legible_and_stays_in_the_figure(drawn: dict[str, Figure]) -> None:
    for name, figure in drawn.items():
        assert min(float(text.get_fontsize()) for text in _texts(figure)) >= 9, name
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert box.x0 > -0.03, name
        assert box.y0 > -0.03, name
        assert box.x1 < width + 0.03, name
        assert box.y1 < height + 0.03, name


def test_sections_say_what_the_figures_cannot(material: Material) -> None:
    said = {s.key: " ".join(s.words(material)) for s in SECTIONS}
    assert "Unintended consequences of “Polycentric" in said["whom"]
    assert "% of weightings" in said["aims"]
    rated = next(s for s in SECTIONS if s.key == "rated")
    (table,) = rated.tables(material)
    assert len(table.rows) == 11
    assert all(cell.endswith(("✓", "✗")) for row in table.rows for cell in row[2:])


def test_the_report_says_who_is_left_behind(material: Material) -> None:
    table = material.table("individuals").copy()
    table["left_behind"] = (table["group"] == "low literacy") & (table["state"] == "unmet")
    told = Material(material.manifest, {**material._tables, "individuals": table})
    words = next(s for s in SECTIONS if s.key == "whom").words(told)
    assert words[-1].endswith("leaves behind: low literacy (unmet need).")
    assert "leaves behind" not in " ".join(next(s for s in SECTIONS if s.key == "whom").words(material))


def test_distributions_are_pooled_over_seeds() -> None:
    """Nine in ten say 1 in one seed and 4 in the other: half and half, and the lower is the median."""
    row = {"world": "now", "dimension": "finance", "n": 10, "share_0": 0.0, "share_2": 0.0, "share_3": 0.0,
           "share_5": 0.0}  # fmt: skip
    shares = [{"share_1": 0.9, "share_4": 0.1}, {"share_1": 0.1, "share_4": 0.9}]
    profile = pd.DataFrame([{**row, **s, "replicate": r} for r, s in enumerate(shares)])
    found = surveys.pooled(profile, "dimension", range(6)).to_dict("records")[0]
    assert (found["share_1"], found["share_4"]) == (pytest.approx(0.5), pytest.approx(0.5))
    assert (found["lower_quartile"], found["median"], found["upper_quartile"]) == (1, 1, 4)
    assert sum(found[f"share_{k}"] for k in range(6)) == pytest.approx(1.0)


def test_targets_are_marked_as_met_or_not() -> None:
    rows = [("T3", "satisfied", v, 0.6, 0.7, w) for w, v in (("now", 0.65), ("now", 0.63), ("then", 0.8))]
    rows.append(("T1", "highest median", 4.0, 0.0, 2.0, "now"))
    table = pd.DataFrame(rows, columns=["target", "asked", "value", "low", "high", "world"])
    assert surveys.targets_met(table, TWO) == [
        ("T3 satisfied", "60 % to 70 %", "64 % ✓", "80 % ✗"),
        ("T1 highest median", "0 to 2", "4 ✗", "nobody asked"),
    ]


def _ties(*rows: tuple[Any, ...]) -> pd.DataFrame:
    columns = ["world", "replicate", "zone", "provider", "discipline", "sector", "partner",
               "partner_discipline", "partner_sector", "trust", "formal"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


GP_TO_CARE = ("gp", "health", 2, "home_care", "welfare")
TIES = _ties(
    ("now", 0, "B", 0, *GP_TO_CARE, 0.2, 0),
    ("now", 0, "B", 1, *GP_TO_CARE, 0.6, 1),
    ("now", 0, "B", 2, "home_care", "welfare", 0, "gp", "health", 0.4, 1),
    ("now", 1, "B", 0, *GP_TO_CARE, 0.8, 0),
    ("then", 0, "B", 1, *GP_TO_CARE, 0.9, 1),
)


def test_trust_between_disciplines_is_a_mean_over_ties_then_seeds() -> None:
    table = network.between_disciplines(TIES)
    found = table[table.index == ("now", "gp", "home_care")].to_dict("records")[0]
    assert found["trust"] == pytest.approx(((0.2 + 0.6) / 2 + 0.8) / 2)
    assert found["ties"] == pytest.approx(1.5)
    assert found["formal"] == pytest.approx(0.25)


def test_the_zone_shown_is_the_median_one_and_both_ends_of_a_tie_are_one_line() -> None:
    density = pd.Series({"A": 0.5, "B": 0.2, "C": 0.1, "D": 0.3})
    chosen = network.one_zone(TIES, density, "now")
    assert chosen is not None
    zone, graphs = chosen
    assert zone == "B"
    assert {frozenset(edge) for edge in graphs["now"].edges} == {frozenset((0, 2)), frozenset((1, 2))}
    assert graphs["now"].edges[0, 2]["trust"] == pytest.approx((0.2 + 0.4) / 2)
    assert graphs["now"].edges[0, 2]["formal"]
    assert sorted(graphs["then"].nodes) == [0, 1, 2], "a provider without ties keeps its place"
    assert network.one_zone(TIES, pd.Series({"A": 0.5}), "now") is None


def test_a_zone_of_very_many_providers_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MOST_PROVIDERS", 2)
    assert network.one_zone(TIES, pd.Series({"B": 0.2}), "now") is None


def test_the_weighting_sentence_gives_mean_and_range() -> None:
    table = pd.DataFrame({"world_a": "now", "world_b": "then", "share_b_above_a": [0.70, 0.80, 0.96]})
    titles = {"now": "Status quo", "then": "Another world"}
    said = aims.weighting_sentences(table, titles)[0].replace(THIN, " ")
    assert said.startswith("In 82 % of weightings (70 to 96 % over 3 seeds) of the five aims")
    assert "“Another world” is higher than that of “Status quo”" in said
    alike = aims.weighting_sentences(table.assign(share_b_above_a=0.991), titles)[0]
    assert "(all 3 seeds alike)" in alike


def test_aims_are_last_year_means_with_the_range_of_seeds(material: Material) -> None:
    outcomes = material.table("outcomes")
    values = aims.values_of_aims(outcomes)
    rows = outcomes[(outcomes["outcome"] == "aim_equity") & (outcomes["level"] == "flanders")]
    rows = rows[(rows["month"] > rows["month"].max() - 12) & (rows["world"] == "status_quo")]
    runs = rows.groupby("replicate")["value"].mean()
    found = values[values.index == ("status_quo", "aim_equity")].to_numpy()[0].tolist()
    assert found == pytest.approx([runs.mean(), runs.min(), runs.max()])
    assert len(values) == 2 * 7


def test_curves_are_averaged_over_seeds_and_undefined_ones_left_out() -> None:
    part = {"world": "now", "measure": "unmet need", "people_share": [0.0, 0.5, 1.0]}
    runs = [
        pd.DataFrame({**part, "replicate": r, "amount_share": [0.0, middle, 1.0], "index": index})
        for r, middle, index in ((0, 0.7, -0.2), (1, 0.9, -0.4), (2, np.nan, np.nan))
    ]
    never = runs[2].assign(measure="coordinated care")
    curve = concentration.mean_curves(pd.concat([*runs, never]))
    assert set(curve["measure"]) == {"unmet need"}
    assert curve["amount_share"].tolist() == pytest.approx([0.0, 0.8, 1.0])
    assert curve["index"].tolist() == pytest.approx([-0.3] * 3)


def _pair(behind: str) -> pd.DataFrame:
    rows = []
    for state in individuals.SHOWN:
        for kind, group in (("everyone", "everyone"), ("income", "poorest fifth"), ("place", "cities")):
            rows.append(
                {"state": state, "kind": kind, "group": group, "difference": 0.01, "p05": -0.02, "p25": 0.0,
                 "p50": 0.01, "p75": 0.02, "p95": 0.05, "better_share": 0.256, "worse_share": 0.0004,
                 "left_behind": group == behind}
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_who_is_left_behind_is_marked_in_both_figures() -> None:
    for figure in (
        individuals.draw_spread(_pair("poorest fifth")),
        individuals.draw_shares(_pair("poorest fifth")),
    ):
        words = {t.get_text() for t in _texts(figure)}
        assert "▲ poorest fifth" in words
        assert {"everyone", "cities"} <= words
    assert not any("▲" in t.get_text() for t in _texts(individuals.draw_spread(_pair("nobody"))))


def test_shares_are_written_and_tiny_ones_are_not_nought() -> None:
    words = [t.get_text() for t in _texts(individuals.draw_shares(_pair("nobody")))]
    assert words.count("26") == 9
    assert words.count("<0.1") == 9


def test_kinds_of_groups_stand_apart() -> None:
    heights = individuals.places_of(_pair("nobody"))
    assert list(heights) == ["everyone", "poorest fifth", "cities"]
    assert heights["poorest fifth"] == pytest.approx(-2.0 - individuals.KIND_GAP)
