"""Power to hold actors to account."""

from cas_model.config.declarations import lever

META_GOVERNOR_SANCTION = lever(
    "meta_governor_sanction",
    column="zone_meta_sanction",
    default=0.5,
    source="dossier 6 PT1: assumption; role M03, M04",
    meaning="Power of the meta-governor to hold actors to account.",
)
