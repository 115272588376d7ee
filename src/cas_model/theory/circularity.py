"""What a verdict assumes: the numbers that say how strong the theory's own mechanisms are."""

from __future__ import annotations

import pandas as pd

from cas_model.config.declarations import MECHANISMS, PARAMETERS
from cas_model.theory.theory import Theory


def strengths_of(theory: Theory) -> pd.DataFrame:
    """Return mechanism, parameter, value, unit, meaning, source, assumed: what its kernels read.

    `assumed` is true where the source says that the number is an assumption, even when its form or sign is
    not: a verdict that rests on such a number repeats what was put in.
    """
    values = theory.worlds[0].scenario.parameters
    rows = [
        (name, p.name, values[p.name], p.unit, p.meaning, p.source, "assumption" in p.source)
        for name in theory.document.mechanism.switches
        for p in (PARAMETERS[key] for key in MECHANISMS[name].reads if key in PARAMETERS)
    ]
    return pd.DataFrame(
        rows, columns=["mechanism", "parameter", "value", "unit", "meaning", "source", "assumed"]
    )
