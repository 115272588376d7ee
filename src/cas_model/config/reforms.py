"""Reforms: settings that change in the course of a world, at once or little by little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cas_model.config.declarations import LEVERS
from cas_model.config.errors import UsageError
from cas_model.config.funding_mix import Mix, apply_mix
from cas_model.config.limits import check_seats
from cas_model.config.principles import apply_principles


@dataclass(frozen=True)
class Reform:
    """A change of settings that begins in a policy month.

    Attributes
    ----------
    month : int
        Policy month in which it begins.
    over_months : int
        Months until it is complete; 1 is at once.
    changes : dict of str to (float, float)
        ``governance.<lever>`` or ``funding.mix.<discipline>.<method>`` -> value in force before, and after.
    """

    month: int
    over_months: int
    changes: dict[str, tuple[float, float]]

    def is_moving(self, month: int) -> bool:
        """Whether the reform changes something in this month."""
        return self.month <= month < self.month + self.over_months

    def values(self, month: int) -> Iterator[tuple[str, float]]:
        """Yield each key with its value in a month of the reform: even steps, the last one at the target."""
        progress = (month - self.month + 1) / self.over_months
        for key, (before, after) in self.changes.items():
            value = before + progress * (after - before) if progress < 1.0 else after
            lever = LEVERS.get(key.removeprefix("governance."))
            yield key, float(round(value)) if lever is not None and lever.whole else value

    def describe(self) -> str:
        """Return the reform in words, e.g. ``from month 24 over 12 months: governance.floor 0.6 -> 0.9``."""
        moved = ", ".join(f"{key} {a:g} -> {b:g}" for key, (a, b) in self.changes.items())
        pace = f" over {self.over_months} months" if self.over_months > 1 else ""
        return f"from month {self.month}{pace}: {moved}"


@dataclass(frozen=True)
class StatedReform:
    """A reform as a file states it, before it is known what it changes from.

    Attributes
    ----------
    where : str
        File and key, for messages.
    """

    where: str
    month: int
    over_months: int = 1
    governance: Mapping[str, Any] = field(default_factory=dict)
    principles: Mapping[str, Any] = field(default_factory=dict)
    mix: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def settle_reforms(
    stated: Sequence[StatedReform], levers: Mapping[str, float], mix: Mix, horizon: int
) -> tuple[tuple[Reform, ...], list[UsageError]]:
    """Work out what each reform changes from and to, in the order of time.

    Parameters
    ----------
    stated : sequence of StatedReform
        As read from the layers of a scenario.
    levers : mapping of str to float
        Coded value of every lever at month 0.
    mix : dict
        Payment of each discipline at month 0.
    horizon : int
        Policy months of the scenario.

    Returns
    -------
    (reforms, problems)
        Problems: a reform outside the horizon, one that changes nothing or steps a choice, values out of
        range, and two reforms that move the same setting at the same time.
    """
    now, shares = dict(levers), {d: dict(m) for d, m in mix.items()}
    busy_until: dict[str, tuple[int, str]] = {}
    settled: list[Reform] = []
    problems: list[UsageError] = []
    for reform in sorted(stated, key=lambda r: r.month):
        if reform.month >= horizon:
            problems.append(
                UsageError(
                    f"the reform begins in month {reform.month}, after the end",
                    where=reform.where,
                    allowed=f"months 0 to {horizon - 1}",
                    fix=f"begin it earlier, or set run.months to more than {reform.month}",
                )
            )
            continue
        target, found = _target(reform, now)
        aimed, more = apply_mix(shares, dict(reform.mix), f"{reform.where}.funding.mix")
        changes = _changes(now, target, shares, aimed)
        found += more
        if not found and not changes:
            found.append(UsageError("the reform changes nothing", where=reform.where))
        for key in changes:
            end, other = busy_until.get(key, (0, ""))
            if reform.month < end:
                found.append(
                    UsageError(
                        f"`{key}` is still being moved by another reform ({other}) in month {reform.month}",
                        where=reform.where,
                        allowed="reforms of one setting after each other",
                        fix=f"begin it in month {end} or later",
                    )
                )
            busy_until[key] = (reform.month + reform.over_months, reform.where)
        problems += found
        now, shares = target, aimed
        settled.append(Reform(reform.month, reform.over_months, changes))
    return tuple(settled), problems


def _target(reform: StatedReform, now: Mapping[str, float]) -> tuple[dict[str, float], list[UsageError]]:
    target, problems = apply_principles(dict(now), reform.principles, f"{reform.where}.principles")
    for name, value in reform.governance.items():
        where = f"{reform.where}.governance.{name}"
        try:
            target[name] = LEVERS.require(name, where).check(value, where)
        except UsageError as problem:
            problems.append(problem)
    for name, value in target.items():
        if LEVERS[name].choices and reform.over_months > 1 and value != now[name]:
            problems.append(
                UsageError(
                    f"lever `{name}` is a choice, which cannot change little by little",
                    where=reform.where,
                    fix="put it in a reform of its own with over_months = 1",
                )
            )
    return target, problems + check_seats(target, reform.where)


def _changes(
    now: Mapping[str, float], target: Mapping[str, float], shares: Mix, aimed: Mix
) -> dict[str, tuple[float, float]]:
    changes = {f"governance.{k}": (now[k], v) for k, v in target.items() if v != now[k]}
    for discipline, wanted in aimed.items():
        for method, share in wanted.items():
            before = shares[discipline].get(method, 0.0)
            if share != before:
                changes[f"funding.mix.{discipline}.{method}"] = (before, share)
    return changes
