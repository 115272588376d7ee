"""M46: local, trusted outreach lowers the barriers of vulnerable people, and protects them in heat."""

from cas_model.config.declarations import PREPARE, mechanism, parameter
from cas_model.config.vocabulary import EVERYONE, N_GROUPS, OUTREACH

parameter("outreach_effect", 0.7, 0.2, 0.95, "0-1", "assumption",
          "part of barriers removed by a full outreach initiative with a population manager")  # fmt: skip
parameter("outreach_protection", 0.3, 0.0, 0.6, "0-1", "assumption; dossier 7 S-12",
          "part of the excess need and deaths of vulnerable groups that full outreach prevents")  # fmt: skip
parameter("campaign_execution", 0.1, 0.02, 0.4, "0-1", "assumption; role of care councils S2",
          "execution at which a council reaches half of those whom a campaign does not")  # fmt: skip
parameter("manager_outreach", 0.5, 0.1, 0.9, "0-1", "assumption; S2 (population manager)",
          "vulnerable people whom a full-time population manager gets visited in an event")  # fmt: skip


@mechanism(
    "M46",
    title="Outreach",
    claim="local customisation, trusted third persons, outreach -> vulnerable groups reached",
    sign="+ equity",
    grade="b",
    source="S2 vaccination, population manager; dossier 7 S-12",
    phase="demography",
    writes=(
        *("zone_barrier_factor", "zone_campaign_reach", "zone_dose_barrier_factor"),
        *("zone_need_rise", "zone_death_rise"),
    ),
    order=PREPARE,
)
def reach_out(
    zone_initiative,
    zone_population_manager,
    zone_execution,
    zone_vaccine_offer,
    zone_barrier_factor,
    zone_campaign_reach,
    zone_dose_barrier_factor,
    zone_need_rise,
    zone_death_rise,
    outreach_effect,
    outreach_protection,
    campaign_execution,
    manager_outreach,
    strength,
):
    """Lower barriers with the outreach initiative, in full with one FTE of population manager.

    In an event the population manager also has vulnerable people visited who are known: barriers to a dose,
    and what strikes vulnerable groups, fall by the initiative and that together. Of those whom a vaccination
    campaign does not get round to by itself, the council adds execution / (execution + half).
    """
    for z in range(zone_barrier_factor.size):
        manager = min(1.0, zone_population_manager[z])
        reach = zone_initiative[z, OUTREACH] * (0.5 + 0.5 * manager)
        zone_barrier_factor[z] *= 1.0 - strength * outreach_effect * reach
        visited = min(1.0, zone_initiative[z, OUTREACH] + manager_outreach * manager)
        zone_dose_barrier_factor[z] *= 1.0 - strength * outreach_effect * visited
        if zone_vaccine_offer[z].any():
            organised = zone_execution[z] / (zone_execution[z] + campaign_execution)
            zone_campaign_reach[z] += strength * organised * (1.0 - zone_campaign_reach[z])
        for g in range(EVERYONE + 1, N_GROUPS):
            zone_need_rise[z, g] *= 1.0 - strength * outreach_protection * visited
            zone_death_rise[z, g] *= 1.0 - strength * outreach_protection * visited
