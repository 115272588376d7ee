"""Budget: spending per payer and for governance (dossier 4.4 value / cost)."""

from __future__ import annotations

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures

FAMILY = "budget"
UNIT = "EUR/person a year"


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


def _register(
    name: str, measure: str, label: str, smallest_that_matters: float, formula: str, source: str
) -> None:
    @outcome(
        name,
        label=label,
        family=FAMILY,
        unit=UNIT,
        low=0,
        high=1e5,
        direction=-1,
        smallest_that_matters=smallest_that_matters,
        period_months=12,
        formula=f"{formula} / inhabitants",
        source=source,
    )
    def spending_on_one_account(m: Measures) -> Floats:
        return m.total(measure) / m.population


for _payer, _words, _matters, _source in (
    ("federal", "the federal tier", 5, "F22"),
    ("flemish", "the Flemish tier", 1, "F23"),
    ("local", "local authorities", 0.5, "F25"),
    ("patient", "patients", 1, "F45"),
):
    _label = {"flemish": "Flemish", "patient": "patients"}.get(_payer, _payer)
    _register(
        f"spending_{_payer}",
        f"paid_{_payer}",
        f"Spending, {_label}",
        _matters,
        f"payments of {_words}",
        _source,
    )
_register(
    "spending_governance",
    "paid_governance",
    "Of which councils and meta-governors",
    0.1,
    "payments to councils and meta-governors",
    "F10, F11",
)


@outcome(
    "in_scheme",
    label="Providers in a new way of paying",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=0,
    smallest_that_matters=0.01,
    formula="organisations by their share in a new mix / all organisations",
    source="S-08; PT5 (retention)",
)
def in_scheme(m: Measures) -> Floats:
    """Share of organisations that are paid by a new mix."""
    return m.ratio("in_scheme", "organisations")


@outcome(
    "shifted_tasks",
    label="Tasks shifted between tiers",
    family=FAMILY,
    unit="per 1 000 people a year",
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=10,
    period_months=12,
    formula="tasks moved between home nursing and home care for the payer's sake / inhabitants x 1000",
    source="M57",
)
def shifted_tasks(m: Measures) -> Floats:
    """Tasks shifted in 12 months, per 1000 inhabitants."""
    return 1000.0 * m.total("shifted") / m.population
