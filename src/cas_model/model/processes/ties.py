"""Phase providers: joint work along ties, trust, memory, forming and dropping of ties."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import ACT, APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import HOSPITAL, N_DISCIPLINES, SLOTS, SLOTS_UNSIGNED
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip, logistic, unsigned

parameter("task_base", -0.5, -1.5, 0.5, "logit", "assumption",
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


@process(
    "providers",
    APPLY + 21,
    writes=(
        "tie_partner",
        "tie_trust",
        "tie_contact",
        "tie_task",
        "tie_history",
        "tie_breaches",
        "tie_formal",
        "tie_event",
    ),
)
def rewire_ties(
    zone_first_provider,
    zone_last_provider,
    provider_discipline,
    provider_municipality,
    provider_heads,
    provider_zone,
    provider_tie_seeking,
    tie_partner,
    tie_trust,
    tie_contact,
    tie_task,
    tie_history,
    tie_breaches,
    tie_formal,
    tie_event,
    key_seek,
    key_candidate,
    key_drop,
    trust_resting,
    drop_trust,
):
    """Give up ties without trust or with a closed partner; look for partners in empty slots.

    A seeker meets eight random providers of the zone and takes one of the wanted discipline, by preference
    in its own municipality. The tie with the hospital follows patients, so that it is never dropped.
    """
    for j in range(provider_discipline.size):
        z = provider_zone[j]
        first, last = zone_first_provider[z], zone_last_provider[z]
        for s in range(SLOTS):
            t = j * SLOTS + s
            k = tie_partner[t]
            if k >= 0 and s != HOSPITAL:
                tired = tie_trust[t] < drop_trust and uniform(key_drop[0], t) < 0.1
                if tired or provider_heads[k] == 0:
                    tie_partner[t] = -1
                    tie_event[t] = 0
            elif k < 0 and uniform(key_seek[0], t) < provider_tie_seeking[j]:
                wanted = s if s < N_DISCIPLINES else provider_discipline[j]
                found = -1
                for attempt in range(8):
                    u = uniform(key_candidate[0], t * 8 + attempt)
                    c = first + min(int(u * (last - first)), last - first - 1)
                    fits = provider_discipline[c] == wanted and c != j and provider_heads[c] > 0
                    if s >= N_DISCIPLINES and fits:
                        other = t + 1 if s == N_DISCIPLINES else t - 1
                        fits = tie_partner[other] != c
                    if fits and (found < 0 or provider_municipality[c] == provider_municipality[j]):
                        found = c
                if found >= 0:
                    tie_partner[t] = found
                    tie_trust[t] = trust_resting
                    tie_contact[t] = 0.2
                    tie_task[t] = 0.3
                    tie_history[t] = 0.0
                    tie_breaches[t] = 0
                    tie_formal[t] = 0
