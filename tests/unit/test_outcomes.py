"""Outcome formulas against worked examples, through the code that the model runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from cas_model.config.declarations import OUTCOMES
from cas_model.config.vocabulary import PANELS
from cas_model.model.processes import access, demography
from cas_model.model.records import POSITION
from cas_model.model.system import CareSystem
from cas_model.outcomes.inequality import concentration_index
from cas_model.outcomes.measures import Floats, History, Measures, divide, trailing_sum
from cas_model.outcomes.resilience import measure_burden, measure_resilience
from small_worlds import new_world, run_months, run_step, settled_world

COUNTERS = (
    "year_own", "year_alternate", "year_other", "year_other_squares", "year_other_most", "year_practices",
    "year_repeats", "year_unmet", "year_followed", "year_referred", "year_coordinated", "last_practice",
)  # fmt: skip


def quiet_world() -> CareSystem:
    """Return a world in which nobody saw anybody this year."""
    world = settled_world().return_to()
    world.set_clock(world.month)
    world.state.reset_monthly()
    for name in COUNTERS:
        world.state.patient.columns[name][:] = 0
    return world


def row_of_the_panel(world: CareSystem, zone: int = 0) -> int:
    """Return a patient row whose year ends this month."""
    first = int(world.state.zone.first_row[zone])
    return int(demography.first_of_panel(first, world.month % PANELS))


def visit(world: CareSystem, row: int, practices: Sequence[int]) -> None:
    """Let a patient see practices one after the other, 0 being the own, as `give_access` counts them."""
    p = world.state.patient
    for practice in practices:
        if practice > 0 and p.alternate[row] != practice:
            access._switch_alternate(
                row, practice, p.alternate, p.year_alternate, p.year_other, p.year_other_squares,
                p.year_other_most, p.year_practices, p.last_practice,
            )  # fmt: skip
        access._count_visits(
            row, 1, practice == 0, p.year_own, p.year_alternate, p.year_repeats, p.last_practice
        )


def close_year(world: CareSystem) -> CareSystem:
    """Close the panel's year."""
    run_step(world, next(s for s in world.schedule.steps if s.process.name == "close_year"))
    return world


def total(world: CareSystem, measure: str, zone: int = 0) -> float:
    return float(world.state.measure.columns[measure][zone].sum())


@pytest.mark.parametrize(
    ("visits", "coc", "upc"),
    [
        ((0,) * 6, 1.0, 1.0),
        ((0, 0, 0, 0, 0, 1), 0.667, 0.833),
        ((0, 0, 1, 1, 0, 0), 0.467, 0.667),
        ((0, 0, 0, 1, 1, 1), 0.400, 0.500),
        ((1, 2, 0, 0, 0, 0), 0.400, 0.667),
        ((2, 0, 1, 1, 1, 1), 0.400, 0.667),
        ((1, 1, 1, 1, 0, 2), 0.400, 0.667),
        ((0, 0, 1, 1, 2, 2), 0.200, 0.333),
        ((1, 1, 2, 2, 3, 3), 0.200, 0.333),
        ((0, 1, 2, 3, 4, 5), 0.000, 0.167),
    ],
)
def test_continuity_of_one_patient(visits: tuple[int, ...], coc: float, upc: float) -> None:
    """Bice-Boxerman and usual provider continuity of the published examples, {6} to six practices."""
    world = quiet_world()
    row = row_of_the_panel(world)
    visit(world, row, visits)
    close_year(world)
    assert total(world, "panel_any_contact") == total(world, "panel_two") == 1
    assert total(world, "panel_contacts") == 6
    assert total(world, "panel_coc") == pytest.approx(coc, abs=5e-4)
    assert total(world, "panel_upc") == pytest.approx(upc, abs=5e-4)
    assert total(world, "panel_loyal") == (upc >= 0.75)
    assert world.state.patient.continuity[row] == pytest.approx(upc, abs=5e-4)


@pytest.mark.parametrize(
    ("visits", "secon", "mmci"),
    [
        ((0,) * 6, 5 / 5, 1.0),
        ((0, 0, 0, 0, 0, 1), 4 / 5, (1 - 2 / 6.1) / (1 - 1 / 6.1)),
        ((0, 1, 0, 1, 0, 1), 0 / 5, (1 - 2 / 6.1) / (1 - 1 / 6.1)),
        ((0, 0, 1, 1, 2, 2), 3 / 5, (1 - 3 / 6.1) / (1 - 1 / 6.1)),
        ((0, 1, 2, 3, 4, 5), 0 / 5, (1 - 6 / 6.1) / (1 - 1 / 6.1)),
        ((0, 1), 0 / 1, (1 - 2 / 2.1) / (1 - 1 / 2.1)),
    ],
)
def test_sequence_and_dispersion_of_one_patient(visits: tuple[int, ...], secon: float, mmci: float) -> None:
    """Sequential continuity and the modified modified index, by their formulas (I5, I6)."""
    world = quiet_world()
    visit(world, row_of_the_panel(world), visits)
    close_year(world)
    assert total(world, "panel_secon") == pytest.approx(secon)
    assert total(world, "panel_mmci") == pytest.approx(mmci)


