"""How shocked worlds stood their shocks, against the paired world that differs in nothing but these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise

import pandas as pd

from cas_model.config.scenario import Scenario, ShockEvent
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.measures import Floats
from cas_model.outcomes.resilience import (
    CONTROL_MONTHS,
    HELD_MONTHS,
    Resilience,
    measure_burden,
    measure_resilience,
    more_than_without,
)

FUNCTIONALITY = "functionality"
FIFTHS = tuple(f"{FUNCTIONALITY}_q{q}" for q in range(1, 6))
VACANCIES = "vacancies"
COUNTS = {"more_displaced": "requests_displaced", "more_lost": "requests_lost"}
"""Measures that are counts beyond those of the calm twin, with the outcome that counts them."""
MONTHS_BEFORE = 12
MEASURED = (
    *(field.name for field in fields(Resilience)),
    *COUNTS,
    *(f"loss_q{q}" for q in range(1, 6)),
    "burden_concentration",
    "burden_erreygers",
)
"""What is measured of each shock."""
SHOCK_COLUMNS = ("event", "first_month", "last_month", "until_month", "control_months")
RESILIENCE_COLUMNS = ("world", "without", "replicate", "seed", *SHOCK_COLUMNS, *MEASURED, "level", "unit_id")


@dataclass(frozen=True)
class ShockWindow:
    """The months in which one shock of a scenario is measured.

    Attributes
    ----------
    event : str
        Its name, unique in the scenario, e.g. ``pandemic`` and ``second pandemic``.
    first_month, last_month : int
        First and last month of the shock itself.
    until_month : int
        Last month that is measured: the horizon, or the month before the next shock begins.
    """

    event: str
    first_month: int
    last_month: int
    until_month: int

    @property
    def control_months(self) -> int:
        """Months from its start over which loss is summed."""
        lasts = self.last_month - self.first_month + 1
        return min(max(CONTROL_MONTHS, lasts), self.until_month - self.first_month + 1)


def shock_windows(scenario: Scenario) -> list[ShockWindow]:
    """Return the shocks of a scenario in order, each with the months in which it is measured.

    Events of which one begins less than three months after the other are one shock: as long must function
    hold before a recovery is told, so there is none between them.
    """
    shocks: list[list[ShockEvent]] = []
    for event in sorted(scenario.shocks, key=lambda e: e.start_month):
        if shocks and event.start_month - shocks[-1][-1].start_month < HELD_MONTHS:
            shocks[-1].append(event)
        else:
            shocks.append([event])
    starts = [events[0].start_month for events in shocks]
    met: Counter[str] = Counter()
    windows = []
    for events, (start, following) in zip(shocks, pairwise([*starts, scenario.months]), strict=True):
        last = min(max(event.end_month for event in events), scenario.months) - 1
        name = _name(events)
        met[name] += 1
        windows.append(ShockWindow(_ordinal(met[name]) + name, start, last, following - 1))
    return windows


def _name(events: Sequence[ShockEvent]) -> str:
    kinds = Counter(event.kind.replace("_", " ") for event in events)
    return " and ".join(kind if n == 1 else f"{kind} ({n} in a row)" for kind, n in kinds.items())


def _ordinal(number: int) -> str:
    return ("", "second ", "third ")[number - 1] if number <= 3 else f"{number}th "


def _calm(scenario: Scenario) -> str:
    """Return the hash of a scenario without its shocks."""
    return replace(scenario, shocks=()).hash()


def twin_label(world: str) -> str:
    """Return the label of a world's calm twin that nobody asked to compare."""
    return f"{world}_calm"


def calm_twins(worlds: dict[str, Scenario]) -> dict[str, Scenario]:
    """Return, by a label of their own, the worlds without shocks that struck worlds are to be held against.

    Those already among the worlds are left out, and worlds that differ in their shocks alone share one.
    """
    known = {scenario.hash() for scenario in worlds.values() if not scenario.shocks}
    twins: dict[str, Scenario] = {}
    for label, scenario in worlds.items():
        if scenario.shocks and _calm(scenario) not in known:
            known.add(_calm(scenario))
            name = twin_label(label)
            while name in worlds or name in twins:
                name = twin_label(name)
            twins[name] = replace(scenario, shocks=())
    return twins


def shock_pairs(worlds: dict[str, Scenario]) -> list[tuple[str, str]]:
    """Find the worlds that have a paired world without shock.

    Parameters
    ----------
    worlds : dict of str to Scenario
        The worlds of a comparison by label.

    Returns
    -------
    list of (shocked, calm)
        Labels of the two worlds.
    """
    calm = {scenario.hash(): label for label, scenario in reversed(worlds.items()) if not scenario.shocks}
    twins = {label: calm.get(_calm(scenario)) for label, scenario in worlds.items() if scenario.shocks}
    return [(label, twin) for label, twin in twins.items() if twin is not None]


def _paired_results(results: Sequence[WorldResult]) -> Iterator[tuple[WorldResult, WorldResult]]:
    """Yield each run of a shocked world with its calm twin; a failed one is left out with its twin."""
    whole = {(r.request.label, r.request.replicate): r for r in results if r.ok}
    for shocked, calm in shock_pairs({r.request.label: r.request.scenario for r in results}):
        for (label, replicate), result in whole.items():
            twin = whole.get((calm, replicate))
            if label == shocked and twin is not None:
                yield result, twin


