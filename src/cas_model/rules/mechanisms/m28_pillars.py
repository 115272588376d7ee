"""M28: pillar roots keep trust within the pillar."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS

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
def stay_within(tie_partner, provider_pillar, tie_learning, pillar_distance, strength):
    """Slow the growth of trust between two different pillars."""
    for t in range(tie_partner.size):
        k = tie_partner[t]
        if k >= 0:
            a, b = provider_pillar[t // SLOTS], provider_pillar[k]
            if a > 0 and b > 0 and a != b:
                tie_learning[t] *= 1.0 - strength * pillar_distance
