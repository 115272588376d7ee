"""Which zones are in the context: read off each seed's world as it stands when the policy would begin."""

from __future__ import annotations

import pandas as pd

from cas_model.config.errors import CasModelError, UsageError
from cas_model.experiments.differences import LAST_MONTHS
from cas_model.experiments.run import WorldRequest, WorldResult, run_world
from cas_model.theory.conditions import zones_in_context
from cas_model.theory.theory import Theory

START = "start"
"""Label of the run that ends when the policy would begin."""


def start_request(theory: Theory, replicate: int, persons_per_agent: int) -> WorldRequest:
    """Return the run-in of one seed."""
    size = theory.document.run
    return WorldRequest(
        START, theory.start, replicate, size.seed + replicate, persons_per_agent, size.territory
    )


def zones_at_start(theory: Theory, result: WorldResult) -> pd.DataFrame:
    """Return a row per zone: replicate, seed, zone, in_context, its columns, and its outcomes until then.

    Outcomes are means of the last twelve months of the run-in; one that has the name of a column gives way.
    """
    outcomes = result.table("outcomes", [("level", "==", "zone"), ("month", ">", -1 - LAST_MONTHS)])
    before = outcomes.pivot_table(index="unit_id", columns="outcome", values="value", observed=True)
    before.index, before.columns = before.index.astype(str), before.columns.astype(str)
    zones = result.table("zones").astype({"zone": str})
    known = [name for name in before.columns if name not in zones.columns]
    zones = zones.merge(before[known], how="left", left_on="zone", right_index=True)
    for condition in theory.conditions:
        if condition.feature not in zones.columns:  # an outcome that no zone has
            zones[condition.feature] = float("nan")
    first = pd.DataFrame(
        {
            "replicate": result.request.replicate,
            "seed": result.request.seed,
            "zone": zones["zone"],
            "in_context": zones_in_context(theory.conditions, zones),
        }
    )
    return pd.concat([first, zones.drop(columns="zone")], axis=1)


def check_context(theory: Theory) -> pd.DataFrame:
    """Return the zones of the first seed at the start, at the scale of a quick trial.

    Raises
    ------
    UsageError
        When no zone is in the context: which condition leaves none, and what values there are.
    """
    request = start_request(theory, 0, theory.document.quick.persons_per_agent)
    result = run_world(request, only=("outcomes",), also=("zones",))
    if result.misuse is not None:
        raise result.misuse
    if not result.ok:
        raise CasModelError(f"the run-in fails with {result.problem}")
    zones = zones_at_start(theory, result)
    if not zones["in_context"].any():
        raise _nobody(theory, zones)
    return zones


def _nobody(theory: Theory, zones: pd.DataFrame) -> UsageError:
    alone = [c for c in theory.conditions if not c.holds(zones[c.feature]).any()]
    shown = alone or list(theory.conditions)
    ranges = []
    for condition in shown:
        values = zones[condition.feature]
        met = int(condition.holds(values).sum())
        ranges.append(
            f"`{condition.describe()}`: {met} of {len(zones)} zones meet it; "
            + (
                f"values run from {values.min():g} to {values.max():g}"
                if values.notna().any()
                else "no zone has it"
            )
        )
    return UsageError(
        "no zone meets the context, so that there is nothing to test it in\n    " + "\n    ".join(ranges),
        where=f"{theory.origin}, context.zones",
        fix="widen the condition, or leave it out",
    )
