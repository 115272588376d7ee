"""The years of a factorial: how far each regime is from the first one, year by year and summed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.experiments.design import JOIN, Experiment
from cas_model.experiments.differences import LAST_MONTHS, paired_interval

Floats = NDArray[np.float64]
COURSE_COLUMNS = (
    "outcome", "condition", "regime", "year", "difference", "low", "high", "cumulative", "cumulative_low",
    "cumulative_high", "n_replicates",
)  # fmt: skip


def yearly_values(series: pd.DataFrame) -> pd.DataFrame:
    """Reduce the months of a run to policy years, each without a part of the year before.

    Parameters
    ----------
    series : DataFrame
        Columns month (0 and later), outcome, value; an outcome over twelve months is that of the months
        that end there, so that the year has the value of its last month, and any other the mean.

    Returns
    -------
    DataFrame
        Columns outcome, year (1 for the first), value; whole years only.
    """
    whole = (int(series["month"].max()) + 1) // LAST_MONTHS
    year = series["month"] // LAST_MONTHS + 1
    ends = series["month"] % LAST_MONTHS == LAST_MONTHS - 1
    yearly = [name for name, declared in OUTCOMES.items() if declared.period_months == LAST_MONTHS]
    kept = series.assign(year=year)[(ends | ~series["outcome"].isin(yearly)) & (year <= whole)]
    return kept.groupby(["outcome", "year"], observed=True, sort=False)["value"].mean().reset_index()


def sums_up(declared: Outcome) -> bool:
    """Whether years of an outcome may be added: it counts something per year."""
    return declared.period_months == LAST_MONTHS and declared.unit.endswith("a year")


def course_table(
    experiment: Experiment, years: pd.DataFrame, declared: Mapping[str, Outcome] | None = None
) -> pd.DataFrame:
    """Compare every regime with the first one in the same condition, year by year, over paired seeds.

    Parameters
    ----------
    experiment : Experiment
        The ranked factor's levels are the regimes.
    years : DataFrame
        Columns cell, replicate, outcome, year, value.
    declared : mapping, optional
        Outcome declarations; the registry when left out.

    Returns
    -------
    DataFrame
        Columns `COURSE_COLUMNS`. ``cumulative`` is the sum of the differences since the first year, NaN for
        an outcome whose years cannot be added.
    """
    place = [factor.name for factor in experiment.factors].index(experiment.ranked)
    names = {(experiment.condition_of(cell), cell.levels[place]): cell.name for cell in experiment.cells}
    first, *regimes = experiment.factors[place].levels
    rows: list[dict[str, Any]] = []
    for name, table in years.groupby("outcome", observed=True, sort=False):
        wide = table.pivot_table(index=["cell", "replicate"], columns="year", values="value", observed=True)
        adds = sums_up((OUTCOMES if declared is None else declared)[str(name)])
        cells = set(wide.index.get_level_values(0))
        for condition in experiment.conditions:
            if names[condition, first] not in cells:
                continue
            base = wide.loc[names[condition, first]]
            for regime in regimes:
                if names[condition, regime] not in cells:
                    continue
                own = wide.loc[names[condition, regime]]
                both = own.index.intersection(base.index)
                apart: Floats = np.asarray(own.loc[both] - base.loc[both], dtype=float)
                rows.extend(
                    {
                        "outcome": name, "condition": JOIN.join(condition), "regime": regime, "year": year,
                        **_summed("", apart[:, k]),
                        **_summed("cumulative", apart[:, : k + 1].sum(axis=1) if adds else apart[:0, 0]),
                        "n_replicates": int(np.isfinite(apart[:, k]).sum()),
                    }
                    for k, year in enumerate(wide.columns)
                    if np.isfinite(apart[:, k]).any()
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COURSE_COLUMNS))


def _summed(prefix: str, values: Floats) -> dict[str, float]:
    seeds = values[np.isfinite(values)]
    low, high = paired_interval(np.zeros_like(seeds), seeds)
    mean = float(seeds.mean()) if seeds.size else float("nan")
    if not prefix:
        return {"difference": mean, "low": low, "high": high}
    return {prefix: mean, f"{prefix}_low": low, f"{prefix}_high": high}
