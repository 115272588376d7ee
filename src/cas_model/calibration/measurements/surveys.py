"""What both surveys say (T1 to T8): rows of the table ``survey_targets``, and each dimension's median."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import BASELINE, Worlds, measurement
from cas_model.calibration.problem import Floats
from cas_model.model.surveys import TARGETS
from cas_model.outcomes.scirocco import DIMENSIONS, HIGHEST


def _word(text: str) -> str:
    return text.replace(" ", "_").lower()


def _answer(worlds: Worlds, target: str, asked: str) -> float:
    rows = worlds[BASELINE].table("survey_targets")
    found = rows[(rows["target"] == target) & (rows["asked"] == asked)]["value"]
    return float(found.iloc[0])


def grouped_medians(profile: pd.DataFrame) -> Floats:
    """Return the median of each dimension as of grouped data: within half a point of m when the median is m.

    Parameters
    ----------
    profile : DataFrame
        From `cas_model.model.surveys.scirocco_profile`.

    Returns
    -------
    float array (dimensions,)
        From -0.5 to 5.5, continuous in the answers.
    """
    shares = profile[[f"share_{k}" for k in range(HIGHEST + 1)]].to_numpy(dtype=float)
    reached = shares.cumsum(axis=1)
    point = np.minimum((reached < 0.5).sum(axis=1), HIGHEST)
    rows = np.arange(len(shares))
    inside = shares[rows, point]
    before = reached[rows, point] - inside
    part = np.divide(0.5 - before, inside, out=np.full(len(shares), 0.5), where=inside > 0)
    return np.asarray(point - 0.5 + part)


def _median(worlds: Worlds, dimension: str) -> float:
    profile = worlds[BASELINE].table("scirocco")
    row = profile[profile["dimension"].astype(str) == dimension]
    return float(grouped_medians(row)[0])


for _target, _asked, _, _ in TARGETS:
    measurement(f"survey.{_word(_asked)}")(partial(_answer, target=_target, asked=_asked))
for _dimension in DIMENSIONS:
    measurement(f"scirocco.{_word(_dimension)}")(partial(_median, dimension=_dimension))
