"""M45: what is not evaluated teaches nothing."""

from cas_model.config.declarations import mechanism, parameter

parameter("unevaluated_fade", 0.05, 0.01, 0.1, "per month", "assumption",
          "fading of lessons where nothing is evaluated")  # fmt: skip


@mechanism(
    "M45",
    title="Little evaluation",
    claim="too little evaluation -> no lessons drawn; benefit of structures unknown",
    sign="- learning",
    grade="a",
    source="S4 section 5, Table 2; S3 section 3.5.1",
    phase="councils",
    writes=("zone_learning",),
)
def forget(zone_information_maturity, zone_learning, unevaluated_fade, strength):
    """Let lessons fade by what the information system leaves unevaluated."""
    for z in range(zone_learning.size):
        missing = 1.0 - zone_information_maturity[z]
        zone_learning[z] *= 1.0 - strength * unevaluated_fade * missing
