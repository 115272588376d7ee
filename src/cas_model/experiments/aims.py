"""Whether one world serves the five aims better than another, whatever weights the aims are given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cas_model.experiments.differences import final_year, last_months_mean
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.measures import Floats
from cas_model.outcomes.quintuple_aim import AIMS, share_of_weightings, weightings

WEIGHTINGS = 10_000
AIMS_COLUMNS = (
    "world_a",
    "world_b",
    "replicate",
    "seed",
    *(f"{aim}_{side}" for side in ("a", "b") for aim in AIMS),
    "share_b_above_a",
)


def aims_table(results: Sequence[WorldResult], n_weightings: int = WEIGHTINGS) -> pd.DataFrame:
    """Compare the first world with each other one on the five aims, replicate by replicate.

    Parameters
    ----------
    results : sequence of WorldResult
        The runs of a comparison; failed ones are left out of their pair, and so are worlds that do not record
        the five aims.
    n_weightings : int
        Weightings drawn evenly from all there are (flat Dirichlet).

    Returns
    -------
    DataFrame
        Columns `AIMS_COLUMNS`: the Flemish components, means over the last twelve months, and the share of
        weightings whose geometric composite is higher in ``world_b``. A share near 0 or 1 does not depend on
        how one weighs the aims; one near a half does.
    """
    components = {(r.request.label, r.request.replicate): _components(r) for r in results if r.ok}
    worlds = list(dict.fromkeys(r.request.label for r in results))
    weights = weightings(n_weightings)
    rows = []
    for result in results:
        label, replicate = result.request.label, result.request.replicate
        a, b = components.get((worlds[0], replicate)), components.get((label, replicate))
        if label == worlds[0] or a is None or b is None:
            continue
        named = {"world_a": worlds[0], "world_b": label, "replicate": replicate, "seed": result.request.seed}
        sides = {f"{aim}_a": float(value) for aim, value in zip(AIMS, a, strict=True)}
        sides |= {f"{aim}_b": float(value) for aim, value in zip(AIMS, b, strict=True)}
        rows.append(named | sides | {"share_b_above_a": share_of_weightings(a, b, weights)})
    return pd.DataFrame(rows, columns=list(AIMS_COLUMNS))


def _components(result: WorldResult) -> Floats | None:
    """Return the five aims of a run, or None when it lacks one."""
    means: Floats = last_months_mean(final_year(result)).reindex(list(AIMS)).to_numpy(dtype=float)
    return None if np.isnan(means).any() else means
