"""A trial in plain sentences: the verdict, what it rests on, and every question with its answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from cas_model.config.declarations import MECHANISMS
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import listing
from cas_model.report.narrative import in_sentence
from cas_model.report.number_format import (
    MISSING,
    decimals_for,
    display_unit,
    format_interval,
    format_number,
    sentence_case,
    unit_in_prose,
    unit_of_difference,
)

Manifest = Mapping[str, Any]
Tables = Mapping[str, pd.DataFrame]
Row = Mapping[Any, Any]
EFFECT_PLACES = {"context": "in the context", "outside": "outside it", "everywhere": "everywhere"}
SPEAKS = {True: "for the theory", False: "against it"}


class Claims:
    """The claims of a theory, to write their sizes as readers see them."""

    def __init__(self, manifest: Manifest) -> None:
        self.by_key = {claim["key"]: claim for claim in manifest["theory"]["claims"]}

    def label(self, key: str) -> str:
        """Return the label as it stands inside a sentence."""
        return in_sentence(str(self.by_key[key]["label"]))

    def unit(self, key: str) -> str:
        """Return the unit of an effect."""
        return unit_of_difference(display_unit(self.by_key[key]["unit"])[0])

    def decimals(self, key: str) -> int:
        """Return how many decimals an effect is shown with."""
        factor = display_unit(self.by_key[key]["unit"])[1]
        return min(4, decimals_for(float(self.by_key[key]["smallest"]) * factor) + 1)

    def number(self, key: str, value: float, *, signed: bool = True) -> str:
        """Return an effect without its unit."""
        factor = display_unit(self.by_key[key]["unit"])[1]
        return format_number(factor * value, self.decimals(key), signed=signed)

    def size(self, key: str, value: float, *, signed: bool = True) -> str:
        """Return an effect with its unit."""
        return self.number(key, value, signed=signed) + unit_in_prose(self.unit(key))

    def interval(self, key: str, low: float, high: float) -> str:
        """Return the interval of an effect without its unit."""
        factor = display_unit(self.by_key[key]["unit"])[1]
        return format_interval(factor * low, factor * high, self.decimals(key))


def percent(share: float) -> str:
    """Return a share as per cent."""
    return format_number(100 * share) + ("\u202f%" if math.isfinite(share) else "")


def found(claims: Claims, row: Row) -> tuple[str, str]:
    """Return the estimate of a question and its interval, as readers see them."""
    measure, key = row["measure"], str(row["outcome"])
    estimate, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
    if measure in ("effect", "difference"):
        return claims.size(key, estimate), claims.interval(key, low, high)
    if measure == "months":
        return f"{format_number(estimate, 0, signed=True)} months", format_interval(low, high)
    if not math.isfinite(low):
        return percent(estimate), MISSING
    return percent(estimate), f"[{format_number(100 * low)}, {format_number(100 * high)}]"


def question_in_words(manifest: Manifest, claims: Claims, row: Row) -> str:
    """Return what was asked."""
    theory, rule = manifest["theory"], manifest["theory"]["verdict"]
    key, kind = str(row["outcome"]), str(row["question"])
    claim, label = claims.by_key[key], claims.label(key)
    smallest = claims.size(key, float(claim["smallest"]), signed=False)
    names = listing([f"{name} ({_title(name)})" for name in theory["mechanism"]["switches"]])
    rivals = listing([f"{name} ({_title(name)})" for name in theory["rival"]["switches"]] or ["none"])
    subject, _, relation = str(row["subject"]).rpartition(": ")
    expected = {
        "rises": f"Does it rise by more than {smallest}?",
        "falls": f"Does it fall by more than {smallest}?",
        "stays": f"Does it stay within {smallest}?",
        "does not rise": f"Does it rise by no more than {smallest}?",
        "does not fall": f"Does it fall by no more than {smallest}?",
    }[claim["expected"]]
    words = {
        "effect": f"{sentence_case(label)}: {expected[0].lower()}{expected[1:]}",
        "steady": f"Is the sign as expected in at least {percent(rule['seeds_with_sign'])} of the seeds?",
        "context": "Is the effect larger in the context than outside it?",
        "environment": "Is the effect larger in this environment than in the other?",
        "mechanism": f"Is at least {percent(rule['mechanism_share'])} of it lost without {names}?",
        "rival mechanism": f"Is at least {percent(rule['mechanism_share'])} lost without rival {rivals}?",
        "both mechanisms": f"Is at least {percent(rule['mechanism_share'])} of it lost without either?",
        "rival instead": f"Does the rival’s way bring at least {percent(rule['as_large'])} of the effect?",
        "rival by the mechanism": f"Does the rival’s way work through {names}, too?",
        "sufficient": "Does forcing the mechanism, without the intervention, bring what matters?",
        "order": "Does the mechanism move before the outcome?",
        "run": f"“{subject}”: is the effect {_relation(relation)}, as the theory expects?",
        "rival's run": f"“{subject}”: is the effect {_relation(relation)}, as the rival expects?",
        "falsifier": f"Falsifier, {_falsifier(theory)}: does it come true?",
    }
    return words[kind]


def _title(mechanism: str) -> str:
    return MECHANISMS[mechanism].title.lower() if mechanism in MECHANISMS else "unknown"


def _relation(word: str) -> str:
    return {"as large": "as large as the intervention’s", "smaller": "smaller than the intervention’s",
            "larger": "larger than the intervention’s", "none": "too small to matter",
            "opposite": "opposite"}.get(word, word)  # fmt: skip


def _falsifier(theory: Mapping[str, Any]) -> str:
    falsifier = theory["falsifier"]
    run = "the intervention" if falsifier["run"] == "intervention" else f"“{falsifier['run']}”"
    return {
        "no effect": f"{run} has no effect that matters",
        "as large": f"{run} has as large an effect",
        "no threshold": "a third of the dose brings a third of the effect or more",
    }[falsifier["refuted_if"]]


def speaks(row: Row) -> str:
    """Return for whom an answer speaks: for the theory, against it, undecided, or only reported."""
    if not row["wanted"]:
        return "reported"
    if row["answer"] == "unclear":
        return "undecided"
    return SPEAKS[row["answer"] == row["wanted"]]


def seeds_in_words(seeds: float | None) -> str:
    """Return how many seeds would decide."""
    if seeds is None or not math.isfinite(seeds):
        return "more than 10\u202f000"
    return format_number(seeds)


def evidence_grid(manifest: Manifest, tables: Tables) -> Grid:
    """Return the evidence table: every question, what was found, and for whom it speaks."""
    claims = Claims(manifest)
    rows = []
    for row in tables["trial_tests"].to_dict("records"):
        value, interval = found(claims, row)
        needed = f"; {seeds_in_words(row['seeds_needed'])} seeds" if row["answer"] == "unclear" else ""
        p = format_number(float(row["p_holm"]), 3) if row["p_holm"] >= 0.0005 else "< 0.001"
        rows.append(
            [
                question_in_words(manifest, claims, row), claims.label(str(row["outcome"])), value, interval,
                p if row["question"] != "steady" else "counted", row["answer"] + needed, speaks(row),
            ]
        )  # fmt: skip
    return Grid(
        f"Every question put to the worlds; {manifest['theory']['replicates']} paired seeds. p is corrected "
        "for the number of outcomes (and of theories judged together) by Holm’s method. Beside an unclear "
        "answer: how many seeds would decide, were effect and spread as they are now.",
        ["question", "outcome", "found", "95 % interval", "p", "answer", "speaks"],
        rows, (2, 3, 4),
    )  # fmt: skip


def _named(manifest: Manifest, tables: Tables, names: list[str]) -> list[str]:
    """Return questions of the verdict, in words."""
    claims = Claims(manifest)
    words = []
    for row in tables["trial_tests"].to_dict("records"):
        if f"{row['question']}|{row['subject']}|{row['outcome']}" in names:
            value, interval = found(claims, row)
            shown = value if interval == MISSING else f"{value}, {interval}"
            words.append(
                f"{_of_outcome(manifest, claims, row)} {sentence_case(str(row['answer']))}: {shown}."
            )
    return words


def _of_outcome(manifest: Manifest, claims: Claims, row: Row) -> str:
    """Return a question with the outcome it is about."""
    words = question_in_words(manifest, claims, row)
    label = claims.label(str(row["outcome"]))
    return words if row["question"] == "effect" else f"{words.removesuffix('?')} ({label})?"


def verdict_sentences(manifest: Manifest, tables: Tables) -> list[str]:
    """Return the verdict in plain language, the most important first."""
    verdict, theory, claims = manifest["verdict"], manifest["theory"], Claims(manifest)
    effects = tables["trial_effects"]
    sentences = []
    sentences.append(_headline(manifest, effects))
    for claim in (c for c in theory["claims"] if c["primary"]):
        sentences.append(_effect_sentence(claims, effects, claim["key"]))
    sentences += [
        s for s in (_share_sentence(manifest, tables, k) for k in ("mechanism", "rival mechanism")) if s
    ]
    against = _named(manifest, tables, verdict["against"])
    if against and verdict["kind"] != "refuted":
        sentences.append("Against it: " + " ".join(against))
    elif against:
        sentences.append("What refutes it: " + " ".join(against))
    if verdict["open"]:
        n, needed = len(verdict["open"]), seeds_in_words(verdict["seeds_needed"])
        sentences.append(
            f"These {theory['replicates']} seeds leave {n} question{'s' if n > 1 else ''} undecided (see the "
            f"evidence); about {needed} seeds would answer all, if effects and spread stay as they are."
        )
    if verdict["circular"]:
        sentences.append(circularity(tables))
    return sentences


def _headline(manifest: Manifest, effects: pd.DataFrame) -> str:
    """Return the verdict, and where it holds."""
    verdict, theory = manifest["verdict"], manifest["theory"]
    first = sentence_case(verdict["kind"])
    if verdict["kind"] in ("supported", "partly supported") and theory["conditions"]:
        first += f" in zones with {' and '.join(theory['conditions'])}"
        rows = effects[(effects["contrast"] == "effect") & (effects["place"] == "outside")].to_dict("records")
        outside = {str(row["outcome"]): row for row in rows}
        claims = [claim for claim in theory["claims"] if claim["primary"] and claim["key"] in outside]
        small = [claim["sign"] * float(outside[c]["high" if claim["sign"] > 0 else "low"]) < claim["smallest"]
                 for claim in claims for c in [claim["key"]]]  # fmt: skip
        first += "; elsewhere too little to matter" if small and all(small) else ""
    if verdict["at_least_partly"]:
        return f"{first}. The outcome moves as expected; whether the rest of the theory holds is open."
    return f"{first}."


def _effect_sentence(claims: Claims, effects: pd.DataFrame, key: str) -> str:
    own = effects[(effects["contrast"] == "effect") & (effects["outcome"] == key)]
    rows = {str(row["place"]): row for row in own.to_dict("records")}
    parts = []
    for place in places_to_show(effects, key):
        row = rows[place]
        interval = claims.interval(key, float(row["low"]), float(row["high"]))
        parts.append(f"{claims.size(key, float(row['effect']))} {EFFECT_PLACES[place]}, {interval}")
    expected = claims.by_key[key]["expected"]
    return f"{sentence_case(claims.label(key))}, which {_should(expected)}: {'; '.join(parts)}."


def places_to_show(effects: pd.DataFrame, key: str) -> list[str]:
    """Return where an outcome's effect is told: in the context and outside it, or else everywhere."""
    places = set(effects.loc[effects["outcome"] == key, "place"])
    return [p for p in ("context", "outside") if p in places] if "context" in places else ["everywhere"]


