"""What an experiment found, in plain sentences: who leads where, who swaps, what a ramp leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.report.material import outcome_decimals
from cas_model.report.narrative import in_sentence
from cas_model.report.number_format import (
    display_unit,
    format_number,
    sentence_case,
    unit_in_prose,
    unit_of_difference,
)

Tables = Mapping[str, pd.DataFrame]
Row = Mapping[Any, Any]


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
        return [f"No option is clearly better than another on any of {everywhere}: nothing can be ranked."]
    first = rows[rows["rank"] == 1].groupby("regime", observed=True, sort=False)
    counts = first["alone"].agg(["size", "sum"]).sort_values(["size", "sum"], ascending=False, kind="stable")
    best = str(counts.index[0])
    n, alone = int(counts["size"].iloc[0]), int(counts["sum"].iloc[0])
    of_all = (
        f"Of {everywhere}, {total} of {n_outcomes * n_conditions} comparisons separate the options clearly."
    )
    if n == total:
        return [
            f"{quoted(best)} is first wherever the options differ clearly: no other is clearly better on "
            "any outcome "
            f"in any condition. It is first alone in {_times(alone, total)}; elsewhere it shares the "
            f"place. {of_all}"
        ]
    text = [
        f"No option leads on everything. {quoted(best)} is first most often, in {_times(n, total)} "
        "comparisons "
        f"(alone in {alone}). {of_all}"
    ]
    behind = rows[(rows["regime"] == best) & (rows["rank"] > 1)]
    parts = []
    for outcome, group in behind.groupby("outcome", observed=True, sort=False):
        winners = rows[
            (rows["outcome"] == outcome) & (rows["rank"] == 1) & rows["condition"].isin(group["condition"])
        ]
        names = list(dict.fromkeys(quoted(str(name)) for name in winners["regime"]))
        first_named = "every other" if len(names) == rows["regime"].nunique() - 1 > 1 else listing(names)
        where = (
            "in every condition"
            if len(group) == n_conditions
            else f"in {_times(len(group), n_conditions)} conditions"
        )
        parts.append(f"{label_of(str(outcome))} ({where}, where first: {first_named})")
    text.append(f"{quoted(best)} trails on {'; '.join(parts)}.")
    return text


def _seeds(row: Row) -> str:
    n = int(row["n_replicates"])
    return f"{round(float(row['seeds_agree']) * n)} of {n} seeds"


def swaps_between_outcomes(reversals: pd.DataFrame) -> list[dict[str, Any]]:
    """Gather the pairs of regimes that swap between two outcomes.

    Returns
    -------
    list of dict
        a, b; the outcomes on which each is ahead; the conditions in which that holds; and the seeds that
        agree on
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
                "example": " against ".join(label_of(str(surest[f"{x}_ahead_on"])) for x in "ab")
                + (f", {surest['within']}" if surest["within"] else ""),
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
            f"Rank reversals between outcomes: {_times(len(swaps), n_pairs)} pairs of options clearly swap "
            "in at least "
            f"one condition. The surest: {quoted(one['a'])} is ahead of {quoted(one['b'])} on "
            f"{listing(one['a_on'])}, and "
            f"behind on {listing(one['b_on'])} (both sides in {one['seeds']} for {one['example']})."
        )
    else:
        text.append(
            "No two options clearly swap between two ranked outcomes: where they differ, the order is the "
            "same."
        )
    across = swaps_between_conditions(tables["reversals"])
    if across:
        parts = [
            f"on {s['outcome']} {quoted(s['a'])} is ahead of {quoted(s['b'])} under {listing(s['a_on'])} "
            "and behind "
            f"under {listing(s['b_on'])} (both in {s['seeds']})"
            for s in across[:3]
        ]
        text.append(f"Rank reversals between conditions: {'; '.join(parts)}.")
    elif len(pd.unique(tables["ranks"]["condition"])) > 1:
        text.append(
            "No two options clearly swap between two conditions on any ranked outcome: the conditions "
            "change how far "
            "apart options are, but turn no clear order around."
        )
    return text


