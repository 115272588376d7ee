"""How shocked worlds stood their shock, against the paired world that differs in nothing but the shock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace

import pandas as pd

from cas_model.config.scenario import Scenario
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.measures import Floats
from cas_model.outcomes.resilience import Resilience, measure_burden, measure_resilience

FUNCTIONALITY = "functionality"
FIFTHS = tuple(f"{FUNCTIONALITY}_q{q}" for q in range(1, 6))
VACANCIES = "vacancies"
MONTHS_BEFORE = 12
RESILIENCE_COLUMNS = (
    "world",
    "without",
    "replicate",
    "seed",
    "first_month",
    *(field.name for field in fields(Resilience)),
    *(f"loss_q{q}" for q in range(1, 6)),
    "burden_concentration",
    "burden_erreygers",
    "level",
    "unit_id",
)


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


def shock_pairs(worlds: dict[str, Scenario]) -> list[tuple[str, str, int]]:
    """Find the worlds that have a paired world without shock.

    Parameters
    ----------
    worlds : dict of str to Scenario
        The worlds of a comparison by label.

    Returns
    -------
    list of (shocked, calm, month)
        Labels of the two worlds, and the first month of the first shock.
    """
    calm = {scenario.hash(): label for label, scenario in reversed(worlds.items()) if not scenario.shocks}
    pairs = []
    for label, scenario in worlds.items():
        other = calm.get(_calm(scenario))
        if other is not None and scenario.shocks:
            pairs.append((label, other, min(event.start_month for event in scenario.shocks)))
    return pairs


def _series(result: WorldResult, level: str) -> dict[str, pd.DataFrame]:
    """Return per unit of a level the months of what resilience is measured on, a column per outcome."""
    wanted = [("level", "==", level), ("outcome", "in", [FUNCTIONALITY, *FIFTHS, VACANCIES])]
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


def _measure_pair(struck: pd.DataFrame, calm: pd.DataFrame, month: int) -> dict[str, float]:
    """Return the measures of a shocked world and its twin; missing what the runs did not record."""
    before = struck.loc[month - MONTHS_BEFORE : month - 1, FUNCTIONALITY].to_numpy(dtype=float)
    a, b = struck.loc[month:], calm.loc[month:]
    workforce = None
    if VACANCIES in a and VACANCIES in b:
        workforce = _filled(a), _filled(b)
    q_a, q_b = (world[FUNCTIONALITY].to_numpy(dtype=float) for world in (a, b))
    found: dict[str, float] = asdict(measure_resilience(q_a, q_b, before, workforce))
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
        A row per pair and unit of the level, columns `RESILIENCE_COLUMNS`: the measures of `Resilience`, the
        loss of each fifth of rank and its concentration (E10). Recovery is missing when functionality has not
        recovered by the end. No rows without such a pair.
    """
    worlds = {result.request.label: result.request.scenario for result in results}
    whole = {(r.request.label, r.request.replicate): r for r in results if r.ok}
    rows = []
    for shocked, calm, month in shock_pairs(worlds):
        for (label, replicate), result in whole.items():
            twin = whole.get((calm, replicate))
            if label != shocked or twin is None:
                continue
            named = {"world": shocked, "without": calm, "replicate": replicate, "seed": result.request.seed}
            struck, unstruck = _series(result, level), _series(twin, level)
            for unit in struck:
                measured = _measure_pair(struck[unit], unstruck[unit], month)
                place = {"level": level, "unit_id": unit}
                rows.append({**named, "first_month": month, **measured, **place})
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
    for struck, calm, first in shock_pairs({r.request.label: r.request.scenario for r in results}):
        for (label, replicate), result in whole.items():
            twin = whole.get((calm, replicate))
            if label != struck or twin is None:
                continue
            a, b = (next(iter(_series(r, "flanders").values()))[FUNCTIONALITY] for r in (result, twin))
            frame = pd.DataFrame({"functionality": a, "calm": b}).loc[first - MONTHS_BEFORE :]
            frame = frame.rename_axis("month").reset_index()
            parts.append(frame.assign(world=struck, without=calm, replicate=replicate))
    columns = ["world", "without", "replicate", "month", "functionality", "calm"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def shock_difference_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare how the first struck world and each other one stood their shocks.

    Returns
    -------
    DataFrame
        world_a, world_b, measure (of `Resilience`), mean_a, mean_b, difference, low, high (95 % interval of
        the paired difference), n_replicates. A replicate in which a measure is missing in one of the two,
        such as a recovery that never came, is left out of it.
    """
    table = resilience_table(results)
    worlds = list(dict.fromkeys(table["world"]))
    rows = []
    for other in worlds[1:]:
        a, b = (table[table["world"] == w].set_index("replicate") for w in (worlds[0], other))
        for field in fields(Resilience):
            pair = pd.concat([a[field.name], b[field.name]], axis=1, keys=["a", "b"]).dropna()
            low, high = paired_interval(pair["a"], pair["b"])
            means = pair["a"].mean(), pair["b"].mean()
            change = means[1] - means[0]
            rows.append((worlds[0], other, field.name, *means, change, low, high, len(pair)))
    names = ["world_a", "world_b", "measure", "mean_a", "mean_b", "difference", "low", "high", "n_replicates"]
    return pd.DataFrame(rows, columns=names)


def resilience_sentences(table: pd.DataFrame) -> list[str]:
    """Say in one sentence per shocked world how it stood the shock, averaged over replicates.

    Examples
    --------
    >>> row = {"world": "pandemic", "without": "status_quo", "replicate": 0, "seed": 0, "first_month": 36,
    ...        "loss": 0.42, "robustness": 0.9, "recovery_months": 7.0}
    >>> table = pd.DataFrame([row], columns=list(RESILIENCE_COLUMNS))
    >>> print(resilience_sentences(table)[0].replace(": ", ":\\n"))
    pandemic against status_quo, from month 36:
    at worst 90.0 % of normal function, 0.42 months lost, recovered after 7 months
    """
    sentences = []
    for (world, calm, month), rows in table.groupby(["world", "without", "first_month"], sort=False):
        back = rows["recovery_months"].dropna()
        if len(back) == len(rows):
            recovery = f"recovered after {back.mean():.0f} months"
        else:
            recovery = f"recovered within the horizon in {len(back)} of {len(rows)} seeds"
        twin = "itself without shocks" if calm == twin_label(str(world)) else calm
        sentences.append(
            f"{world} against {twin}, from month {month}: at worst {100 * rows['robustness'].mean():.1f} % "
            f"of normal function, {rows['loss'].mean():.2f} months lost, {recovery}"
        )
    return sentences


def shock_difference_sentences(table: pd.DataFrame) -> list[str]:
    """Say per pair of struck worlds which lost more function, and how sure that is.

    Examples
    --------
    >>> row = {"world_a": "x", "world_b": "y", "difference": -0.2, "low": -0.3, "high": -0.1}
    >>> shock_difference_sentences(pd.DataFrame([row | {"measure": "loss"}]))[0]
    'Under shock y lost 0.20 months of function less than x (95 % interval of the difference -0.30 to -0.10)'
    """
    sentences = []
    for row in table[table["measure"].astype(str) == "loss"].to_dict("records") if len(table) else []:
        less = "less" if row["difference"] < 0 else "more"
        sentences.append(
            f"Under shock {row['world_b']} lost {abs(row['difference']):.2f} months of function {less} than "
            f"{row['world_a']} (95 % interval of the difference {row['low']:.2f} to {row['high']:.2f})"
        )
    return sentences
