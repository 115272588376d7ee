"""Random numbers by address: a draw is a function of (seed, stream name, month, agent, draw).

No generator state exists, so the same seed gives the same bits on any number of threads, an unused rule
changes no draw, and two worlds that differ in one rule share all other chance.

Algorithm: SplitMix64 finaliser (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195) over a counter.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numba import njit

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF
GOLDEN = np.uint64(_GOLDEN)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S11, _S40, _S8 = np.uint64(11), np.uint64(40), np.uint64(8)
_LOW_24 = np.uint64(0xFFFFFF)
_TO_DOUBLE = 2.0**-53
_TO_SINGLE = np.float32(2.0**-24)


def mix(value: int) -> int:
    """Scramble a 64-bit integer (SplitMix64 finaliser); the readable twin of `bits`."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def stream_base(seed: int, stream: str) -> int:
    """Return the 64-bit base of a named stream; `stream_key` adds the month.

    Parameters
    ----------
    seed : int
        Any integer, 0 included.
    stream : str
        Name of the decision or event, e.g. ``"tie_success"``.
    """
    name = int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=8).digest(), "little")
    return mix((seed & _MASK) * _GOLDEN + mix(name))


def stream_key(base: int, month: int) -> int:
    """Return the 64-bit key of a stream in one month (months may be negative: the burn-in)."""
    return mix(base + ((month & _MASK) + 1) * _GOLDEN)


@njit(cache=True, nogil=True, inline="always")
def bits(key, index):
    """Return 64 random bits of draw `index` under `key` (both uint64)."""
    x = key + index * GOLDEN
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@njit(cache=True, nogil=True, inline="always")
def uniform(key, index):
    """Return a double in [0, 1) for draw `index` (int64 >= 0) under `key` (uint64)."""
    return np.float64(bits(key, np.uint64(index)) >> _S11) * _TO_DOUBLE


@njit(cache=True, nogil=True, inline="always")
def high_single(word):
    """Return the upper 24 of 64 bits as float32 in [0, 1)."""
    return np.float32(np.int32(word >> _S40)) * _TO_SINGLE


@njit(cache=True, nogil=True, inline="always")
def low_single(word):
    """Return bits 8 to 31 of 64 as float32 in [0, 1); independent of `high_single`."""
    return np.float32(np.int32((word >> _S8) & _LOW_24)) * _TO_SINGLE


def uniforms(seed: int, stream: str, month: int, n: int) -> np.ndarray:
    """Return the draws 0..n-1 of a stream in one month, shape (n,), float64 in [0, 1).

    Examples
    --------
    >>> uniforms(0, "needs", 3, 2).tolist() == uniforms(0, "needs", 3, 5)[:2].tolist()
    True
    """
    key = np.uint64(stream_key(stream_base(seed, stream), month))
    out = np.empty(n)
    _fill(key, out)
    return out


@njit(cache=True, nogil=True)
def _fill(key, out):
    for i in range(out.size):
        out[i] = uniform(key, i)
