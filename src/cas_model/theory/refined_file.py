"""A refined theory file: the text of a theory with another context of zones, and fresh seeds."""

from __future__ import annotations

import re
from pathlib import Path

from cas_model.theory.loading import load_theory
from cas_model.theory.theory import Theory

NOTE = """\
# A refinement of {origin}, proposed by: {command}
# Its context was found in seeds {first} to {last}, so that it must be tested on others: `seed` below says so.
# Change the words of the context to what you think stands behind these limits.
"""


def refined_text(theory: Theory, conditions: str, command: str, replicates: int) -> str:
    """Return the theory's file with another context of zones, a note, and fresh seeds.

    Parameters
    ----------
    theory : Theory
    conditions : str
        Of a row of ``refine_boxes``.
    command : str
        What found them.
    replicates : int
        Seeds that were used.
    """
    first = theory.document.run.seed
    lines = Path(theory.origin).read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not re.match(r"\s*zones\b.*=", line)]
    lines = _without_table(lines, "context.zones")
    block = ["", "[context.zones]"]
    for condition in conditions.split("; "):
        feature, _, words = condition.partition(" ")
        block.append(f'{feature} = "{words}"')
    at = _end_of_table(lines, "context")
    lines[at:at] = block
    lines = _with_key(lines, "run", "seed", str(first + replicates))
    lines = [re.sub(r'^(title\s*=\s*".*)"\s*$', r'\1, refined"', line) for line in lines]
    note = NOTE.format(origin=theory.origin, command=command, first=first, last=first + replicates - 1)
    return note + "\n".join(lines) + "\n"


def _end_of_table(lines: list[str], name: str) -> int:
    """Return the line after the last one of a table."""
    start = next(i for i, line in enumerate(lines) if line.strip() == f"[{name}]")
    after = (i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("["))
    end = next(after, len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    return end


def _without_table(lines: list[str], name: str) -> list[str]:
    if f"[{name}]" not in (line.strip() for line in lines):
        return lines
    start = next(i for i, line in enumerate(lines) if line.strip() == f"[{name}]")
    return lines[:start] + lines[_end_of_table(lines, name) :]


def _with_key(lines: list[str], table: str, key: str, value: str) -> list[str]:
    """Set a key of a table, which is made when it is not there."""
    if f"[{table}]" not in (line.strip() for line in lines):
        return [*lines, "", f"[{table}]", f"{key} = {value}"]
    end = _end_of_table(lines, table)
    start = next(i for i, line in enumerate(lines) if line.strip() == f"[{table}]")
    own = [line for line in lines[start:end] if not re.match(rf"\s*{key}\s*=", line)]
    return [*lines[:start], *own, f"{key} = {value}", *lines[end:]]


def write_refined(folder: Path, theory: Theory, conditions: str, command: str, replicates: int) -> Path:
    """Write the refined file into a folder and check that it can be read as a theory."""
    path = folder / f"{theory.name}_refined.toml"
    path.write_text(refined_text(theory, conditions, command, replicates), encoding="utf-8")
    load_theory(str(path))
    return path
