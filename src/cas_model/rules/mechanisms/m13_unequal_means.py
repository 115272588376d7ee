"""M13: decentralised tasks on unequal local means."""

from cas_model.config.declarations import mechanism, parameter

parameter("unequal_means_effect", 3.0, 1.0, 6.0, "logit", "assumption",
          "effect of relative local poverty on execution under full autonomy without floor")  # fmt: skip


@mechanism(
    "M13",
    title="Unequal municipal means",
    claim="decentralised tasks + unequal means -> unequal minimum service -> inequality between zones",
    sign="- equity",
    grade="a",
    source="S3 section 3.2.1.3",
    phase="councils",
    writes=("zone_execution_drive",),
)
def diverge(
    zone_poverty, zone_effective_autonomy, zone_floor, zone_execution_drive, unequal_means_effect, strength
):
    """Lower execution in poor zones and raise it in rich ones, by autonomy and the missing floor."""
    mean = 0.0
    for z in range(zone_poverty.size):
        mean += zone_poverty[z] / zone_poverty.size
    for z in range(zone_poverty.size):
        exposed = zone_effective_autonomy[z] * (1.0 - zone_floor[z])
        lag = (zone_poverty[z] - mean) / mean
        zone_execution_drive[z] -= strength * unequal_means_effect * exposed * lag
