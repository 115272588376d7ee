"""Resilience: functionality by month, slack, and the shortfall against the paired world without shock."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import nan

import numpy as np

from cas_model.config.declarations import outcome
from cas_model.outcomes.inequality import concentration_over, erreygers, fractional_rank, slope_index
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "resilience"
RECOVERED = 0.95
"""Part of the paired world's function at which a world counts as recovered (assumption)."""
HELD_MONTHS = 3
CONTROL_MONTHS = 24
"""Months from a shock over which loss is summed (dossier RS1); the year after shows what was learned.

A shock that lasts longer is followed for as long as it lasts: its loss is not over when two years are."""


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


def _register_functionality_by_quintile(q: int) -> None:
    words = {0: " (poorest fifth)", 4: " (richest fifth)"}.get(q, f" (fifth {q + 1})")

    @outcome(
        f"functionality_q{q + 1}",
        label="Needs served within the month" + words,
        family=FAMILY,
        unit="share",
        low=0,
        high=1,
        direction=1,
        smallest_that_matters=0.01,
        formula="as functionality, in one fifth of socio-economic rank",
        source="dossier 4.3 Q(t), also by rank; E10",
    )
    def functionality_in_quintile(m: Measures) -> Floats:
        needs = m.by_quintile("requests")[..., q] + m.by_quintile("forgone")[..., q]
        return divide(m.by_quintile("served")[..., q], needs)


for _q in range(5):
    _register_functionality_by_quintile(_q)


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


@outcome(
    "requests_displaced",
    label="Requests turned away by the own practice",
    family=FAMILY,
    unit="per 1 000 people a month",
    low=0,
    high=10_000,
    direction=-1,
    smallest_that_matters=5,
    formula="requests displaced from the own practice / 1 000 inhabitants, one month",
    source="RS10; R24-R26",
)
def requests_displaced(m: Measures) -> Floats:
    """Requests displaced from the own practice per 1 000 inhabitants, one month."""
    return 1000.0 * m.total("displaced") * m.persons_per_agent / m.population


@outcome(
    "requests_lost",
    label="Requests lost in the month",
    family=FAMILY,
    unit="per 1 000 people a month",
    low=0,
    high=10_000,
    direction=-1,
    smallest_that_matters=0.5,
    formula="requests lost after search and waiting / 1 000 inhabitants, one month",
    source="RS9; R25",
)
def requests_lost(m: Measures) -> Floats:
    """Requests lost after search and waiting per 1 000 inhabitants, one month."""
    return 1000.0 * m.total("lost") * m.persons_per_agent / m.population


@dataclass(frozen=True)
class Resilience:
    """How a world stood a shock, against the paired world without it (same draws); NaN where not to be known.

    Attributes
    ----------
    loss : float
        RS1, functionality-months: sum of max(0, Q_without - Q) over the months that count, 24 from the shock.
    index : float
        RS2: mean of Q / Q_without over the same months.
    robustness : float
        RS3: smallest Q / Q_without.
    recovery_months : float
        RS4: first month, from the deepest one on, with Q >= 0.95 Q_without in three consecutive months,
        counted from the start of the shock; NaN when that never comes, 0 when functionality never fell below.
        Were it not from the deepest month on, the first lull of a slow decline would count as recovery.
    rapidity : float
        Share of normal function regained per month from the deepest month to recovery; NaN without a fall or
        without recovery.
    adaptation : float
        RS5: mean of Q - Q_without in the year after the months that count; NaN when it is not complete.
    transformation : float
        Mean Q in that year less its mean in the 12 months before the shock: above 0, the world did not come
        back but went beyond.
    everyday_sd : float
        RS12: minus the standard deviation of Q from the shock on.
    everyday_slope : float
        RS12: change of Q, against the paired world, per percent of professionals lost against it; NaN unless
        the loss is a percent or more in some month.
    """

    loss: float
    index: float
    robustness: float
    recovery_months: float
    rapidity: float
    adaptation: float
    transformation: float
    everyday_sd: float
    everyday_slope: float


def _recovery(ratio: Floats) -> float:
    """Return the month from which function has held for three months, 0 when it never fell."""
    below = ratio < RECOVERED
    if not below.any():
        return 0.0
    for t in range(int(np.argmin(ratio)), len(ratio) - HELD_MONTHS + 1):
        if not below[t : t + HELD_MONTHS].any():
            return float(t)
    return nan


