"""Errors that say what arrived, what is allowed, where, and the nearest fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CasModelError(Exception):
    """A failure while doing correct work (exit code 1)."""

    exit_code = 1


class UsageError(CasModelError):
    """A wrong request: bad file, key, value or flag (exit code 2).

    Parameters
    ----------
    problem : str
        What arrived and why it cannot be used.
    where : str, optional
        File and key, or command-line flag.
    allowed : str, optional
        The range or the set of allowed values.
    fix : str, optional
        The nearest thing that would work.
    """

    exit_code = 2

    def __init__(self, problem: str, *, where: str = "", allowed: str = "", fix: str = "") -> None:
        self.problem, self.where, self.allowed, self.fix = problem, where, allowed, fix
        parts = [f"{where}: {problem}" if where else problem]
        if allowed:
            parts.append(f"allowed: {allowed}")
        if fix:
            parts.append(f"fix: {fix}")
        super().__init__("\n  ".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only fields would be lost by the default pickling of exceptions (worker processes).
        return (_rebuild_usage_error, (self.problem, self.where, self.allowed, self.fix))


def _rebuild_usage_error(problem: str, where: str, allowed: str, fix: str) -> UsageError:
    return UsageError(problem, where=where, allowed=allowed, fix=fix)


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that looks most like `word`, or None when none is close."""
    choices = list(options)
    tail = {choice.rsplit(".", 1)[-1]: choice for choice in choices}
    for pool in (choices, list(tail)):
        match = difflib.get_close_matches(word, pool, n=1, cutoff=0.6)
        if match:
            return tail.get(match[0], match[0]) if pool is not choices else match[0]
    return None


def unknown_name(kind: str, word: str, options: Iterable[str], where: str = "") -> UsageError:
    """Build the error for a name that no registry holds, with the nearest valid one.

    Examples
    --------
    >>> print(unknown_name("parameter", "trust_gian", ["trust_gain", "trust_decay"]))
    unknown parameter `trust_gian`
      fix: did you mean `trust_gain`?
    """
    choices = sorted(options)
    match = nearest(word, choices)
    if match:
        return UsageError(f"unknown {kind} `{word}`", where=where, fix=f"did you mean `{match}`?")
    shown = ", ".join(choices[:12]) + (", ..." if len(choices) > 12 else "")
    return UsageError(f"unknown {kind} `{word}`", where=where, allowed=shown)
