"""Seats of the welfare cluster."""

from cas_model.config.declarations import lever

WELFARE_SEATS = lever(
    "welfare_seats",
    column="zone_welfare_seats",
    default=6.0,
    low=1.0,
    high=12.0,
    unit="seats",
    whole=True,
    source="dossier 5.1 #8, F8 (R43); F7 caps the council at 24; role M24",
    meaning="Council seats of welfare and social care; all clusters together have at most 24.",
)
