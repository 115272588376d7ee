"""Families of alternative rules for one task, of which a scenario puts one in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cas_model.config.declarations import PROCESSES, Process, compile_step, file_of, summary_of
from cas_model.config.errors import unknown_name
from cas_model.config.registry import Registry


@dataclass(frozen=True)
class AdaptationRule:
    """One way of learning, or of finding partners; `default` marks the one in force when nothing is said."""

    name: str
    label: str
    source: str
    meaning: str
    file: str
    default: bool


LEARNING_RULES: Registry[AdaptationRule] = Registry("learning rule")
REWIRING_RULES: Registry[AdaptationRule] = Registry("rewiring rule")

ADAPTATION: dict[str, Registry[AdaptationRule]] = {"learning": LEARNING_RULES, "rewiring": REWIRING_RULES}
"""Family -> its alternatives; the rules of a family live in the folder of its name."""

PLACE = {"learning": ("providers", 210), "rewiring": ("providers", 221)}
"""Phase and order in the month of each family's task."""


def adaptation_rule(
    family: str,
    name: str,
    *,
    label: str,
    source: str,
    meaning: str,
    writes: tuple[str, ...],
    default: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register an alternative of a family and the kernel that does the task its way."""
    phase, order = PLACE[family]

    def register(function: Callable[..., None]) -> Callable[..., None]:
        kernel, file = compile_step(function), file_of(function)
        ADAPTATION[family].add(AdaptationRule(name, label, source, meaning, file, default))
        step = f"{family}_{name}"
        PROCESSES.add(
            Process(step, phase, order, kernel, writes, file, summary_of(function), rule=(family, name))
        )
        return kernel

    return register


def default_rules() -> dict[str, str]:
    """Return the rule of each family that is in force when a scenario does not say."""
    chosen = {}
    for family, rules in ADAPTATION.items():
        names = sorted(rules.values(), key=lambda rule: not rule.default)
        if names:
            chosen[family] = names[0].name
    return chosen


def choose_rule(family: str, value: Any, where: str) -> str:
    """Return the name of a family's rule, or raise the usage error that names the nearest one."""
    if family not in ADAPTATION:
        raise unknown_name("family of rules", family, ADAPTATION, where)
    return ADAPTATION[family].require(str(value), where).name
