"""Telling people how far the work is: a bar with time left in a terminal, plain or JSON lines elsewhere."""

from __future__ import annotations

import json
import sys
import time
from types import TracebackType
from typing import Protocol, TextIO

PLAIN_EVERY_SECONDS = 5.0
"""Lines in a log are at least this far apart."""


class Progress(Protocol):
    """What running code reports to: entered with `with`, then told how much is done."""

    def update(self, done: int, failed: int = 0) -> None:
        """Report the number of finished pieces, and how many of them failed."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Silent:
    """Reports nothing: for libraries and tests."""

    def update(self, done: int, failed: int = 0) -> None:
        """Ignore the report."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing."""


class Part:
    """Reports one part of a longer work to the progress of the whole, which stays open in between."""

    def __init__(self, whole: Progress, before: int) -> None:
        self._whole, self._before = whole, before

    def update(self, done: int, failed: int = 0) -> None:
        """Report what is done of the part."""
        self._whole.update(self._before + done, failed)

    def __enter__(self) -> Part:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: the whole goes on."""


class Bar:
    """A bar in a terminal: done/total, failures, speed and time left.

    Parameters
    ----------
    total : int
        Number of pieces.
    title : str
        Words before the bar.
    noun : str
        What a piece is, in the plural: ``worlds`` or ``months``.
    """

    def __init__(self, total: int, title: str, noun: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._noun, self._started = noun, time.monotonic()
        self._shown = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f}{task.fields[words]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=Console(stderr=True),
        )
        self._task = self._shown.add_task(title, total=total, words="")

    def update(self, done: int, failed: int = 0) -> None:
        """Move the bar."""
        rate = done / max(time.monotonic() - self._started, 1e-9)
        words = f"  {failed} failed" if self._noun == "worlds" else ""
        self._shown.update(self._task, completed=done, words=f"{words}  {rate:.2g} {self._noun}/s")

    def __enter__(self) -> Bar:
        self._shown.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands."""
        self._shown.stop()


class Lines:
    """One line now and then, for logs: words, or JSON objects for programs.

    Parameters
    ----------
    total, title, noun
        As for `Bar`.
    as_json : bool
        Write ``{"title", "done", "total", "failed", "seconds", "seconds_left"}`` objects.
    out : text stream, optional
        Standard error by default, so that results on standard output stay clean.
    """

    def __init__(
        self, total: int, title: str, noun: str, *, as_json: bool = False, out: TextIO | None = None
    ) -> None:
        self._total, self._title, self._noun, self._as_json = total, title, noun, as_json
        self._out = out if out is not None else sys.stderr
        self._started = self._last = time.monotonic()

    def update(self, done: int, failed: int = 0) -> None:
        """Write a line when some seconds have passed, or when all is done."""
        now = time.monotonic()
        if done < self._total and now - self._last < PLAIN_EVERY_SECONDS:
            return
        self._last = now
        seconds = now - self._started
        left = seconds / done * (self._total - done) if done else None
        if self._as_json:
            record = {
                "title": self._title,
                "done": done,
                "total": self._total,
                "failed": failed,
                "seconds": round(seconds, 1),
                "seconds_left": None if left is None else round(left, 1),
            }
            line = json.dumps(record)
        else:
            until = "" if left is None else f", about {left:.0f} s left"
            trouble = f", {failed} failed" if failed else ""
            line = (
                f"{self._title}: {done} of {self._total} {self._noun}{trouble} after {seconds:.0f} s{until}"
            )
        print(line, file=self._out, flush=True)

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: every line is already out."""


def progress_for(total: int, title: str, noun: str, *, as_json: bool = False) -> Progress:
    """Return the progress display that suits standard error: a bar in a terminal, lines elsewhere."""
    if not as_json and sys.stderr.isatty():
        return Bar(total, title, noun)
    return Lines(total, title, noun, as_json=as_json)
