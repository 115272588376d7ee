"""M17: pooled expertise spares zones from reinventing."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import N_TOPICS

parameter("pooling_rate", 0.02, 0.0, 0.06, "per month", "assumption",
          "speed at which the support institute's know-how reaches a zone")  # fmt: skip


@mechanism(
    "M17",
    title="Pooled expertise",
    claim="60 zones solving the same problem alone -> waste; pooled expertise avoids it",
    sign="+ efficiency",
    grade="a",
    source="S3 sections 3.2.2, 3.2.3; F20",
    phase="meta_governance",
    writes=("institute_pool", "zone_initiative"),
)
def pool(zone_support_institute, zone_initiative, institute_pool, pooling_rate, strength):
    """Collect the mean strength per topic, and lift the zones below it by the support they get."""
    n = zone_support_institute.size
    for topic in range(N_TOPICS):
        mean = 0.0
        for z in range(n):
            mean += zone_initiative[z, topic] / n
        institute_pool[0, topic] += 0.1 * (mean - institute_pool[0, topic])
        for z in range(n):
            gap = max(0.0, institute_pool[0, topic] - zone_initiative[z, topic])
            zone_initiative[z, topic] += strength * pooling_rate * zone_support_institute[z] * gap
