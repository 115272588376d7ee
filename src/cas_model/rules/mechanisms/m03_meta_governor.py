"""M03: a neutral, stable meta-governor aligns a polycentric field."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import GOALS

FLEMISH, FEDERAL, INTERFEDERAL = 2.0, 3.0, 4.0
"""Scopes of a meta-governor that reach the tiers of government (codes of the lever `meta_governor_scope`)."""

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
    writes=("zone_effective_fragmentation", "zone_goals", "authority_goals"),
)
def align(
    zone_region,
    region_meta_active,
    region_meta_standing,
    region_goals,
    authority_goals,
    zone_meta_scope,
    zone_meta_sanction,
    zone_effective_fragmentation,
    zone_goals,
    alignment_rate,
    strength,
):
    """Coordinate levels (less effective fragmentation) and draw the goals of councils and tiers together.

    Standing converges to neutrality x capacity during a term, so that a short tenure never gets there.
    """
    for z in range(zone_region.size):
        r = zone_region[z]
        standing = strength * region_meta_active[r] * region_meta_standing[r]
        zone_effective_fragmentation[z] *= 1.0 - standing * (0.3 + 0.7 * zone_meta_sanction[z])
        for g in range(len(GOALS)):
            zone_goals[z, g] += alignment_rate * standing * (region_goals[r, g] - zone_goals[z, g])
    # A tier in scope is drawn to the mean of regions and tiers, by the mean standing over zones.
    n = zone_region.size
    for g in range(len(GOALS)):
        shared = 0.25 * (authority_goals[0, g] + authority_goals[1, g])
        for r in range(region_goals.shape[0]):
            shared += 0.5 * region_goals[r, g] / region_goals.shape[0]
        federal = flemish = 0.0
        for z in range(n):
            standing = strength * region_meta_active[zone_region[z]] * region_meta_standing[zone_region[z]]
            scope = zone_meta_scope[z]
            federal += standing / n if scope in (FEDERAL, INTERFEDERAL) else 0.0
            flemish += standing / n if scope in (FLEMISH, INTERFEDERAL) else 0.0
        authority_goals[0, g] += alignment_rate * federal * (shared - authority_goals[0, g])
        authority_goals[1, g] += alignment_rate * flemish * (shared - authority_goals[1, g])
