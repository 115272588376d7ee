"""Whole worlds: a regime acts through agents and never on outcomes; a pandemic hurts and passes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from cas_model.config.declarations import LEVERS, MECHANISMS, OUTCOMES, PROCESSES, Process
from cas_model.outcomes.resilience import Resilience, measure_resilience
from small_worlds import (
    calm_scenarios,
    columns_that_differ,
    copy_columns,
    new_world,
    run_months,
    settled_world,
)

# --- no outcome bonus --------------------------------------------------------------------------------------

PATIENTS_MONTH = ("demography", "needs", "seeking", "access", "care", "health", "record")
LEVER_COLUMNS = {lever.column for lever in LEVERS.values()}
OUTREACH_BY_MANAGER = {"M46_reach_out"}
"""The population manager's own outreach is the one lever that meets patients, as a mechanism."""

WITH_PATIENTS = [p for p in PROCESSES.values() if p.phase in PATIENTS_MONTH]


@pytest.mark.parametrize("process", WITH_PATIENTS, ids=lambda p: p.name)
def test_no_lever_reaches_patients_or_the_record(process: Process) -> None:
    if process.name not in OUTREACH_BY_MANAGER:
        assert not LEVER_COLUMNS & set(process.arguments)


@pytest.mark.parametrize("process", PROCESSES.values(), ids=lambda p: p.name)
def test_no_process_outside_the_record_writes_what_the_record_measures(process: Process) -> None:
    """Outcomes are counted where care happens: never by councils, meta-governors or payments."""
    if process.phase not in PATIENTS_MONTH:
        assert not [key for key in process.writes if key.startswith("measure_")]


OFF = {f"mechanisms.{name}": 0.0 for name in MECHANISMS}
COUNCILS_OWN = {
    *("voice_of_people", "influence_gini", "alignment", "implementation_rate", "in_scheme"),
    *("coalition", "agenda", "internal_capacity", "external_capacity"),
}
"""Who sits, who proposes, what staff there is and who is paid anew follow from the rules themselves."""
REGARD_SPENDING = {"aim_value", "health_per_euro", "quintuple_aim_geometric", "quintuple_aim_minimum"}
"""What rules cost is in the books at once."""


def _of_people() -> list[str]:
    """Return the outcomes of patients and providers."""
    kept_out = COUNCILS_OWN | REGARD_SPENDING
    return [n for n, o in OUTCOMES.items() if o.family != "budget" and n not in kept_out]


EVENTFUL = {
    "shocks": [
        {"kind": "vaccination_campaign", "start_month": 43},
        {"kind": "pandemic", "start_month": 2, "support": 1.0},
        {"kind": "staffing_crisis", "start_month": 6},
    ]
}


@cache
def _outcomes(scenario: str, off: bool, eventful: bool = False) -> dict[str, float]:
    settings = (OFF if off else {}) | (EVENTFUL if eventful else {})
    world = new_world(scenario, burn_in=6, months=48, overrides=settings, persons_per_agent=300)
    world.run()
    return {name: float(world.records.values(outcome)[-1, 0]) for name, outcome in OUTCOMES.items()}


@pytest.mark.parametrize("scenario", calm_scenarios())
def test_without_mechanisms_a_regime_makes_no_difference_to_people(scenario: str) -> None:
    """Not one outcome of patients and providers differs in a single bit."""
    base, other = _outcomes("status_quo", True), _outcomes(scenario, True)
    compared = _of_people()
    assert not {
        name: (base[name], other[name])
        for name in compared
        if not np.array_equal(base[name], other[name], equal_nan=True)
    }


@pytest.mark.parametrize("scenario", ["decentralised", "six_principles"])
def test_without_mechanisms_a_regime_meets_events_as_the_status_quo_does(scenario: str) -> None:
    base, other = _outcomes("status_quo", True, True), _outcomes(scenario, True, True)
    assert base["vaccination_uptake"] > 0.1
    assert not [n for n in _of_people() if not np.array_equal(base[n], other[n], equal_nan=True)]


