"""A folder for one run of the server, gone when the run is."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "cas_model_solara_"


def make_own_folder(inside: Path | None = None) -> Path:
    """Make a folder that is removed at exit, and remove those that killed runs left behind.

    Parameters
    ----------
    inside : Path, optional
        Where to make it; the system's folder for temporary files unless stated.
    """
    inside = Path(tempfile.gettempdir()) if inside is None else inside
    for left in inside.glob(f"{PREFIX}*_*"):
        owner = left.name.removeprefix(PREFIX).split("_")[0]
        if owner.isdecimal() and not _lives(int(owner)):
            shutil.rmtree(left, ignore_errors=True)  # another user's folder is not ours to remove
    # The name tells whose it is, so that a later run can see whether its owner is still there.
    own = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}_", dir=inside))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def _lives(process: int) -> bool:
    if os.name != "posix":
        return True  # signal 0 is not a question elsewhere
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
