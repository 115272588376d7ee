"""Governance principles: named bundles of levers that are put in force with an intensity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cas_model.config.declarations import LEVERS, check_number
from cas_model.config.errors import UsageError
from cas_model.config.registry import Registry


@dataclass(frozen=True)
class Principle:
    """A bundle of levers, each with the setting it has when the principle is followed in full.

    A lever given as a pair starts from the first value instead of where it stands, as long as one of the
    principle's choices is still at its default (a property of an office that does not exist before).
    """

    name: str
    title: str
    source: str
    meaning: str
    levers: Mapping[str, float | str | tuple[float, float]]
    file: str

    def moved(self, levers: Mapping[str, float], intensity: float) -> dict[str, float]:
        """Return the levers that the principle moves, for an intensity from 0 to 1.

        Numbers move from where they stand, by the intensity, to their full setting, and never back; choices
        are made as soon as the intensity is above 0. Levers that are not registered are left out.
        """
        moved = {}
        choices = [n for n, full in self.levers.items() if isinstance(full, str) and n in LEVERS]
        founding = any(levers[name] == LEVERS[name].default for name in choices)
        for name, full in self.levers.items():
            if name not in LEVERS or intensity == 0.0:
                continue
            lever = LEVERS[name]
            if isinstance(full, str):
                moved[name] = float(lever.choices.index(full))
                continue
            at_first, end = full if isinstance(full, tuple) else (levers[name], full)
            founded = founding and isinstance(full, tuple)
            start = at_first if founded else levers[name]
            value = start + intensity * (end - start)
            value = float(round(value)) if lever.whole else value
            upwards = end >= lever.default
            behind = value > levers[name] if upwards else value < levers[name]
            if behind or founded:
                moved[name] = value
        return moved


PRINCIPLES: Registry[Principle] = Registry("principle")


def principle(
    name: str,
    *,
    title: str,
    source: str,
    meaning: str,
    levers: Mapping[str, float | str | tuple[float, float]],
) -> Principle:
    """Declare a principle in the file that has its name."""
    return PRINCIPLES.add(Principle(name, title, source, meaning, levers, f"rules/principles/{name}.py"))


def apply_principles(
    levers: dict[str, float], stated: Mapping[str, Any], where: str
) -> tuple[dict[str, float], list[UsageError]]:
    """Return the levers after the stated principles, and every problem found.

    Parameters
    ----------
    levers : dict of str to float
        Coded values where they stand.
    stated : mapping of str to number
        Principle -> intensity, 0 to 1.
    where : str
        File and key, for messages.
    """
    moved, problems = dict(levers), []
    for name, value in stated.items():
        place = f"{where}.{name}"
        try:
            found = PRINCIPLES.require(name, place)
            intensity = check_number(value, 0.0, 1.0, f"intensity of `{name}`", place)
            moved |= found.moved(moved, intensity)
        except UsageError as problem:
            problems.append(problem)
    return moved, problems
