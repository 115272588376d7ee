"""Qualitative comparative analysis over zones: fuzzy sets, necessity, sufficiency, truth table, solutions.

Sets and measures after Ragin (2008, *Redesigning Social Inquiry*), relevance of necessity after Schneider and
Wagemann (2012, *Set-Theoretic Methods for the Social Sciences*), minimisation after Quine and McCluskey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from cas_model.config.errors import UsageError
from cas_model.outcomes.measures import Floats

CONSISTENT = 0.8
"""Least consistency of a row of the truth table that counts as sufficient (Ragin 2008: at least 0.75)."""
PRI_CONSISTENT = 0.5
"""Least proportional reduction in inconsistency: below it the row would be as sufficient for the opposite."""
NECESSARY = 0.9
"""Least consistency of a necessary condition (Schneider and Wagemann 2012)."""
MOST_CONDITIONS = 6
"""More make a truth table of rows that no zone fills."""

Term = tuple[int, ...]
"""A product of conditions: 1 present, 0 absent, -1 not asked about, in the order of the conditions."""


def calibrate(values: Floats, out: float, crossover: float, full: float) -> Floats:
    """Return membership in a fuzzy set by the direct method.

    Parameters
    ----------
    values : float array (cases,)
        What was measured, in any unit.
    out, crossover, full : float
        Where membership is 0.05, 0.5 and 0.95, strictly rising or strictly falling (a set of low values).

    Returns
    -------
    float array (cases,)
        1 / (1 + exp(-z)); z is linear on each side of the crossover and ln(19) at the anchors.

    Raises
    ------
    UsageError
        When the anchors neither rise nor fall.

    Examples
    --------
    >>> calibrate(np.array([0.0, 10.0, 40.0]), 0.0, 10.0, 40.0).round(2)
    array([0.05, 0.5 , 0.95])
    """
    if not (out < crossover < full or out > crossover > full):
        raise UsageError(
            f"anchors of a fuzzy set: {out:g}, {crossover:g}, {full:g}",
            allowed="they must rise (or fall) strictly: fully out, crossover, fully in",
        )
    towards_full = (values - crossover) * np.sign(full - crossover) >= 0
    span = np.where(towards_full, full - crossover, crossover - out)
    membership: Floats = 1.0 / (1.0 + np.exp(-np.log(19.0) * (values - crossover) / span))
    return membership


@dataclass(frozen=True)
class Fit:
    """How well one fuzzy set is contained in another.

    Attributes
    ----------
    consistency : float
        0-1; share of the set that lies in the other.
    coverage : float
        0-1; share of the other that the set accounts for.
    pri : float
        Of a sufficient set its proportional reduction in inconsistency, of a necessary one its relevance; at
        most 1 (a relevance near 0: the condition is there nearly always).
    """

    consistency: float
    coverage: float
    pri: float


def sufficiency(x: Floats, y: Floats) -> Fit:
    """Say how far `x` is sufficient for `y` (both memberships, shape (cases,)); NaN for an empty set.

    Examples
    --------
    >>> sufficiency(np.array([0.2, 0.8]), np.array([0.4, 0.6]))
    Fit(consistency=0.8, coverage=0.8, pri=0.5)
    """
    both, either = np.minimum(x, y), np.minimum(np.minimum(x, y), 1.0 - y)
    return Fit(
        _ratio(both.sum(), x.sum()),
        _ratio(both.sum(), y.sum()),
        _ratio(both.sum() - either.sum(), x.sum() - either.sum()),
    )


def necessity(x: Floats, y: Floats) -> Fit:
    """Say how far `x` is necessary for `y` (both memberships, shape (cases,)); `pri` is its relevance."""
    both = np.minimum(x, y)
    return Fit(
        _ratio(both.sum(), y.sum()),
        _ratio(both.sum(), x.sum()),
        _ratio((1.0 - x).sum(), (1.0 - both).sum()),
    )


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def membership(sets: Floats, term: Term) -> Floats:
    """Return the cases' membership in a product of conditions: the least of those asked about.

    Parameters
    ----------
    sets : float array (cases, conditions)
        Memberships.
    term : tuple of int
        See `Term`.
    """
    least: Floats = np.ones(len(sets))
    for column, asked in enumerate(term):
        if asked >= 0:
            least = np.minimum(least, sets[:, column] if asked else 1.0 - sets[:, column])
    return least


def necessity_table(sets: pd.DataFrame, outcome: Floats) -> pd.DataFrame:
    """Return how far each condition, and its absence, is necessary for the outcome.

    Returns
    -------
    DataFrame
        Columns condition (``~`` before an absent one), consistency, coverage, relevance, necessary.
    """
    rows = []
    for name in sets.columns:
        present = sets[name].to_numpy(dtype=float)
        for label, x in ((name, present), (f"~{name}", 1.0 - present)):
            fit = necessity(x, outcome)
            rows.append((label, fit.consistency, fit.coverage, fit.pri, bool(fit.consistency >= NECESSARY)))
    return pd.DataFrame(rows, columns=["condition", "consistency", "coverage", "relevance", "necessary"])


def truth_table(sets: pd.DataFrame, outcome: Floats, fewest: int = 1) -> pd.DataFrame:
    """Return the truth table of an outcome.

    Parameters
    ----------
    sets : DataFrame (cases, conditions)
        Memberships; index the cases' names. At most `MOST_CONDITIONS` columns.
    outcome : float array (cases,)
        Membership in the outcome.
    fewest : int
        Cases that a row needs to count; 1 or more.

    Returns
    -------
    DataFrame
        A row per combination: a column (0/1) per condition, ``n`` cases that are rather in than out,
        ``consistency``, ``pri`` (missing without cases), ``outcome`` (1, 0, or -1: too few cases), ``cases``.
    """
    names = [str(name) for name in sets.columns]
    if not 1 <= len(names) <= MOST_CONDITIONS:
        raise UsageError(
            f"{len(names)} conditions: {', '.join(names)}",
            allowed=f"a truth table takes 1 to {MOST_CONDITIONS}",
        )
    values, cases = sets.to_numpy(dtype=float), [str(case) for case in sets.index]
    rows = []
    for term in product((0, 1), repeat=len(names)):
        inside = membership(values, term)
        members = [case for case, share in zip(cases, inside, strict=True) if share > 0.5]
        fit = sufficiency(inside, outcome)
        enough = len(members) >= fewest
        holds = fit.consistency >= CONSISTENT and fit.pri >= PRI_CONSISTENT
        result = -1 if not enough else int(holds)
        measured = (fit.consistency, fit.pri) if members else (float("nan"), float("nan"))
        rows.append((*term, len(members), *measured, result, ", ".join(members)))
    table = pd.DataFrame(rows, columns=[*names, "n", "consistency", "pri", "outcome", "cases"])
    return table.sort_values(["outcome", "n", "consistency"], ascending=False, ignore_index=True)


def solution(table: pd.DataFrame, conditions: Sequence[str], *, parsimonious: bool) -> list[list[Term]]:
    """Return the shortest sums of products that cover every sufficient row of a truth table.

    Parameters
    ----------
    table : DataFrame
        See `truth_table`.
    conditions : sequence of str
        Its condition columns.
    parsimonious : bool
        Let rows without enough cases be sufficient or not, whichever is simpler; otherwise nothing is assumed
        about them (the conservative solution).

    Returns
    -------
    list of list of Term
        Each a solution of as few products, and then as few conditions, as any other; empty when no row is
        sufficient. A product of no condition at all means that the outcome is always there.
    """
    combos: list[Term] = [tuple(int(x) for x in row) for row in table[list(conditions)].to_numpy()]
    results = table["outcome"].to_numpy()
    sufficient = [c for c, r in zip(combos, results, strict=True) if r == 1]
    assumed = [c for c, r in zip(combos, results, strict=True) if r == -1] if parsimonious else []
    primes = _prime_implicants({*sufficient, *assumed})
    useful = [p for p in primes if any(_covers(p, row) for row in sufficient)]
    for size in range(1, len(useful) + 1):
        covers = [
            list(chosen)
            for chosen in combinations(useful, size)
            if all(any(_covers(p, row) for p in chosen) for row in sufficient)
        ]
        if covers:
            length = {id(c): sum(x >= 0 for p in c for x in p) for c in covers}
            shortest = min(length.values())
            return [sorted(c, reverse=True) for c in covers if length[id(c)] == shortest]
    return []


def _covers(term: Term, row: Term) -> bool:
    return all(asked in (-1, is_) for asked, is_ in zip(term, row, strict=True))


def _prime_implicants(terms: set[Term]) -> list[Term]:
    """Join terms that differ in one condition until none can be joined."""
    primes: set[Term] = set()
    while terms:
        joined: set[Term] = set()
        absorbed: set[Term] = set()
        for term in terms:
            for place, asked in enumerate(term):
                partner = (*term[:place], 1 - asked, *term[place + 1 :])
                if asked >= 0 and partner in terms:
                    joined.add((*term[:place], -1, *term[place + 1 :]))
                    absorbed.add(term)
        primes |= terms - absorbed
        terms = joined
    return sorted(primes, reverse=True)


def term_label(term: Term, conditions: Sequence[str]) -> str:
    """Write a product as evaluators do: ``DEV*~URB``; ``always`` without a condition."""
    asked = [(a, name) for a, name in zip(term, conditions, strict=True) if a >= 0]
    return "*".join(("" if a else "~") + name for a, name in asked) or "always"


def term_in_words(term: Term, labels: Mapping[str, str]) -> str:
    """Say a product of conditions; `labels` gives each condition's words, in order.

    Examples
    --------
    >>> term_in_words((1, 0, -1), {"big": "a large zone", "poor": "a poor zone", "old": "an old zone"})
    'a large zone and not a poor zone'
    """
    parts = [("" if asked else "not ") + words
             for asked, words in zip(term, labels.values(), strict=True) if asked >= 0]  # fmt: skip
    return " and ".join(parts) if parts else "any zone"


def solution_table(sets: pd.DataFrame, outcome: Floats, terms: Sequence[Term]) -> pd.DataFrame:
    """Return how well a solution and each of its products account for the outcome.

    Returns
    -------
    DataFrame
        A row per product and one for the whole (``term`` is ``solution``): consistency, pri, coverage, and
        unique_coverage (what no other product covers; of the whole: its coverage), and the cases rather in.
    """
    values, names = sets.to_numpy(dtype=float), [str(name) for name in sets.columns]
    inside = [membership(values, term) for term in terms]
    whole = np.max(inside, axis=0) if inside else np.zeros(len(values))
    total = sufficiency(whole, outcome)
    rows = []
    for place, (term, x) in enumerate(zip(terms, inside, strict=True)):
        others = [other for i, other in enumerate(inside) if i != place]
        rest = sufficiency(np.max(others, axis=0), outcome).coverage if others else 0.0
        rows.append((term_label(term, names), x, sufficiency(x, outcome), total.coverage - rest))
    rows.append(("solution", whole, total, total.coverage))
    return pd.DataFrame(
        [
            (name, fit.consistency, fit.pri, fit.coverage, unique,
             ", ".join(str(c) for c, share in zip(sets.index, x, strict=True) if share > 0.5))
            for name, x, fit, unique in rows
        ],
        columns=["term", "consistency", "pri", "coverage", "unique_coverage", "cases"],
    )  # fmt: skip
