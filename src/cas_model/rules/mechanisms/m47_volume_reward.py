"""M47: fee for service rewards volume; joint work is unpaid."""

from cas_model.config.declarations import mechanism, parameter

parameter("volume_penalty", 0.6, 0.2, 1.2, "-", "assumption; direction T10, P17",
          "payoff lost by coordinating when all income follows volume")  # fmt: skip


@mechanism(
    "M47",
    title="Volume reward",
    claim="dominant fee-for-service -> volume rewarded, teamwork unpaid -> barrier to integration",
    sign="- integration",
    grade="a",
    source="S4 sections 3.1, 5.3.1, 6; S1; S2; R79",
    phase="providers",
    writes=("provider_effort_payoff",),
)
def lose_income(provider_volume_share, provider_effort_payoff, volume_penalty, strength):
    """Take the income forgone by coordinating from its payoff, by the share that follows volume."""
    for j in range(provider_volume_share.size):
        provider_effort_payoff[j] -= strength * volume_penalty * provider_volume_share[j]
