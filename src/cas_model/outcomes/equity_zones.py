"""Equity between zones: how far access and coordinated care depend on where one lives (dossier E8)."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import outcome
from cas_model.outcomes.inequality import (
    coefficient_of_variation,
    intraclass_correlation,
    percentile_ratio,
    summarise_groups,
    theil_of_groups,
)
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "equity"


def _needs_by_zone(m: Measures) -> Floats:
    zones = m.zones()
    return zones.total("requests") + zones.total("forgone")


def _access_by_zone(m: Measures) -> Floats:
    return divide(m.zones().total("served"), _needs_by_zone(m))


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
    return m.over_zones(coefficient_of_variation, _access_by_zone(m))


@outcome(
    "access_p90_p10",
    label="Access, best against worst zones",
    family=FAMILY,
    unit="ratio",
    low=1,
    high=20,
    direction=-1,
    smallest_that_matters=0.005,
    period_months=12,
    formula="90th over 10th percentile over zones of requests served within the month / needs",
    source="E8; S3 section 3.2.1.3",
)
def access_p90_p10(m: Measures) -> Floats:
    """Ratio of the 90th to the 10th percentile of timely access over zones."""
    return m.over_zones(percentile_ratio, _access_by_zone(m))


@outcome(
    "access_icc",
    label="Access, variance that lies between zones",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=-1,
    smallest_that_matters=0.001,
    period_months=12,
    formula="variance between zones / (between + within zones) of a need served within the month",
    source="E8; S3 section 3.2.1.3",
)
def access_icc(m: Measures) -> Floats:
    """Intraclass correlation of timely access by zone."""
    access, needs = _access_by_zone(m), _needs_by_zone(m)
    return m.over_zones(intraclass_correlation, access, needs * access * (1.0 - access), needs)


@outcome(
    "contacts_between_zones",
    label="Inequality of GP contacts that lies between zones",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=-1,
    smallest_that_matters=0.02,
    period_months=12,
    formula="Theil T between zones / Theil T between fifths of rank in all zones, of GP contacts per person",
    source="E8 (form assumption)",
)
def contacts_between_zones(m: Measures) -> Floats:
    """Share of the inequality of GP contacts over fifths and zones that lies between zones."""
    zones = m.zones()
    people, contacts = zones.by_quintile("panel_persons"), zones.by_quintile("panel_contacts")
    return m.over_zones(_share_between, *summarise_groups(divide(contacts, people), people))


def _share_between(people: Floats, mean: Floats, inside: Floats) -> Floats:
    # In zone order in memory, so that a unit has the same bits whatever it was cut from.
    parts = theil_of_groups(*(np.ascontiguousarray(part) for part in (people, mean, inside)))
    return divide(parts.between, parts.total)


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
    return m.over_zones(coefficient_of_variation, divide(zones.total("covered"), zones.total("complex")))
