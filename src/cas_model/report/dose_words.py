"""What a factorial's doses and years show: which level is best, what a part of a dose does, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.course import sums_up
from cas_model.experiments.dose import FIRST, FLAT, INSIDE, LAST, PERHAPS
from cas_model.report.experiment_words import Row, Tables, in_unit, label_of, listing, quoted
from cas_model.report.number_format import format_number, sentence_case

SMALL, LARGE = 0.05, 0.30
"""Doses whose responses P18 compares."""
EARLY = 3
"""Year up to which P23 expects a reform to cost money."""


def dose_sentences(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Say where the best level of an axis lies per outcome, and which part of the whole a small dose does."""
    axes = manifest["experiment"]["axes"]
    if not axes:
        return []
    (factor,) = axes
    ranked = factor == manifest["experiment"]["ranked"]
    return (
        _optima(manifest, tables["optima"], str(axes[factor]))
        if ranked
        else _parts(manifest, tables["doses"])
    )


def _optima(manifest: Mapping[str, Any], optima: pd.DataFrame, axis: str) -> list[str]:
    sentences = []
    rows = optima[optima["outcome"].isin(manifest["experiment"]["primary"])]
    for condition, group in rows.groupby("condition", sort=False, observed=True):
        parts = []
        for where, words in (
            (INSIDE, "surely between the ends"), (PERHAPS, "between the ends, but not surely"),
            (FIRST, "at the lower end"), (LAST, "at the upper end"), (FLAT, "nowhere clearly"),
        ):  # fmt: skip
            found = group[group["where"] == where].to_dict("records")
            if found:
                named = [_place(row) if where != FLAT else label_of(str(row["outcome"])) for row in found]
                parts.append(f"{words} for {listing(named)}")
        under = f" ({quoted(str(condition))})" if condition else ""
        sentences.append(f"The best level of {axis}{under} lies {'; '.join(parts)}.")
    return sentences


def _place(row: Row) -> str:
    at, low, high = (format_number(float(row[key])) for key in ("best_at", "best_low", "best_high"))
    return f"{label_of(str(row['outcome']))} ({at}, 95 % interval {low} to {high})"


def _parts(manifest: Mapping[str, Any], doses: pd.DataFrame) -> list[str]:
    """Compare the response to a small dose with that to a large one, where the large one does anything."""
    sentences = []
    for name in manifest["experiment"]["primary"]:
        rows = doses[doses["outcome"] == name]
        found = []
        for condition, group in rows.groupby("condition", sort=False, observed=True):
            by_place = {round(float(row["at"]), 6): row for row in group.to_dict("records")}
            if (
                SMALL not in by_place
                or LARGE not in by_place
                or by_place[LARGE]["part"] != by_place[LARGE]["part"]
            ):
                continue
            small, large = (float(by_place[at]["part"]) for at in (SMALL, LARGE))
            low, high = (100 * float(by_place[LARGE][f"part_{end}"]) for end in ("low", "high"))
            whole = in_unit(name, float(group["response"].iloc[-1]))
            found.append(
                f"{quoted(str(condition))} {whole}, of which 5 % of income does "
                f"{format_number(100 * small)} %"
                f" and 30 % does {format_number(100 * large)} % [{format_number(low)}, {format_number(high)}]"
            )
        if found:
            sentences.append(
                f"{sentence_case(label_of(name))}, response to the whole dose: {'; '.join(found)}."
            )
    if sentences:
        sentences.append("An even response would be 5 % and 30 % of the whole.")
    return sentences


def longest_course(course: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first condition among those that run for the most years."""
    years = course.groupby("condition", observed=True, sort=False)["year"].max()
    rows: pd.DataFrame = course[course["condition"] == years.idxmax()]
    return rows


def course_sentences(manifest: Mapping[str, Any], course: pd.DataFrame) -> list[str]:
    """Say what each regime has cost beyond the first after three years, and at the end."""
    asked = manifest["experiment"]
    if "spending" not in asked["shown"] or not sums_up(OUTCOMES["spending"]) or asked["axes"]:
        return []
    rows = longest_course(course)
    rows = rows[rows["outcome"] == "spending"]
    last = int(rows["year"].max())
    parts = []
    for regime, group in rows.groupby("regime", sort=False, observed=True):
        at = {int(row["year"]): row for row in group.to_dict("records")}
        spans = [f"{_summed(at[year])} after {year} years" for year in sorted({min(EARLY, last), last})]
        parts.append(f"{quoted(str(regime))} {' and '.join(spans)}")
    first = quoted(asked["factors"][asked["ranked"]][0])
    where = rows["condition"].iloc[0]
    return [f"Cumulative spending against {first}{f', {where}' if where else ''}: {'; '.join(parts)}."]


def _summed(row: Row) -> str:
    middle, low, high = (
        format_number(float(row[f"cumulative{end}"]), 1, signed=True) for end in ("", "_low", "_high")
    )
    return f"{middle} EUR per inhabitant [{low}, {high}]"
