"""M24: more weight for local government exposes the council to local politics."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import LEVELS, N_CLUSTERS, N_TOPICS

parameter("politics_exposure", 1.5, 0.0, 3.0, "ratio", "assumption; existence S3 section 3.2.3",
          "share of decisions lost a month around local elections, per excess share of seats")  # fmt: skip

_LOCAL = LEVELS.index("local")


@mechanism(
    "M24",
    title="Exposure to local politics",
    claim="equal voice for four clusters -> best compromises; more weight for local government -> exposed to "
    "local politics",
    sign="+/- stability",
    grade="c",
    source="S3 section 3.2.3",
    phase="councils",
    writes=("zone_decision_pace", "zone_backlog"),
)
def follow_elections(
    zone_local_authority_seats,
    zone_health_seats,
    zone_welfare_seats,
    zone_people_seats,
    authority_cycle_months,
    zone_decision_pace,
    zone_backlog,
    politics_exposure,
    strength,
):
    """Within half a year of a local election, decide less and drop decisions, by the local excess of seats.

    The excess is the local authorities' share of seats above one half more than an equal share of four.
    """
    usual = 1.5 / N_CLUSTERS
    near = authority_cycle_months[_LOCAL] <= 6.0 or authority_cycle_months[_LOCAL] > 66.0
    if not near:
        return
    for z in range(zone_decision_pace.size):
        local = zone_local_authority_seats[z]
        seats = local + zone_health_seats[z] + zone_welfare_seats[z] + zone_people_seats[z]
        excess = max(0.0, local / seats - usual)
        lost = min(1.0, strength * politics_exposure * excess)
        zone_decision_pace[z] *= 1.0 - lost
        for topic in range(N_TOPICS):
            zone_backlog[z, topic] *= 1.0 - lost
