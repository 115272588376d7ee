"""A theory read back to its author: how the file is understood, and by which rule it will be judged."""

from __future__ import annotations

import pandas as pd

from cas_model.config.declarations import MECHANISMS
from cas_model.theory.theory import Claim, Theory
from cas_model.theory.units import written_unit

RULE = (
    "Supported: every primary outcome moves as expected in the context, by more than matters and in at least "
    "{seeds:.0%} of the seeds; more than outside the context; at least {share:.0%} of the effect goes when "
    "the mechanism is switched off; the mechanism does not move after the outcome; the rival does not "
    "explain as much; every run and the falsifier come out as the theory expects. Partly supported: an "
    "outcome moves as expected, and something of the rest fails. Refuted: no outcome moves as expected, the "
    "falsifier comes true, or the effect goes with the rival's mechanism and not with the theory's. "
    "Undetermined: these runs cannot tell, and the number that could is stated."
)


def size_in_words(claim: Claim, size: float) -> str:
    """Return a size with the unit that people write."""
    unit, factor = written_unit(claim.unit)
    return f"{size / factor:g} {unit}"


def rule_in_words(theory: Theory) -> str:
    """Return the rule of the verdict with the thresholds of the file."""
    rule = theory.document.verdict
    return RULE.format(seeds=rule.seeds_with_sign, share=rule.mechanism_share)


def read_back(theory: Theory, zones: pd.DataFrame) -> list[str]:
    """Return paragraphs: context, intervention, mechanism, outcomes, rival, worlds, rule.

    Parameters
    ----------
    theory : Theory
    zones : DataFrame
        From `cas_model.theory.places.check_context`.
    """
    document = theory.document
    inside = int(zones["in_context"].sum())
    where = " and ".join(c.describe() for c in theory.conditions) or "everywhere"
    people = (
        f" People: {document.context.people}, beside other groups of the kind."
        if document.context.people
        else ""
    )
    switches = ", ".join(f"{name} ({MECHANISMS[name].title})" for name in document.mechanism.switches)
    claims = "; ".join(
        f"{claim.label} {claim.expected} (from {size_in_words(claim, claim.smallest)} on"
        f"{'' if claim.primary else ', not decisive'})"
        for claim in theory.claims
    )
    changed = "; ".join(theory.worlds[0].scenario.differences(theory.worlds[1].scenario))
    alone = "" if inside < len(zones) or document.context.elsewhere or document.context.people else (
        " There is no place outside the context, so that it cannot be told whether the context matters."
    )  # fmt: skip
    return [
        f"{document.title}: the file can be read.",
        f"Context: {where}. At the start {inside} of {len(zones)} zones are in it.{people}{alone}",
        f"Intervention: {changed}.",
        f"Mechanism: {switches}.",
        f"Outcomes: {claims}.",
        f"Rival: {document.rival.words}",
        f"Worlds for each seed: {len(theory.worlds)}. {'; '.join(world.name for world in theory.worlds)}.",
        f"Rule: {rule_in_words(theory)}",
    ]
