"""M51: who volunteers is readier than most, and two systems side by side cost administration."""

import numpy as np

from cas_model.config.declarations import mechanism, parameter
from cas_model.numerics.functions import logistic

parameter("entry_readiness", 0.30, 0.2, 0.5, "0-1", "assumption; T1 (readiness is low)",
          "readiness at which willingness to volunteer is normal")  # fmt: skip
parameter("entry_selection", 200, 50, 400, "per unit", "assumption; direction P19",
          "steepness with which readiness decides who volunteers")  # fmt: skip
parameter("two_systems_admin", 0.02, 0.0, 0.05, "0-1", "assumption; existence S4 section 5.3.2",
          "working time lost where half of a zone's providers are in the scheme")  # fmt: skip


@mechanism(
    "M51",
    title="Voluntary entry",
    claim="voluntary entry -> the ready volunteer, not the rest; two systems persist -> administration",
    sign="+/- selection",
    grade="a",
    source="S4 section 5.3.2; P19",
    phase="providers",
    writes=("provider_willingness", "provider_admin"),
)
def volunteer(
    provider_zone,
    provider_readiness,
    provider_stake,
    provider_willingness,
    provider_admin,
    zone_population,
    entry_readiness,
    entry_selection,
    two_systems_admin,
    strength,
):
    """Let readiness decide who joins; add administration by 4 m (1 - m), m the zone's share of members."""
    inside, outside = np.zeros(zone_population.size), np.zeros(zone_population.size)
    for j in range(provider_zone.size):
        inside[provider_zone[j]] += provider_stake[j] > 0.0
        outside[provider_zone[j]] += provider_willingness[j] > 0.0
    for j in range(provider_zone.size):
        z = provider_zone[j]
        if outside[z] > 0.0 and (provider_stake[j] > 0.0 or provider_willingness[j] > 0.0):
            members = inside[z] / (inside[z] + outside[z])
            provider_admin[j] += strength * two_systems_admin * 4.0 * members * (1.0 - members)
            wish = 2.0 * logistic(entry_selection * (provider_readiness[j] - entry_readiness))
            provider_willingness[j] *= 1.0 + strength * (wish - 1.0)
