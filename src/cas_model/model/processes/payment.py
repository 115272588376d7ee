"""Phase payment: what providers and councils are due, who pays, and a ledger that closes to the cent."""

from __future__ import annotations

import numpy as np
from numba import njit

from cas_model.config.declarations import APPLY, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    CARE_COUNCILS,
    CORE_FUNDING,
    DISCIPLINES,
    FEE_FOR_SERVICE,
    GOVERNANCE,
    GP,
    HOSPITAL,
    META_GOVERNORS,
    N_METHODS,
    N_PAYERS,
    N_POSTS,
    PROJECT_FUNDING,
)

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

PAYER_SHARES = np.array(
    (
        (0.80, 0.00, 0.00, 0.20),
        (0.95, 0.00, 0.00, 0.05),
        (0.78, 0.00, 0.00, 0.22),
        (0.75, 0.00, 0.00, 0.25),
        (0.55, 0.30, 0.00, 0.15),
        (0.90, 0.03, 0.00, 0.07),
        (0.00, 0.62, 0.33, 0.05),
        (0.00, 0.70, 0.05, 0.25),
    )
)
"""Who pays, per discipline (federal, Flemish, local, patient): tiers F22, F23, F25; sizes assumption."""
assert PAYER_SHARES.shape == (len(DISCIPLINES), N_PAYERS)

FEDERAL, FLEMISH, LOCAL, PATIENT = range(N_PAYERS)
_FEDERAL_SCOPE, _INTERFEDERAL_SCOPE = 3.0, 4.0


@process("payment", PREPARE, writes=("provider_delivered", "provider_due_eur", "provider_volume_share"))
def count_services(
    provider_discipline,
    provider_contacts,
    provider_admissions,
    provider_demand,
    provider_capacity,
    provider_delivered,
    provider_due_eur,
    provider_volume_share,
    discipline_mix,
    persons_per_agent,
    stretch,
    fee_stay,
    fee_hospital,
):
    """Count what was delivered, in normal contacts.

    Practices: contacts drawn this month; other disciplines: expected demand up to stretched capacity; a
    hospital stay counts as its fee in outpatient contacts.
    """
    for j in range(provider_discipline.size):
        d = provider_discipline[j]
        if d == GP:
            provider_delivered[j] = provider_contacts[j] * persons_per_agent
        else:
            provider_delivered[j] = min(provider_demand[j], stretch * provider_capacity[j])
        if d == HOSPITAL:
            provider_delivered[j] += provider_admissions[j] * persons_per_agent * fee_stay / fee_hospital
        provider_volume_share[j] = discipline_mix[d, FEE_FOR_SERVICE]
        for m in range(N_METHODS):
            provider_due_eur[j, m] = 0.0


@njit(cache=True, nogil=True)
def _post(payer, recipient, post, cents, paid, account, by_zone, zone):
    paid[payer, recipient * N_POSTS + post] += cents
    account[payer] += cents
    by_zone[zone, payer] += cents


@process(
    "payment",
    APPLY,
    writes=(
        "provider_income_eur",
        "provider_account_cents",
        "payer_paid_cents",
        "payer_account_cents",
        "zone_paid_cents",
    ),
)
def pay_providers(
    provider_discipline,
    provider_due_eur,
    provider_income_eur,
    provider_account_cents,
    payer_paid_cents,
    payer_account_cents,
    discipline_payer_share,
    provider_zone,
    zone_paid_cents,
):
    """Pay what is due, rounded to the cent and split over payers; rounding falls to the largest payer."""
    for j in range(provider_discipline.size):
        d, z = provider_discipline[j], provider_zone[j]
        largest = 0
        for p in range(N_PAYERS):
            if discipline_payer_share[d, p] > discipline_payer_share[d, largest]:
                largest = p
        income = 0
        for m in range(N_METHODS):
            cents = round(100.0 * provider_due_eur[j, m])
            if cents == 0:
                continue
            rest = cents
            for p in range(N_PAYERS):
                if p != largest:
                    part = int(cents * discipline_payer_share[d, p])
                    _post(p, d, m, part, payer_paid_cents, payer_account_cents, zone_paid_cents, z)
                    rest -= part
            _post(largest, d, m, rest, payer_paid_cents, payer_account_cents, zone_paid_cents, z)
            income += cents
        provider_account_cents[j] += income
        provider_income_eur[j] = income / 100.0


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
        _post(
            FLEMISH,
            CARE_COUNCILS,
            CORE_FUNDING,
            core,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        _post(
            FLEMISH,
            CARE_COUNCILS,
            PROJECT_FUNDING,
            project,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        _post(
            LOCAL,
            CARE_COUNCILS,
            CORE_FUNDING,
            cofund,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        _post(
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
        _post(
            FEDERAL,
            META_GOVERNORS,
            GOVERNANCE,
            federal,
            payer_paid_cents,
            payer_account_cents,
            zone_paid_cents,
            z,
        )
        _post(
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
