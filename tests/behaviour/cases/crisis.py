"""Claims M37-M46: crisis, pace of reform and learning."""

from behaviour.case import Case, both, counted, crisis, mean, of_ties, put, running
from cas_model.config.vocabulary import OUTREACH

CASES = (
    Case("M37", "a crisis brings young structures together", put(zone_rigidity=0), put(zone_rigidity=1),
         of_ties("tie_contact"), +1, 6, 12, world=crisis),
    Case("M37", "and earns them recognition", put(zone_rigidity=0), put(zone_rigidity=1),
         mean("zone_legitimacy"), +1, 6, 12, world=crisis),
    Case("M38", "structures that age set in routines", put(zone_rigidity=0), put(zone_rigidity=1),
         mean("zone_rigidity"), +1, 12, 12),
    Case("M39", "a crisis narrows local room", put(zone_autonomy=0.8),
         put(zone_autonomy=0, zone_effective_autonomy=0),
         mean("zone_effective_autonomy"), -1, 3, 3, world=crisis),
    Case("M41", "reforms tire", put(zone_turbulence=2), put(zone_turbulence=0, zone_fatigue=0),
         mean("zone_fatigue"), +1, 12),
    Case("M41", "the tired wait and see", put(zone_turbulence=2), put(zone_turbulence=0, zone_fatigue=0),
         mean("zone_execution"), -1, 12),
    Case("M44", "pilots without a future tire", put(zone_initiative=0.8, zone_institutionalised=0),
         put(zone_initiative=0.8, zone_institutionalised=0.8), mean("zone_fatigue"), +1, 3),
    Case("M45", "what is not evaluated is forgotten", put(zone_information_maturity=0, zone_learning=1),
         put(zone_information_maturity=1), mean("zone_learning"), -1, 6, 12),
    Case("M46", "outreach spares people going without",
         both(running(OUTREACH), put(zone_population_manager=1)), put(zone_initiative=0),
         counted("forgone", 12), -1, 12),
)  # fmt: skip
