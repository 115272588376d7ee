"""Small numeric functions that compiled kernels share, and that plain Python can follow to the bit."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_SIXTEENTH = np.float32(1.0 / 16.0)
_LARGEST_RATE = np.float32(8.0)
_ONE, _HALF = np.float32(1.0), np.float32(0.5)
_SIXTH, _C4, _C5 = np.float32(1.0 / 6.0), np.float32(1.0 / 24.0), np.float32(1.0 / 120.0)


@njit(cache=True, nogil=True, inline="always")
def exp_minus(rate):
    """Return exp(-rate) in float32 for rate in [0, 8]; larger rates count as 8.

    A fifth-degree Taylor polynomial at rate / 16, squared four times: no branch and no library call, so that
    loops vectorise. Relative error below 1e-5 for rate <= 4.
    """
    y = min(rate, _LARGEST_RATE) * _SIXTEENTH
    e = _ONE - y * (_ONE - y * (_HALF - y * (_SIXTH - y * (_C4 - y * _C5))))
    e = e * e
    e = e * e
    e = e * e
    return e * e


@njit(cache=True, nogil=True, inline="always")
def logistic(x):
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


@njit(cache=True, nogil=True, inline="always")
def clip(value, low, high):
    """Return `value` limited to [low, high]."""
    return min(max(value, low), high)


@njit(cache=True, nogil=True, inline="always")
def unsigned(row):
    """Return a row number by which arrays are read without a test for negative indices at every access."""
    return np.uint32(row)


@njit(cache=True, nogil=True, inline="always")
def paid_and_withdrawn(now, duration, taper):
    """Return which share of an event's project money is paid in month `now`, and which is withdrawn then.

    All of it is paid for `duration` months; then it falls evenly over `taper` months, or at once.
    """
    if now < duration:
        return 1.0, 0.0
    steps = max(1.0, taper)
    return 1.0 - (now - duration + 1.0) / steps, 1.0 / steps
