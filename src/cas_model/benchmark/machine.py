"""This machine: what it is, how fast its memory moves bytes, and how fast it draws random needs."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cas_model.benchmark.plan import n_cores
from cas_model.numerics.addressed_random import bits, high_single, low_single
from cas_model.numerics.functions import exp_minus

TRIAD_ELEMENTS = 12_000_000
"""Doubles per array: three arrays of 96 MB lie far outside any cache."""
BYTES_PER_ELEMENT = 24
"""Two reads and one write of eight bytes, as STREAM counts them (McCalpin 1995)."""
DRAWN_ROWS = 4096
"""Rows of the arithmetic bound: their columns fit the first-level cache."""
REPEATS = 9

_ONE, _HALF, _SIXTH = np.float32(1.0), np.float32(0.5), np.float32(1.0 / 6.0)


def describe_machine() -> dict[str, Any]:
    """Return processor, cores, memory, system and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": _processor(),
        "cores": n_cores(),
        "memory_gb": round(memory / 1e9, 1),
        "system": platform.system() + " " + platform.release(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("mesa", "numba", "numpy", "llvmlite")},
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@njit(cache=True, nogil=True)
def _triad(a: Any, b: Any, c: Any, factor: float) -> None:
    for i in range(a.size):
        a[i] = b[i] + factor * c[i]


@njit(cache=True, nogil=True)
def _draw_needs(key: Any, month: int, rates: Any, hazards: Any, needs: Any) -> None:
    # The needs phase of the model without its memory: same draws, same exponential, same comparisons.
    for k in range(needs.size):
        word = bits(key, np.uint64(month + k))
        u, rate = high_single(word), rates[k]
        none = exp_minus(rate)
        one = none * (_ONE + rate)
        two = one + none * (_HALF * rate * rate)
        three = two + none * (_SIXTH * rate * rate * rate)
        count = np.int32(u >= none) + np.int32(u >= one) + np.int32(u >= two) + np.int32(u >= three)
        needs[k] = np.uint8(count + np.int32(low_single(word) < hazards[k]) * np.int32(128))


def _best(work: Callable[[], None]) -> float:
    """Return the shortest of several times, in seconds: what disturbs a machine only ever slows it."""
    work()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def memory_bandwidth(threads: int, elements: int = TRIAD_ELEMENTS) -> float:
    """Return bytes per second of ``a = b + factor * c`` over arrays outside every cache.

    Parameters
    ----------
    threads : int
        Threads that share the arrays in equal parts.
    elements : int
        Doubles per array.
    """
    a, b, c = np.zeros(elements), np.ones(elements), np.ones(elements)
    edges = np.linspace(0, elements, threads + 1).astype(int).tolist()
    parts = [slice(low, high) for low, high in pairwise(edges)]
    with ThreadPoolExecutor(threads) as pool:

        def work() -> None:
            list(pool.map(lambda part: _triad(a[part], b[part], c[part], 3.0), parts))

        return BYTES_PER_ELEMENT * elements / _best(work)


def arithmetic_ns() -> float:
    """Return ns per patient of the needs phase's addressed draw, exponential and comparisons, in cache."""
    rates: NDArray[np.float32] = np.linspace(0.0, 2.0, DRAWN_ROWS, dtype=np.float32)
    hazards = np.full(DRAWN_ROWS, 0.01, dtype=np.float32)
    needs = np.zeros(DRAWN_ROWS, dtype=np.uint8)
    rounds = 200

    def work() -> None:
        for month in range(rounds):
            _draw_needs(np.uint64(88172645463325252), month, rates, hazards, needs)

    return 1e9 * _best(work) / (rounds * DRAWN_ROWS)
