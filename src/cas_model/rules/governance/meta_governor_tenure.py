"""Term of the meta-governor."""

from cas_model.config.declarations import lever

META_GOVERNOR_TENURE = lever(
    "meta_governor_tenure",
    column="zone_meta_tenure",
    default=6.0,
    low=1.0,
    high=20.0,
    unit="years",
    source="dossier 5.1 #58: assumption; role S0 principle 3",
    meaning="Term of a meta-governor; long terms outlast elections.",
)
