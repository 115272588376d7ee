"""Phase record: what providers, ties, councils and payers add to the month's measures."""

from __future__ import annotations

import math

from cas_model.config.declarations import ACT, process
from cas_model.config.vocabulary import GP, N_CLUSTERS, N_PAYERS, N_TOPICS, PEOPLE, SLOTS


@process(
    "record",
    ACT,
    writes=(
        "measure_capacity",
        "measure_spare",
        "measure_gp_capacity",
        "measure_gp_demand",
        "measure_heads",
        "measure_posts",
        "measure_strain",
        "measure_coordination",
        "measure_readiness",
        "measure_organisations",
        "measure_ties",
        "measure_ties_across",
        "measure_ties_trust",
        "measure_ties_breached",
        "measure_ties_memory",
    ),
)
def measure_providers(
    zone_first_provider,
    zone_last_provider,
    provider_discipline,
    provider_welfare,
    provider_represents,
    provider_heads,
    provider_posts,
    provider_capacity,
    provider_demand,
    provider_strain,
    provider_coordination,
    provider_readiness,
    tie_partner,
    tie_trust,
    tie_history,
    tie_event,
    measure_capacity,
    measure_spare,
    measure_gp_capacity,
    measure_gp_demand,
    measure_heads,
    measure_posts,
    measure_strain,
    measure_coordination,
    measure_readiness,
    measure_organisations,
    measure_ties,
    measure_ties_across,
    measure_ties_trust,
    measure_ties_breached,
    measure_ties_memory,
):
    """Sum supply, strain, effort and relations per zone; a row counts for the organisations it stands for."""
    for z in range(zone_first_provider.size):
        ties = trusted = across = breached = memory = 0.0
        for j in range(zone_first_provider[z], zone_last_provider[z]):
            weight, heads = provider_represents[j], provider_heads[j]
            measure_capacity[z, 0] += provider_capacity[j]
            measure_spare[z, 0] += max(0.0, provider_capacity[j] - provider_demand[j])
            if provider_discipline[j] == GP:
                measure_gp_capacity[z, 0] += provider_capacity[j]
                measure_gp_demand[z, 0] += provider_demand[j]
            measure_heads[z, 0] += heads
            measure_posts[z, 0] += provider_posts[j]
            measure_strain[z, 0] += heads * provider_strain[j]
            measure_coordination[z, 0] += heads * provider_coordination[j]
            measure_readiness[z, 0] += heads * provider_readiness[j]
            measure_organisations[z, 0] += weight
            for t in range(j * SLOTS, (j + 1) * SLOTS):
                # Selected, not branched on: an empty slot (-1) reads the last provider and counts nothing.
                k = tie_partner[t]
                there = weight if k >= 0 else 0.0
                ties += there
                trusted += there * tie_trust[t]
                memory += there * 0.5 * (1.0 + tie_history[t])
                across += there if provider_welfare[j] != provider_welfare[k] else 0.0
                breached += there if tie_event[t] < 0 else 0.0
        measure_ties[z, 0] = ties
        measure_ties_trust[z, 0] = trusted
        measure_ties_across[z, 0] = across
        measure_ties_breached[z, 0] = breached
        measure_ties_memory[z, 0] = memory


@process(
    "record",
    ACT + 1,
    writes=(
        "measure_adopted",
        "measure_executed",
        "measure_agenda_people",
        "measure_agenda_all",
        "measure_alignment",
        "measure_legitimacy",
        "measure_staff",
        "measure_initiatives",
        "measure_councils",
        "measure_paid_federal",
        "measure_paid_flemish",
        "measure_paid_local",
        "measure_paid_patient",
        "measure_paid_governance",
    ),
)
def measure_councils_and_payers(
    zone_adopted,
    zone_executed,
    zone_agenda_items,
    zone_alignment,
    zone_legitimacy,
    zone_staff,
    zone_initiative,
    zone_paid_cents,
    zone_governance_cents,
    measure_adopted,
    measure_executed,
    measure_agenda_people,
    measure_agenda_all,
    measure_alignment,
    measure_legitimacy,
    measure_staff,
    measure_initiatives,
    measure_councils,
    measure_paid_federal,
    measure_paid_flemish,
    measure_paid_local,
    measure_paid_patient,
    measure_paid_governance,
):
    """Copy councils' states and the month's payments, in EUR."""
    for z in range(zone_adopted.size):
        measure_adopted[z, 0] = zone_adopted[z]
        measure_executed[z, 0] = zone_executed[z]
        measure_agenda_people[z, 0] = zone_agenda_items[z, PEOPLE]
        for g in range(N_CLUSTERS):
            measure_agenda_all[z, 0] += zone_agenda_items[z, g]
        measure_alignment[z, 0] = zone_alignment[z]
        measure_legitimacy[z, 0] = zone_legitimacy[z]
        measure_staff[z, 0] = zone_staff[z]
        for topic in range(N_TOPICS):
            measure_initiatives[z, 0] += zone_initiative[z, topic] / N_TOPICS
        measure_councils[z, 0] = 1.0
        measure_paid_federal[z, 0] = zone_paid_cents[z, 0] / 100.0
        measure_paid_flemish[z, 0] = zone_paid_cents[z, 1] / 100.0
        measure_paid_local[z, 0] = zone_paid_cents[z, 2] / 100.0
        measure_paid_patient[z, 0] = zone_paid_cents[z, N_PAYERS - 1] / 100.0
        measure_paid_governance[z, 0] = zone_governance_cents[z] / 100.0


@process(
    "record",
    ACT + 2,
    writes=(
        "measure_coalition",
        "measure_agenda_breadth",
        "measure_internal_capacity",
        "measure_external_capacity",
    ),
)
def measure_regional_governance(
    zone_power,
    zone_cluster_attendance,
    zone_initiative,
    zone_staff,
    zone_skill,
    zone_core_eur,
    zone_project_eur,
    zone_cofund_eur,
    zone_alignment,
    measure_coalition,
    measure_agenda_breadth,
    measure_internal_capacity,
    measure_external_capacity,
):
    """Read four of the five dimensions of regional governance off each council; ties hold the fifth.

    Coalition: mean attendance of the clusters times the evenness of their influence (entropy / ln 4). Agenda:
    effective number of topics with running initiatives (exp entropy / 6). Internal capacity: mean of staff (2
    FTE count as enough) and skill. External capacity: mean of the share of means from outside the core budget
    and of agreement with the other levels.
    """
    for z in range(zone_staff.size):
        present = evenness = 0.0
        for g in range(N_CLUSTERS):
            present += zone_cluster_attendance[z, g] / N_CLUSTERS
            if zone_power[z, g] > 0.0:
                evenness -= zone_power[z, g] * math.log(zone_power[z, g]) / math.log(N_CLUSTERS)
        measure_coalition[z, 0] = present * evenness
        total = zone_initiative[z].sum()
        entropy = 0.0
        for topic in range(N_TOPICS):
            share = zone_initiative[z, topic] / total if total > 0.0 else 0.0
            if share > 0.0:
                entropy -= share * math.log(share)
        measure_agenda_breadth[z, 0] = math.exp(entropy) / N_TOPICS if total > 0.0 else 0.0
        measure_internal_capacity[z, 0] = 0.5 * (min(1.0, zone_staff[z] / 2.0) + zone_skill[z])
        outside = zone_project_eur[z] + zone_cofund_eur[z]
        means = outside + zone_core_eur[z]
        raised = outside / means if means > 0.0 else 0.0
        measure_external_capacity[z, 0] = 0.5 * (raised + zone_alignment[z])
