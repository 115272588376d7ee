"""Who works with whom: the ties between providers as they are at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import DISCIPLINES, SLOTS

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

SECTORS = ("health", "welfare")
MOST_TIES = 100_000
"""A world with more ties leaves the table empty; Flanders at 10 inhabitants per agent has about 55 000."""


def network_frame(world: CareSystem) -> pd.DataFrame:
    """Return the ties that providers keep, a row each; no rows beyond `MOST_TIES`.

    Returns
    -------
    DataFrame
        Columns zone (of the provider), provider and partner (rows of the table of providers, the same in
        every world of this size and seed), discipline and partner_discipline, sector and partner_sector,
        trust (0-1), formal (1 an agreement, 0 informal), shared_record (0-1, use at one end times use at the
        other).
    """
    tie, p, land = world.state.tie, world.state.provider, world.territory
    filled = np.nonzero(tie.partner >= 0)[0]
    if len(filled) > MOST_TIES:
        filled = filled[:0]
    owner, partner = filled // SLOTS, tie.partner[filled]

    def named(codes: np.ndarray, names: Sequence[str]) -> pd.Categorical[str]:
        return pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(names))

    return pd.DataFrame(
        {
            "zone": named(p.zone[owner], list(land.zone_names)),
            "provider": owner.astype(np.int32),
            "discipline": named(p.discipline[owner], DISCIPLINES),
            "sector": named(p.welfare[owner], SECTORS),
            "partner": partner.astype(np.int32),
            "partner_discipline": named(p.discipline[partner], DISCIPLINES),
            "partner_sector": named(p.welfare[partner], SECTORS),
            "trust": tie.trust[filled].astype(np.float32),
            "formal": tie.formal[filled].astype(np.int8),
            "shared_record": (p.shared_record[owner] * p.shared_record[partner]).astype(np.float32),
        }
    )
