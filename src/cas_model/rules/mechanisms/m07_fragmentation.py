"""M07: split competences undermine joint work."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("fragmentation_effect", 0.9, 0.3, 1.8, "logit", "assumption",
          "fall of joint-task success under full fragmentation, across tiers")  # fmt: skip


@mechanism(
    "M07",
    title="Competence fragmentation",
    claim="competences split since 2014 -> uncoordinated rules and confusion -> integration undermined",
    sign="- integration",
    grade="a",
    source="S0 intro; S3 section 3.3.3; S4 sections 1.2, 4.1; R79, R80",
    phase="providers",
    writes=("tie_task_drive",),
)
def get_confused(
    count_ties,
    tie_filled,
    tie_partner,
    provider_zone,
    provider_welfare,
    zone_effective_fragmentation,
    tie_task_drive,
    fragmentation_effect,
    strength,
):
    """Lower the success of joint tasks: in full between health and welfare (two tiers), else a third."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        across = 1.0 if provider_welfare[j] != provider_welfare[k] else 1.0 / 3.0
        loss = fragmentation_effect * zone_effective_fragmentation[provider_zone[j]]
        tie_task_drive[t] -= strength * loss * across
