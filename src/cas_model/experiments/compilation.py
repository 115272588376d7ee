"""Compiling the kernels at the first start on a machine, on all cores at once."""

from __future__ import annotations

import os
from pathlib import Path

TINY = 5000
"""People per agent of the world whose columns tell the compiler what types to expect."""


def kernels_are_compiled() -> bool:
    """Whether compiled kernels of an earlier start lie beside the source (or in the numba cache folder)."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    package = Path(__file__).parents[1]
    places = [Path(folder)] if folder else [package / "model", package / "rules"]
    return all(next(place.rglob("*.nbi"), None) is not None for place in places)


def compile_kernels(jobs: int | None = None) -> None:
    """Compile every step of the month and keep the result for later starts.

    The compiler holds Python's lock, so that processes share the steps, not threads.

    Parameters
    ----------
    jobs : int, optional
        Processes; by default one per core.
    """
    from joblib import Parallel, cpu_count, delayed

    shares = jobs or cpu_count()
    Parallel(n_jobs=shares, backend="loky")(delayed(_compile_share)(k, shares) for k in range(shares))


def _compile_share(share: int, shares: int) -> None:
    from cas_model.model.system import CareSystem

    world = CareSystem("status_quo", persons_per_agent=TINY, territory="small")
    for number, step in enumerate(world.schedule.steps):
        if number % shares == share:
            _ = step.run
