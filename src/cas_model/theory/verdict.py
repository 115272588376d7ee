"""The verdict: questions answered by a rule stated beforehand, corrected for their number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cas_model.theory.circularity import strengths_of
from cas_model.theory.effects import holm, seeds_needed
from cas_model.theory.questions import WANTED, Question, all_questions
from cas_model.theory.theory import Theory

SUPPORTED, PARTLY, REFUTED, UNDETERMINED = "supported", "partly supported", "refuted", "undetermined"
VERDICTS = (SUPPORTED, PARTLY, REFUTED, UNDETERMINED)
TEST_COLUMNS = (
    *("question", "subject", "outcome", "measure", "estimate", "low", "high", "bound", "n_seeds"),
    *("p", "p_holm", "answer", "wanted", "seeds_needed"),
)


@dataclass(frozen=True)
class Verdict:
    """What the rule makes of the answers.

    Attributes
    ----------
    kind : str
        One of `VERDICTS`.
    against : tuple of str
        Questions whose answer speaks against the theory, as ``question|subject|outcome``.
    open : tuple of str
        Deciding questions that these runs cannot answer.
    seeds_needed : float
        Seeds that would answer the open ones; NaN when none is open, infinite when no number in reach would.
    at_least_partly : bool
        For an undetermined verdict: whether the outcome moved as expected all the same.
    circular : bool
        The verdict rests on a mechanism whose own strength is an assumption.
    """

    kind: str
    against: tuple[str, ...]
    open: tuple[str, ...]
    seeds_needed: float
    at_least_partly: bool
    circular: bool


def tests_table(theory: Theory, questions: Sequence[Question], adjusted: Sequence[float]) -> pd.DataFrame:
    """Return a row per question, answered.

    Parameters
    ----------
    theory : Theory
    questions : sequence of Question
    adjusted : sequence of float
        Their p-values, corrected for their number.

    Returns
    -------
    DataFrame
        Columns `TEST_COLUMNS`; ``answer`` is yes, no or unclear, ``wanted`` what would speak for the theory
        (empty for what is only reported).
    """
    rule = theory.document.verdict
    rows = []
    for question, p in zip(questions, adjusted, strict=True):
        known = question.votes[np.isfinite(question.votes)]
        answer = "unclear"
        if p < rule.significance and known.size:
            answer = "yes" if known.mean() > 0 else "no"
        # Holm's factor makes the test of this question stricter; so must be the seeds it needs.
        factor = p / question.p if question.p > 0 else 1.0
        needed = seeds_needed(known, rule.significance / max(1.0, factor), rule.power)
        rows.append(
            (
                question.kind, question.subject, question.outcome, question.measure, question.estimate,
                question.low, question.high, question.bound, known.size, question.p, p, answer,
                WANTED.get(question.kind, ""), needed if answer == "unclear" else float("nan"),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS))


def judge(
    tried: Sequence[tuple[Theory, pd.DataFrame, pd.DataFrame]],
) -> list[tuple[Verdict, pd.DataFrame]]:
    """Judge one theory or several: each kind of question is corrected over outcomes and theories (Holm).

    Parameters
    ----------
    tried : sequence of (Theory, trial_places, trial_leads)

    Returns
    -------
    list of (Verdict, trial_tests)
    """
    asked = [list(all_questions(theory, places, leads)) for theory, places, leads in tried]
    flat = [(i, question) for i, questions in enumerate(asked) for question in questions]
    corrected = [1.0] * len(flat)
    for kind in dict.fromkeys(question.kind for _, question in flat):
        family = [k for k, (_, question) in enumerate(flat) if question.kind == kind]
        for k, p in zip(family, holm([flat[k][1].p for k in family]), strict=True):
            corrected[k] = p
    judged = []
    for i, (theory, _, _) in enumerate(tried):
        own = [p for p, (j, _) in zip(corrected, flat, strict=True) if j == i]
        tests = tests_table(theory, asked[i], own)
        judged.append((rule(theory, tests), tests))
    return judged


def rule(theory: Theory, tests: pd.DataFrame) -> Verdict:
    """Apply the rule of theories/README.md to answered questions.

    Parameters
    ----------
    theory : Theory
    tests : DataFrame
        From `tests_table`.
    """
    deciding = tests[tests["wanted"] != ""]
    contrary = deciding[(deciding["answer"] != "unclear") & (deciding["answer"] != deciding["wanted"])]
    unclear = deciding[(deciding["answer"] == "unclear") & (deciding["question"] != "order")]
    effects = deciding.loc[deciding["question"] == "effect", "answer"].to_list()
    moved = "yes" in effects
    kind = SUPPORTED
    if _refuted(deciding, effects):
        kind = REFUTED
    elif not moved:
        kind = UNDETERMINED
    elif len(contrary):
        kind = PARTLY
    elif len(unclear):
        kind = UNDETERMINED
    needed = float(unclear["seeds_needed"].max()) if len(unclear) else math.nan
    assumed = strengths_of(theory)["assumed"]
    return Verdict(
        kind, _names(contrary), _names(unclear), needed, kind == UNDETERMINED and moved,
        kind in (SUPPORTED, PARTLY) and bool(assumed.any()) and _answer(deciding, "mechanism") == "yes",
    )  # fmt: skip


def _names(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(f"{r.question}|{r.subject}|{r.outcome}" for r in rows.itertuples())


def _answer(tests: pd.DataFrame, question: str) -> str:
    """Return the most favourable answer over outcomes: yes before unclear before no; empty when not asked."""
    answers = set(tests.loc[tests["question"] == question, "answer"])
    return next((word for word in ("yes", "unclear", "no") if word in answers), "")


def _refuted(tests: pd.DataFrame, effects: Sequence[str]) -> bool:
    """Whether no outcome moved, the falsifier came true, or the rival does what the mechanism does not."""
    if effects and all(answer == "no" for answer in effects):
        return True
    if _answer(tests, "falsifier") == "yes":
        return True
    rival = "yes" in (_answer(tests, "rival mechanism"), _answer(tests, "rival instead"))
    return rival and _answer(tests, "mechanism") == "no"
