"""Principle 6: an information and learning system that links all levels."""

from cas_model.config.principles import principle

LEARNING_SYSTEM = principle(
    "learning_system",
    title="Health information and learning system",
    source="S0 pr.6; M06; settings of S-15 (dossier 6 PT6)",
    meaning="Zones, regions and Flanders see timely local data and learn from what was tried.",
    levers={"information_maturity": 0.8, "information_lag": 3.0},
)
