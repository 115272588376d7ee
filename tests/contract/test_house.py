"""House rules that no linter knows: size of files, documented functions, telling names, pinned versions."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from contract.project_files import ROOT

MODULES = sorted((ROOT / "src" / "cas_model").rglob("*.py"))
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT / "src").as_posix()


def _public_functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public_functions(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield prefix + node.name, node


def _is_signature_only(function: ast.FunctionDef) -> bool:
    """Whether the body is a bare ellipsis, as in a protocol."""
    only = function.body[0]
    return len(function.body) == 1 and isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant)


def _is_setter(function: ast.FunctionDef) -> bool:
    """Whether the getter of the same name already says what this is."""
    return any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in function.decorator_list)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 450


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_public_function_says_what_it_does(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        name
        for name, function in _public_functions(tree.body)
        if not ast.get_docstring(function) and not _is_signature_only(function) and not _is_setter(function)
    ]
    assert not silent, f"{_name(path)}: no docstring in {', '.join(silent)}"


def test_a_name_says_what_is_inside() -> None:
    vague = [_name(path) for path in MODULES if EMPTY_NAMES & {*path.with_suffix("").parts[-2:]}]
    assert not vague


def _normal(requirement: str) -> str:
    name = re.split(r"[\s\[<>=!~;]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_requirement_is_pinned_to_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+(; python_version [<>]=? \"3\.\d+\")?", pin) for pin in pins)
    missing = {_normal(requirement) for requirement in wanted} - {_normal(pin) for pin in pins}
    assert not missing - {project["name"]}, "an extra may name the project's other extras"
