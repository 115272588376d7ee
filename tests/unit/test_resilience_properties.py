"""What must hold of resilience whatever the series: bounds, invariances, signs, and order."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cas_model.outcomes.measures import Floats
from cas_model.outcomes.resilience import (
    HELD_MONTHS,
    RECOVERED,
    measure_burden,
    measure_resilience,
    more_than_without,
)

MONTHS = st.integers(1, 60)
LEVELS = st.floats(0.05, 1.0)


@st.composite
def paired_worlds(draw: st.DrawFn, months: st.SearchStrategy[int] = MONTHS) -> tuple[Floats, Floats]:
    """Return functionality with and without a shock that takes, or even gives, something each month."""
    n = draw(months)
    calm = draw(arrays(float, n, elements=LEVELS))
    kept = draw(arrays(float, n, elements=st.floats(0.0, 1.1)))
    return calm * kept, calm


def _same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == pytest.approx(b, rel=1e-9, abs=1e-12)


@given(paired_worlds(), st.integers(1, 40))
def test_measures_stay_in_their_bounds(worlds: tuple[Floats, Floats], control: int) -> None:
    struck, calm = worlds
    found = measure_resilience(struck, calm, control=control)
    counted = min(control, len(calm))
    assert 0.0 <= found.loss <= calm[:counted].sum() + 1e-12
    assert 0.0 <= found.robustness <= found.index + 1e-12
    assert 0.0 <= found.robustness <= 1.1 + 1e-12
    assert found.everyday_sd <= 0.0
    assert math.isnan(found.adaptation) == (len(calm) < control + 12)


@given(paired_worlds())
def test_recovery_is_the_first_of_three_months_held_after_the_deepest_and_never_the_horizon(
    worlds: tuple[Floats, Floats],
) -> None:
    struck, calm = worlds
    recovery = measure_resilience(struck, calm).recovery_months
    ratio = struck / calm
    below, deepest = ratio < RECOVERED, int(ratio.argmin())
    held = [t for t in range(deepest, len(below) - HELD_MONTHS + 1) if not below[t : t + HELD_MONTHS].any()]
    if not below.any():
        assert recovery == 0.0
    elif held:
        assert recovery == held[0]
        assert recovery <= len(below) - HELD_MONTHS
    else:
        assert math.isnan(recovery)


@given(arrays(float, MONTHS, elements=LEVELS))
def test_without_a_shock_nothing_is_lost(calm: Floats) -> None:
    found = measure_resilience(calm, calm, before=calm)
    assert (found.loss, found.index, found.robustness, found.recovery_months) == (0.0, 1.0, 1.0, 0.0)
    assert math.isnan(found.rapidity), "who never fell did not climb"
    fifths = np.repeat(calm[:, None], 5, axis=1)
    burden = measure_burden(fifths, fifths)
    assert burden.loss.tolist() == [0.0] * 5
    assert math.isnan(burden.concentration)
    assert more_than_without(calm, calm) == 0.0


@given(paired_worlds(), st.floats(0.1, 1.0))
def test_scaling_both_worlds_scales_amounts_and_leaves_relations_alone(
    worlds: tuple[Floats, Floats], factor: float
) -> None:
    struck, calm = worlds
    found, scaled = measure_resilience(struck, calm), measure_resilience(factor * struck, factor * calm)
    for name in ("loss", "adaptation", "everyday_sd"):
        assert _same(getattr(scaled, name), factor * getattr(found, name)), name
    for name in ("index", "robustness"):
        assert _same(getattr(scaled, name), getattr(found, name)), name


@given(paired_worlds(), st.floats(0.0, 0.5))
def test_a_shift_of_both_worlds_leaves_differences_alone(worlds: tuple[Floats, Floats], shift: float) -> None:
    struck, calm = worlds
    found, shifted = measure_resilience(struck, calm), measure_resilience(struck + shift, calm + shift)
    for name in ("loss", "adaptation", "everyday_sd"):
        assert getattr(shifted, name) == pytest.approx(getattr(found, name), abs=1e-9, nan_ok=True), name


@given(paired_worlds(), arrays(float, 12, elements=LEVELS), st.integers(1, 12))
def test_what_comes_after_the_months_that_count_changes_no_loss(
    worlds: tuple[Floats, Floats], later: Floats, control: int
) -> None:
    struck, calm = worlds
    control = min(control, len(calm))
    one = measure_resilience(struck, calm, control=control)
    other = measure_resilience(np.append(struck, later * 0.1), np.append(calm, later), control=control)
    assert (one.loss, one.index) == (other.loss, other.index)


@given(paired_worlds(), st.data())
def test_a_deeper_drop_never_loses_less(worlds: tuple[Floats, Floats], data: st.DataObject) -> None:
    struck, calm = worlds
    depth = data.draw(arrays(float, len(calm), elements=st.floats(0.0, 1.0)))
    found, deeper = measure_resilience(struck, calm), measure_resilience(struck * depth, calm)
    assert deeper.loss >= found.loss
    assert deeper.robustness <= found.robustness
    assert deeper.index <= found.index


@given(paired_worlds())
def test_a_gain_in_one_month_pays_back_no_loss_in_another(worlds: tuple[Floats, Floats]) -> None:
    struck, calm = worlds
    assert measure_resilience(struck, calm).loss == measure_resilience(np.minimum(struck, calm), calm).loss


@given(paired_worlds())
def test_the_way_back_goes_up(worlds: tuple[Floats, Floats]) -> None:
    found = measure_resilience(*worlds)
    if not math.isnan(found.rapidity):
        assert found.recovery_months > 0
        assert 0.0 < found.rapidity <= 1.1
    else:
        assert not found.recovery_months > 0


@given(st.integers(1, 40), st.integers(0, 4), st.floats(0.01, 0.5))
def test_who_bears_the_loss_decides_the_sign(months: int, fifth: int, depth: float) -> None:
    calm = np.full((months, 5), 0.9)
    struck = calm.copy()
    struck[:, fifth] -= depth
    found, mirrored = measure_burden(struck, calm), measure_burden(struck[:, ::-1], calm[:, ::-1])
    assert found.concentration == pytest.approx((fifth - 2) * 0.4)
    assert mirrored.concentration == pytest.approx(-found.concentration)
    assert -1.0 <= found.erreygers <= 1.0
    assert np.sign(found.erreygers) == np.sign(round(found.concentration, 9))
    assert found.loss.sum() == pytest.approx(depth * min(months, 24))


@given(paired_worlds())
def test_an_unknown_month_leaves_everything_unknown(worlds: tuple[Floats, Floats]) -> None:
    struck, calm = worlds
    struck[len(struck) // 2] = np.nan
    assert all(math.isnan(value) for value in asdict(measure_resilience(struck, calm)).values())
