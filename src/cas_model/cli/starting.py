"""What commands do before worlds start: compile once, count workers, make paths last."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cas_model.config.scenario import ParameterSet


def compile_at_first_start() -> None:
    """Compile the model on all cores, and say so, when this machine has never run it."""
    from cas_model.experiments.compilation import compile_kernels, kernels_are_compiled

    if not kernels_are_compiled():
        message = "First start on this machine: compiling the model, which takes up to a minute."
        print(message, file=sys.stderr, flush=True)
        compile_kernels()


def worker_count(jobs: int | None, threads: int, worlds: int) -> int:
    """Return how many worlds to run at the same time: as asked, or what the cores allow."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(jobs or max(1, cores // threads), worlds)


def lasting(territory: str) -> str:
    """Return a name or path that still holds from another working folder, for replay."""
    from cas_model.territory.facts import is_built_in

    return territory if is_built_in(territory) else str(Path(territory).resolve())


def parameter_sets(source: str | None, n: int | None = None) -> list[ParameterSet]:
    """Return the parameter sets that ``--parameters`` and ``--sets`` name; none for registered defaults."""
    from cas_model.config.parameter_sets import choose_parameter_sets, default_source
    from cas_model.experiments.registries import load_registries

    load_registries()
    return choose_parameter_sets(source or default_source(), n)
