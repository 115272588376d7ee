"""Pay for taking part in the council."""

from cas_model.config.declarations import lever

PAID_PARTICIPATION = lever(
    "paid_participation",
    column="zone_paid_participation",
    default=0.0,
    source="status quo: voluntary, F15 (R45); role M02, M19",
    meaning="Share of the time spent in council meetings that is paid for.",
)
