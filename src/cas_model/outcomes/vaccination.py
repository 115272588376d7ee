"""Vaccination: whom a campaign reaches (a stress test of working together, S2)."""

from __future__ import annotations

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "equity"


@outcome(
    "vaccination_uptake",
    label="Vaccinated in a campaign",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    formula="people vaccinated so far / people whom the running campaign is meant for",
    source="S2 (vaccination); R76",
)
def vaccination_uptake(m: Measures) -> Floats:
    """Share of the people meant who are vaccinated; missing when no campaign runs."""
    return m.ratio("vaccinated", "eligible")


@outcome(
    "vaccination_gap",
    label="Vaccination, richest less poorest fifth",
    family=FAMILY,
    unit="share",
    low=-1,
    high=1,
    direction=-1,
    smallest_that_matters=0.01,
    formula="uptake in the richest fifth - uptake in the poorest fifth, while a campaign runs",
    source="M46 (gradient of uptake); S2 (vaccination)",
)
def vaccination_gap(m: Measures) -> Floats:
    """Difference in uptake between the richest and the poorest fifth."""
    uptake = divide(m.by_quintile("vaccinated"), m.by_quintile("eligible"))
    gap: Floats = uptake[..., -1] - uptake[..., 0]
    return gap
