"""What a sensitivity experiment found, in plain sentences, and the names of its factors and indices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cas_model.config.declarations import MECHANISMS, OUTCOMES
from cas_model.config.principles import PRINCIPLES
from cas_model.experiments.sensitivity.analysis import END
from cas_model.experiments.sensitivity.factors import SCENARIO
from cas_model.experiments.sensitivity.indices import LEADING
from cas_model.report.experiment_words import Row, Tables, label_of, listing
from cas_model.report.material import outcome_decimals
from cas_model.report.number_format import (
    MISSING,
    display_unit,
    format_number,
    sentence_case,
    unit_in_prose,
    unit_of_difference,
)

METHODS = {
    "sobol": "Sobol' indices", "morris": "elementary effects (Morris)", "fast": "extended FAST",
    "rbd_fast": "RBD-FAST", "latin": "Latin hypercube", "given_data": "Latin hypercube", "pawn": "PAWN",
    "delta": "Borgonovo's delta", "nsga2": "a search by NSGA-II",
}  # fmt: skip
INDEX_WORDS = {
    ("sobol", "ST"): "share of variance, alone and together with others",
    ("fast", "ST"): "share of variance, alone and together with others",
    ("rbd_fast", "S1"): "share of variance, alone",
    ("morris", "mu_star"): "mean size of the effect of crossing its whole range",
    ("pawn", "median"): "median shift of the whole distribution, 0 to 1",
    ("delta", "delta"): "mean shift of the density, 0 to 1",
}
BADGE = "not converged"
CLEAR = 0.01
"""A share of variance whose interval lies above this is clear."""
MAX_NAMED = 3
NO_PAIRS = (
    "On no outcome whose indices have converged does a pair of factors surely do more than the sum of both."
)


def leading_method(manifest: Mapping[str, Any]) -> str:
    """Return the method by which factors are ordered in words and figures; nothing without indices."""
    asked = manifest["experiment"]
    return str(next((m for m in (asked["method"], *asked["analyses"]) if m in LEADING), ""))


def factor_label(key: str) -> str:
    """Return what a factor sets, for an axis or a sentence.

    Examples
    --------
    >>> factor_label("parameters.trust_gain"), factor_label("funding.mix.gp.capitation"), factor_label("x1")
    ('trust gain', 'capitation (gp)', 'x1')
    """
    section, _, name = key.partition(".")
    if key == SCENARIO:
        return "policy"
    if section == "mechanisms" and name in MECHANISMS:
        return f"{name} {MECHANISMS[name].title[:1].lower()}{MECHANISMS[name].title[1:]}"
    if section == "principles" and name in PRINCIPLES:
        return name.replace("_", " ")
    if section == "adaptation":
        return f"{name} rule"
    if section == "funding" and name.startswith(("mix.", "payers.")):
        _, discipline, share = name.split(".")
        return f"{share} ({discipline})".replace("_", " ")
    return (name or section).rsplit(".", 1)[-1].replace("_", " ")


def is_effect(method: str) -> bool:
    """Whether the leading index of a method has the outcome's unit."""
    return method == "morris"


def index_number(outcome: str, method: str, value: float) -> str:
    """Return an index as readers see it: a share with two decimals, an effect in the outcome's unit."""
    if not is_effect(method) or outcome not in OUTCOMES:
        return format_number(value, 2)
    declared = OUTCOMES[outcome]
    unit, factor = display_unit(declared.unit)
    decimals = min(4, outcome_decimals(unit, declared.smallest_that_matters * factor) + 1)
    return format_number(factor * value, decimals)


def index_unit(outcome: str, method: str) -> str:
    """Return the unit of a leading index."""
    if is_effect(method) and outcome in OUTCOMES:
        return unit_of_difference(display_unit(OUTCOMES[outcome].unit)[0])
    return "0 to 1" if not is_effect(method) else ""


def interval_words(outcome: str, method: str, row: Row) -> str:
    """Return the interval of an index between brackets."""
    if row["low"] != row["low"]:
        return MISSING
    low, high = (index_number(outcome, method, float(row[end])) for end in ("low", "high"))
    return f"[{low},\u00a0{high}]"


def leading_rows(tables: Tables, outcome: str, method: str, year: int = END) -> pd.DataFrame:
    """Return the leading index of every factor, largest first."""
    table = tables["indices"]
    chosen = (table["outcome"] == outcome) & (table["method"] == method) & (table["year"] == year)
    rows = table[chosen & (table["index"] == LEADING[method])]
    return rows.sort_values("value", ascending=False, kind="stable")


