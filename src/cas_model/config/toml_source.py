"""Reading settings: TOML files and ``KEY=VALUE`` words, with errors that name file, place and fix."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cas_model.config.errors import UsageError

_BARE_WORD = re.compile(r"[A-Za-z_][\w./ -]*")
_KEY = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Parameters
    ----------
    path : Path
        A UTF-8 text file.

    Raises
    ------
    UsageError
        When the file is missing, unreadable, not UTF-8 or not TOML (with line and column).
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UsageError("there is no such file", where=str(path)) from None
    except IsADirectoryError:
        raise UsageError("this is a folder, not a TOML file", where=str(path)) from None
    except OSError as error:
        raise UsageError(f"the file cannot be read ({error.strerror})", where=str(path)) from None
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(
            f"line {line} is not UTF-8 text", where=str(path), fix="save the file with UTF-8 encoding"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"this is not valid TOML: {error}",
            where=str(path),
            fix='write settings as `key = value`, and words between quotes: `base = "status_quo"`',
        ) from None


def read_setting(text: str) -> tuple[str, Any]:
    """Split ``KEY=VALUE`` and read the value as TOML; a bare word is taken as text.

    Examples
    --------
    >>> read_setting("governance.autonomy=0.6")
    ('governance.autonomy', 0.6)
    >>> read_setting("governance.decision_rule=consensus")
    ('governance.decision_rule', 'consensus')
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    where = f"--set {text}"
    if not equals or not value:
        raise UsageError(
            "a setting has a key and a value",
            where=where,
            allowed="KEY=VALUE",
            fix="for example --set governance.autonomy=0.6",
        )
    if not _KEY.fullmatch(key):
        raise UsageError(f"`{key}` is not a key", where=where, allowed="words joined by dots")
    try:
        parsed = tomllib.loads(f"value = {value}")
        if set(parsed) != {"value"}:
            raise UsageError("a setting has one value", where=where)
        return key, parsed["value"]
    except tomllib.TOMLDecodeError:
        if _BARE_WORD.fullmatch(value):
            return key, value
    fix = f"write {value.replace(',', '.')}" if re.fullmatch(r"[+-]?\d+,\d+", value) else ""
    raise UsageError(
        f"the value `{value}` is not readable",
        where=where,
        allowed="a number, a word, or a TOML value",
        fix=fix,
    )


def nest_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Turn ``KEY=VALUE`` words into one nested mapping; a later word wins over an earlier one.

    Examples
    --------
    >>> nest_settings(["run.months=24", "governance.floor=0.5"])
    {'run': {'months': 24}, 'governance': {'floor': 0.5}}
    """
    return nest((read_setting(text) for text in settings), "--set")


def nest(pairs: Iterable[tuple[str, Any]], where: str) -> dict[str, Any]:
    """Turn pairs of dotted key and value into one nested mapping."""
    nested: dict[str, Any] = {}
    for key, value in pairs:
        *path, last = key.split(".")
        table = nested
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise UsageError(f"`{part}` is set both as a value and as a section", where=f"{where} {key}")
        table[last] = value
    return nested


def flatten(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Turn a nested mapping into one from dotted keys to values; the reverse of `nest`.

    Examples
    --------
    >>> flatten({"run": {"months": 24}, "base": "status_quo"})
    {'run.months': 24, 'base': 'status_quo'}
    """
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and value:
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def together(problems: Sequence[UsageError]) -> None:
    """Raise the collected problems as one error; do nothing when there are none."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        listed = "\n".join("- " + str(problem).replace("\n", "\n  ") for problem in problems)
        raise UsageError(f"{len(problems)} problems found\n{listed}")
