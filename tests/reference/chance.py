"""Where the plain model's random numbers come from: by address like the compiled model, or in sequence."""

from __future__ import annotations

import random
from typing import Protocol

import numpy as np

from cas_model.numerics.addressed_random import mix, stream_base, stream_key, uniforms

GOLDEN = 0x9E3779B97F4A7C15
"""Distance between the counters of two neighbouring draws (2^64 over the golden ratio)."""


class Chance(Protocol):
    """What the agents ask of a source of random numbers."""

    def start_month(self, month: int) -> None:
        """Move on to another month."""

    def uniform(self, stream: str, address: int) -> float:
        """Return a draw in [0, 1)."""

    def pair(self, stream: str, row: int) -> tuple[float, float]:
        """Return two independent draws in [0, 1), multiples of 2^-24."""

    def pairs(self, stream: str, n: int) -> tuple[list[float], list[float]]:
        """Return the first and the second draws of the pairs of rows 0..n-1."""

    def lasting(self, stream: str, n: int) -> list[float]:
        """Return what rows 0..n-1 are born with: draws that no month changes."""


class AddressedChance:
    """The compiled model's numbers, in plain integers: a draw depends on seed, stream, month and address."""

    def __init__(self, seed: int) -> None:
        self._seed, self._month = seed, 0
        self._bases: dict[str, int] = {}
        self._keys: dict[str, int] = {}

    def start_month(self, month: int) -> None:
        """Move on to another month: every stream gets another key."""
        self._month = month
        self._keys.clear()

    def _bits(self, stream: str, address: int) -> int:
        key = self._keys.get(stream)
        if key is None:
            if stream not in self._bases:
                self._bases[stream] = stream_base(self._seed, stream)
            key = self._keys[stream] = stream_key(self._bases[stream], self._month)
        return mix(key + address * GOLDEN)

    def uniform(self, stream: str, address: int) -> float:
        """Return the upper 53 of the 64 bits as a number in [0, 1)."""
        return (self._bits(stream, address) >> 11) * 2.0**-53

    def pair(self, stream: str, row: int) -> tuple[float, float]:
        """Return bits 40 to 63 and bits 8 to 31 as two numbers in [0, 1)."""
        word = self._bits(stream, row)
        return (word >> 40) * 2.0**-24, ((word >> 8) & 0xFFFFFF) * 2.0**-24

    def pairs(self, stream: str, n: int) -> tuple[list[float], list[float]]:
        """Return the pair of each row, as two lists."""
        drawn = [self.pair(stream, row) for row in range(n)]
        return [u for u, _ in drawn], [v for _, v in drawn]

    def lasting(self, stream: str, n: int) -> list[float]:
        """Return the draws of month 0, whatever the month is."""
        key = stream_key(stream_base(self._seed, stream), 0)
        return [(mix(key + row * GOLDEN) >> 11) * 2.0**-53 for row in range(n)]


class SequentialChance:
    """The next number of a generator, as in any Mesa model: other worlds, same distributions."""

    def __init__(self, seed: int, generator: random.Random, rng: np.random.Generator) -> None:
        self._seed, self._next, self._rng = seed, generator.random, rng

    def start_month(self, month: int) -> None:
        """Do nothing: the sequence goes on."""

    def uniform(self, stream: str, address: int) -> float:
        """Return the next number."""
        return self._next()

    def pair(self, stream: str, row: int) -> tuple[float, float]:
        """Return the next two numbers."""
        return self._next(), self._next()

    def pairs(self, stream: str, n: int) -> tuple[list[float], list[float]]:
        """Return `n` pairs, drawn at once."""
        return self._rng.random(n).tolist(), self._rng.random(n).tolist()

    def lasting(self, stream: str, n: int) -> list[float]:
        """Return the draws with which the world's people were made, so that they stay who they are."""
        drawn: list[float] = uniforms(self._seed, stream, 0, n).tolist()
        return drawn
