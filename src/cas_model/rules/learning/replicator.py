"""Replicator learning: what pays better grows, and nothing is forgotten."""

from cas_model.config.adaptation import adaptation_rule
from cas_model.numerics.functions import clip


@adaptation_rule(
    "learning",
    "replicator",
    label="Replicator",
    source="Börgers and Sarin 1997, doi:10.1006/jeth.1997.2319 †; rate and intensity assumption",
    meaning="d log-odds of coordinating / dt = rate x intensity x payoff",
    writes=("provider_propensity",),
)
def grow_by_payoff(provider_propensity, provider_effort_payoff, learning_rate, learning_intensity):
    """Move the log-odds of coordinating by the advantage in payoff, without end or forgetting.

    Two actions under replicator dynamics: the share x of effort follows dx/dt = x (1 - x) x advantage, so
    that its log-odds move in proportion to the advantage. Bounded to -4..4: almost no effort, or almost all.
    """
    for j in range(provider_propensity.size):
        step = learning_rate * learning_intensity * provider_effort_payoff[j]
        provider_propensity[j] = clip(provider_propensity[j] + step, -4.0, 4.0)
