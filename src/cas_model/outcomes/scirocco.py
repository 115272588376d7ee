"""SCIROCCO: how professionals would rate the maturity of integrated care where they work (I1, T1).

A rater sees the state of the own zone on each of twelve dimensions through a bias of the role and noise.
Ratings are ordinal: medians and distributions, no means.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from cas_model.config.declarations import parameter
from cas_model.numerics.addressed_random import uniforms
from cas_model.outcomes.measures import Floats

parameter("scirocco_raters", 865, 50, 5000, "raters", "S4 section 3.1",
          "professionals who answer the emulated SCIROCCO survey")  # fmt: skip
parameter("scirocco_front_line", 0.7, 0.3, 1.0, "0-1", "S4 section 3.1",
          "share of those raters who see patients")  # fmt: skip
parameter("scirocco_noise", 0.9, 0.3, 1.5, "points", "assumption; dossier T1",
          "standard deviation of a rating around what the rater's zone is like")  # fmt: skip
parameter("scirocco_front_line_bias", -0.2, -1.0, 1.0, "points",
          "assumption; R5 (groups of staff rate differently)",
          "how much higher front-line raters rate than others")  # fmt: skip

DIMENSIONS = (
    "readiness to change",
    "structure and governance",
    "digital infrastructure",
    "process coordination",
    "finance and funding",
    "removal of inhibitors",
    "population approach",
    "citizen empowerment",
    "evaluation methods",
    "breadth of ambition",
    "innovation management",
    "capacity building",
)
PUBLISHED_MEDIANS = (1, 1, 1, 2, 1, 1, 2, 1, 2, 1, 1, 1)
"""Belgian medians in the order of `DIMENSIONS` (T1; S4 section 3.1)."""
HIGHEST = 5


def draw_raters(
    professionals: Floats, parameters: Mapping[str, float], seed: int, month: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Draw each rater's zone, in proportion to professionals at work, and role (True: front line)."""
    n = round(parameters["scirocco_raters"])
    edges = np.cumsum(professionals) / professionals.sum()
    places = np.searchsorted(edges, uniforms(seed, "scirocco_zone", month, n), side="right")
    zones = np.minimum(places, len(edges) - 1).astype(np.int64)
    return zones, uniforms(seed, "scirocco_role", month, n) < parameters["scirocco_front_line"]


def rate(
    states: Floats, front_line: NDArray[np.bool_], parameters: Mapping[str, float], seed: int, month: int
) -> NDArray[np.int64]:
    """Return ratings 0-5 of what each rater sees, clip(round(5 s + bias + noise)), same shape as `states`.

    Parameters
    ----------
    states : float array (raters, dimensions)
        State 0-1 of each dimension where the rater works.
    front_line : bool array (raters,)
        Whether the rater sees patients.
    """
    draws = uniforms(seed, "scirocco_rating", month, states.size).reshape(states.shape)
    # A draw of exactly 0 has no normal deviate.
    noise = parameters["scirocco_noise"] * ndtri(np.maximum(draws, 2.0**-54))
    bias = parameters["scirocco_front_line_bias"] * front_line[:, None]
    return np.asarray(np.clip(np.round(HIGHEST * states + bias + noise), 0, HIGHEST), dtype=np.int64)
