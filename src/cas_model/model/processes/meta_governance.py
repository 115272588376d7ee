"""Phase meta-governance: elections move the tiers' goals; meta-governors are appointed, audit and align."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import ACT, APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    CASE_MANAGEMENT,
    GOALS,
    HAND_OVER,
    LEVELS,
    OUTREACH,
    PREVENTION,
    WORKFORCE_RELIEF,
)
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip

parameter("election_swing", 0.15, 0.0, 0.3, "0-1", "assumption",
          "largest move of a tier's goals at an election")  # fmt: skip
parameter("goal_distance", 0.25, 0.1, 0.4, "0-1", "dossier 5.1 #59 (assumption)",
          "distance of federal and Flemish goals at the start")  # fmt: skip
parameter("stated_ambition", 0.7, 0.5, 0.85, "0-1", "assumption, set to P1; S4 section 2",
          "weight that integration has among the goals of the tiers at the start, on average")  # fmt: skip
parameter("council_goal_drift", 0.02, 0.0, 0.05, "per month", "assumption",
          "speed at which a council's goals follow what it sees needed")  # fmt: skip
parameter("audit_fade", 0.1, 0.03, 0.3, "per month", "assumption", "fading of the pressure of an audit")
parameter("standing_speed", 0.03, 0.01, 0.1, "per month", "assumption",
          "speed at which a meta-governor earns or loses recognition")  # fmt: skip

N_GOALS = len(GOALS)
N_LEVELS = len(LEVELS)
NO_SCOPE, REGIONAL, FLEMISH, FEDERAL, INTERFEDERAL = range(5)
_TERM = (48.0, 60.0, 72.0)
"""Months between elections: federal, Flemish (5 years, with the federal ones in practice), local."""


@process("meta_governance", PREPARE, writes=("authority_goals", "authority_cycle_months"))
def hold_elections(authority_goals, authority_cycle_months, key_election, election_swing):
    """Move a tier's goals at its election; between elections they stand."""
    for a in range(N_LEVELS):
        authority_cycle_months[a] -= 1.0
        if authority_cycle_months[a] <= 0.0:
            authority_cycle_months[a] = _TERM[a]
            for g in range(N_GOALS):
                swing = (2.0 * uniform(key_election[0], a * 8 + g) - 1.0) * election_swing
                authority_goals[a, g] = clip(authority_goals[a, g] + swing, 0.0, 1.0)


@process(
    "meta_governance",
    PREPARE + 1,
    writes=("region_meta_active", "region_meta_months", "region_meta_standing"),
)
def appoint_meta_governors(
    zone_region,
    zone_meta_scope,
    zone_meta_tenure,
    zone_meta_neutrality,
    zone_meta_capacity,
    region_meta_active,
    region_meta_months,
    region_meta_standing,
    standing_speed,
):
    """Open or close each region's office by the lever (as set in its first zone).

    Standing grows towards neutrality x capacity and starts anew with each term.
    """
    for r in range(region_meta_active.size):
        seat = -1
        for z in range(zone_region.size):
            if zone_region[z] == r and seat < 0:
                seat = z
        if seat < 0 or zone_meta_scope[seat] == 0.0:
            region_meta_active[r] = 0.0
            region_meta_months[r] = 0.0
            region_meta_standing[r] = 0.3
            continue
        region_meta_active[r] = 1.0
        region_meta_months[r] -= 1.0
        if region_meta_months[r] <= 0.0:
            region_meta_months[r] = 12.0 * zone_meta_tenure[seat]
            region_meta_standing[r] = 0.5 * region_meta_standing[r] + 0.15
        earned = zone_meta_neutrality[seat] * zone_meta_capacity[seat]
        region_meta_standing[r] += standing_speed * (earned - region_meta_standing[r])


