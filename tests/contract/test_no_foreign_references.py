"""The project stands on its own: no path of one machine, no package index, no trace of who typed it."""

from __future__ import annotations

import re

import pytest

from contract.project_files import ROOT, project_files, readable_text

# Each forbidden text is written in pieces, so that this file does not contain what it forbids.
FORBIDDEN = {
    "absolute path of one machine": r"(?<![\w.~$})])/(?:work|root|home|Users|mnt|srv|opt)/[\w.]",
    "folder outside the project": r"\.\./" + "sha" + "red|/tmp/" + "bri" + "ef",
    "package index": "|".join(
        (
            "py" + r"pi\." + "org",
            "python" + "hosted",
            "ana" + r"conda\." + "(?:org|com)",
            "--(?:extra-)?index" + "-url",
            "--find" + "-links",
            "PIP_(?:EXTRA_)?INDEX" + "_URL",
        )
    ),
    "writing tool": r"\b(?:"
    + "|".join(
        (
            "clau" + "de",
            "anthro" + "pic",
            "open" + "ai",
            "chat" + "gpt",
            "co" + "pilot",
            "cur" + r"sor\." + "(?:sh|com)",
            "co-authored" + "-by",
        )
    )
    + r")\b",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_project_file_refers_to(kind: str) -> None:
    pattern = re.compile(FORBIDDEN[kind], re.IGNORECASE)
    found = []
    for path in project_files():
        text = readable_text(path)
        for number, line in enumerate((text or "").splitlines(), start=1):
            if match := pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    assert not found, f"{kind}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "sample"),
    [
        ("absolute path of one machine", "data = '/" + "home/jan/zones.csv'"),
        ("folder outside the project", "see ../" + "shared/notes.md"),
        ("package index", "pip install -i https://py" + "pi.org/simple"),
        ("writing tool", "Drafted with Chat" + "GPT."),
    ],
)
def test_the_search_finds_what_it_forbids(kind: str, sample: str) -> None:
    assert re.search(FORBIDDEN[kind], sample, re.IGNORECASE)


def test_the_search_reads_the_project() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in project_files()}
    assert {"README.md", "Makefile", "constraints.txt", "src/cas_model/model/state.py"} <= names
