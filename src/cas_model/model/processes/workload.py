"""Phase providers, first half: the demand each provider faces, its staff, its capacity and its strain."""

from __future__ import annotations

import math

from cas_model.config.declarations import APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import GP, N_DISCIPLINES, PANELS, SLOTS
from cas_model.model.processes.groups import expected_rise
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip, logistic

parameter("partner_share", 0.6, 0.3, 0.9, "0-1", "assumption",
          "share of a practice's need of a discipline that goes to its main partner")  # fmt: skip
parameter("exit_senior", 0.06, 0.04, 0.09, "per year", "dossier 5.1 #24 (assumption)",
          "hazard of leaving, aged 55 and over")  # fmt: skip
parameter("exit_junior", 0.015, 0.005, 0.03, "per year", "dossier 5.1 #24 (assumption)",
          "hazard of leaving, under 55")  # fmt: skip
parameter("exit_by_strain", 2.0, 0.0, 4.0, "ratio", "assumption",
          "relative rise of the hazard of leaving per unit of strain above its normal 0.25")  # fmt: skip
parameter("hiring", 0.065, 0.02, 0.15, "per month", "assumption; gives the 5 % vacancies of dossier 5.1 #26",
          "chance that a vacancy is filled")  # fmt: skip
parameter("turning_senior", 0.024, 0.01, 0.04, "per year", "assumption; keeps T/#23 near 51 % at the start",
          "share of the under-55s who turn 55")  # fmt: skip
parameter("stretch", 1.2, 1.0, 1.4, "ratio", "assumption (practices stretch before they refuse)",
          "demand over capacity up to which all own patients are served")  # fmt: skip
parameter("strain_base", -1.5, -2.0, -0.5, "logit", "assumption; T32: mean strain low",
          "strain of a provider without pressure")  # fmt: skip
parameter("strain_by_load", 2.5, 1.0, 8.0, "logit", "assumption; load -> strain of dossier M61",
          "rise of strain per unit of load above 0.85")  # fmt: skip
parameter("strain_speed", 0.2, 0.05, 0.5, "per month", "assumption",
          "speed at which strain follows its causes")  # fmt: skip
parameter("record_adoption", 0.02, 0.0, 0.1, "per month", "assumption",
          "speed at which use of the shared record follows its causes")  # fmt: skip

ADMIN_BASE = 0.12
MOST_LOAD = 5.0
"""Load above which nothing gets worse: no one is left to be strained further (assumption)."""


@process("providers", PREPARE, writes=("provider_need",))
def sum_list_needs(provider_discipline, provider_need_by_panel, provider_need, persons_per_agent):
    """Sum the monthly need of every discipline over a practice's list, in persons."""
    scale = persons_per_agent / 65536.0
    for j in range(provider_discipline.size):
        if provider_discipline[j] == GP:
            for d in range(N_DISCIPLINES):
                total = 0
                for panel in range(PANELS):
                    total += provider_need_by_panel[j, panel * N_DISCIPLINES + d]
                provider_need[j, d] = total * scale


@process("providers", PREPARE + 1, writes=("provider_demand", "provider_inflow"))
def spread_demand(
    zone_first_provider,
    zone_last_provider,
    zone_n_practices,
    zone_need_rise,
    zone_need_share,
    provider_discipline,
    provider_capacity,
    provider_need,
    provider_accept,
    provider_accept_new,
    provider_demand,
    provider_inflow,
    tie_partner,
    partner_share,
    random_jump,
    loyalty,
):
    """Tell every provider what is expected of it.

    A practice expects its list's need plus what flows in from elsewhere: the share 1 - loyalty of every
    list, and what full practices turn away, taken up by peers and then by whoever accepts newcomers. The
    other disciplines share each practice's need: `partner_share` to the main partner, the rest by capacity.
    """
    for z in range(zone_first_provider.size):
        first, last = zone_first_provider[z], zone_last_provider[z]
        practices = first + zone_n_practices[z]
        factor = 1.0 + expected_rise(z, GP, zone_need_rise, zone_need_share)
        openness = 0.0
        for j in range(first, practices):
            openness += provider_accept_new[j] * provider_capacity[j]
            provider_inflow[j] = 0.0
        seeking = 0.0
        for j in range(first, practices):
            need = provider_need[j, GP] * factor
            away = need * (1.0 - loyalty * provider_accept[j])
            for s in range(2):
                peer = tie_partner[j * SLOTS + N_DISCIPLINES + s]
                if peer >= first and peer < practices:
                    taken = 0.5 * (1.0 - random_jump) * provider_accept_new[peer] * away
                    provider_inflow[peer] += taken
                    away -= taken
            seeking += away
        if openness > 0.0:
            for k in range(first, practices):
                provider_inflow[k] += seeking * provider_accept_new[k] * provider_capacity[k] / openness
        for j in range(first, practices):
            own = provider_need[j, GP] * factor * loyalty
            provider_demand[j] = own + provider_inflow[j]
        for d in range(GP + 1, N_DISCIPLINES):
            factor = 1.0 + expected_rise(z, d, zone_need_rise, zone_need_share)
            capacity = 0.0
            for k in range(practices, last):
                if provider_discipline[k] == d:
                    capacity += provider_capacity[k]
                    provider_demand[k] = 0.0
            pooled = 0.0
            for j in range(first, practices):
                need = provider_need[j, d] * factor
                partner = tie_partner[j * SLOTS + d]
                if partner >= practices and partner < last:
                    provider_demand[partner] += partner_share * need
                    need -= partner_share * need
                pooled += need
            if capacity > 0.0:
                for k in range(practices, last):
                    if provider_discipline[k] == d:
                        provider_demand[k] += pooled * provider_capacity[k] / capacity


