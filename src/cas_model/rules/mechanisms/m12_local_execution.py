"""M12: local execution fits the terrain."""

from cas_model.config.declarations import mechanism, parameter

parameter("proximity_effect", 1.0, 0.3, 2.0, "logit", "assumption",
          "effect of local autonomy on execution")  # fmt: skip


@mechanism(
    "M12",
    title="Proximity",
    claim="local execution -> terrain knowledge, tailoring -> better fit",
    sign="+ experience",
    grade="a",
    source="S3 section 3.2.1.3",
    phase="councils",
    writes=("zone_execution_drive",),
)
def tailor(zone_effective_autonomy, zone_execution_drive, proximity_effect, strength):
    """Raise execution with autonomy above the status quo's 0.45, lower it below."""
    for z in range(zone_effective_autonomy.size):
        zone_execution_drive[z] += strength * proximity_effect * (zone_effective_autonomy[z] - 0.45)
