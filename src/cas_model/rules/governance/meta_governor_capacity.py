"""Capacity of the meta-governor."""

from cas_model.config.declarations import lever

META_GOVERNOR_CAPACITY = lever(
    "meta_governor_capacity",
    column="zone_meta_capacity",
    default=0.6,
    source="dossier 5.1 #57: assumption; role M03",
    meaning="Staff, money and skill of the meta-governor.",
)
