"""Columns of how providers are paid, of payment schemes, and of the accounts of payers and recipients."""

from __future__ import annotations

from cas_model.config.declarations import PAYMENT_METHODS
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.registry import load_package
from cas_model.config.vocabulary import N_PAYERS, N_RECIPIENTS, OTHER_POSTS
from cas_model.model.columns.column import BIG, column

load_package("cas_model.rules.funding")
METHODS = tuple(sorted(PAYMENT_METHODS))
"""Payment methods by position: whatever files `rules/funding` holds, in the order of their names."""
POSTS = (*OTHER_POSTS, *METHODS)
"""What a payment is for, by position in the ledger."""

_N = len(METHODS)

# --- discipline, and what its mix means for each provider ------------------------------------------------
column("discipline", "mix", "f8", 0, "0-1", "share of each payment method in normal income", width=_N)
column("discipline", "former_mix", "f8", 0, "0-1", "the same before a new mix comes in", width=_N)
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
column("provider", "mix", "f8", 0, "0-1", "share of each payment method in its normal income", width=_N)
column(
    "provider",
    "due_eur",
    "f8",
    0,
    "EUR/month",
    "what the provider is due this month, per method",
    0,
    BIG,
    width=_N,
)
for _name, _unit, _meaning, _low, _high in (
    ("expected", "contacts/month", "contacts that pay for people, not for volume, is reckoned by", 0, BIG),
    ("scheme", "0-1", "share of the new mix by which it is paid", 0, 1),
    ("savings_share", "0-1", "share of its income that depends on joint savings", 0, 1),
    ("stake", "0-1", "share of income that the new mix changes, or will after shadow accounts", 0, 1),
    (
        "volume_change",
        "-1..1",
        "what the new mix changes, or would in shadow accounts, of its volume share",
        -1,
        1,
    ),
    ("rebuilt", "-1..1", "change of volume share around which it has rebuilt its work", -1, 1),
    ("uptake", "0-1", "the same as a part of what the new mix changes", 0, 1),
    ("uptake_limit", "0-1", "how far it would, as things stand this month", 0, 1),
    ("uptake_pace", "per month", "speed at which it does", 0, 1),
    ("willingness", "ratio", "its wish to join a voluntary scheme, 1 normal", 0, BIG),
    ("leaving", "per month", "chance that it leaves the scheme", 0, 1),
    ("safe_months", "months", "months in the scheme in which nothing could be lost", 0, 600),
    ("overhead", "0-1", "administration of double accounts, of payments", 0, 1),
):
    column("provider", _name, "f8", 0, _unit, _meaning, _low, _high)

# --- the scheme, and what the councils' zones have of it -------------------------------------------------
for _term in FUNDING_TERMS.values():
    _key = _term.column.removeprefix("scheme_")
    column("scheme", _key, "f8", _term.default, _term.unit, _term.meaning, _term.low, _term.high)
column("scheme", "savings_since", "f8", 0, "months", "months that joint savings have been in a mix", 0, BIG)
for _name, _unit, _meaning, _low, _high in (
    ("infrastructure", "0-1", "structures and records built by initial investment", 0, 1),
    ("savings", "0-1", "what last year's joint account adds to pay by joint savings", -1, 1),
    ("savings_hope", "-1..1", "share of cost that members see themselves save together", -1, 1),
    ("savings_noise", "0-1", "spread of a year's account by chance alone", 0, BIG),
):
    column("zone", _name, "f8", 0, _unit, _meaning, _low, _high)
column(
    "zone",
    "benchmark",
    "f8",
    0,
    "EUR/month, EUR/month, persons",
    "when the scheme began: expected cost, need at normal prices, people",
    0,
    BIG,
    width=3,
)
column(
    "zone",
    "shifted",
    "f8",
    0,
    "contacts/month",
    "tasks shifted to another tier's staff",
    0,
    BIG,
    monthly=True,
)

# --- accounts --------------------------------------------------------------------------------------------
for _name, _meaning in (
    ("recent_cents", "monthly spending of about the last year"),
    ("usual_cents", "monthly spending of about the last four years"),
):
    column("payer", _name, "f8", 0, "cent/month", _meaning, 0, 1e15)
column("provider", "account_cents", "i8", 0, "cent", "payments received since the start", -BIG, BIG)
column(
    "payer",
    "paid_cents",
    "i8",
    0,
    "cent",
    "paid this month, per recipient and post",
    -BIG,
    BIG,
    width=N_RECIPIENTS * len(POSTS),
    monthly=True,
)
column("payer", "account_cents", "i8", 0, "cent", "paid since the start", -BIG, BIG)
column("zone", "account_cents", "i8", 0, "cent", "received by the council since the start", -BIG, BIG)
column(
    "zone", "scheme_cents", "i8", 0, "cent", "received to build and run schemes since the start", -BIG, BIG
)
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
