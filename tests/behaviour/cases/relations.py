"""Claims M26-M36: relations, culture and path dependence."""

from behaviour.case import Case, alternating, calm, mean, of_ties, put
from cas_model.config.vocabulary import HEALTH

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
    Case("M32", "who decides together owns the decision", put(zone_co_decision=1), put(zone_co_decision=0),
         mean("provider_readiness"), +1, 12, 12),
    Case("M32", "and decides slowly", put(zone_co_decision=1), put(zone_co_decision=0),
         mean("zone_adopted"), -1, 24, 12),
    Case("M33", "sectors misunderstand each other", put(provider_skill=0), put(provider_welfare=0),
         of_ties("tie_task", True), -1, 1, 12),
    Case("M35", "the health cluster dominates", put(), put(), mean("zone_power", HEALTH), +1, 1, 12,
         world_out_of_context={"parameters.health_status": 1.0}),
    Case("M36", "reform after reform breeds resistance", put(zone_turbulence=2, provider_self_interest=1),
         calm, mean("provider_readiness"), -1, 12, 12),
    Case("M36", "so does lost autonomy",
         put(zone_turbulence=0, zone_autonomy=0.1, zone_effective_autonomy=0.1), calm,
         mean("provider_readiness"), -1, 12, 12),
)  # fmt: skip
