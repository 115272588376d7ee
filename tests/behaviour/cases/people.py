"""Claims M60-M68: people, patients and data."""

from behaviour.case import (
    Case,
    both,
    counted,
    mean,
    no_peers,
    no_staff,
    no_teamwork,
    of_practices,
    of_ties,
    peer_ties,
    put,
    running,
)
from cas_model.config.vocabulary import HAND_OVER

CASES = (
    Case("M60", "shortage makes providers look for partners", both(no_peers, put(provider_load=1.05)),
         both(no_peers, put(provider_load=0.8)), peer_ties, +1),
    Case("M61", "overload leaves no time", put(provider_load=1.5), put(provider_load=1.0),
         mean("provider_coordination"), -1),
    Case("M62", "teamwork takes time", put(provider_coordination=1), no_teamwork,
         mean("provider_admin"), +1),
    Case("M62", "teamwork that fails strains", put(provider_coordination=1, provider_team_task=0),
         no_teamwork, mean("provider_strain"), +1),
    Case("M62", "teamwork that works relieves", put(provider_coordination=1, provider_team_task=1),
         no_teamwork, mean("provider_strain"), -1),
    Case("M63", "reporting eats staff time", put(zone_staff_floor=3), no_staff, mean("zone_staff"), -1, 1,
         12),
    Case("M64", "records that do not meet hinder hand-over", put(provider_shared_record=0),
         put(provider_shared_record=1), of_practices("provider_hand_over"), -1),
    Case("M64", "and joint work", put(provider_shared_record=0), put(provider_shared_record=1),
         of_ties("tie_task"), -1),
    Case("M65", "who cannot find the way goes without", put(patient_literacy=0, patient_digital=0),
         put(patient_literacy=0.62, patient_digital=1), counted("forgone", 12), +1, 24, leak=0.02),
    Case("M65", "who can does not", put(patient_literacy=1), put(patient_literacy=0.62, patient_digital=1),
         mean("patient_barrier"), -1, 12, leak=1e-4),
    Case("M67", "agreements make transitions seamless", running(HAND_OVER),
         put(zone_initiative=0, tie_trust=0.3), of_practices("provider_hand_over"), +1),
    Case("M67", "so does knowing each other", put(zone_initiative=0, tie_trust=0.9),
         put(zone_initiative=0, tie_trust=0.3), of_practices("provider_hand_over"), +1),
)  # fmt: skip
