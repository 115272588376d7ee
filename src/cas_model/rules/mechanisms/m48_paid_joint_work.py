"""M48: income that does not follow volume gives room for joint work, above a threshold."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.numerics.functions import logistic

parameter(
    "non_volume_payoff",
    0.9,
    0.3,
    1.8,
    "-",
    "assumption",
    "payoff of coordinating when income is free of volume",
)
parameter("non_volume_midpoint", 0.45, 0.23, 0.63, "0-1", "dossier 5.1 #43; R54, P18",
          "non-volume share of income at half response")  # fmt: skip
parameter("non_volume_slope", 10, 5, 20, "per share", "dossier 5.1 #43 (form assumption)",
          "steepness of the response")  # fmt: skip


@mechanism(
    "M48",
    title="Paid joint work",
    claim="capitation base + value-based part + coordination fee -> room and pay for joint work",
    sign="+ integration",
    grade="a",
    source="S4 section 5.3.3, Rec. 4; form dossier 5.2.5",
    phase="providers",
    writes=("provider_effort_payoff",),
)
def gain_room(
    provider_volume_share,
    provider_effort_payoff,
    non_volume_payoff,
    non_volume_midpoint,
    non_volume_slope,
    strength,
):
    """Add logistic(slope x (non-volume share - midpoint)) to the payoff of coordinating."""
    for j in range(provider_volume_share.size):
        response = logistic(non_volume_slope * (1.0 - provider_volume_share[j] - non_volume_midpoint))
        provider_effort_payoff[j] += strength * non_volume_payoff * response
