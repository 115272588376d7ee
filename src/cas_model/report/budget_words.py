"""The budget in words: when extra spending is paid back, who pays and who saves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.declarations import PAYMENT_METHODS
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.money import (
    DISCOUNT_RATES,
    NEVER_DEARER,
    NOT_PAID_BACK,
    PAID_BACK,
    PERIODS,
)
from cas_model.report.number_format import MISSING, THIN, format_interval, format_number, sentence_case
from cas_model.report.palette import PAYER_LABELS, payer_label

POSTS = {
    "core_funding": "councils' core funding",
    "project_funding": "project funding",
    "governance": "meta-governors",
    "administration": "administration",
    "investment": "investment",
}
"""Posts of the ledger that pay for something else than care."""
SECTOR_LABELS = {
    "health": "health care",
    "welfare": "welfare",
    "governance": "councils, meta-governors",
    "schemes": "schemes",
}
"""Recipients as columns of a table; schemes: who builds and administers the ways of paying."""
RATE = f"{100 * DISCOUNT_RATES[-1]:.0f}{THIN}%"
TOO_SMALL = 0.005
"""EUR per inhabitant a year that shows as nothing."""


def method_label(method: str) -> str:
    """Return what a payment is for, as readers know it."""
    if method in PAYMENT_METHODS:
        return PAYMENT_METHODS[method].label.lower()
    return POSTS.get(method, method.replace("_", " "))


def duration(months: int) -> str:
    """Say a number of months, in years when they are whole.

    Examples
    --------
    >>> duration(1), duration(30), duration(120), duration(12)
    ('1 month', '30 months', '10 years', '1 year')
    """
    number, unit = (months // 12, "year") if months and months % 12 == 0 else (months, "month")
    return f"{number} {unit}" + ("" if number == 1 else "s")


def payback_words(rows: pd.DataFrame) -> str:
    """Say in how many seeds a world pays back, from rows of ``break_even`` of one pair of worlds."""
    n, said = len(rows), []
    back = rows.loc[rows["status"] == PAID_BACK, "months"].astype(int)
    if len(back):
        first, last = duration(back.min()), duration(back.max())
        when = first if first == last else f"{first} to {last}"
        said.append(f"has paid back its extra spending in {len(back)} of {n} seeds (after {when})")
    for status, words in (
        (NEVER_DEARER, "was never dearer"),
        (NOT_PAID_BACK, "has not paid back its extra spending"),
    ):
        count = int((rows["status"] == status).sum())
        if count:
            said.append(f"{words} in {count} of {n} seeds")
    joined = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    return joined.replace("of 1 seeds", "of 1 seed")


def _final(eur: pd.Series) -> str:
    values = eur.to_numpy(dtype=float)
    low, high = paired_interval(np.zeros(len(values)), values)
    span = format_interval(low, high, 1)
    sure = "one seed gives no interval" if span == MISSING else f"95{THIN}% interval {span}"
    return f"{format_number(values.mean(), 1, signed=True)} EUR per inhabitant ({sure})"


def break_even_sentences(table: pd.DataFrame) -> list[str]:
    """Say per other world in how many seeds it breaks even, when, and what it has cost in the end.

    Parameters
    ----------
    table : DataFrame
        See `cas_model.experiments.money.break_even_table`; names of worlds may be replaced by titles.
    """
    return [
        f"Against {first}, {other} {payback_words(rows)}. At the end its extra spending adds up to "
        f"{_final(rows['final_eur'])}; with later euros discounted by {RATE} a year (assumption), to "
        f"{_final(rows['final_discounted_eur'])}"
        for (first, other), rows in table.groupby(["world_a", "world_b"], sort=False, observed=True)
    ]


def accounts_of(spending: pd.DataFrame, by: str, period: str = PERIODS[0]) -> dict[str, dict[str, Any]]:
    """Return the rows of one pair of worlds on one account, by item (see `money.spending_table`)."""
    rows = spending[(spending["by"] == by) & (spending["period"] == period)]
    return {str(row["item"]): {str(k): v for k, v in row.items()} for row in rows.to_dict("records")}


def payer_rows(spending: pd.DataFrame) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return headings and cells of who pays more and who less, and to whom the money goes.

    Parameters
    ----------
    spending : DataFrame
        Rows of one pair of worlds (see `cas_model.experiments.money.spending_table`).

    Returns
    -------
    tuple of (tuple of str, list of list of str)
        A row per payer, and all payers; a column per sector that receives anything, and the total with its
        interval. Differences in EUR per inhabitant a year.
    """
    cross, total = accounts_of(spending, "payer and sector"), accounts_of(spending, "total")["all"]
    payers, sectors = accounts_of(spending, "payer"), accounts_of(spending, "sector")
    shown = [sector for sector in SECTOR_LABELS if sector in sectors]

    def change(row: dict[str, Any] | None) -> str:
        return format_number(row["difference"], 2, signed=True) if row else ""

    def interval(row: dict[str, Any]) -> str:
        return format_interval(row["low"], row["high"], 2)

    cells = [
        [
            sentence_case(payer_label(payer)),
            *(change(cross.get(f"{payer} to {sector}")) for sector in shown),
            change(payers[payer]),
            interval(payers[payer]),
        ]
        for payer in PAYER_LABELS
        if payer in payers
    ]
    cells.append(["All payers", *(change(sectors[s]) for s in shown), change(total), interval(total)])
    columns = ("Payer", *(f"to {SECTOR_LABELS[s]}" for s in shown), "in all", "95 % interval")
    return columns, cells
