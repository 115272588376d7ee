"""The files that make up the project, as git sees them (or would, in a copy without its history)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BUILT = {".git", ".venv", "build", "dist", "__pycache__", ".hypothesis"}


def project_files() -> list[Path]:
    """Return every file that is tracked, or new and not ignored; paths are absolute and sorted."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    else:
        paths = list(_files_that_are_not_built())
    return sorted(path for path in paths if path.is_file())


def _files_that_are_not_built() -> Iterator[Path]:
    for folder, subfolders, names in os.walk(ROOT):
        here = Path(folder)
        subfolders[:] = [name for name in subfolders if not _is_built(here.relative_to(ROOT) / name)]
        yield from (here / name for name in names)


def _is_built(folder: Path) -> bool:
    name = folder.name
    result = folder.parent == Path("results") and name != "reference"
    return name in _BUILT or name.endswith(("_cache", ".egg-info")) or result


def readable_text(path: Path) -> str | None:
    """Return the text of a file, or None when it is not a text file."""
    content = path.read_bytes()
    return None if b"\0" in content else content.decode("utf-8", errors="replace")
