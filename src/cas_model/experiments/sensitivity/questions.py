"""What an experiment may ask beside indices: where an outcome is reached, which policy is robust or best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError, unknown_name
from cas_model.experiments.sensitivity.factors import SampledFactor
from cas_model.experiments.sensitivity.sampling import Floats

LEAST_SHARE = 0.75
"""Density that a box should reach when the specification does not say."""
RANDOM = ("sobol", "latin", "rbd_fast", "given_data")
"""Designs whose points spread evenly over the space, so that shares of them mean something."""
_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Discovery(BaseModel):
    """Scenario discovery: in which part of the space is an outcome above or below a threshold?

    Attributes
    ----------
    outcome : str
        Name.
    success : {"above", "below"}
        The side that is looked for, the threshold included.
    threshold : float or None
        In the outcome's unit; or
    quantile : float or None
        of the design's points, 0 to 1.
    level : float
        Share of successes that a box should reach, 0 to 1.
    """

    model_config = _STRICT
    outcome: str
    success: Literal["above", "below"]
    threshold: float | None = None
    quantile: float | None = Field(None, gt=0.0, lt=1.0)
    level: float = Field(LEAST_SHARE, gt=0.0, le=1.0)

    def threshold_among(self, values: Floats) -> float:
        """Return the threshold, of these values where it is a quantile."""
        if self.quantile is not None:
            return float(np.quantile(values, self.quantile))
        assert self.threshold is not None  # checked when it was read
        return self.threshold


class Aim(BaseModel):
    """A threshold of one outcome, and with it which way is better."""

    model_config = _STRICT
    at_least: float | None = None
    at_most: float | None = None
    source: str = Field(min_length=1)

    @property
    def direction(self) -> int:
        """1 when more is better, -1 when less is."""
        return 1 if self.at_least is not None else -1

    @property
    def threshold(self) -> float:
        """In the outcome's unit."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0.0)


class Robustness(BaseModel):
    """Policies compared in every sampled state of what is uncertain.

    Attributes
    ----------
    policies : str
        The factor whose choices are the policies; all other factors make the states.
    outcomes : dict of str to Aim
        On which they are compared.
    """

    model_config = _STRICT
    policies: str
    outcomes: dict[str, Aim] = Field(min_length=1)


class Search(BaseModel):
    """A search for the levers that serve several objectives best.

    Attributes
    ----------
    population : int
        Points of a generation; the design's n counts generations.
    objectives : dict of str to {"maximise", "minimise"}
        Outcomes.
    """

    model_config = _STRICT
    population: int = Field(24, ge=4, le=1000)
    objectives: dict[str, Literal["maximise", "minimise"]] = Field(min_length=2, max_length=4)

    @property
    def signs(self) -> dict[str, int]:
        """Outcome -> 1 (more is better) or -1."""
        return {name: 1 if words == "maximise" else -1 for name, words in self.objectives.items()}


PACKAGES = {
    "discovery": {"ema-workbench": "ema_workbench", "scikit-learn": "sklearn"},
    "search": {"optuna": "optuna"},
}  # fmt: skip
"""What a question needs beside the usual: name of the package -> module."""
QUESTIONS = (Discovery, Aim, Robustness, Search)


class Asking(Protocol):
    """A specification with its design and what it asks."""

    design: Any
    outcomes: Any
    discovery: Discovery | None
    robustness: Robustness | None
    search: Search | None


