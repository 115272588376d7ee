"""Who gains and who loses: the same person in two worlds that share every chance event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import COUNTED_GROUPS, FIRST_AGE, FIRST_CONDITIONS, FIRST_LITERACY
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.run import WorldResult

STATES = {"health": (1, 0.005), "experience": (1, 0.02), "unmet": (-1, 0.5)}
"""What is compared of a person: direction (+1 more is better) and the smallest difference that matters."""

BOUNDS = (0, FIRST_AGE, FIRST_LITERACY, FIRST_CONDITIONS, len(COUNTED_GROUPS))
KINDS = ("income", "age", "literacy", "conditions")

INDIVIDUAL_COLUMNS = (
    *("world_a", "world_b", "state", "kind", "group", "n_people", "difference", "low", "high"),
    *("p05", "p25", "p50", "p75", "p95", "better_share", "worse_share", "left_behind"),
)


def _pairs(results: Sequence[WorldResult]) -> dict[tuple[str, int], pd.DataFrame]:
    """Return the people of each other world beside themselves in the first, per world and replicate."""
    whole = {(r.request.label, r.request.replicate): r.table("people") for r in results if r.ok}
    first = results[0].request.label
    joined = {}
    for (world, replicate), people in whole.items():
        base = whole.get((first, replicate))
        if world == first or base is None:
            continue
        both = base.merge(people, on="row", suffixes=("_a", "_b"))
        # Who died in one world only is somebody else there.
        joined[world, replicate] = both[both["birth_month_a"] == both["birth_month_b"]]
    return joined


def individual_table(results: Sequence[WorldResult]) -> pd.DataFrame:
    """Return the distribution of paired individual differences, for everybody and for each group.

    Parameters
    ----------
    results : sequence of WorldResult
        The runs of a comparison, the first world first; failed ones are left out with their twin.

    Returns
    -------
    DataFrame
        Columns `INDIVIDUAL_COLUMNS`. `difference` is the mean over people of the second world less the first,
        95 % interval over replicates; percentiles are over people of all replicates. `better_share` and
        `worse_share` count those who differ by at least the smallest difference that matters. A group is
        `left_behind` when it is clearly worse off while everybody together is not.
    """
    rows = []
    joined = _pairs(results)
    for world in dict.fromkeys(world for world, _ in joined):
        pairs = [frame for (name, _), frame in joined.items() if name == world]
        for state, (direction, smallest) in STATES.items():
            everybody = _row(pairs, state, direction, smallest, None)
            rows.append((results[0].request.label, world, state, "everyone", "everyone", *everybody, False))
            for kind, (start, stop) in zip(KINDS, pairwise(BOUNDS), strict=True):
                for group in range(start, stop):
                    found = _row(pairs, state, direction, smallest, (kind, group))
                    if found[0] == 0:
                        continue
                    behind = _is_worse(found, direction) and not _is_worse(everybody, direction)
                    named = (results[0].request.label, world, state, kind, COUNTED_GROUPS[group])
                    rows.append((*named, *found, behind))
    return pd.DataFrame(rows, columns=list(INDIVIDUAL_COLUMNS))


def _row(
    pairs: Sequence[pd.DataFrame], state: str, direction: int, smallest: float, group: tuple[str, int] | None
) -> tuple[float, ...]:
    gaps, means = [], []
    for frame in pairs:
        kept = frame if group is None else frame[frame[f"{group[0]}_a"] == group[1]]
        gap = kept[f"{state}_b"].to_numpy(dtype=float) - kept[f"{state}_a"].to_numpy(dtype=float)
        if gap.size:
            gaps.append(gap)
            means.append(float(gap.mean()))
    if not gaps:
        return (0, *(float("nan"),) * 10)
    people = np.concatenate(gaps)
    low, high = paired_interval(np.zeros(len(means)), means)
    p05, p25, p50, p75, p95 = (float(x) for x in np.percentile(people, (5, 25, 50, 75, 95)))
    better = float((direction * people >= smallest).mean())
    worse = float((-direction * people >= smallest).mean())
    return people.size, float(np.mean(means)), low, high, p05, p25, p50, p75, p95, better, worse


def _is_worse(row: Sequence[float], direction: int) -> bool:
    low, high = row[2], row[3]
    return high < 0.0 if direction > 0 else low > 0.0


def individual_sentences(table: pd.DataFrame) -> list[str]:
    """Say per compared world how many people are better and worse off, and who is left behind."""
    words = {"health": "healthier", "experience": "experience better care", "unmet": "spared an unmet need"}
    sentences = []
    for (first, world), rows in table.groupby(["world_a", "world_b"], sort=False):
        whole = rows[rows["kind"] == "everyone"]
        parts = [
            f"{words[state]}: {100 * better:.1f} %, the reverse: {100 * worse:.1f} %"
            for state, better, worse in zip(
                whole["state"], whole["better_share"], whole["worse_share"], strict=True
            )
        ]
        behind = rows[rows["left_behind"].astype(bool)]
        named = zip(behind["group"], behind["state"], strict=True)
        left = "; ".join(f"{group} ({state})" for group, state in named) or "nobody"
        sentences.append(
            f"{world} against {first}, person by person: {'; '.join(parts)}. Left behind: {left}"
        )
    return sentences
