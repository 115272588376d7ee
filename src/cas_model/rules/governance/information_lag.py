"""Age of the data."""

from cas_model.config.declarations import lever

INFORMATION_LAG = lever(
    "information_lag",
    column="zone_information_lag",
    default=18.0,
    low=0.0,
    high=60.0,
    unit="months",
    source="dossier 5.1 #60: assumption; existence S4 table 2",
    meaning="Age of the data that councils and meta-governors see.",
)
