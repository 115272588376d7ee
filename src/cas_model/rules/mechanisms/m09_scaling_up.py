"""M09: central actors scale what works."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import N_TOPICS

parameter("scaling_rate", 0.03, 0.0, 0.08, "per month", "assumption",
          "speed at which a meta-governor spreads the best initiative of its region")  # fmt: skip


@mechanism(
    "M09",
    title="Scaling up what works",
    claim="central goals and safe-to-fail pilots -> winners scaled -> the system learns",
    sign="+ integration",
    grade="a",
    source="S0 intro",
    phase="meta_governance",
    writes=("zone_initiative",),
)
def scale_up(
    zone_region,
    zone_initiative,
    zone_information_maturity,
    region_meta_active,
    region_meta_standing,
    scaling_rate,
    strength,
):
    """Draw weaker initiatives towards the region's strongest, as far as results are known."""
    n = zone_region.size
    for r in range(region_meta_active.size):
        if region_meta_active[r] == 0.0:
            continue
        for topic in range(N_TOPICS):
            best = 0.0
            for z in range(n):
                if zone_region[z] == r:
                    best = max(best, zone_initiative[z, topic])
            for z in range(n):
                if zone_region[z] == r:
                    speed = scaling_rate * region_meta_standing[r] * zone_information_maturity[z]
                    zone_initiative[z, topic] += strength * speed * (best - zone_initiative[z, topic])
