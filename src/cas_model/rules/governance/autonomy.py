"""Room for local decisions."""

from cas_model.config.declarations import lever

AUTONOMY = lever(
    "autonomy",
    column="zone_autonomy",
    default=0.45,
    source="status quo: assumption, dossier 7 S-00; role M08, M12, M31",
    meaning="Room that zones and councils have to decide for themselves.",
)
