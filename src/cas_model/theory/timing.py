"""What moves first: the mechanism or the outcome, from monthly differences between paired worlds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cas_model.config.vocabulary import YEAR
from cas_model.theory.theory import BASELINE, INTERVENTION, Theory

IDLE = 1e-12
"""A mechanism whose activation differs by less than this has not responded at all."""


def differences_over_time(series: pd.DataFrame) -> pd.DataFrame:
    """Return replicate, month, variable and difference: the intervention's world less the baseline's.

    Parameters
    ----------
    series : DataFrame
        Columns world, replicate, seed, month, variable, value of the two worlds.
    """
    wide = series.pivot_table(index=["replicate", "variable", "month"], columns="world", values="value")
    difference = (wide[INTERVENTION] - wide[BASELINE]).rename("difference").reset_index()
    return difference[["replicate", "month", "variable", "difference"]]


def month_half_way(differences: ArrayLike) -> float:
    """Return the month in which a difference has come half way to its largest; NaN when there is none.

    Both mechanism and outcome are smoothed over twelve months, so that yearly outcomes are not late by
    construction.

    Examples
    --------
    >>> month_half_way([0.0] * 10 + [1.0] * 50)
    15.0
    """
    values = pd.Series(np.asarray(differences, dtype=float))
    smooth = values.rolling(YEAR, min_periods=1).mean().to_numpy()
    if not np.isfinite(smooth).any() or np.nanmax(np.abs(smooth)) < IDLE:
        return float("nan")
    peak = smooth[int(np.nanargmax(np.abs(smooth)))]
    with np.errstate(invalid="ignore"):
        return float(np.argmax(smooth / peak >= 0.5))


def lead_table(theory: Theory, traces: pd.DataFrame) -> pd.DataFrame:
    """Return how long the mechanism moves before each outcome.

    Returns
    -------
    DataFrame
        Columns replicate, outcome (key of the claim), mechanism_month, outcome_month, lead (months; negative
        when the outcome moves first, NaN when either does not move). Spread measures have no trace.
    """
    rows = []
    wide = traces.pivot_table(index="month", columns=["replicate", "variable"], values="difference")
    half: dict[Any, float] = {key: month_half_way(wide[key]) for key in wide.columns}
    for replicate in sorted(traces["replicate"].unique()):
        fired = half.get((replicate, theory.trace), float("nan"))
        for claim in theory.claims:
            if claim.measure != "mean" or claim.name == theory.trace:
                continue
            moved = half.get((replicate, claim.name), float("nan"))
            rows.append((replicate, claim.key, fired, moved, moved - fired))
    return pd.DataFrame(rows, columns=["replicate", "outcome", "mechanism_month", "outcome_month", "lead"])
