"""Payment schemes: who joins and leaves, how work is rebuilt around new pay, and the zone's joint account."""

from __future__ import annotations

import math

import numpy as np

from cas_model.config.declarations import APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    GP,
    HOME_CARE,
    HOME_NURSING,
    HOSPITAL,
    INVESTMENT,
    N_DISCIPLINES,
    N_PAYERS,
    N_RECIPIENTS,
    SCHEMES,
    VIRTUAL,
    VOLUNTARY,
)
from cas_model.model.processes.payment import FEDERAL, FLEMISH, entry_month, post_payment
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip

parameter("join_rate", 0.04, 0.01, 0.2, "per month", "assumption; entry over years S4 section 5.3.2",
          "chance that a provider of normal willingness joins a voluntary scheme")  # fmt: skip
parameter("leave_by_loss", 0.15, 0.02, 0.5, "per month", "assumption; existence PT5 (M49)",
          "chance that a member leaves a scheme which costs it all of its joint pay")  # fmt: skip
parameter("uptake_pace", 0.06, 0.02, 0.2, "per month", "assumption; new pay acts late, S4 section 5.3.4",
          "speed at which a provider rebuilds its work around new pay")  # fmt: skip
parameter("savings_share", 0.5, 0.2, 0.8, "0-1", "assumption; R48-R50",
          "members' part of what a zone saves or loses")  # fmt: skip
parameter("savings_cap", 0.5, 0.1, 1.0, "0-1", "assumption",
          "most that a joint account adds to or takes from pay by joint savings")  # fmt: skip
parameter("cost_noise", 3.0, 1.5, 6.0, "ratio", "assumption; form dossier 5.2.8",
          "spread of one person's yearly cost by chance, of its mean")  # fmt: skip
parameter("full_investment", 10.0, 3.0, 30.0, "EUR/inhabitant", "assumption; existence S4 section 5.3.4",
          "initial investment that builds all structures and records a new way of paying needs")  # fmt: skip

INVESTMENT_MONTHS = 24


@process(
    "providers",
    PREPARE + 7,
    writes=(
        "provider_stake",
        "provider_uptake_limit",
        "provider_uptake_pace",
        "provider_willingness",
        "provider_leaving",
        "provider_overhead",
    ),
)
def weigh_scheme(
    clock_month,
    scheme_mode,
    scheme_start_month,
    scheme_virtual_months,
    discipline_mix,
    discipline_former_mix,
    provider_discipline,
    provider_zone,
    provider_scheme,
    provider_savings_share,
    provider_rebuilt,
    provider_stake,
    provider_uptake_limit,
    provider_uptake_pace,
    provider_willingness,
    provider_leaving,
    provider_overhead,
    zone_savings,
    uptake_pace,
    leave_by_loss,
):
    """Start the month's reasons to rebuild work around new pay, to join and to leave.

    At stake is the share of income that the new mix changes, real or in shadow accounts. Who is paid by it
    rebuilds in full; a loss in the joint account is a reason to leave.
    """
    mode, start = scheme_mode[0], scheme_start_month[0]
    entry = entry_month(scheme_mode, scheme_start_month, scheme_virtual_months)
    shadow = mode == VIRTUAL and start <= clock_month[0] < entry
    change = np.zeros(N_DISCIPLINES)
    for d in range(N_DISCIPLINES):
        for m in range(discipline_mix.shape[1]):
            change[d] += max(0.0, discipline_mix[d, m] - discipline_former_mix[d, m])
    for j in range(provider_discipline.size):
        d, member = provider_discipline[j], provider_scheme[j]
        paid = member * change[d]
        stake = change[d] if shadow else paid
        outside = mode == VOLUNTARY and clock_month[0] >= start and member == 0.0 and change[d] > 0.0
        provider_stake[j] = stake
        provider_uptake_limit[j] = 1.0 if paid > 0.0 else 0.0
        provider_uptake_pace[j] = uptake_pace if stake > 0.0 or provider_rebuilt[j] != 0.0 else 0.0
        provider_willingness[j] = 1.0 if outside else 0.0
        exposed = 1.0 if provider_savings_share[j] > 0.0 and paid > 0.0 else 0.0
        provider_leaving[j] = exposed * leave_by_loss * max(0.0, -zone_savings[provider_zone[j]])
        provider_overhead[j] = 0.0


