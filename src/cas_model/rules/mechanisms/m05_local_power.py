"""M05: a well-composed, well-staffed council manages local power."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import N_CLUSTERS

parameter("power_management", 0.6, 0.2, 0.9, "0-1", "assumption",
          "part of unequal claims that a skilled, staffed council evens out")  # fmt: skip


@mechanism(
    "M05",
    title="Council manages local power",
    claim="medico-centred culture -> well-composed, well-funded council -> manages power and innovates",
    sign="+ integration, equity",
    grade="a",
    source="S0 pr.5",
    phase="councils",
    writes=("zone_power_drive",),
    order=150,
)
def even_out(zone_skill, zone_staff, zone_power_drive, power_management, strength):
    """Draw the clusters' claims towards their mean, by skill and staff (up to two FTE)."""
    for z in range(zone_skill.size):
        mean = 0.0
        for g in range(N_CLUSTERS):
            mean += zone_power_drive[z, g] / N_CLUSTERS
        pull = strength * power_management * zone_skill[z] * min(zone_staff[z], 2.0) / 2.0
        for g in range(N_CLUSTERS):
            zone_power_drive[z, g] += pull * (mean - zone_power_drive[z, g])
