"""Phase councils: budgets and staff, power, agenda with the decision rule, execution, legitimacy."""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import ACT, APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    HEALTH,
    LOCAL_AUTHORITIES,
    N_CLUSTERS,
    N_TOPICS,
    PEOPLE,
    SOCIAL,
)
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip, logistic

parameter("risk_weight_slope", 0.05, 0.0, 0.10, "per point", "dossier 5.1 #11 (slope assumption)",
          "budget weight per point on the nine criteria above the mean")  # fmt: skip
parameter("council_fixed_cost", 40000, 30000, 50000, "EUR/year", "dossier 5.1 #12 (assumption)",
          "cost of running a council before any staff")  # fmt: skip
parameter("staff_cost", 75000, 70000, 85000, "EUR/FTE/year", "dossier 5.1 #13 (assumption)",
          "cost of one full-time staff member")  # fmt: skip
parameter("project_overhead", 0.3, 0.1, 0.5, "0-1", "assumption",
          "share of project money that pays council staff")  # fmt: skip
parameter("reporting_burden", 0.15, 0.05, 0.35, "0-1", "dossier 5.1 #15 (size assumption)",
          "share of staff time spent on justification")  # fmt: skip
parameter("city_staff", 0.3, 0.0, 1.0, "FTE", "dossier 5.1 #14 (F14; size assumption)",
          "city officials who work for the council of a city zone")  # fmt: skip
parameter("chair_tenure", 4, 2, 6, "years", "dossier 5.1 #17 (assumption)", "term of a chair")  # fmt: skip
parameter("execution_base", -4.6, -6.0, -3.0, "logit", "assumption; form dossier 5.2.2 (beta_0)",
          "monthly execution of a decision by a council without staff")  # fmt: skip
parameter("execution_by_legitimacy", 1.5, 0.5, 3.0, "logit", "assumption; form dossier 5.2.2 (beta_3)",
          "effect of legitimacy on execution")  # fmt: skip
parameter("meetings", 0.5, 0.25, 1.0, "per month", "assumption", "council meetings that decide")  # fmt: skip
parameter("agreement", 0.45, 0.3, 0.6, "0-1", "assumption",
          "preference above which a cluster tends to support a proposal")  # fmt: skip
parameter("agreement_noise", 0.25, 0.1, 0.5, "0-1", "assumption",
          "spread of what else moves a cluster's vote")  # fmt: skip
parameter("initiative_step", 0.25, 0.1, 0.4, "0-1", "assumption",
          "rise of an initiative towards full strength when a decision is executed")  # fmt: skip
parameter("initiative_fade", 0.04, 0.02, 0.08, "per month", "assumption; P14 (60 % gone in two years)",
          "fading of the part of an initiative that is not institutionalised")  # fmt: skip
parameter("institutionalising", 0.004, 0.0, 0.02, "per month", "assumption",
          "speed at which running initiatives become routine")  # fmt: skip
parameter("legitimacy_gain", 0.02, 0.005, 0.05, "0-1", "assumption",
          "rise of legitimacy, of the remaining gap, when a decision is executed")  # fmt: skip
parameter("legitimacy_fade", 0.01, 0.003, 0.03, "per month", "assumption",
          "return of legitimacy to its resting 0.3")  # fmt: skip
parameter("fatigue_half_life", 24, 12, 36, "months", "dossier 5.1 #55 (assumption)",
          "time in which half of reform fatigue is gone")  # fmt: skip
parameter("recall_months", 12, 3, 36, "months", "assumption",
          "time in which councils forget two thirds of who took part")  # fmt: skip

# What each cluster would rather work on (rows CLUSTERS, columns TOPICS); assumption after F6, F17.
PREFERENCES = np.array(
    (
        (0.3, 0.4, 0.7, 0.3, 0.3, 0.7),
        (0.7, 0.5, 0.3, 0.6, 0.8, 0.4),
        (0.5, 0.7, 0.8, 0.4, 0.5, 0.5),
        (0.5, 0.7, 0.7, 0.4, 0.2, 0.6),
    )
)


