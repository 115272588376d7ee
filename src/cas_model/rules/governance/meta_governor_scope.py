"""Reach of the meta-governor."""

from cas_model.config.declarations import lever

META_GOVERNOR_SCOPE = lever(
    "meta_governor_scope",
    column="zone_meta_scope",
    default=0.0,
    high=4.0,
    unit="choice",
    source="status quo: none, dossier 7 S-00; role M03 (S0 principle 3)",
    meaning="Levels that a meta-governor links; `none` means that there is no meta-governor.",
    choices=("none", "regional", "flemish", "federal", "interfederal"),
)
