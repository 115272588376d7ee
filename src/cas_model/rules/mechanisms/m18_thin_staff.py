"""M18: a council without staff decides but cannot execute."""

from cas_model.config.declarations import mechanism, parameter

parameter("staff_effect", 1.2, 0.6, 2.0, "logit", "assumption; form dossier 5.2.2 (beta_1)",
          "effect of one FTE on execution, up to two FTE")  # fmt: skip


@mechanism(
    "M18",
    title="Thin staff",
    claim="small zone -> budget below one staff FTE -> council meets but cannot execute",
    sign="- integration",
    grade="b",
    source="S3 section 3.3.2",
    phase="councils",
    writes=("zone_execution_drive",),
)
def lack_hands(zone_staff, zone_execution_drive, staff_effect, strength):
    """Lower execution for every FTE missing from two (two FTE count as enough hands)."""
    for z in range(zone_staff.size):
        zone_execution_drive[z] += staff_effect * (2.0 - strength * (2.0 - min(zone_staff[z], 2.0)))
