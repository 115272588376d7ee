"""Terms of funding beside the mixes: how a new mix comes in; how savings, risks and budgets are shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cas_model.config.declarations import Lever
from cas_model.config.registry import Registry
from cas_model.config.vocabulary import TRANSITIONS


@dataclass(frozen=True)
class FundingTerm(Lever):
    """A term that a scenario sets under ``[funding]``; it fills one column of the table `scheme`."""

    kind: ClassVar[str] = "funding term"


FUNDING_TERMS: Registry[FundingTerm] = Registry("funding term")

for _term in (
    FundingTerm("transition.mode", "scheme_mode", 0.0, 0.0, len(TRANSITIONS) - 1.0, "code",
                "S4 section 5.3.2", "how a new mix comes in: for all at once, in shadow accounts first, for "
                "who volunteers, or in part for all", choices=TRANSITIONS),
    FundingTerm("transition.start_month", "scheme_start_month", 0.0, 0.0, 599.0, "months",
                "S4 section 5.3.2 (M53)", "policy month from which a new mix comes in", whole=True),
    FundingTerm("transition.virtual_months", "scheme_virtual_months", 24.0, 0.0, 120.0, "months",
                "S-08; S4 section 5.3.2", "length of the shadow accounts before a virtual transition pays",
                whole=True),
    FundingTerm("transition.partial_share", "scheme_partial_share", 0.10, 0.0, 1.0, "0-1", "S-08",
                "share of income that follows the new mix in a partial transition"),
    FundingTerm("savings.one_sided_months", "scheme_one_sided_months", 36.0, 0.0, 600.0, "months", "S-09",
                "months in which savings are shared and losses not; afterwards both are", whole=True),
    FundingTerm("risk_adjustment", "scheme_risk_adjustment", 1.0, 0.0, 1.0, "0-1", "S-09",
                "how far pay for a list follows its own expected need, not the mean"),
    FundingTerm("pooled_budget", "scheme_pooled_budget", 0.0, 0.0, 1.0, "0-1", "S3 section 3.3.2 (M56, M57)",
                "share of health and welfare budgets that public payers pool"),
    FundingTerm("initial_investment", "scheme_initial_investment", 0.0, 0.0, 100.0, "EUR/inhabitant",
                "S4 section 5.3.4 (M55)", "put into structures and records over the first two years"),
):  # fmt: skip
    FUNDING_TERMS.add(_term)