@process(
    "providers",
    APPLY + 5,
    writes=("provider_scheme", "provider_safe_months", "provider_rebuilt", "provider_uptake"),
)
def change_over(
    clock_month,
    scheme_mode,
    scheme_start_month,
    scheme_virtual_months,
    scheme_one_sided_months,
    scheme_savings_since,
    provider_stake,
    provider_savings_share,
    provider_volume_change,
    provider_scheme,
    provider_safe_months,
    provider_rebuilt,
    provider_uptake,
    provider_uptake_limit,
    provider_uptake_pace,
    provider_willingness,
    provider_leaving,
    key_join,
    key_leave,
    join_rate,
):
    """Let providers join and leave, gather months of joint savings without risk, and rebuild their work.

    Work moves at its pace towards the limit of what the mix changes, from wherever it stands: pay that
    changes again, or is undone, acts as late as the first change.
    """
    entry = entry_month(scheme_mode, scheme_start_month, scheme_virtual_months)
    since = scheme_savings_since[0]
    safe = min(clock_month[0] - entry, since) < scheme_one_sided_months[0]
    for j in range(provider_scheme.size):
        if safe and provider_stake[j] > 0.0 and (provider_savings_share[j] > 0.0 or since > 0.0):
            provider_safe_months[j] += 1.0
        # Most months nobody may join or leave, and no draw is needed.
        if provider_leaving[j] > 0.0 and uniform(key_leave[0], j) < provider_leaving[j]:
            provider_scheme[j] = 0.0
        elif provider_willingness[j] > 0.0 and uniform(key_join[0], j) < join_rate * provider_willingness[j]:
            provider_scheme[j] = 1.0
        change = provider_volume_change[j]
        target = provider_uptake_limit[j] * change
        provider_rebuilt[j] += provider_uptake_pace[j] * (target - provider_rebuilt[j])
        provider_uptake[j] = clip(provider_rebuilt[j] / change, 0.0, 1.0) if change != 0.0 else 0.0


@process(
    "councils",
    PREPARE + 3,
    writes=(
        "zone_infrastructure",
        "zone_scheme_cents",
        "payer_paid_cents",
        "payer_account_cents",
        "zone_paid_cents",
    ),
)
def invest(
    clock_month,
    zone_population,
    zone_infrastructure,
    zone_scheme_cents,
    zone_paid_cents,
    payer_paid_cents,
    payer_account_cents,
    scheme_initial_investment,
    full_investment,
):
    """Spend the initial investment in two years, half federal, half Flemish, on structures and records."""
    monthly = scheme_initial_investment[0] / INVESTMENT_MONTHS
    if 0 <= clock_month[0] < INVESTMENT_MONTHS and monthly > 0.0:
        for z in range(zone_population.size):
            cents = round(100.0 * monthly * zone_population[z])
            post_payment(FEDERAL, SCHEMES, INVESTMENT, cents // 2,
                         payer_paid_cents, payer_account_cents, zone_paid_cents, z)  # fmt: skip
            post_payment(FLEMISH, SCHEMES, INVESTMENT, cents - cents // 2,
                         payer_paid_cents, payer_account_cents, zone_paid_cents, z)  # fmt: skip
            zone_scheme_cents[z] += cents
            zone_infrastructure[z] = min(1.0, zone_infrastructure[z] + monthly / full_investment)


@process("councils", APPLY + 3, writes=("payer_recent_cents", "payer_usual_cents"))
def follow_spending(payer_paid_cents, payer_recent_cents, payer_usual_cents):
    """Smooth what each payer pays for care at home over about a year and about four, so that growth shows.

    Home nursing and home care: what either tier could shift to the other. Both are paid for demand and
    capacity, not for drawn visits, so that what is seen hardly depends on how many people an agent is.
    """
    n_posts = payer_paid_cents.shape[1] // N_RECIPIENTS
    for p in range(N_PAYERS):
        paid = 0.0
        for d in (HOME_NURSING, HOME_CARE):
            paid += float(payer_paid_cents[p, d * n_posts : (d + 1) * n_posts].sum())
        if payer_usual_cents[p] == 0.0:
            payer_recent_cents[p] = payer_usual_cents[p] = paid
        payer_recent_cents[p] += (paid - payer_recent_cents[p]) / 12.0
        payer_usual_cents[p] += (paid - payer_usual_cents[p]) / 48.0


