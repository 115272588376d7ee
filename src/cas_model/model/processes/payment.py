"""Phase payment: what providers and councils are due, who pays, and a ledger that closes to the cent."""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    ADMINISTRATION,
    CARE_COUNCILS,
    CORE_FUNDING,
    GOVERNANCE,
    GP,
    HOSPITAL,
    META_GOVERNORS,
    N_DISCIPLINES,
    N_PAYERS,
    N_RECIPIENTS,
    OTHER_POSTS,
    PARTIAL,
    PROJECT_FUNDING,
    SCHEMES,
    VIRTUAL,
    VOLUNTARY,
)

N_OTHER_POSTS = len(OTHER_POSTS)

FEES = tuple(
    parameter(
        f"fee_{name}", value, value / 2, value * 2, "EUR/contact", "assumption", f"normal income per {what}"
    )
    for name, value, what in (
        ("gp", 30.0, "GP contact"),
        ("home_nursing", 12.0, "home nursing visit"),
        ("pharmacy", 25.0, "pharmacy visit, medicines included"),
        ("allied_health", 30.0, "allied health session"),
        ("mental_health", 70.0, "mental health contact"),
        ("hospital", 180.0, "outpatient hospital contact"),
        ("welfare", 60.0, "welfare contact"),
        ("home_care", 35.0, "home care visit"),
    )
)
parameter("fee_stay", 5500.0, 3000.0, 9000.0, "EUR/stay", "assumption", "normal income per hospital stay")
parameter("meta_governor_cost", 0.20, 0.05, 0.60, "EUR/inhabitant/year", "assumption",
          "running cost of a meta-governor of full capacity")  # fmt: skip
parameter("meeting_pay", 0.30, 0.10, 1.00, "EUR/inhabitant/year", "assumption; R45 asks for pay",
          "cost of paying all council participation")  # fmt: skip
parameter("administration_share", 0.005, 0.0, 0.03, "0-1", "assumption",
          "cost of administering pay that does not follow volume, of that pay")  # fmt: skip

FEDERAL, FLEMISH, LOCAL, PATIENT = range(N_PAYERS)  # public payers first
_FEDERAL_SCOPE, _INTERFEDERAL_SCOPE = 3.0, 4.0


@njit(cache=True, nogil=True)
def entry_month(scheme_mode, scheme_start_month, scheme_virtual_months):
    """Return the first month in which somebody may be paid by the new mix: after any shadow accounts."""
    return scheme_start_month[0] + (scheme_virtual_months[0] if scheme_mode[0] == VIRTUAL else 0.0)


@process(
    "payment",
    PREPARE,
    writes=(
        *("provider_scheme", "provider_mix", "provider_volume_change", "provider_volume_share"),
        "provider_savings_share",
    ),
)
def set_terms(
    clock_month,
    scheme_mode,
    scheme_start_month,
    scheme_virtual_months,
    scheme_partial_share,
    discipline_mix,
    discipline_former_mix,
    provider_discipline,
    provider_scheme,
    provider_rebuilt,
    provider_mix,
    provider_volume_change,
    provider_volume_share,
    provider_savings_share,
    volume_based,
    joint_savings,
):
    """Set by what mix each provider is paid: its discipline's former one, moved by its share in the scheme.

    A new mix comes in for all at once (`full`, and `virtual` after its shadow accounts) or in part; who
    volunteers joins later (`change_over`). The volume share is the felt one: whatever pay does, a provider
    lives by the mix around which it has built its work, and by the former one as long as the new is only
    reckoned.
    """
    mode, entry = scheme_mode[0], entry_month(scheme_mode, scheme_start_month, scheme_virtual_months)
    shadow = mode == VIRTUAL and scheme_start_month[0] <= clock_month[0] < entry
    decreed = 0.0 if mode == VOLUNTARY else (scheme_partial_share[0] if mode == PARTIAL else 1.0)
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        if clock_month[0] == entry:
            provider_scheme[j] = decreed
        formerly = now = full = joint = 0.0
        for m in range(volume_based.size):
            former = discipline_former_mix[d, m]
            share = former + provider_scheme[j] * (discipline_mix[d, m] - former)
            provider_mix[j, m] = share
            formerly += volume_based[m] * former
            now += volume_based[m] * share
            full += volume_based[m] * discipline_mix[d, m]
            joint += joint_savings[m] * share
        provider_volume_change[j] = full - formerly if shadow else now - formerly
        provider_volume_share[j] = formerly if shadow else formerly + provider_rebuilt[j]
        provider_savings_share[j] = joint


