"""M39: in a crisis central steering narrows local room."""

from cas_model.config.declarations import mechanism, parameter

parameter("central_grip", 0.5, 0.1, 0.9, "0-1", "assumption; form dossier 5.2.10",
          "part of local autonomy suspended under full urgency")  # fmt: skip


@mechanism(
    "M39",
    title="Crisis steering",
    claim="crisis -> central steering narrows local room, to be widened again afterwards",
    sign="+/-",
    grade="b",
    source="S3 section 3.2.3",
    phase="meta_governance",
    writes=("zone_effective_autonomy",),
)
def narrow_room(zone_urgency, zone_effective_autonomy, central_grip, strength):
    """Lower effective autonomy with urgency."""
    for z in range(zone_urgency.size):
        zone_effective_autonomy[z] *= 1.0 - strength * central_grip * zone_urgency[z]