def question_problems(
    document: Asking, factors: Sequence[SampledFactor], measured: Sequence[str], path: str
) -> list[UsageError]:
    """Return what is wrong with the tables that ask more than indices.

    Parameters
    ----------
    document : Asking
        The specification.
    factors : sequence of SampledFactor
        Those of it that can be read.
    measured : sequence of str
        Outcomes of every run.
    path : str
        The file, for messages.
    """
    design = document.design
    problems = [
        UsageError(f"the package `{package}` is not installed", where=f"{path}, {name}",
                   fix="pip install 'cas-model[discovery]'")
        for name, packages in PACKAGES.items() if getattr(document, name) is not None
        for package, module in packages.items() if find_spec(module) is None
    ]  # fmt: skip
    if document.discovery is not None:
        problems += discovery_problems(document.discovery, design.method, measured, f"{path}, discovery")
    if document.robustness is not None:
        where = f"{path}, robustness"
        problems += robustness_problems(document.robustness, design.method, factors, measured, where)
        if document.outcomes.non_finite == "impute":
            problems.append(
                UsageError(
                    "a made-up value would take part in a ranking", where=f"{path}, outcomes.non_finite",
                    allowed="refuse, leave_out", fix='use "leave_out": whole states are left out',
                )
            )  # fmt: skip
    problems += search_problems(document.search, design, measured, f"{path}, search")
    if design.analyses and (document.robustness or document.search):
        problems.append(
            UsageError(
                "indices are not computed from these points", where=f"{path}, design.analyses",
                fix="remove analyses, or ask for them in a specification of their own",
            )
        )  # fmt: skip
    return problems


def discovery_problems(
    asked: Discovery, method: str, measured: Sequence[str], where: str
) -> Iterator[UsageError]:
    """Yield what is wrong with ``[discovery]``."""
    if asked.outcome not in measured:
        yield unknown_name("outcome", asked.outcome, measured, f"{where}.outcome")
    if (asked.threshold is None) == (asked.quantile is None):
        yield UsageError(
            "one of threshold and quantile says what a success is", where=where,
            fix="add threshold = ..." if asked.threshold is None else "remove one of them",
        )  # fmt: skip
    if method not in RANDOM:
        yield UsageError(
            f"the points of a {method} design are not spread evenly", where=where,
            allowed=f"designs {', '.join(RANDOM)}", fix='use method = "latin"',
        )  # fmt: skip


def directed_problems(
    directions: dict[str, int], measured: Sequence[str], where: str
) -> Iterator[UsageError]:
    """Yield what is wrong with outcomes that are to be raised (1) or lowered (-1)."""
    for name, direction in directions.items():
        if name not in measured:
            yield unknown_name("outcome", name, measured, where)
        elif name in OUTCOMES and OUTCOMES[name].direction == -direction:
            better = "more" if direction < 0 else "less"
            yield UsageError(
                f"of `{name}`, {better} is better", where=f"{where}.{name}",
                fix="turn it round, or choose another outcome",
            )  # fmt: skip


def robustness_problems(
    asked: Robustness, method: str, factors: Sequence[SampledFactor], measured: Sequence[str], where: str
) -> Iterator[UsageError]:
    """Yield what is wrong with ``[robustness]``."""
    choices = {factor.key: factor.choices for factor in factors if factor.choices}
    if asked.policies not in choices:
        yield UsageError(
            f"`{asked.policies}` is no factor with choices", where=f"{where}.policies",
            allowed=", ".join(choices) or "none here",
            fix='add factors.scenario = { choices = ["status_quo", "polycentric"] } and name it',
        )  # fmt: skip
    for name, aim in asked.outcomes.items():
        if (aim.at_least is None) == (aim.at_most is None):
            yield UsageError(
                "one of at_least and at_most says which way is better", where=f"{where}.outcomes.{name}",
                fix="add at_least = ..." if aim.at_least is None else "remove one of them",
            )  # fmt: skip
    directions = {name: aim.direction for name, aim in asked.outcomes.items()}
    yield from directed_problems(directions, measured, f"{where}.outcomes")
    if method != "latin":
        yield UsageError(
            f"a {method} design cannot be crossed with policies", where="design.method",
            allowed="latin: each sampled state is run under every policy",
        )  # fmt: skip


def search_problems(
    asked: Search | None, design: Any, measured: Sequence[str], where: str
) -> Iterator[UsageError]:
    """Yield what is wrong with ``[search]``, or with its absence."""
    if (asked is None) == (design.method == "nsga2"):
        yield UsageError(
            "the design nsga2 and the table [search] belong together", where=where,
            fix="add [search] with objectives" if asked is None else 'use design.method = "nsga2"',
        )  # fmt: skip
    if asked is not None:
        if design.chance != "common":
            yield UsageError(
                "points with seeds of their own would be chosen for their luck",
                where=f"{where}, design.chance", fix='use chance = "common"',
            )  # fmt: skip
        yield from directed_problems(asked.signs, measured, f"{where}.objectives")
