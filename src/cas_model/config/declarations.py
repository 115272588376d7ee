"""The kinds of declaration the model is made of, and the registries that hold them."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from numba import njit

from cas_model.config.errors import UsageError, nearest
from cas_model.config.registry import Registry

PHASES = (
    "shocks",
    "demography",
    "needs",
    "seeking",
    "access",
    "care",
    "health",
    "payment",
    "providers",
    "councils",
    "meta_governance",
    "information",
    "record",
)


@dataclass(frozen=True)
class Parameter:
    """A number of the model: default, plausible range, unit and where it comes from.

    `source` is a dossier or literature reference, or the word ``assumption`` (optionally with the
    claim that motivates its existence).
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    source: str
    meaning: str
    whole: bool = False

    def check(self, value: Any, where: str, kind: str = "parameter") -> float:
        """Return `value` as a float inside [low, high], or raise a usage error naming the range."""
        what = f"{kind} `{self.name}`"
        number = check_number(value, self.low, self.high, what, where, self.unit)
        return _check_whole(number, what, where, self.unit) if self.whole else number


def _check_whole(number: float, what: str, where: str, unit: str) -> float:
    if number != int(number):
        raise UsageError(
            f"{what} is {number:g}", where=where, allowed=f"whole {unit}", fix=f"use {round(number)}"
        )
    return number


PARAMETERS: Registry[Parameter] = Registry("parameter")


def parameter(
    name: str, default: float, low: float, high: float, unit: str, source: str, meaning: str
) -> Parameter:
    """Declare a parameter beside the rule that uses it."""
    return PARAMETERS.add(Parameter(name, default, low, high, unit, source, meaning))


def check_number(value: Any, low: float, high: float, what: str, where: str, unit: str = "") -> float:
    """Return a finite float in [low, high] or raise a usage error."""
    unit = "" if unit in ("0-1", "-", "ratio") else f" {unit}"
    allowed = f"{low:g} to {high:g}{unit}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{what} is `{value}`, which is not a number", where=where, allowed=allowed)
    if not math.isfinite(value):
        raise UsageError(f"{what} is {value}, which is not finite", where=where, allowed=allowed)
    if not low <= value <= high:
        nearest = low if value < low else high
        raise UsageError(f"{what} is {value:g}", where=where, allowed=allowed, fix=f"use {nearest:g}")
    return float(value)


@dataclass(frozen=True)
class Lever:
    """A governance rule that somebody can set: it fills one zone column, and acts only through agents."""

    name: str
    column: str
    default: float
    low: float
    high: float
    unit: str
    source: str
    meaning: str
    choices: tuple[str, ...] = ()
    whole: bool = False
    kind: ClassVar[str] = "lever"

    def check(self, value: Any, where: str) -> float:
        """Return the numeric code of `value`, or raise a usage error naming what is allowed."""
        what = f"{self.kind} `{self.name}`"
        if self.choices:
            if value not in self.choices:
                match = nearest(str(value), self.choices)
                fix = f"did you mean `{match}`?" if match else ""
                raise UsageError(
                    f"{what} is `{value}`", where=where, allowed=", ".join(self.choices), fix=fix
                )
            return float(self.choices.index(value))
        number = check_number(value, self.low, self.high, what, where, self.unit)
        return _check_whole(number, what, where, self.unit) if self.whole else number

    def word(self, value: float) -> float | str:
        """Return a value as a scenario file would write it."""
        return self.choices[int(value)] if self.choices else value


LEVERS: Registry[Lever] = Registry("lever")


def lever(
    name: str,
    *,
    column: str,
    default: float,
    low: float = 0.0,
    high: float = 1.0,
    unit: str = "0-1",
    source: str,
    meaning: str,
    choices: tuple[str, ...] = (),
    whole: bool = False,
) -> Lever:
    """Declare a governance lever; `whole` ones take whole numbers only."""
    return LEVERS.add(Lever(name, column, default, low, high, unit, source, meaning, choices, whole))


@dataclass(frozen=True)
class Process:
    """One compiled step of the month: which columns it reads and writes, and when it runs.

    Kernel arguments bind by name: ``<table>_<column>`` to an array, a parameter's name to its value,
    ``key_<stream>`` to that stream's key of the month, ``strength`` to the mechanism's strength,
    ``method`` to the position of the payment method, and ``start``/``stop`` to the patient rows of a chunk.
    """

    name: str
    phase: str
    order: int
    kernel: Callable[..., None]
    writes: tuple[str, ...]
    file: str
    summary: str
    mechanism: str | None = None
    rule: tuple[str, str] | None = None
    """Family and name, for a step that is one of several alternatives."""
    method: str | None = None

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Names of the kernel's arguments, in call order."""
        return tuple(inspect.signature(self.kernel.py_func).parameters)  # type: ignore[attr-defined]

    @cached_property
    def by_rows(self) -> bool:
        """Whether the step runs over chunks of patient rows (and so on several threads)."""
        return self.arguments[:2] == ("start", "stop")

    @property
    def counts_groups(self) -> bool:
        """Whether all it does is to count what befalls groups of people, which no rule reads."""
        return all(key.startswith("group_") for key in self.writes)


PROCESSES: Registry[Process] = Registry("process")

PREPARE, ACT, APPLY = 0, 100, 200
"""Order inside a phase: clear the drives, let mechanisms add to them, apply the sum."""


