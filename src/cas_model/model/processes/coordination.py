"""Phase providers, second half: readiness, learned coordination effort, and what it lets patients meet."""

from __future__ import annotations

from cas_model.config.declarations import APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    ALLIED_HEALTH,
    GP,
    HOME_CARE,
    HOME_NURSING,
    HOSPITAL,
    MENTAL_HEALTH,
    N_DISCIPLINES,
    PHARMACY,
    SLOTS,
    WELFARE,
)
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import logistic

parameter("coordination_base", -0.5, -1.5, 0.5, "logit", "assumption",
          "coordination effort of a provider without particular reasons")  # fmt: skip
parameter("coordination_by_readiness", 1.5, 0.5, 3.0, "logit", "assumption; form dossier 5.2.5",
          "effect of readiness to change on effort")  # fmt: skip
parameter("coordination_by_skill", 1.0, 0.3, 2.0, "logit", "assumption; form dossier 5.2.5 (theta_3)",
          "effect of integrated-care competence on effort")  # fmt: skip
parameter("coordination_speed", 0.15, 0.05, 0.4, "per month", "assumption",
          "speed at which effort follows its causes")  # fmt: skip
parameter("learning_rate", 0.08, 0.02, 0.3, "per month", "assumption",
          "weight of this month's payoff in the learned inclination")  # fmt: skip
parameter("learning_intensity", 2.0, 0.5, 4.0, "logit", "assumption",
          "response of the inclination to payoff (lambda of experience-weighted learning)")  # fmt: skip
parameter("satisfaction_payoff", 0.5, 0.1, 1.5, "-", "assumption; satisfaction with teamwork, S4 section 5",
          "payoff of coordinating when joint tasks succeed")  # fmt: skip
parameter("imitation", 0.03, 0.0, 0.1, "per month", "assumption",
          "chance of copying a better-off, trusted peer")  # fmt: skip
parameter("readiness_base", -0.8, -1.5, 0.0, "logit", "assumption; T1: readiness median 1 of 5",
          "readiness without particular reasons")  # fmt: skip
parameter("readiness_speed", 0.05, 0.02, 0.15, "per month", "assumption",
          "speed at which readiness follows its causes")  # fmt: skip
parameter("skill_by_practice", 0.01, 0.0, 0.03, "per month", "assumption",
          "speed at which coordinating builds competence")  # fmt: skip
parameter("follow_up_base", -1.5, -2.5, 0.0, "logit", "assumption; T6: most contacts not followed up",
          "follow-up by a provider that does not coordinate")  # fmt: skip
parameter("plan_base", 0.08, 0.02, 0.15, "per month", "assumption",
          "chance that a complex patient gets a shared plan where effort is full")  # fmt: skip
parameter("coordinator_base", 0.06, 0.02, 0.15, "per month", "assumption",
          "chance that one gets a named coordinator where effort is full")  # fmt: skip
parameter("seeking_base", 0.004, 0.0, 0.02, "per month", "assumption; T30 (networks take a year or two)",
          "chance that an empty slot is looked into without a reason")  # fmt: skip
parameter("network_commercial", 0.5, 0.0, 1.0, "0-1", "assumption; existence S3 section 3.1.2 (M21)",
          "how far hospital networks follow market logic")  # fmt: skip
parameter("hand_over_base", 1.05, -0.5, 2.0, "logit", "assumption",
          "hand-over of a discharge between strangers without effort")  # fmt: skip

_TEAM = (HOME_NURSING, PHARMACY, ALLIED_HEALTH, MENTAL_HEALTH, WELFARE, HOME_CARE)
_WITHOUT_PARTNER = 0.1


@process(
    "providers",
    PREPARE + 4,
    writes=(
        "provider_coordination_drive",
        "provider_readiness_drive",
        "provider_effort_payoff",
        "provider_hand_over_drive",
        "provider_tie_seeking",
        "provider_case_management",
        "provider_effort_ceiling",
        "zone_decision_pace",
        "zone_single_fit",
        "zone_multimorbid_fit",
    ),
)
def clear_reasons(
    provider_coordination_drive,
    provider_readiness_drive,
    provider_effort_payoff,
    provider_hand_over_drive,
    provider_tie_seeking,
    provider_case_management,
    provider_effort_ceiling,
    zone_decision_pace,
    zone_single_fit,
    zone_multimorbid_fit,
    provider_readiness,
    provider_skill,
    provider_propensity,
    provider_team_task,
    provider_coordination,
    coordination_base,
    coordination_by_readiness,
    coordination_by_skill,
    satisfaction_payoff,
    readiness_base,
    hand_over_base,
    seeking_base,
):
    """Start the month's reasons to coordinate from base, readiness, competence and what was learned."""
    for j in range(provider_coordination_drive.size):
        provider_coordination_drive[j] = (
            coordination_base
            + provider_propensity[j]
            + coordination_by_readiness * (provider_readiness[j] - 0.35)
            + coordination_by_skill * (provider_skill[j] - 0.25)
        )
        provider_readiness_drive[j] = readiness_base
        provider_effort_payoff[j] = satisfaction_payoff * (provider_team_task[j] - 0.4)
        provider_hand_over_drive[j] = hand_over_base + provider_coordination[j]
        provider_tie_seeking[j] = seeking_base
        provider_case_management[j] = 0.0
        provider_effort_ceiling[j] = 1.0
    zone_decision_pace[:] = 1.0
    zone_single_fit[:] = 1.0
    zone_multimorbid_fit[:] = 1.0


