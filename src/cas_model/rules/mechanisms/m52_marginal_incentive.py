"""M52: a small stake is not attended to."""

from cas_model.config.declarations import mechanism, parameter

parameter("attention_threshold", 0.3, 0.15, 0.6, "0-1", "assumption; P18 (response to 5 % and to 30 %)",
          "share of income at stake from which a provider attends to it in full")  # fmt: skip


@mechanism(
    "M52",
    title="Marginal incentive",
    claim="small budget share for all -> autonomy kept, but too marginal -> behaviour does not change",
    sign="- response below a threshold",
    grade="a",
    source="S4 section 5.3.2; P18",
    phase="providers",
    writes=("provider_uptake_limit",),
)
def overlook(provider_stake, provider_uptake_limit, attention_threshold, strength):
    """Limit uptake to (stake / threshold) squared, so that a tenth of the stake gets a hundredth of it."""
    for j in range(provider_stake.size):
        attention = min(1.0, provider_stake[j] / attention_threshold)
        provider_uptake_limit[j] *= 1.0 - strength * (1.0 - attention * attention)
