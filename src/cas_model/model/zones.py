"""Zones as they are at one moment: a row with every number the model keeps of a zone and its council."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.vocabulary import CLUSTERS, TOPICS
from cas_model.model.columns import COLUMNS
from cas_model.model.columns.column import Column

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

PARTS = {
    **dict.fromkeys(("power", "cluster_attendance", "agenda_items"), CLUSTERS),
    **dict.fromkeys(("need_signal", "perceived_need", "initiative", "institutionalised", "backlog"), TOPICS),
}
"""Column of several entries -> the names of its entries; other such columns are left out."""
NOT_FEATURES = ("first_row", "last_row", "first_provider", "last_provider", "n_active", "region")
"""Columns that say where something is stored."""


def zone_features() -> dict[str, Column]:
    """Return what can be said of a zone: name, as ``staff`` or ``power_people`` -> its column."""
    features = {}
    for column in COLUMNS.values():
        if column.table != "zone" or column.name in NOT_FEATURES:
            continue
        if column.width == 1:
            features[column.name] = column
        else:
            features |= {f"{column.name}_{part}": column for part in PARTS.get(column.name, ())}
    return features


def zones_frame(world: CareSystem) -> pd.DataFrame:
    """Return a row per zone as the world stands now: its name, and a column per `zone_features`."""
    columns: dict[str, NDArray[np.float64]] = {}
    for name, column in zone_features().items():
        values = np.asarray(world.state.zone.columns[column.name], dtype=float)
        part = name.removeprefix(f"{column.name}_")
        columns[name] = values if column.width == 1 else values[:, PARTS[column.name].index(part)]
    return pd.DataFrame({"zone": list(world.territory.zone_names), **columns})