@process("meta_governance", PREPARE + 2, writes=("zone_effective_fragmentation", "zone_effective_autonomy"))
def start_from_rules(
    zone_fragmentation, zone_autonomy, zone_effective_fragmentation, zone_effective_autonomy
):
    """Start from the rules as written; mechanisms say what is left of them in practice."""
    for z in range(zone_fragmentation.size):
        zone_effective_fragmentation[z] = zone_fragmentation[z]
        zone_effective_autonomy[z] = zone_autonomy[z]


@process("meta_governance", PREPARE + 3, writes=("zone_audited",))
def audit_councils(
    zone_region,
    zone_audited,
    zone_perceived_need,
    zone_meta_capacity,
    region_meta_active,
    region_meta_standing,
    key_audit,
    audit_fade,
):
    """Let each meta-governor audit the council of its region that seems to lag most behind.

    It judges by the same late and blurred dashboards as the councils (need for hand-over and case
    management), and audits in a month with chance capacity x standing.
    """
    for z in range(zone_audited.size):
        zone_audited[z] *= 1.0 - audit_fade
    for r in range(region_meta_active.size):
        worst, most = -1, -1.0
        for z in range(zone_region.size):
            if zone_region[z] == r:
                lag = zone_perceived_need[z, HAND_OVER] + zone_perceived_need[z, CASE_MANAGEMENT]
                lag -= 2.0 * zone_audited[z]
                if lag > most:
                    worst, most = z, lag
        able = region_meta_active[r] * region_meta_standing[r]
        if worst >= 0 and uniform(key_audit[0], r) < zone_meta_capacity[worst] * able:
            zone_audited[worst] = 1.0


@process("meta_governance", ACT, writes=("zone_goals", "region_goals"))
def form_goals(
    zone_region,
    zone_goals,
    zone_perceived_need,
    zone_effective_autonomy,
    region_goals,
    authority_goals,
    council_goal_drift,
):
    """Let councils' goals follow perceived local need as far as autonomy reaches, else the tiers' goals.

    Integration follows the need for hand-over and case management, equity that for outreach and prevention,
    sustainability that for workforce relief. A region's goals are the mean of its councils' and the Flemish
    tier's.
    """
    n_regions = region_goals.shape[0]
    for z in range(zone_region.size):
        for g in range(N_GOALS):
            if g == 0:
                local = 0.5 * (zone_perceived_need[z, HAND_OVER] + zone_perceived_need[z, CASE_MANAGEMENT])
            elif g == 1:
                local = 0.5 * (zone_perceived_need[z, OUTREACH] + zone_perceived_need[z, PREVENTION])
            else:
                local = zone_perceived_need[z, WORKFORCE_RELIEF]
            free = zone_effective_autonomy[z]
            target = free * local + (1.0 - free) * authority_goals[1, g]
            zone_goals[z, g] += council_goal_drift * (target - zone_goals[z, g])
    for r in range(n_regions):
        for g in range(N_GOALS):
            total, n = authority_goals[1, g], 1.0
            for z in range(zone_region.size):
                if zone_region[z] == r:
                    total += zone_goals[z, g]
                    n += 1.0
            region_goals[r, g] = total / n


@process("meta_governance", APPLY, writes=("zone_alignment",))
def measure_alignment(zone_region, zone_goals, zone_alignment, region_goals, authority_goals):
    """Alignment I11: 1 - mean distance of goal vectors over pairs of levels.

    Levels: federal, Flemish, region, zone; distance is the mean absolute difference of goals, at most 1.
    """
    goals = np.empty((4, N_GOALS))
    goals[:2] = authority_goals[:2]
    for z in range(zone_region.size):
        goals[2] = region_goals[zone_region[z]]
        goals[3] = zone_goals[z]
        total, pairs = 0.0, 0
        for a in range(4):
            for b in range(a + 1, 4):
                for g in range(N_GOALS):
                    total += abs(goals[a, g] - goals[b, g]) / N_GOALS
                pairs += 1
        zone_alignment[z] = 1.0 - total / pairs
