"""What a world costs more than the first, month by month and seed by seed, and when that is paid back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cas_model.experiments.differences import paired_interval
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.measures import Floats

NET_COST_COLUMNS = ("world_a", "world_b", "month", "mean", "low", "high", "n_replicates")
BREAK_EVEN_COLUMNS = ("world_a", "world_b", "replicate", "seed", "month", "final_eur")


def break_even_month(extra: Floats) -> float:
    """Return the month from which spending above the baseline has been paid back.

    Parameters
    ----------
    extra : float array (months,)
        Spending above the baseline in each policy month.

    Returns
    -------
    float
        First month (0-based) from which the cumulative extra spending stays at or below zero; 0 when it never
        rose above, missing when it still is at the end.

    Examples
    --------
    >>> break_even_month(np.array([5.0, 1.0, -4.0, -4.0])), break_even_month(np.array([5.0, 1.0]))
    (3.0, nan)
    """
    above = np.flatnonzero(np.cumsum(extra) > 0)
    if not above.size:
        return 0.0
    month = int(above[-1]) + 1
    return float(month) if month < len(extra) else float("nan")


def _spending(result: WorldResult) -> Floats:
    """Return what all payers spent in each policy month, EUR per inhabitant."""
    ledger = result.table("ledger", [("month", ">", -1)])
    monthly = ledger.groupby("month")["eur"].sum()
    persons = result.n_patients * result.request.persons_per_agent
    months = range(result.request.scenario.months)
    spent: Floats = monthly.reindex(months, fill_value=0.0).to_numpy(dtype=float) / persons
    return spent


def _extra(results: Sequence[WorldResult]) -> dict[tuple[str, int, int], Floats]:
    """Return per other world, replicate and seed what each month cost more than in the first world."""
    first = results[0].request.label
    whole = {(r.request.label, r.request.replicate): r for r in results if r.ok}
    base = {replicate: _spending(r) for (label, replicate), r in whole.items() if label == first}
    return {
        (label, replicate, r.request.seed): _spending(r) - base[replicate]
        for (label, replicate), r in whole.items()
        if label != first and replicate in base
    }


def net_cost_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return the cumulative extra spending of each other world, undiscounted.

    Returns
    -------
    DataFrame
        Columns `NET_COST_COLUMNS`: EUR per inhabitant since the rule change, mean over paired replicates with
        its 95 % interval (missing with fewer than two).
    """
    extra, rows = _extra(results), []
    for other in dict.fromkeys(label for label, *_ in extra):
        total = np.cumsum([x for (label, *_), x in extra.items() if label == other], axis=1)
        for month in range(total.shape[1]):
            now = total[:, month]
            interval = paired_interval(np.zeros(len(now)), now)
            rows.append((results[0].request.label, other, month, now.mean(), *interval, len(now)))
    return pd.DataFrame(rows, columns=list(NET_COST_COLUMNS))


def break_even_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return per replicate when each other world breaks even (see `break_even_month`), and what it cost.

    Returns
    -------
    DataFrame
        Columns `BREAK_EVEN_COLUMNS`; ``final_eur`` is cumulative, EUR per inhabitant.
    """
    first = results[0].request.label
    rows = [
        (first, label, replicate, seed, break_even_month(extra), float(extra.sum()))
        for (label, replicate, seed), extra in _extra(results).items()
    ]
    return pd.DataFrame(rows, columns=list(BREAK_EVEN_COLUMNS))


def break_even_sentences(table: pd.DataFrame) -> list[str]:
    """Say per other world in how many seeds it breaks even, when, and what it costs in the end."""
    sentences = []
    for (first, other), rows in table.groupby(["world_a", "world_b"], sort=False, observed=True):
        back = rows["month"].dropna()
        when = f" (after {back.min():.0f} to {back.max():.0f} months)" if len(back) else ""
        final = rows["final_eur"].to_numpy(dtype=float)
        low, high = paired_interval(np.zeros(len(final)), final)
        more = "more" if final.mean() >= 0 else "less"
        sentences.append(
            f"Against {first}, {other} has paid back its extra spending in {len(back)} of {len(rows)} "
            f"seeds{when}. At the end it has cost {abs(final.mean()):.2f} EUR {more} per inhabitant in all "
            f"(95 % interval {low:.2f} to {high:.2f})"
        )
    return sentences
