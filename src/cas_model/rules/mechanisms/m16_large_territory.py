"""M16: a large territory sees its savings through the noise, and is governed more competently."""

import math

from cas_model.config.declarations import mechanism, parameter

parameter("capability_scale", 60000, 30000, 120000, "inhabitants", "assumption; form dossier 5.2.7",
          "population over which range and skills fill up")  # fmt: skip
parameter("capability_effect", 0.5, 0.0, 1.5, "logit", "assumption; direction S4 section 5.2.1",
          "effect of full range and skills on a council's execution")  # fmt: skip


@mechanism(
    "M16",
    title="Large territory",
    claim="large territory -> lower cost variance, competent governance -> joint savings can be steered by",
    sign="+ governance; weaker relations are M15",
    grade="a",
    source="S4 section 5.2.1; forms dossier 5.2.7, 5.2.8",
    phase="councils",
    writes=("zone_savings_hope", "zone_execution_drive"),
)
def gain_range(
    zone_population,
    zone_savings_hope,
    zone_savings_noise,
    zone_execution_drive,
    capability_scale,
    capability_effect,
    strength,
):
    """Trust savings by signal / (signal + noise); execute by 1 - exp(-N / scale), against the mean zone."""
    usual = math.exp(-115000.0 / capability_scale)
    for z in range(zone_population.size):
        hope = zone_savings_hope[z]
        if hope > 0.0:
            drowned = zone_savings_noise[z] / (hope + zone_savings_noise[z])
            zone_savings_hope[z] = hope * (1.0 - strength * drowned)
        gain = usual - math.exp(-zone_population[z] / capability_scale)
        zone_execution_drive[z] += strength * capability_effect * gain
