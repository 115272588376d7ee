"""M60: moderate shortage makes providers look for partners."""

import math

from cas_model.config.declarations import mechanism, parameter

parameter("shortage_seeking", 0.15, 0.05, 0.4, "per month", "assumption",
          "rise of tie seeking at the most pressing load")  # fmt: skip


@mechanism(
    "M60",
    title="Shortage as prick",
    claim="staff shortage -> strongest incentive to cooperate, staff exchange",
    sign="+ integration",
    grade="c",
    source="S3 section 3.3.1; form dossier 5.2.6",
    phase="providers",
    writes=("provider_tie_seeking",),
)
def look_for_partners(provider_load, provider_tie_seeking, shortage_seeking, strength):
    """Add seeking u exp(1 - u), u = (load - 0.9) / 0.15 for u > 0: peaks at load 1.05, then falls."""
    for j in range(provider_load.size):
        u = (provider_load[j] - 0.9) / 0.15
        if u > 0.0:
            provider_tie_seeking[j] += strength * shortage_seeking * u * math.exp(1.0 - u)
