"""What shocks took, in sentences: for the first paragraph of a report, its section, and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import pandas as pd

from cas_model.outcomes.resilience import RECOVERED
from cas_model.report.material import Material, World
from cas_model.report.number_format import THIN, format_number

NEVER_BELOW = f"never below {100 * RECOVERED:.0f}{THIN}% of normal function"


def recovery_words(months: pd.Series, until: int) -> str:
    """Say when function was back: after so many months, or not by the last month that was measured.

    Parameters
    ----------
    months : Series
        Months to recovery, a value per seed; missing where it never came.
    until : int
        Last month that was measured.

    Examples
    --------
    >>> recovery_words(pd.Series([4.0, 6.0]), 143), recovery_words(pd.Series([float("nan")]), 143)
    ('recovered after 5 months', 'not recovered by month 143')
    """
    known = months.dropna()
    never = f"not recovered by month {until}"
    if known.empty:
        return never
    if (known == 0.0).all() and len(known) == len(months):
        return NEVER_BELOW
    mean = format_number(float(known.mean()), 0)
    text = f"recovered after {mean} month{'' if mean == '1' else 's'}"
    return (
        text if len(known) == len(months) else f"{text} in {len(known)} of {len(months)} seeds, else {never}"
    )


def span_words(shock: Mapping[Any, Any]) -> str:
    """Return the months of a shock: "months 36 to 47", or "month 36"."""
    first, last = shock["first_month"], shock["last_month"]
    return f"month {first}" if first == last else f"months {first} to {last}"


def stood_sentences(table: pd.DataFrame, titles: Mapping[str, str] | None = None) -> list[str]:
    """Say in one sentence per struck world and shock how it was stood, averaged over seeds.

    Parameters
    ----------
    table : DataFrame
        See `cas_model.experiments.resilience.resilience_table`, of Flanders.
    titles : mapping, optional
        How to call each world; its name when left out.

    Examples
    --------
    >>> row = {"world": "x", "event": "pandemic", "first_month": 36, "last_month": 47, "until_month": 119,
    ...        "robustness": 0.9, "loss": 0.42, "recovery_months": 7.0, "control_months": 24}
    >>> more = {"more_lost": 3.1, "more_displaced": 84.0}
    >>> print(stood_sentences(pd.DataFrame([row | more]))[0].replace(", ", ",\\n").replace("; ", ";\\n"))
    x in the pandemic (months 36 to 47): at worst 90.0\u202f% of its function without the shock,
    0.42 months of full function lost in 24 months,
    recovered after 7 months;
    per 1\u202f000 people 84 more requests were turned away by the own practice and 3.1 more were lost.
    """
    if not len(table):
        return []
    sentences = []
    for (world, event, _), rows in table.groupby(
        ["world", "event", "first_month"], sort=False, observed=True
    ):
        shock = rows.iloc[0].to_dict()
        name = (titles or {}).get(str(world), str(world))
        text = (
            f"{name} in the {event} ({span_words(shock)}): at worst "
            f"{format_number(100 * float(rows['robustness'].mean()), 1)}{THIN}% of its function without the "
            "shock, "
            f"{format_number(float(rows['loss'].mean()), 2)} months of full function lost in "
            f"{shock['control_months']} months, "
            f"{recovery_words(rows['recovery_months'], int(shock['until_month']))}"
        )
        displaced, lost = (float(rows[name].mean()) for name in ("more_displaced", "more_lost"))
        if isfinite(displaced) and isfinite(lost):
            text += (
                f"; per 1{THIN}000 people {_more(displaced, 0)} requests were turned away by the own "
                f"practice and {_more(lost, 1)} were lost"
            )
        sentences.append(text + ".")
    return sentences


def _more(count: float, decimals: int) -> str:
    return f"{format_number(abs(count), decimals)} {'fewer' if count < 0 else 'more'}"


def difference_sentences(table: pd.DataFrame, titles: Mapping[str, str] | None = None) -> list[str]:
    """Say per shock and pair of struck worlds which lost more function, and how sure that is.

    Parameters
    ----------
    table : DataFrame
        See `cas_model.experiments.resilience.shock_difference_table`.
    titles : mapping, optional
        As for `stood_sentences`.

    Examples
    --------
    >>> row = {"world_a": "x", "world_b": "y", "event": "pandemic", "measure": "loss", "n_replicates": 5,
    ...        "difference": -0.2, "low": -0.3, "high": -0.1}
    >>> print(difference_sentences(pd.DataFrame([row]))[0].replace(" (", "\\n("))
    In the pandemic, y lost 0.20 months of full function less than x
    (95\u202f% interval of the difference \u22120.30 to \u22120.10).
    """
    sentences = []
    for row in table[table["measure"].astype(str) == "loss"].to_dict("records") if len(table) else []:
        a, b = ((titles or {}).get(str(row[key]), str(row[key])) for key in ("world_a", "world_b"))
        change, low, high = (float(row[key]) for key in ("difference", "low", "high"))
        if not isfinite(change):
            continue
        known = isfinite(low) and isfinite(high)
        interval = (
            f"95{THIN}% interval of the difference {format_number(low, 2, signed=True)} to "
            f"{format_number(high, 2, signed=True)}"
            if known
            else "one seed in which both are known: no interval"
        )
        if known and low * high > 0.0:
            less = "less" if change < 0 else "more"
            said = f"{b} lost {format_number(abs(change), 2)} months of full function {less} than {a}"
        else:
            said = (
                f"the difference in function lost is unclear: {format_number(change, 2, signed=True)} months "
                f"of full function in {b}, against {a}"
            )
        sentences.append(f"In the {row['event']}, {said} ({interval}).")
    return sentences


def titles_in_prose(material: Material) -> dict[str, str]:
    """Return how sentences of a report call each world."""
    return {world.name: f"“{world.title}”" for world in material.worlds}


def struck_without_twin(material: Material) -> list[World]:
    """Return the struck worlds of a report that were run without a calm twin."""
    known = set(material.table("resilience").get("world", pd.Series(dtype=str)).astype(str))
    struck = {str(event["world"]) for event in material.manifest.get("events") or []}
    return [world for world in material.worlds if world.name in struck - known]


def without_twin_words(worlds: Sequence[World]) -> str:
    """Say that what a shock took is not known."""
    named = " and ".join(f"“{world.title}”" for world in worlds)
    return (
        f"{named} {'was' if len(worlds) == 1 else 'were'} struck, but not run without the shock too (no calm "
        "twin, --no-twins), so that what it took is not known."
    )


def shock_paragraph(material: Material, worlds: Sequence[World]) -> str:
    """Say what struck some worlds, and how their losses differ; empty when nothing struck them.

    Parameters
    ----------
    material : Material
        Analyses ``resilience`` and ``resilience_differences``.
    worlds : sequence of World
        One world, or the two of a comparison.
    """
    named, names = titles_in_prose(material), [world.name for world in worlds]
    table, differences = material.table("resilience"), material.table("resilience_differences")
    alone = [world for world in struck_without_twin(material) if world.name in names]
    words = [without_twin_words(alone)] if alone else []
    if not len(table):
        return " ".join(words)
    own = table[table["world"].astype(str).isin(names)]
    paired = differences
    if len(differences):
        ends = differences[["world_a", "world_b"]].astype(str)
        paired = differences[(ends["world_a"] == names[0]) & (ends["world_b"] == names[-1])]
    if not len(paired):
        return " ".join([*stood_sentences(own, named), *words])
    shocks = own.drop_duplicates("event").sort_values("first_month").to_dict("records")
    listed = ", then ".join(f"a {shock['event']} ({span_words(shock)})" for shock in shocks)
    return " ".join([f"Both worlds are struck by {listed}.", *difference_sentences(paired, named), *words])
