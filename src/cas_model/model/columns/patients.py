"""Columns of the patients: inhabitants, each standing for `persons_per_agent` people."""

from __future__ import annotations

from cas_model.model.columns.column import BIG, column

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
    ("last_contacts", "u1", 0, "n", "contacts in the last panel year that closed", 0, 255),
    ("last_unmet", "u1", 0, "0/1", "a need was unmet in the last panel year that closed", 0, 1),
    ("last_practice", "u1", 0, "code", "practice of the last visit: 0 none, 1 own, 2 alternate", 0, 2),
    ("year_unmet", "u1", 0, "n", "needs forgone or lost in the running panel year", 0, 255),
    ("year_followed", "u1", 0, "n", "contacts followed up afterwards", 0, 255),
    ("year_referred", "u1", 0, "n", "joint tasks with other care or welfare providers", 0, 255),
    ("year_coordinated", "u1", 0, "n", "joint tasks that were handed over well", 0, 255),
):
    column("patient", _name, _type, _start, _unit, _meaning, _low, _high)
