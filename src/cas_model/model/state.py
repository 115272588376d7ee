"""Every column of the model, declared once: table, type, unit, range and meaning.

Tables are plain contiguous arrays. Patients are rows ordered by zone, providers by zone and discipline; a
provider owns `SLOTS` tie rows (one main partner per discipline and two peers), so that tie
``provider * SLOTS + slot`` needs no index. Zone columns hold the care council of the zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.vocabulary import (
    GOALS,
    LEVELS,
    N_CLUSTERS,
    N_DISCIPLINES,
    N_METHODS,
    N_PAYERS,
    N_POSTS,
    N_RECIPIENTS,
    N_TOPICS,
    PANELS,
    QUINTILES,
    SLOTS,
)


@dataclass(frozen=True)
class Column:
    """A column: its table, element type, width (1 for a vector), start value, unit, range, meaning."""

    table: str
    name: str
    dtype: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    width: int = 1
    monthly: bool = False

    @property
    def key(self) -> str:
        """The name by which kernels bind it: ``<table>_<column>``."""
        return f"{self.table}_{self.name}"


COLUMNS: dict[str, Column] = {}


def column(
    table: str,
    name: str,
    dtype: str,
    default: float,
    unit: str,
    meaning: str,
    low: float = 0.0,
    high: float = 1.0,
    width: int = 1,
    monthly: bool = False,
) -> Column:
    """Declare a column; `monthly` columns are set back to their start value as each month begins."""
    new = Column(table, name, dtype, default, unit, low, high, meaning, width, monthly)
    if new.key in COLUMNS:
        raise ValueError(f"column `{new.key}` is declared twice")
    COLUMNS[new.key] = new
    return new


BIG = 1e12

# --- patient: an inhabitant, standing for `persons_per_agent` people -------------------------------------
for _name, _type, _start, _unit, _meaning, _low, _high in (
    ("birth_month", "i2", 0, "month", "calendar month of birth (0 = first policy month)", -1500, 3000),
    ("practice", "i4", 0, "provider row", "general practice where the patient is registered", 0, BIG),
    ("alternate", "i4", -1, "provider row", "practice last seen elsewhere, -1 none", -1, BIG),
    ("municipality", "i2", 0, "row", "municipality of residence", 0, 999),
    ("network", "i1", 0, "row", "hospital network the patient uses", 0, 99),
    ("rank", "f4", 0.5, "0-1", "fractional socio-economic rank, 0 poorest", 0, 1),
    ("literacy", "f4", 0.5, "0-1", "health literacy", 0, 1),
    ("digital", "u1", 1, "0/1", "has digital access and skills", 0, 1),
    ("frailty", "f4", 1.0, "ratio", "unobserved propensity to need contacts, mean 1", 0, 50),
    ("n_conditions", "u1", 0, "n", "long-term conditions", 0, 20),
    ("mental", "u1", 0, "0/1", "long-term mental health condition", 0, 1),
    ("social_need", "u1", 0, "0/1", "has a welfare or social-care need", 0, 1),
    ("informal_care", "u1", 0, "0/1", "has an informal carer", 0, 1),
    ("complex", "u1", 0, "0/1", "complex patient: >= 3 conditions, or condition with social need", 0, 1),
    ("plan", "u1", 0, "0/1", "has a shared care plan", 0, 1),
    ("coordinator", "u1", 0, "0/1", "has a named care coordinator", 0, 1),
    ("health", "f4", 0.8, "0-1", "health-related utility", 0, 1),
    ("experience", "f4", 0.5, "0-1", "latent experience of care over the last year", 0, 1),
    ("contact_rate", "f4", 0.4, "per month", "expected need of GP contacts", 0, 30),
    ("barrier", "f4", 0.01, "0-1", "share of needed contacts the patient forgoes unaided", 0, 1),
    ("admission_hazard", "f4", 0.01, "per month", "expected hospital admissions", 0, 1),
    ("avoidable_share", "f4", 0.1, "0-1", "share of that hazard which good ambulatory care avoids", 0, 1),
    ("continuity", "f4", 0.7, "0-1", "usual provider continuity of the last panel year", 0, 1),
    ("pending", "u1", 0, "months", "months an unmet request has waited", 0, 12),
    ("needs", "u1", 0, "n", "need events this month (bits 0-2) and admission (bit 7)", 0, 255),
    ("active", "i4", 0, "row", "scratch: rows with a request this month, listed per zone", 0, BIG),
    ("year_own", "u1", 0, "n", "contacts with the own practice in the running panel year", 0, 255),
    ("year_alternate", "u1", 0, "n", "contacts with the current alternate", 0, 255),
    ("year_other", "u1", 0, "n", "contacts with former alternates", 0, 255),
    ("year_other_squares", "u2", 0, "n", "sum of squared contacts with former alternates", 0, 65535),
    ("year_other_most", "u1", 0, "n", "most contacts with one former alternate", 0, 255),
    ("year_practices", "u1", 0, "n", "distinct former alternates seen", 0, 255),
    ("year_repeats", "u1", 0, "n", "visits made to the practice of the visit before", 0, 255),
    ("last_practice", "u1", 0, "code", "practice of the last visit: 0 none, 1 own, 2 alternate", 0, 2),
    ("year_unmet", "u1", 0, "n", "needs forgone or lost in the running panel year", 0, 255),
    ("year_followed", "u1", 0, "n", "contacts followed up afterwards", 0, 255),
    ("year_referred", "u1", 0, "n", "joint tasks with other care or welfare providers", 0, 255),
    ("year_coordinated", "u1", 0, "n", "joint tasks that were handed over well", 0, 255),
):
    column("patient", _name, _type, _start, _unit, _meaning, _low, _high)

# --- provider: a practice, team or facility -------------------------------------------------------------
for _name, _type, _start, _unit, _meaning, _low, _high in (
    ("discipline", "i1", 0, "code", "index into DISCIPLINES", 0, 7),
    ("welfare", "i1", 0, "0/1", "belongs to the welfare sector", 0, 1),
    ("line", "i1", 1, "0-3", "care line", 0, 3),
    ("zone", "i2", 0, "row", "primary care zone", 0, 999),
    ("municipality", "i2", 0, "row", "municipality", 0, 999),
    ("pillar", "i1", 0, "code", "0 none or public, 1 Catholic, 2 socialist, 3 liberal", 0, 3),
    ("for_profit", "i1", 0, "0/1", "commercial organisation", 0, 1),
    ("network", "i1", -1, "row", "hospital network of a hospital, -1 otherwise", -1, 99),
    ("represents", "f8", 1, "n", "real organisations the row stands for", 0, BIG),
    ("heads", "i4", 1, "n", "professionals at work", 0, BIG),
    ("posts", "i4", 1, "n", "professionals when fully staffed", 0, BIG),
    ("senior_share", "f8", 0.3, "0-1", "share of professionals aged 55 or over", 0, 1),
    ("contacts_per_head", "f8", 458, "per month", "contacts one professional can deliver", 0, BIG),
    ("status", "i1", 1, "code", "new patients: 0 full stop, 1 conditional, 2 open", 0, 2),
    ("capacity", "f8", 0, "contacts/month", "contacts the provider can deliver this month", 0, BIG),
    ("demand", "f8", 0, "contacts/month", "contacts expected of it this month", 0, BIG),
    ("overflow", "f8", 0, "contacts/month", "requests turned away here, smoothed", 0, BIG),
    ("inflow", "f8", 0, "contacts/month", "requests displaced here from others", 0, BIG),
    ("load", "f8", 0.9, "ratio", "demand over capacity", 0, 50),
    ("accept", "f8", 1, "0-1", "share of requests of its own patients it can serve", 0, 1),
    ("accept_new", "f8", 0.5, "0-1", "chance that a patient of another practice is served", 0, 1),
    ("strain", "f8", 0.25, "0-1", "work strain of the staff", 0, 1),
    ("strain_drive", "f8", 0, "-", "sum of this month's pressures on strain", -50, 50),
    ("readiness", "f8", 0.35, "0-1", "readiness to change towards integrated care", 0, 1),
    ("readiness_drive", "f8", 0, "-", "sum of this month's pressures on readiness", -50, 50),
    ("skill", "f8", 0.25, "0-1", "integrated-care competence", 0, 1),
    ("admin", "f8", 0.12, "0-1", "share of working time spent on administration", 0, 1),
    ("self_interest", "f8", 0.5, "0-1", "weight of the own organisation's interest", 0, 1),
    ("coordination", "f8", 0.2, "0-1", "effort put into coordination with others", 0, 1),
    ("coordination_drive", "f8", 0, "logit", "sum of this month's reasons to coordinate", -50, 50),
    ("propensity", "f8", 0, "logit", "learned inclination to coordinate", -5, 5),
    (
        "effort_payoff",
        "f8",
        0,
        "-",
        "what more coordination would bring this month: money, time, joy",
        -50,
        50,
    ),
    ("volume_share", "f8", 0.8, "0-1", "share of income that follows the volume of contacts", 0, 1),
    ("tie_seeking", "f8", 0, "0-1", "propensity to look for new partners this month", 0, 50),
    ("mean_trust", "f8", 0.4, "0-1", "mean trust in present partners", 0, 1),
    ("attendance", "f8", 0.3, "0-1", "share of council meetings attended", 0, 1),
    ("shared_record", "f8", 0.2, "0-1", "use of the shared record", 0, 1),
    ("follow_up", "f8", 0.3, "0-1", "chance that a contact is followed up", 0, 1),
    ("hand_over", "f8", 0.4, "0-1", "chance that a discharge is handed over to the practice", 0, 1),
    ("hand_over_drive", "f8", 0, "logit", "sum of this month's reasons for hand-over", -50, 50),
    ("team_task", "f8", 0.4, "0-1", "chance that a joint task of the practice succeeds", 0, 1),
    ("plan_rate", "f8", 0.01, "per month", "chance that a complex patient gets a shared plan", 0, 1),
    ("coordinator_rate", "f8", 0.01, "per month", "chance that one gets a coordinator", 0, 1),
    ("delivered", "f8", 0, "contacts/month", "normal contacts delivered this month", 0, BIG),
    ("income_eur", "f8", 0, "EUR/month", "payments received this month", 0, BIG),
    ("payoff", "f8", 0, "-", "how well the provider does: money, strain and joint work", -BIG, BIG),
):
    column("provider", _name, _type, _start, _unit, _meaning, _low, _high)
column("provider", "patients", "i8", 0, "agents", "registered patient agents (practices)", 0, BIG)
column(
    "provider", "contacts", "i8", 0, "agents", "contacts delivered this month (agents)", 0, BIG, monthly=True
)
column("provider", "admissions", "i8", 0, "agents", "stays begun this month", 0, BIG, monthly=True)
column(
    "provider", "need_by_panel", "i8", 0, "fixed point",
    "monthly need of each discipline by the registered patients, per annual panel", 0, BIG,
    width=PANELS * N_DISCIPLINES,
)  # fmt: skip
column(
    "provider", "need", "f8", 0, "contacts/month",
    "need of each discipline by the registered patients, in persons", 0, BIG, width=N_DISCIPLINES,
)  # fmt: skip

# --- tie: a relation that a provider keeps with a partner ------------------------------------------------
for _name, _type, _start, _unit, _meaning, _low, _high in (
    ("partner", "i4", -1, "provider row", "the partner, -1 when the slot is empty", -1, BIG),
    ("trust", "f8", 0.3, "0-1", "trust in the partner", 0, 1),
    ("history", "f8", 0, "-1..1", "signed memory of joint work", -1, 1),
    ("contact", "f8", 0.3, "0-1", "how regularly the two meet", 0, 1),
    ("shared_record", "i1", 0, "0/1", "the two share a record", 0, 1),
    ("formal", "i1", 0, "0/1", "a formal agreement, not an informal contact", 0, 1),
    ("learning", "f8", 1, "ratio", "speed at which trust grows, lower across divides", 0, 5),
    ("event", "i1", 0, "code", "joint work this month: 1 success, -1 breach, 0 none", -1, 1),
    ("task_drive", "f8", 0, "logit", "sum of this month's reasons for a joint task to succeed", -50, 50),
    ("contact_drive", "f8", 0, "-", "sum of this month's reasons to meet", -50, 50),
    ("task", "f8", 0.4, "0-1", "chance that a joint task succeeds this month", 0, 1),
    ("breaches", "i4", 0, "n", "agreements broken since the tie began", 0, BIG),
):
    column("tie", _name, _type, _start, _unit, _meaning, _low, _high)

# --- zone: a primary care zone and its care council ------------------------------------------------------
for _name, _start, _unit, _meaning, _low, _high in (
    ("population", 115000, "persons", "inhabitants", 0, BIG),
    ("poverty", 0.08, "0-1", "share of people at risk of poverty", 0, 1),
    ("risk_points", 0, "0-9", "points on the criteria that weight the council budget", 0, 9),
    ("city", 0, "0/1", "the zone is (part of) a city", 0, 1),
    ("largest_municipality", 0.4, "0-1", "population share of the largest municipality", 0, 1),
    ("hospital_misfit", 0.35, "0-1", "share of hospital use outside the zone's main network", 0, 1),
    ("region_misfit", 0.0, "0-1", "population share outside the zone's main region", 0, 1),
    ("misfit", 0.35, "0-1", "share of cross-organisation work across other borders", 0, 1),
    # environment, set by levers
    ("fragmentation", 0.6, "0-1", "competence fragmentation between tiers", 0, 1),
    ("effective_fragmentation", 0.6, "0-1", "fragmentation left after coordination", 0, 1),
    ("mandate", 0.35, "0-1", "clarity of mandates and legal backing", 0, 1),
    ("autonomy", 0.45, "0-1", "room for local decisions", 0, 1),
    ("effective_autonomy", 0.45, "0-1", "autonomy after crisis steering", 0, 1),
    ("floor", 0.6, "0-1", "strength of central minimum standards", 0, 1),
    ("turbulence", 0.3, "per year", "structural reforms announced", 0, 5),
    ("co_decision", 0, "0/1", "levels decide together", 0, 1),
    ("decision_rule", 1, "code", "0 simple majority, 1 per cluster, 2 consensus", 0, 2),
    ("people_seats", 3, "seats", "council seats of the people cluster", 0, 6),
    ("cluster_seats", 6, "seats", "council seats of each other cluster", 1, 6),
    ("paid_participation", 0, "0-1", "share of meeting time that is paid", 0, 1),
    ("population_manager", 0.5, "FTE", "population manager", 0, 3),
    ("core_budget_rate", 1.33, "EUR/weighted inhabitant/year", "core budget", 0, 20),
    ("staff_floor", 0, "FTE", "staff guaranteed to every council", 0, 5),
    ("cofunding_rate", 0, "EUR/inhabitant/year", "co-funding by municipalities", 0, 10),
    ("vision_process", 0, "0-1", "joint sense-making on a shared long-term vision", 0, 1),
    ("inclusive_negotiation", 0, "0-1", "negotiated spaces opened to all actors", 0, 1),
    ("accountability", 0, "0-1", "accountability towards citizens", 0, 1),
    ("information_maturity", 0.25, "0-1", "health information and learning system", 0, 1),
    ("information_lag", 18, "months", "age of the data a council sees", 0, 60),
    ("support_institute", 0.4, "0-1", "support of the institute for primary care", 0, 1),
    ("meta_scope", 0, "code", "0 none, 1 regional, 2 Flemish, 3 federal, 4 interfederal", 0, 4),
    ("meta_neutrality", 0.8, "0-1", "independence of the meta-governor", 0, 1),
    ("meta_capacity", 0.6, "0-1", "capacity of the meta-governor", 0, 1),
    ("meta_sanction", 0.5, "0-1", "power to hold actors to account", 0, 1),
    ("meta_tenure", 6, "years", "term of the meta-governor", 0, 40),
    # council
    ("core_eur", 0, "EUR/year", "core budget", 0, BIG),
    ("project_eur", 0, "EUR/year", "project money", 0, BIG),
    ("cofund_eur", 0, "EUR/year", "co-funding", 0, BIG),
    ("city_staff", 0, "FTE", "city officials who work for the council", 0, 5),
    ("staff", 1, "FTE", "staff net of reporting", 0, 50),
    ("reporting", 0.15, "0-1", "share of staff time spent on justification", 0, 1),
    ("skill", 0.4, "0-1", "competence of the council's staff", 0, 1),
    ("chair", 0.57, "0-1", "quality of the chair", 0, 1),
    ("chair_months", 24, "months", "months left in the chair's term", 0, 600),
    ("legitimacy", 0.35, "0-1", "recognition by the field", 0, 1),
    ("rigidity", 0.1, "0-1", "how far routines have set", 0, 1),
    ("fatigue", 0.2, "0-1", "reform and pilot fatigue", 0, 1),
    ("learning", 0.1, "stock", "lessons drawn from evaluated initiatives", 0, 100),
    ("data", 0.2, "0-1", "how well the council sees its population", 0, 1),
    ("alignment", 0.6, "0-1", "agreement of goals across levels", 0, 1),
    ("decision_pace", 1, "0-1", "share of meetings that come to a vote", 0, 1),
    ("execution_drive", 0, "logit", "sum of reasons for execution this month", -50, 50),
    ("execution", 0.3, "0-1", "chance that a decision is executed in a month", 0, 1),
    ("adopted", 0, "n", "decisions adopted, last 12 months (smoothed)", 0, BIG),
    ("executed", 0, "n", "decisions executed, last 12 months (smoothed)", 0, BIG),
    ("service_gap", 0, "0-1", "shortfall of local support against the Flemish mean", 0, 1),
    # what the month's events do to the zone
    ("demand_factor", 1, "ratio", "need relative to normal", 0, 10),
    ("absence", 0, "0-1", "share of staff absent", 0, 1),
    ("mortality_factor", 1, "ratio", "mortality relative to normal", 0, 20),
    ("urgency", 0, "0-1", "shared urgency of a crisis", 0, 1),
    ("barrier_factor", 1, "ratio", "what outreach leaves of patients' barriers", 0, 5),
):
    column("zone", _name, "f8", _start, _unit, _meaning, _low, _high)
column("zone", "n_active", "i8", 0, "n", "patients with a request this month", 0, BIG)
column("zone", "n_practices", "i8", 0, "n", "general practices (the zone's first providers)", 0, BIG)
column("zone", "region", "i2", 0, "row", "reference region", 0, 999)
column("zone", "first_row", "i8", 0, "row", "first patient row", 0, BIG)
column("zone", "last_row", "i8", 0, "row", "one past the last patient row", 0, BIG)
column("zone", "first_provider", "i8", 0, "row", "first provider row", 0, BIG)
column("zone", "last_provider", "i8", 0, "row", "one past the last provider row", 0, BIG)
column("zone", "power", "f8", 0.25, "0-1", "influence share of each cluster", width=N_CLUSTERS)
column("zone", "power_drive", "f8", 1, "weight", "sum of this month's claims to influence", 0, BIG,
       width=N_CLUSTERS)  # fmt: skip
column("zone", "cluster_attendance", "f8", 0.4, "0-1", "attendance of each cluster", width=N_CLUSTERS)
column("zone", "need_signal", "f8", 0.5, "0-1", "need for each topic as it is", width=N_TOPICS)
column("zone", "perceived_need", "f8", 0.5, "0-1", "need for each topic as the council sees it",
       width=N_TOPICS)  # fmt: skip
column("zone", "backlog", "f8", 0, "n", "adopted decisions that wait for execution, per topic", 0, BIG,
       width=N_TOPICS)  # fmt: skip
column("zone", "initiative", "f8", 0.1, "0-1", "strength of running initiatives, per topic", width=N_TOPICS)
column("zone", "institutionalised", "f8", 0.0, "0-1", "part of each initiative that no longer needs a grant",
       width=N_TOPICS)  # fmt: skip
column("zone", "agenda_items", "f8", 0, "n", "adopted items per proposing cluster (smoothed)", 0, BIG,
       width=N_CLUSTERS)  # fmt: skip
column("zone", "goals", "f8", 0.5, "0-1", "goal vector of the council", width=len(GOALS))

# --- region, authority, support institute ----------------------------------------------------------------
column("region", "goals", "f8", 0.5, "0-1", "goal vector agreed in the region", width=len(GOALS))
column("region", "meta_active", "f8", 0, "0/1", "a meta-governor is in office", 0, 1)
column("region", "meta_months", "f8", 0, "months", "months left in its term", 0, 600)
column("region", "meta_standing", "f8", 0.3, "0-1", "recognition earned by the meta-governor", 0, 1)
column("region", "audits", "f8", 0, "n", "audits held this month", 0, BIG, monthly=True)
column("authority", "goals", "f8", 0.5, "0-1", "goal vector of the tier", width=len(GOALS))
column("authority", "cycle_months", "f8", 36, "months", "months to the next election", 0, 600)
column("institute", "pool", "f8", 0.1, "0-1", "pooled know-how per topic", width=N_TOPICS)

column("network", "size", "f8", 0, "persons", "inhabitants who use the network", 0, BIG)
column("network", "power", "f8", 0, "0-1", "share of all hospital use", 0, 1)
column("network", "seat", "i2", 0, "row", "municipality of the seat", 0, 999)

# --- discipline: how a discipline is paid -----------------------------------------------------------------
column("discipline", "mix", "f8", 0, "0-1", "share of each payment method in normal income", width=N_METHODS)
column(
    "discipline",
    "fee_eur",
    "f8",
    0,
    "EUR",
    "normal income per contact (hospital: per outpatient contact)",
    0,
    BIG,
)
column("discipline", "payer_share", "f8", 0, "0-1", "who pays", width=N_PAYERS)
column("provider", "due_eur", "f8", 0, "EUR/month", "what the provider is due this month, per method", 0, BIG,
       width=N_METHODS)  # fmt: skip
column("provider", "account_cents", "i8", 0, "cent", "payments received since the start", -BIG, BIG)
column("payer", "paid_cents", "i8", 0, "cent", "paid this month, per recipient and method", -BIG, BIG,
       width=N_RECIPIENTS * N_POSTS, monthly=True)  # fmt: skip
column("payer", "account_cents", "i8", 0, "cent", "paid since the start", -BIG, BIG)
column("zone", "account_cents", "i8", 0, "cent", "received by the council since the start", -BIG, BIG)
column("zone", "paid_cents", "i8", 0, "cent", "paid this month for the zone, per payer", -BIG, BIG, width=N_PAYERS,
       monthly=True)  # fmt: skip
column("zone", "governance_cents", "i8", 0, "cent", "of which for councils and meta-governors", -BIG, BIG,
       monthly=True)  # fmt: skip
column("region", "account_cents", "i8", 0, "cent", "received by meta-governors since the start", -BIG, BIG)

# --- measure: what is counted each month, by zone and socio-economic quintile ----------------------------
MEASURES = (
    ("needs", "n", "need events"),
    ("forgone", "n", "needs forgone for barriers (cost, literacy)"),
    ("lost", "n", "needs lost after waiting and searching"),
    ("requests", "n", "contact requests made"),
    ("served", "n", "requests served"),
    ("served_own", "n", "requests served by the own practice"),
    ("delayed", "n", "requests put off to the next month"),
    ("displacements", "n", "search steps made by displaced patients"),
    ("displaced", "n", "requests displaced from the own practice"),
    ("admissions", "n", "hospital admissions"),
    ("discharges_65", "n", "discharges of people aged 65 or over"),
    ("handed_over_65", "n", "of which followed by a GP contact within 7 days"),
    ("avoidable_admissions", "n", "of the admissions, sensitive to ambulatory care"),
    ("readmissions", "n", "readmissions"),
    ("joint_tasks", "n", "joint tasks of practices with other providers for complex patients"),
    ("coordinated_tasks", "n", "of which handed over well"),
    ("duplicated", "n", "services done twice for want of shared information"),
    ("complex", "n", "complex patients"),
    ("covered", "n", "complex patients with shared plan and named coordinator"),
    ("deaths", "n", "deaths"),
    ("panel_persons", "n", "patients whose panel year ends this month"),
    ("panel_rank", "sum", "their socio-economic ranks"),
    ("panel_health", "sum", "their health"),
    ("panel_health_rank", "sum", "their health times rank"),
    ("panel_experience", "sum", "their experience of care"),
    ("panel_any_contact", "n", "of whom at least one GP contact in the year"),
    ("panel_contacts", "n", "their GP contacts in the year"),
    ("panel_unmet", "n", "of whom at least one unmet need in the year"),
    ("panel_unmet_rank", "sum", "ranks of those with unmet need"),
    ("panel_loyal", "n", "of whom UPC >= 0.75 (two or more contacts)"),
    ("panel_two", "n", "of whom two or more contacts"),
    ("panel_coc", "sum", "their Bice-Boxerman index"),
    ("panel_upc", "sum", "their usual provider continuity (one or more contacts)"),
    ("panel_complex", "n", "complex patients in the panel"),
    ("panel_complex_rank", "sum", "their ranks"),
    ("panel_covered", "n", "of whom with shared plan and coordinator"),
    ("panel_covered_rank", "sum", "ranks of those covered"),
    ("panel_complex_experience", "sum", "experience of the complex patients among them"),
    ("panel_multimorbid", "n", "patients with two or more conditions in the panel"),
    ("capacity", "contacts", "what providers could deliver (first quintile column only, as all below)"),
    ("spare", "contacts", "of which not asked for"),
    ("gp_capacity", "contacts", "what general practices could deliver"),
    ("gp_demand", "contacts", "what was expected of general practices"),
    ("heads", "n", "professionals at work"),
    ("posts", "n", "professionals when fully staffed"),
    ("strain", "sum", "strain of professionals"),
    ("coordination", "sum", "coordination effort of professionals"),
    ("readiness", "sum", "readiness to change of professionals"),
    ("organisations", "n", "real organisations"),
    ("ties", "n", "relations of real organisations"),
    ("ties_across", "n", "of which between health and welfare"),
    ("ties_trust", "sum", "their trust"),
    ("ties_breached", "n", "relations broken this month"),
    ("adopted", "n", "council decisions adopted in the last 12 months (smoothed)"),
    ("executed", "n", "council decisions executed in the last 12 months (smoothed)"),
    ("agenda_people", "n", "adopted items proposed by the people cluster (smoothed)"),
    ("agenda_all", "n", "adopted items (smoothed)"),
    ("alignment", "sum", "alignment of goals across levels, one per zone"),
    ("legitimacy", "sum", "legitimacy, one per zone"),
    ("staff", "FTE", "council staff"),
    ("initiatives", "sum", "mean strength of running initiatives, one per zone"),
    ("councils", "n", "councils"),
    ("paid_federal", "EUR", "paid by the federal tier"),
    ("paid_flemish", "EUR", "paid by the Flemish tier"),
    ("paid_local", "EUR", "paid by local authorities"),
    ("paid_patient", "EUR", "paid by patients"),
    ("paid_governance", "EUR", "of all that, for councils and meta-governors"),
)  # fmt: skip
for _name, _unit, _meaning in MEASURES:
    column("measure", _name, "f8", 0, _unit, _meaning, 0, BIG, width=QUINTILES, monthly=True)


class Table:
    """Named arrays of one length; attribute access gives the array itself, not a copy."""

    def __init__(self, name: str, n_rows: int) -> None:
        self.name, self.n_rows = name, n_rows
        self.columns: dict[str, NDArray[Any]] = {}
        declarations = [c for c in COLUMNS.values() if c.table == name]
        if name == "measure":
            # One block, so that a month is reset and recorded in one call.
            self.block = np.zeros((len(declarations), n_rows, QUINTILES))
            self.columns = {c.name: self.block[i] for i, c in enumerate(declarations)}
            return
        for declared in declarations:
            shape = (n_rows,) if declared.width == 1 else (n_rows, declared.width)
            self.columns[declared.name] = np.full(shape, declared.default, dtype=declared.dtype)

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.__dict__["columns"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"table `{self.__dict__.get('name')}` has no column `{name}`") from None

    def __len__(self) -> int:
        return self.n_rows


class State:
    """All tables of one world.

    Parameters
    ----------
    sizes : dict of str to int
        Rows per table: ``patient``, ``provider``, ``zone``, ``region``.
    """

    def __init__(self, sizes: dict[str, int]) -> None:
        n = dict(sizes)
        n["tie"] = n["provider"] * SLOTS
        n |= {"authority": len(LEVELS), "institute": 1, "measure": n["zone"]}
        n |= {"discipline": N_DISCIPLINES, "payer": N_PAYERS}
        self.tables = {name: Table(name, rows) for name, rows in n.items()}
        self._monthly = [self.array(c.key) for c in COLUMNS.values() if c.monthly and c.table != "measure"]

    def __getattr__(self, name: str) -> Table:
        try:
            return self.__dict__["tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"no table `{name}`") from None

    def array(self, key: str) -> NDArray[Any]:
        """Return the array of ``<table>_<column>``."""
        table, name = key.split("_", 1)
        return self.tables[table].columns[name]

    def reset_monthly(self) -> None:
        """Set the columns that count within a month back to their start value."""
        self.measure.block[:] = 0.0
        for array in self._monthly:
            array[:] = 0

    def nbytes(self) -> Iterator[tuple[str, int]]:
        """Yield each table's size in bytes."""
        for name, table in self.tables.items():
            yield name, sum(a.nbytes for a in table.columns.values())
