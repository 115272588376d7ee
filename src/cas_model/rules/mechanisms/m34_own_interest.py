"""M34: the own organisation's interest comes first."""

from cas_model.config.declarations import mechanism, parameter

parameter("interest_effect", 0.6, 0.2, 1.2, "logit", "assumption; existence S3 section 3.5.3",
          "fall of the reasons to coordinate of a provider that looks at its own interest only")  # fmt: skip


@mechanism(
    "M34",
    title="Own interest",
    claim="own-organisation interest dominates -> moving beyond it takes effort and courage",
    sign="- integration",
    grade="b",
    source="S3 section 3.5.3; S4 Table 2",
    phase="providers",
    writes=("provider_coordination_drive",),
)
def look_inward(provider_self_interest, provider_coordination_drive, interest_effect, strength):
    """Lower the reasons to coordinate by self-interest."""
    for j in range(provider_self_interest.size):
        provider_coordination_drive[j] -= strength * interest_effect * provider_self_interest[j]
