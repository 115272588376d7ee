"""M21: hospital networks drawn on market logic leave primary care no foothold."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import GP, HOSPITAL, SLOTS

parameter("market_effect", 0.6, 0.0, 1.5, "logit", "assumption; existence S3 section 3.1.2",
          "fall of hand-over from the largest network when it follows market logic in full")  # fmt: skip


@mechanism(
    "M21",
    title="Market-drawn hospital networks",
    claim="hospital networks self-drawn on market logic -> economic power -> no foothold for primary care",
    sign="- integration",
    grade="b",
    source="S3 section 3.1.2",
    phase="providers",
    writes=("provider_hand_over_drive", "tie_task_drive"),
)
def find_no_foothold(
    provider_discipline,
    provider_network,
    network_power,
    network_commercial,
    tie_partner,
    provider_hand_over_drive,
    tie_task_drive,
    market_effect,
    strength,
):
    """Lower hand-over and joint tasks with a hospital by its network's power times its market logic.

    Power is the network's share of all hospital use, relative to the largest network's.
    """
    largest = network_power.max()
    for j in range(provider_discipline.size):
        t = j * SLOTS + HOSPITAL
        if provider_discipline[j] == GP and tie_partner[t] >= 0:
            n = provider_network[tie_partner[t]]
            loss = strength * market_effect * network_commercial[n] * network_power[n] / largest
            provider_hand_over_drive[j] -= loss
            tie_task_drive[t] -= 0.5 * loss
