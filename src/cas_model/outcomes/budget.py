"""Budget: spending per payer and for governance (dossier 4.4 value / cost)."""

from __future__ import annotations

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures

FAMILY = "budget"
UNIT = "EUR/person a year"


def _per_person(m: Measures, name: str) -> Floats:
    return m.total(name) / m.population


@outcome(
    "spending",
    label="Spending, all payers",
    family=FAMILY,
    unit=UNIT,
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=5,
    period_months=12,
    formula="all payments / inhabitants, governance and coordination included",
    source="dossier 4.4",
)
def spending(m: Measures) -> Floats:
    """All payers' spending per inhabitant in 12 months."""
    total = (
        m.total("paid_federal") + m.total("paid_flemish") + m.total("paid_local") + m.total("paid_patient")
    )
    return total / m.population


@outcome(
    "spending_federal",
    label="Spending, federal",
    family=FAMILY,
    unit=UNIT,
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=5,
    period_months=12,
    formula="payments of the federal tier / inhabitants",
    source="F22",
)
def spending_federal(m: Measures) -> Floats:
    """Federal spending per inhabitant."""
    return _per_person(m, "paid_federal")


@outcome(
    "spending_flemish",
    label="Spending, Flemish",
    family=FAMILY,
    unit=UNIT,
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=1,
    period_months=12,
    formula="payments of the Flemish tier / inhabitants",
    source="F23",
)
def spending_flemish(m: Measures) -> Floats:
    """Flemish spending per inhabitant."""
    return _per_person(m, "paid_flemish")


@outcome(
    "spending_local",
    label="Spending, local",
    family=FAMILY,
    unit=UNIT,
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=0.5,
    period_months=12,
    formula="payments of local authorities / inhabitants",
    source="F25",
)
def spending_local(m: Measures) -> Floats:
    """Local spending per inhabitant."""
    return _per_person(m, "paid_local")


@outcome(
    "spending_patient",
    label="Spending, patients",
    family=FAMILY,
    unit=UNIT,
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=1,
    period_months=12,
    formula="payments of patients / inhabitants",
    source="F45",
)
def spending_patient(m: Measures) -> Floats:
    """Patients' own spending per inhabitant."""
    return _per_person(m, "paid_patient")


@outcome(
    "spending_governance",
    label="Of which councils and meta-governors",
    family=FAMILY,
    unit=UNIT,
    low=0,
    high=1000,
    direction=-1,
    smallest_that_matters=0.1,
    period_months=12,
    formula="payments to councils and meta-governors / inhabitants",
    source="F10, F11",
)
def spending_governance(m: Measures) -> Floats:
    """Cost of councils and meta-governors per inhabitant."""
    return _per_person(m, "paid_governance")
