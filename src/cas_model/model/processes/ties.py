"""Phase providers: joint work along ties, trust, memory, forming and dropping of ties."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import ACT, APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import HOSPITAL, SLOTS_UNSIGNED
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip, logistic, unsigned

parameter("task_base", -0.45, -1.5, 0.5, "logit", "assumption",
          "success of a joint task between strangers who make no effort")  # fmt: skip
parameter("task_by_effort", 1.5, 0.5, 3.0, "logit", "assumption",
          "effect of either side's coordination effort on a joint task")  # fmt: skip
parameter("task_by_trust", 1.5, 0.5, 3.0, "logit", "assumption; direction T27 (trust matters most)",
          "effect of trust on a joint task")  # fmt: skip
parameter("contact_base", 0.25, 0.1, 0.5, "0-1", "assumption",
          "how regularly partners meet without a reason")  # fmt: skip
parameter("contact_speed", 0.2, 0.05, 0.5, "per month", "assumption",
          "speed at which meeting follows its causes")  # fmt: skip
parameter("breach_share", 0.12, 0.03, 0.3, "0-1", "assumption",
          "share of failed joint tasks felt as a broken agreement")  # fmt: skip
parameter("trust_gain", 0.03, 0.01, 0.08, "of the remaining gap", "dossier 5.1 #49 (assumption)",
          "rise of trust after a joint task that succeeds; a breach is measured by it")  # fmt: skip
parameter("trust_decay", 0.01, 0.005, 0.03, "per month", "dossier 5.1 #51 (assumption)",
          "return of trust to its base without joint work")  # fmt: skip
parameter("trust_resting", 0.3, 0.2, 0.4, "0-1", "dossier 5.1 #51 (assumption)",
          "trust between acquaintances without joint work")  # fmt: skip
parameter("drop_trust", 0.1, 0.05, 0.2, "0-1", "assumption",
          "trust under which a tie is given up")  # fmt: skip


@process("providers", PREPARE + 5, writes=("tie_filled", "count_ties"))
def list_ties(tie_partner, tie_filled, count_ties):
    """List the slots that have a partner, so that the month's rules on ties visit no empty one."""
    n = 0
    for t in range(tie_partner.size):
        tie_filled[n] = t
        n += tie_partner[t] >= 0
    count_ties[0] = n


@process("providers", PREPARE + 6, writes=("tie_task_drive", "tie_contact_drive", "tie_learning"))
def clear_tie_reasons(
    count_ties,
    tie_filled,
    tie_partner,
    tie_trust,
    tie_task_drive,
    tie_contact_drive,
    tie_learning,
    provider_coordination,
    task_base,
    task_by_effort,
    task_by_trust,
    contact_base,
):
    """Start the month's reasons for joint work from both sides' effort and from trust."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        effort = provider_coordination[j] + provider_coordination[k]
        tie_task_drive[t] = task_base + task_by_effort * effort + task_by_trust * tie_trust[t]
        tie_contact_drive[t] = contact_base
        tie_learning[t] = 1.0


@process("providers", ACT - 1, writes=("tie_event",))
def work_together(
    count_ties, tie_filled, tie_contact, tie_task, tie_event, key_meeting, key_joint_work, breach_share
):
    """Let partners who meet try a joint task: success, quiet failure, or a broken agreement.

    One representative task a month, with chance `contact` that it arises: what a tie learns then does not
    depend on how many people an agent stands for.
    """
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        # Selected, not branched on: what comes of a tie this month is a coin toss to the processor too.
        met = uniform(key_meeting[0], t) < tie_contact[t]
        u = uniform(key_joint_work[0], t)
        success = met & (u < tie_task[t])
        breach = met & (u >= tie_task[t]) & (u >= 1.0 - breach_share * (1.0 - tie_task[t]))
        tie_event[t] = np.int8(success) - np.int8(breach)


@process("providers", APPLY + 20, writes=("tie_trust", "tie_task", "tie_contact", "tie_breaches"))
def update_ties(
    count_ties,
    tie_filled,
    tie_trust,
    tie_task,
    tie_task_drive,
    tie_contact,
    tie_contact_drive,
    tie_event,
    tie_breaches,
    contact_speed,
    trust_decay,
    trust_resting,
):
    """Set next month's chance of success and contact; trust without joint work fades to its resting value."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        tie_task[t] = logistic(tie_task_drive[t])
        tie_contact[t] += contact_speed * (clip(tie_contact_drive[t], 0.02, 0.98) - tie_contact[t])
        if tie_event[t] == 0:
            tie_trust[t] -= trust_decay * (tie_trust[t] - trust_resting)
        elif tie_event[t] < 0:
            tie_breaches[t] += 1


@process("providers", APPLY + 22, writes=("tie_partner", "tie_event"))
def drop_ties(
    count_ties, tie_filled, tie_partner, tie_trust, tie_event, provider_heads, key_drop, drop_trust
):
    """Give up ties without trust or with a closed partner; what the month has brought (`rewiring`) stays.

    The tie with the hospital follows patients, so that it is never dropped.
    """
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        if t % SLOTS_UNSIGNED != HOSPITAL:
            tired = tie_trust[t] < drop_trust and uniform(key_drop[0], t) < 0.1
            if tired or provider_heads[tie_partner[t]] == 0:
                tie_partner[t] = -1
                tie_event[t] = 0
