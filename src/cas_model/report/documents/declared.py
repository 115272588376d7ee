"""In which file each parameter is declared, read from the source of the package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from cas_model.config.declarations import PARAMETERS

PACKAGE = Path(__file__).parents[2]


@cache
def file_of_parameter() -> dict[str, str]:
    """Return the file, relative to the package, that declares each registered parameter.

    A declaration is a call of ``parameter(name, ...)``. Where the name is put together in a loop, its fixed
    part or the strings of the file decide.

    Raises
    ------
    LookupError
        A registered parameter is found in no file.
    """
    found: dict[str, str] = {}
    composed: list[tuple[str, re.Pattern[str]]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "parameter(" not in text:
            continue
        file = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(text)
        for name in _names(tree):
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.setdefault(name.value, file)
            else:
                composed.append((file, _pattern(name, tree)))
    for parameter in PARAMETERS:
        if parameter not in found:
            files = [file for file, pattern in composed if pattern.fullmatch(parameter)]
            if not files:
                raise LookupError(f"no file declares parameter `{parameter}`")
            found[parameter] = files[0]
    return found


def _names(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the first argument of every call of ``parameter``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "parameter":
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "name")]
            if given:
                yield given[0]


def _pattern(name: ast.expr, tree: ast.Module) -> re.Pattern[str]:
    """Return what a name composed at run time can look like."""
    if isinstance(name, ast.JoinedStr):
        parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in name.values]
        return re.compile("".join(parts))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return re.compile("|".join(re.escape(text) for text in sorted(texts)))