def verdict_of(tables: Tables, outcome: str, method: str) -> dict[Any, Any] | None:
    """Return the verdict on an outcome, or None when the method was not applied to it."""
    table = tables["verdicts"]
    rows = table[(table["outcome"] == outcome) & (table["method"] == method)].to_dict("records")
    return rows[0] if rows else None


def _outcome_sentence(tables: Tables, outcome: str, method: str, n_points: int) -> str:
    verdict = verdict_of(tables, outcome, method)
    label = sentence_case(label_of(outcome))
    if verdict is None or verdict["status"] == "undefined":
        return f"{label} is undefined in every run."
    if verdict["status"] == "constant":
        return f"{label} does not respond to any factor: it is the same at every point."
    if verdict["status"] == "refused":
        return (
            f"{label} is not analysed: {int(verdict['n_missing'])} of {n_points} points have a failed run or "
            "an undefined value."
        )
    rows = leading_rows(tables, outcome, method).head(MAX_NAMED).to_dict("records")
    named = [
        f"{factor_label(str(row['factor']))} ({index_number(outcome, method, float(row['value']))}"
        + (f" {interval_words(outcome, method, row)})" if row["low"] == row["low"] else ")")
        for row in rows
    ]
    badge = "" if verdict["converged"] else f" ({BADGE})"
    text = f"{label}{badge}: moved most by {listing(named)}."
    declared = OUTCOMES.get(outcome)
    if declared is not None and float(verdict["sd"]) < declared.smallest_that_matters:
        text += (
            " But all factors together move it little: its standard deviation over the design is "
            f"{index_number(outcome, 'morris', float(verdict['sd']))}, below the smallest difference that "
            f"matters ({index_number(outcome, 'morris', declared.smallest_that_matters)}"
            f"{unit_in_prose(index_unit(outcome, 'morris'))})."
        )
    return text


def _noise_sentence(manifest: Mapping[str, Any], tables: Tables, method: str) -> str:
    if manifest["experiment"]["replicates"] < 2:
        return (
            "Every point has one seed, so that what chance does is not told apart from what the factors do; "
            "add --replicates 2 or more to see it."
        )
    table = tables["verdicts"]
    rows = table[table["outcome"].isin(manifest["experiment"]["primary"]) & (table["method"] == method)]
    shares = rows["noise_share"].dropna()
    if not len(shares):
        return "What chance does could not be told apart."
    low, high = (format_number(100 * float(x)) for x in (shares.min(), shares.max()))
    return f"Chance that differs from point to point makes {low} to {high} % of the variance of single runs."


def clear_pairs(manifest: Mapping[str, Any], tables: Tables) -> pd.DataFrame:
    """Return the pairs that surely do more together than the sum of both, for converged outcomes."""
    table = tables["indices"]
    primary = table["outcome"].isin(manifest["experiment"]["primary"])
    verdicts = tables["verdicts"]
    settled = verdicts[(verdicts["method"] == "sobol") & verdicts["converged"]]["outcome"]
    sure = table["outcome"].isin(settled) & (table["low"] > CLEAR)
    rows = table[primary & (table["index"] == "S2") & sure]
    return rows.sort_values("value", ascending=False, kind="stable")


def index_answer(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return the answer in sentences: what is settled, what moves each outcome, pairs, and chance."""
    asked, method = manifest["experiment"], leading_method(manifest)
    verdicts = [verdict_of(tables, outcome, method) for outcome in asked["primary"]]
    settled = sum(bool(v and v["converged"]) for v in verdicts)
    total = len(asked["primary"])
    what = INDEX_WORDS[method, LEADING[method]]
    text = [f"Numbers behind a factor: {what}, with the 95 % interval where there is one."]
    if settled < total:
        text.append(
            f"The indices of {total - settled} of {total} drawn outcomes have not converged at this number "
            "of samples: read the order of clearly different factors, not sizes."
        )
    else:
        text.append("The indices of all drawn outcomes have converged.")
    text += [_outcome_sentence(tables, outcome, method, asked["points"]) for outcome in asked["primary"]]
    pairs = clear_pairs(manifest, tables)
    if asked["second_order"]:
        named = [
            f"{factor_label(str(r['factor']))} with {factor_label(str(r['factor_2']))} on "
            f"{label_of(str(r['outcome']))} ({format_number(r['value'], 2)})"
            for r in pairs.head(MAX_NAMED).to_dict("records")
        ]
        sure = f"Pairs that surely do more together than alone: {listing(named)}." if named else NO_PAIRS
        text.append(sure)
    text.append(_noise_sentence(manifest, tables, method))
    return text
