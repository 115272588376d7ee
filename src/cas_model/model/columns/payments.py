"""Columns of how disciplines are paid, and of the accounts of payers and recipients."""

from __future__ import annotations

from cas_model.config.vocabulary import N_METHODS, N_PAYERS, N_POSTS, N_RECIPIENTS
from cas_model.model.columns.column import BIG, column

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
column(
    "provider",
    "due_eur",
    "f8",
    0,
    "EUR/month",
    "what the provider is due this month, per method",
    0,
    BIG,
    width=N_METHODS,
)
column("provider", "account_cents", "i8", 0, "cent", "payments received since the start", -BIG, BIG)
column(
    "payer",
    "paid_cents",
    "i8",
    0,
    "cent",
    "paid this month, per recipient and method",
    -BIG,
    BIG,
    width=N_RECIPIENTS * N_POSTS,
    monthly=True,
)
column("payer", "account_cents", "i8", 0, "cent", "paid since the start", -BIG, BIG)
column("zone", "account_cents", "i8", 0, "cent", "received by the council since the start", -BIG, BIG)
column(
    "zone",
    "paid_cents",
    "i8",
    0,
    "cent",
    "paid this month for the zone, per payer",
    -BIG,
    BIG,
    width=N_PAYERS,
    monthly=True,
)
column(
    "zone",
    "governance_cents",
    "i8",
    0,
    "cent",
    "of which for councils and meta-governors",
    -BIG,
    BIG,
    monthly=True,
)
column("region", "account_cents", "i8", 0, "cent", "received by meta-governors since the start", -BIG, BIG)
