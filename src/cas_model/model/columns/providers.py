"""Columns of providers, of the ties between them, and of how their disciplines are paid."""

from __future__ import annotations

from cas_model.config.vocabulary import N_DISCIPLINES, PANELS
from cas_model.model.columns.column import BIG, column

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
    ("effort_ceiling", "f8", 1, "0-1", "coordination effort that the law allows", 0, 1),
    (
        "volume_share",
        "f8",
        0.8,
        "0-1",
        "felt share of income that follows the volume of contacts",
        0,
        1,
    ),
    ("tie_seeking", "f8", 0, "0-1", "propensity to look for new partners this month", 0, 50),
    ("mean_trust", "f8", 0.4, "0-1", "mean trust in present partners", 0, 1),
    ("attendance", "f8", 0.3, "0-1", "share of council meetings attended", 0, 1),
    ("attended", "f8", 0.3, "0-1", "attendance of the past months, as councils remember it", 0, 1),
    ("shared_record", "f8", 0.2, "0-1", "use of the shared record", 0, 1),
    ("follow_up", "f8", 0.3, "0-1", "chance that a contact is followed up", 0, 1),
    ("hand_over", "f8", 0.4, "0-1", "chance that a discharge is handed over to the practice", 0, 1),
    ("hand_over_drive", "f8", 0, "logit", "sum of this month's reasons for hand-over", -50, 50),
    ("case_management", "f8", 0, "0-1", "case management that supports the practice", 0, 1),
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
    "provider",
    "need_by_panel",
    "i8",
    0,
    "fixed point",
    "monthly need of each discipline by the registered patients, per annual panel",
    0,
    BIG,
    width=PANELS * N_DISCIPLINES,
)
column(
    "provider",
    "need",
    "f8",
    0,
    "contacts/month",
    "need of each discipline by the registered patients, in persons",
    0,
    BIG,
    width=N_DISCIPLINES,
)

# --- tie: a relation that a provider keeps with a partner ------------------------------------------------
for _name, _type, _start, _unit, _meaning, _low, _high in (
    ("partner", "i4", -1, "provider row", "the partner, -1 when the slot is empty", -1, BIG),
    ("trust", "f8", 0.3, "0-1", "trust in the partner", 0, 1),
    ("history", "f8", 0, "-1..1", "signed memory of joint work", -1, 1),
    ("contact", "f8", 0.3, "0-1", "how regularly the two meet", 0, 1),
    ("formal", "i1", 0, "0/1", "a formal agreement, not an informal contact", 0, 1),
    ("learning", "f8", 1, "ratio", "speed at which trust grows, lower across divides", 0, 5),
    ("event", "i1", 0, "code", "joint work this month: 1 success, -1 breach, 0 none", -1, 1),
    ("task_drive", "f8", 0, "logit", "sum of this month's reasons for a joint task to succeed", -50, 50),
    ("contact_drive", "f8", 0, "-", "sum of this month's reasons to meet", -50, 50),
    ("task", "f8", 0.4, "0-1", "chance that a joint task succeeds this month", 0, 1),
    ("breaches", "i4", 0, "n", "agreements broken since the tie began", 0, BIG),
    ("filled", "i4", 0, "row", "scratch: the slots that have a partner this month, listed", 0, BIG),
):
    column("tie", _name, _type, _start, _unit, _meaning, _low, _high)
column("count", "ties", "i8", 0, "n", "slots that have a partner this month", 0, BIG)
