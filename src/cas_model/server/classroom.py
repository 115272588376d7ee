"""Everybody on one server: who is there, what the lecturer has locked, and all predictions together."""

from __future__ import annotations

import ctypes
import gc
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

MOST_SEATS = 60
"""Sessions that one server keeps at a time; more are turned away in words."""
CLEARING = 2.0
"""Seconds after a visitor has left until the memory of its worlds goes back to the machine."""


@dataclass
class Entry:
    """What the class is told about one seat."""

    number: int
    prediction: dict[str, float] = field(default_factory=dict)
    """Where it saw world B end, per lesson, display units."""


class Classroom:
    """The seats of one server; safe to use from many threads.

    Attributes
    ----------
    key : str
        Word that makes a visitor the lecturer.
    locked : bool
        Students may watch, step and play, but not change settings.
    """

    def __init__(self) -> None:
        self.key = secrets.token_urlsafe(9)
        self.locked = False
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._arrived = 0

    def enter(self, seat: str) -> Entry | None:
        """Give a seat its number; None when the room is full."""
        with self._lock:
            if seat not in self._entries:
                if len(self._entries) >= MOST_SEATS:
                    return None
                self._arrived += 1
                self._entries[seat] = Entry(self._arrived)
            return self._entries[seat]

    def leave(self, seat: str) -> None:
        """Forget a seat."""
        with self._lock:
            self._entries.pop(seat, None)
        clearing = threading.Timer(CLEARING, give_memory_back)
        clearing.daemon = True
        clearing.start()

    def __len__(self) -> int:
        return len(self._entries)

    def is_lecturer(self, key: str) -> bool:
        """Whether somebody holds the lecturer's key."""
        return secrets.compare_digest(key.encode(), self.key.encode())

    def pooled(self, lesson: str) -> list[dict[str, Any]]:
        """Return everybody's prediction of a lesson by seat number; those without one are left out."""
        with self._lock:
            found = [e for e in self._entries.values() if lesson in e.prediction]
        return [
            {"seat": e.number, "prediction": e.prediction[lesson]}
            for e in sorted(found, key=lambda e: e.number)
        ]


CLASSROOM = Classroom()
"""The one room of this process."""


def give_memory_back() -> None:
    """Hand what is free to the machine; the C library of Linux keeps it for itself unless asked."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
