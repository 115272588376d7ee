"""What must hold of resilience whatever the two worlds did."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from cas_model.outcomes.measures import Floats
from cas_model.outcomes.resilience import (
    CONTROL_MONTHS,
    HELD_MONTHS,
    RECOVERED,
    measure_burden,
    measure_resilience,
)

LEVELS = st.floats(0.05, 1.0)
MONTHS = st.integers(HELD_MONTHS, 60)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Floats, Floats]:
    months = draw(MONTHS)
    struck, calm = (draw(nps.arrays(float, months, elements=LEVELS)) for _ in range(2))
    return struck, calm


@given(pairs())
def test_every_measure_keeps_its_bounds(pair: tuple[Floats, Floats]) -> None:
    struck, calm = pair
    found = measure_resilience(struck, calm)
    assert 0 <= found.loss <= calm[:CONTROL_MONTHS].sum() + 1e-9
    assert np.isclose(found.robustness, (struck / calm).min())
    assert found.everyday_sd <= 0
    if np.isfinite(found.recovery_months):
        back = int(found.recovery_months)
        assert back + HELD_MONTHS <= len(struck), "a recovery is seen to hold, it is never the horizon"
        assert (struck[back : back + HELD_MONTHS] / calm[back : back + HELD_MONTHS] >= RECOVERED).all()
    if np.isfinite(found.rapidity):
        assert found.rapidity >= 0, "the way from the deepest month up"


@given(pairs())
def test_a_world_that_lost_nothing_stood_everything(pair: tuple[Floats, Floats]) -> None:
    struck, calm = pair
    same = measure_resilience(np.maximum(struck, calm), calm)
    assert (same.loss, same.recovery_months) == (0.0, 0.0)
    assert same.robustness >= 1
    assert np.isnan(same.rapidity)


@given(pairs(), st.floats(0.1, 1.0))
def test_only_function_relative_to_the_calm_world_counts(pair: tuple[Floats, Floats], scale: float) -> None:
    struck, calm = pair
    a, b = measure_resilience(struck, calm), measure_resilience(scale * struck, scale * calm)
    assert np.isclose(b.loss, scale * a.loss)
    for name in ("index", "robustness"):
        assert np.isclose(getattr(a, name), getattr(b, name))


@given(pairs(), st.integers(0, CONTROL_MONTHS - 1), st.floats(0.1, 0.9))
def test_a_deeper_fall_never_costs_less(pair: tuple[Floats, Floats], month: int, left: float) -> None:
    struck, calm = pair
    assume(month < len(struck))
    deeper = struck.copy()
    deeper[month] *= left
    before, after = measure_resilience(struck, calm), measure_resilience(deeper, calm)
    assert after.loss >= before.loss
    assert after.robustness <= before.robustness
    assert after.index < before.index
    if struck[month] < RECOVERED * calm[month]:
        assert np.array_equal(after.recovery_months, before.recovery_months, equal_nan=True), (
            "as long as before"
        )


@given(nps.arrays(float, (30, 5), elements=LEVELS), nps.arrays(float, (30, 5), elements=LEVELS))
def test_the_burden_changes_sign_when_rich_and_poor_change_places(struck: Floats, calm: Floats) -> None:
    burden, mirrored = measure_burden(struck, calm), measure_burden(struck[:, ::-1], calm[:, ::-1])
    assert (burden.loss >= 0).all()
    assert np.allclose(burden.loss, mirrored.loss[::-1])
    if burden.loss.sum() > 0:
        assert -0.8 - 1e-9 <= burden.concentration <= 0.8 + 1e-9
        assert np.isclose(burden.concentration, -mirrored.concentration)
        assert abs(burden.erreygers) <= 1 + 1e-9
