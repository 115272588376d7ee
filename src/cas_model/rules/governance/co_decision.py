"""Levels decide together."""

from cas_model.config.declarations import lever

CO_DECISION = lever(
    "co_decision",
    column="zone_co_decision",
    default=0.0,
    high=1.0,
    unit="choice",
    source="status quo: advice only, S3 3.4.1; role M32",
    meaning=(
        "Whether the federal, Flemish and local levels and the zones decide together instead of one "
        "advising the other."
    ),
    choices=("off", "on"),
)
