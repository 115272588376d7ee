"""Equity between people: who goes without, who is covered, who is heard (dossier E1-E7, E9)."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import outcome
from cas_model.config.vocabulary import CLUSTERS
from cas_model.outcomes.inequality import (
    concentration_index,
    erreygers,
    gini,
    horizontal_inequity,
    relative_index,
    slope_index,
    wagstaff,
)
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "equity"


def _panel_index(m: Measures, y: str, rank: str, n: str, ranks: str) -> Floats:
    return concentration_index(m.total(y), m.total(rank), m.total(n), m.total(ranks))


@outcome(
    "unmet_need",
    label="People with unmet need",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=-1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="people with a need event and no contact for it in the year / people",
    source="E7; T21; R73",
)
def unmet_need(m: Measures) -> Floats:
    """Share of people with at least one unmet need in the year."""
    return m.ratio("panel_unmet", "panel_persons")


@outcome(
    "unmet_need_concentration",
    label="Unmet need, concentration index",
    family=FAMILY,
    unit="index",
    low=-2,
    high=2,
    direction=0,
    smallest_that_matters=0.03,
    period_months=12,
    formula="2 cov(y, r) / mean(y), y unmet need in the year, r rank (below 0: among the poor)",
    source="E1; R15, R18",
)
def unmet_need_concentration(m: Measures) -> Floats:
    """Concentration index of unmet need."""
    return _panel_index(m, "panel_unmet", "panel_unmet_rank", "panel_persons", "panel_rank")


@outcome(
    "unmet_need_erreygers",
    label="Unmet need, Erreygers index",
    family=FAMILY,
    unit="index",
    low=-1,
    high=1,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="4 mean(y) C for y in [0, 1] (nearer to 0 is fairer; below 0 among the poor)",
    source="E2; R16, R17",
)
def unmet_need_erreygers(m: Measures) -> Floats:
    """Erreygers-corrected concentration index of unmet need."""
    return erreygers(unmet_need_concentration(m), unmet_need(m))


@outcome(
    "unmet_need_wagstaff",
    label="Unmet need, Wagstaff index",
    family=FAMILY,
    unit="index",
    low=-2,
    high=2,
    direction=0,
    smallest_that_matters=0.03,
    period_months=12,
    formula="C / (1 - mean(y)) (below 0 among the poor; nearer to 0 is fairer)",
    source="E3; R15, R17",
)
def unmet_need_wagstaff(m: Measures) -> Floats:
    """Concentration index of unmet need over its largest size at this mean."""
    return wagstaff(unmet_need_concentration(m), unmet_need(m))


def _by_fifth(m: Measures, y: str) -> tuple[Floats, Floats, Floats]:
    """Return mean of y, mean rank and people of each fifth, shape (T, U, 5); 0 for an empty one."""
    people = m.by_quintile("panel_persons")
    mean, rank = divide(m.by_quintile(y), people), divide(m.by_quintile("panel_rank"), people)
    return np.nan_to_num(mean), np.nan_to_num(rank), people


@outcome(
    "unmet_need_slope",
    label="Unmet need, slope index",
    family=FAMILY,
    unit="share",
    low=-5,
    high=5,
    direction=1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="slope of unmet need over the rank of the fifths, weighted by people: top minus bottom "
    "(nearer to 0 is fairer; below 0 among the poor)",
    source="E4; R19",
)
def unmet_need_slope(m: Measures) -> Floats:
    """Slope index of inequality of unmet need."""
    return slope_index(*_by_fifth(m, "panel_unmet"))


@outcome(
    "unmet_need_relative",
    label="Unmet need, relative index",
    family=FAMILY,
    unit="ratio",
    low=-50,
    high=50,
    direction=1,
    smallest_that_matters=0.2,
    period_months=12,
    formula="slope index / mean unmet need (nearer to 0 is fairer; below 0 among the poor)",
    source="E5; R19",
)
def unmet_need_relative(m: Measures) -> Floats:
    """Relative index of inequality of unmet need."""
    return relative_index(*_by_fifth(m, "panel_unmet"))


@outcome(
    "coverage_concentration",
    label="Coordinated care, concentration index",
    family=FAMILY,
    unit="index",
    low=-2,
    high=2,
    direction=0,
    smallest_that_matters=0.03,
    period_months=12,
    formula="2 cov(y, r) / mean(y) over complex patients, y covered by plan and coordinator",
    source="E1",
)
def coverage_concentration(m: Measures) -> Floats:
    """Concentration index of coordinated care among complex patients."""
    return _panel_index(m, "panel_covered", "panel_covered_rank", "panel_complex", "panel_complex_rank")


@outcome(
    "coverage_erreygers",
    label="Coordinated care, Erreygers index",
    family=FAMILY,
    unit="index",
    low=-1,
    high=1,
    direction=0,
    smallest_that_matters=0.01,
    period_months=12,
    formula="4 mean(y) C over complex patients, y covered by plan and coordinator (nearer to 0 is fairer)",
    source="E2; R16, R17",
)
def coverage_erreygers(m: Measures) -> Floats:
    """Erreygers-corrected concentration index of coordinated care among complex patients."""
    return erreygers(coverage_concentration(m), m.ratio("panel_covered", "panel_complex"))


@outcome(
    "health_concentration",
    label="Health, concentration index",
    family=FAMILY,
    unit="index",
    low=-1,
    high=1,
    direction=-1,
    smallest_that_matters=0.001,
    period_months=12,
    formula="2 cov(y, r) / mean(y), y utility",
    source="E1",
)
def health_concentration(m: Measures) -> Floats:
    """Concentration index of health."""
    return _panel_index(m, "panel_health", "panel_health_rank", "panel_persons", "panel_rank")


@outcome(
    "health_erreygers",
    label="Health, Erreygers index",
    family=FAMILY,
    unit="index",
    low=-1,
    high=1,
    direction=-1,
    smallest_that_matters=0.002,
    period_months=12,
    formula="4 mean(y) C, y utility in [0, 1] (above 0 the rich are healthier)",
    source="E2; R16, R17",
)
def health_erreygers(m: Measures) -> Floats:
    """Erreygers-corrected concentration index of health."""
    return erreygers(health_concentration(m), m.ratio("panel_health", "panel_persons"))


@outcome(
    "health_slope",
    label="Health, slope index",
    family=FAMILY,
    unit="utility",
    low=-5,
    high=5,
    direction=-1,
    smallest_that_matters=0.003,
    period_months=12,
    formula="slope of utility over the rank of the fifths, weighted by people: top minus bottom",
    source="E4; R19",
)
def health_slope(m: Measures) -> Floats:
    """Slope index of inequality of health."""
    return slope_index(*_by_fifth(m, "panel_health"))


@outcome(
    "horizontal_inequity",
    label="GP contacts beyond need, among the rich",
    family=FAMILY,
    unit="index",
    low=-3,
    high=3,
    direction=0,
    smallest_that_matters=0.005,
    period_months=12,
    formula="C(GP contacts) - C(contacts predicted from age, conditions and mental health); above 0 the rich "
    "use more than their need",
    source="E6 (unverified)",
)
def horizontal_inequity_of_contacts(m: Measures) -> Floats:
    """Horizontal inequity of GP contacts."""
    use = _panel_index(m, "panel_contacts", "panel_contacts_rank", "panel_persons", "panel_rank")
    need = _panel_index(m, "panel_predicted", "panel_predicted_rank", "panel_persons", "panel_rank")
    return horizontal_inequity(use, need)


@outcome(
    "voice_of_people",
    label="Agenda items from people with care needs",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    formula="people cluster's share of adopted agenda items, smoothed over five years",
    source="E9 (assumption); S0 pr.4-5",
)
def voice_of_people(m: Measures) -> Floats:
    """Share of adopted items that the people cluster proposed."""
    return m.ratio("agenda_people", "agenda_all")


@outcome(
    "influence_gini",
    label="Unequal influence on council decisions",
    family=FAMILY,
    unit="index",
    low=0,
    high=0.75,
    direction=-1,
    smallest_that_matters=0.01,
    formula="Gini coefficient of influence over the four clusters of a council, mean over zones",
    source="E9 (assumption); S0 pr.4-5",
)
def influence_gini(m: Measures) -> Floats:
    """Gini coefficient of decision influence; its mean over councils at higher levels."""
    zones = m.zones()
    influence = np.stack([zones.total(f"influence_{cluster}") for cluster in CLUSTERS], axis=-1)
    return m.mean_over_zones(gini(influence))


def _register_unmet_by_quintile(q: int) -> None:
    poorest = {0: " (poorest fifth)", 4: " (richest fifth)"}.get(q, f" (fifth {q + 1})")

    @outcome(
        f"unmet_need_q{q + 1}",
        label="People with unmet need" + poorest,
        family=FAMILY,
        unit="share",
        low=0,
        high=1,
        direction=-1,
        smallest_that_matters=0.005,
        period_months=12,
        formula="as unmet_need, in one fifth of socio-economic rank",
        source="E7; T21",
    )
    def unmet_in_quintile(m: Measures) -> Floats:
        return divide(m.by_quintile("panel_unmet")[..., q], m.by_quintile("panel_persons")[..., q])


for _q in range(5):
    _register_unmet_by_quintile(_q)