@process("payment", PREPARE + 1, writes=("provider_delivered", "provider_expected", "provider_due_eur"))
def count_services(
    provider_discipline,
    provider_patients,
    provider_contacts,
    provider_admissions,
    provider_need,
    provider_demand,
    provider_capacity,
    provider_delivered,
    provider_expected,
    provider_due_eur,
    scheme_risk_adjustment,
    persons_per_agent,
    stretch,
    fee_stay,
    fee_hospital,
):
    """Count what was delivered, and what was to be expected, in normal contacts.

    Delivered by practices: contacts drawn this month; by others: expected demand up to stretched capacity; a
    hospital stay counts as its fee in outpatient contacts. Expected of practices: the need of the list as far
    as pay is adjusted for risk, and the mean per head for the rest; of others: their demand.
    """
    need, patients = 0.0, 0
    for j in range(provider_discipline.size):
        if provider_discipline[j] == GP:
            need += provider_need[j, GP]
            patients += provider_patients[j]
    mean = need / patients
    adjusted = scheme_risk_adjustment[0]
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        if d == GP:
            provider_delivered[j] = provider_contacts[j] * persons_per_agent
            average = provider_patients[j] * mean
            provider_expected[j] = adjusted * provider_need[j, GP] + (1.0 - adjusted) * average
        else:
            provider_delivered[j] = min(provider_demand[j], stretch * provider_capacity[j])
            provider_expected[j] = provider_demand[j]
        if d == HOSPITAL:
            provider_delivered[j] += provider_admissions[j] * persons_per_agent * fee_stay / fee_hospital
        provider_due_eur[j, :] = 0.0


