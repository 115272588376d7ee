"""M27: a broken agreement is remembered; so is a success."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.numerics.functions import unsigned

parameter("breach_ratio", 3, 1.5, 6, "ratio", "dossier 5.1 #50 (unverified)",
          "loss of trust by a breach relative to the gain by a success")  # fmt: skip
parameter("memory_effect", 0.8, 0.2, 1.5, "logit", "assumption",
          "effect of the memory of joint work on the next task")  # fmt: skip
parameter("memory_months", 36, 12, 96, "months", "assumption; P8 looks at three years",
          "time in which a memory fades to a third")  # fmt: skip


@mechanism(
    "M27",
    title="Path dependence",
    claim="a partner broke an agreement -> others more cautious; successes spill over",
    sign="path dependence",
    grade="a",
    source="S3 sections 1, 3.5.1; form dossier 5.2.4",
    phase="providers",
    writes=("tie_trust", "tie_history", "tie_task_drive"),
    order=191 - 27,
)
def remember(
    count_ties,
    tie_filled,
    tie_event,
    tie_trust,
    tie_history,
    tie_task_drive,
    trust_gain,
    breach_ratio,
    memory_effect,
    memory_months,
    strength,
):
    """Lower trust by a breach, T <- T - ratio x gain x T; keep a signed memory that colours the next task."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        tie_history[t] -= tie_history[t] / memory_months
        if tie_event[t] > 0:
            tie_history[t] += strength * 0.05 * (1.0 - tie_history[t])
        elif tie_event[t] < 0:
            tie_trust[t] -= strength * breach_ratio * trust_gain * tie_trust[t]
            tie_history[t] -= strength * 0.3 * (1.0 + tie_history[t])
        tie_task_drive[t] += strength * memory_effect * tie_history[t]
