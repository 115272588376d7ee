"""M68: what the law does not let others do limits working across disciplines."""

from cas_model.config.declarations import mechanism, parameter

parameter("delegation_limit", 0.4, 0.1, 0.7, "0-1", "assumption; existence S4 Table 2, Rec. 8",
          "coordination effort out of reach where no task may be delegated")  # fmt: skip


@mechanism(
    "M68",
    title="Limits to delegation",
    claim="task delegation barred or grey in law -> interdisciplinary work constrained",
    sign="- integration",
    grade="b",
    source="S4 Table 2, Rec. 8",
    phase="providers",
    writes=("provider_effort_ceiling",),
)
def meet_the_law(provider_zone, zone_task_delegation, provider_effort_ceiling, delegation_limit, strength):
    """Lower the effort that a provider can put into coordination."""
    for j in range(provider_zone.size):
        barred = 1.0 - zone_task_delegation[provider_zone[j]]
        provider_effort_ceiling[j] -= strength * delegation_limit * barred
