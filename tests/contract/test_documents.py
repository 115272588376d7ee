"""The generated documents say what the code says, leave nothing out, and cite only what is explained."""

from __future__ import annotations

import difflib
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from cas_model import territory
from cas_model.cli import run_command
from cas_model.config.declarations import (
    LEVERS,
    MECHANISMS,
    OUTCOMES,
    PARAMETERS,
    PAYMENT_METHODS,
    PROCESSES,
    Mechanism,
)
from cas_model.config.errors import UsageError
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.experiments.registries import load_registries
from cas_model.model.columns import COLUMNS
from cas_model.report.documents import evidence, markdown, write_evidence, write_odd, write_trace
from cas_model.report.documents.citations import ASSUMED, MOTIVATED, SOURCED, cited, standing
from cas_model.report.documents.declared import PACKAGE, file_of_parameter
from cas_model.report.documents.submodels import BUILDING_BLOCKS
from contract.project_files import ROOT

load_registries()

WRITERS: dict[str, Callable[[], str]] = {
    "evidence": write_evidence,
    "odd": write_odd,
    "trace": lambda: write_trace(ROOT),
}
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


@cache
def _text(document: str) -> str:
    return WRITERS[document]()


def _explained() -> list[str]:
    """Codes with a row of their own in docs/sources.md (families such as `R1-R86` are not codes)."""
    cells = re.findall(r"^\| (\S+|dossier \S+) \|", SOURCES, re.MULTILINE)
    return [code for code in cells if cited(code) == (code,)]


def _cited_in() -> dict[str, str]:
    """Source text of everything that is declared and of every scenario, by kind and name."""
    scenarios = {f"scenario {name}": load_scenario(name).source for name in builtin_scenarios()}
    return evidence.declared_sources() | scenarios


@pytest.mark.parametrize("document", WRITERS)
def test_the_committed_document_is_what_the_code_says(document: str) -> None:
    path = ROOT / "docs" / f"{document}.md"
    committed = path.read_text(encoding="utf-8").splitlines()
    difference = list(difflib.unified_diff(committed, _text(document).splitlines(), lineterm="", n=0))
    assert not difference, (
        f"docs/{document}.md is out of date; refresh it with `make docs` "
        f"(or `cas-model docs {document} --out docs/{document}.md`):\n" + "\n".join(difference[:20])
    )


def test_evidence_names_every_declaration() -> None:
    names = [*PARAMETERS, *LEVERS, *FUNDING_TERMS, *OUTCOMES, *PAYMENT_METHODS, *SHOCKS]
    names += [f.name for s in SHOCKS.values() for f in s.fields]
    missing = [name for name in names if f"| `{name}` |" not in _text("evidence")]
    missing += [
        name for name in MECHANISMS if f"\n| {name} | {MECHANISMS[name].title} |" not in _text("evidence")
    ]
    assert not missing


def test_the_counts_add_up() -> None:
    found = re.search(
        r"^\| parameters \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", _text("evidence"), re.MULTILINE
    )
    assert found
    total, *parts = map(int, found.groups())
    assert total == len(PARAMETERS) == sum(parts)
    assert all(parts)


def test_odd_describes_every_step_and_every_column() -> None:
    text = _text("odd")
    missing = [
        p.name for p in PROCESSES.values() if not re.search(rf"^\| \d+ \| .*`{p.name}`", text, re.MULTILINE)
    ]
    missing += [p.name for p in PROCESSES.values() if p.file not in text.partition("### III.4")[2]]
    for key, column in COLUMNS.items():
        section = text.partition(f"#### Table `{column.table}`")[2].partition("\n###")[0]
        if f"| `{column.name}`" not in section:
            missing.append(key)
    assert not missing


def test_every_step_has_something_to_say() -> None:
    sections = _text("odd").partition("### III.4")[2].split("\n##### ")[1:]
    assert len(sections) == len(PROCESSES) + len(SHOCKS)
    silent = [
        section.split("\n", 1)[0] for section in sections if len(section.split("\n- File:")[0].split()) < 6
    ]
    assert not silent


def test_odd_has_the_parts_of_the_protocol() -> None:
    headings = re.findall(r"^## +(I+)\.|^### (I+\.\d+)", _text("odd"), re.MULTILINE)
    assert [a or b for a, b in headings] == [
        *("I", "I.1", "I.2", "I.3"),
        *("II", *(f"II.{n}" for n in range(1, 11))),
        *("III", *(f"III.{n}" for n in range(1, 6))),
    ]  # fmt: skip


