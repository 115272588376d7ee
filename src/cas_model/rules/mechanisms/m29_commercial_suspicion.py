"""M29: a commercial actor at the table meets suspicion."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("commercial_distance", 0.3, 0.1, 0.6, "0-1", "assumption",
          "loss in the growth of trust between a commercial and another provider")  # fmt: skip


@mechanism(
    "M29",
    title="Commercial suspicion",
    claim="for-profit actor at the table -> suspicion or exclusion by public and non-profit actors",
    sign="- tie formation",
    grade="b",
    source="S3 section 3.1.2",
    phase="providers",
    writes=("tie_learning",),
)
def distrust(
    count_ties, tie_filled, tie_partner, provider_for_profit, tie_learning, commercial_distance, strength
):
    """Slow the growth of trust between a commercial provider and one that is not."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        apart = provider_for_profit[j] != provider_for_profit[k]
        tie_learning[t] *= 1.0 - (strength * commercial_distance if apart else 0.0)
