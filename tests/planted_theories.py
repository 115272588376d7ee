"""Results of trials made up so that the truth is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

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


def planted_zones(
    theory: Theory, effect: Callable[[pd.DataFrame], Any], *, seeds: int = 6, zones: int = 40,
    noise: float = 0.004, random: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Return ``trial_zones`` and ``trial_context`` in which the effect is a function of a zone's features."""
    rng = np.random.default_rng(random)
    table = pd.DataFrame(
        {
            "zone": [f"zone {k}" for k in range(zones)],
            "population": rng.choice([70_000.0, 160_000.0], zones) + rng.uniform(-9e3, 9e3, zones),
            "staff": rng.choice([0.8, 4.0], zones) + rng.uniform(-0.3, 0.3, zones),
            "poverty": rng.uniform(0.04, 0.14, zones),
            "city": (rng.random(zones) < 0.3).astype(float),
            "misfit": rng.uniform(0.0, 0.6, zones),
        }
    )
    contexts, rows = [], []
    for r in range(seeds):
        own = table.assign(staff=table["staff"] + rng.normal(0.0, 0.02, zones))
        inside = (own["population"] < 100_000) & (own["staff"] < 2)
        contexts.append(own.assign(replicate=r, seed=r, in_context=inside))
        before = rng.uniform(0.3, 0.5, zones)
        after = before + effect(own) + rng.normal(0.0, noise, zones)
        for name in dict.fromkeys(claim.name for claim in theory.claims):
            for world, values in (("baseline", before), ("intervention", after)):
                rows.append(
                    own[["zone"]].assign(world=world, replicate=r, seed=r, outcome=name, value=values)
                )
    return pd.concat(rows, ignore_index=True), pd.concat(contexts, ignore_index=True)


def claims_manifest(theory: Theory, *, n_zones: int) -> dict[str, Any]:
    """Return the parts of a manifest from which sentences on zones are written."""
    claims = [{**asdict(c), "label": c.label, "unit": c.unit, "sign": c.sign} for c in theory.claims]
    return {"n_zones": n_zones, "theory": {"claims": claims}}
