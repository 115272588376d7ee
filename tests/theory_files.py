"""Theory files for tests: the template, small, and changed in one place."""

from __future__ import annotations

from pathlib import Path

from cas_model.theory import loading

TEMPLATE = Path(loading.__file__).with_name("template.toml").read_text(encoding="utf-8")
SMALL_SIZE = """
[run]
months = 24
burn_in = 12
replicates = 3
persons_per_agent = 2000
territory = "small"
[quick]
replicates = 2
persons_per_agent = 2000
"""


def changed(*replacements: tuple[str, str], extra: str = SMALL_SIZE) -> str:
    """Return the template in a small size, with some of its text replaced; each must be there."""
    text = TEMPLATE + extra
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def saved(folder: Path, *replacements: tuple[str, str], extra: str = SMALL_SIZE) -> str:
    """Write the changed template and return its path."""
    path = folder / "theory.toml"
    path.write_text(changed(*replacements, extra=extra), encoding="utf-8")
    return str(path)
