"""Health information and learning system."""

from cas_model.config.declarations import lever

INFORMATION_MATURITY = lever(
    "information_maturity",
    column="zone_information_maturity",
    default=0.25,
    source="status quo: assumption, dossier 7 S-00; role M06, M45, M64",
    meaning="Maturity of the health information and learning system that links the levels.",
)
