"""Split of competences between tiers."""

from cas_model.config.declarations import lever

COMPETENCE_FRAGMENTATION = lever(
    "competence_fragmentation",
    column="zone_fragmentation",
    default=0.6,
    source="status quo: assumption, dossier 7 S-00; role M07, M56, M57",
    meaning=(
        "How far competences for one patient's care are split between federal, Flemish and local authorities."
    ),
)
