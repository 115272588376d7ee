"""Population manager of the zone."""

from cas_model.config.declarations import lever

POPULATION_MANAGER = lever(
    "population_manager",
    column="zone_population_manager",
    default=0.5,
    high=3.0,
    unit="FTE",
    source="dossier 5.1 #18: existence S2, size assumption; role M46",
    meaning="Working time of the population manager of each zone, who reaches out and maps need.",
)
