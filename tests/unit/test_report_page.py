"""The report as one page: complete, self-contained, safe, and honest about what it is."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from cas_model.report import sections
from cas_model.report.material import Material
from cas_model.report.page import aligned, write_report
from cas_model.territory.facts import load_territory
from unit.made_up_results import (
    FEW,
    WORLDS,
    activation,
    comparison,
    fit,
    ledger,
    manifest,
    mechanism_declarations,
    money_tables,
    outcome_declarations,
    outcomes,
)

SECTIONS = ("paragraph", "findings", "time", "where", "whom", "cost", "why", "sure", "made")


class Page(HTMLParser):
    """Collects ids, addresses and tags, and checks that tags close in order."""

    VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self._open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name in ("href", "xlink:href", "src"):
                self.addresses.append(str(value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def tables_of(frame: pd.DataFrame, worlds: tuple[str, ...] = WORLDS[:2]) -> dict[str, pd.DataFrame]:
    return {
        "outcomes": frame,
        "comparison": comparison(frame),
        "activation": activation(worlds),
        "ledger": (book := ledger(worlds)),
        **money_tables(book),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    territory = load_territory("small")
    frame = outcomes(zones=territory.zone_names, names=FEW)
    made = manifest()
    made["scenarios"][1]["title"] = "Polycentric <script>alert(1)</script> & more"
    write_report(
        folder, made, tables_of(frame), fit(), territory,
        outcome_declarations=outcome_declarations(), mechanism_declarations=mechanism_declarations(),
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_page_has_its_nine_sections_and_a_working_contents_list(page: Page) -> None:
    assert [i for i in page.ids if i in SECTIONS] == list(SECTIONS)
    inside = [a.removeprefix("#") for a in page.addresses if a.startswith("#")]
    assert set(SECTIONS) <= set(inside)
    assert set(inside) <= set(page.ids), "every link inside the page leads somewhere"


def test_the_page_needs_nothing_from_outside(page: Page) -> None:
    outside = [a for a in page.addresses if not a.startswith(("#", "data:image/png;base64,"))]
    assert outside == []
    assert not {"script", "link", "iframe", "img"} & set(page.tags)


def test_ids_are_unique_though_many_figures_share_the_page(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("svg") >= 8


def test_titles_are_escaped(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "Polycentric &lt;script&gt;" in text


def test_the_page_is_plain_about_what_it_is(page: Page) -> None:
    assert not {"{", "}"} & set(page.text), "no template or format field is left unfilled"
    for words in (
        "claim level: illustrative", "not as a forecast", "zone of Brussels is not in the data",
        "Integration is not assumed to save money", "cas-model compare status_quo polycentric --replicates 5",
        "1 of 2 marginals", "✗ no", "times narrower", "governance.autonomy: 0.45 -> 0.6",
    ):  # fmt: skip
        assert words in page.text


def test_the_table_of_findings_is_also_a_file(folder: Path) -> None:
    assert "| Coordinated-care coverage | % |" in (folder / "summary.md").read_text(encoding="utf-8")
    assert (folder / "summary.csv").read_text(encoding="utf-8").startswith("family,outcome,label,unit")


def test_every_figure_is_there_as_svg_and_png(folder: Path) -> None:
    svgs = {p.stem for p in (folder / "figures").glob("*.svg")}
    assert svgs == {p.stem for p in (folder / "figures").glob("*.png")}
    assert "why_mechanisms" in svgs


def test_a_single_run_has_a_page_without_intervals(tmp_path: Path) -> None:
    frame = outcomes(WORLDS[:1], n_replicates=1, names=FEW)
    path = write_report(
        tmp_path,
        manifest(WORLDS[:1], events=[]),
        {"outcomes": frame, "activation": activation(WORLDS[:1])},
        [],
        None,
        outcome_declarations=outcome_declarations(),
        mechanism_declarations=mechanism_declarations(),
    )
    page = Page(path.read_text(encoding="utf-8"))
    assert [i for i in page.ids if i in SECTIONS] == list(SECTIONS)
    assert "95\u202f% interval" not in page.text
    assert "No outcome was recorded per zone" in page.text
    assert "no difference can be read from it" in page.text
    assert "look like under “Status quo”?" in page.text
    assert not {"{", "}"} & set(page.text), "no template or format field is left unfilled"
    assert (tmp_path / "summary.md").is_file()


def test_three_worlds_are_each_compared_with_the_first() -> None:
    territory = load_territory("small")
    frame = outcomes(WORLDS, zones=territory.zone_names, names=FEW)
    material = Material(
        manifest(WORLDS),
        tables_of(frame, WORLDS),
        outcome_declarations(),
        territory,
        mechanism_declarations(),
    )
    plans = [plan for section in sections.SECTIONS for plan in section.figures(material)]
    names = {plan.name for plan in plans}
    for other in WORLDS[1:]:
        assert {f"cost_difference_{other}", f"sure_differences_{other}"} <= names
        assert f"where_coordinated_care_{other}" in names


def test_digits_line_up_in_a_right_aligned_column() -> None:
    cells = aligned(["18.2", "0.412", "4\u202f123"])
    assert [len(c.partition(".")[2]) for c in cells[:2]] == [3, 3]
    assert cells[2].endswith("\u2008\u2007\u2007\u2007")
