"""What is made of the runs of a comparison: a table by name from each analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from cas_model.experiments.aims import aims_table
from cas_model.experiments.differences import comparison_table
from cas_model.experiments.individuals import individual_table
from cas_model.experiments.resilience import resilience_table
from cas_model.experiments.run import WorldResult

ANALYSES: dict[str, Callable[[Sequence[WorldResult]], pd.DataFrame]] = {
    "comparison": comparison_table,
    "resilience": resilience_table,
    "aims": aims_table,
    "individuals": individual_table,
}
"""Analyses by the name of their file; one without rows is not written."""


def analyse(results: Sequence[WorldResult]) -> dict[str, pd.DataFrame]:
    """Return every analysis of a comparison, the first world first; failed runs leave their pair out."""
    return {name: make(results) for name, make in ANALYSES.items()}