def _undecided(ranks: pd.DataFrame) -> list[str]:
    clear = set(decided(ranks)["outcome"])
    names = [label_of(str(name)) for name in pd.unique(ranks["outcome"]) if name not in clear]
    if not names:
        return []
    return [f"In no condition do the options differ clearly on {listing(names)}."]


def _span(row: Row, key: str, decimals: int) -> str:
    low, high = (format_number(row[f"{key}_{end}"], decimals) for end in ("low", "high"))
    return f"{format_number(row[key], decimals)} [{low}, {high}]"


def _there_and_back(row: Row) -> str:
    """Say how far the way down lies from the way up, and whether the system returns."""
    outcome = str(row["outcome"])
    left = in_unit(outcome, row["left"])
    apart = (
        "the ways up and down cannot be told apart"
        if row["gap_low"] <= 0.0 <= row["gap_high"]
        else f"the way down lies {in_unit(outcome, row['gap'])} from the way up on average"
    )
    ends = {
        "yes": f"it returns ({left} at the end, too little to matter)",
        "no": f"it does not return: {left} is left at the end",
        "unclear": f"whether it returns is not settled ({left} at the end)",
    }
    return f"; {apart}, and {ends[str(row['returns'])]}"


def _steepness(row: Row) -> str:
    at, pace = _span(row, "steepest_at", 2), _span(row, "steepness", 1)
    part = f"its steepest part, at {at}, moves at {pace} times an even pace"
    return {
        "yes": f" It tips: {part}.",
        "no": f" It does not tip: {part}.",
        "unclear": f" Whether it tips is not settled: {part}.",
        "late": f" It is steepest at the end of the way, where tipping and mere delay look alike: {part}.",
    }[str(row["tips"])]


def _route_sentence(row: Row) -> str:
    outcome, route = str(row["outcome"]), quoted(str(row["route"]))
    top = in_unit(outcome, row["at_top"])
    if row["tips"] == "no response":
        return f"Route {route}: no clear response ({top} at the top)."
    back = _there_and_back(row) if row["returns"] != "stays on top" else ""
    return f"Route {route}: {top} at the top{back}.{_steepness(row)}"


def _ramp_answer(loops: pd.DataFrame, primary: Sequence[str]) -> list[str]:
    """Say per outcome what every route does; outcomes that answer to none are named together."""
    sentences, silent = [], []
    for name in primary:
        rows = loops[loops["outcome"] == name]
        if (rows["tips"] == "no response").all():
            silent.append(label_of(name))
            continue
        found = " ".join(_route_sentence(row) for row in rows.to_dict("records"))
        sentences.append(f"{sentence_case(label_of(name))}. {found}{_pace_of_routes(rows)}")
    if silent:
        sentences.append(f"No route makes a clear difference to {listing(silent)}.")
    return sentences


def _widths(low: float, high: float) -> tuple[float, float]:
    """Return the least and the greatest width that an interval of a signed distance allows."""
    return (0.0 if low <= 0.0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


def _pace_of_routes(rows: pd.DataFrame) -> str:
    """Compare the loops of the first and the last route that come back: delay narrows when there is time."""
    loops = rows[(rows["tips"] != "no response") & (rows["returns"] != "stays on top")].to_dict("records")
    if len(loops) < 2:
        return ""
    one, other = loops[0], loops[-1]
    wide = [_widths(float(r["gap_low"]), float(r["gap_high"])) for r in (one, other)]
    names = quoted(str(one["route"])), quoted(str(other["route"]))
    if wide[0][1] < wide[1][0]:
        return f" The loop is surely narrower on route {names[0]} than on {names[1]}: part of it is delay."
    if wide[1][1] < wide[0][0]:
        return f" The loop is surely narrower on route {names[1]} than on {names[0]}."
    return f" The loops of routes {names[0]} and {names[1]} cannot be told apart."


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
        return _ramp_answer(tables["loops"], asked["primary"])
    return [*_leaders(tables["ranks"]), *_reversal_sentences(tables), *_undecided(tables["ranks"])]
