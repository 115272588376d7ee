"""Unintended consequences: groups that a change leaves worse off while everybody together is not."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.config.vocabulary import COUNTED_GROUPS, PLACES
from cas_model.experiments.differences import final_year, last_months_mean, paired_interval, verdict
from cas_model.experiments.run import WorldResult

UNITS = {"group": COUNTED_GROUPS, "place": PLACES}
"""Groups of people, by the level at which their outcomes are recorded."""

GROUP_COLUMNS = (
    *("world_a", "world_b", "outcome", "level", "unit_id", "mean_a", "mean_b", "difference", "low", "high"),
    *("verdict", "whole_difference", "whole_verdict", "flagged"),
)


def group_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Compare the first world with each other one, group by group and in cities and outside.

    Parameters
    ----------
    results : sequence of WorldResult
        The runs of a comparison, the first world first; failed ones are left out with their twin.

    Returns
    -------
    DataFrame
        Columns `GROUP_COLUMNS`, a row per recorded outcome that is good or bad in itself and group: means of
        the last twelve months, paired difference with 95 % interval over replicates, verdict of the group and
        of everybody (see `differences.verdict`, which respects the smallest difference that matters). A group
        is `flagged` when it is clearly worse while everybody together is not.
    """
    means: dict[tuple[str, int], pd.Series] = {}
    for result in results:
        if result.ok:
            means[result.request.label, result.request.replicate] = _means(result)
    first, *others = dict.fromkeys(result.request.label for result in results)
    rows: list[tuple[object, ...]] = []
    for other in others:
        pairs = sorted(r for world, r in means if world == other and (first, r) in means)
        if not pairs:
            continue
        sides = [pd.DataFrame({r: means[world, r] for r in pairs}) for world in (first, other)]
        a, b = sides[0].align(sides[1], join="inner")
        rows += [(first, other, *row) for row in _rows(a, b)]
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def _means(result: WorldResult) -> pd.Series:
    """Return a run's means over the last twelve months, indexed by level, unit_id and outcome."""
    parts = {("flanders", ""): last_months_mean(final_year(result))}
    for level, units in UNITS.items():
        rows = final_year(result, level)
        for unit in units:
            parts[level, unit] = last_months_mean(rows[rows["unit_id"] == unit], level)
    means: pd.Series = pd.concat(parts, names=["level", "unit_id"])
    return means


def _rows(a: pd.DataFrame, b: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return the rows of one pair of worlds; the tables have a row per mean, a column per replicate."""
    judged = {key: _judged(a.loc[key].to_numpy(), b.loc[key].to_numpy(), key[2]) for key in a.index}
    rows: list[tuple[object, ...]] = []
    for (level, unit, outcome), found in judged.items():
        whole = judged.get(("flanders", "", outcome))
        if level == "flanders" or whole is None or OUTCOMES[outcome].direction == 0:
            continue
        flagged = found[-1] == "worse" and whole[-1] != "worse"
        rows.append((outcome, level, unit, *found, whole[2], whole[-1], flagged))
    return rows


def _judged(a: np.ndarray, b: np.ndarray, outcome: str) -> tuple[float, float, float, float, float, str]:
    """Return both means, difference, interval and verdict; nothing is clear with fewer than two pairs."""
    low, high = paired_interval(a, b)
    declared = OUTCOMES.get(outcome)
    said = verdict(low, high, declared.direction, declared.smallest_that_matters) if declared else "unclear"
    return float(a.mean()), float(b.mean()), float((b - a).mean()), low, high, said


def group_sentences(table: pd.DataFrame) -> list[str]:
    """Say per compared world which groups are worse off while everybody together is not."""
    sentences = []
    for (first, world), rows in table.groupby(["world_a", "world_b"], sort=False, observed=True):
        flags = rows[rows["flagged"].astype(bool)]
        named = [flag_in_words(row) for row in flags.to_dict("records")]
        said = "; ".join(named) or "no recorded outcome is clearly worse for any group"
        sentences.append(f"Unintended consequences of {world} against {first}: {said}")
    return sentences


def flag_in_words(row: Mapping[Hashable, Any]) -> str:
    """Say what a flagged row says: the group, what gets worse for it, and what happens to everybody."""
    label = OUTCOMES[str(row["outcome"])].label
    whole = "improves" if row["whole_verdict"] == "better" else "does not clearly change"
    return f"{row['unit_id']}: {label[0].lower()}{label[1:]} gets worse, while the mean of all {whole}"
