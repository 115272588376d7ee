"""M49: shared savings make joint work pay, and who has shared gains first stays when losses come."""

from cas_model.config.declarations import mechanism, parameter

parameter("savings_payoff", 3.0, 0.5, 8.0, "per % of cost", "assumption; direction PT5",
          "payoff of coordinating per percent that could be saved, with full trust and share")  # fmt: skip
parameter("experience_months", 24, 6, 60, "months", "assumption; S-09 (36 months of gains only)",
          "months without risk of loss that halve the hazard of leaving")  # fmt: skip


@mechanism(
    "M49",
    title="Staged shared savings",
    claim="share gains first, losses later as expertise grows -> accountability without early exit",
    sign="+ integration if staged",
    grade="a",
    source="S4 section 5.3.1-2; PT5",
    phase="providers",
    writes=("provider_effort_payoff", "provider_leaving"),
)
def share_gains(
    provider_zone,
    provider_savings_share,
    provider_mean_trust,
    provider_safe_months,
    provider_effort_payoff,
    provider_leaving,
    zone_savings_hope,
    savings_payoff,
    experience_months,
    strength,
):
    """Add hoped-for savings x trust to the payoff of coordinating; experience makes leaving less likely."""
    for j in range(provider_zone.size):
        hope = 100.0 * max(0.0, zone_savings_hope[provider_zone[j]]) * provider_savings_share[j]
        provider_effort_payoff[j] += strength * savings_payoff * hope * provider_mean_trust[j]
        expertise = provider_safe_months[j] / (provider_safe_months[j] + experience_months)
        provider_leaving[j] *= 1.0 - strength * expertise
