"""M62: teamwork costs time, and satisfies all the same."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import WORKFORCE_RELIEF

parameter("teamwork_time", 0.06, 0.03, 0.12, "0-1", "dossier 5.1 #62 (size assumption)",
          "working time spent on meetings and administration per unit of coordination")  # fmt: skip
parameter("relief_time", 0.02, 0.0, 0.05, "0-1", "assumption",
          "working time spared by a full relief initiative of the council")  # fmt: skip
parameter("relief_strain", 0.3, 0.0, 0.8, "logit", "assumption", "strain spared by such an initiative")
parameter("teamwork_satisfaction", 0.8, 0.2, 1.6, "logit", "assumption; direction S4 section 5",
          "strain spared by full coordination that always succeeds")  # fmt: skip


@mechanism(
    "M62",
    title="Cost of teamwork",
    claim="multidisciplinary work -> meetings, administration -> workload up, satisfaction high",
    sign="+/- workforce",
    grade="a",
    source="S4 section 5; T32",
    phase="providers",
    writes=("provider_admin", "provider_strain_drive"),
)
def spend_time(
    provider_coordination,
    provider_team_task,
    provider_zone,
    zone_initiative,
    provider_admin,
    provider_strain_drive,
    teamwork_time,
    teamwork_satisfaction,
    relief_time,
    relief_strain,
    strength,
):
    """Add working time by effort, which strains through load; spare strain by effort that succeeds.

    A running relief initiative of the council takes over part of the time, and relieves too.
    """
    for j in range(provider_coordination.size):
        effort = strength * provider_coordination[j]
        relief = strength * zone_initiative[provider_zone[j], WORKFORCE_RELIEF]
        provider_admin[j] += teamwork_time * effort - relief_time * relief
        satisfaction = teamwork_satisfaction * effort * provider_team_task[j]
        provider_strain_drive[j] -= satisfaction + relief_strain * relief
