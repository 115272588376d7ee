"""Central minimum standards."""

from cas_model.config.declarations import lever

FLOOR = lever(
    "floor",
    column="zone_floor",
    default=0.6,
    source="status quo: assumption, dossier 7 S-00; role M13",
    meaning="Strength of the minimum standards that every zone must meet, whatever it decides itself.",
)
