"""Principle 2: negotiated spaces in which everybody has a place."""

from cas_model.config.principles import principle

INCLUSIVE_SPACES = principle(
    "inclusive_spaces",
    title="Inclusive negotiated spaces",
    source="S0 pr.2; M02; seats PT3",
    meaning="Negotiation is open to all actors, and people with care needs have as many seats as the others.",
    levers={"inclusive_negotiation": 1.0, "people_seats": 6.0},
)
