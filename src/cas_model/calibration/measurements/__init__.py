"""Measurements: what a published figure is compared with, read off the tables of worlds that share a seed.

A measurement is registered by name with the worlds and the tables it reads; the file of targets names it. It
returns NaN where the worlds leave it undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from cas_model.calibration.problem import Floats
from cas_model.config.vocabulary import YEAR

BASELINE = "status_quo"


class Tables(Protocol):
    """Anything that holds the tables of a world, as `cas_model.experiments.run.WorldResult` does."""

    def table(self, name: str) -> pd.DataFrame:
        """Return one table by name."""
        ...


Worlds = Mapping[str, Tables]
"""The worlds of one seed by label."""


@dataclass(frozen=True)
class Measurement:
    """A number read off worlds.

    Attributes
    ----------
    name : str
        As targets state it.
    read : callable
        From the worlds of one seed to a number.
    worlds : tuple of str
        Labels it needs.
    proxy : str
        In which respect it differs from what was published; empty when it does not.
    """

    name: str
    read: Callable[[Worlds], float]
    worlds: tuple[str, ...]
    proxy: str = ""


MEASUREMENTS: dict[str, Measurement] = {}


def measurement(
    name: str, worlds: tuple[str, ...] = (BASELINE,), proxy: str = ""
) -> Callable[[Callable[[Worlds], float]], Callable[[Worlds], float]]:
    """Register a measurement under a name (see `Measurement`)."""

    def register(read: Callable[[Worlds], float]) -> Callable[[Worlds], float]:
        if name in MEASUREMENTS:
            raise ValueError(f"measurement `{name}` is registered twice")
        MEASUREMENTS[name] = Measurement(name, read, worlds, proxy)
        return read

    return register


def last_year(world: Tables, outcome: str) -> float:
    """Return the mean of an outcome of the whole territory over twelve months; NaN where there is none."""
    whole = last_year_of(world, outcome, "flanders")
    return float(whole.iloc[0]) if len(whole) else np.nan


def last_year_of(world: Tables, outcome: str, level: str) -> pd.Series:
    """Return the mean of an outcome over the last twelve months for every unit of a level."""
    rows = world.table("outcomes")
    rows = rows[(rows["outcome"] == outcome) & (rows["level"] == level)]
    rows = rows[rows["month"] > rows["month"].max() - YEAR]
    return pd.Series(rows.groupby(rows["unit_id"].astype(str))["value"].mean())


def monthly(world: Tables, outcome: str) -> pd.Series:
    """Return an outcome of the whole territory by month."""
    rows = world.table("outcomes")
    rows = rows[(rows["outcome"] == outcome) & (rows["level"] == "flanders")]
    return pd.Series(rows.set_index("month")["value"].sort_index())


def zones_with(world: Tables, *outcomes: str) -> pd.DataFrame:
    """Return the table of zones, indexed by name, with last year's outcomes as columns."""
    zones = world.table("zones")
    zones = zones.set_index(zones["zone"].astype(str)).drop(columns="zone")
    found = {name: last_year_of(world, name, "zone").reindex(zones.index) for name in outcomes}
    return pd.concat([zones, pd.DataFrame(found, index=zones.index)], axis=1)


def rank_correlation(x: pd.Series, y: pd.Series) -> float:
    """Return Spearman's rank correlation; NaN when either does not vary."""
    ranks = np.array([x.rank(), y.rank()], dtype=float)
    varied = ranks.std(axis=1).min() > 0.0 if ranks.size else False
    return float(np.corrcoef(ranks)[0, 1]) if varied else np.nan


def slopes(y: Floats, *causes: Floats) -> Floats:
    """Return the ordinary least squares slope of each cause, with an intercept; NaN where it is not defined.

    Rows with a gap are left out.
    """
    rows = np.column_stack([y, np.ones(len(y)), *causes])
    rows = rows[np.isfinite(rows).all(axis=1)]
    design = rows[:, 1:]
    if len(rows) < design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return np.full(len(causes), np.nan)
    return np.asarray(np.linalg.lstsq(design, rows[:, 0])[0][1:])


def load_measurements() -> dict[str, Measurement]:
    """Return every measurement there is."""
    from cas_model.config.registry import load_package

    load_package(__name__)
    return MEASUREMENTS
