"""Which barrier holds integrated care back most, as professionals would rate it (T10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import BASELINE, Tables, Worlds, measurement
from cas_model.outcomes.scirocco import DIMENSIONS, HIGHEST

PAY = "half_the_fees"
OTHERS = (
    "half_the_fragmentation",
    "half_the_data_gap",
    "half_the_legal_vagueness",
    "half_the_limits_to_delegation",
    "half_the_reforms",
    "twice_the_council_budget",
    "twice_the_hiring",
    "half_the_border_misfit",
)
READS_A_BARRIER = (
    "structure and governance",
    "finance and funding",
    "removal of inhibitors",
    "evaluation methods",
)
"""Dimensions whose state contains a barrier itself, so that relaxing it raises them at once."""
STEP = "every barrier relaxed halfway, or doubled where it has no end (assumption); mean ratings are summed"


def mean_ratings(world: Tables) -> pd.Series:
    """Return the mean rating (0-5) of each dimension."""
    profile = world.table("scirocco")
    shares = profile[[f"share_{k}" for k in range(HIGHEST + 1)]].to_numpy(dtype=float)
    return pd.Series(shares @ np.arange(HIGHEST + 1), index=profile["dimension"].astype(str))


def gains(worlds: Worlds, dimensions: Sequence[str] = DIMENSIONS) -> pd.Series:
    """Return what relaxing each barrier adds to the sum of mean ratings, by label of the world."""
    kept = list(dimensions)
    before = mean_ratings(worlds[BASELINE])[kept].sum()
    return pd.Series({label: mean_ratings(worlds[label])[kept].sum() - before for label in (PAY, *OTHERS)})


def gain_table(seeds: Iterable[Worlds]) -> pd.DataFrame:
    """Return the median gain of each barrier over the seeds in which all were relaxed, the largest first.

    Returns
    -------
    DataFrame
        barrier, gain (points of the sum of twelve mean ratings) and gain_beyond (without the dimensions of
        `READS_A_BARRIER`); no rows where a world is missing.
    """
    whole = [w for w in seeds if {BASELINE, PAY, *OTHERS} <= set(w)]
    if not whole:
        return pd.DataFrame({"barrier": [], "gain": [], "gain_beyond": []})
    table = pd.DataFrame(
        {
            "gain": pd.concat([gains(w) for w in whole], axis=1).median(axis=1),
            "gain_beyond": pd.concat([gains(w, BEYOND) for w in whole], axis=1).median(axis=1),
        }
    )
    table = table.sort_values("gain", ascending=False)
    return table.rename_axis("barrier").reset_index()


def _rank(worlds: Worlds, dimensions: Sequence[str]) -> float:
    """Return the rank of the way of paying among barriers by what relaxing each adds to the ratings."""
    found = gains(worlds, dimensions)
    return 1.0 + float((found > found[PAY]).sum())


BEYOND = tuple(d for d in DIMENSIONS if d not in READS_A_BARRIER)
measurement(
    "rank_of_the_funding_barrier",
    worlds=(BASELINE, PAY, *OTHERS),
    proxy=STEP + "; finance reads the way of paying itself",
)(partial(_rank, dimensions=DIMENSIONS))
measurement(
    "rank_of_the_funding_barrier_beyond_itself",
    worlds=(BASELINE, PAY, *OTHERS),
    proxy=STEP + "; without the dimensions that contain a barrier themselves",
)(partial(_rank, dimensions=BEYOND))
