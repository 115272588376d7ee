"""Project money of councils."""

from cas_model.config.declarations import lever

PROJECT_FUNDING = lever(
    "project_funding",
    column="zone_project_rate",
    default=0.0,
    high=2.0,
    unit="ratio",
    source="status quo: assumption (no accounts found, gap G2); role M40, M58",
    meaning="Project money of the councils relative to their core budget; part of it pays staff.",
)
