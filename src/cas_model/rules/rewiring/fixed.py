"""Nobody looks for new partners."""

from cas_model.config.adaptation import adaptation_rule


@adaptation_rule(
    "rewiring",
    "fixed",
    label="Fixed network",
    source="assumption (a world without rewiring, for comparison)",
    meaning="empty slots stay empty; ties are still given up",
    writes=("provider_tie_seeking",),
)
def stay_with_whom_one_knows(provider_tie_seeking):
    """Give up looking for partners, whatever the reasons of the month are."""
    provider_tie_seeking[:] = 0.0
