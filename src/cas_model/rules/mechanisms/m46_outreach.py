"""M46: local, trusted outreach lowers the barriers of vulnerable people."""

from cas_model.config.declarations import PREPARE, mechanism, parameter
from cas_model.config.vocabulary import OUTREACH

parameter("outreach_effect", 0.7, 0.2, 0.95, "0-1", "assumption",
          "part of barriers removed by a full outreach initiative with a population manager")  # fmt: skip


@mechanism(
    "M46",
    title="Outreach",
    claim="local customisation, trusted third persons, outreach -> vulnerable groups reached",
    sign="+ equity",
    grade="b",
    source="S2 vaccination, population manager",
    phase="seeking",
    writes=("zone_barrier_factor",),
    order=PREPARE,
)
def reach_out(zone_initiative, zone_population_manager, zone_barrier_factor, outreach_effect, strength):
    """Lower barriers with the outreach initiative, in full with one FTE of population manager."""
    for z in range(zone_barrier_factor.size):
        reach = zone_initiative[z, OUTREACH] * (0.5 + 0.5 * min(1.0, zone_population_manager[z]))
        zone_barrier_factor[z] *= 1.0 - strength * outreach_effect * reach
