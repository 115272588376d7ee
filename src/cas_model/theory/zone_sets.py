"""The qualitative comparative view of a trial: in which zones, described by which features, it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cas_model.model.zones import zone_features
from cas_model.outcomes.measures import Floats
from cas_model.theory.conditions import Condition, feature_label
from cas_model.theory.qca import (
    calibrate,
    necessity_table,
    solution,
    solution_table,
    term_in_words,
    term_label,
    truth_table,
)
from cas_model.theory.theory import BASELINE, INTERVENTION, Claim, Theory

MOST_FEATURES = 5
EFFECT_SET = "effect"
"""Name of the set of zones with a large effect; an outcome may also be a feature of zones."""
DEFAULT_FEATURES = ("population", "poverty", "city", "misfit", "staff")
"""Compared when the file names no others, after those of the context."""
PERCENTILES = (10.0, 50.0, 90.0)
"""Fully out, crossover and fully in, of a set for which the file states nothing; an assumption."""
FROM_FILE, ASSUMED, IN_PART = "file", "percentiles (assumption)", "file; ends are percentiles (assumption)"
WHOLE_RANGE = "ends of the range (assumption)"
NECESSITY_COLUMNS = ("outcome", "condition", "consistency", "coverage", "relevance", "necessary")
SOLUTION_COLUMNS = (
    *("outcome", "kind", "model", "term", "words", "consistency", "pri", "coverage", "unique_coverage"),
    "cases",
)
SET_COLUMNS = ("outcome", "set", "words", "out", "crossover", "full", "basis")


@dataclass(frozen=True)
class ZoneSet:
    """A fuzzy set of zones.

    Attributes
    ----------
    name : str
        A feature of zones, or the key of a claim.
    words : str
        As a sentence says it, e.g. ``low staff``.
    anchors : (float, float, float)
        Where membership is 0.05, 0.5 and 0.95.
    basis : str
        Where the anchors come from.
    """

    name: str
    words: str
    anchors: tuple[float, float, float]
    basis: str


def paired_zones(theory: Theory, zones: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """Return replicate, seed, zone, effect: what the intervention changed in each zone of each seed.

    Parameters
    ----------
    theory : Theory
    zones : DataFrame
        ``trial_zones``.
    claim : Claim
        On a mean; a spread between zones is no zone's own.
    """
    own = zones[zones["outcome"].astype(str) == claim.name]
    keys = ["replicate", "seed", "zone"]
    both = [
        own.loc[own["world"].astype(str) == world, [*keys, "value"]] for world in (INTERVENTION, BASELINE)
    ]
    paired = both[0].merge(both[1], on=keys, suffixes=("", "_before"))
    paired["effect"] = paired["value"] - paired["value_before"]
    return paired[[*keys, "effect"]].dropna(ignore_index=True).astype({"zone": str})


def features_to_compare(theory: Theory, context: pd.DataFrame) -> list[str]:
    """Return at most `MOST_FEATURES`: those of the context, those of the file, or else the defaults.

    Those that do not differ between zones, or that the trial does not know, are left out.
    """
    stated = list(theory.document.compare)
    wanted = [*(c.feature for c in theory.conditions), *(stated or DEFAULT_FEATURES)]
    means = zone_means(context)
    known = [f for f in dict.fromkeys(wanted) if f in means and means[f].notna().all() and _differs(means[f])]
    return known[:MOST_FEATURES]


def _differs(values: pd.Series) -> bool:
    return bool(values.max() > values.min())


def zone_means(context: pd.DataFrame) -> pd.DataFrame:
    """Return the features of each zone, means over seeds; index zone."""
    table = context.drop(columns=["replicate", "seed", "in_context"]).astype({"zone": str})
    return table.groupby("zone", observed=True).mean()


def anchored(name: str, words: str, values: Floats, *, crossover: float | None, low: bool = False) -> ZoneSet:
    """Return a set whose ends are percentiles and whose crossover is stated, where zones lie on both sides.

    Parameters
    ----------
    name, words : str
        See `ZoneSet`.
    values : float array (zones,)
    crossover : float or None
        As the file states it.
    low : bool
        Whether it is a set of low values.
    """
    out, middle, full = (float(q) for q in np.percentile(values, PERCENTILES))
    basis = ASSUMED
    if crossover is not None and out < crossover < full:
        middle, basis = crossover, IN_PART
    elif not out < middle < full:
        out, full, basis = float(values.min()), float(values.max()), WHOLE_RANGE
        middle = (out + full) / 2
    anchors = (full, middle, out) if low else (out, middle, full)
    return ZoneSet(name, words, anchors, basis)


def _feature_set(theory: Theory, feature: str, values: pd.Series) -> ZoneSet:
    stated = theory.document.compare.get(feature)
    if isinstance(stated, list):
        low = stated[0] > stated[-1]
        words = f"{'low' if low else 'high'} {feature_label(feature)}"
        return ZoneSet(feature, words, (stated[0], stated[1], stated[2]), FROM_FILE)
    conditions = [c for c in theory.conditions if c.feature == feature]
    crossover, below = _threshold(conditions[0], values) if conditions else (None, False)
    low = stated == "low" or (stated is None and below)
    label = feature_label(feature)
    yes_or_no = feature in zone_features() and zone_features()[feature].unit == "0/1"
    words = label if yes_or_no and not low else f"{'low' if low else 'high'} {label}"
    return anchored(feature, words, values.to_numpy(dtype=float), crossover=crossover, low=low)


def _threshold(condition: Condition, values: pd.Series) -> tuple[float | None, bool]:
    """Return where a condition of the context divides zones, and whether it wants low values."""
    if condition.part:
        share = 1 - condition.part if condition.part > 0 else -condition.part
        return float(values.quantile(share)), condition.part < 0
    bounds = [bound for bound in (condition.low, condition.high) if np.isfinite(bound)]
    return (bounds[0], bounds[0] == condition.high) if len(bounds) == 1 else (None, False)


def comparative_tables(theory: Theory, zones: pd.DataFrame, context: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compare zones as configurations: where is the effect of the intervention large?

    Cases are zones; a zone's effect and features are means over seeds. Every primary claim on a mean is an
    outcome; its set is full where the effect has the expected sign and is large, with the smallest effect
    that matters as crossover when zones lie on both sides of it.

    Parameters
    ----------
    theory : Theory
    zones, context : DataFrame
        ``trial_zones`` and ``trial_context``.

    Returns
    -------
    dict of str to DataFrame
        ``qca_sets``, ``qca_necessity``, ``qca_truth_table`` and ``qca_solutions``; without rows when zones,
        or their effects, do not differ.
    """
    features = features_to_compare(theory, context)
    means = zone_means(context)
    parts: dict[str, list[pd.DataFrame]] = {"sets": [], "necessity": [], "truth_table": [], "solutions": []}
    for claim in theory.primary:
        effects = paired_zones(theory, zones, claim)
        effect = effects.groupby("zone")["effect"].mean() * (claim.sign or 1)
        if claim.measure != "mean" or not features or not _differs(effect):
            continue
        measured = means.loc[effect.index]
        chosen = [f for f in features if _differs(measured[f])]
        own = [_feature_set(theory, f, measured[f]) for f in chosen]
        wanted = anchored(
            EFFECT_SET,
            "the effect is large",
            effect.to_numpy(),
            crossover=claim.smallest if claim.sign else None,
        )
        sets = pd.DataFrame({s.name: calibrate(measured[s.name].to_numpy(), *s.anchors) for s in own})
        sets.index = effect.index
        for name, table in _compared(sets, calibrate(effect.to_numpy(), *wanted.anchors), own).items():
            parts[name].append(_of(claim, table))
        parts["sets"].append(
            _of(claim, pd.DataFrame([(s.name, s.words, *s.anchors, s.basis) for s in [wanted, *own]],
                                    columns=list(SET_COLUMNS[1:])))
        )  # fmt: skip
    empty = {
             "sets": SET_COLUMNS, "necessity": NECESSITY_COLUMNS, "solutions": SOLUTION_COLUMNS,
             "truth_table": ("outcome_key", *features, "n", "consistency", "pri", "outcome", "cases"),
    }  # fmt: skip
    return {
        f"qca_{name}": pd.concat(found, ignore_index=True)
        if found
        else pd.DataFrame(columns=list(empty[name]))
        for name, found in parts.items()
    }


def _of(claim: Claim, table: pd.DataFrame) -> pd.DataFrame:
    """Put the claim in front; a truth table has a column `outcome` of its own."""
    table.insert(0, "outcome_key" if "outcome" in table else "outcome", claim.key)
    return table


def _compared(sets: pd.DataFrame, outcome: Floats, own: Sequence[ZoneSet]) -> dict[str, pd.DataFrame]:
    names, labels = [s.name for s in own], {s.name: s.words for s in own}
    table = truth_table(sets, outcome)
    rows = []
    for kind in ("conservative", "parsimonious"):
        models = solution(table, names, parsimonious=kind == "parsimonious")
        for number, terms in enumerate(models, start=1):
            fitted = solution_table(sets, outcome, terms)
            words = {term_label(term, names): term_in_words(term, labels) for term in terms}
            for row in fitted.to_dict("records"):
                said = words.get(row["term"], " or ".join(words.values()))
                rows.append({"kind": kind, "model": number, "words": said, **row})
    solutions = pd.DataFrame(rows, columns=[c for c in SOLUTION_COLUMNS if c != "outcome"])
    return {"necessity": necessity_table(sets, outcome), "truth_table": table, "solutions": solutions}