def compile_step(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function as a compiled kernel that releases Python's lock."""
    return njit(cache=True, nogil=True)(function)


def file_of(function: Callable[..., None]) -> str:
    """Return the file of a rule, from the package's folder."""
    return function.__module__.replace("cas_model.", "", 1).replace(".", "/") + ".py"


def summary_of(function: Callable[..., None]) -> str:
    """Return the first line of a function's docstring."""
    return (inspect.getdoc(function) or "").split("\n", 1)[0]


def process(
    phase: str, order: int, writes: tuple[str, ...]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a base process of a phase; `order` places it among the phase's steps."""
    if phase not in PHASES:
        raise ValueError(f"unknown phase `{phase}`")

    def register(function: Callable[..., None]) -> Callable[..., None]:
        kernel = compile_step(function)
        name = function.__name__
        PROCESSES.add(Process(name, phase, order, kernel, writes, file_of(function), summary_of(function)))
        return kernel

    return register


@dataclass(frozen=True)
class Mechanism:
    """A causal claim of the evidence that the model can switch off (strength 0 to 1, default 1)."""

    name: str
    title: str
    claim: str
    sign: str
    grade: str
    source: str
    file: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    modelled: bool = True
    reason: str = ""
    parameters: tuple[str, ...] = field(default=())


MECHANISMS: Registry[Mechanism] = Registry("mechanism")


def mechanism(
    name: str,
    *,
    title: str,
    claim: str,
    sign: str,
    grade: str,
    source: str,
    phase: str,
    writes: tuple[str, ...],
    order: int = ACT,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a mechanism and the kernel through which it acts; the kernel must use `strength`."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        kernel = compile_step(function)
        arguments = tuple(inspect.signature(function).parameters)
        if "strength" not in arguments:
            raise ValueError(f"mechanism {name} cannot be ablated: its kernel takes no `strength`")
        PROCESSES.add(
            Process(
                f"{name}_{function.__name__}",
                phase,
                order + int(name[1:]),
                kernel,
                writes,
                file_of(function),
                claim,
                name,
            )
        )
        reads = tuple(a for a in arguments if a not in ("start", "stop", "strength"))
        MECHANISMS.add(Mechanism(name, title, claim, sign, grade, source, file_of(function), reads, writes))
        return kernel

    return register


def mechanism_step(
    name: str, *, phase: str, writes: tuple[str, ...], order: int = ACT
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a further step of a mechanism declared above it in the same file; it has the same strength."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        known, kernel, file = MECHANISMS[name], compile_step(function), file_of(function)
        if known.file != file:
            raise ValueError(f"a step of {name} stands in {file}, and {name} in {known.file}")
        arguments = tuple(inspect.signature(function).parameters)
        if "strength" not in arguments:
            raise ValueError(f"mechanism {name} cannot be ablated: a step of it takes no `strength`")
        step = f"{name}_{function.__name__}"
        PROCESSES.add(
            Process(step, phase, order + int(name[1:]), kernel, writes, file, summary_of(function), name)
        )
        reads = (a for a in arguments if a not in ("start", "stop", "strength"))
        MECHANISMS.extend(
            replace(
                known,
                reads=tuple(dict.fromkeys((*known.reads, *reads))),
                writes=tuple(dict.fromkeys((*known.writes, *writes))),
            )
        )
        return kernel

    return register


@dataclass(frozen=True)
class Outcome:
    """A measured result with label, unit, range, direction and formula; one entry, every level.

    `compute` takes the measures summed over the units of a level, a mapping from measure name to an
    array (months, units, ...), and returns an array (months, units), NaN where undefined.
    """

    name: str
    label: str
    family: str
    unit: str
    low: float
    high: float
    direction: int
    smallest_that_matters: float
    formula: str
    source: str
    compute: Callable[[Any], Any]
    period_months: int = 1


OUTCOMES: Registry[Outcome] = Registry("outcome")


def outcome(
    name: str,
    *,
    label: str,
    family: str,
    unit: str,
    low: float,
    high: float,
    direction: int,
    smallest_that_matters: float,
    formula: str,
    source: str,
    period_months: int = 1,
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register an outcome; `direction` is +1 when more is better, -1 when less is, 0 when neither."""

    def register(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        OUTCOMES.add(
            Outcome(
                name,
                label,
                family,
                unit,
                low,
                high,
                direction,
                smallest_that_matters,
                formula,
                source,
                function,
                period_months,
            )
        )
        return function

    return register


@dataclass(frozen=True)
class PaymentMethod:
    """A way of paying providers; its kernel computes what a provider is due under it.

    `volume_based`: more contacts bring more income. `joint_savings`: it depends on what the zone saves.
    """

    name: str
    label: str
    volume_based: bool
    source: str
    meaning: str
    file: str
    joint_savings: bool = False


PAYMENT_METHODS: Registry[PaymentMethod] = Registry("payment method")


def payment_method(
    name: str, *, label: str, volume_based: bool, source: str, meaning: str, joint_savings: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a payment method and the kernel that fills its column of what is due (`due_eur`).

    The kernel's argument ``method`` is that column's position, which follows from the files there are.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        kernel = compile_step(function)
        file, writes = file_of(function), ("provider_due_eur",)
        PAYMENT_METHODS.add(PaymentMethod(name, label, volume_based, source, meaning, file, joint_savings))
        PROCESSES.add(Process(f"pay_{name}", "payment", ACT, kernel, writes, file, meaning, method=name))
        return kernel

    return register
