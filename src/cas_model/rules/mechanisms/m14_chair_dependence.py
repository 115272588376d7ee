"""M14: where staff is thin, outcomes hang on the chair."""

import math

from cas_model.config.declarations import mechanism, parameter

parameter("chair_effect", 3.0, 1.0, 5.0, "logit", "assumption; form dossier 5.2.2 (beta_2)",
          "effect of the chair on execution in a council without staff")  # fmt: skip


@mechanism(
    "M14",
    title="Dependence on the chair",
    claim="the more local, the fewer alternates -> outcomes hang on the chair -> wide variation",
    sign="variance up",
    grade="b",
    source="S3 sections 3.2.1.3, 3.2.3",
    phase="councils",
    writes=("zone_execution_drive",),
)
def depend_on_chair(zone_chair, zone_staff, zone_execution_drive, chair_effect, strength):
    """Add chair quality (against its mean 4/7), fading with staff as exp(-FTE)."""
    for z in range(zone_chair.size):
        reach = math.exp(-zone_staff[z])
        zone_execution_drive[z] += strength * chair_effect * (zone_chair[z] - 4.0 / 7.0) * reach
