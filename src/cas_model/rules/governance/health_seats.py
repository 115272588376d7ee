"""Seats of the health care cluster."""

from cas_model.config.declarations import lever

HEALTH_SEATS = lever(
    "health_seats",
    column="zone_health_seats",
    default=6.0,
    low=1.0,
    high=12.0,
    unit="seats",
    whole=True,
    source="dossier 5.1 #8, F8 (R43); F7 caps the council at 24; role M24",
    meaning="Council seats of health care providers; all clusters together have at most 24.",
)
