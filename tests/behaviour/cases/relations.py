"""Claims M26-M36: relations, culture and path dependence."""

from typing import Any

from behaviour.case import (
    Case,
    alternating,
    autonomous,
    both,
    calm,
    mean,
    of_practices,
    of_ties,
    put,
    usual_autonomy,
)
from cas_model.config.vocabulary import HEALTH

UNADJUSTED: dict[str, Any] = {
    "funding.mix.gp": {"fee_for_service": 0.0, "capitation": 0.97}, "funding.risk_adjustment": 0.0,
}  # fmt: skip

CASES = (
    Case("M26", "meeting breeds trust", put(zone_paid_participation=1, zone_legitimacy=1),
         put(provider_attendance=0, tie_contact=0, provider_mean_trust=0.3), of_ties("tie_trust"), +1, 24),
    Case("M26", "trust breeds effort",
         put(zone_paid_participation=1, zone_legitimacy=1, provider_mean_trust=0.9),
         put(provider_attendance=0, tie_contact=0, provider_mean_trust=0.3), mean("provider_coordination"),
         +1, 1),
    Case("M27", "broken agreements cost trust", put(tie_contact=1, tie_task=0),
         put(tie_contact=0, tie_history=0), of_ties("tie_trust"), -1),
    Case("M27", "and are remembered", put(tie_contact=1, tie_task=0), put(tie_contact=0, tie_history=0),
         of_ties("tie_task"), -1),
    Case("M27", "successes spill over", put(tie_contact=1, tie_task=1), put(tie_contact=0, tie_history=0),
         of_ties("tie_task"), +1),
    Case("M28", "trust grows slower across pillars", put(provider_pillar=alternating(1, 2)),
         put(provider_pillar=0), of_ties("tie_trust"), -1, 24, 12),
    Case("M29", "trust grows slower with a commercial partner", put(provider_for_profit=alternating(0, 1)),
         put(provider_for_profit=0), of_ties("tie_trust"), -1, 24, 12),
    Case("M30", "trust grows slower along formal ties", put(tie_formal=1), put(tie_formal=0),
         of_ties("tie_trust"), -1, 24, 1),
    Case("M31", "who is obliged resists", put(zone_autonomy=0.1, zone_effective_autonomy=0.1),
         usual_autonomy, mean("provider_readiness"), -1, 12, 12),
    Case("M31", "who has room and trust engages", both(autonomous, put(provider_mean_trust=0.9)),
         usual_autonomy, mean("provider_readiness"), +1, 12, 12),
    Case("M32", "who decides together owns the decision", put(zone_co_decision=1), put(zone_co_decision=0),
         mean("provider_readiness"), +1, 12, 12),
    Case("M32", "and decides slowly", put(zone_co_decision=1), put(zone_co_decision=0),
         mean("zone_adopted"), -1, 24, 12),
    Case("M33", "sectors misunderstand each other", put(provider_skill=0), put(provider_welfare=0),
         of_ties("tie_task", True), -1, 1, 12),
    Case("M34", "own interest keeps effort down", put(provider_self_interest=1),
         put(provider_self_interest=0), mean("provider_coordination"), -1, 12, 12),
    Case("M34", "who is not paid for need refuses newcomers", put(), put(provider_self_interest=0),
         of_practices("provider_accept_new"), -1, 3, 12, world=UNADJUSTED),
    Case("M35", "the health cluster dominates", put(), put(), mean("zone_power", HEALTH), +1, 1, 12,
         world_out_of_context={"parameters.health_status": 1.0}),
    Case("M36", "reform after reform breeds resistance", put(zone_turbulence=2, provider_self_interest=1),
         calm, mean("provider_readiness"), -1, 12, 12),
    Case("M36", "so does lost autonomy",
         put(zone_turbulence=0, zone_autonomy=0.1, zone_effective_autonomy=0.1), calm,
         mean("provider_readiness"), -1, 12, 12),
)  # fmt: skip
