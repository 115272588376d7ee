"""M50: shadow accounts teach the new way of paying before anybody gains or loses, and cost double work."""

from cas_model.config.declarations import mechanism, parameter

parameter("shadow_learning", 0.7, 0.2, 1.0, "0-1", "assumption; existence S4 section 5.3.2",
          "how far work is rebuilt around pay that is only reckoned")  # fmt: skip
parameter("shadow_time", 0.02, 0.005, 0.05, "0-1", "assumption; existence S4 section 5.3.2",
          "working time spent on a second set of accounts")  # fmt: skip
parameter("shadow_overhead", 0.005, 0.002, 0.015, "0-1", "dossier 5.1 #48 (size assumption)",
          "cost of double calculation to payers, of payments")  # fmt: skip


@mechanism(
    "M50",
    title="Shadow accounts",
    claim="virtual payments -> no winners or losers, learning; double calculation -> time and money",
    sign="+/- integration",
    grade="a",
    source="S4 section 5.3.2; dossier 5.1 #48",
    phase="providers",
    writes=("provider_uptake_limit", "provider_admin", "provider_overhead"),
)
def reckon_twice(
    provider_scheme,
    provider_stake,
    provider_uptake_limit,
    provider_admin,
    provider_overhead,
    shadow_learning,
    shadow_time,
    shadow_overhead,
    strength,
):
    """Let those whose new pay is only reckoned rebuild their work, at a cost in time and money."""
    for j in range(provider_scheme.size):
        if provider_stake[j] > 0.0 and provider_scheme[j] == 0.0:
            provider_uptake_limit[j] += strength * shadow_learning
            provider_admin[j] += strength * shadow_time
            provider_overhead[j] += strength * shadow_overhead
