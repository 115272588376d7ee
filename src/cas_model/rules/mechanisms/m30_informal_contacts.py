"""M30: informal contacts carry more weight than formal networks."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.numerics.functions import unsigned

parameter("formal_distance", 0.2, 0.0, 0.5, "0-1", "assumption; existence S3 sections 3.1.2, 3.3.3",
          "loss in the growth of trust along a formal tie")  # fmt: skip


@mechanism(
    "M30",
    title="Informal contacts",
    claim="informal bilateral contacts -> weigh more than formal networks for many actors",
    sign="+ integration (informal)",
    grade="b",
    source="S3 sections 3.1.2, 3.3.3",
    phase="providers",
    writes=("tie_learning",),
)
def prefer_informal(count_ties, tie_filled, tie_formal, tie_learning, formal_distance, strength):
    """Slow the growth of trust along formal ties."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        tie_learning[t] *= 1.0 - (strength * formal_distance if tie_formal[t] == 1 else 0.0)
