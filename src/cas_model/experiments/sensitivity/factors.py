"""Factors of a sensitivity experiment: any setting of a scenario, with the distribution it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy import stats

from cas_model.config.adaptation import ADAPTATION
from cas_model.config.declarations import LEVERS, MECHANISMS, PARAMETERS, PAYMENT_METHODS
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.principles import PRINCIPLES
from cas_model.config.vocabulary import DISCIPLINES, PAYERS

Value = float | int | str | bool
Shape = Literal["uniform", "loguniform", "triangular", "normal", "integer", "category"]
SHARE = (0.0, 1.0)
SCENARIO = "scenario"
"""The factor that names the base itself; the other factors are laid over each of its choices."""
EVERYTHING = "*"
"""`section.*` stands for every key of the section that no other entry names."""


@dataclass(frozen=True)
class SampledFactor:
    """One uncertain setting.

    Attributes
    ----------
    key : str
        Dotted key of a scenario, or the name of an argument of a test function.
    shape : str
        ``uniform``, ``loguniform``, ``triangular``, ``normal`` (truncated), ``integer`` or ``category``.
    low, high : float
        Ends of the range; 0 and the number of choices less one for a category.
    centre, spread : float
        Mode of a triangular; mean and standard deviation of a normal before truncation.
    choices : tuple
        Values of a category.
    source : str
        Where the range comes from.
    """

    key: str
    shape: Shape
    low: float
    high: float
    centre: float = float("nan")
    spread: float = float("nan")
    choices: tuple[Value, ...] = ()
    source: str = ""

    def values(self, unit: NDArray[np.float64]) -> list[Value]:
        """Map points of the unit interval to settings: the quantile function of the distribution.

        Parameters
        ----------
        unit : float array (n,)
            In [0, 1].

        Examples
        --------
        >>> SampledFactor("k", "integer", 2, 4).values(np.array([0.0, 0.5, 1.0]))
        [2, 3, 4]
        >>> SampledFactor("k", "category", 0, 1, choices=("a", "b")).values(np.array([0.4, 0.6]))
        ['a', 'b']
        """
        if self.shape in ("integer", "category"):
            steps = np.floor(unit * (self.high - self.low + 1.0)).clip(0.0, self.high - self.low)
            whole = (self.low + steps).astype(int).tolist()
            return [self.choices[i] for i in whole] if self.choices else whole
        width = self.high - self.low
        if self.shape == "uniform":
            found = self.low + unit * width
        elif self.shape == "loguniform":
            found = stats.loguniform.ppf(unit, self.low, self.high)
        elif self.shape == "triangular":
            found = stats.triang.ppf(unit, (self.centre - self.low) / width, self.low, width)
        else:
            ends = [(end - self.centre) / self.spread for end in (self.low, self.high)]
            found = stats.truncnorm.ppf(unit, *ends, loc=self.centre, scale=self.spread)
        exact: list[Value] = np.clip(found, self.low, self.high).tolist()
        return exact

    def describe(self) -> str:
        """Return the distribution in words."""
        if self.choices:
            return f"one of {', '.join(str(choice) for choice in self.choices)}"
        ends = f"{self.low:g} to {self.high:g}"
        extra = {
            "triangular": f", mode {self.centre:g}",
            "normal": f", mean {self.centre:g}, standard deviation {self.spread:g}, truncated",
        }
        return f"{self.shape}, {ends}{extra.get(self.shape, '')}"


@dataclass(frozen=True)
class _Declared:
    """What the registries allow for a key."""

    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    choices: tuple[str, ...] = ()
    source: str = ""


def declared_settings() -> Iterator[tuple[str, _Declared]]:
    """Yield every key that a factor may vary, with the range or choices that its registry declares."""
    yield SCENARIO, _Declared(source="scenario files")
    for parameter in PARAMETERS.values():
        about = _Declared(parameter.low, parameter.high, parameter.whole, (), parameter.source)
        yield f"parameters.{parameter.name}", about
    for section, levers in (("governance", LEVERS), ("funding", FUNDING_TERMS)):
        for lever in levers.values():
            about = _Declared(lever.low, lever.high, lever.whole, lever.choices, lever.source)
            yield f"{section}.{lever.name}", about
    for name, mechanism in MECHANISMS.items():
        if mechanism.modelled:
            yield f"mechanisms.{name}", _Declared(source=mechanism.source)
    for principle in PRINCIPLES.values():
        yield f"principles.{principle.name}", _Declared(source=principle.source)
    for family, rules in ADAPTATION.items():
        yield f"adaptation.{family}", _Declared(choices=tuple(rules))
    for discipline in DISCIPLINES:
        yield from ((f"funding.mix.{discipline}.{method}", _Declared()) for method in PAYMENT_METHODS)
        yield from ((f"funding.payers.{discipline}.{payer}", _Declared()) for payer in PAYERS)


class _Stated(BaseModel):
    """What a specification says of a factor; what it leaves out follows from the registry."""

    model_config = ConfigDict(extra="forbid", strict=True)
    distribution: Shape | None = None
    low: float | None = None
    high: float | None = None
    mode: float | None = None
    mean: float | None = None
    sd: float | None = Field(None, gt=0)
    choices: list[bool | int | float | str] | None = Field(None, min_length=2)
    source: str | None = None


_WORDS = frozenset(_Stated.model_fields)


def stated_factors(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return dotted key -> what is said of it, whether keys are quoted or nested as tables.

    Examples
    --------
    >>> stated_factors({"governance": {"autonomy": {"low": 0.2}}, "mechanisms.M18": {}})
    {'governance.autonomy': {'low': 0.2}, 'mechanisms.M18': {}}
    """
    found: dict[str, Any] = {}
    for name, entry in table.items():
        # A table that holds tables only is a section; anything else is a factor, right or wrong.
        nested = isinstance(entry, Mapping) and entry and not _WORDS & set(entry)
        if nested and all(isinstance(value, Mapping | bool) for value in entry.values()):
            found |= stated_factors(entry, f"{prefix}{name}.")
        else:
            found[prefix + name] = entry
    return found