def test_repeats_count_visits_to_the_practice_of_the_visit_before() -> None:
    world = quiet_world()
    visit(world, row_of_the_panel(world), (0, 0, 1, 1, 0, 2, 2, 2))
    assert world.state.patient.year_repeats.sum() == 4


def test_one_visit_has_no_continuity_index_and_none_has_no_usual_provider() -> None:
    world = quiet_world()
    visit(world, row_of_the_panel(world), (0,))
    close_year(world)
    assert total(world, "panel_any_contact") == 1
    assert total(world, "panel_two") == 0
    assert total(world, "panel_coc") == 0
    assert total(world, "panel_upc", zone=1) == 0
    assert total(world, "panel_persons", zone=1) > 1


def test_a_year_is_closed_for_one_panel_and_starts_anew() -> None:
    world = quiet_world()
    row = row_of_the_panel(world)
    visit(world, row, (0, 1, 1))
    visit(world, row + 1, (0, 0))
    world.state.patient.year_unmet[row] = 2
    close_year(world)
    assert total(world, "panel_contacts") == 3
    assert total(world, "panel_unmet") == 1
    patient = world.state.patient
    assert all(patient.columns[name][row] == 0 for name in COUNTERS if name != "last_practice")
    assert patient.year_own[row + 1] == 2
    sizes = (world.state.zone.last_row - world.state.zone.first_row) / PANELS
    persons = world.state.measure.panel_persons.sum(axis=1)
    assert (np.abs(persons - sizes) < 1).all()


def test_each_patient_closes_one_year_in_twelve_months() -> None:
    world = quiet_world()
    persons = 0.0
    for _ in range(PANELS):
        world.set_clock(world.month)
        world.state.reset_monthly()
        close_year(world)
        persons += float(world.state.measure.panel_persons.sum())
        world.month += 1
    assert persons == world.n_patients


# --- equity ------------------------------------------------------------------------------------------------

UNMET = np.array([6.7, 2.1, 0.6, 0.4, 0.2]) / 100


def _measures(history: dict[str, Floats], window: int = 1, membership: Floats | None = None) -> Measures:
    """Return measures from arrays (months, zones, quintiles); what is not given counts nothing."""
    shape = next(iter(history.values())).shape
    block = np.zeros((shape[0], len(POSITION), *shape[1:]))
    for name, values in history.items():
        block[:, POSITION[name]] = values
    members = np.ones((1, shape[1])) if membership is None else membership
    return Measures(History(block, POSITION), members, 100.0, np.full(shape[1], 1000.0)).over(window)


def test_concentration_of_unmet_need_over_five_fifths() -> None:
    people, rank = np.full(5, 1000.0), np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    unmet = UNMET * people
    monthly = {
        "panel_persons": people,
        "panel_rank": people * rank,
        "panel_unmet": unmet,
        "panel_unmet_rank": unmet * rank,
    }
    m = _measures({name: np.tile(v / 12, (12, 1, 1)) for name, v in monthly.items()}, window=12)
    found = {name: OUTCOMES[name].compute(m)[-1, 0] for name in OUTCOMES if name.startswith("unmet_need")}
    assert found["unmet_need"] == pytest.approx(0.02)
    assert found["unmet_need_concentration"] == pytest.approx(-0.588, abs=5e-4)
    assert found["unmet_need_erreygers"] == pytest.approx(-0.0470, abs=5e-5)
    assert [found[f"unmet_need_q{q}"] for q in range(1, 6)] == pytest.approx(UNMET.tolist())
    assert np.isnan(OUTCOMES["unmet_need"].compute(m)[:11]).all()


def test_concentration_index_is_the_same_from_people_and_from_sums() -> None:
    rng = np.random.default_rng(1)
    y, rank = rng.random(500), (rng.permutation(500) + 0.5) / 500
    by_hand = 2 * np.mean((y - y.mean()) * (rank - rank.mean())) / y.mean()
    sums = (np.array(v) for v in (y.sum(), (y * rank).sum(), 500.0, rank.sum()))
    assert float(concentration_index(*sums)) == pytest.approx(by_hand)
    # With fractional ranks the textbook's short form agrees.
    assert by_hand == pytest.approx(2 / (500 * y.mean()) * (y * rank).sum() - 1)


def test_nobody_with_unmet_need_has_no_index() -> None:
    index = concentration_index(np.array(0.0), np.array(0.0), np.array(9.0), np.array(4.5))
    assert math.isnan(float(index))


