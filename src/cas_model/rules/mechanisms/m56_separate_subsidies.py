"""M56: parts that are subsidised apart dispute who does what."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("dispute_effect", 0.5, 0.1, 1.2, "logit", "assumption; direction S3 section 3.3.2",
          "fall of joint-task success across sectors when every part has its own money")  # fmt: skip


@mechanism(
    "M56",
    title="Separate subsidies",
    claim="each part subsidised apart, no joint goals -> no need to cooperate -> disputes over who does what",
    sign="- integration",
    grade="b",
    source="S3 section 3.3.2",
    phase="providers",
    writes=("tie_task_drive",),
)
def dispute_tasks(
    count_ties,
    tie_filled,
    tie_partner,
    provider_zone,
    provider_welfare,
    zone_effective_fragmentation,
    scheme_pooled_budget,
    tie_task_drive,
    dispute_effect,
    strength,
):
    """Lower joint tasks across sectors by what is apart (against the status quo's 0.6, which the base holds).

    Apart is what effective fragmentation leaves of the budgets that are not pooled.
    """
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        if provider_welfare[j] != provider_welfare[k]:
            apart = zone_effective_fragmentation[provider_zone[j]] * (1.0 - scheme_pooled_budget[0])
            tie_task_drive[t] -= strength * dispute_effect * (apart - 0.6)
