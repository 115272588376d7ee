"""The Quintuple Aim: experience, health, value, workforce, equity (dossier 4.4)."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import outcome
from cas_model.numerics.addressed_random import uniforms
from cas_model.outcomes.budget import spending
from cas_model.outcomes.equity import health_erreygers, unmet_need_erreygers
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "quintuple_aim"
REFERENCE_EUR = 1_340.0
"""Spending per person a year that counts as value 1: the status quo at default parameters (assumption)."""
MOST_VALUE = 1.25
AIMS = ("patient_experience", "population_health", "aim_value", "workforce_wellbeing", "aim_equity")
"""The outcomes that are the five components."""


@outcome(
    "patient_experience",
    label="Experience of care",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    period_months=12,
    formula="mean latent experience of people (measured by PACIC-like surveys)",
    source="dossier 4.4 (form assumption)",
)
def patient_experience(m: Measures) -> Floats:
    """Mean latent experience."""
    return m.ratio("panel_experience", "panel_persons")


@outcome(
    "population_health",
    label="Population health",
    family=FAMILY,
    unit="utility",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.002,
    period_months=12,
    formula="mean utility",
    source="dossier 4.4",
)
def population_health(m: Measures) -> Floats:
    """Mean utility."""
    return m.ratio("panel_health", "panel_persons")


@outcome(
    "avoidable_admissions",
    label="Avoidable admissions",
    family=FAMILY,
    unit="per 1 000 people a year",
    low=0,
    high=1000,
    direction=-1,
    smallest_that_matters=0.2,
    period_months=12,
    formula="admissions sensitive to ambulatory care per 1 000 inhabitants",
    source="dossier 4.4; R10, R14",
)
def avoidable_admissions(m: Measures) -> Floats:
    """Avoidable admissions per 1 000 inhabitants in 12 months."""
    return 1000.0 * m.total("avoidable_admissions") * m.persons_per_agent / m.population


@outcome(
    "workforce_wellbeing",
    label="Workforce well-being",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    formula="1 - mean strain of professionals",
    source="dossier 4.4; R67, R68",
)
def workforce_wellbeing(m: Measures) -> Floats:
    """One minus mean strain."""
    return 1.0 - m.ratio("strain", "heads")


@outcome(
    "vacancies",
    label="Vacancies",
    family=FAMILY,
    unit="share of posts",
    low=0,
    high=1,
    direction=-1,
    smallest_that_matters=0.005,
    formula="1 - professionals / posts",
    source="dossier 5.1 #26",
)
def vacancies(m: Measures) -> Floats:
    """Share of posts that are vacant."""
    return 1.0 - m.ratio("heads", "posts")


@outcome(
    "aim_equity",
    label="Equity component",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="1 - (|E2 health| + |E2 unmet need|) / 2",
    source="dossier 4.4",
)
def aim_equity(m: Measures) -> Floats:
    """Equity component of the Quintuple Aim."""
    component: Floats = 1.0 - (np.abs(health_erreygers(m)) + np.abs(unmet_need_erreygers(m))) / 2.0
    return component


@outcome(
    "aim_value",
    label="Value component",
    family=FAMILY,
    unit="index",
    low=0,
    high=MOST_VALUE,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula=f"{REFERENCE_EUR:g} EUR / spending per person a year, at most {MOST_VALUE:g}",
    source="dossier 4.4; S4 section 6 (reference assumption)",
)
def aim_value(m: Measures) -> Floats:
    """Value component of the Quintuple Aim: cheaper than the reference is above 1."""
    return np.minimum(MOST_VALUE, divide(np.full(1, REFERENCE_EUR), spending(m)))


@outcome(
    "health_per_euro",
    label="Health for spending",
    family=FAMILY,
    unit="utility per 1 000 EUR",
    low=0,
    high=100,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="mean utility / (spending per person a year / 1 000 EUR)",
    source="dossier 4.4 (outcome per EUR)",
)
def health_per_euro(m: Measures) -> Floats:
    """Mean utility per 1 000 EUR spent per person a year."""
    return divide(1000.0 * population_health(m), spending(m))


def geometric_composite(components: Floats, weights: Floats) -> Floats:
    """Return the weighted geometric mean along the last axis, so that one aim cannot buy out another.

    Parameters
    ----------
    components : float array (..., 5)
        The five aims, in the order of `AIMS`; at 0 for one of them the composite is 0.
    weights : float array (..., 5)
        Weights of sum 1.

    Examples
    --------
    >>> float(geometric_composite(np.array([1.0, 1, 1, 1, 0.32768]), np.full(5, 0.2)).round(6))
    0.8
    """
    return np.asarray(np.prod(np.maximum(components, 0.0) ** weights, axis=-1))


def _components(m: Measures) -> Floats:
    """Return the five aims over the year, shape (T, U, 5)."""
    parts = (patient_experience(m), population_health(m), aim_value(m), workforce_wellbeing(m), aim_equity(m))
    return np.stack(parts, axis=-1)


@outcome(
    "quintuple_aim_geometric",
    label="Five aims, geometric mean",
    family=FAMILY,
    unit="index",
    low=0,
    high=1.05,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="fifth root of the product of experience, health, value, well-being and equity components",
    source="dossier 4.4 (form assumption)",
)
def quintuple_aim_geometric(m: Measures) -> Floats:
    """Geometric composite of the five aims."""
    return geometric_composite(_components(m), np.full(len(AIMS), 1.0 / len(AIMS)))


@outcome(
    "quintuple_aim_minimum",
    label="Five aims, the weakest",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="smallest of the five components",
    source="dossier 4.4 (form assumption)",
)
def quintuple_aim_minimum(m: Measures) -> Floats:
    """The weakest of the five aims."""
    return np.asarray(_components(m).min(axis=-1))


def weightings(n: int, seed: int = 0) -> Floats:
    """Return `n` weightings of the five aims, drawn evenly from all there are (flat Dirichlet), shape (n, 5).

    Examples
    --------
    >>> drawn = weightings(1000)
    >>> bool(np.allclose(drawn.sum(axis=1), 1.0)), drawn.mean(axis=0).round(1).tolist()
    (True, [0.2, 0.2, 0.2, 0.2, 0.2])
    """
    drawn = -np.log1p(-uniforms(seed, "quintuple_aim_weights", 0, n * len(AIMS)).reshape(n, len(AIMS)))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def share_of_weightings(a: Floats, b: Floats, weights: Floats) -> float:
    """Return the share of weightings under which components `b` make a higher composite than `a`.

    Ties count half, so that a world against itself is 0.5.

    Parameters
    ----------
    a, b : float array (5,)
        Components of two worlds, in the order of `AIMS`.
    weights : float array (n, 5)
        From `weightings`.

    Examples
    --------
    >>> a, b = np.array([0.5, 0.8, 1.0, 0.7, 0.9]), np.array([0.6, 0.8, 0.9, 0.7, 0.9])
    >>> share_of_weightings(a, a, weightings(100)), share_of_weightings(a, a + 0.01, weightings(100))
    (0.5, 1.0)
    >>> 0.5 < share_of_weightings(a, b, weightings(2000)) < 0.8
    True
    """
    gap = geometric_composite(b, weights) - geometric_composite(a, weights)
    return float((gap > 0.0).mean() + 0.5 * (gap == 0.0).mean())


@outcome(
    "gp_contacts",
    label="GP contacts",
    family=FAMILY,
    unit="per person a year",
    low=0,
    high=50,
    direction=0,
    smallest_that_matters=0.05,
    period_months=12,
    formula="GP contacts served / inhabitants",
    source="T15; R33",
)
def gp_contacts(m: Measures) -> Floats:
    """GP contacts per inhabitant in 12 months."""
    return m.total("served") * m.persons_per_agent / m.population
