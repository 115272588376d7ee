"""M28: pillar roots keep trust within the pillar."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("pillar_distance", 0.3, 0.1, 0.6, "0-1", "assumption",
          "loss in the growth of trust across pillars")  # fmt: skip


@mechanism(
    "M28",
    title="Pillar homophily",
    claim="pillar roots -> ties within the pillar; need and cost push towards crossing",
    sign="- then + integration",
    grade="b",
    source="S3 sections 3.1.2, 3.5.1",
    phase="providers",
    writes=("tie_learning",),
)
def stay_within(
    count_ties, tie_filled, tie_partner, provider_pillar, tie_learning, pillar_distance, strength
):
    """Slow the growth of trust between two different pillars."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        a, b = provider_pillar[j], provider_pillar[k]
        apart = (a > 0) & (b > 0) & (a != b)
        tie_learning[t] *= 1.0 - (strength * pillar_distance if apart else 0.0)
