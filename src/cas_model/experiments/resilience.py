"""How shocked worlds stood each shock, against the paired world that differs in nothing but the shocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import isfinite, nan

import pandas as pd

from cas_model.config.scenario import Scenario
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.measures import Floats
from cas_model.outcomes.resilience import CONTROL_MONTHS, Resilience, measure_burden, measure_resilience

FUNCTIONALITY = "functionality"
FIFTHS = tuple(f"{FUNCTIONALITY}_q{q}" for q in range(1, 6))
VACANCIES = "vacancies"
EXCESS = {"excess_lost": "lost_requests", "excess_displaced": "displaced_requests"}
"""Measure: the outcome (a share of the requests of twelve months) whose excess over the calm world it is."""
MONTHS_BEFORE = 12
MEASURES = (
    *(field.name for field in fields(Resilience)),
    *EXCESS,
    "burden_concentration",
    "burden_erreygers",
)
RESILIENCE_COLUMNS = (
    *("world", "without", "replicate", "seed", "nth", "shock", "first_month", "last_month"),
    *MEASURES,
    *(f"loss_q{q}" for q in range(1, 6)),
    *("level", "unit_id"),
)


@dataclass(frozen=True)
class Strike:
    """What begins to strike a world in one month.

    Attributes
    ----------
    label : str
        Kind of shock; several that begin together are one strike.
    month, last : int
        Its first month, and one past the last month of the shock itself.
    until : int
        First month of the next strike, or the end of the run: up to there its effect is measured.
    """

    label: str
    month: int
    last: int
    until: int


def strikes(scenario: Scenario) -> list[Strike]:
    """Return what strikes a scenario, in order of time."""
    months = sorted({event.start_month for event in scenario.shocks})
    found = []
    for month, until in zip(months, [*months[1:], scenario.months], strict=True):
        together = [event for event in scenario.shocks if event.start_month == month]
        kinds = dict.fromkeys(event.kind.replace("_", " ") for event in together)
        found.append(Strike(" and ".join(kinds), month, max(e.end_month for e in together), until))
    return found


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


def shock_pairs(worlds: dict[str, Scenario]) -> list[tuple[str, str, list[Strike]]]:
    """Find the worlds that have a paired world without shock.

    Parameters
    ----------
    worlds : dict of str to Scenario
        The worlds of a comparison by label.

    Returns
    -------
    list of (shocked, calm, strikes)
        Labels of the two worlds, and what strikes the first.
    """
    calm = {scenario.hash(): label for label, scenario in reversed(worlds.items()) if not scenario.shocks}
    pairs = []
    for label, scenario in worlds.items():
        other = calm.get(_calm(scenario))
        if other is not None and scenario.shocks:
            pairs.append((label, other, strikes(scenario)))
    return pairs


def _series(result: WorldResult, level: str) -> dict[str, pd.DataFrame]:
    """Return per unit of a level the months of what resilience is measured on, a column per outcome."""
    wanted = [
        ("level", "==", level),
        ("outcome", "in", [FUNCTIONALITY, *FIFTHS, VACANCIES, *EXCESS.values()]),
    ]
    rows = result.table("outcomes", wanted)
    units = rows.astype({"outcome": str, "unit_id": str}).groupby("unit_id", sort=False)
    return {
        str(unit): months.pivot_table(values="value", index="month", columns="outcome")
        for unit, months in units
    }


def _filled(world: pd.DataFrame) -> Floats:
    """Return the share of posts that are filled."""
    filled: Floats = 1.0 - world[VACANCIES].to_numpy(dtype=float)
    return filled


def _excess(struck: pd.DataFrame, calm: pd.DataFrame, outcome: str) -> float:
    """Return the mean excess of a yearly share over the calm world, in the years that loss is counted in."""
    if outcome not in struck or outcome not in calm:
        return nan
    ends = range(MONTHS_BEFORE - 1, min(len(struck), CONTROL_MONTHS), MONTHS_BEFORE)
    change = struck[outcome].to_numpy(dtype=float) - calm[outcome].to_numpy(dtype=float)
    return float(change[list(ends)].mean()) if len(ends) else nan


def _measure_pair(struck: pd.DataFrame, calm: pd.DataFrame, strike: Strike) -> dict[str, float]:
    """Return the measures of a shocked world and its twin; missing what the runs did not record."""
    month = strike.month
    before = struck.loc[month - MONTHS_BEFORE : month - 1, FUNCTIONALITY].to_numpy(dtype=float)
    a, b = struck.loc[month : strike.until - 1], calm.loc[month : strike.until - 1]
    workforce = None
    if VACANCIES in a and VACANCIES in b:
        workforce = _filled(a), _filled(b)
    q_a, q_b = (world[FUNCTIONALITY].to_numpy(dtype=float) for world in (a, b))
    found: dict[str, float] = asdict(measure_resilience(q_a, q_b, before, workforce))
    found |= {measure: _excess(a, b, outcome) for measure, outcome in EXCESS.items()}
    if set(FIFTHS) <= set(a.columns) & set(b.columns):
        burden = measure_burden(*(world[list(FIFTHS)].to_numpy(dtype=float) for world in (a, b)))
        found |= {f"loss_q{q + 1}": float(loss) for q, loss in enumerate(burden.loss)}
        found |= {"burden_concentration": burden.concentration, "burden_erreygers": burden.erreygers}
    return found


def resilience_table(results: Sequence[WorldResult], level: str = "flanders") -> pd.DataFrame:
    """Measure each shocked world against its calm twin, replicate by replicate.

    Parameters
    ----------
    results : sequence of WorldResult
        The runs of a comparison; failed ones are left out with their twin.
    level : str
        A level of the outcomes, e.g. ``"zone"`` to see where a shock is borne.

    Returns
    -------
    DataFrame
        A row per pair, strike and unit of the level, columns `RESILIENCE_COLUMNS`: the measures of
        `Resilience` from the strike to the next one, the excess of requests lost and displaced (share of
        requests, mean of two years), the loss of each fifth of rank and its concentration (E10). Recovery is
        missing when functionality has not recovered by then. No rows without such a pair.
    """
    worlds = {result.request.label: result.request.scenario for result in results}
    whole = {(r.request.label, r.request.replicate): r for r in results if r.ok}
    rows = []
    for shocked, calm, struck_by in shock_pairs(worlds):
        for (label, replicate), result in whole.items():
            twin = whole.get((calm, replicate))
            if label != shocked or twin is None:
                continue
            named = {"world": shocked, "without": calm, "replicate": replicate, "seed": result.request.seed}
            struck, unstruck = _series(result, level), _series(twin, level)
            for unit in struck:
                for nth, strike in enumerate(struck_by, start=1):
                    measured = _measure_pair(struck[unit], unstruck[unit], strike)
                    which = {"nth": nth, "shock": strike.label, "first_month": strike.month}
                    which |= {"last_month": strike.last - 1}
                    rows.append({**named, **which, **measured, "level": level, "unit_id": unit})
    return pd.DataFrame(rows, columns=list(RESILIENCE_COLUMNS))


def function_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return month by month what of its normal function a struck world kept.

    Returns
    -------
    DataFrame
        world, without, replicate, month, functionality, calm (that of the twin), from twelve months before
        the first shock on. No rows without such a pair.
    """
    whole = {(r.request.label, r.request.replicate): r for r in results if r.ok}
    parts = []
    for struck, calm, struck_by in shock_pairs({r.request.label: r.request.scenario for r in results}):
        for (label, replicate), result in whole.items():
            twin = whole.get((calm, replicate))
            if label != struck or twin is None:
                continue
            a, b = (next(iter(_series(r, "flanders").values()))[FUNCTIONALITY] for r in (result, twin))
            frame = pd.DataFrame({"functionality": a, "calm": b}).loc[struck_by[0].month - MONTHS_BEFORE :]
            frame = frame.rename_axis("month").reset_index()
            parts.append(frame.assign(world=struck, without=calm, replicate=replicate))
    columns = ["world", "without", "replicate", "month", "functionality", "calm"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def shock_difference_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare how the first struck world and each other one stood a shock that struck both in the same month.

    Returns
    -------
    DataFrame
        world_a, world_b, nth, shock, measure (of `MEASURES`), mean_a, mean_b, difference, low, high (95 %
        interval of the paired difference), n_replicates. A replicate in which a measure is missing in one of
        the two, such as a recovery that never came, is left out of it.
    """
    table = resilience_table(results)
    worlds = list(dict.fromkeys(table["world"]))
    rows = []
    keys = ["replicate", "nth", "shock", "first_month"]
    for other in worlds[1:]:
        a, b = (table[table["world"] == w].set_index(keys)[list(MEASURES)] for w in (worlds[0], other))
        both = pd.concat([a, b], axis=1, keys=["a", "b"], join="inner")
        for (nth, shock), struck in both.groupby(level=["nth", "shock"], sort=False):
            for measure in MEASURES:
                pair = struck.xs(measure, axis=1, level=1).dropna()
                low, high = paired_interval(pair["a"], pair["b"])
                means = pair["a"].mean(), pair["b"].mean()
                change = means[1] - means[0]
                rows.append((worlds[0], other, nth, shock, measure, *means, change, low, high, len(pair)))
    names = ["world_a", "world_b", "nth", "shock", "measure", "mean_a", "mean_b", "difference"]
    return pd.DataFrame(rows, columns=[*names, "low", "high", "n_replicates"])


def resilience_sentences(table: pd.DataFrame) -> list[str]:
    """Say in one sentence per shocked world and strike how it stood it, averaged over replicates.

    Examples
    --------
    >>> row = {"world": "pandemic", "without": "status_quo", "replicate": 0, "seed": 0, "nth": 1,
    ...        "shock": "pandemic", "first_month": 36, "loss": 0.42, "robustness": 0.9}
    >>> row["recovery_months"] = 7.0
    >>> table = pd.DataFrame([row], columns=list(RESILIENCE_COLUMNS))
    >>> print(resilience_sentences(table)[0].replace(": ", ":\\n"))
    pandemic against status_quo, pandemic from month 37 on:
    at worst 90.0 % of normal function, 0.42 months lost, recovered after 7 months
    """
    sentences = []
    keys = ["world", "without", "shock", "first_month"]
    for (world, calm, shock, first), rows in table.groupby(keys, sort=False, observed=True):
        month = int(str(first))
        back = rows["recovery_months"].dropna()
        if len(back) == len(rows):
            recovery = f"recovered after {back.mean():.0f} months"
        else:
            recovery = f"recovered within the horizon in {len(back)} of {len(rows)} seeds"
        twin = "itself without shocks" if calm == twin_label(str(world)) else calm
        sentences.append(
            f"{world} against {twin}, {shock} from month {month + 1} on: at worst "
            f"{100 * rows['robustness'].mean():.1f} % of normal function, {rows['loss'].mean():.2f} months "
            f"lost, {recovery}"
        )
    return sentences


def shock_difference_sentences(table: pd.DataFrame) -> list[str]:
    """Say per pair of struck worlds and strike which lost more function, and how sure that is.

    Examples
    --------
    >>> row = {"world_a": "x", "world_b": "y", "nth": 1, "difference": -0.2, "low": -0.3, "high": -0.1}
    >>> table = pd.DataFrame([row | {"measure": "loss", "shock": "heat wave"}])
    >>> print(shock_difference_sentences(table)[0].replace(" (", "\\n("))
    In the heat wave y lost 0.20 months of function less than x
    (95 % interval of the difference -0.30 to -0.10)
    """
    sentences = []
    for row in table[table["measure"].astype(str) == "loss"].to_dict("records") if len(table) else []:
        less = "less" if row["difference"] < 0 else "more"
        again = f" (strike {row['nth']})" if row["nth"] > 1 else ""
        interval = f"95 % interval of the difference {row['low']:.2f} to {row['high']:.2f}"
        sure = interval if isfinite(row["low"]) else "one seed gives no interval"
        sentences.append(
            f"In the {row['shock']}{again} {row['world_b']} lost {abs(row['difference']):.2f} months of "
            f"function {less} than {row['world_a']} ({sure})"
        )
    return sentences