def test_spread_over_zones_needs_three_zones() -> None:
    served = np.array([[[8.0], [9.0], [10.0], [5.0]]])
    history = {"served": served, "requests": np.full_like(served, 10.0)}
    members = np.array([[1.0, 1, 1, 0], [0, 0, 1, 1]])
    spread = OUTCOMES["access_between_zones"].compute(_measures(history, membership=members))
    values = [0.8, 0.9, 1.0]
    assert spread[0, 0] == pytest.approx(np.std(values) / np.mean(values))
    assert math.isnan(spread[0, 1])


# --- integration, spending ---------------------------------------------------------------------------------


def test_density_is_trust_over_pairs_and_averages_zones() -> None:
    history = {"ties_trust": np.array([[[3.0], [2.0]]]), "organisations": np.array([[[4.0], [5.0]]])}
    density = OUTCOMES["trust_weighted_density"].compute(_measures(history))
    assert density[0, 0] == pytest.approx((3 / 6 + 2 / 10) / 2)


def test_spending_per_person_a_year() -> None:
    year = np.full((12, 2, 1), 5_000.0)
    m = _measures({"paid_federal": year, "paid_local": year / 10}, window=12)
    assert OUTCOMES["spending"].compute(m)[-1, 0] == pytest.approx(12 * 2 * 5_500 / 2_000)
    assert OUTCOMES["spending_federal"].compute(m)[-1, 0] == pytest.approx(60)
    assert OUTCOMES["spending_local"].compute(m)[-1, 0] == pytest.approx(6)


def test_every_outcome_lies_in_its_declared_range() -> None:
    campaign = {"kind": "vaccination_campaign", "start_month": 0, "duration_months": 24}
    world = run_months(new_world(overrides={"shocks": [campaign]}), 36)
    for name, outcome in OUTCOMES.items():
        # Ranks are Flemish: within a zone of mostly rich or poor people the index can pass -1 or 1.
        levels = (
            ("flanders",)
            if name.endswith(("_concentration", "_wagstaff"))
            else ("flanders", "region", "zone")
        )
        for level in levels:
            values = world.records.values(outcome, level)
            found = values[np.isfinite(values)]
            # Between-zone indices need three zones; a region of the small territory has fewer.
            assert found.size or level != "flanders", name
            assert ((outcome.low <= found) & (found <= outcome.high)).all(), (
                name,
                level,
                found.min(),
                found.max(),
            )
            assert np.isnan(values[: outcome.period_months - 1]).all()


# --- measures ----------------------------------------------------------------------------------------------


def test_trailing_sum_waits_for_a_full_window() -> None:
    values = np.arange(1.0, 7.0)[:, None] * np.array([1.0, 10.0])
    found = trailing_sum(values, 3)
    assert np.isnan(found[:2]).all()
    assert found[2:].tolist() == [[6, 60], [9, 90], [12, 120], [15, 150]]
    assert trailing_sum(values, 1) is values


@pytest.mark.parametrize("months", [1, 5])
def test_trailing_sum_of_too_few_months_is_unknown(months: int) -> None:
    assert np.isnan(trailing_sum(np.ones(months), 12)).all()


def test_measures_sum_zones_quintiles_and_months() -> None:
    served = np.arange(2 * 3 * 5, dtype=float).reshape(2, 3, 5)
    members = np.array([[1.0, 0, 1], [0, 1, 0]])
    m = _measures({"served": served, "requests": 2 * served}, window=2, membership=members)
    assert m.by_quintile("served")[1, 0].tolist() == (served[:, 0] + served[:, 2]).sum(axis=0).tolist()
    assert m.total("served")[1].tolist() == [served[:, [0, 2]].sum(), served[:, 1].sum()]
    assert m.ratio("served", "requests")[1].tolist() == [0.5, 0.5]
    assert m.zones().total("served")[1].tolist() == served.sum(axis=(0, 2)).tolist()
    assert np.isnan(m.total("served")[0]).all()