def test_without_mechanisms_no_term_of_funding_makes_a_difference_to_people() -> None:
    extreme = {"risk_adjustment": 0.0, "pooled_budget": 1.0, "initial_investment": 50.0,
               "transition.mode": "voluntary", "savings.one_sided_months": 0}  # fmt: skip
    settings = OFF | {f"funding.{name}": value for name, value in extreme.items()}
    world = new_world("pay_shared_savings", burn_in=6, months=48, overrides=settings, persons_per_agent=300)
    world.run()
    base = _outcomes("status_quo", True)
    compared = _of_people()
    other = {name: float(world.records.values(OUTCOMES[name])[-1, 0]) for name in compared}
    assert not [name for name in compared if not np.array_equal(base[name], other[name], equal_nan=True)]
    assert 0.0 < world.state.provider.scheme.mean() < 1.0


def test_with_mechanisms_the_six_principles_do_make_a_difference() -> None:
    base, other = _outcomes("status_quo", False), _outcomes("six_principles", False)
    for name in ("coordinated_care_coverage", "implementation_rate", "workforce_wellbeing"):
        assert other[name] - base[name] > OUTCOMES[name].smallest_that_matters


def test_levers_without_mechanisms_change_no_patient_in_the_first_month() -> None:
    after = []
    for extreme in (False, True):
        world = settled_world().return_to()
        for name in MECHANISMS:
            world.set_strength(name, 0.0)
        for lever in LEVERS.values() if extreme else ():
            world.state.array(lever.column)[:] = lever.high
        after.append(copy_columns(run_months(world, 1)))
    moved = columns_that_differ(*after)
    assert "zone_autonomy" in moved
    assert not [key for key in moved if key.startswith("patient_")]
    assert not [key for key in moved if key.startswith("measure_panel_")]
    assert not {"measure_served", "measure_lost", "measure_covered"} & set(moved)


# --- a pandemic --------------------------------------------------------------------------------------------

START, DURATION, HORIZON = 6, 12, 48


@cache
def _functionality(severity: float, zones: tuple[str, ...] = ()) -> NDArray[np.float64]:
    event = {"kind": "pandemic", "start_month": START, "duration_months": DURATION, "severity": severity,
             "zones": list(zones)}  # fmt: skip
    shocks = {"shocks": [event] if severity else []}
    world = new_world(burn_in=6, months=HORIZON, overrides=shocks, persons_per_agent=300)
    world.run()
    return world.records.values(OUTCOMES["functionality"], "zone")[world.burn_in :]


def _resilience(severity: float) -> Resilience:
    struck, spared = (_functionality(s).mean(axis=1)[START:] for s in (severity, 0.0))
    return measure_resilience(struck, spared)


def test_nothing_differs_before_a_pandemic() -> None:
    assert np.array_equal(_functionality(1.0)[:START], _functionality(0.0)[:START])


def test_a_pandemic_lowers_functionality_and_it_recovers() -> None:
    found = _resilience(1.0)
    assert found.loss > 0.1
    assert found.robustness < 0.97
    assert found.recovery_months <= DURATION + 12
    late = _functionality(1.0)[-6:].mean() / _functionality(0.0)[-6:].mean()
    assert late > 0.98


def test_a_worse_pandemic_hurts_more() -> None:
    losses = [_resilience(severity).loss for severity in (0.5, 1.0, 2.0)]
    assert losses[0] < losses[1] < losses[2]


def test_a_pandemic_elsewhere_spares_a_zone_at_first() -> None:
    world = settled_world().world
    names = world.territory.zone_names
    struck, spared = _functionality(1.0, (names[0],)), _functionality(0.0)
    assert struck[START : START + 6, 0].mean() < spared[START : START + 6, 0].mean()
    assert np.array_equal(struck[: START + 1, 1:], spared[: START + 1, 1:])
