"""Principle 5: care councils that are equipped to govern their zone."""

from cas_model.config.principles import principle

LOCAL_META_GOVERNANCE = principle(
    "local_meta_governance",
    title="Councils as local meta-governors",
    source="S0 pr.5; M05; settings of S-05 (dossier 6 PT2, PT3)",
    meaning="Councils are well composed and funded: staff, paid participation, a population manager, room.",
    levers={"staff_floor": 1.5, "paid_participation": 1.0, "population_manager": 1.0, "autonomy": 0.6},
)
