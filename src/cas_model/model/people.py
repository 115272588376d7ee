"""People as they are at one moment: a sample to be compared with itself, and who bears what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import (
    FIRST_AGE,
    FIRST_CONDITIONS,
    FIRST_LITERACY,
    FIRST_PLACE,
    QUINTILES,
)
from cas_model.model.processes.group_years import AGES, CONDITIONS, LITERACY
from cas_model.outcomes.measures import divide

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

SAMPLE = 20_000
"""Patient rows in a sample at the most, evenly spread over zones and practices."""

CURVE_STEPS = 50
"""Parts of equal width in socio-economic rank of which a concentration curve is made."""


def people_frame(world: CareSystem) -> pd.DataFrame:
    """Return a sample of patients, one row each, the same rows in every world of this size.

    Returns
    -------
    DataFrame
        Columns row, birth_month, income, age, literacy, conditions, place (positions in `PEOPLE_GROUPS`),
        health and experience (0-1), unmet (1 when a need was unmet in the last closed panel year).
    """
    patient = world.state.patient
    rows = np.arange(0, len(patient), -(-len(patient) // SAMPLE) or 1)
    years = (world.month - patient.birth_month[rows].astype(int)) / 12.0
    fifth = np.minimum((patient.rank[rows] * np.float32(QUINTILES)).astype(np.int8), QUINTILES - 1)

    zone = np.searchsorted(world.state.zone.last_row, rows, side="right")
    outside = ~np.asarray(world.territory.zone_is_city, dtype=bool)[zone]

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
            "place": (FIRST_PLACE + outside).astype(np.int8),
            "health": patient.health[rows],
            "experience": patient.experience[rows],
            "unmet": patient.last_unmet[rows],
        }
    )


def equity_curve_frame(world: CareSystem) -> pd.DataFrame:
    """Return concentration curves: who bears unmet need and ill health, and who gets coordinated care.

    Returns
    -------
    DataFrame
        Columns measure; people_share, the share (0-1) of the people concerned up to a socio-economic rank,
        the poorest first; amount_share, their share (0-1) of the whole; index, twice the area between
        diagonal and curve (-1 all borne by the poorest, 0 evenly, 1 by the richest). NaN where there is
        nothing to share. Everybody is concerned by unmet need (in the last closed panel year) and ill health
        (1 - utility), complex patients by coordinated care (plan and coordinator).

    Notes
    -----
    index = 1 - sum over parts of (p_k - p_(k-1)) (L_k + L_(k-1)), the concentration index of grouped people
    (E1; R15). People are ranked among those concerned.
    """
    patient = world.state.patient
    part = np.minimum((patient.rank * np.float32(CURVE_STEPS)).astype(np.int64), CURVE_STEPS - 1)
    is_complex = patient.columns["complex"]
    everybody = np.ones(len(patient), dtype=is_complex.dtype)
    shared = {
        "unmet need": (everybody, patient.last_unmet),
        "ill health": (everybody, 1 - patient.health),
        "coordinated care": (is_complex, is_complex * patient.plan * patient.coordinator),
    }
    return pd.concat(
        [concentration_curve(part, *of).assign(measure=name) for name, of in shared.items()],
        ignore_index=True,
    )[["measure", "people_share", "amount_share", "index"]]


def concentration_curve(part: np.ndarray, people: np.ndarray, amount: np.ndarray) -> pd.DataFrame:
    """Return the curve over the parts 0 to `CURVE_STEPS` - 1: people_share, amount_share, index.

    Parameters
    ----------
    part : int array (N,)
        Part of each person, the poorest first.
    people, amount : array (N,)
        1 for those concerned, 0 for others; what each has of what is shared.

    Examples
    --------
    >>> curve = concentration_curve(np.arange(50), np.ones(50), np.eye(50)[0])
    >>> float(curve["index"][0].round(2)), float(curve["amount_share"][1])
    (-0.98, 1.0)
    """
    p, share = (
        np.append(0.0, divide(total.cumsum(), np.full(CURVE_STEPS, total.sum())))
        for total in (np.bincount(part, weights=w, minlength=CURVE_STEPS) for w in (people, amount))
    )
    index = 1.0 - float((np.diff(p) * (share[1:] + share[:-1])).sum())
    return pd.DataFrame({"people_share": p, "amount_share": share, "index": index})
