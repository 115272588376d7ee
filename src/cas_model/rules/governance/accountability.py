"""Accountability towards citizens."""

from cas_model.config.declarations import lever

ACCOUNTABILITY = lever(
    "accountability",
    column="zone_accountability",
    default=0.0,
    source="status quo: none, S0 principle 4; role M04",
    meaning="How far authorities and councils must answer to citizens, under-served groups included.",
)
