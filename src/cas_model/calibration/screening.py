"""Screening: which parameters move no target by an amount that could matter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cas_model.calibration.problem import Floats, Simulator, Target, simulate
from cas_model.experiments.sensitivity.indices import Sample, index_rows
from cas_model.experiments.sensitivity.sampling import sample_points

SEEDS_OF_CHANCE = 10
KEPT, IDLE, BEYOND = "kept", "idle", "left at its default"
"""What becomes of a parameter: fitted; without effect; of some effect, but one too many to be fitted."""


def screen(
    simulator: Simulator, names: Sequence[str], targets: Sequence[Target], *,
    trajectories: int, idle_below: float, most: int, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """Rank parameters by how far they move the statistics, relative to what their targets tolerate.

    Parameters
    ----------
    simulator : Simulator
    names : sequence of str
        Of the parameters.
    targets : sequence of Target
    trajectories : int
        Of Morris's design; all share one seed, so that chance does not look like effect.
    idle_below : float
        A parameter whose mean absolute effect over its whole range is below this part of the tolerance of
        every target is idle.
    most : int
        Parameters kept at most.
    seed : int

    Returns
    -------
    DataFrame
        parameter, effect (largest mu* over tolerance), target (where), verdict; the strongest of each
        target first, then the second of each.

    Notes
    -----
    Tolerance: sqrt(V_chance + (sd + half of the band)^2), with chance measured in the middle of the cube.
    """
    d = len(names)
    unit = sample_points("morris", d, trajectories, seed=seed)
    one_seed = np.full(len(unit), np.random.SeedSequence([seed, 0]).generate_state(1)[0], dtype=np.int64)
    values = simulator(unit, one_seed)
    spread = simulate(simulator, np.full((1, d), 0.5), SEEDS_OF_CHANCE, (seed, 1))[0]
    effects = np.zeros((d, len(targets)))
    for column, target in enumerate(targets):
        tolerance = target.sd + (target.high - target.low) / 2.0
        chance = np.nanvar(spread[:, column], ddof=1) if np.isfinite(spread[:, column]).sum() > 1 else 0.0
        effects[:, column] = _mu_star(unit, values[:, column], names, seed) / np.sqrt(chance + tolerance**2)
    largest = effects.max(axis=1)
    # The strongest of every target first, then the second of every target, and so on: a target that many
    # parameters move does not take the places of those that move another.
    place = np.argsort(np.argsort(-effects, axis=0, kind="stable"), axis=0)
    place = np.where(effects >= idle_below, place, d).min(axis=1)
    order = np.lexsort((-largest, place))
    rows = []
    for rank, row in enumerate(order):
        verdict = IDLE if largest[row] < idle_below else KEPT if rank < most else BEYOND
        where = targets[int(effects[row].argmax())].name
        rows.append((names[row], float(largest[row]), where, verdict))
    return pd.DataFrame(rows, columns=["parameter", "effect", "target", "verdict"])


def _mu_star(unit: Floats, y: Floats, names: Sequence[str], seed: int) -> Floats:
    """Return mu* per parameter; a statistic that is undefined somewhere takes its median there."""
    defined = np.isfinite(y)
    if not defined.any() or np.ptp(y[defined]) == 0.0:
        return np.zeros(len(names))
    filled = np.where(defined, y, np.median(y[defined]))
    rows = index_rows(Sample("morris", tuple(names), unit, False, seed + 1), filled, ())
    found = {factor: value for _, index, factor, _, value, _ in rows if index == "mu_star"}
    return np.array([found[name] for name in names])
