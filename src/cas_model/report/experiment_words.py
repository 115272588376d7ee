"""What an experiment found, in plain sentences: who leads where, which regimes swap, what a ramp leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.report.narrative import in_sentence
from cas_model.report.number_format import THIN, display_unit, format_number, unit_in_prose, unit_of_difference
from cas_model.report.material import outcome_decimals

Tables = Mapping[str, pd.DataFrame]


def label_of(outcome: str) -> str:
    """Return an outcome's label as it stands inside a sentence."""
    return in_sentence(OUTCOMES[outcome].label) if outcome in OUTCOMES else outcome.replace("_", " ")


def listing(words: Sequence[str]) -> str:
    """Join words as prose does.

    Examples
    --------
    >>> listing(["a"]), listing(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def quoted(name: str) -> str:
    """Return a level's name between quotation marks."""
    return f"“{name}”"


def in_number(outcome: str, value: float, *, signed: bool = True) -> str:
    """Return a difference of an outcome as readers see it, without its unit."""
    declared = OUTCOMES[outcome]
    unit, factor = display_unit(declared.unit)
    decimals = min(4, outcome_decimals(unit, declared.smallest_that_matters * factor) + 1)
    return format_number(factor * value, decimals, signed=signed)


def in_unit(outcome: str, value: float) -> str:
    """Return a difference of an outcome as readers see it, with its unit."""
    unit = unit_of_difference(display_unit(OUTCOMES[outcome].unit)[0])
    return in_number(outcome, value) + unit_in_prose(unit)


