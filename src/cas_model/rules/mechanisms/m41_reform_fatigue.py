"""M41: structures that keep changing make organisations wait and see."""

from cas_model.config.declarations import mechanism, parameter

parameter("fatigue_per_reform", 0.15, 0.05, 0.3, "0-1", "dossier 5.1 #55 (assumption)",
          "fatigue added by a reform")  # fmt: skip
parameter("fatigue_effect", 1.5, 0.5, 3.0, "logit", "assumption; form dossier 5.2.2 (beta_4)",
          "effect of fatigue on execution")  # fmt: skip
parameter("waiting_effect", 0.3, 0.0, 1.0, "logit", "assumption, set to P12; S3 section 3.5.2",
          "fall of execution while a reform of borders is announced and has not come")  # fmt: skip


@mechanism(
    "M41",
    title="Reform fatigue",
    claim="structures change every ten years or faster -> wait and see, investment postponed",
    sign="- integration",
    grade="a",
    source="S3 sections 3.3.3, 3.5.2, Rec. 4; R65",
    phase="councils",
    writes=("zone_fatigue", "zone_execution_drive"),
)
def wait_and_see(
    zone_turbulence,
    zone_announced,
    zone_fatigue,
    zone_execution_drive,
    fatigue_per_reform,
    fatigue_effect,
    waiting_effect,
    strength,
):
    """Add fatigue with every reform announced; it lowers execution, and so does waiting for new borders."""
    for z in range(zone_fatigue.size):
        reforms = (zone_turbulence[z] + zone_announced[z]) / 12.0
        zone_fatigue[z] += strength * fatigue_per_reform * reforms * (1.0 - zone_fatigue[z])
        zone_execution_drive[z] -= strength * fatigue_effect * zone_fatigue[z]
        if zone_announced[z] > 0.0:
            zone_execution_drive[z] -= strength * waiting_effect