def test_every_parameter_is_found_in_its_file() -> None:
    files = file_of_parameter()
    for name in PARAMETERS:
        text = (PACKAGE / files[name]).read_text(encoding="utf-8")
        # A composed name, such as fee_gp, stands in its file in two parts.
        assert f'"{name}"' in text or f'"{name.partition("_")[2]}"' in text, name


def test_every_territory_module_with_parameters_is_described() -> None:
    declaring = {Path(file).stem for file in file_of_parameter().values() if file.startswith("territory/")}
    assert declaring <= set(BUILDING_BLOCKS)
    assert set(BUILDING_BLOCKS) <= {module.name for module in pkgutil.iter_modules(territory.__path__)}


def test_declarations_cite_only_sources_that_are_explained() -> None:
    explained = set(_explained())
    unexplained = {name: set(cited(text)) - explained for name, text in _cited_in().items()}
    assert not {name: codes for name, codes in unexplained.items() if codes}


@pytest.mark.parametrize("document", ["odd", "trace"])
def test_the_text_cites_only_sources_that_are_explained(document: str) -> None:
    assert not set(cited(_text(document))) - set(_explained())


def test_sources_explain_every_code_of_a_family_once() -> None:
    explained = _explained()
    assert len(explained) == len(set(explained))
    families = "R1-R86 F1-F55 M01-M68 T1-T33 P1-P25 I1-I12 E1-E10 RS1-RS12 #1-#65 PT1-PT10 G1-G11"
    assert set(cited(families)) <= set(explained)


def test_mechanisms_have_the_grade_their_source_gives_them() -> None:
    grades = dict(re.findall(r"^\| (M\d\d) \|.*\| ([abc]) \| [^|]* \|$", SOURCES, re.MULTILINE))
    assert len(grades) == 68
    assert {name: m.grade for name, m in MECHANISMS.items()} == {name: grades[name] for name in MECHANISMS}


@pytest.mark.parametrize(
    ("source", "codes", "how_far"),
    [
        ("R48-R50; S4 section 5.3.1-2", ("R48", "R49", "R50", "S4"), SOURCED),
        ("dossier 5.1 #57-58 (assumption)", ("dossier 5.1", "#57", "#58"), MOTIVATED),
        ("dossier 7 S-04, gap G3, M07", ("dossier 7", "S-04", "G3", "M07"), SOURCED),
        ("dossier 5.1 #35 (unverified)", ("dossier 5.1", "#35"), MOTIVATED),
        ("assumption (12 a day)", (), ASSUMED),
        ("common sense", (), ASSUMED),
    ],
)
def test_sources_are_read_as_written(source: str, codes: tuple[str, ...], how_far: str) -> None:
    assert cited(source) == codes
    assert standing(source) == how_far


def test_a_mechanism_that_is_not_modelled_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = Mechanism(
        "M99", "Example", "a -> b", "+", "c", "S0", "nowhere.py", modelled=False, reason="no data"
    )
    monkeypatch.setitem(MECHANISMS._entries, "M99", claim)
    assert re.search(r"^\| M99 \| .*not modelled: no data", write_evidence(), re.MULTILINE)
    assert re.search(r"^\| M99 \| Example \| a -> b \| no data \|$", write_odd(), re.MULTILINE)


def test_prose_that_mentions_a_rule_which_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PROCESSES._entries, "imitate_peers")
    with pytest.raises(UsageError, match="unknown step `imitate_peers`") as refused:
        write_odd()
    assert "odd.md.j2" in refused.value.where


def test_prose_keeps_notes_and_leaves_argument_lists_out() -> None:
    def example() -> None:
        """Do it with ``care``.

        More about it.

        Parameters
        ----------
        x : float
            Not for readers.

        Notes
        -----
        The reason.
        """

    assert markdown.prose(example) == "Do it with `care`.\n\nMore about it.\n\nThe reason."


def test_the_command_prints_or_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["docs", "evidence"]) == 0
    assert capsys.readouterr().out == _text("evidence")
    out = tmp_path / "new" / "evidence.md"
    assert run_command(["docs", "evidence", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == _text("evidence")
    assert [path.name for path in out.parent.iterdir()] == ["evidence.md"]


def test_the_command_refuses_a_folder_and_an_unknown_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["docs", "evidence", "--out", str(tmp_path)]) == 2
    assert "this is a folder" in capsys.readouterr().err
    assert run_command(["docs", "od"]) == 2
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert run_command(["docs", "evidence", "--out", str(blocked / "x.md")]) == 1
    assert "error: writing" in capsys.readouterr().err