@process(
    "councils",
    PREPARE + 4,
    writes=(
        *("scheme_savings_since", "zone_benchmark", "zone_savings", "zone_savings_hope"),
        "zone_savings_noise",
    ),
)
def draw_up_accounts(
    clock_month,
    scheme_mode,
    scheme_start_month,
    scheme_virtual_months,
    scheme_one_sided_months,
    scheme_risk_adjustment,
    scheme_savings_since,
    discipline_mix,
    discipline_fee_eur,
    joint_savings,
    zone_population,
    zone_first_provider,
    zone_n_practices,
    zone_last_provider,
    zone_benchmark,
    zone_savings,
    zone_savings_hope,
    zone_savings_noise,
    provider_discipline,
    provider_patients,
    provider_need,
    provider_expected,
    provider_accept,
    provider_hand_over,
    provider_shared_record,
    key_savings,
    persons_per_agent,
    loyalty,
    duplicate_without_record,
    readmission,
    hand_over_protection,
    admissions_per_year,
    hospital_contacts_per_year,
    fee_stay,
    savings_share,
    savings_cap,
    cost_noise,
):
    """Draw up each zone's joint account against a benchmark frozen when joint savings begin.

    Cost is what is to be expected, so that it does not depend on how many people an agent stands for: need at
    normal prices, readmissions by hand-over, repeated services by shared records. The benchmark follows the
    people's need as far as it is adjusted for risk; for the rest it takes no note of need per head growing
    over all zones (a zone's own luck is the noise below). Once a year chance is added (sd = noise /
    sqrt(inhabitants), dossier 5.2.8) and the members' part set for the next year, shared as if all were
    members: gains only, until the stage in which nothing can be lost is over. Years and stage count from when
    joint savings pay. Members hope for what full hand-over and shared records would save.
    """
    start = scheme_start_month[0]
    entry = entry_month(scheme_mode, scheme_start_month, scheme_virtual_months)
    joint = np.zeros(N_DISCIPLINES)
    for d in range(N_DISCIPLINES):
        for m in range(joint_savings.size):
            joint[d] += joint_savings[m] * discipline_mix[d, m]
    if joint.sum() == 0.0 or clock_month[0] < start:
        scheme_savings_since[0] = 0.0
        for z in range(zone_population.size):
            zone_savings[z] = zone_savings_hope[z] = zone_savings_noise[z] = 0.0
            zone_benchmark[z, :] = 0.0
        return
    scheme_savings_since[0] += 1.0
    now = min(clock_month[0] - entry, scheme_savings_since[0] - 1.0)
    n_zones = zone_population.size
    cost, least, needs, people = np.zeros(n_zones), np.zeros(n_zones), np.zeros(n_zones), np.zeros(n_zones)
    stays = admissions_per_year / hospital_contacts_per_year
    for z in range(zone_population.size):
        need = again = never = twice = 0.0
        first = zone_first_provider[z]
        for j in range(first, first + zone_n_practices[z]):
            people[z] += provider_patients[j] * persons_per_agent
            for d in range(N_DISCIPLINES):
                need += provider_need[j, d] * discipline_fee_eur[d]
            admissions = provider_need[j, HOSPITAL] * stays * fee_stay
            need += admissions
            seen = provider_hand_over[j] * provider_accept[j]
            again += admissions * readmission * (1.0 - hand_over_protection * seen)
            never += admissions * readmission * (1.0 - hand_over_protection)
            elsewhere = provider_need[j, GP] * (1.0 - loyalty * provider_accept[j]) * discipline_fee_eur[GP]
            twice += elsewhere * duplicate_without_record * (1.0 - provider_shared_record[j] ** 2)
        cost[z], least[z], needs[z] = need + again + twice, need + never, need
        if zone_benchmark[z, 0] == 0.0:
            zone_benchmark[z, 0], zone_benchmark[z, 1], zone_benchmark[z, 2] = cost[z], need, people[z]
    per_head = needs.sum() / people.sum() / (zone_benchmark[:, 1].sum() / zone_benchmark[:, 2].sum())
    adjusted = scheme_risk_adjustment[0]
    for z in range(n_zones):
        own = needs[z] / zone_benchmark[z, 1]
        benchmark = zone_benchmark[z, 0] * (adjusted * own + (1.0 - adjusted) * own / per_head)
        zone_savings_hope[z] = 1.0 - least[z] / benchmark
        zone_savings_noise[z] = cost_noise / math.sqrt(zone_population[z])
        if now < 0.0 or now % 12.0 != 11.0:
            continue
        stakes = 0.0
        for j in range(zone_first_provider[z], zone_last_provider[z]):
            d = provider_discipline[j]
            stakes += joint[d] * discipline_fee_eur[d] * provider_expected[j]
        u, v = uniform(key_savings[0], 2 * z), uniform(key_savings[0], 2 * z + 1)
        luck = math.sqrt(-2.0 * math.log(1.0 - u)) * math.cos(2.0 * math.pi * v)
        saved = 1.0 - cost[z] / benchmark + zone_savings_noise[z] * luck
        zone_savings[z] = 0.0
        if stakes > 0.0:
            zone_savings[z] = clip(savings_share * saved * benchmark / stakes, -savings_cap, savings_cap)
        if now < scheme_one_sided_months[0]:
            zone_savings[z] = max(0.0, zone_savings[z])
