"""What is made of the runs of a comparison: a table by name from each analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from cas_model.experiments.aims import aims_table
from cas_model.experiments.dashboard import dashboard_table
from cas_model.experiments.differences import comparison_table
from cas_model.experiments.groups import group_table
from cas_model.experiments.individuals import individual_table
from cas_model.experiments.money import break_even_table, net_cost_table, spending_table
from cas_model.experiments.resilience import function_table, resilience_table, shock_difference_table
from cas_model.experiments.run import WorldResult

ANALYSES: dict[str, Callable[[Sequence[WorldResult]], pd.DataFrame]] = {
    "comparison": comparison_table,
    "resilience": resilience_table,
    "resilience_zones": partial(resilience_table, level="zone"),
    "resilience_path": function_table,
    "resilience_differences": shock_difference_table,
    "aims": aims_table,
    "individuals": individual_table,
    "dashboard": dashboard_table,
    "groups": group_table,
    "spending": spending_table,
    "net_cost": net_cost_table,
    "break_even": break_even_table,
}
"""Analyses by the name of their file; one without rows is not written.

Those of resilience see the calm twins of struck worlds too."""


def analyse(results: Sequence[WorldResult]) -> dict[str, pd.DataFrame]:
    """Return every analysis of a comparison, the first world first; failed runs leave their pair out."""
    compared = [result for result in results if not result.request.twin]
    return {
        name: make(results if name.startswith("resilience") else compared) for name, make in ANALYSES.items()
    }
