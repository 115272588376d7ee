"""Patients as a register would show them: what each is like, what the last year held, what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

MOST_ROWS = 200_000
"""Patient rows in the table at the most, evenly spread over zones and practices."""


def patients_frame(world: CareSystem) -> pd.DataFrame:
    """Return a row per patient as the world stands now.

    Returns
    -------
    DataFrame
        practice (provider row), age (years), rank (0-1, 0 poorest), conditions, mental (0/1, one of the
        conditions is mental), contacts (with general practice in the last closed year), continuity (usual
        provider continuity of that year, 0-1), admissions and avoidable_admissions (expected stays a month).
    """
    patient = world.state.patient
    rows = np.arange(0, len(patient), -(-len(patient) // MOST_ROWS) or 1)
    hazard = patient.admission_hazard[rows]
    return pd.DataFrame(
        {
            "practice": patient.practice[rows],
            "age": ((world.month - patient.birth_month[rows].astype(int)) / 12.0).astype(np.float32),
            "rank": patient.columns["rank"][rows],
            "conditions": patient.n_conditions[rows],
            "mental": patient.mental[rows],
            "contacts": patient.last_contacts[rows],
            "continuity": patient.continuity[rows],
            "admissions": hazard,
            "avoidable_admissions": hazard * patient.avoidable_share[rows],
        }
    )
