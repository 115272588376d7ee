"""Parameter sets: values that agree with published figures, as data that any scenario can stand on.

A set takes the place of registered defaults. What a scenario's files or settings state of a parameter holds
whatever the set says, since it is part of what that scenario means.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from cas_model.config.declarations import PARAMETERS
from cas_model.config.errors import UsageError
from cas_model.config.scenario import ILLUSTRATIVE, ParameterSet, Scenario
from cas_model.config.toml_source import read_toml, together

CALIBRATED = "calibrated"
PARTLY = "partly calibrated"
"""Sets that agree with every published figure but those that were set aside as out of reach."""
NOT_ACCEPTED = "least implausible, not accepted"
"""Sets of a calibration that accepted none."""
CLAIM_LEVELS = (NOT_ACCEPTED, ILLUSTRATIVE, PARTLY, CALIBRATED, "validated")
SHIPPED = Path(__file__).parents[1] / "parameters" / "calibrated.toml"
"""The accepted sets that come with the package, once there are any."""
_KEYS = ("title", "claim_level", "hash", "parameters", "sets", "provenance")


def default_source() -> str:
    """Return what scenarios stand on when nothing is said: shipped sets, once they meet every figure."""
    return CALIBRATED if SHIPPED.is_file() and _level_of(SHIPPED) in CLAIM_LEVELS[-2:] else ILLUSTRATIVE


@cache
def _level_of(path: Path) -> str:
    return str(read_toml(path)["claim_level"])


def load_parameter_sets(source: str) -> list[ParameterSet]:
    """Return the sets that ``--parameters`` names; none for registered defaults.

    Parameters
    ----------
    source : str
        ``illustrative``, ``calibrated``, or a file that `write_parameter_sets` wrote; with ``:3`` behind it,
        its third set only.

    Raises
    ------
    UsageError
        There is no such file or set, a parameter is unknown or outside its range, or the file was edited.
    """
    where = f"--parameters {source}"
    name, colon, number = source.rpartition(":")
    if not colon or not number.isdigit():
        name, number = source, ""
    if name == ILLUSTRATIVE:
        if number:
            raise UsageError("registered defaults are a single set", where=where, fix="use illustrative")
        return []
    if name == CALIBRATED and not SHIPPED.is_file():
        raise UsageError(
            "no calibrated parameters are shipped yet", where=where,
            allowed="illustrative, or a file of accepted sets",
            fix="make one with `cas-model calibrate`, and name its accepted_sets.toml",
        )  # fmt: skip
    path = SHIPPED if name == CALIBRATED else Path(name)
    if name != CALIBRATED and path.suffix != ".toml":
        raise UsageError(
            f"`{name}` names no parameters", where=where, allowed="illustrative, calibrated, or a .toml file"
        )
    sets = _read(path, name if name == CALIBRATED else str(path.resolve()))
    if not number:
        return sets
    if not 1 <= int(number) <= len(sets):
        raise UsageError(f"there is no set {number}", where=where, allowed=f"1 to {len(sets)}")
    return [sets[int(number) - 1]]


def _read(path: Path, source: str) -> list[ParameterSet]:
    content = read_toml(path)
    missing = [key for key in _KEYS if key not in content]
    if missing:
        raise UsageError(
            f"`{missing[0]}` is missing", where=str(path), fix="name the accepted_sets.toml of a calibration"
        )
    names, rows = content["parameters"], content["sets"]
    if content["hash"] != sets_hash(names, rows):
        raise UsageError(
            "the sets are not those the file's hash was made of", where=str(path),
            fix="take the file as the calibration wrote it",
        )  # fmt: skip
    if content["claim_level"] not in CLAIM_LEVELS:
        raise UsageError(
            f"the claim level is `{content['claim_level']}`", where=str(path), allowed=", ".join(CLAIM_LEVELS)
        )
    problems, found = [], []
    for number, row in enumerate(rows, start=1):
        values = {}
        for name, value in zip(names, row, strict=True):
            try:
                values[name] = PARAMETERS.require(name, str(path)).check(value, f"{path}, set {number}")
            except UsageError as problem:
                problems.append(problem)
        found.append(ParameterSet(f"{source}:{number}", values, content["claim_level"], content["hash"]))
        if problems:
            break
    together(problems)
    return found


def sets_hash(names: Sequence[str], rows: Sequence[Sequence[float]]) -> str:
    """Return 16 hexadecimal digits over names and values."""
    text = json.dumps([list(names), [[float(value) for value in row] for row in rows]])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def write_parameter_sets(
    path: Path, names: Sequence[str], rows: Sequence[Sequence[float]], *, title: str, claim_level: str,
    provenance: Mapping[str, Any],
) -> str:  # fmt: skip
    """Write accepted sets with how they were found, and return their hash.

    Parameters
    ----------
    path : Path
        A TOML file.
    names : sequence of str
        Parameters.
    rows : sequence of sequence of float
        Equally likely sets; the first is the most central of those that miss fewest figures.
    title : str
    claim_level : str
        Of `CLAIM_LEVELS`.
    provenance : mapping
        Texts, numbers and lists of texts.
    """
    made = sets_hash(names, rows)
    lines = [
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"claim_level = {json.dumps(claim_level)}",
        f'hash = "{made}"',
        f"parameters = {json.dumps(list(names))}",
        "# Equally likely sets; the first is the most central of those that miss fewest figures.",
        "sets = [",
        *(f"    {json.dumps([float(value) for value in row])}," for row in rows),
        "]",
        "",
        "[provenance]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in provenance.items()),
    ]
    beside = path.with_name(f".{path.name}.partial")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path)
    return made


def standing_on(scenario: Scenario, accepted: ParameterSet) -> Scenario:
    """Return a scenario with a parameter set in the place of registered defaults."""
    values = {k: v for k, v in accepted.parameters.items() if k not in scenario.stated}
    return replace(scenario, parameters={**scenario.parameters, **values}, stands_on=accepted)


def choose_parameter_sets(source: str, n: int | None) -> list[ParameterSet]:
    """Return the sets that worlds are to stand on; none for registered defaults.

    Parameters
    ----------
    source : str
        See `load_parameter_sets`.
    n : int or None
        How many; the most central one when not said.

    Raises
    ------
    UsageError
        There are not so many.
    """
    found = load_parameter_sets(source)
    if n is None:
        return found[:1]
    if n > len(found):
        raise UsageError(
            f"{n} sets are asked of {len(found)}" if found else "registered defaults are a single set",
            where=f"--sets {n}", allowed=f"1 to {len(found)}" if found else "with accepted sets only",
            fix=f"use --sets {len(found)}" if found else "add --parameters calibrated, or a file of them",
        )  # fmt: skip
    return found[:n]
