"""M33: sectors speak different languages."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("sector_distance", 0.4, 0.1, 0.8, "logit", "assumption",
          "fall of joint-task success between health and welfare")  # fmt: skip


@mechanism(
    "M33",
    title="Different languages",
    claim="different jargon, statutes and staff costs between sectors -> misunderstanding, friction",
    sign="- integration",
    grade="b",
    source="S3 section 3.5.3; S4 section 6",
    phase="providers",
    writes=("tie_task_drive", "tie_learning"),
)
def misunderstand(
    count_ties,
    tie_filled,
    tie_partner,
    provider_welfare,
    provider_skill,
    tie_task_drive,
    tie_learning,
    sector_distance,
    strength,
):
    """Lower joint tasks and the growth of trust across sectors, less between skilled partners."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        if provider_welfare[j] != provider_welfare[k]:
            gap = strength * sector_distance * (1.0 - 0.5 * (provider_skill[j] + provider_skill[k]))
            tie_task_drive[t] -= gap
            tie_learning[t] *= 1.0 - 0.5 * gap
