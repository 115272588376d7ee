"""Resilience: functionality by month, slack, and the shortfall against the paired world without shock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "resilience"
RECOVERED = 0.95
HELD_MONTHS = 3


@outcome(
    "functionality",
    label="Needs served within the month",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    formula="Q = requests served within the month / (requests + needs forgone)",
    source="dossier 4.3 Q(t)",
)
def functionality(m: Measures) -> Floats:
    """Share of needed contacts delivered within an acceptable wait, one month."""
    return divide(m.total("served"), m.total("requests") + m.total("forgone"))


@outcome(
    "free_capacity",
    label="Free capacity",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=0,
    smallest_that_matters=0.01,
    formula="sum max(0, capacity - demand) / sum capacity, all disciplines",
    source="RS11; R24, R25",
)
def free_capacity(m: Measures) -> Floats:
    """Share of capacity that is not asked for."""
    return m.ratio("spare", "capacity")


@outcome(
    "gp_load",
    label="Demand on general practices",
    family=FAMILY,
    unit="demand / capacity",
    low=0,
    high=10,
    direction=-1,
    smallest_that_matters=0.01,
    formula="expected contacts / capacity of general practices",
    source="dossier 0.4 p.load / p.cap",
)
def gp_load(m: Measures) -> Floats:
    """Demand over capacity of general practices."""
    return m.ratio("gp_demand", "gp_capacity")


@outcome(
    "displacement_steps",
    label="Search steps per displaced request",
    family=FAMILY,
    unit="steps",
    low=0,
    high=20,
    direction=-1,
    smallest_that_matters=0.1,
    period_months=12,
    formula="search steps / requests displaced from the own practice",
    source="RS10; R24-R26",
)
def displacement_steps(m: Measures) -> Floats:
    """Search steps per displaced request."""
    return m.ratio("displacements", "displaced")


@outcome(
    "lost_requests",
    label="Requests lost after waiting",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=-1,
    smallest_that_matters=0.001,
    period_months=12,
    formula="requests lost / requests",
    source="RS9; R25",
)
def lost_requests(m: Measures) -> Floats:
    """Share of requests lost after search and waiting."""
    return m.ratio("lost", "requests")


@dataclass(frozen=True)
class Resilience:
    """How a world stood a shock, against the paired world without it (same draws).

    Attributes
    ----------
    loss : float
        RS1, functionality-months: sum of max(0, Q_without - Q) over the horizon.
    index : float
        RS2: mean of Q / Q_without over the horizon.
    robustness : float
        RS3: smallest Q / Q_without.
    recovery_months : float
        RS4: first month from the start with Q >= 0.95 Q_without in three consecutive months, after the drop;
        NaN when that never comes within the horizon, 0 when functionality never fell below.
    """

    loss: float
    index: float
    robustness: float
    recovery_months: float


def measure_resilience(with_shock: NDArray[np.float64], without: NDArray[np.float64]) -> Resilience:
    """Measure resilience from the month the shock begins.

    Parameters
    ----------
    with_shock, without : float array (T,)
        Functionality 0-1 of the paired worlds, from the first month of the shock to the horizon.

    Notes
    -----
    Sources: Bruneau et al. 2003 (doi:10.1193/1.1623497), Cimellaro et al. 2010; thresholds assumption.

    Examples
    --------
    >>> q = np.array([1.0, 0.5, 0.8, 1.0, 1.0, 1.0])
    >>> measure_resilience(q, np.ones(6)).recovery_months
    3.0
    """
    ratio = with_shock / without
    loss = float(np.maximum(0.0, without - with_shock).sum())
    below = ratio < RECOVERED
    recovery = 0.0
    if below.any():
        recovery = float("nan")
        for t in range(int(np.argmax(below)), len(ratio) - HELD_MONTHS + 1):
            if not below[t : t + HELD_MONTHS].any():
                recovery = float(t)
                break
    return Resilience(loss, float(ratio.mean()), float(ratio.min()), recovery)