@njit(cache=True, nogil=True)
def post_payment(payer, recipient, post, cents, paid, account, by_zone, zone):
    """Book a payment with its payer, in the month's ledger and on the zone for which it is made."""
    paid[payer, recipient * (paid.shape[1] // N_RECIPIENTS) + post] += cents
    account[payer] += cents
    by_zone[zone, payer] += cents


@njit(cache=True, nogil=True)
def _split(share, d, cell, cents, paid, account, by_zone, zone):
    """Split a payment over the payers of a discipline; what rounding leaves falls to the largest."""
    largest = 0
    for p in range(1, N_PAYERS):
        if share[d, p] > share[d, largest]:
            largest = p
    rest = cents
    for p in range(N_PAYERS):
        if p != largest:
            part = int(cents * share[d, p])
            paid[p, cell] += part
            account[p] += part
            by_zone[zone, p] += part
            rest -= part
    paid[largest, cell] += rest
    account[largest] += rest
    by_zone[zone, largest] += rest


@njit(cache=True, nogil=True)
def _pool(share, spent, pooled):
    """Return who pays each discipline when public payers pool part of their budgets.

    From the pool each pays its part of all public spending, so that its total does not change; patients pay
    as before.
    """
    result = share.copy()
    by_payer, public = np.zeros(N_PAYERS), 0.0
    for d in range(N_DISCIPLINES):
        for p in range(PATIENT):
            by_payer[p] += spent[d] * share[d, p]
            public += spent[d] * share[d, p]
    for d in range(N_DISCIPLINES):
        here = 0.0
        for p in range(PATIENT):
            here += share[d, p]
        for p in range(PATIENT):
            if public > 0.0:
                result[d, p] += pooled * (here * by_payer[p] / public - share[d, p])
    return result


@process(
    "payment",
    APPLY,
    writes=(
        "provider_income_eur",
        "provider_account_cents",
        "payer_paid_cents",
        "payer_account_cents",
        "zone_paid_cents",
        "zone_scheme_cents",
    ),
)
def pay_providers(
    provider_discipline,
    provider_due_eur,
    provider_overhead,
    provider_income_eur,
    provider_account_cents,
    payer_paid_cents,
    payer_account_cents,
    discipline_payer_share,
    provider_zone,
    zone_paid_cents,
    zone_scheme_cents,
    scheme_pooled_budget,
    volume_based,
    administration_share,
):
    """Pay what is due, rounded to the cent and split over payers, and what administering it costs."""
    share = discipline_payer_share
    if scheme_pooled_budget[0] > 0.0:
        spent = np.zeros(N_DISCIPLINES)
        for j in range(provider_discipline.size):
            for m in range(volume_based.size):
                overhead = administration_share * (1.0 - volume_based[m]) + provider_overhead[j]
                spent[provider_discipline[j]] += (1.0 + overhead) * provider_due_eur[j, m]
        share = _pool(discipline_payer_share, spent, scheme_pooled_budget[0])
    n_posts = N_OTHER_POSTS + volume_based.size
    for j in range(provider_discipline.size):
        d, z = provider_discipline[j], provider_zone[j]
        income, overhead = 0, 0.0
        for m in range(volume_based.size):
            due = provider_due_eur[j, m]
            if due == 0.0:
                continue
            overhead += (administration_share * (1.0 - volume_based[m]) + provider_overhead[j]) * due
            cents = int(np.rint(100.0 * due))
            if cents != 0:
                _split(share, d, d * n_posts + N_OTHER_POSTS + m, cents,
                       payer_paid_cents, payer_account_cents, zone_paid_cents, z)  # fmt: skip
                income += cents
        provider_account_cents[j] += income
        provider_income_eur[j] = income / 100.0
        cents = int(np.rint(100.0 * overhead))
        _split(share, d, SCHEMES * n_posts + ADMINISTRATION, cents,
               payer_paid_cents, payer_account_cents, zone_paid_cents, z)  # fmt: skip
        zone_scheme_cents[z] += cents


@process(
    "payment",
    APPLY + 1,
    writes=(
        "zone_account_cents",
        "region_account_cents",
        "payer_paid_cents",
        "payer_account_cents",
        "zone_paid_cents",
        "zone_governance_cents",
    ),
)
def pay_governance(
    zone_region,
    zone_population,
    zone_core_eur,
    zone_project_eur,
    zone_cofund_eur,
    zone_population_manager,
    zone_paid_participation,
    zone_meta_scope,
    zone_meta_capacity,
    region_meta_active,
    zone_account_cents,
    region_account_cents,
    payer_paid_cents,
    payer_account_cents,
    zone_paid_cents,
    zone_governance_cents,
    staff_cost,
    meta_governor_cost,
    meeting_pay,
):
    """Pay councils (core and projects Flemish, co-funding local), paid participation and meta-governors."""
    for z in range(zone_region.size):
        core = round(100.0 * (zone_core_eur[z] + zone_population_manager[z] * staff_cost) / 12.0)
        project = round(100.0 * zone_project_eur[z] / 12.0)
        cofund = round(100.0 * zone_cofund_eur[z] / 12.0)
        paid = zone_paid_participation[z] * meeting_pay * zone_population[z]
        meetings = round(100.0 * paid / 12.0)
        post_payment(
            FLEMISH,
            CARE_COUNCILS,
            CORE_FUNDING,
            core,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        post_payment(
            FLEMISH,
            CARE_COUNCILS,
            PROJECT_FUNDING,
            project,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        post_payment(
            LOCAL,
            CARE_COUNCILS,
            CORE_FUNDING,
            cofund,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        post_payment(
            FLEMISH,
            CARE_COUNCILS,
            GOVERNANCE,
            meetings,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        zone_account_cents[z] += core + project + cofund + meetings
        zone_governance_cents[z] += core + project + cofund + meetings
        r = zone_region[z]
        if region_meta_active[r] == 0.0:
            continue
        cost = meta_governor_cost * zone_meta_capacity[z] * zone_population[z]
        cents = round(100.0 * cost / 12.0)
        scope = zone_meta_scope[z]
        federal = cents if scope == _FEDERAL_SCOPE else (cents // 2 if scope == _INTERFEDERAL_SCOPE else 0)
        post_payment(
            FEDERAL,
            META_GOVERNORS,
            GOVERNANCE,
            federal,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        post_payment(
            FLEMISH,
            META_GOVERNORS,
            GOVERNANCE,
            cents - federal,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        region_account_cents[r] += cents
        zone_governance_cents[z] += cents
