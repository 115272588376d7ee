"""What the report says of shocks: first paragraph, section, table, figure; with twins and without."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.experiments.differences import paired_interval
from cas_model.experiments.resilience import MEASURED, RESILIENCE_COLUMNS
from cas_model.report.material import Material
from cas_model.report.resilience import draw_triangle
from cas_model.report.sections.shock import MEASURES, SHOCK
from cas_model.report.shock_words import shock_paragraph
from unit.made_up_results import FEW, WORLDS, manifest, outcome_declarations, outcomes

SHOCKS = {"pandemic": (36, 47, 95), "second pandemic": (96, 107, 119)}
LOST = {"pandemic": (1.0, 0.8), "second pandemic": (2.0, 2.01)}
"""Months lost by the first and the second world, with little chance between seeds."""


def _rows(worlds: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for k, world in enumerate(worlds):
        for replicate in range(5):
            for event, (first, last, until) in SHOCKS.items():
                chance = 0.01 * replicate * (1 + k)
                back = 7.0 if event == "pandemic" else np.nan
                rows.append({
                    **dict.fromkeys(MEASURED, 0.5), "world": world, "without": f"{world}_calm",
                    "replicate": replicate, "seed": replicate, "event": event, "first_month": first,
                    "last_month": last, "until_month": until, "control_months": 24, "level": "flanders",
                    "unit_id": "Flanders", "loss": LOST[event][k] + chance, "recovery_months": back,
                    "robustness": 0.84, "more_lost": 30.0, "everyday_sd": -0.03,
                    "burden_concentration": -0.12,
                })  # fmt: skip
    return pd.DataFrame(rows)[list(RESILIENCE_COLUMNS)]


def _differences(rows: pd.DataFrame) -> pd.DataFrame:
    found = []
    for event in SHOCKS:
        for name in MEASURED:
            a, b = (
                rows[(rows["world"] == w) & (rows["event"] == event)][name].to_numpy() for w in WORLDS[:2]
            )
            low, high = paired_interval(a, b)
            change = float(b.mean() - a.mean())
            found.append({
                "world_a": WORLDS[0], "world_b": WORLDS[1], "event": event, "measure": name,
                "mean_a": a.mean(), "mean_b": b.mean(), "difference": change, "low": low, "high": high,
                "n_replicates": 5,
            })  # fmt: skip
    return pd.DataFrame(found)


def _path(worlds: tuple[str, ...]) -> pd.DataFrame:
    months = np.arange(24, 120)
    kept = np.where((months >= 36) & (months < 43) | (months >= 96), 0.84, 1.0)
    parts = [
        pd.DataFrame({"world": w, "replicate": r, "month": months, "functionality": kept, "calm": 1.0})
        for w in worlds
        for r in range(5)
    ]
    return pd.concat(parts, ignore_index=True)


def _material(worlds: tuple[str, ...] = WORLDS[:2], *, twins: bool = True, **changes: Any) -> Material:
    tables = {"outcomes": outcomes(worlds, names=FEW)}
    if twins:
        rows = _rows(worlds)
        tables |= {"resilience": rows, "resilience_path": _path(worlds)}
        if len(worlds) > 1:
            tables["resilience_differences"] = _differences(rows)
    return Material(manifest(worlds, **changes), tables, outcome_declarations())


def test_the_first_paragraph_names_the_shocks_and_the_paired_difference_in_loss() -> None:
    material = _material()
    said = shock_paragraph(material, material.worlds).replace("\u2212", "-").replace("\u202f", " ")
    assert said.startswith(
        "Both worlds are struck by a pandemic (months 36 to 47), then a second pandemic (months 96 to 107)."
    )
    # Differences -0.20 and +0.01 + 0.00, 0.01, ... 0.04: the first interval excludes 0, the second does not.
    assert "In the pandemic, “Polycentric” lost 0.18 months of full function less than “Status quo”" in said
    assert "(95 % interval of the difference -0.20 to -0.16)" in said
    assert "In the second pandemic, “Polycentric” lost 0.03 months of full function more" in said


def test_an_interval_around_zero_is_called_unclear() -> None:
    material = _material()
    table = material.table("resilience_differences")
    table.loc[table["measure"] == "loss", ["low", "high"]] = -0.4, 0.2
    assert "the difference in function lost is unclear" in shock_paragraph(material, material.worlds)


def test_one_struck_world_says_what_it_lost() -> None:
    material = _material(WORLDS[:1])
    said = shock_paragraph(material, material.worlds)
    assert "“Status quo” in the pandemic (months 36 to 47): at worst 84.0" in said
    assert "recovered after 7 months" in said
    assert "not recovered by month 119" in said, "never the horizon as a number of months"
    assert "30.0 more were lost" in said


def test_without_a_twin_the_report_says_that_nothing_is_known() -> None:
    material = _material(twins=False)
    for said in (shock_paragraph(material, material.worlds), *SHOCK.words(material)):
        assert "what it took is not known" in said
        assert "“Status quo” and “Polycentric” were struck" in said
    assert not list(SHOCK.figures(material))
    assert not SHOCK.tables(material)
    calm = _material(twins=False, events=[])
    assert shock_paragraph(calm, calm.worlds) == ""
    assert not SHOCK.words(calm)


def test_the_table_shows_every_measure_of_every_shock_with_unit_and_direction() -> None:
    (table,) = SHOCK.tables(_material())
    assert {measure.name for measure in MEASURES} == set(MEASURED)
    assert table.columns[:5] == ("Measure", "Unit", "Better when", "Status quo", "Polycentric")
    headings = [row[0] for row in table.rows if len(row) == 1]
    assert [heading.partition(",")[0] for heading in headings] == ["Pandemic", "Second pandemic"]
    assert len(table.rows) == 2 * (1 + len(MEASURES))
    assert all(row[1] and row[2] in ("higher", "lower", "nearer 0") for row in table.rows if len(row) > 1)
    shown = {row[0]: row[3:] for row in table.rows[1 : 1 + len(MEASURES)]}
    assert shown["Spread of function over the months measured (standard deviation)"][0] == "3.00"
    assert shown["Concentration of the loss over socio-economic rank"][0] == "\u22120.12"
    assert shown["Time until function is back (recovery)"][0] == "7"
    late = {row[0]: row[3:] for row in table.rows[2 + len(MEASURES) :]}
    assert late["Time until function is back (recovery)"][0] == "not recovered by month 119"


@pytest.mark.parametrize("n_worlds", [1, 2])
def test_the_triangle_marks_spans_and_recoveries(n_worlds: int) -> None:
    worlds = WORLDS[:n_worlds]
    material = _material(worlds)
    figure = draw_triangle(_path(worlds), _rows(worlds), material.worlds)
    assert len(figure.axes) == n_worlds
    for axes in figure.axes:
        words = [text.get_text() for text in axes.texts]
        assert any("recovered after 7 months" in text for text in words)
        assert any("not recovered by month 119" in text for text in words)
        points = [(line.get_marker(), np.asarray(line.get_xdata(), dtype=float)) for line in axes.lines]
        dots = [x[0] for marker, x in points if marker == "o"]
        assert dots == [(36 + 7) / 12], "no dot where none recovered"
        edges = sorted(x[0] for marker, x in points if marker != "o" and len(set(x)) == 1)
        assert edges == pytest.approx([36 / 12, 48 / 12, 96 / 12, 108 / 12])
