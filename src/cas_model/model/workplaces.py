"""Providers at work: a row each with what the model keeps of pay, time, pressure and readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import DISCIPLINES

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

WORKPLACE_COLUMNS = (
    *("represents", "heads", "posts", "status", "load", "strain", "admin", "readiness", "coordination"),
    *("attendance", "tie_seeking", "volume_share", "scheme", "mean_trust"),
)
"""Columns of providers that the table holds, named and measured as in the model."""


def workplaces_frame(world: CareSystem) -> pd.DataFrame:
    """Return a row per provider as the world stands now, the same rows in every world of this size and seed.

    Returns
    -------
    DataFrame
        provider (row), zone, discipline, and `WORKPLACE_COLUMNS`. A row of a coarse world stands for several
        organisations (``represents``); heads and posts are theirs together.
    """
    provider = world.state.provider
    zones = pd.Index(list(world.territory.zone_names))
    return pd.DataFrame(
        {
            "provider": np.arange(len(provider), dtype=np.int32),
            "zone": pd.Categorical.from_codes(provider.zone, zones),
            "discipline": pd.Categorical.from_codes(provider.discipline, pd.Index(DISCIPLINES)),
            **{name: provider.columns[name].copy() for name in WORKPLACE_COLUMNS},
        }
    )
