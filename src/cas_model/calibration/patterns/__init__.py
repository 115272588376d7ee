"""Patterns P1 to P25 that a valid baseline has to show, as predicates on the worlds of one seed.

A predicate returns the number it judges and whether the criterion holds; None when these
worlds leave it open.
Patterns whose criterion no table of a world can decide are listed with the reason, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cas_model.calibration.measurements import BASELINE, Worlds

USUAL_SHARE = 0.9
"""Share of seeds in which a criterion has to hold, unless it says otherwise (dossier 3.3)."""


@dataclass(frozen=True)
class Seen:
    """What the worlds of one seed show.

    Attributes
    ----------
    value : float
        The number that is judged; NaN when undefined.
    holds : bool or None
        Whether the criterion holds; None when it cannot be decided.
    """

    value: float
    holds: bool | None


@dataclass(frozen=True)
class Pattern:
    """A pattern with its criterion.

    Attributes
    ----------
    id, title, source : str
        Number, what is seen, and where.
    criterion : str
        In words, with the threshold of the dossier.
    worlds : tuple of str
        Labels it needs.
    share : float
        Of seeds in which it has to hold.
    proxy, suspect : str
        How the measure differs from the criterion, and the mechanism suspected when it fails.
    fitted : tuple of str
        Parameters that were set with this pattern in sight: it is no independent test of the model.
    judge : callable or None
        The predicate; None when it is not measurable.
    not_measurable : str
        Why.
    """

    id: str
    title: str
    criterion: str
    source: str
    worlds: tuple[str, ...] = (BASELINE,)
    share: float = USUAL_SHARE
    proxy: str = ""
    suspect: str = ""
    fitted: tuple[str, ...] = ()
    judge: Callable[[Worlds], Seen] | None = None
    not_measurable: str = ""


PATTERNS: dict[str, Pattern] = {}


def _add(pattern: Pattern) -> None:
    if pattern.id in PATTERNS:
        raise ValueError(f"pattern `{pattern.id}` is registered twice")
    PATTERNS[pattern.id] = pattern


def pattern(
    id: str, title: str, criterion: str, source: str, *, worlds: tuple[str, ...] = (BASELINE,),
    share: float = USUAL_SHARE, proxy: str = "", suspect: str = "", fitted: tuple[str, ...] = (),
) -> Callable[[Callable[[Worlds], Seen]], Callable[[Worlds], Seen]]:  # fmt: skip
    """Register a predicate (see `Pattern`)."""

    def register(judge: Callable[[Worlds], Seen]) -> Callable[[Worlds], Seen]:
        _add(Pattern(id, title, criterion, source, worlds, share, proxy, suspect, fitted, judge))
        return judge

    return register


def not_measurable(id: str, title: str, criterion: str, source: str, reason: str) -> None:
    """List a pattern that no table of a world can decide, and why."""
    _add(Pattern(id, title, criterion, source, (), not_measurable=reason))


def judged(value: float, holds: bool) -> Seen:
    """Return what is seen; an undefined number decides nothing."""
    return Seen(float(value), bool(holds) if np.isfinite(value) else None)


def load_patterns() -> list[Pattern]:
    """Return every pattern in order."""
    from cas_model.config.registry import load_package

    load_package(__name__)
    return sorted(PATTERNS.values(), key=lambda one: int(one.id[1:]))