def read_factors(
    table: Mapping[str, Any], where: str, arguments: Mapping[str, tuple[float, float]] | None = None
) -> tuple[list[SampledFactor], list[UsageError]]:
    """Read the table ``[factors]``.

    Parameters
    ----------
    table : mapping
        As parsed from TOML.
    where : str
        File and table, for messages.
    arguments : mapping of str to (low, high), optional
        Arguments of a test function, instead of the keys of a scenario.

    Returns
    -------
    (factors, problems)
        Factors in the order of the file, those of a wildcard in the order of its registry, and every
        problem found.
    """
    if arguments is None:
        known = dict(declared_settings())
    else:
        known = {name: _Declared(low, high) for name, (low, high) in arguments.items()}
    stated, problems, factors = stated_factors(table), [], []
    for key, entry in stated.items():
        place = f"{where}.{key}"
        if entry is False:
            if key not in known:
                problems.append(unknown_name("key", key, known, place))
            continue
        keys = [key]
        if key.endswith(f".{EVERYTHING}"):
            section = key.removesuffix(EVERYTHING)
            keys = [name for name in known if name.startswith(section) and name not in stated]
            if entry != {} or not keys:
                problems.append(
                    UsageError(f"`{key}` is {entry!r}", where=place, allowed="a section of settings and {}",
                               fix=f'write "{key}" = {{}}, and name a key to say more of it')
                )  # fmt: skip
                continue
        for name in keys:
            try:
                factors.append(_factor(name, entry, known, place))
            except UsageError as problem:
                problems.append(problem)
    return factors, problems


def _factor(key: str, entry: Any, known: Mapping[str, _Declared], place: str) -> SampledFactor:
    if key not in known:
        raise unknown_name("key", key, known, place)
    try:
        stated = _Stated.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden":
            raise unknown_name("word", str(first["loc"][-1]), _WORDS, place) from None
        raise UsageError(
            f"`{'.'.join(str(part) for part in first['loc']) or key}` is {first['input']!r}", where=place,
            allowed=first["msg"].removeprefix("Input should be "),
        ) from None  # fmt: skip
    about = known[key]
    usual = "category" if stated.choices or about.choices else "integer" if about.whole else "uniform"
    shape: Any = stated.distribution or usual
    source = stated.source or about.source
    if shape == "category":
        choices = tuple(stated.choices or about.choices)
        if not choices:
            raise UsageError("a category needs choices", where=place, fix='add choices = ["...", "..."]')
        if len(set(choices)) < len(choices):
            raise UsageError("a choice is listed twice", where=place, allowed="each choice once")
        return SampledFactor(key, shape, 0, len(choices) - 1, choices=choices, source=source)
    if key == SCENARIO:
        raise UsageError("which scenarios?", where=place, fix='say choices = ["status_quo", "polycentric"]')
    if about.choices or stated.choices:
        raise UsageError(f"`{key}` is a choice, not a {shape} number", where=place, fix='use "category"')
    return _checked(
        SampledFactor(
            key, shape, about.low if stated.low is None else stated.low,
            about.high if stated.high is None else stated.high, source=source,
        ), stated, about, place,
    )  # fmt: skip


def _checked(factor: SampledFactor, stated: _Stated, about: _Declared, place: str) -> SampledFactor:
    low, high = factor.low, factor.high
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise UsageError(f"the range is {low:g} to {high:g}", where=place, allowed="low below high, finite")
    for end, nearest in ((low, about.low), (high, about.high)):
        if not about.low <= end <= about.high:
            raise UsageError(
                f"the range reaches {end:g}", where=place, allowed=f"{about.low:g} to {about.high:g}",
                fix=f"use {nearest:g}",
            )  # fmt: skip
    if about.whole and factor.shape != "integer":
        raise UsageError(f"`{factor.key}` takes whole numbers", where=place, fix='use "integer"')
    if factor.shape == "integer" and (low != int(low) or high != int(high)):
        raise UsageError(f"the range is {low:g} to {high:g}", where=place, allowed="whole numbers")
    if factor.shape == "loguniform" and low <= 0:
        raise UsageError(f"the range starts at {low:g}", where=place, allowed="above 0 for loguniform")
    needs = {"triangular": ("mode",), "normal": ("mean", "sd")}.get(factor.shape, ())
    for word in ("mode", "mean", "sd"):
        value = getattr(stated, word)
        if (value is not None) != (word in needs):
            fix = f"add {word} = ..." if word in needs else f"remove {word}"
            raise UsageError(f"`{word}` and a {factor.shape} distribution", where=place, fix=fix)
    if stated.mode is not None and not low <= stated.mode <= high:
        raise UsageError(f"the mode is {stated.mode:g}", where=place, allowed=f"{low:g} to {high:g}")
    if stated.mode is not None:
        return replace(factor, centre=stated.mode)
    if stated.mean is not None and stated.sd is not None:
        return replace(factor, centre=stated.mean, spread=stated.sd)
    return factor
