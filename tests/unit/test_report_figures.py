"""Figures of the report: what they compute, and what every one of them must carry."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from cas_model.report import budget, budget_words, certainty, mechanisms
from cas_model.report.figures import PlannedFigure, save_planned
from cas_model.report.material import Material, World
from cas_model.report.palette import (
    PAYER_COLOURS,
    STYLE,
    WIDTH_IN,
    WORLD_COLOURS,
    centred_norm,
    footer_text,
    new_figure,
    save_figure,
)
from cas_model.report.sections import SECTIONS
from cas_model.report.series import spread_labels
from cas_model.report.territory_map import colour_regions, draw_misfit, draw_territory
from cas_model.territory.cells import municipality_cells
from cas_model.territory.facts import Territory, load_territory
from cas_model.territory.geography import place_networks
from unit.made_up_results import (
    TITLES,
    WORLDS,
    activation,
    comparison,
    ledger,
    manifest,
    mechanism_declarations,
    money_tables,
    outcome_declarations,
    outcomes,
)

TWO = [World(name, TITLES[name], i) for i, name in enumerate(WORLDS[:2])]


@pytest.fixture(scope="module")
def territory() -> Territory:
    return load_territory("small")


@pytest.fixture(scope="module")
def material(territory: Territory) -> Material:
    frame, book = outcomes(zones=territory.zone_names), ledger()
    tables = {
        "outcomes": frame,
        "comparison": comparison(frame),
        "activation": activation(),
        "ledger": book,
        **money_tables(book),
    }
    return Material(manifest(), tables, outcome_declarations(), territory, mechanism_declarations())


@pytest.fixture(scope="module")
def plans(material: Material) -> list[PlannedFigure]:
    return [plan for section in SECTIONS for plan in section.figures(material)]


@pytest.fixture(scope="module")
def drawn(plans: list[PlannedFigure]) -> dict[str, Figure]:
    figures = {plan.name: plan.draw() for plan in plans}
    for figure in figures.values():
        figure.draw_without_rendering()
    return figures


def texts(figure: Figure) -> list[Text]:
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def test_every_section_has_its_figures(material: Material, plans: list[PlannedFigure]) -> None:
    drawn = {section.key for section in SECTIONS if list(section.figures(material))}
    assert drawn == {"time", "where", "whom", "cost", "why", "sure"}
    assert len({plan.name for plan in plans}) == len(plans)
    assert all(plan.title and plan.caption.endswith(".") for plan in plans)


def test_no_type_is_smaller_than_nine_points(drawn: dict[str, Figure]) -> None:
    small = {n: t.get_text() for n, f in drawn.items() for t in texts(f) if float(t.get_fontsize()) < 9}
    assert small == {}


def test_no_panel_is_empty_and_every_unit_is_named(drawn: dict[str, Figure]) -> None:
    for name, figure in drawn.items():
        for axes in figure.axes:
            if axes.axison and axes.get_label() != "<colorbar>":
                assert axes.has_data(), name
    words = {name: " ".join(t.get_text() for t in texts(figure)) for name, figure in drawn.items()}
    assert "%" in words["time_integration"]
    assert "EUR per inhabitant per year" in words["cost_by_payer"]
    assert "EUR/person/year" in words["cost_budget"]


def test_lines_are_labelled_with_their_world_in_its_colour(drawn: dict[str, Figure]) -> None:
    found = {t.get_text().split("\n")[0]: t.get_color() for t in texts(drawn["time_integration"])}
    assert found["Status quo"] == WORLD_COLOURS[0]
    assert found["Polycentric"] == WORLD_COLOURS[1]


def test_labels_beside_lines_do_not_overlap(drawn: dict[str, Figure]) -> None:
    figure = drawn["time_integration"]
    for axes in figure.axes:
        labels = [t for t in axes.texts if t.get_text().startswith(("Status quo", "Polycentric"))]
        boxes = sorted((t.get_window_extent() for t in labels), key=lambda b: b.y0)
        assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))


def test_the_event_is_marked_once_though_both_worlds_have_it(drawn: dict[str, Figure]) -> None:
    names = [t.get_text() for t in texts(drawn["time_integration"])]
    assert names.count("pandemic") == 1


def test_a_map_comes_with_the_ranking_of_all_its_zones(
    drawn: dict[str, Figure], territory: Territory
) -> None:
    maps = [figure for name, figure in drawn.items() if name.startswith("where_")]
    assert len(maps) == 2
    for figure in maps:
        shown = {t.get_text() for t in texts(figure)}
        assert set(territory.zone_names) <= shown
        assert "Difference" in shown


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.floats(0.05, 0.2))
def test_spread_labels_keeps_order_and_distance(positions: list[float], gap: float) -> None:
    placed = spread_labels(positions, gap)
    order = np.argsort(positions, kind="stable")
    assert np.diff(np.asarray(placed)[order]).min() >= gap - 1e-6


def test_spending_by_payer_loses_no_euro() -> None:
    table = ledger()
    monthly = budget.spending_by_payer(table, persons=1000.0)
    assert list(monthly.columns) == ["federal", "flemish", "local", "patient"]
    spent = table.loc[table["world"] == WORLDS[1], "eur"].sum() / table["replicate"].nunique()
    assert monthly.loc[WORLDS[1]].to_numpy().sum() * 1000 == pytest.approx(spent)
    years = budget.yearly(monthly, WORLDS[1])
    assert len(years) == 10
    first = table[(table["world"] == WORLDS[1]) & table["month"].between(0, 11)]["eur"].sum()
    assert years.iloc[0].sum() * 1000 * table["replicate"].nunique() == pytest.approx(first)


def test_each_seed_that_pays_back_is_marked_on_zero(material: Material, drawn: dict[str, Figure]) -> None:
    months = material.table("break_even")["months"]
    assert months.between(84, 96).all(), "the investment of the example is paid back in year 8"
    marks = [line for line in drawn["cost_difference"].axes[1].lines if line.get_marker() == "o"]
    assert np.asarray(marks[0].get_xdata()) == pytest.approx(months / 12)
    assert not np.asarray(marks[0].get_ydata()).any()


def test_the_steps_of_the_waterfall_lead_to_the_total(material: Material, drawn: dict[str, Figure]) -> None:
    *steps, total = (p for p in drawn["cost_waterfall"].axes[0].patches if isinstance(p, Rectangle))
    ends = np.cumsum([step.get_width() for step in steps])
    assert [step.get_x() for step in steps[1:]] == pytest.approx(ends[:-1])
    assert (total.get_x(), total.get_width()) == pytest.approx((0, ends[-1]), abs=0.02)
    expected = budget_words.accounts_of(material.table("spending"), "total")["all"]["difference"]
    assert ends[-1] == pytest.approx(expected, abs=0.02)


def test_right_means_better_whatever_the_direction() -> None:
    table = certainty.standardise(comparison(outcomes())).set_index("outcome")
    assert table["effect"]["coordinated_care"] > 1
    assert table["effect"]["between_zones"] < -1, "more variation between zones is worse"
    assert (table["effect_low"] <= table["effect"]).all()
    assert (table["effect"] <= table["effect_high"]).all()
    assert certainty.median_narrowing(table.reset_index()) > 3


def test_mechanisms_are_ranked_by_how_much_their_activation_differs() -> None:
    table = mechanisms.activation_table(activation(), TWO, mechanism_declarations())
    assert list(table["mechanism"][:3]) == ["M14", "M13", "M12"]
    assert "→" in table["claim"][0]
    assert table[f"share_{WORLDS[0]}"].max() == pytest.approx(0.75)


def test_mechanism_ranking_leaves_the_run_in_out() -> None:
    table = activation()
    table.loc[table["month"] < 0, "share"] = 0.0
    after = mechanisms.activation_table(table, TWO, mechanism_declarations())
    before = mechanisms.activation_table(activation(), TWO, mechanism_declarations())
    pd.testing.assert_frame_equal(after, before)


def test_a_colour_means_a_world_or_a_payer_never_both() -> None:
    assert not set(WORLD_COLOURS) & set(PAYER_COLOURS.values())


def test_difference_colours_are_centred_on_zero() -> None:
    norm = centred_norm([-1.0, 4.0, np.nan])
    assert (norm(0.0), norm(4.0), norm(-4.0)) == (0.5, 1.0, 0.0)
    assert centred_norm([0.0, 0.0])(0.0) == 0.5


def test_the_footer_carries_claim_seeds_and_hash() -> None:
    assert (
        footer_text("illustrative", [2, 0, 1], "abc").split()
        == footer_text("illustrative", [0, 1, 2], "abc").split()
    )
    shown = footer_text("illustrative", [0, 1, 2], "abc")
    for part in ("claim level: illustrative", "seeds 0–2", "scenario abc"):
        assert part in shown
    assert "seeds 1, 5" in footer_text("calibrated", [5, 1], "")


def test_saved_figures_are_equal_bytes_and_leave_global_style_alone(
    plans: list[PlannedFigure], tmp_path: Path
) -> None:
    plan = next(p for p in plans if p.name == "cost_difference")
    before = dict(mpl.rcParams)
    first = save_planned(plan, ("illustrative", [0], "abc"), tmp_path / "a")
    second = save_planned(plan, ("illustrative", [0], "abc"), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert dict(mpl.rcParams) == before
    with Image.open(first.with_suffix(".png")) as picture:
        width = picture.width
    assert width == 2 * 100 * WIDTH_IN


def test_saving_makes_the_folder_it_needs(tmp_path: Path) -> None:
    figure = new_figure(2.0)
    figure.subplots().plot([0, 1], [0, 1])
    svg, png = save_figure(figure, tmp_path / "new" / "figures", "line")
    assert svg.is_file()
    assert png.stat().st_size > 1000
    assert STYLE["font.size"] >= 9


def test_the_territory_map_names_networks_and_straddling_zones(territory: Territory) -> None:
    networks = place_networks(territory)
    words = " ".join(t.get_text() for t in texts(draw_territory(territory, networks)))
    assert all(name in words for name in networks.names)
    assert "straddle" in words
    misfit = {t.get_text() for t in texts(draw_misfit(territory, networks))}
    assert set(territory.zone_names) <= misfit


def test_regions_that_touch_differ_in_colour() -> None:
    territory = load_territory("flanders")
    cells = municipality_cells(territory)
    colours = colour_regions(territory, cells)
    corners = [{tuple(c) for c in np.round(p, 3)} for p in cells.polygons]
    for i, zone in enumerate(cells.zone):
        for j in range(i):
            other = cells.zone[j]
            regions = territory.region_of_zone[[zone, other]]
            if regions[0] != regions[1] and len(corners[i] & corners[j]) >= 2:
                assert colours[zone] != colours[other]