@process("providers", PREPARE + 2, writes=("provider_heads", "provider_senior_share"))
def turn_over_staff(
    zone_exit_factor,
    zone_retirement,
    zone_hiring_factor,
    provider_zone,
    provider_discipline,
    provider_heads,
    provider_posts,
    provider_senior_share,
    provider_strain,
    key_exit,
    key_hire,
    exit_senior,
    exit_junior,
    exit_by_strain,
    hiring,
    turning_senior,
):
    """Let professionals leave (age, strain, what events do to a discipline) and vacancies fill.

    The expected number is rounded up or down by one addressed draw, so that a row that stands for many
    professionals keeps the right mean without a draw per head. Newcomers are under 55.
    """
    for j in range(provider_heads.size):
        z, d = provider_zone[j], provider_discipline[j]
        heads, senior = provider_heads[j], provider_senior_share[j]
        pressure = max(0.0, 1.0 + exit_by_strain * (provider_strain[j] - 0.25)) * zone_exit_factor[z, d]
        leave_senior = min(senior, senior * exit_senior * pressure / 12.0 + senior * zone_retirement[z, d])
        leave_junior = (1.0 - senior) * exit_junior * pressure / 12.0
        leaving = min(heads, math.floor(heads * (leave_senior + leave_junior) + uniform(key_exit[0], j)))
        vacancies = max(0, provider_posts[j] - heads)
        joining = math.floor(vacancies * hiring * zone_hiring_factor[z, d] + uniform(key_hire[0], j))
        seniors = heads * senior + (heads - heads * senior) * turning_senior / 12.0
        if leaving > 0:
            seniors -= leaving * leave_senior / (leave_senior + leave_junior)
        provider_heads[j] = heads - leaving + joining
        if provider_heads[j] > 0:
            provider_senior_share[j] = clip(seniors / provider_heads[j], 0.0, 1.0)


@process("providers", PREPARE + 3, writes=("provider_admin", "provider_strain_drive"))
def clear_pressures(provider_admin, provider_strain_drive, provider_load, strain_base, strain_by_load):
    """Start the month's pressures from the administrative base and the load."""
    for j in range(provider_admin.size):
        provider_admin[j] = ADMIN_BASE
        provider_strain_drive[j] = strain_base + strain_by_load * max(0.0, provider_load[j] - 0.85)


@process(
    "providers",
    APPLY + 1,
    writes=("provider_capacity", "provider_load", "provider_accept", "provider_accept_new"),
)
def set_acceptance(
    provider_zone,
    provider_discipline,
    provider_heads,
    provider_contacts_per_head,
    provider_admin,
    provider_status,
    provider_demand,
    provider_capacity,
    provider_load,
    provider_accept,
    provider_accept_new,
    zone_absence,
    stretch,
):
    """Set next month's capacity and acceptance.

    capacity = heads x contacts_per_head x (1 - absence) x (1 - admin) / (1 - admin_base);
    accept = min(1, stretch / load); newcomers are accepted by status (full stop, conditional, open), within
    what is accepted at all.
    """
    for j in range(provider_heads.size):
        present = provider_heads[j] * provider_contacts_per_head[j] * (1.0 - zone_absence[provider_zone[j]])
        capacity = present * (1.0 - provider_admin[j]) / (1.0 - ADMIN_BASE)
        provider_capacity[j] = capacity
        if capacity <= 0.0:
            provider_load[j] = 2.0
            provider_accept[j] = 0.0
            provider_accept_new[j] = 0.0
            continue
        load = provider_demand[j] / capacity
        provider_load[j] = min(load, MOST_LOAD)
        provider_accept[j] = min(1.0, stretch / max(load, 1e-9))
        room = clip((stretch + 0.1 - load) / 0.2, 0.05, 1.0)
        if provider_discipline[j] == GP:
            welcome = 0.1 if provider_status[j] == 0 else (0.7 if provider_status[j] == 1 else 0.95)
            provider_accept_new[j] = welcome * room
        else:
            provider_accept_new[j] = room


@process("providers", APPLY + 2, writes=("provider_strain",))
def update_strain(provider_strain, provider_strain_drive, strain_speed):
    """Move strain towards logistic(sum of pressures)."""
    for j in range(provider_strain.size):
        target = logistic(provider_strain_drive[j])
        provider_strain[j] += strain_speed * (target - provider_strain[j])


@process("providers", APPLY + 3, writes=("provider_shared_record",))
def adopt_record(provider_shared_record, provider_zone, zone_record_maturity, record_adoption):
    """Move use of the shared record towards what the information system makes possible."""
    for j in range(provider_shared_record.size):
        target = zone_record_maturity[provider_zone[j]]
        provider_shared_record[j] += record_adoption * (target - provider_shared_record[j])
