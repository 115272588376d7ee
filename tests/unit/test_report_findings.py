"""The summary of findings: numbers, words, tables and the paragraph in plain language."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cas_model.report.findings import (
    Finding,
    findings_csv,
    findings_markdown,
    findings_of,
    levels_markdown,
    levels_of,
)
from cas_model.report.material import Material
from cas_model.report.narrative import run_sentences, summary_sentences
from cas_model.report.number_format import align_decimals, format_number, plain
from cas_model.report.terminal import findings_table, headline, print_comparison, print_run
from unit.made_up_results import (
    TITLES,
    WORLDS,
    comparison,
    ledger,
    manifest,
    mechanism_declarations,
    outcome_declarations,
    outcomes,
)

ZONES = ("North", "East", "South", "West")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return outcomes(zones=ZONES)


@pytest.fixture(scope="module")
def table(frame: pd.DataFrame) -> pd.DataFrame:
    return comparison(frame)


@pytest.fixture(scope="module")
def findings(table: pd.DataFrame) -> list[Finding]:
    return findings_of(table, *WORLDS[:2], outcome_declarations())


def by_name(findings: list[Finding], name: str) -> Finding:
    return next(f for f in findings if f.outcome == name)


def finding(**changes: object) -> Finding:
    made = {
        "outcome": "x",
        "label": "X",
        "family": "integration",
        "unit": "%",
        "direction": 1,
        "smallest": 1.0,
        "mean_a": 18.2,
        "mean_b": 27.9,
        "change": 9.7,
        "low": 8.8,
        "high": 10.6,
        "verdict": "better",
    }
    return Finding(**{**made, **changes})  # type: ignore[arg-type]


def test_shares_are_shown_as_per_cent_and_as_people_per_thousand(findings: list[Finding]) -> None:
    shown = by_name(findings, "coordinated_care")
    assert shown.unit == "%"
    assert shown.change == pytest.approx(9.7, abs=0.3)
    assert re.fullmatch(r"\+9\d per 1\u202f000 complex patients", shown.per_thousand)
    assert by_name(findings, "free_capacity").per_thousand == "", "capacity is not counted in people"
    assert by_name(findings, "continuity").per_thousand == ""


def test_an_unclear_effect_gets_no_absolute_number() -> None:
    assert finding(of="people").per_thousand == "+97 per 1\u202f000 people"
    assert finding(of="people", verdict="unclear").per_thousand == ""


def test_quintiles_are_left_to_the_equity_figure(findings: list[Finding]) -> None:
    assert not [f for f in findings if "fifth" in f.label]
    assert [f.family for f in findings] == sorted(
        (f.family for f in findings),
        key=["integration", "equity", "resilience", "quintuple_aim", "budget"].index,
    )


def test_money_is_dearer_or_cheaper_not_better_or_worse() -> None:
    assert finding(unit="EUR/person/year", verdict="worse").words == "dearer"
    assert finding(unit="EUR/person/year", verdict="lower").words == "cheaper"
    assert finding(verdict="worse").words == "worse"


def test_a_narrow_interval_is_shown_with_one_more_digit() -> None:
    assert finding().interval == "[+8.8, +10.6]"
    assert finding(low=9.68, high=9.72).interval == "[+9.68, +9.72]"
    assert finding(low=9.68, high=9.72).difference == "+9.70"


def test_negligible_means_the_whole_interval_is_too_small_to_matter() -> None:
    assert finding(low=-0.4, high=0.9).negligible
    assert not finding(low=-0.4, high=1.1).negligible


def test_undefined_numbers_are_said_to_be_missing() -> None:
    nothing = finding(change=float("nan"), low=float("nan"), high=float("nan"), verdict="unclear")
    assert (nothing.difference, nothing.interval) == ("n/a", "n/a")
    assert nothing.effect == 0.0


@given(st.lists(st.decimals(-99999, 99999, places=3, allow_nan=False), min_size=1, max_size=8))
def test_decimal_points_stand_under_each_other(values: list[object]) -> None:
    cells = align_decimals([plain(format_number(float(str(v)), i % 4)) for i, v in enumerate(values)])
    points = {cell.index(".") if "." in cell else len(cell.rstrip()) for cell in cells}
    assert len({len(cell) for cell in cells}) == 1
    assert len(points) == 1


def test_the_csv_keeps_every_digit(findings: list[Finding], table: pd.DataFrame) -> None:
    read = pd.read_csv(io.StringIO(findings_csv(findings, *WORLDS[:2]))).set_index("outcome")
    raw = table.set_index("outcome")
    assert read["difference"]["continuity"] == raw["difference"]["continuity"]
    assert read["low"]["coordinated_care"] == pytest.approx(100 * raw["low"]["coordinated_care"])
    assert len(read) == len(findings)


def test_the_markdown_table_has_a_row_per_finding_with_unit_and_verdict(findings: list[Finding]) -> None:
    lines = findings_markdown(findings, "Status quo", "Polycentric").splitlines()
    assert {line.count("|") for line in lines} == {9}
    row = next(line for line in lines if line.startswith("| Spending, all payers"))
    assert "| EUR/person/year |" in row
    assert "| dearer |" in row


def printed(width: int, table: pd.DataFrame, **colour: object) -> str:
    console = Console(width=width, file=io.StringIO(), **colour)  # type: ignore[arg-type]
    print_comparison(console, manifest(), table)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_terminal_table_fits_and_needs_no_colour(width: int, table: pd.DataFrame) -> None:
    text = printed(width, table)
    assert "\x1b" not in text, "a pipe gets no colour codes"
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text, "no number, unit or verdict is cut"
    for word in ("better", "worse", "lower", "unclear", "dearer", "EUR/person/year", "Quintuple Aim"):
        assert word in text
    assert not set(text) & {"\u202f", "\u2212"}, "thin spaces and long minus signs stay out of terminals"


def test_the_wide_table_gives_both_ends_of_the_interval(table: pd.DataFrame, findings: list[Finding]) -> None:
    line = next(x for x in printed(140, table).splitlines() if "Coordinated-care" in x)
    wanted = by_name(findings, "coordinated_care")
    assert plain(wanted.interval) in re.sub(r" +", " ", line).replace("[ ", "[")


def test_the_narrow_table_gives_half_the_width(table: pd.DataFrame, findings: list[Finding]) -> None:
    line = next(x for x in printed(80, table).splitlines() if "Hand-over" in x)
    wanted = by_name(findings, "hand_over")
    half = float(re.search(r"± +([\d.]+)", line)[1])  # type: ignore[index]
    assert half == pytest.approx((wanted.high - wanted.low) / 2, abs=0.006)


def test_a_terminal_with_colour_still_says_the_verdict_in_words(table: pd.DataFrame) -> None:
    text = printed(100, table, force_terminal=True, color_system="standard")
    assert "\x1b[32mbetter" in text


def test_long_world_titles_are_shortened_at_a_word(findings: list[Finding]) -> None:
    console = Console(width=80, file=io.StringIO())
    console.print(findings_table(findings, TITLES[WORLDS[0]], TITLES[WORLDS[2]], 80))
    assert "Polycentric… " in console.file.getvalue()  # type: ignore[attr-defined]


def test_the_headline_says_what_was_run() -> None:
    line = headline(manifest(n_patients=66531), 5)
    assert "66 531 patients (1:100)" in line
    assert "5 paired seeds" in line
    assert "parameters: illustrative" in line


def test_the_paragraph_says_what_was_asked_found_and_how_sure(
    frame: pd.DataFrame, table: pd.DataFrame, findings: list[Finding]
) -> None:
    calm, tables = manifest(events=[]), {"outcomes": frame, "comparison": table}
    material = Material(calm, tables, outcome_declarations())
    said = summary_sentences(material, findings, *material.worlds)
    assert "“Polycentric” instead of “Status quo”" in said["asked"]
    assert "2 settings" in said["asked"]
    others = [f for f in findings if f.family != "budget"]
    better = sum(f.verdict == "better" for f in others)
    assert f"of {len(others)} outcomes besides spending {better} get better" in said["says"]
    assert "coordinated-care coverage from 18." in said["says"]
    assert "between-zone variation" in said["says"].partition("largest losses")[2]
    assert said["says"].endswith("dearer.")
    assert "5 times" in said["sure"]
    assert "illustrative" in said["claim"]
    assert "not as a forecast" in said["claim"]


def test_a_single_run_claims_no_difference(frame: pd.DataFrame) -> None:
    alone = frame[(frame["world"] == WORLDS[0]) & (frame["replicate"] == 0)]
    material = Material(manifest(WORLDS[:1]), {"outcomes": alone}, outcome_declarations())
    levels = levels_of(material)
    said = run_sentences(material, levels)
    assert "no difference can be read from it" in said["sure"]
    care = next(level for level in levels if level.outcome == "coordinated_care")
    rows = alone[(alone["outcome"] == "coordinated_care") & (alone["month"] >= 108)]
    mean = 100 * rows.loc[rows["level"] == "flanders", "value"].mean()
    assert float(care.value) == pytest.approx(mean, abs=0.06)
    assert float(care.zone_low) < float(care.zone_high)
    assert "| Coordinated-care coverage | % |" in levels_markdown(levels, "Status quo")
    console = Console(width=80, file=io.StringIO())
    print_run(console, material)
    assert "zones, p10 to p90" in console.file.getvalue()  # type: ignore[attr-defined]


def test_bands_are_the_lowest_and_highest_seed(frame: pd.DataFrame) -> None:
    material = Material(manifest(), {"outcomes": frame}, outcome_declarations())
    rows = material.flanders
    one = rows[(rows["world"] == WORLDS[1]) & (rows["outcome"] == "hand_over") & (rows["month"] == 60)]
    raw = frame[(frame["world"] == WORLDS[1]) & (frame["outcome"] == "hand_over") & (frame["month"] == 60)]
    seeds = 100 * raw.loc[raw["level"] == "flanders", "value"]
    expected = [seeds.mean(), seeds.min(), seeds.max()]
    assert one[["mean", "low", "high"]].to_numpy()[0] == pytest.approx(expected)


def test_mapped_outcomes_come_from_different_families(frame: pd.DataFrame) -> None:
    material = Material(manifest(), {"outcomes": frame}, outcome_declarations())
    chosen = material.mapped_outcomes(2)
    assert [f.name for f in chosen] == ["coordinated_care", "experience"]


def test_made_up_declarations_are_complete() -> None:
    assert set(outcome_declarations()) >= {"spending", "unmet_need_q5"}
    assert len(mechanism_declarations()) == 14
    assert np.isfinite(ledger()["eur"]).all()
