"""Designs: points of the unit cube, drawn by SALib, and the seeds of every run."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Method = Literal["sobol", "morris", "latin", "fast", "rbd_fast", "given_data", "nsga2"]
Floats = NDArray[np.float64]
MORRIS_LEVELS = 4
FAST_HARMONICS = 4
FAST_LEAST = 4 * FAST_HARMONICS**2 + 1
"""Samples per factor below which the frequencies of FAST interfere (Saltelli, Tarantola and Chan 1999)."""


def unit_problem(n_factors: int) -> dict[str, Any]:
    """Return SALib's description of the unit cube."""
    names = [f"x{i}" for i in range(n_factors)]
    return {"num_vars": n_factors, "names": names, "bounds": [[0.0, 1.0]] * n_factors}


def points_per_sample(method: Method, n_factors: int, second_order: bool) -> int:
    """Return how many points one sample of a design takes.

    Examples
    --------
    >>> [points_per_sample(m, 3, True) for m in ("sobol", "morris", "fast", "latin")]
    [8, 4, 3, 1]
    """
    sobol = 2 * n_factors + 2 if second_order else n_factors + 2
    return {"sobol": sobol, "morris": n_factors + 1, "fast": n_factors}.get(method, 1)


def sample_points(method: Method, n_factors: int, n: int, *, seed: int, second_order: bool = True) -> Floats:
    """Draw a design with SALib.

    Parameters
    ----------
    method : str
        ``sobol`` (Saltelli's scheme on a scrambled Sobol' sequence; n a power of two), ``morris``
        (n trajectories on four levels), ``fast`` (n points per factor), or ``latin``, ``rbd_fast`` and
        ``given_data`` (a Latin hypercube of n points).
    n_factors, n : int
        Factors and samples.
    seed : int
        Of the design; the first samples of a ``sobol`` design do not change when n grows.
    second_order : bool
        Whether a Sobol design can tell interactions of pairs.

    Returns
    -------
    float array (points, n_factors)
        In [0, 1], whole samples one after another.
    """
    from SALib.sample import fast_sampler, latin, morris, sobol

    problem = unit_problem(n_factors)
    if method == "sobol":
        found = sobol.sample(problem, n, calc_second_order=second_order, seed=seed)
    elif method == "morris":
        found = morris.sample(problem, n, num_levels=MORRIS_LEVELS, seed=seed)
    elif method == "fast":
        found = fast_sampler.sample(problem, n, M=FAST_HARMONICS, seed=seed)
    else:
        found = latin.sample(problem, n, seed=seed)
    points: Floats = np.clip(np.asarray(found, dtype=float), 0.0, 1.0)
    return points


def run_seeds(n_points: int, replicates: int, *, seed: int, common: bool) -> NDArray[np.int64]:
    """Spawn the seeds of all runs; those there are do not change when points or replicates are added.

    Parameters
    ----------
    n_points, replicates : int
        Size of the design.
    seed : int
        Of the experiment.
    common : bool
        All points of a replicate share its chance; otherwise every run has its own.

    Returns
    -------
    int array (n_points, replicates)
        From 0 to 2**62.

    Examples
    --------
    >>> common = run_seeds(3, 2, seed=0, common=True)
    >>> bool((common == common[0]).all()), len(set(run_seeds(3, 2, seed=0, common=False).ravel()))
    (True, 6)
    """
    columns = [
        np.random.SeedSequence(seed, spawn_key=(r,)).generate_state(1 if common else n_points, np.uint64)
        for r in range(replicates)
    ]
    spawned = np.stack([np.broadcast_to(column, n_points) for column in columns], axis=1)
    return (spawned >> np.uint64(2)).astype(np.int64)
