"""From the tables of one world to what a theory claims: values of zones, of the context, and over time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.vocabulary import COUNTED_GROUPS, FIRST_AGE, FIRST_CONDITIONS, FIRST_LITERACY
from cas_model.experiments.differences import LAST_MONTHS
from cas_model.experiments.run import WorldResult
from cas_model.theory.theory import CONTEXT, EVERYWHERE, OUTSIDE, Claim, Theory

_KINDS = (0, FIRST_AGE, FIRST_LITERACY, FIRST_CONDITIONS, len(COUNTED_GROUPS))


def groups_of_a_kind(group: str) -> list[str]:
    """Return the groups of people among which one is, e.g. all fifths of income.

    Examples
    --------
    >>> groups_of_a_kind("low literacy")
    ['low literacy', 'middle literacy', 'high literacy']
    """
    place = COUNTED_GROUPS.index(group)
    first, last = next((a, b) for a, b in pairwise(_KINDS) if a <= place < b)
    return list(COUNTED_GROUPS[first:last])


def membership(theory: Theory, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the units of the analysis of one seed: unit, inside (the context), weight.

    Units are zones, weighted by population, or groups of people of one kind, which count alike.
    """
    people = theory.document.context.people
    if people is None:
        return pd.DataFrame(
            {
                "unit": zones["zone"].to_numpy(),
                "inside": zones["in_context"].to_numpy(dtype=bool),
                "weight": zones["population"].to_numpy(dtype=float),
            }
        )
    units = groups_of_a_kind(people)
    return pd.DataFrame({"unit": units, "inside": [unit == people for unit in units], "weight": 1.0})


def level_of(theory: Theory) -> str:
    """Return the level of the units: ``zone`` or ``group``."""
    return "zone" if theory.document.context.people is None else "group"


def final_values(theory: Theory, result: WorldResult) -> pd.DataFrame:
    """Return level, unit, outcome and value: means of the last twelve months, of what the theory claims."""
    last = result.request.scenario.months - 1 - LAST_MONTHS
    names = list(dict.fromkeys(claim.name for claim in theory.claims))
    levels = ["flanders", "zone", "group"]
    rows = result.table("outcomes", [("month", ">", last), ("level", "in", levels), ("outcome", "in", names)])
    means = rows.groupby(["level", "unit_id", "outcome"], observed=True)["value"].mean().reset_index()
    return means.rename(columns={"unit_id": "unit"}).astype({"level": str, "unit": str, "outcome": str})


def place_values(
    theory: Theory, values: pd.DataFrame, members: pd.DataFrame, features: pd.DataFrame | None
) -> pd.DataFrame:
    """Return place, outcome (the claim's key) and value of one world.

    Parameters
    ----------
    theory : Theory
    values : DataFrame
        From `final_values`.
    members : DataFrame
        From `membership`.
    features : DataFrame or None
        Columns of zones at the end, one row a zone, for `explained_by`; None when no claim has one.
    """
    rows = []
    for claim in theory.claims:
        own = values[(values["outcome"] == claim.name) & (values["level"] == level_of(theory))]
        units = members.merge(own[["unit", "value"]], on="unit", how="left")
        if claim.explained_by and features is not None:
            units = units.merge(
                features[["zone", claim.explained_by]].rename(columns={"zone": "unit"}), on="unit", how="left"
            )
        if units["value"].notna().any():
            parts = {CONTEXT: units[units["inside"]], OUTSIDE: units[~units["inside"]], EVERYWHERE: units}
            measured = {place: _measure(claim, part) for place, part in parts.items() if len(part)}
        else:  # an outcome that only the whole has
            whole = values[(values["outcome"] == claim.name) & (values["level"] == "flanders")]["value"]
            measured = {EVERYWHERE: float(whole.mean())}
        rows += [(place, claim.key, value) for place, value in measured.items()]
    return pd.DataFrame(rows, columns=["place", "outcome", "value"])


def _measure(claim: Claim, units: pd.DataFrame) -> float:
    """Return one number for some units: mean, coefficient of variation, or squared correlation."""
    units = units[units["value"].notna()]
    value = units["value"].to_numpy(dtype=float)
    if not value.size:
        return float("nan")
    if claim.measure == "mean":
        return float(np.average(value, weights=units["weight"]))
    if claim.measure == "spread between zones":
        mean = float(value.mean())
        return float(value.std() / mean) if mean else float("nan")
    other = units[claim.explained_by].to_numpy(dtype=float)
    if value.size < 3 or not value.std() or not other.std():
        return float("nan")
    return float(np.corrcoef(value, other)[0, 1] ** 2)


def monthly_values(theory: Theory, result: WorldResult, members: pd.DataFrame) -> pd.DataFrame:
    """Return month, variable and value over time: the mechanism's trace, and each claimed outcome.

    Outcomes are means in the context, weighted as in `place_values`; those that only the whole has are of the
    whole. A mechanism's activation is its share of agents changed times the mean size of the change.
    """
    names = list(dict.fromkeys(claim.name for claim in theory.claims if claim.measure == "mean"))
    trace = theory.trace
    traced = trace in result.table("activation")["mechanism"].cat.categories
    if not traced and trace not in names:
        names.append(trace)
    wanted: list[tuple[str, str, Any]] = [("month", ">", -1), ("outcome", "in", names)]
    rows = result.table("outcomes", [*wanted, ("level", "in", ["flanders", level_of(theory)])])
    weight = members[members["inside"]].set_index("unit")["weight"]
    frames = []
    for name in names:
        own = rows[rows["outcome"] == name]
        inside = own[(own["level"] == level_of(theory)) & own["unit_id"].isin(weight.index)]
        chosen = inside if len(inside) else own[own["level"] == "flanders"]
        by = chosen["unit_id"].astype(str).map(weight).fillna(1.0) if len(inside) else 1.0
        table = pd.DataFrame(
            {"month": chosen["month"], "sum": chosen["value"] * by, "weight": by + 0.0 * chosen["value"]}
        )
        sums = table.groupby("month").sum()
        series = sums["sum"] / sums["weight"]
        frames.append(pd.DataFrame({"month": series.index, "variable": name, "value": series.to_numpy()}))
    if traced:
        fired = result.table("activation", [("mechanism", "==", trace), ("month", ">", -1)])
        frames.append(
            pd.DataFrame(
                {"month": fired["month"], "variable": trace, "value": fired["share"] * fired["size"]}
            )
        )
    return pd.concat(frames, ignore_index=True).astype({"month": int})
