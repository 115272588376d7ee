"""Core budget of the council."""

from cas_model.config.declarations import lever

CORE_BUDGET = lever(
    "core_budget",
    column="zone_core_budget_rate",
    default=1.33,
    high=5.0,
    unit="EUR/weighted inhabitant/year",
    source="dossier 5.1 #10, F11 (R43)",
    meaning="Core budget of the councils per weighted inhabitant.",
)
