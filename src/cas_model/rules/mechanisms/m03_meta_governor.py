"""M03: a neutral, stable meta-governor aligns a polycentric field."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import GOALS

parameter("alignment_rate", 0.05, 0.0, 0.15, "per month", "dossier 5.1 #57 (assumption)",
          "speed of alignment under a meta-governor of full standing")  # fmt: skip


@mechanism(
    "M03",
    title="Meta-governor",
    claim="polycentric federal field -> neutral, stable meta-governor -> decisions align across levels",
    sign="+ integration, resilience",
    grade="a",
    source="S0 pr.3; S3 section 3.3.3; form dossier 5.2.9",
    phase="meta_governance",
    writes=("zone_effective_fragmentation", "zone_goals"),
)
def align(
    zone_region,
    region_meta_active,
    region_meta_standing,
    region_goals,
    zone_meta_sanction,
    zone_effective_fragmentation,
    zone_goals,
    alignment_rate,
    strength,
):
    """Coordinate levels (less effective fragmentation) and draw councils' goals to the region's.

    Standing converges to neutrality x capacity during a term, so that a short tenure never gets there.
    """
    for z in range(zone_region.size):
        r = zone_region[z]
        standing = strength * region_meta_active[r] * region_meta_standing[r]
        zone_effective_fragmentation[z] *= 1.0 - standing * (0.3 + 0.7 * zone_meta_sanction[z])
        for g in range(len(GOALS)):
            zone_goals[z, g] += alignment_rate * standing * (region_goals[r, g] - zone_goals[z, g])
