"""Experience-weighted learning: what pays is remembered, and fades."""

from cas_model.config.adaptation import adaptation_rule
from cas_model.numerics.functions import clip


@adaptation_rule(
    "learning",
    "experience_weighted",
    label="Experience-weighted",
    source="Camerer and Ho 1999, doi:10.1111/1468-0262.00054 †; rate and intensity assumption",
    meaning="inclination <- (1 - rate) inclination + rate x intensity x payoff",
    writes=("provider_propensity",),
    default=True,
)
def learn_by_experience(provider_propensity, provider_effort_payoff, learning_rate, learning_intensity):
    """Learn the inclination to coordinate from this month's payoff, older ones fading.

    The practice knows what more effort would bring under its payment rule and load, chosen or not: forgone
    payoffs count in full (delta = 1, two actions).
    """
    for j in range(provider_propensity.size):
        gain = learning_intensity * provider_effort_payoff[j]
        learned = (1.0 - learning_rate) * provider_propensity[j] + learning_rate * gain
        provider_propensity[j] = clip(learned, -4.0, 4.0)
