"""Seats of the people cluster."""

from cas_model.config.declarations import lever

PEOPLE_SEATS = lever(
    "people_seats",
    column="zone_people_seats",
    default=3.0,
    high=12.0,
    unit="seats",
    whole=True,
    source="dossier 5.1 #8, F8 (R43); F7 caps the council at 24",
    meaning=(
        "Council seats of people with a care need, informal carers and volunteers; all clusters together "
        "have at most 24."
    ),
)