def _everyday_slope(change: Floats, lost: Floats) -> float:
    if not (np.abs(lost) >= 1.0).any() or lost.std() == 0.0:
        return nan
    return float(slope_index(change, lost, np.ones_like(lost)))


def measure_resilience(
    with_shock: Floats,
    without: Floats,
    before: Floats | None = None,
    workforce: tuple[Floats, Floats] | None = None,
    control: int = CONTROL_MONTHS,
) -> Resilience:
    """Measure resilience from the month the shock begins.

    Parameters
    ----------
    with_shock, without : float array (T,)
        Functionality 0-1 of the paired worlds, from the first month of the shock to the next one or the
        horizon.
    before : float array, optional
        Functionality in the months before the shock, up to twelve of them.
    workforce : pair of float arrays (T,), optional
        Share of posts filled with and without the shock.
    control : int
        Months from the shock that count for loss and index.

    Returns
    -------
    Resilience
        All missing when function is undefined in some month, as where nobody asked for care.

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
    change = with_shock - without
    if not np.isfinite(ratio).all():
        # An unknown month is neither a loss nor a recovery.
        return Resilience(*[nan] * len(fields(Resilience)))
    recovery = _recovery(ratio)
    rapidity = nan
    if recovery > 0.0:
        back = int(recovery)
        deepest = int(np.argmin(ratio))
        rapidity = float((ratio[back] - ratio[deepest]) / (back - deepest))
    late = slice(control, control + 12)
    settled = len(ratio) >= control + 12
    beyond = slope = nan
    if settled and before is not None and len(before):
        beyond = float(with_shock[late].mean() - before.mean())
    if workforce is not None:
        slope = _everyday_slope(change, 100.0 * (1.0 - workforce[0] / workforce[1]))
    return Resilience(
        loss=float(np.maximum(0.0, -change[:control]).sum()),
        index=float(ratio[:control].mean()),
        robustness=float(ratio.min()),
        recovery_months=recovery,
        rapidity=rapidity,
        adaptation=float(change[late].mean()) if settled else nan,
        transformation=beyond,
        everyday_sd=-float(with_shock.std()),
        everyday_slope=slope,
    )


@dataclass(frozen=True)
class Burden:
    """Who bore the loss of function, over fifths of socio-economic rank (E10).

    Attributes
    ----------
    loss : float array (5,)
        RS1 of each fifth, poorest first.
    concentration : float
        E1 of it: below 0 when the poor bore it, NaN when nobody did.
    erreygers : float
        E2 of it, bounded by all function lost in all months.
    """

    loss: Floats
    concentration: float
    erreygers: float


def measure_burden(with_shock: Floats, without: Floats, control: int = CONTROL_MONTHS) -> Burden:
    """Measure who bore the loss in the months that count; fifths hold equally many people.

    Parameters
    ----------
    with_shock, without : float array (T, 5)
        Functionality of each fifth in the paired worlds, from the first month of the shock.
    control : int
        Months from the shock that count.

    Examples
    --------
    >>> normal = np.ones((24, 5))
    >>> struck = normal - np.array([0.2, 0.0, 0.0, 0.0, 0.0])
    >>> round(measure_burden(struck, normal).concentration, 3)
    -0.8
    """
    change = (with_shock - without)[:control]
    loss = np.maximum(0.0, -change).sum(axis=0)
    people = np.ones(len(loss))
    index = concentration_over(loss, fractional_rank(np.arange(len(loss), dtype=float)), people)
    return Burden(loss, float(index), float(erreygers(index, loss.mean(), high=float(len(change)))))


def more_than_without(with_shock: Floats, without: Floats, control: int = CONTROL_MONTHS) -> float:
    """Return how much more of a monthly count there was than without the shock (RS9, RS10).

    Parameters
    ----------
    with_shock, without : float array (T,)
        A count per month, such as requests lost, from the first month of the shock.
    control : int
        Months from the shock that count.

    Examples
    --------
    >>> more_than_without(np.array([3.0, 5.0, 4.0]), np.array([1.0, 1.0, 1.0]), control=2)
    6.0
    """
    return float((with_shock - without)[:control].sum())
