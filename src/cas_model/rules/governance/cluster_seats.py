"""Seats of the professional clusters."""

from cas_model.config.declarations import lever

CLUSTER_SEATS = lever(
    "cluster_seats",
    column="zone_cluster_seats",
    default=6.0,
    low=1.0,
    high=6.0,
    unit="seats",
    whole=True,
    source="dossier 5.1 #8, F8 (R43)",
    meaning="Council seats of each of the other three clusters: local authorities, health care, welfare.",
)
