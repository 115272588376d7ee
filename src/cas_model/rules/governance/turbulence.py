"""Pace of structural reform."""

from cas_model.config.declarations import lever

TURBULENCE = lever(
    "turbulence",
    column="zone_turbulence",
    default=0.3,
    high=2.0,
    unit="per year",
    source="status quo: assumption, dossier 7 S-00; role M41",
    meaning="Structural reforms announced per year; each one tires the field and makes organisations wait.",
)
