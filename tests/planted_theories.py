"""Results of trials made up so that the truth is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cas_model.theory.theory import Theory
from cas_model.theory.verdict import Verdict, judge

Planted = Mapping[str, tuple[float, float] | float]
"""Contrast -> effect inside and outside the context, or the same in both, in the outcome's unit."""


def planted_places(
    theory: Theory, effects: Planted, *, seeds: int = 12, noise: float = 0.004, random: int = 1
) -> pd.DataFrame:
    """Return ``trial_places`` in which every contrast has the effect that was planted (0 when not named)."""
    rng = np.random.default_rng(random)
    rows = []
    for replicate in range(seeds):
        shared = rng.normal(0.0, 0.05)
        values: dict[tuple[str, str, str], float] = {}
        for contrast in theory.contrasts:
            planted = effects.get(contrast.name, 0.0)
            inside, outside = planted if isinstance(planted, tuple) else (planted, planted)
            for claim in theory.claims:
                for place, effect in (("context", inside), ("outside", outside)):
                    own = rng.normal(0.0, noise, 2)
                    before = values.setdefault((contrast.against, place, claim.key), 0.4 + shared + own[0])
                    values[contrast.world, place, claim.key] = before + effect + own[1]
        rows += [(world, replicate, replicate, *rest, value) for (world, *rest), value in values.items()]
    return pd.DataFrame(rows, columns=["world", "replicate", "seed", "place", "outcome", "value"])


def planted_leads(theory: Theory, lead: float = 8.0, seeds: int = 12) -> pd.DataFrame:
    """Return ``trial_leads`` in which the mechanism moves so many months before each outcome."""
    rows = [
        (r, claim.key, 12.0 - r % 2, 12.0 + lead + r % 3, lead + r % 3 + r % 2)
        for r in range(seeds)
        for claim in theory.claims
    ]
    return pd.DataFrame(rows, columns=["replicate", "outcome", "mechanism_month", "outcome_month", "lead"])


def verdict_of(
    theory: Theory, effects: Planted, *, lead: float = 8.0, seeds: int = 12, noise: float = 0.004
) -> tuple[Verdict, pd.DataFrame]:
    """Judge one theory on made-up results."""
    places = planted_places(theory, effects, seeds=seeds, noise=noise)
    return judge([(theory, places, planted_leads(theory, lead, seeds))])[0]
