"""The questions that a verdict rests on, each as one number per seed: positive when the answer is yes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cas_model.experiments.differences import paired_interval
from cas_model.theory.document import RunText
from cas_model.theory.effects import Floats, SeedEffects, p_value, ratio_interval
from cas_model.theory.theory import (
    BOTH_OFF,
    EFFECT,
    ELSEWHERE,
    FORCED,
    INTERVENTION,
    MECHANISM_OFF,
    OUTSIDE,
    RIVAL,
    RIVAL_BY_MECHANISM,
    RIVAL_OFF,
    Claim,
    Theory,
    run_contrast,
)

WANTED = {
    "effect": "yes", "steady": "yes", "context": "yes", "environment": "yes", "mechanism": "yes",
    "rival mechanism": "no", "rival instead": "no", "run": "yes", "falsifier": "no", "order": "yes",
}  # fmt: skip
"""Questions that decide, with the answer that speaks for the theory."""
REPORTED = ("both mechanisms", "sufficient", "rival by the mechanism", "rival's run")
"""Questions that are answered beside them."""


@dataclass(frozen=True)
class Question:
    """A question on one outcome.

    Attributes
    ----------
    kind : str
        A name of `WANTED` or `REPORTED`.
    subject : str
        The run, for questions about one.
    outcome : str
        Key of the claim.
    estimate, low, high : float
        What is reported, with its 95 % interval.
    bound : float
        What the estimate is held against.
    measure : str
        What the estimate is: ``effect``, ``difference``, ``share``, ``ratio`` or ``months``.
    votes : float array (seeds,)
        One number per seed, positive when that seed says yes; their mean is tested against zero.
    """

    kind: str
    subject: str
    outcome: str
    estimate: float
    low: float
    high: float
    bound: float
    measure: str
    votes: Floats

    @property
    def p(self) -> float:
        """Two-sided p-value that the votes are balanced."""
        return p_value(self.votes)


def all_questions(theory: Theory, places: pd.DataFrame, leads: pd.DataFrame) -> Iterator[Question]:
    """Yield every question that the trial can answer, those of primary outcomes only.

    Parameters
    ----------
    theory : Theory
    places, leads : DataFrame
        ``trial_places`` and ``trial_leads``.
    """
    seeds = SeedEffects(theory, places)
    for claim in theory.primary:
        place = seeds.place_of(claim)
        effect = seeds.effect(EFFECT, place, claim.key)
        if effect is None:
            continue
        yield _effect(claim, effect)
        if not claim.wants_effect:
            continue
        yield _steady(theory, claim, effect)
        yield from _context(claim, place, effect, seeds)
        yield from _ablations(theory, claim, place, effect, seeds)
        yield from _order(claim, leads)
    for run in theory.document.runs:
        yield from _run(theory, run, seeds)
    yield from _falsifier(theory, seeds)


def _ask(
    kind: str, claim: Claim, values: Floats, votes: Floats, bound: float, measure: str, subject: str = ""
) -> Question:
    """Make a question of which the estimate is a mean over seeds."""
    known = values[np.isfinite(values)]
    low, high = paired_interval(np.zeros_like(known), known)
    mean = float(known.mean()) if known.size else float("nan")
    return Question(kind, subject, claim.key, mean, low, high, bound, measure, votes)


def _ask_ratio(
    kind: str, claim: Claim, part: Floats, whole: Floats, votes: Floats, bound: float, subject: str = "",
    *, lost: bool = False,
) -> Question:  # fmt: skip
    """Make a question of which the estimate is a ratio of effects; with `lost`, what is missing from one."""
    ratio, low, high = ratio_interval(part, whole)
    if lost:
        ratio, low, high = 1 - ratio, 1 - high, 1 - low
    return Question(kind, subject, claim.key, ratio, low, high, bound, "share" if lost else "ratio", votes)


def _direction(claim: Claim, effect: Floats) -> float:
    """Return the sign in which effects are compared: as expected, or as found when none is expected."""
    return float(claim.sign or np.sign(np.nanmean(effect)) or 1.0)


def _within(claim: Claim, effect: Floats) -> Floats:
    """Return by how much an effect stays within what matters, on the side where it is."""
    return claim.smallest - effect * float(np.sign(np.nanmean(effect)) or 1.0)


def _effect(claim: Claim, effect: Floats) -> Question:
    if claim.wants_effect:
        votes = claim.sign * effect - claim.smallest
    elif claim.sign:
        votes = claim.smallest - claim.sign * effect * (1 if claim.expected == "does not rise" else -1)
    else:
        votes = _within(claim, effect)
    return _ask("effect", claim, effect, votes, claim.smallest, "effect")


def _steady(theory: Theory, claim: Claim, effect: Floats) -> Question:
    """Ask whether enough seeds have the expected sign: counted, not tested, so that all vote alike."""
    known = effect[np.isfinite(effect)]
    share, bound = float((claim.sign * known > 0).mean()), theory.document.verdict.seeds_with_sign
    votes = np.full(known.size, 1.0 if share >= bound else -1.0)
    return Question("steady", "", claim.key, share, float("nan"), float("nan"), bound, "share", votes)


def _context(claim: Claim, place: str, effect: Floats, seeds: SeedEffects) -> Iterator[Question]:
    others = {
        "context": seeds.effect(EFFECT, OUTSIDE, claim.key),
        "environment": seeds.effect(ELSEWHERE, place, claim.key),
    }
    for kind, other in others.items():
        if other is not None:
            contrast = effect - other
            yield _ask(kind, claim, contrast, claim.sign * contrast, 0.0, "difference")


def _ablations(
    theory: Theory, claim: Claim, place: str, effect: Floats, seeds: SeedEffects
) -> Iterator[Question]:
    """Ask what is lost without a mechanism; only where there is an effect to lose."""
    rule = theory.document.verdict
    if not np.isfinite(ratio_interval(effect, effect)[0]) or claim.sign * np.nanmean(effect) < 0:
        return
    lost = {
        "mechanism": MECHANISM_OFF,
        "rival mechanism": RIVAL_OFF,
        "both mechanisms": BOTH_OFF,
    }
    for kind, contrast in lost.items():
        without = seeds.effect(contrast, place, claim.key)
        if without is not None:
            votes = claim.sign * ((1 - rule.mechanism_share) * effect - without)
            yield _ask_ratio(kind, claim, without, effect, votes, rule.mechanism_share, lost=True)
    instead = seeds.effect(RIVAL, place, claim.key)
    if instead is not None:
        votes = claim.sign * (instead - rule.as_large * effect)
        yield _ask_ratio("rival instead", claim, instead, effect, votes, rule.as_large)
        without = seeds.effect(RIVAL_BY_MECHANISM, place, claim.key)
        if without is not None and np.isfinite(ratio_interval(instead, instead)[0]):
            votes = np.sign(np.nanmean(instead)) * ((1 - rule.mechanism_share) * instead - without)
            yield _ask_ratio(
                "rival by the mechanism", claim, without, instead, votes, rule.mechanism_share, lost=True
            )
    forced = seeds.effect(FORCED, place, claim.key)
    if forced is not None:
        yield _ask_ratio("sufficient", claim, forced, effect, claim.sign * forced - claim.smallest, 0.0)


def _order(claim: Claim, leads: pd.DataFrame) -> Iterator[Question]:
    lead = leads.loc[leads["outcome"] == claim.key, "lead"].to_numpy(dtype=float)
    known = lead[np.isfinite(lead)]
    if known.size > 1:
        yield _ask("order", claim, known, known, 0.0, "months")


def _run(theory: Theory, run: RunText, seeds: SeedEffects) -> Iterator[Question]:
    for kind, relation in (("run", run.theory_expects), ("rival's run", run.rival_expects)):
        if relation is None:
            continue
        claim = theory.claim_on(run.outcome)
        place = seeds.place_of(claim)
        effect = seeds.effect(EFFECT, place, claim.key)
        other = seeds.effect(run_contrast(run), place, claim.key)
        if effect is None or other is None:
            continue
        votes = related(theory, claim, other, effect, relation)
        subject = f"{run.name}: {relation}"
        if relation in ("none", "opposite"):
            yield _ask(kind, claim, other, votes, claim.smallest, "effect", subject)
        else:
            large = theory.document.verdict.as_large
            bound = 1 / large if relation == "larger" else large
            yield _ask_ratio(kind, claim, other, effect, votes, bound, subject)


def related(theory: Theory, claim: Claim, other: Floats, effect: Floats, relation: str) -> Floats:
    """Return votes for a run's effect being as a word says, beside the effect of the intervention."""
    sign, large = _direction(claim, effect), theory.document.verdict.as_large
    votes: dict[str, Floats] = {
        "as large": sign * (other - large * effect),
        "smaller": sign * (large * effect - other),
        "larger": sign * (other - effect / large),
        "none": _within(claim, other),
        "opposite": -sign * other,
    }
    return votes[relation]


def _falsifier(theory: Theory, seeds: SeedEffects) -> Iterator[Question]:
    falsifier = theory.document.falsifier
    claim = theory.claim_on(falsifier.outcome)
    place = seeds.place_of(claim)
    contrast = {INTERVENTION: EFFECT, RIVAL: RIVAL}.get(falsifier.run, f"run: {falsifier.run}")
    effect, other = seeds.effect(EFFECT, place, claim.key), seeds.effect(contrast, place, claim.key)
    if effect is None or other is None:
        return
    sign = _direction(claim, effect)
    if falsifier.refuted_if == "no effect":
        votes = claim.smallest - sign * other
        yield _ask("falsifier", claim, other, votes, claim.smallest, "effect", falsifier.run)
    elif falsifier.refuted_if == "as large":
        large = theory.document.verdict.as_large
        votes = related(theory, claim, other, effect, "as large")
        yield _ask_ratio("falsifier", claim, other, effect, votes, large, falsifier.run)
    else:
        third = seeds.effect("dose 1/3", place, claim.key)
        if third is not None:
            votes = sign * (third - effect / 3)
            yield _ask_ratio("falsifier", claim, third, effect, votes, 1 / 3, "dose 1/3")
