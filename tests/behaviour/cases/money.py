"""Claims M47-M59: money."""

from typing import Any

from behaviour.case import (
    Case,
    alternating,
    both,
    demand_of,
    mean,
    of_practices,
    of_ties,
    paid_by,
    put,
    readier_members,
    spending_outgrew,
    usual_payers,
)
from cas_model.config.vocabulary import HOME_CARE, HOME_NURSING

CAPITATED: dict[str, Any] = {"funding.mix.gp": {"fee_for_service": 0.2, "capitation": 0.77}}
SHADOW = CAPITATED | {"funding.transition": {"mode": "virtual"}}
VOLUNTARY = CAPITATED | {"funding.transition": {"mode": "voluntary"}, "parameters.join_rate": 0.1}
PARTIAL = CAPITATED | {"funding.transition": {"mode": "partial"}}
SAVINGS = {
    "funding.mix.gp": {"fee_for_service": 0.2, "shared_savings": 0.6},
    "funding.savings.one_sided_months": 0,
    "parameters.leave_by_loss": 0.5,
}
STATUS_QUO: dict[str, Any] = {}
losses = put(zone_savings=-0.5)

core_only = put(zone_project_rate=0, zone_cofunding_rate=0)

CASES = (
    Case("M47", "pay by volume drives out coordination", paid_by("fee_for_service"), paid_by("capitation"),
         mean("provider_coordination"), -1, 24, 12),
    Case("M48", "income free of volume gives room", paid_by("capitation"), paid_by("fee_for_service"),
         mean("provider_coordination"), +1, 24, 24, leak=0.05),
    Case("M49", "hoped-for savings make joint work pay", put(), put(), of_practices("provider_coordination"),
         +1, 12, 12, world=SAVINGS, world_out_of_context=CAPITATED),
    Case("M49", "who has shared gains stays when losses come", both(losses, put(provider_safe_months=36)),
         put(), mean("provider_scheme"), +1, 6, 12, world=SAVINGS, world_out_of_context=CAPITATED),
    Case("M50", "shadow accounts teach", put(), put(), of_practices("provider_uptake"), +1, 6, 12,
         world=SHADOW, world_out_of_context=CAPITATED),
    Case("M50", "and take time", put(), put(), of_practices("provider_admin"), +1, 1, 12,
         world=SHADOW, world_out_of_context=CAPITATED),
    Case("M50", "and money", put(), put(), mean("zone_scheme_cents"), +1, 3, 12,
         world=SHADOW, world_out_of_context=CAPITATED),
    Case("M51", "the ready volunteer", put(provider_readiness=alternating(0.25, 0.35)), put(),
         readier_members, +1, 3, 12, world=VOLUNTARY, world_out_of_context=CAPITATED),
    Case("M51", "two systems side by side cost time", put(provider_scheme=alternating(0.0, 1.0)),
         put(provider_scheme=1.0), of_practices("provider_admin"), +1, 1, 12, world=VOLUNTARY),
    Case("M52", "a small stake is overlooked", put(), put(), of_practices("provider_uptake"), -1, 6, 12,
         world=PARTIAL, world_out_of_context=CAPITATED),
    Case("M53", "trust and joint work from before speed the reform",
         put(provider_mean_trust=0.9, provider_team_task=0.9),
         put(provider_mean_trust=0.3, provider_team_task=0.3), of_practices("provider_uptake"), +1,
         world=CAPITATED),
    Case("M53", "and hold members in", both(losses, put(provider_mean_trust=0.9, provider_team_task=0.9)),
         put(), mean("provider_scheme"), +1, 1, 12, world=SAVINGS, world_out_of_context=STATUS_QUO),
    Case("M54", "payers at odds cost administration",
         put(zone_fragmentation=1, zone_effective_fragmentation=1),
         usual_payers, mean("provider_admin"), +1, 3, 3),
    Case("M54", "payers in step spare it", put(zone_fragmentation=0, zone_effective_fragmentation=0),
         usual_payers, mean("provider_admin"), -1, 3, 3),
    Case("M54", "and bring members", put(zone_fragmentation=0, zone_effective_fragmentation=0),
         usual_payers, mean("provider_scheme"), +1, 6, 3, world=VOLUNTARY),
    Case("M55", "without structures reform hangs", put(zone_infrastructure=0), put(zone_infrastructure=1),
         of_practices("provider_uptake"), -1, 6, 12, world=CAPITATED),
    Case("M56", "parts with their own money dispute tasks",
         put(zone_fragmentation=1, zone_effective_fragmentation=1), usual_payers,
         of_ties("tie_task", True), -1),
    Case("M56", "a pooled budget ends disputes",
         both(usual_payers, put(scheme_pooled_budget=1)), usual_payers, of_ties("tie_task", True), +1),
    Case("M57", "the tier that pays more shifts tasks", spending_outgrew(0.1), spending_outgrew(0.0),
         demand_of(HOME_CARE), +1),
    Case("M57", "the other way round too", spending_outgrew(-0.1), spending_outgrew(0.0),
         demand_of(HOME_NURSING), +1),
    Case("M57", "and counts what it shifts", spending_outgrew(0.1),
         both(spending_outgrew(0.1), put(scheme_pooled_budget=1)), mean("zone_shifted"), +1),
    Case("M58", "several sources keep initiatives alive",
         put(zone_project_rate=1, zone_cofunding_rate=1, zone_initiative=0.8, zone_institutionalised=0),
         core_only, mean("zone_initiative"), +1, 12, 12),
    Case("M58", "but projects crowd out policy", put(zone_project_rate=2), core_only,
         mean("zone_adopted"), -1, 24, 12),
    Case("M59", "co-funding makes initiatives last",
         put(zone_cofunding_rate=2, zone_initiative=0.8, zone_institutionalised=0), core_only,
         mean("zone_initiative"), +1, 12, 12),
)  # fmt: skip
