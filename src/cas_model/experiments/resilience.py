"""How shocked worlds stood their shock, against the paired world that differs in nothing but the shock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import pandas as pd

from cas_model.config.scenario import Scenario
from cas_model.experiments.run import WorldResult
from cas_model.outcomes.resilience import measure_resilience

FUNCTIONALITY = "functionality"
RESILIENCE_COLUMNS = (
    "world",
    "without",
    "replicate",
    "seed",
    "first_month",
    "loss",
    "index",
    "robustness",
    "recovery_months",
)


def _calm(scenario: Scenario) -> str:
    """Return the hash of a scenario without its shocks."""
    return replace(scenario, shocks=()).hash()


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


def _functionality(result: WorldResult, first_month: int) -> pd.Series:
    rows = result.outcomes
    rows = rows[
        (rows["level"] == "flanders") & (rows["outcome"] == FUNCTIONALITY) & (rows["month"] >= first_month)
    ]
    series: pd.Series = rows.set_index("month")["value"].sort_index()
    return series


def resilience_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Measure each shocked world against its calm twin, replicate by replicate.

    Parameters
    ----------
    results : sequence of WorldResult
        The runs of a comparison; failed ones are left out with their twin.

    Returns
    -------
    DataFrame
        Columns `RESILIENCE_COLUMNS`: loss (functionality-months), index and robustness (ratios), recovery in
        months, missing when functionality has not recovered by the end. No rows without such a pair.
    """
    worlds = {result.request.label: result.request.scenario for result in results}
    whole = {(r.request.label, r.request.replicate): r for r in results if r.ok}
    rows = []
    for shocked, calm, month in shock_pairs(worlds):
        for (label, replicate), result in whole.items():
            twin = whole.get((calm, replicate))
            if label != shocked or twin is None:
                continue
            a, b = _functionality(result, month), _functionality(twin, month)
            measured = measure_resilience(a.to_numpy(), b.to_numpy())
            named = {"world": shocked, "without": calm, "replicate": replicate, "seed": result.request.seed}
            rows.append({**named, "first_month": month, **asdict(measured)})
    return pd.DataFrame(rows, columns=list(RESILIENCE_COLUMNS))


def resilience_sentences(table: pd.DataFrame) -> list[str]:
    """Say in one sentence per shocked world how it stood the shock, averaged over replicates.

    Examples
    --------
    >>> table = pd.DataFrame([["pandemic", "status_quo", 0, 0, 36, 0.42, 0.98, 0.9, 7.0]],
    ...                      columns=list(RESILIENCE_COLUMNS))
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
        sentences.append(
            f"{world} against {calm}, from month {month}: at worst {100 * rows['robustness'].mean():.1f} % "
            f"of normal function, {rows['loss'].mean():.2f} months lost, {recovery}"
        )
    return sentences
