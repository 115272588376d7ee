"""Statistics of a world that a published figure can be compared with, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cas_model.calibration.problem import Floats
from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.run import care_system
from cas_model.experiments.sensitivity.models import Settings, WorldModel, yearly_means
from cas_model.model.surveys import TARGETS, pacic_frame, scirocco_frame, survey_targets
from cas_model.outcomes.scirocco import DIMENSIONS, HIGHEST

OUTCOME, SCIROCCO, PACIC = "outcomes.", "scirocco.", "pacic."


def _word(text: str) -> str:
    return text.replace(" ", "_").lower()


def statistic_names() -> list[str]:
    """Return every statistic there is: outcomes, SCIROCCO dimensions, and what patients answered."""
    asked = [text for target, text, _, _ in TARGETS if target != "T1"]
    return [
        *(OUTCOME + name for name in OUTCOMES),
        *(SCIROCCO + _word(dimension) for dimension in DIMENSIONS),
        *(PACIC + _word(text) for text in asked),
    ]


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


def read_statistics(world: Any, names: Sequence[str]) -> Floats:
    """Return the named statistics of a world that has run.

    Parameters
    ----------
    world : CareSystem
        After its last month.
    names : sequence of str
        Of `statistic_names`; outcomes are Flemish means of the last twelve months.

    Returns
    -------
    float array (names,)
    """
    outcomes = [name.removeprefix(OUTCOME) for name in names if name.startswith(OUTCOME)]
    found: dict[str, float] = {}
    if outcomes:
        means = yearly_means(world.records.flemish(outcomes), world.burn_in, ())[0]
        found = dict(zip((OUTCOME + n for n in outcomes), means, strict=True))
    if any(name.startswith((SCIROCCO, PACIC)) for name in names):
        profile = scirocco_frame(world)
        medians = grouped_medians(profile)
        found |= {SCIROCCO + _word(d): m for d, m in zip(profile["dimension"], medians, strict=True)}
        asked = survey_targets(profile, pacic_frame(world))
        found |= {PACIC + _word(a): v for a, v in zip(asked["asked"], asked["value"], strict=True)}
    return np.array([found[name] for name in names], dtype=float)


@dataclass(frozen=True)
class StatisticsModel:
    """A world reduced to the statistics of a calibration.

    Attributes
    ----------
    world : WorldModel
        Which world.
    names : tuple of str
        Statistics.
    """

    world: WorldModel
    names: tuple[str, ...]

    def __call__(self, settings: Settings, seed: int) -> Floats:
        """Run the world and return its statistics, shape (1, names)."""
        model = care_system(self.world.request(settings, seed), trace=False)
        model.run()
        values = read_statistics(model, self.names)[None, :]
        model.release()
        return values
