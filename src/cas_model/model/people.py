"""A sample of people as they are at one moment, to be compared with themselves in another world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import FIRST_AGE, FIRST_CONDITIONS, FIRST_LITERACY, QUINTILES
from cas_model.model.processes.group_years import AGES, CONDITIONS, LITERACY

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

SAMPLE = 20_000
"""Patient rows in a sample at the most, evenly spread over zones and practices."""


def people_frame(world: CareSystem) -> pd.DataFrame:
    """Return a sample of patients, one row each, the same rows in every world of this size.

    Returns
    -------
    DataFrame
        Columns row, birth_month, income, age, literacy, conditions (places in `COUNTED_GROUPS`), health and
        experience (0-1), unmet (1 when a need was unmet in the last closed panel year).
    """
    patient = world.state.patient
    rows = np.arange(0, len(patient), -(-len(patient) // SAMPLE) or 1)
    years = (world.month - patient.birth_month[rows].astype(int)) / 12.0
    fifth = np.minimum((patient.rank[rows] * np.float32(QUINTILES)).astype(np.int8), QUINTILES - 1)

    def group(first: int, bounds: tuple[float, ...], values: np.ndarray) -> np.ndarray:
        return (first + np.searchsorted(bounds, values, side="right")).astype(np.int8)

    return pd.DataFrame(
        {
            "row": rows.astype(np.int32),
            "birth_month": patient.birth_month[rows],
            "income": fifth,
            "age": group(FIRST_AGE, AGES, years),
            "literacy": group(FIRST_LITERACY, LITERACY, patient.literacy[rows]),
            "conditions": group(FIRST_CONDITIONS, CONDITIONS, patient.n_conditions[rows]),
            "health": patient.health[rows],
            "experience": patient.experience[rows],
            "unmet": patient.last_unmet[rows],
        }
    )
