"""M11: strategy made only centrally is blind to local need."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import N_TOPICS

parameter("central_pull", 0.15, 0.03, 0.4, "per month", "assumption",
          "speed at which a council without autonomy takes over the mean view of need")  # fmt: skip


@mechanism(
    "M11",
    title="Central blindness",
    claim="strategy only central -> uniform but blind to local need -> misfit",
    sign="- equity, experience",
    grade="b",
    source="S3 sections 3.2.1.1, 3.2.2",
    phase="information",
    writes=("zone_perceived_need",),
)
def look_from_afar(zone_effective_autonomy, zone_perceived_need, central_pull, strength):
    """Draw the need a council sees to the Flemish mean, by the autonomy it lacks (below 0.45)."""
    n = zone_effective_autonomy.size
    for topic in range(N_TOPICS):
        mean = 0.0
        for z in range(n):
            mean += zone_perceived_need[z, topic] / n
        for z in range(n):
            lacking = max(0.0, 0.45 - zone_effective_autonomy[z]) / 0.45
            pull = strength * central_pull * lacking
            zone_perceived_need[z, topic] += pull * (mean - zone_perceived_need[z, topic])
