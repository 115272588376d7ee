"""The Quintuple Aim: experience, health, value, workforce, equity (dossier 4.4)."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import outcome
from cas_model.outcomes.budget import spending
from cas_model.outcomes.equity import health_erreygers, unmet_need_erreygers
from cas_model.outcomes.measures import Floats, Measures

FAMILY = "quintuple_aim"


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
