"""What each provider would see of itself on a dashboard, at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.vocabulary import DISCIPLINES, GP
from cas_model.outcomes.measures import divide

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem


def providers_frame(world: CareSystem) -> pd.DataFrame:
    """Return the outcomes of every provider row, tidy, named and measured as those of zones.

    What is counted of people's years (experience, health, unmet need, coverage) is over the list of a
    practice, each person's last closed year; strain, trust and load are of the month. A row of a coarse world
    stands for several organisations (``represents``).

    Returns
    -------
    DataFrame
        provider (row), zone, discipline, represents, outcome, value; no rows where an outcome is undefined.
    """
    provider = world.state.provider
    values = _values(world)
    k, row = np.nonzero(np.isfinite(np.array(list(values.values()))))
    zones, names = pd.Index(list(world.territory.zone_names)), pd.Index(list(values))
    return pd.DataFrame(
        {
            "provider": row.astype(np.int32),
            "zone": pd.Categorical.from_codes(provider.zone[row], zones),
            "discipline": pd.Categorical.from_codes(provider.discipline[row], pd.Index(DISCIPLINES)),
            "represents": provider.represents[row],
            "outcome": pd.Categorical.from_codes(k, names),
            "value": np.array(list(values.values()))[k, row],
        }
    )


def _values(world: CareSystem) -> dict[str, NDArray[np.float64]]:
    provider, patient = world.state.provider, world.state.patient
    practice, n = patient.practice, len(provider)

    def over_list(values: NDArray[Any], of: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Return the mean over each practice's list, or over those on it who are `of` a kind."""
        counted = np.ones(len(patient)) if of is None else of.astype(float)
        total = np.bincount(practice, weights=counted * values, minlength=n).astype(float)
        return divide(total, np.bincount(practice, weights=counted, minlength=n).astype(float))

    complex_ = patient.columns["complex"]
    load = divide(provider.demand, provider.capacity)
    return {
        "coordinated_care_coverage": over_list(patient.plan & patient.coordinator, complex_),
        "continuity_upc": over_list(patient.continuity, patient.last_contacts > 0),
        "patient_experience": over_list(patient.experience),
        "population_health": over_list(patient.health),
        "unmet_need": over_list(patient.last_unmet),
        "workforce_wellbeing": 1.0 - provider.strain,
        "mean_trust": provider.mean_trust.copy(),
        "gp_load": np.where(provider.discipline == GP, load, np.nan),
        "free_capacity": divide(np.maximum(0.0, provider.capacity - provider.demand), provider.capacity),
    }