def _should(expected: str) -> str:
    return {"rises": "should rise", "falls": "should fall", "stays": "should stay",
            "does not rise": "should not rise", "does not fall": "should not fall"}[expected]  # fmt: skip


def _share_sentence(manifest: Manifest, tables: Tables, kind: str) -> str:
    theory, claims = manifest["theory"], Claims(manifest)
    rows = tables["trial_tests"][tables["trial_tests"]["question"] == kind]
    if rows.empty:
        return ""
    switches = theory["mechanism" if kind == "mechanism" else "rival"]["switches"]
    whose = "" if kind == "mechanism" else "the rival’s "
    names = listing([f"{name} ({_title(name)})" for name in switches])
    parts = []
    for r in rows.to_dict("records"):
        value, interval = found(claims, r)
        amount = "none" if float(r["estimate"]) <= 0 else "all" if float(r["estimate"]) >= 1 else value
        shown = f"{value}, {interval}" if amount in ("none", "all") else interval
        parts.append(f"{amount} of the effect on {claims.label(str(r['outcome']))} is lost ({shown})")
    return f"Without {whose}{names}, {listing(parts)}."


def circularity(tables: Tables) -> str:
    """Return the label of a verdict that rests on a strength that was assumed."""
    strengths = tables["trial_strengths"]
    assumed = strengths[strengths["assumed"]]
    names = listing([str(meaning) for meaning in assumed["meaning"]])
    return (
        f"Circular in strength: {len(assumed)} of {len(strengths)} numbers that say how strong the theory’s "
        f"own mechanism is are assumptions ({names}). The trial shows that the theory "
        "follows from them, and where; it cannot show that they are true."
    )