def decided(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks where at least one regime is clearly behind another."""
    last = ranks.groupby(["outcome", "condition"], observed=True)["rank"].transform("max")
    rows: pd.DataFrame = ranks[last > 1]
    return rows


def _times(n: int, total: int) -> str:
    return f"{n} of {total}"


def _leaders(ranks: pd.DataFrame) -> list[str]:
    """Say whether one regime leads on everything, and if not, where the best one trails."""
    rows = decided(ranks)
    total = len(rows[["outcome", "condition"]].drop_duplicates())
    n_outcomes, n_conditions = ranks["outcome"].nunique(), ranks["condition"].nunique()
    everywhere = f"{n_outcomes} outcomes in {n_conditions} condition" + ("s" if n_conditions > 1 else "")
    if not total:
        return [f"No regime is clearly better than another on any of {everywhere}: nothing can be ranked."]
    first = rows[rows["rank"] == 1].groupby("regime", observed=True, sort=False)
    counts = first["alone"].agg(["size", "sum"]).sort_values(["size", "sum"], ascending=False, kind="stable")
    best = str(counts.index[0])
    n, alone = int(counts["size"].iloc[0]), int(counts["sum"].iloc[0])
    of_all = f"Of {everywhere}, {total} of {n_outcomes * n_conditions} comparisons separate the regimes clearly."
    if n == total:
        return [
            f"{quoted(best)} is first wherever the regimes differ clearly: no other is clearly better on any outcome "
            f"in any condition. It is first alone in {_times(alone, total)}; elsewhere it shares the place. {of_all}"
        ]
    text = [
        f"No regime leads on everything. {quoted(best)} is first most often, in {_times(n, total)} comparisons "
        f"(alone in {alone}). {of_all}"
    ]
    behind = rows[(rows["regime"] == best) & (rows["rank"] > 1)]
    parts = []
    for outcome, group in behind.groupby("outcome", observed=True, sort=False):
        winners = rows[(rows["outcome"] == outcome) & (rows["rank"] == 1) & rows["condition"].isin(group["condition"])]
        names = list(dict.fromkeys(quoted(str(name)) for name in winners["regime"]))
        first_named = "every other" if len(names) == rows["regime"].nunique() - 1 > 1 else listing(names)
        where = "in every condition" if len(group) == n_conditions else f"in {_times(len(group), n_conditions)} conditions"
        parts.append(f"{label_of(str(outcome))} ({where}, where first: {first_named})")
    text.append(f"{quoted(best)} trails on {'; '.join(parts)}.")
    return text


def _seeds(row: Mapping[str, Any]) -> str:
    n = int(row["n_replicates"])
    return f"{round(float(row['seeds_agree']) * n)} of {n} seeds"


def swaps_between_outcomes(reversals: pd.DataFrame) -> list[dict[str, Any]]:
    """Gather the pairs of regimes that swap between two outcomes.

    Returns
    -------
    list of dict
        a, b; the outcomes on which each is ahead; the conditions in which that holds; and the seeds that agree on
        the surest example.
    """
    rows = reversals[reversals["kind"] == "outcomes"]
    found = []
    for (a, b), group in rows.groupby(["a", "b"], observed=True, sort=False):
        surest = group.sort_values("seeds_agree", ascending=False, kind="stable").iloc[0]
        found.append(
            {
                "a": str(a), "b": str(b),
                "a_on": list(dict.fromkeys(label_of(str(x)) for x in group["a_ahead_on"])),
                "b_on": list(dict.fromkeys(label_of(str(x)) for x in group["b_ahead_on"])),
                "within": list(dict.fromkeys(str(x) for x in group["within"])),
                "seeds": _seeds(surest.to_dict()),
                "example": f"{label_of(str(surest['a_ahead_on']))} against {label_of(str(surest['b_ahead_on']))}, "
                f"{surest['within']}",
            }
        )  # fmt: skip
    return found


def swaps_between_conditions(reversals: pd.DataFrame) -> list[dict[str, Any]]:
    """Gather the pairs of regimes that swap between two conditions on one outcome (keys as above)."""
    rows = reversals[reversals["kind"] == "conditions"]
    found = []
    for (a, b, outcome), group in rows.groupby(["a", "b", "within"], observed=True, sort=False):
        found.append(
            {
                "a": str(a), "b": str(b), "outcome": label_of(str(outcome)),
                "a_on": list(dict.fromkeys(str(x) for x in group["a_ahead_on"])),
                "b_on": list(dict.fromkeys(str(x) for x in group["b_ahead_on"])),
                "seeds": _seeds(group.iloc[0].to_dict()),
            }
        )  # fmt: skip
    return found


def _reversal_sentences(tables: Tables) -> list[str]:
    swaps = swaps_between_outcomes(tables["reversals"])
    n_pairs = len(tables["pairs"][["a", "b"]].drop_duplicates())
    text = []
    if swaps:
        one = swaps[0]
        text.append(
            f"Rank reversals between outcomes: {_times(len(swaps), n_pairs)} pairs of regimes clearly swap in at least "
            f"one condition. The surest: {quoted(one['a'])} is ahead of {quoted(one['b'])} on {listing(one['a_on'])}, and "
            f"behind on {listing(one['b_on'])} (both sides in {one['seeds']} for {one['example']})."
        )
    else:
        text.append(
            "No two regimes clearly swap between two ranked outcomes: where they differ, the order is the same."
        )
    across = swaps_between_conditions(tables["reversals"])
    if across:
        parts = [
            f"on {s['outcome']} {quoted(s['a'])} is ahead of {quoted(s['b'])} under {listing(s['a_on'])} and behind "
            f"under {listing(s['b_on'])} (both in {s['seeds']})"
            for s in across[:3]
        ]
        text.append(f"Rank reversals between conditions: {'; '.join(parts)}.")
    elif tables["ranks"]["condition"].nunique() > 1:
        text.append(
            "No two regimes clearly swap between two conditions on any ranked outcome: the conditions change how far "
            "apart regimes are, but turn no clear order around."
        )
    return text


def _undecided(ranks: pd.DataFrame) -> list[str]:
    clear = set(decided(ranks)["outcome"])
    names = [label_of(str(name)) for name in pd.unique(ranks["outcome"]) if name not in clear]
    if not names:
        return []
    return [f"In no condition do the regimes differ clearly on {listing(names)}."]


def _route_sentence(row: Mapping[str, Any], ramp: Mapping[str, Any]) -> str:
    outcome, route = str(row["outcome"]), quoted(str(row["route"]))
    name = label_of(outcome)
    if row["tips"] == "no response":
        return f"Route {route}: {name} does not clearly answer to {ramp['moves']} (at the top {in_unit(outcome, row['at_top'])})."
    text = f"Route {route}: at the top {name} differs by {in_unit(outcome, row['at_top'])} from the world that never moved."
    if row["returns"] != "stays on top":
        unsure = row["gap_low"] <= 0.0 <= row["gap_high"]
        left = in_unit(outcome, row["left"])
        text += (
            " The ways up and down cannot be told apart"
            if unsure
            else f" The way down lies {in_unit(outcome, row['gap'])} from the way up on average"
        )
        text += {
            "yes": f", and it returns: {left} is left at the end, too little to matter.",
            "no": f", and it does not return: {left} is left at the end.",
            "unclear": f"; whether it returns is not settled ({left} left at the end).",
        }[str(row["returns"])]
    at = f"at {format_number(row['steepest_at'], 2)} [{format_number(row['steepest_at_low'], 2)}, {format_number(row['steepest_at_high'], 2)}]"
    pace = f"{format_number(row['steepness'], 1)}{THIN}× an even pace [{format_number(row['steepness_low'], 1)}, {format_number(row['steepness_high'], 1)}]"
    text += {
        "yes": f" It tips: its steepest part, {at}, moves at {pace}.",
        "no": f" It does not tip: even its steepest part, {at}, moves at only {pace}.",
        "unclear": f" Whether it tips is not settled: its steepest part, {at}, moves at {pace}.",
    }[str(row["tips"])]
    return text


def _speed_sentences(loops: pd.DataFrame) -> list[str]:
    """Say whether loops shrink when the ramp is slower: then the system lags; if not, it remembers."""
    text = []
    for outcome, group in loops.groupby("outcome", observed=True, sort=False):
        rows = group[(group["tips"] != "no response") & (group["returns"] != "stays on top")]
        if len(rows) < 2:
            continue
        # The routes stand from slow to fast or the other way round; the months are in the manifest.
        text.append((str(outcome), rows))
    sentences = []
    for name, rows in text:
        gaps = [f"{in_unit(name, gap)} ({quoted(str(route))})" for route, gap in rows[["route", "gap"]].itertuples(index=False)]
        sentences.append(f"Distance between the ways up and down, {label_of(name)}: {listing(gaps)}.")
    return sentences


def answer(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return the sentences that answer an experiment's question.

    Parameters
    ----------
    manifest : mapping
        From `experiment_manifest`.
    tables : mapping of str to DataFrame
        Of the design.
    """
    asked = manifest["experiment"]
    if asked["kind"] == "ramp":
        rows = tables["loops"][tables["loops"]["outcome"].isin(asked["primary"])]
        sentences = [_route_sentence(row, asked["ramp"]) for row in rows.to_dict("records")]
        return [*sentences, *_speed_sentences(rows)]
    return [*_leaders(tables["ranks"]), *_reversal_sentences(tables), *_undecided(tables["ranks"])]
