"""Claims that pull against each other: both sides are in the model, and the state decides which wins."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from cas_model.config.declarations import MECHANISMS
from small_worlds import new_world, run_months, run_step, settled_world, step_of

TENSIONS = ("M60 M61", "M08 M12 M13 M17", "M37 M38 M39 M40", "M22 M41 M42", "M32", "M58")
"""The dossier's deliberate tensions."""


@pytest.mark.parametrize("tension", TENSIONS)
def test_both_sides_are_modelled(tension: str) -> None:
    assert all(MECHANISMS[name].modelled for name in tension.split())


# --- shortage as prick and as brake (M60, M61; P24) --------------------------------------------------------


def _under_load(load: float) -> tuple[float, float]:
    """Return what a load adds to looking for partners, and to the reasons to coordinate."""
    world = settled_world().return_to()
    provider = world.state.provider
    provider.load[:] = load
    provider.tie_seeking[:] = provider.coordination_drive[:] = 0.0
    for name in ("M60", "M61"):
        run_step(world, step_of(world, name))
    return float(provider.tie_seeking.mean()), float(provider.coordination_drive.mean())


def test_moderate_shortage_brings_providers_together_and_severe_shortage_stops_them() -> None:
    loads = (0.85, 0.95, 1.05, 1.2, 1.5)
    seeking, effort = zip(*map(_under_load, loads), strict=True)
    assert int(np.argmax(seeking)) == loads.index(1.05), "seeking peaks at moderate overload"
    assert seeking[0] == 0.0
    assert seeking[-1] < 0.5 * max(seeking)
    assert effort[:3] == (0.0, 0.0, 0.0), "time suffices up to the threshold"
    assert effort[3] < 0.0
    assert effort[-1] < effort[3]


# --- local room: fit and innovation against equality (M08, M12 against M13; P21) ---------------------------


@cache
def _execution(autonomy: float, floor: float, off: str = "") -> tuple[float, float]:
    """Return the mean chance of execution, and how far the poor half of the zones is above the rich half.

    After two years, over three seeds, in logits.
    """
    means, gaps = [], []
    for seed in range(3):
        settings = {"governance.autonomy": autonomy, "governance.floor": floor}
        if off:
            settings[f"mechanisms.{off}"] = 0.0
        zone = run_months(new_world(seed=seed, burn_in=6, overrides=settings), 30).state.zone
        poor = zone.poverty > np.median(zone.poverty)
        means.append(zone.execution.mean())
        gaps.append(zone.execution_drive[poor].mean() - zone.execution_drive[~poor].mean())
    return float(np.mean(means)), float(np.mean(gaps))


def test_autonomy_fits_better_and_leaves_poor_zones_behind_unless_a_floor_holds_them() -> None:
    """Councils of poor zones have more staff (risk-weighted budgets); unequal means eat that advantage."""
    usual, free, held = _execution(0.45, 0.2), _execution(0.9, 0.2), _execution(0.9, 1.0)
    assert free[0] > usual[0]
    assert held[0] > usual[0]
    assert free[1] < usual[1] - 0.2
    assert held[1] > usual[1] + 0.2


def test_without_unequal_means_the_floor_makes_no_difference() -> None:
    assert _execution(0.9, 0.2, "M13") == _execution(0.9, 1.0, "M13")


def test_whether_autonomy_serves_a_zone_depends_on_its_means() -> None:
    """Full autonomy without a floor helps the richest zone more than it helps the poorest."""
    gains = []
    for autonomy in (0.45, 0.9):
        settings = {"governance.autonomy": autonomy, "governance.floor": 0.0}
        world = run_months(new_world(burn_in=6, overrides=settings), 30)
        zone = world.state.zone
        gains.append((zone.execution[zone.poverty.argmax()], zone.execution[zone.poverty.argmin()]))
    (poor_before, rich_before), (poor_after, rich_after) = gains
    assert rich_after - rich_before > poor_after - poor_before


# --- deciding together: ownership against speed (M32) ------------------------------------------------------


def test_deciding_together_is_slower_and_better_supported() -> None:
    readiness, adopted = [], []
    for setting in ("off", "on"):
        worlds = [
            run_months(new_world(seed=seed, burn_in=6, overrides={"governance.co_decision": setting}), 42)
            for seed in range(3)
        ]
        readiness.append(np.mean([w.state.provider.readiness.mean() for w in worlds]))
        adopted.append(np.mean([w.state.zone.adopted.mean() for w in worlds]))
    assert readiness[1] > readiness[0]
    assert adopted[1] < adopted[0]