def strengths_grid(tables: Tables) -> Grid:
    """Return the numbers that the theory's mechanisms read, with their sources."""
    rows = [
        [
            f"{r['mechanism']} ({_title(r['mechanism'])})", r["meaning"],
            f"{float(r['value']):g}{unit_in_prose(str(r['unit']))}", r["source"],
            "assumed" if r["assumed"] else "from a source",
        ]
        for r in tables["trial_strengths"].to_dict("records")
    ]  # fmt: skip
    return Grid(
        "How strong the theory’s mechanisms are in the model, and where that comes from.",
        ["mechanism", "number", "value", "source", "standing"], rows, (2,),
    )  # fmt: skip


def effects_grid(manifest: Manifest, tables: Tables) -> Grid:
    """Return every outcome's effect in the context and outside it, decisive or not."""
    claims, effects = Claims(manifest), tables["trial_effects"]
    rows = []
    for r in effects[effects["contrast"] == "effect"].to_dict("records"):
        key = str(r["outcome"])
        if r["place"] not in places_to_show(effects, key):
            continue
        share = float(r["seeds_with_sign"])
        rows.append(
            [
                claims.by_key[key]["label"] + ("" if claims.by_key[key]["primary"] else " (not decisive)"),
                claims.by_key[key]["expected"],
                EFFECT_PLACES[str(r["place"])],
                claims.size(key, float(r["effect"])),
                claims.interval(key, float(r["low"]), float(r["high"])),
                percent(share) if math.isfinite(share) else "–",
            ]
        )  # fmt: skip
    return Grid(
        "The effect of the intervention, last twelve months, means over paired seeds.",
        ["outcome", "expected", "where", "effect", "95 % interval", "seeds with the expected sign"],
        rows, (3, 4, 5),
    )  # fmt: skip