@process(
    "councils",
    PREPARE,
    writes=(
        "zone_core_eur",
        "zone_project_eur",
        "zone_project_memory",
        "zone_cofund_eur",
        "zone_staff",
        "zone_reporting",
        "zone_durability",
        "zone_crowding",
    ),
)
def pay_staff(
    zone_population,
    zone_risk_points,
    zone_core_budget_rate,
    zone_cofunding_rate,
    zone_project_rate,
    zone_support,
    zone_converted,
    zone_staff_floor,
    zone_city_staff,
    zone_core_eur,
    zone_project_eur,
    zone_project_memory,
    zone_cofund_eur,
    zone_staff,
    zone_reporting,
    zone_durability,
    zone_crowding,
    risk_weight_slope,
    council_fixed_cost,
    staff_cost,
    project_overhead,
    reporting_burden,
):
    """Turn budgets into staff.

    staff = max(0, (core + co-funding + overhead x project - fixed) / cost per FTE) + city
    officials, before reporting (M63) (dossier 5.2.1). The core budget is per inhabitant, weighted by risk
    points (F10), plus former project money that was made permanent. A staff floor is paid for by core money.
    Project money, a lever's and an event's, is stated relative to the core budget.
    """
    mean_points = 0.0
    for z in range(zone_population.size):
        mean_points += zone_risk_points[z] / zone_population.size
    for z in range(zone_population.size):
        weight = 1.0 + risk_weight_slope * (zone_risk_points[z] - mean_points)
        usual = zone_core_budget_rate[z] * zone_population[z] * weight
        core = usual * (1.0 + zone_converted[z])
        zone_project_eur[z] = usual * (zone_project_rate[z] + zone_support[z])
        zone_project_memory[z] += (zone_project_eur[z] - zone_project_memory[z]) / 12.0
        zone_durability[z] = 0.0
        zone_crowding[z] = 0.0
        zone_cofund_eur[z] = zone_cofunding_rate[z] * zone_population[z]
        extra = zone_cofund_eur[z] + project_overhead * zone_project_eur[z] - council_fixed_cost
        zone_core_eur[z] = core
        if zone_staff_floor[z] > 0.0:
            zone_core_eur[z] = max(core, zone_staff_floor[z] * staff_cost - extra)
        zone_reporting[z] = reporting_burden
        paid = max(0.0, (zone_core_eur[z] + extra) / staff_cost)
        zone_staff[z] = paid + zone_city_staff[z]


@process("councils", PREPARE + 1, writes=("zone_chair", "zone_chair_months"))
def change_chairs(zone_chair, zone_chair_months, key_chair, chair_tenure):
    """Draw a new chair when a term ends: quality Beta(4, 3), the 4th of 6 ordered uniforms (dossier #16)."""
    for z in range(zone_chair.size):
        zone_chair_months[z] -= 1.0
        if zone_chair_months[z] <= 0.0:
            draws = np.empty(6)
            for k in range(6):
                draws[k] = uniform(key_chair[0], z * 8 + k)
            draws.sort()
            zone_chair[z] = draws[3]
            zone_chair_months[z] = 12.0 * chair_tenure


@process(
    "councils",
    PREPARE + 2,
    writes=("zone_power_drive", "zone_cluster_attendance", "zone_execution_drive", "zone_skill"),
)
def open_meeting(
    zone_local_authority_seats,
    zone_health_seats,
    zone_welfare_seats,
    zone_people_seats,
    zone_paid_participation,
    zone_legitimacy,
    zone_staff,
    zone_skill,
    zone_support_institute,
    zone_cluster_attendance,
    zone_power_drive,
    zone_execution_drive,
    execution_base,
    execution_by_legitimacy,
):
    """Seat the clusters: claim to influence = seats x attendance; start the reasons for execution."""
    for z in range(zone_skill.size):
        target = clip(0.25 + 0.15 * min(zone_staff[z], 3.0) + 0.2 * zone_support_institute[z], 0.0, 0.95)
        zone_skill[z] += 0.05 * (target - zone_skill[z])
        seats = (
            zone_local_authority_seats[z],
            zone_health_seats[z],
            zone_welfare_seats[z],
            zone_people_seats[z],
        )
        for g in range(N_CLUSTERS):
            present = 0.45 if g == LOCAL_AUTHORITIES else (0.35 if g == PEOPLE else 0.4)
            present += 0.3 * zone_paid_participation[z] + 0.4 * (zone_legitimacy[z] - 0.35)
            zone_cluster_attendance[z, g] = clip(present, 0.05, 0.95)
            zone_power_drive[z, g] = seats[g] * zone_cluster_attendance[z, g]
        zone_execution_drive[z] = execution_base + execution_by_legitimacy * zone_legitimacy[z]


@process("councils", APPLY, writes=("zone_power", "zone_execution"))
def settle_power(zone_power, zone_power_drive, zone_execution, zone_execution_drive):
    """Turn claims into influence shares and reasons into the chance of execution."""
    for z in range(zone_execution.size):
        total = 0.0
        for g in range(N_CLUSTERS):
            total += zone_power_drive[z, g]
        for g in range(N_CLUSTERS):
            zone_power[z, g] = zone_power_drive[z, g] / total
        zone_execution[z] = logistic(zone_execution_drive[z])


@njit(cache=True, nogil=True)
def _supports(z, g, topic, key, perceived, vision, alignment, agreement, noise):
    """Whether a cluster votes for a topic: own preference, perceived need, shared vision, and chance."""
    pull = 0.5 * PREFERENCES[g, topic] + 0.3 * perceived + 0.2 * alignment + 0.15 * vision
    chance = (uniform(key, (z * N_CLUSTERS + g) * 16 + topic) - 0.5) * 2.0 * noise
    return pull + chance > agreement


