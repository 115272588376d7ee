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


class StreamKeys:
    """The keys of a world's streams, each in an array of one element that compiled steps are bound to.

    Parameters
    ----------
    seed : int
        Of the world.

    Examples
    --------
    >>> keys = StreamKeys(7)
    >>> needs = keys.of_month("needs")
    >>> keys.start_month(-3)
    >>> int(needs[0]) == stream_key(stream_base(7, "needs"), -3)
    True
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lasting: dict[str, np.ndarray] = {}
        self._monthly: dict[str, np.ndarray] = {}
        self._bases = np.empty(0, dtype=np.uint64)

    def of_start(self, stream: str) -> np.ndarray:
        """Return the key of month 0, which stays."""
        if stream not in self._lasting:
            self._lasting[stream] = self._key_of(stream_base(self._seed, stream))
        return self._lasting[stream]

    def of_month(self, stream: str) -> np.ndarray:
        """Return the key that `start_month` moves on; at first that of month 0."""
        if stream not in self._monthly:
            base = stream_base(self._seed, stream)
            self._monthly[stream] = self._key_of(base)
            self._bases = np.append(self._bases, np.uint64(base))
        return self._monthly[stream]

    def _key_of(self, base: int) -> np.ndarray:
        return np.array([stream_key(base, 0)], dtype=np.uint64)

    def start_month(self, month: int) -> None:
        """Move the monthly keys on, all in one compiled call."""
        values = _keys_of(self._bases, month).tolist()
        for key, value in zip(self._monthly.values(), values, strict=True):
            key[0] = value


@njit(cache=True, nogil=True)
def _keys_of(bases, month):
    keys = np.empty_like(bases)
    for i in range(bases.size):
        keys[i] = bits(bases[i], np.uint64(month + 1))
    return keys
