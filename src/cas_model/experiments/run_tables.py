"""The tables of a world: monthly ones, written some years at a time, and those of its state at the end.

A table is added by naming it here with the function that reads it off a model; it is then kept, written, read
back and handed to the report under that name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import pandas as pd

from cas_model.experiments.stress_test import stress_test
from cas_model.model.diaries import DIARIES
from cas_model.model.patients import patients_frame
from cas_model.model.surveys import pacic_scales_frame
from cas_model.model.tiers import tiers_frame
from cas_model.model.workplaces import workplaces_frame
from cas_model.model.zones import zones_frame

MONTHLY: dict[str, Callable[[Any, int | None], pd.DataFrame]] = {
    "outcomes": lambda model, since: model.outcomes_frame(since),
    "ledger": lambda model, since: model.ledger_frame(since),
    "activation": lambda model, since: model.activation_frame(since),
}
"""Tables of what happened from a month on; each has a column ``month``."""

FINAL: dict[str, Callable[[Any], pd.DataFrame]] = {
    "people": lambda model: model.people_frame(),
    "providers": lambda model: model.providers_frame(),
    "equity_curve": lambda model: model.equity_curve_frame(),
    "scirocco": lambda model: model.scirocco_frame(),
    "pacic": lambda model: model.pacic_frame(),
    "survey_targets": lambda model: model.survey_targets_frame(),
    "network": lambda model: model.network_frame(),
}
"""Tables of a world as it stands at the end."""


def _diary_frame(name: str, model: Any) -> pd.DataFrame:
    frame: pd.DataFrame = model.diaries[name].frame(model)
    return frame


ON_REQUEST: dict[str, Callable[[Any], pd.DataFrame]] = {
    "stress_test": stress_test,
    "zones": zones_frame,
    "patients": patients_frame,
    "workplaces": workplaces_frame,
    "pacic_scales": pacic_scales_frame,
    "tiers": tiers_frame,
    **{name: partial(_diary_frame, name) for name in DIARIES},
}
"""Tables of the end that few need, or that cost more than the run: collected only when asked for."""

OUTCOME_COLUMNS = ("month", "level", "unit_id", "outcome", "value")
PEOPLE_COLUMNS = (
    *("row", "birth_month", "income", "age", "literacy", "conditions", "place"),
    *("health", "experience", "unmet"),
)


def monthly_tables(
    model: Any, only: Collection[str] | None = None, since: int | None = None
) -> dict[str, pd.DataFrame]:
    """Return the monthly tables of a model from month `since` on, those named in `only` or all."""
    return {name: _compact(read(model, since)) for name, read in MONTHLY.items() if _asked(name, only)}


def final_tables(
    model: Any, only: Collection[str] | None = None, also: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """Return the tables of a model's state now, those named in `only` or all, and `also` some on request."""
    tables = {name: _compact(read(model)) for name, read in FINAL.items() if _asked(name, only)}
    return tables | {name: _compact(ON_REQUEST[name](model)) for name in also}


def open_diaries(model: Any, also: Collection[str]) -> None:
    """Let a world that has not begun note what the tables asked for need."""
    for name in also:
        if name in DIARIES:
            model.diaries[name] = DIARIES[name](model)


def _asked(name: str, only: Collection[str] | None) -> bool:
    return only is None or name in only


def _compact(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn text columns into categories: ten times smaller to send between processes and to write."""
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    return frame.astype(dict.fromkeys(texts, "category"))