def _series(result: WorldResult, level: str) -> dict[str, pd.DataFrame]:
    """Return per unit of a level the months of what resilience is measured on, a column per outcome."""
    named = [FUNCTIONALITY, *FIFTHS, VACANCIES, *COUNTS.values()]
    rows = result.table("outcomes", [("level", "==", level), ("outcome", "in", named)])
    units = rows.astype({"outcome": str, "unit_id": str}).groupby("unit_id", sort=False)
    return {
        str(unit): months.pivot_table(values="value", index="month", columns="outcome")
        for unit, months in units
    }


def _filled(world: pd.DataFrame) -> Floats:
    """Return the share of posts that are filled."""
    filled: Floats = 1.0 - world[VACANCIES].to_numpy(dtype=float)
    return filled


def _measure_pair(struck: pd.DataFrame, calm: pd.DataFrame, window: ShockWindow) -> dict[str, float]:
    """Return the measures of a shocked world and its twin; missing what the runs did not record."""
    month, control = window.first_month, window.control_months
    before = struck.loc[month - MONTHS_BEFORE : month - 1, FUNCTIONALITY].to_numpy(dtype=float)
    a, b = (world.loc[month : window.until_month] for world in (struck, calm))
    recorded = set(a.columns) & set(b.columns)
    workforce = (_filled(a), _filled(b)) if VACANCIES in recorded else None
    q_a, q_b = (world[FUNCTIONALITY].to_numpy(dtype=float) for world in (a, b))
    found: dict[str, float] = asdict(measure_resilience(q_a, q_b, before, workforce, control))
    for name, count in COUNTS.items():
        if count in recorded:
            n_a, n_b = (world[count].to_numpy(dtype=float) for world in (a, b))
            found[name] = more_than_without(n_a, n_b, control)
    if set(FIFTHS) <= recorded:
        with_shock, without = (world[list(FIFTHS)].to_numpy(dtype=float) for world in (a, b))
        burden = measure_burden(with_shock, without, control)
        found |= {f"loss_q{q + 1}": float(loss) for q, loss in enumerate(burden.loss)}
        found |= {"burden_concentration": burden.concentration, "burden_erreygers": burden.erreygers}
    return found


def resilience_table(results: Sequence[WorldResult], level: str = "flanders") -> pd.DataFrame:
    """Measure each shock of each shocked world against its calm twin, replicate by replicate.

    What an earlier shock left behind counts in the window of the next one too: the twin had neither.

    Parameters
    ----------
    results : sequence of WorldResult
        The runs of a comparison; failed ones are left out with their twin.
    level : str
        A level of the outcomes, e.g. ``"zone"`` to see where a shock is borne.

    Returns
    -------
    DataFrame
        A row per pair, shock and unit of the level, columns `RESILIENCE_COLUMNS`: the months of
        `ShockWindow`, the measures of `Resilience`, requests displaced and lost per 1 000 people beyond
        those of the twin, the loss of each fifth of rank and its concentration (E10). Recovery is missing
        when functionality has not recovered by ``until_month``. No rows without such a pair.
    """
    rows = []
    for result, twin in _paired_results(results):
        asked = result.request
        named = {"world": asked.label, "without": twin.request.label, "replicate": asked.replicate,
                 "seed": asked.seed}  # fmt: skip
        struck, unstruck = _series(result, level), _series(twin, level)
        for window in shock_windows(asked.scenario):
            shock = asdict(window) | {"control_months": window.control_months}
            for unit in struck:
                measured = _measure_pair(struck[unit], unstruck[unit], window)
                rows.append({**named, **shock, **measured, "level": level, "unit_id": unit})
    return pd.DataFrame(rows, columns=list(RESILIENCE_COLUMNS))


def function_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return month by month what of its normal function a struck world kept.

    Returns
    -------
    DataFrame
        world, without, replicate, month, functionality, calm (that of the twin), from twelve months before
        the first shock on. No rows without such a pair.
    """
    parts = []
    for result, twin in _paired_results(results):
        first = shock_windows(result.request.scenario)[0].first_month
        a, b = (next(iter(_series(r, "flanders").values()))[FUNCTIONALITY] for r in (result, twin))
        frame = pd.DataFrame({"functionality": a, "calm": b}).loc[first - MONTHS_BEFORE :]
        frame = frame.rename_axis("month").reset_index()
        pair = {"world": result.request.label, "without": twin.request.label}
        parts.append(frame.assign(**pair, replicate=result.request.replicate))
    columns = ["world", "without", "replicate", "month", "functionality", "calm"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def shock_difference_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare how the first struck world and each other one stood the shocks that they share.

    Returns
    -------
    DataFrame
        world_a, world_b, event, measure (of `MEASURED`), mean_a, mean_b, difference, low, high (95 %
        interval of the paired difference), n_replicates. A replicate in which a measure is missing in one of
        the two, such as a recovery that never came, is left out of it.
    """
    table = resilience_table(results)
    first, *others = list(dict.fromkeys(table["world"])) or [""]
    rows = []
    for event in dict.fromkeys(table.loc[table["world"] == first, "event"]):
        met = table[table["event"] == event].set_index("replicate")
        for other in others:
            a, b = (met[met["world"] == world] for world in (first, other))
            for name in MEASURED if len(b) else ():
                pair = pd.concat([a[name], b[name]], axis=1, keys=["a", "b"]).dropna().astype(float)
                low, high = paired_interval(pair["a"], pair["b"])
                means = pair["a"].mean(), pair["b"].mean()
                change = means[1] - means[0]
                rows.append((first, other, event, name, *means, change, low, high, len(pair)))
    names = ["world_a", "world_b", "event", "measure", "mean_a", "mean_b", "difference", "low", "high",
             "n_replicates"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)