@process(
    "councils",
    APPLY + 1,
    writes=("zone_backlog", "zone_adopted", "zone_agenda_items"),
)
def decide(
    zone_power,
    zone_perceived_need,
    zone_alignment,
    zone_shared_vision,
    zone_decision_rule,
    zone_decision_pace,
    zone_crowding,
    zone_backlog,
    zone_adopted,
    zone_agenda_items,
    key_meeting_held,
    key_proposer,
    key_topic,
    key_vote,
    meetings,
    agreement,
    agreement_noise,
):
    """Hold meetings: a cluster proposes by its influence, on what it prefers and sees needed; all vote.

    A proposal needs more than half of the influence-weighted voices; under the per-cluster rule also a
    majority inside each cluster (F9), under consensus every voice.
    """
    for z in range(zone_adopted.size):
        zone_adopted[z] *= 11.0 / 12.0
        for g in range(N_CLUSTERS):
            zone_agenda_items[z, g] *= 59.0 / 60.0
        held = meetings * zone_decision_pace[z] * max(0.0, 1.0 - zone_crowding[z])
        if uniform(key_meeting_held[0], z) >= held:
            continue
        u, proposer = uniform(key_proposer[0], z), N_CLUSTERS - 1
        for g in range(N_CLUSTERS):
            u -= zone_power[z, g]
            if u < 0.0:
                proposer = g
                break
        total = 0.0
        for topic in range(N_TOPICS):
            total += PREFERENCES[proposer, topic] * (0.2 + zone_perceived_need[z, topic])
        u, chosen = uniform(key_topic[0], z) * total, N_TOPICS - 1
        for topic in range(N_TOPICS):
            u -= PREFERENCES[proposer, topic] * (0.2 + zone_perceived_need[z, topic])
            if u < 0.0:
                chosen = topic
                break
        # Three voices per cluster; its majority is the cluster's vote.
        weight, every_cluster, everyone = 0.0, True, True
        for g in range(N_CLUSTERS):
            voices = 0
            for member in range(3):
                voices += _supports(
                    z * 3 + member, g, chosen, key_vote[0], zone_perceived_need[z, chosen],
                    zone_shared_vision[z], zone_alignment[z], agreement, agreement_noise,
                )  # fmt: skip
            weight += zone_power[z, g] * voices / 3.0
            every_cluster = every_cluster and voices >= 2
            everyone = everyone and voices == 3
        rule = zone_decision_rule[z]
        agreed = everyone if rule == 2.0 else (every_cluster if rule == 1.0 else True)
        if weight > 0.5 and agreed:
            zone_backlog[z, chosen] += 1.0
            zone_adopted[z] += 1.0
            zone_agenda_items[z, proposer] += 1.0


@process(
    "councils",
    APPLY + 2,
    writes=(
        "zone_backlog",
        "zone_executed",
        "zone_initiative",
        "zone_institutionalised",
        "zone_legitimacy",
        "zone_fatigue",
    ),
)
def execute(
    zone_backlog,
    zone_executed,
    zone_execution,
    zone_initiative,
    zone_institutionalised,
    zone_legitimacy,
    zone_fatigue,
    zone_staff,
    zone_durability,
    key_execution,
    initiative_step,
    initiative_fade,
    institutionalising,
    legitimacy_gain,
    legitimacy_fade,
    fatigue_half_life,
):
    """Execute what waits; initiatives rise when executed and fade unless they become routine.

    Steady money (`durability`) prevents part of the fading.
    """
    keep_fatigue = 0.5 ** (1.0 / fatigue_half_life)
    for z in range(zone_executed.size):
        zone_executed[z] *= 11.0 / 12.0
        fade = initiative_fade * max(0.0, 1.0 - zone_durability[z])
        for topic in range(N_TOPICS):
            u = uniform(key_execution[0], z * N_TOPICS + topic)
            if zone_backlog[z, topic] >= 1.0 and u < zone_execution[z]:
                zone_backlog[z, topic] -= 1.0
                zone_executed[z] += 1.0
                zone_initiative[z, topic] += initiative_step * (1.0 - zone_initiative[z, topic])
                zone_legitimacy[z] += legitimacy_gain * (1.0 - zone_legitimacy[z])
            # A decision that waits a year or more is forgotten.
            zone_backlog[z, topic] *= 1.0 - 1.0 / 24.0
            loose = max(0.0, zone_initiative[z, topic] - zone_institutionalised[z, topic])
            zone_institutionalised[z, topic] += institutionalising * min(1.0, zone_staff[z]) * loose
            zone_initiative[z, topic] -= fade * loose
        zone_legitimacy[z] -= legitimacy_fade * (zone_legitimacy[z] - 0.3)
        zone_fatigue[z] *= keep_fatigue


@process("councils", ACT - 1, writes=("provider_attendance",))
def attend(provider_zone, provider_welfare, provider_strain, provider_attendance, zone_cluster_attendance):
    """Let providers attend with their cluster, less when strained."""
    for j in range(provider_attendance.size):
        g = SOCIAL if provider_welfare[j] == 1 else HEALTH
        base = zone_cluster_attendance[provider_zone[j], g]
        provider_attendance[j] = clip(base * (1.25 - provider_strain[j]), 0.0, 1.0)


@process("councils", APPLY + 3, writes=("provider_attended",))
def remember_attendance(provider_attendance, provider_attended, recall_months):
    """Let councils remember who took part."""
    for j in range(provider_attended.size):
        provider_attended[j] += (provider_attendance[j] - provider_attended[j]) / recall_months
