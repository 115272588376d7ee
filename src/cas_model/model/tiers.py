"""Tiers of government: what each says it is after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import GOALS, LEVELS

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem


def tiers_frame(world: CareSystem) -> pd.DataFrame:
    """Return how much weight (0-1) each tier gives each goal now: tier, goal, weight."""
    goals = world.state.authority.goals
    return pd.DataFrame(
        {"tier": np.repeat(LEVELS, len(GOALS)), "goal": np.tile(GOALS, len(LEVELS)), "weight": goals.ravel()}
    )
