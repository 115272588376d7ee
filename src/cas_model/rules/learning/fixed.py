"""Nothing is learned."""

from cas_model.config.adaptation import adaptation_rule


@adaptation_rule(
    "learning",
    "fixed",
    label="No learning",
    source="assumption (a world without learning, for comparison)",
    meaning="inclination stays 0: effort follows readiness, competence and this month's reasons only",
    writes=("provider_propensity",),
)
def learn_nothing(provider_propensity):
    """Keep every inclination at its start."""
    provider_propensity[:] = 0.0
