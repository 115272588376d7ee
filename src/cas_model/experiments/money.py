"""What a world costs more than the first: by account, month by month, and when that is paid back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import DISCIPLINES
from cas_model.experiments.differences import LAST_MONTHS, paired_interval
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.measures import Floats
from cas_model.territory.profiles import SECTOR_IS_WELFARE

DISCOUNT_RATES = (0.0, 0.03)
"""Yearly rates at which later euros count less: not at all, and by an assumption."""

SECTORS = {
    **{name: ("health", "welfare")[w] for name, w in zip(DISCIPLINES, SECTOR_IS_WELFARE, strict=True)},
    "care_councils": "governance",
    "meta_governors": "governance",
    "schemes": "schemes",
}
"""Sector of each recipient; schemes: who builds and administers the ways of paying."""

ACCOUNTS = {
    "total": [],
    "payer": ["payer"],
    "sector": ["sector"],
    "recipient": ["recipient"],
    "method": ["method"],
    "payer and sector": ["payer", "sector"],
}
"""By what spending is told apart; the items of each add up to the total."""

PERIODS = ("policy months", "last 12 months")
SPENDING_COLUMNS = (
    *("world_a", "world_b", "period", "by", "item"),
    *("mean_a", "mean_b", "difference", "low", "high", "n_replicates"),
)
NET_COST_COLUMNS = ("world_a", "world_b", "discount_rate", "month", "mean", "low", "high", "n_replicates")
BREAK_EVEN_COLUMNS = (
    *("world_a", "world_b", "replicate", "seed", "status", "months"),
    *("final_eur", "final_discounted_eur"),
)
NEVER_DEARER, PAID_BACK, NOT_PAID_BACK = "never dearer", "paid back", "not paid back"


def payback(extra: Floats) -> tuple[str, float]:
    """Say whether, and after how many months, spending above the baseline has been paid back.

    Parameters
    ----------
    extra : float array (months,)
        Spending above the baseline in each policy month.

    Returns
    -------
    tuple of (str, float)
        `NEVER_DEARER` when the running total never rose above zero; `PAID_BACK` when it did and from some
        month on stays at or below zero; otherwise `NOT_PAID_BACK`. Then the months it took, counted from the
        rule change; missing unless paid back.

    Examples
    --------
    >>> payback(np.array([5.0, 1.0, -4.0, -4.0])), payback(np.array([5.0, 1.0])), payback(np.array([-1.0]))
    (('paid back', 4.0), ('not paid back', nan), ('never dearer', nan))
    """
    above = np.flatnonzero(np.cumsum(extra) > 0)
    if not above.size:
        return NEVER_DEARER, float("nan")
    last = int(above[-1])
    if last == len(extra) - 1:
        return NOT_PAID_BACK, float("nan")
    return PAID_BACK, last + 2.0


def discounted(extra: Floats, rate: float) -> Floats:
    """Return monthly amounts at their value at the rule change, for a yearly rate (0.03: 3 %)."""
    worth: Floats = extra * (1.0 + rate) ** (-np.arange(len(extra)) / 12.0)
    return worth


def _ledger(result: WorldResult) -> pd.DataFrame:
    """Return the ledger of the policy months in EUR per inhabitant, with the sector of each recipient."""
    ledger = result.table("ledger", [("month", ">", -1)])
    persons = result.n_patients * result.request.persons_per_agent
    sector = ledger["recipient"].astype(str).map(SECTORS)
    return ledger.assign(eur=ledger["eur"] / persons, sector=sector)


def _pairs(results: Sequence[WorldResult]) -> Mapping[str, list[tuple[WorldResult, WorldResult]]]:
    """Return per other world its runs, each beside the first world's run of the same replicate."""
    first = results[0].request.label
    base = {r.request.replicate: r for r in results if r.ok and r.request.label == first}
    pairs: dict[str, list[tuple[WorldResult, WorldResult]]] = {}
    for result in results:
        label, replicate = result.request.label, result.request.replicate
        if result.ok and label != first and replicate in base:
            pairs.setdefault(label, []).append((base[replicate], result))
    return pairs


