"""Co-funding of councils."""

from cas_model.config.declarations import lever

COFUNDING = lever(
    "cofunding",
    column="zone_cofunding_rate",
    default=0.0,
    high=5.0,
    unit="EUR/inhabitant/year",
    source="status quo: assumption (no accounts found, gap G2); role M59",
    meaning="Co-funding of the councils by municipalities and other tiers; richer places pay more easily.",
)