def test_nothing_over_nothing_is_unknown() -> None:
    found = divide(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    assert found[0] == 0.5
    assert math.isnan(found[1])


# --- resilience --------------------------------------------------------------------------------------------


def test_resilience_by_hand() -> None:
    usual = np.full(8, 0.8)
    struck = np.array([0.8, 0.4, 0.6, 0.78, 0.70, 0.80, 0.82, 0.79])
    found = measure_resilience(struck, usual)
    assert found.loss == pytest.approx(0.4 + 0.2 + 0.02 + 0.10 + 0.01)
    assert found.index == pytest.approx(struck.mean() / 0.8)
    assert found.robustness == pytest.approx(0.5)
    # Month 3 is back above 95 %, month 4 is not: recovery holds from month 5.
    assert found.recovery_months == 5


def test_a_world_that_never_falls_is_recovered_at_once() -> None:
    found = measure_resilience(np.full(6, 0.79), np.full(6, 0.8))
    assert found.recovery_months == 0.0
    assert found.robustness == pytest.approx(0.9875)


def test_a_lull_before_the_worst_is_no_recovery() -> None:
    decline = np.array([1.0, 0.94, 0.96, 0.96, 0.96, 0.8, 0.9, 0.9])
    assert math.isnan(measure_resilience(decline, np.ones(8)).recovery_months)
    back = measure_resilience(np.append(decline, [0.96, 0.97, 0.98]), np.ones(11))
    assert back.recovery_months == 8
    assert back.rapidity == pytest.approx((0.96 - 0.8) / 3)


@pytest.mark.parametrize("tail", [[0.5, 0.5], [1.0, 1.0]])
def test_a_world_that_does_not_hold_three_months_is_not_recovered(tail: list[float]) -> None:
    found = measure_resilience(np.array([1.0, 0.5, 0.5, *tail]), np.ones(5))
    assert math.isnan(found.recovery_months)


def test_rapidity_is_what_is_regained_a_month_from_the_deepest_month() -> None:
    usual = np.ones(9)
    struck = np.array([0.9, 0.5, 0.4, 0.7, 0.97, 0.98, 0.99, 1.0, 1.0])
    assert measure_resilience(struck, usual).rapidity == pytest.approx((0.97 - 0.4) / 2)
    assert math.isnan(measure_resilience(usual, usual).rapidity)
    assert math.isnan(measure_resilience(np.full(9, 0.5), usual).rapidity)


def test_loss_is_summed_over_two_years_and_the_third_shows_what_was_learned() -> None:
    usual = np.full(40, 0.8)
    struck = np.concatenate([np.full(24, 0.7), np.full(12, 0.9), np.full(4, 0.1)])
    found = measure_resilience(struck, usual, before=np.full(12, 0.75))
    assert found.loss == pytest.approx(24 * 0.1)
    assert found.index == pytest.approx(0.7 / 0.8)
    assert found.adaptation == pytest.approx(0.1)
    # Against its own past the world gained more than against the world that was never struck.
    assert found.transformation == pytest.approx(0.15)


def test_what_a_short_run_cannot_show_is_unknown() -> None:
    short = measure_resilience(np.full(35, 0.7), np.full(35, 0.8), before=np.full(12, 0.8))
    assert math.isnan(short.adaptation)
    assert math.isnan(short.transformation)
    assert math.isnan(measure_resilience(np.full(36, 0.7), np.full(36, 0.8)).transformation)
    assert math.isnan(short.everyday_slope)


def test_everyday_resilience_under_a_slow_loss_of_staff() -> None:
    filled: Floats = 0.96 - 0.004 * np.arange(20.0)
    usual = np.full(20, 0.9)
    lost = 100 * (1 - filled / 0.96)
    struck = usual - 0.003 * lost
    found = measure_resilience(struck, usual, workforce=(filled, np.full(20, 0.96)))
    assert found.everyday_slope == pytest.approx(-0.003)
    assert found.everyday_sd == pytest.approx(-np.std(struck))
    steady = measure_resilience(struck, usual, workforce=(np.full(20, 0.955), np.full(20, 0.96)))
    assert math.isnan(steady.everyday_slope)


def test_who_bears_the_loss() -> None:
    normal = np.full((30, 5), 0.9)
    poor, even = normal.copy(), normal.copy()
    poor[:24] -= np.array([0.5, 0.2, 0.0, 0.0, 0.0])
    poor[24:] -= 0.5
    even[:, :] -= 0.1
    found = measure_burden(poor, normal)
    assert found.loss.tolist() == pytest.approx([12.0, 4.8, 0.0, 0.0, 0.0])
    # C = 2 sum(y r) / sum(y) - 1 over fifths.
    index = 2 * (12 * 0.1 + 4.8 * 0.3) / 16.8 - 1
    assert found.concentration == pytest.approx(index)
    assert found.erreygers == pytest.approx(4 * (16.8 / 5) / 24 * index)
    assert measure_burden(even, normal).concentration == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(measure_burden(normal, normal).concentration)


def test_functionality_by_fifth() -> None:
    served = np.array([[[4.0, 5.0, 6.0, 7.0, 8.0]]])
    m = _measures(
        {"served": served, "requests": np.full_like(served, 8.0), "forgone": np.full_like(served, 2.0)}
    )
    found = [OUTCOMES[f"functionality_q{q}"].compute(m)[0, 0] for q in range(1, 6)]
    assert found == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8])
    assert OUTCOMES["functionality"].compute(m)[0, 0] == pytest.approx(0.6)
