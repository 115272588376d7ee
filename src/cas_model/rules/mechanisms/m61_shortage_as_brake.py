"""M61: severe shortage leaves no time for coordination."""

from cas_model.config.declarations import mechanism, parameter

parameter("overload_threshold", 1.05, 0.95, 1.2, "ratio", "dossier 5.1 #61 (assumption)",
          "load above which coordination falls")  # fmt: skip
parameter("overload_effect", 6.0, 2.0, 12.0, "logit", "assumption; form dossier 5.2.5 (theta_6)",
          "fall of coordination per unit of load above the threshold")  # fmt: skip


@mechanism(
    "M61",
    title="Shortage as brake",
    claim="staff shortage -> no time, no staff to implement integrated care",
    sign="- integration",
    grade="a",
    source="S4 sections 4.1, 6, Table 2; form dossier 5.2.5",
    phase="providers",
    writes=("provider_coordination_drive",),
)
def lack_time(provider_load, provider_coordination_drive, overload_threshold, overload_effect, strength):
    """Lower the reasons to coordinate by the load above the threshold."""
    for j in range(provider_load.size):
        excess = min(max(0.0, provider_load[j] - overload_threshold), 1.0)
        provider_coordination_drive[j] -= strength * overload_effect * excess
