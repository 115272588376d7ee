"""Claims M47-M59: money."""

from behaviour.case import Case, mean, paid_by, put, usual_payers
from cas_model.config.vocabulary import CAPITATION, FEE_FOR_SERVICE

core_only = put(zone_project_rate=0, zone_cofunding_rate=0)

CASES = (
    Case("M47", "pay by volume drives out coordination", paid_by(FEE_FOR_SERVICE), paid_by(CAPITATION),
         mean("provider_coordination"), -1, 24, 12),
    Case("M48", "income free of volume gives room", paid_by(CAPITATION), paid_by(FEE_FOR_SERVICE),
         mean("provider_coordination"), +1, 24, 24, leak=0.05),
    Case("M54", "payers at odds cost administration",
         put(zone_fragmentation=1, zone_effective_fragmentation=1),
         usual_payers, mean("provider_admin"), +1, 3, 3),
    Case("M54", "payers in step spare it", put(zone_fragmentation=0, zone_effective_fragmentation=0),
         usual_payers, mean("provider_admin"), -1, 3, 3),
    Case("M58", "several sources keep initiatives alive",
         put(zone_project_rate=1, zone_cofunding_rate=1, zone_initiative=0.8, zone_institutionalised=0),
         core_only, mean("zone_initiative"), +1, 12, 12),
    Case("M58", "but projects crowd out policy", put(zone_project_rate=2), core_only,
         mean("zone_adopted"), -1, 24, 12),
    Case("M59", "co-funding makes initiatives last",
         put(zone_cofunding_rate=2, zone_initiative=0.8, zone_institutionalised=0), core_only,
         mean("zone_initiative"), +1, 12, 12),
)  # fmt: skip
