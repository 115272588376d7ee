"""The comparative view of a trial in words: in which configurations of zones the intervention helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import listing
from cas_model.report.number_format import MISSING, decimals_for, format_number, sentence_case
from cas_model.report.theory_words import Claims, Manifest, Tables
from cas_model.theory.qca import CONSISTENT, NECESSARY
from cas_model.theory.zone_sets import EFFECT_SET

ANCHORS = ("out", "crossover", "full")
FEW_ZONES = 12
"""Below this number of zones a truth table of a few conditions is hardly more than the zones themselves."""


def _two(value: Any) -> str:
    return format_number(float(value), 2) if value == value else MISSING


def set_sentences(manifest: Manifest, tables: Tables) -> list[str]:
    """Return what the zones show, one sentence per configuration, with cautions; or why there is nothing."""
    claims, solutions, sets = Claims(manifest), tables["qca_solutions"], tables["qca_sets"]
    if sets.empty:
        return [
            "Zones cannot be compared as sets: no primary outcome is a mean of zones, or neither the effect "
            "nor any feature differs between them."
        ]
    sentences = []
    for key in dict.fromkeys(sets["outcome"].astype(str)):
        own = solutions[solutions["outcome"].astype(str) == key]
        sentences += _solution_sentences(claims.label(key), own) or [
            f"No configuration of zones is sufficient for a large effect on {claims.label(key)} (consistency "
            f"of at least {_two(CONSISTENT)} is asked)."
        ]
        sentences += _necessity_sentences(claims.label(key), _rows(tables["qca_necessity"], key), sets)
    n = int(manifest["n_zones"])
    if n < FEW_ZONES:
        sentences.append(
            f"Caution: {n} zones are few for such a comparison; one zone may make a configuration."
        )
    return sentences


def _rows(table: pd.DataFrame, key: str) -> list[dict[Any, Any]]:
    return table[table["outcome"].astype(str) == key].to_dict("records")


def _solution_sentences(label: str, solutions: pd.DataFrame) -> list[str]:
    """Say the first conservative solution, product by product, and the parsimonious one as a whole."""
    sentences = []
    first = solutions[solutions["model"] == 1]
    for row in first[first["kind"] == "conservative"].to_dict("records"):
        if row["term"] == "solution":
            continue
        caution = _caution(row)
        sentences.append(
            f"Where zones are marked by {row['words']}, the effect on {label} is large: consistency "
            f"{_two(row['consistency'])}, coverage {_two(row['coverage'])}.{caution}"
        )
    simple = first[(first["kind"] == "parsimonious") & (first["term"] == "solution")]
    for row in simple.to_dict("records"):
        sentences.append(
            f"In fewest words, if configurations that no zone shows may be assumed to help: {row['words']} "
            f"(consistency {_two(row['consistency'])}, coverage {_two(row['coverage'])}).{_caution(row)}"
        )
    for kind in ("conservative", "parsimonious"):
        models = solutions.loc[solutions["kind"] == kind, "model"].nunique()
        if models > 1:
            sentences.append(f"{models} {kind} solutions are equally short; the table shows all.")
    return sentences


def _caution(row: Mapping[Any, Any]) -> str:
    if not row["consistency"] < CONSISTENT:
        return ""
    return " Caution: this consistency is low; too many such zones show no large effect."


def _necessity_sentences(label: str, rows: list[dict[Any, Any]], sets: pd.DataFrame) -> list[str]:
    words = {str(r["set"]): str(r["words"]) for r in sets.to_dict("records")}
    needed = []
    for row in rows:
        if row["necessary"]:
            name = str(row["condition"])
            said = ("not " if name.startswith("~") else "") + words[name.removeprefix("~")]
            needed.append(
                f"{said} (consistency {_two(row['consistency'])}, relevance {_two(row['relevance'])})"
            )
    if not needed:
        return [f"No feature is necessary for it (consistency of at least {_two(NECESSARY)} is asked)."]
    return [f"Hardly any zone has a large effect on {label} without: {listing(needed)}."]


def set_grids(manifest: Manifest, tables: Tables) -> list[Grid]:
    """Return the calibration, necessity, the truth table (rows that some zone shows) and the solutions."""
    claims, sets = Claims(manifest), tables["qca_sets"]
    if sets.empty:
        return []
    label = {key: sentence_case(claims.label(key)) for key in dict.fromkeys(sets["outcome"].astype(str))}
    words = {str(r["set"]): str(r["words"]) for r in sets.to_dict("records") if str(r["set"]) != EFFECT_SET}
    calibrated = [
        [label[str(r["outcome"])], str(r["words"]), *_anchors([float(r[a]) for a in ANCHORS]),
         str(r["basis"])]
        for r in sets.to_dict("records")
    ]  # fmt: skip
    necessity = [
        [label[str(r["outcome"])], _condition(str(r["condition"]), words),
         *(_two(r[c]) for c in ("consistency", "coverage", "relevance")), "yes" if r["necessary"] else "no"]
        for r in tables["qca_necessity"].to_dict("records")
    ]  # fmt: skip
    table = tables["qca_truth_table"]
    features = [name for name in words if name in table]
    shown = [
        [label[str(r["outcome_key"])], *(_presence(r[f]) for f in features), str(int(r["n"])),
         _two(r["consistency"]), _two(r["pri"]), "large" if r["outcome"] == 1 else "not large",
         str(r["cases"])]
        for r in table[table["n"] > 0].to_dict("records")
    ]  # fmt: skip
    found = tables["qca_solutions"]
    # Of one configuration alone, the whole solution would say the same again.
    n_rows = found.groupby(["outcome", "kind", "model"], observed=True)["term"].transform("size")
    solutions = [
        [label[str(r["outcome"])], f"{r['kind']} {int(r['model'])}",
         "all of them" if r["term"] == "solution" else str(r["words"]),
         *(_two(r[c]) for c in ("consistency", "pri", "coverage", "unique_coverage")), str(r["cases"])]
        for r in found[(found["term"] != "solution") | (n_rows > 2)].to_dict("records")
    ]  # fmt: skip
    fits = ["consistency", "PRI", "coverage", "unique coverage"]
    grids = [
        Grid(
            "The sets. A zone is fully out at the first value, and fully in at the last. Where the file "
            "states none, the 10th, 50th and 90th percentile of the zones are taken: an assumption.",
            ["outcome", "set", "fully out", "crossover", "fully in", "from"], calibrated, (2, 3, 4),
        ),
        Grid(
            "Necessity: how far zones with a large effect all have a feature. Relevance near 0: nearly every "
            "zone has it.",
            ["outcome", "condition", "consistency", "coverage", "relevance", "necessary"],
            necessity, (2, 3, 4),
        ),
        Grid(
            "Truth table: configurations that some zone shows, and whether the effect is large there "
            f"(consistency of at least {_two(CONSISTENT)}).",
            ["outcome", *(words[f] for f in features), "zones", "consistency", "PRI", "effect", "which"],
            shown, tuple(range(len(features) + 1, len(features) + 4)),
        ),
        Grid(
            "Solutions: sufficient configurations. Conservative: nothing is assumed of configurations that "
            "no zone shows; parsimonious: they may help or not, whichever is shorter.",
            ["outcome", "solution", "configuration", *fits, "zones rather in"], solutions, (3, 4, 5, 6),
        ),
    ]  # fmt: skip
    return [_without_outcome(grid) for grid in grids] if len(label) == 1 else grids


def _anchors(values: list[float]) -> list[str]:
    """Write anchors with the digits that tell them apart."""
    decimals = decimals_for(max(map(abs, values)) / 100.0)
    return [format_number(value, decimals) for value in values]


def _without_outcome(grid: Grid) -> Grid:
    """Leave out the first column, which says the same in every row when one outcome is looked at."""
    rows = [row[1:] for row in grid.rows]
    return Grid(grid.caption, grid.heads[1:], rows, tuple(n - 1 for n in grid.numbers))


def _condition(name: str, words: Mapping[str, str]) -> str:
    return ("not " if name.startswith("~") else "") + words[name.removeprefix("~")]


def _presence(value: Any) -> str:
    return MISSING if value != value else "yes" if value else "no"
