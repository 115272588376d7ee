"""Clarity of mandates and legal backing."""

from cas_model.config.declarations import lever

MANDATE = lever(
    "mandate",
    column="zone_mandate",
    default=0.35,
    source="status quo: assumption, dossier 7 S-00; role M04",
    meaning="Clarity of who may decide what, and how firmly the law backs it.",
)
