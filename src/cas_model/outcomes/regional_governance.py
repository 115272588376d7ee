"""Regional governance: the five dimensions of the theory, readable per zone, region and Flanders (S8)."""

from __future__ import annotations

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures

FAMILY = "regional_governance"


@outcome(
    "coalition",
    label="Coalition",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    formula="mean attendance of the four clusters x entropy of their influence / ln 4",
    source="S3 section 3.1 (dimension 1); formula assumption",
)
def coalition(m: Measures) -> Floats:
    """Strength and evenness of who sits at the table."""
    return m.ratio("coalition", "councils")


@outcome(
    "agenda",
    label="Breadth of the agenda",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    formula="effective number of topics with running initiatives (exp of their entropy) / 6",
    source="S3 section 3.2 (dimension 2); formula assumption",
)
def agenda(m: Measures) -> Floats:
    """How many topics the council keeps running."""
    return m.ratio("agenda_breadth", "councils")


@outcome(
    "internal_capacity",
    label="Internal capacity",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    formula="mean of staff (2 FTE or more count 1) and competence of staff",
    source="S3 section 3.3 (dimension 3); formula assumption",
)
def internal_capacity(m: Measures) -> Floats:
    """Means of the council itself."""
    return m.ratio("internal_capacity", "councils")


@outcome(
    "external_capacity",
    label="External capacity",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=0,
    smallest_that_matters=0.02,
    formula="mean of the share of means raised outside the core budget and of agreement with other levels",
    source="S3 section 3.4 (dimension 4); formula assumption",
)
def external_capacity(m: Measures) -> Floats:
    """Means and influence beyond the council."""
    return m.ratio("external_capacity", "councils")


@outcome(
    "collaboration_experience",
    label="Experience of collaboration",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    formula="mean over ties of (1 + signed memory of joint work) / 2; 0.5 is no experience",
    source="S3 section 3.5 (dimension 5); M27; formula assumption",
)
def collaboration_experience(m: Measures) -> Floats:
    """What earlier joint work has left behind."""
    return m.ratio("ties_memory", "ties")