def _monthly(result: WorldResult) -> Floats:
    """Return what all payers spent in each policy month, EUR per inhabitant."""
    monthly = _ledger(result).groupby("month")["eur"].sum()
    spent: Floats = monthly.reindex(range(result.request.scenario.months), fill_value=0.0).to_numpy()
    return spent


def _extra(pair: tuple[WorldResult, WorldResult]) -> Floats:
    return _monthly(pair[1]) - _monthly(pair[0])


def net_cost_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return the cumulative extra spending of each other world, at each of `DISCOUNT_RATES`.

    Returns
    -------
    DataFrame
        Columns `NET_COST_COLUMNS`: EUR per inhabitant since the rule change, at the end of each month; mean
        over paired replicates with its 95 % interval (missing with fewer than two).
    """
    rows = []
    for other, pairs in _pairs(results).items():
        extra = [_extra(pair) for pair in pairs]
        for rate in DISCOUNT_RATES:
            total = np.cumsum([discounted(x, rate) for x in extra], axis=1)
            for month, now in enumerate(total.T):
                interval = paired_interval(np.zeros(len(now)), now)
                first = results[0].request.label
                rows.append((first, other, rate, month, now.mean(), *interval, len(now)))
    return pd.DataFrame(rows, columns=list(NET_COST_COLUMNS))


def break_even_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return per replicate whether each other world pays back (see `payback`), and what it cost in the end.

    Returns
    -------
    DataFrame
        Columns `BREAK_EVEN_COLUMNS`; ``final_eur`` is cumulative, EUR per inhabitant;
        ``final_discounted_eur`` is the same at the last of `DISCOUNT_RATES`.
    """
    rows = []
    for other, pairs in _pairs(results).items():
        for pair in pairs:
            extra = _extra(pair)
            request = pair[1].request
            final = [float(discounted(extra, rate).sum()) for rate in DISCOUNT_RATES]
            first = results[0].request.label
            rows.append((first, other, request.replicate, request.seed, *payback(extra), *final))
    return pd.DataFrame(rows, columns=list(BREAK_EVEN_COLUMNS))


def _accounts(result: WorldResult) -> pd.Series:
    """Return spending by (period, by, item), EUR per inhabitant a year."""
    ledger, months = _ledger(result), result.request.scenario.months
    parts: dict[tuple[str, str, str], float] = {}
    for period, since in zip(PERIODS, (0, max(0, months - LAST_MONTHS)), strict=True):
        rows = ledger[ledger["month"] >= since]
        yearly = rows["eur"] * 12.0 / (months - since)
        for by, keys in ACCOUNTS.items():
            if not keys:
                parts[period, by, "all"] = float(yearly.sum())
                continue
            items = reduce(lambda a, b: a + " to " + b, (rows[key].astype(str) for key in keys))
            sums = yearly.groupby(items).sum()
            parts |= {(period, by, str(item)): float(eur) for item, eur in sums.items()}
    return pd.Series(parts, dtype=float)


def spending_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare what the first world and each other one spend, on every account.

    An account without a payment in a run is zero there, so that the items of an account add up to the total
    in both means and in their difference.

    Returns
    -------
    DataFrame
        Columns `SPENDING_COLUMNS`: EUR per inhabitant a year, mean over all policy months and over the last
        12; paired difference with its 95 % interval (missing with fewer than two replicates).
    """
    rows = []
    for other, pairs in _pairs(results).items():
        runs = [(_accounts(a), _accounts(b)) for a, b in pairs]
        both = [pd.concat([pair[side] for pair in runs], axis=1) for side in (0, 1)]
        accounts = both[0].index.union(both[1].index, sort=False)
        a, b = (table.reindex(accounts).fillna(0.0).to_numpy() for table in both)
        for account, left, right in zip(accounts, a, b, strict=True):
            change = float((right - left).mean())
            interval = paired_interval(left, right)
            first = results[0].request.label
            rows.append((first, other, *account, left.mean(), right.mean(), change, *interval, len(pairs)))
    return pd.DataFrame(rows, columns=list(SPENDING_COLUMNS))