@process("providers", APPLY + 11, writes=("provider_propensity", "provider_payoff"))
def imitate_peers(
    provider_propensity,
    provider_payoff,
    provider_effort_payoff,
    provider_coordination,
    provider_strain,
    tie_partner,
    tie_trust,
    key_imitation,
    imitation,
):
    """Copy half of the way to a trusted peer that is better off, in row order."""
    for j in range(provider_payoff.size):
        provider_payoff[j] = provider_effort_payoff[j] * provider_coordination[j] - provider_strain[j]
    for j in range(provider_payoff.size):
        u = uniform(key_imitation[0], j)
        t = j * SLOTS + N_DISCIPLINES + (1 if u < 0.5 * imitation else 0)
        peer = tie_partner[t]
        if u < imitation and peer >= 0 and provider_payoff[peer] > provider_payoff[j]:
            gap = provider_propensity[peer] - provider_propensity[j]
            provider_propensity[j] += 0.5 * tie_trust[t] * gap


@process(
    "providers",
    APPLY + 12,
    writes=("provider_coordination", "provider_readiness", "provider_skill"),
)
def update_effort(
    provider_coordination,
    provider_coordination_drive,
    provider_readiness,
    provider_readiness_drive,
    provider_skill,
    provider_effort_ceiling,
    coordination_speed,
    readiness_speed,
    skill_by_practice,
):
    """Move effort (as far as the law allows) and readiness towards logistic(sum of reasons).

    Competence grows by doing.
    """
    for j in range(provider_coordination.size):
        effort = min(logistic(provider_coordination_drive[j]), provider_effort_ceiling[j])
        provider_coordination[j] += coordination_speed * (effort - provider_coordination[j])
        ready = logistic(provider_readiness_drive[j])
        provider_readiness[j] += readiness_speed * (ready - provider_readiness[j])
        provider_skill[j] += skill_by_practice * (provider_coordination[j] - provider_skill[j])


@process(
    "providers",
    APPLY + 40,
    writes=(
        "provider_mean_trust",
        "provider_team_task",
        "provider_follow_up",
        "provider_hand_over",
        "provider_plan_rate",
        "provider_coordinator_rate",
    ),
)
def set_what_patients_meet(
    provider_discipline,
    provider_coordination,
    provider_accept,
    provider_hand_over_drive,
    provider_mean_trust,
    provider_team_task,
    provider_follow_up,
    provider_hand_over,
    provider_plan_rate,
    provider_coordinator_rate,
    provider_case_management,
    tie_partner,
    tie_trust,
    tie_task,
    follow_up_base,
    plan_base,
    coordinator_base,
):
    """Turn effort and ties into the chances patients meet at this practice next month.

    A joint task succeeds with the mean chance over the practice's partners in six disciplines (an empty slot
    counts as a stranger); plans and coordinators come at a rate proportional to effort and to the joint tasks
    that succeed.
    """
    for j in range(provider_discipline.size):
        total, n = 0.0, 0
        for s in range(SLOTS):
            if tie_partner[j * SLOTS + s] >= 0:
                total += tie_trust[j * SLOTS + s]
                n += 1
        provider_mean_trust[j] = total / n if n > 0 else 0.0
        team = 0.0
        for d in _TEAM:
            team += tie_task[j * SLOTS + d] if tie_partner[j * SLOTS + d] >= 0 else _WITHOUT_PARTNER
        provider_team_task[j] = team / len(_TEAM)
        if provider_discipline[j] == GP:
            effort = provider_coordination[j]
            provider_follow_up[j] = logistic(follow_up_base + 3.0 * effort) * provider_accept[j]
            provider_hand_over[j] = (
                logistic(provider_hand_over_drive[j]) if tie_partner[j * SLOTS + HOSPITAL] >= 0 else 0.0
            )
            support = 0.5 + provider_team_task[j] + provider_case_management[j]
            provider_plan_rate[j] = plan_base * effort * support
            provider_coordinator_rate[j] = coordinator_base * effort * support
