"""What a run computes: a world reduced to its Flemish yearly means, or a function whose indices are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cas_model.config.parameter_sets import standing_on
from cas_model.config.scenario import ParameterSet, Scenario
from cas_model.experiments.differences import LAST_MONTHS
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, care_system
from cas_model.experiments.sensitivity.factors import SCENARIO, Value

Floats = NDArray[np.float64]
Settings = Mapping[str, Value]


def load_point(
    base: str, layer: Settings, settings: Settings, place: str, stands_on: ParameterSet | None = None
) -> Scenario:
    """Load the scenario of a point: its settings over the layer over the base, which a factor may name.

    Raises
    ------
    UsageError
        What the scenario's loader refuses, said of `place`.
    """
    from cas_model.experiments.design import load_layered

    own = dict(settings)
    base = str(own.pop(SCENARIO, base))
    scenario = load_layered(base, {**layer, **own}, place)
    return scenario if stands_on is None else standing_on(scenario, stands_on)


class RunModel(Protocol):
    """Computes one run: rows are the end of the run and the years asked, columns the outcomes."""

    def __call__(self, settings: Settings, seed: int) -> Floats:
        """Return an array (1 + years, outcomes), NaN where an outcome is undefined."""
        ...


def yearly_means(monthly: Floats, burn_in: int, years: Sequence[int]) -> Floats:
    """Reduce months to means of twelve, undefined months left out.

    Parameters
    ----------
    monthly : float array (outcomes, months)
        From `Records.flemish`.
    burn_in : int
        Months before the first policy year.
    years : sequence of int
        Policy years, 1 for the first; after the row of the last twelve months.

    Returns
    -------
    float array (1 + years, outcomes)

    Examples
    --------
    >>> yearly_means(np.arange(36.0).reshape(1, 36), 6, [1]).ravel()
    array([29.5, 11.5])
    """
    ends = [monthly.shape[1], *(burn_in + LAST_MONTHS * year for year in years)]
    means = np.full((len(ends), len(monthly)), np.nan)
    for row, end in enumerate(ends):
        year = monthly[:, max(0, end - LAST_MONTHS) : end]
        known = np.isfinite(year)
        total, months = np.where(known, year, 0.0).sum(axis=1), known.sum(axis=1)
        np.divide(total, months, out=means[row], where=months > 0)
    return means


@dataclass(frozen=True)
class WorldModel:
    """The care system on a base scenario with a layer over it; factors are laid on top.

    Attributes
    ----------
    base : str
        Scenario name or file.
    layer : mapping
        Dotted keys that hold in every run.
    persons_per_agent, territory
        As for `WorldRequest`.
    outcomes, years : tuple
        See `yearly_means`.
    stands_on : ParameterSet or None
        In the place of registered defaults; factors and what the base states hold whatever it says.
    """

    base: str
    layer: Mapping[str, Any]
    persons_per_agent: int
    territory: str
    outcomes: tuple[str, ...]
    years: tuple[int, ...]
    stands_on: ParameterSet | None = None

    def request(self, settings: Settings, seed: int) -> WorldRequest:
        """Return the world of a run."""
        load_registries()
        scenario = load_point(self.base, self.layer, settings, "this run", self.stands_on)
        return WorldRequest("run", scenario, 0, seed, self.persons_per_agent, self.territory)

    def __call__(self, settings: Settings, seed: int) -> Floats:
        """Run the world and return its yearly means."""
        model = care_system(self.request(settings, seed), trace=False)
        model.run()
        means = yearly_means(model.records.flemish(self.outcomes), model.burn_in, self.years)
        model.release()
        return means


@dataclass(frozen=True)
class KnownFunction:
    """A function with known indices, to test a design, the store and the analysis as one.

    Attributes
    ----------
    name : str
        Key in a specification: ``base.test_function``.
    ranges : mapping of str to (low, high)
        Its arguments.
    evaluate : callable
        From an array (points, arguments) to one (points,) or (points, outcomes).
    first_order, total : tuple of float
        Analytic indices; none for a problem of optimisation.
    outcomes : tuple of str
        What it returns.
    """

    name: str
    ranges: Mapping[str, tuple[float, float]]
    evaluate: Callable[[Floats], Floats]
    first_order: tuple[float, ...] = ()
    total: tuple[float, ...] = ()
    outcomes: tuple[str, ...] = ("y",)


@dataclass(frozen=True)
class FunctionModel:
    """A known function as the model of a run."""

    name: str

    def __call__(self, settings: Settings, seed: int) -> Floats:
        """Return the function's values, shape (1, outcomes)."""
        known = known_functions()[self.name]
        point = np.array([[float(settings[name]) for name in known.ranges]])
        return np.asarray(known.evaluate(point), dtype=float).reshape(1, -1)


_G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


def _zdt1(x: Floats) -> Floats:
    first, rest = x[:, 0], 1.0 + 9.0 * x[:, 1:].mean(axis=1)
    return np.stack([first, rest * (1.0 - np.sqrt(first / rest))], axis=1)


@cache
def known_functions() -> dict[str, KnownFunction]:
    """Return functions whose answers are known.

    Ishigami's function and Sobol's G with their analytic indices (Saltelli et al. 2008); two problems with
    two objectives to be lowered: Schaffer's first, best where x lies between 0 and 2 (Schaffer 1985), and
    ZDT1, best where y2 = 1 - sqrt(y1) (Zitzler, Deb and Thiele 2000).
    """
    from SALib.test_functions import Ishigami, Sobol_G

    a, b, pi = 7.0, 0.1, np.pi
    parts = np.array([0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8, 0.0])
    crossed = b**2 * pi**8 * (1 / 18 - 1 / 50)
    total = parts + np.array([crossed, 0.0, crossed])
    whole = parts.sum() + crossed
    weights = _G_WEIGHTS
    return {
        "ishigami": KnownFunction(
            "ishigami", {f"x{i}": (-pi, pi) for i in (1, 2, 3)}, Ishigami.evaluate,
            tuple(parts / whole), tuple(total / whole),
        ),
        "sobol_g": KnownFunction(
            "sobol_g", {f"x{i + 1}": (0.0, 1.0) for i in range(len(weights))},
            lambda x: Sobol_G.evaluate(x, a=weights),
            tuple(Sobol_G.sensitivity_index(weights)), tuple(Sobol_G.total_sensitivity_index(weights)),
        ),
        "schaffer": KnownFunction(
            "schaffer", {"x": (-10.0, 10.0)},
            lambda x: np.concatenate([x**2, (x - 2.0) ** 2], axis=1),
            outcomes=("y1", "y2"),
        ),
        "zdt1": KnownFunction(
            "zdt1", {f"x{i}": (0.0, 1.0) for i in (1, 2, 3, 4)}, _zdt1, outcomes=("y1", "y2"),
        ),
    }  # fmt: skip
