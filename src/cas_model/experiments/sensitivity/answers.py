"""The tables of what an experiment asks beside indices."""

from __future__ import annotations

import pandas as pd

from cas_model.experiments.sensitivity.discovery import discovery_tables
from cas_model.experiments.sensitivity.plan import Plan
from cas_model.experiments.sensitivity.robustness import robustness_tables
from cas_model.experiments.sensitivity.sampling import Floats
from cas_model.experiments.sensitivity.search import search_tables
from cas_model.experiments.sensitivity.study import Study


def answer_questions(study: Study, plan: Plan, values: Floats, jobs: int = 1) -> dict[str, pd.DataFrame]:
    """Return the tables of ``[discovery]``, ``[robustness]`` and ``[search]``, as far as they are asked.

    Parameters
    ----------
    study, plan : Study, Plan
        What was asked, and the design.
    values : float array (points, replicates, 1 + years, outcomes)
        From `tables.values_array`; the last twelve months count.
    jobs : int
        Pieces of work at the same time.
    """
    end = values[:, :, 0]
    tables: dict[str, pd.DataFrame] = {}
    if study.discovery is not None:
        tables |= discovery_tables(study, plan, end, jobs)
    if study.robustness is not None:
        tables |= robustness_tables(study, plan, end)
    if study.search is not None:
        tables |= search_tables(study, plan, end)
    return tables
