"""Equity: who goes without, who is covered, and how far zones differ (dossier E1-E9)."""

from __future__ import annotations

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "equity"


def concentration_index(sum_y: Floats, sum_y_rank: Floats, n: Floats, sum_rank: Floats) -> Floats:
    """Return C = 2 cov(y, r) / mean(y) from sums over people (E1).

    Parameters
    ----------
    sum_y, sum_y_rank : float array
        Sums of the outcome and of the outcome times the fractional socio-economic rank (0 poorest).
    n, sum_rank : float array
        People, and the sum of their ranks.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([4.0, 3.0, 2.0, 1.0]); r = (np.arange(4) + 0.5) / 4
    >>> round(float(concentration_index(y.sum(), (y * r).sum(), np.array(4.0), r.sum())), 4)
    -0.25
    """
    mean, covariance = divide(sum_y, n), divide(sum_y_rank, n) - divide(sum_y, n) * divide(sum_rank, n)
    return divide(2.0 * covariance, mean)


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
    index: Floats = 4.0 * m.ratio("panel_unmet", "panel_persons") * unmet_need_concentration(m)
    return index


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


def _access_by_zone(m: Measures) -> Floats:
    zones = m.zones()
    return divide(zones.total("served"), zones.total("requests") + zones.total("forgone"))


@outcome(
    "access_between_zones",
    label="Unequal access between zones",
    family=FAMILY,
    unit="coefficient of variation",
    low=0,
    high=5,
    direction=-1,
    smallest_that_matters=0.002,
    period_months=12,
    formula="standard deviation / mean over zones of requests served within the month / needs",
    source="E8; S3 section 3.2.1.3",
)
def access_between_zones(m: Measures) -> Floats:
    """Coefficient of variation of timely access over zones."""
    return m.spread_over_zones(_access_by_zone(m))


@outcome(
    "coverage_between_zones",
    label="Unequal coordinated care between zones",
    family=FAMILY,
    unit="coefficient of variation",
    low=0,
    high=5,
    direction=-1,
    smallest_that_matters=0.02,
    period_months=12,
    formula="standard deviation / mean over zones of coordinated-care coverage",
    source="E8",
)
def coverage_between_zones(m: Measures) -> Floats:
    """Coefficient of variation of coordinated-care coverage over zones."""
    zones = m.zones()
    return m.spread_over_zones(divide(zones.total("covered"), zones.total("complex")))


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
