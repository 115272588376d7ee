"""Guaranteed council staff."""

from cas_model.config.declarations import lever

STAFF_FLOOR = lever(
    "staff_floor",
    column="zone_staff_floor",
    default=0.0,
    high=5.0,
    unit="FTE",
    source="status quo: none, F13; role M18",
    meaning="Staff that every council is guaranteed, however small its zone.",
)
