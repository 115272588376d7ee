"""M64: incompatible records hinder exchange."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import GP, HOSPITAL, SLOTS, SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("record_effect", 1.0, 0.3, 2.0, "logit", "assumption",
          "fall of joint-task success where nothing is shared")  # fmt: skip


@mechanism(
    "M64",
    title="Incompatible records",
    claim="incompatible records, no single file, little local data -> poor exchange",
    sign="- integration",
    grade="a",
    source="S4 Table 2, section 5.2.3; S3 section 3.2.2",
    phase="providers",
    writes=("tie_task_drive", "provider_hand_over_drive"),
)
def lack_records(
    count_ties,
    tie_filled,
    tie_partner,
    provider_discipline,
    provider_shared_record,
    tie_task_drive,
    provider_hand_over_drive,
    record_effect,
    strength,
):
    """Lower joint tasks and hand-over by what the two sides' records do not share."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        missing = 1.0 - provider_shared_record[j] * provider_shared_record[k]
        tie_task_drive[t] -= strength * record_effect * missing
        if provider_discipline[j] == GP and t - j * SLOTS == HOSPITAL:
            provider_hand_over_drive[j] -= strength * record_effect * missing
