"""Negotiated spaces opened to all."""

from cas_model.config.declarations import lever

INCLUSIVE_NEGOTIATION = lever(
    "inclusive_negotiation",
    column="zone_inclusive_negotiation",
    default=0.0,
    source="status quo: medico-legal concertation, S0 principle 2; role M02",
    meaning="How far the negotiating tables are opened to all actors, citizens included.",
)
