"""Independence of the meta-governor."""

from cas_model.config.declarations import lever

META_GOVERNOR_NEUTRALITY = lever(
    "meta_governor_neutrality",
    column="zone_meta_neutrality",
    default=0.8,
    source="dossier 6 PT1, 5.1 #57: assumption; role M03",
    meaning="Independence of the meta-governor from parties and interest groups.",
)
