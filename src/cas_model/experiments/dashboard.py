"""One tidy table for dashboards: every outcome of every unit of every level, per world, with differences.

Units are Flanders, places, regions, hospital networks, zones, groups of people and single providers; an
outcome has one name and one measure whatever the level.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.differences import CONFIDENCE, LAST_MONTHS, verdict
from cas_model.experiments.run import WorldResult

KEYS = ["level", "unit_id", "outcome"]
DASHBOARD_COLUMNS = (
    *("world", "level", "unit_id", "outcome", "mean", "low", "high", "n_replicates"),
    *("against", "difference", "difference_low", "difference_high", "verdict"),
)


def dashboard_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Summarise the runs of one world or several at every level.

    Parameters
    ----------
    results : sequence of WorldResult
        The first world first; failed runs are left out with their pair.

    Returns
    -------
    DataFrame
        Columns `DASHBOARD_COLUMNS`. `mean` is over replicates of the last twelve months (for providers: of
        the end), with its 95 % interval; `difference` is the paired one from the world named in `against`,
        missing for that world itself. Intervals are missing with fewer than two replicates. A verdict as in
        the comparison, see `cas_model.experiments.differences.verdict`.
    """
    worlds: dict[str, dict[int, pd.Series]] = {}
    for result in results:
        world = worlds.setdefault(result.request.label, {})
        if result.ok:
            world[result.request.replicate] = _values(result)
    first = next(iter(worlds))
    wide = {name: _wide(runs) for name, runs in worlds.items() if runs}
    tables = [_table(name, first, wide) for name in wide]
    return pd.concat(tables, ignore_index=True)[list(DASHBOARD_COLUMNS)]


def _values(result: WorldResult) -> pd.Series:
    """Return a run's value per level, unit and outcome."""
    last = result.request.scenario.months - 1 - LAST_MONTHS
    year = result.table("outcomes", [("month", ">", last)])
    means = year.groupby(KEYS, observed=True)["value"].mean()
    own = result.table("providers")
    unit = own["zone"].astype(str) + ", " + own["discipline"].astype(str) + " " + own["provider"].astype(str)
    index = pd.MultiIndex.from_arrays(
        [np.full(len(own), "provider"), unit, own["outcome"].astype(str)], names=KEYS
    )
    stacked: pd.Series = pd.concat([means, pd.Series(own["value"].to_numpy(), index=index)])
    return stacked


def _wide(runs: dict[int, pd.Series]) -> pd.DataFrame:
    """Return a column per replicate; a unit that one replicate lacks is missing there."""
    return reduce(lambda a, b: a.join(b, how="outer"), [s.to_frame(r) for r, s in runs.items()])


def _interval(values: pd.DataFrame) -> pd.DataFrame:
    """Return mean, low, high and number of replicates of each row."""
    n, mean = values.count(axis=1), values.mean(axis=1)
    several = n >= 2
    quantile = stdtrit(np.maximum(n - 1, 1), 0.5 + CONFIDENCE / 2)
    half = (quantile * values.std(axis=1, ddof=1) / np.sqrt(n)).where(several)
    return pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half, "n_replicates": n})


def _table(name: str, first: str, wide: dict[str, pd.DataFrame]) -> pd.DataFrame:
    own = _interval(wide[name]).assign(world=name, against="", verdict="")
    columns = ["difference", "difference_low", "difference_high"]
    if name == first or first not in wide:
        return own.assign(**dict.fromkeys(columns, np.nan)).reset_index()
    change = _interval((wide[name] - wide[first]).reindex(own.index))
    own[columns] = change[["mean", "low", "high"]].to_numpy()
    own["against"] = first
    declared = [OUTCOMES[outcome] for outcome in own.index.get_level_values("outcome")]
    own["verdict"] = [
        verdict(low, high, outcome.direction, outcome.smallest_that_matters)
        for low, high, outcome in zip(own["difference_low"], own["difference_high"], declared, strict=True)
    ]
    return own.reset_index()
