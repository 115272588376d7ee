"""What a process declares is what it does: arguments, writes, ranges, and where it comes from."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import cache
from inspect import signature
from typing import Any

import pytest

from cas_model.config.declarations import LEVERS, MECHANISMS, PARAMETERS, PHASES, PROCESSES, Process
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.model.columns import COLUMNS
from cas_model.model.schedule import Step
from cas_model.model.surveys import pacic_survey, scirocco_survey
from cas_model.model.system import CareSystem
from contract.project_files import ROOT
from small_worlds import (
    Columns,
    columns_that_differ,
    copy_columns,
    new_world,
    out_of_range,
    run_months,
    run_step,
    settled_world,
    step_singly,
)

BOUND_ELSEWHERE = {
    "start", "stop", "strength", "method", "clock_month", "traits", "rate_ratios", "persons_per_agent",
    "volume_based", "joint_savings",
}  # fmt: skip
PACKAGE = ROOT / "src" / "cas_model"
BUSY = {
    "shocks": [
        {"kind": "pandemic", "start_month": 1, "duration_months": 2, "support": 1.0},
        {"kind": "heat_wave", "start_month": 1, "duration_months": 4},
        {"kind": "border_reform", "start_month": 2, "notice_months": 1},
        {"kind": "vaccination_campaign", "start_month": 1},
        {"kind": "staffing_crisis", "start_month": 1},
    ],
    "parameters.election_swing": 0.3,
    "governance.turbulence": 1.0,
}


@cache
def _changes() -> dict[str, set[str]]:
    """Return, per process, every column that it changed in some months of unlike worlds."""
    changed: dict[str, set[str]] = {name: set() for name in PROCESSES}
    worlds = (
        ("six_principles", 2, 7), ("recentralised_federal", 0, 3), ("transition_virtual", 0, 2),
        ("savings_immediate", 0, 14),
    )  # fmt: skip
    for scenario, burn_in, months in worlds:
        world = new_world(scenario, seed=3, burn_in=burn_in, overrides=BUSY)
        run_months(world, burn_in + 1)
        for _ in range(months):
            _compare_month(world, changed)
    return changed


def _compare_month(world: CareSystem, changed: dict[str, set[str]]) -> None:
    # The copy after a process is the copy before the next, but for a phase that events may open.
    seen: dict[str, Columns] = {}

    def compare(step: Step) -> None:
        before = seen.get(step.process.phase) or copy_columns(world)
        run_step(world, step)
        seen[step.process.phase] = after = copy_columns(world)
        changed[step.process.name].update(columns_that_differ(before, after))

    step_singly(world, compare)


@pytest.mark.parametrize("process", PROCESSES.values(), ids=list(PROCESSES))
def test_a_process_changes_only_what_it_declares(process: Process) -> None:
    undeclared = _changes()[process.name] - set(process.writes)
    assert not undeclared


@pytest.mark.parametrize("process", PROCESSES.values(), ids=list(PROCESSES))
def test_every_argument_of_a_process_is_declared(process: Process) -> None:
    unknown = [
        name
        for name in process.arguments
        if name not in COLUMNS
        and name not in PARAMETERS
        and name not in BOUND_ELSEWHERE
        and not name.startswith(("key_", "origin_"))
    ]
    assert not unknown
    assert set(process.writes) <= set(process.arguments), "it declares to write what it is not given"
    assert len(set(process.writes)) == len(process.writes)


@pytest.mark.parametrize("process", PROCESSES.values(), ids=list(PROCESSES))
def test_a_process_can_be_read_where_the_plan_says(process: Process) -> None:
    assert process.phase in PHASES
    assert process.summary.endswith(".") or process.mechanism or process.name.startswith("pay_")
    tree = ast.parse((PACKAGE / process.file).read_text(encoding="utf-8"))
    kernel = process.kernel.__name__
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == kernel]
    assert len(found) == 1, f"{process.file} has no function `{kernel}`"
    assert ast.get_docstring(found[0])


def test_a_month_run_process_by_process_is_the_month_run_whole() -> None:
    start = settled_world()
    run_months(start.return_to(), 3)
    whole = copy_columns(start.world)
    world = start.return_to()
    for _ in range(3):
        step_singly(world, lambda step: run_step(world, step))
    assert not columns_that_differ(whole, copy_columns(world))


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_mechanism_says_what_it_claims_and_why(name: str) -> None:
    mechanism = MECHANISMS[name]
    assert mechanism.grade in {"a", "b", "c"}
    assert mechanism.sign.startswith(("+", "-", "variance", "path", "inverted"))
    assert "->" in mechanism.claim
    assert mechanism.source
    assert mechanism.title
    if mechanism.modelled:
        assert mechanism.file.startswith(f"rules/mechanisms/{name.lower()}_")
        assert (PACKAGE / mechanism.file).is_file()
        assert mechanism.writes
    else:
        assert mechanism.reason


def test_every_parameter_has_a_range_a_unit_and_a_source() -> None:
    wrong = [
        parameter.name
        for parameter in PARAMETERS.values()
        if not parameter.low <= parameter.default <= parameter.high
        or not parameter.low < parameter.high
        or not (parameter.unit and parameter.source and parameter.meaning)
    ]
    assert not wrong


class Consulted(dict[str, float]):
    """Parameters that note which of them are asked for."""

    def __init__(self, values: dict[str, float]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> float:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def test_every_parameter_is_used() -> None:
    """A number nobody reads would stand in every sensitivity analysis without effect."""
    scenario = load_scenario("status_quo")
    values = Consulted(scenario.parameters)
    world = CareSystem(replace(scenario, parameters=values), persons_per_agent=1000, territory="small")
    for _ in range(6):
        world.step()
    scirocco_survey(world)
    pacic_survey(world)
    # Regional care zones are described (`cas-model territory`), and do not act.
    assert set(PARAMETERS) - values.names == {"n_regional_care_zones"}


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_fills_a_column_within_its_range(name: str) -> None:
    lever = LEVERS[name]
    column = COLUMNS[lever.column]
    assert column.table == "zone"
    assert lever.low <= lever.default <= lever.high
    assert column.low <= lever.low
    assert lever.high <= column.high
    assert column.default == lever.default
    assert lever.source
    assert lever.meaning


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_read_by_some_process(name: str) -> None:
    """A lever that no process reads would be a slider without effect."""
    column = LEVERS[name].column
    assert any(column in process.arguments for process in PROCESSES.values())


@pytest.mark.parametrize("name", SHOCKS)
def test_a_shock_binds_declared_columns_and_has_sources(name: str) -> None:
    shock = SHOCKS[name]
    own = {f"event_{field.name}" for field in shock.fields}
    own |= {"event_now", "event_number", "event_zones", "event_groups"}
    arguments = set(signature(shock.kernel).parameters)
    unknown = {a for a in arguments - own if a not in COLUMNS and a not in PARAMETERS}
    assert all(a.startswith("key_") for a in unknown)
    assert set(shock.writes) <= arguments & set(COLUMNS)
    assert set(shock.strikes) <= set(shock.groups)
    assert {"start_month", "duration_months", "severity", "zone_share"} <= {f.name for f in shock.fields}
    for field in shock.fields:
        assert field.low <= field.default <= field.high
        assert field.source
        assert field.unit


@pytest.mark.parametrize("name", SHOCKS)
def test_a_shock_changes_only_what_it_declares(name: str) -> None:
    event = {"kind": name, "start_month": 1, "duration_months": 2}
    world = run_months(new_world(burn_in=2, overrides={"shocks": [event]}), 2)
    changed: set[str] = set()

    def around(step: Step) -> None:
        before = copy_columns(world)
        if step.process.name == "start_quietly":
            run_step(world, step)
            before = copy_columns(world)
            world._strike()
            changed.update(columns_that_differ(before, copy_columns(world)))
            for key, array in before.items():
                world.state.array(key)[:] = array
        else:
            run_step(world, step)

    for _ in range(5):
        step_singly(world, around)
    assert changed
    assert changed <= set(SHOCKS[name].writes)


@pytest.mark.parametrize("scenario", builtin_scenarios())
def test_every_column_stays_in_range(scenario: str) -> None:
    world = new_world(scenario, burn_in=12, months=48)
    wrong: set[str] = set()
    for month in range(36):
        world.step()
        if month >= 12 and month % 6 == 5:
            wrong.update(out_of_range(world))
    assert not wrong


def test_every_column_stays_in_range_in_a_heavy_pandemic() -> None:
    event = {"kind": "pandemic", "start_month": 2, "duration_months": 24, "severity": 2.0, "demand_rise": 2.0,
             "staff_absence": 0.6, "mortality_rise": 2.0}  # fmt: skip
    world = new_world("status_quo", burn_in=2, overrides={"shocks": [event]})
    wrong: set[str] = set()
    for _ in range(30):
        world.step()
        wrong.update(out_of_range(world))
    assert not wrong


EVERYTHING = {
    "funding.transition.mode": "voluntary",
    "funding.savings.one_sided_months": 6,
    "funding.pooled_budget": 0.5,
    "funding.risk_adjustment": 0.0,
    "adaptation.learning": "replicator",
    "adaptation.rewiring": "partners_of_partners",
    "reforms": [
        {"month": 4, "over_months": 12, "funding": {"mix": {"gp": {"capitation": 0.4}}}},
        {"month": 20, "principles": {"meta_governance": 1.0}},
    ],
    "shocks": [
        {"kind": "staffing_crisis", "start_month": 0},
        {"kind": "pandemic", "start_month": 6, "support": 1.0, "conversion": 0.5},
        {"kind": "vaccination_campaign", "start_month": 10},
        {"kind": "border_reform", "start_month": 20, "notice_months": 6},
        {"kind": "political_turnover", "start_month": 30},
        {"kind": "subsidy_cliff", "start_month": 40, "duration_months": 12},
    ],
}
"""New pay for volunteers, reforms, and one event after the other."""


def test_every_column_stays_in_range_when_everything_happens() -> None:
    world = new_world("pay_shared_savings", seed=5, burn_in=6, months=72, overrides=EVERYTHING)
    wrong: set[str] = set()
    for month in range(78):
        world.step()
        if month % 6 == 5:
            wrong.update(out_of_range(world))
    assert not wrong
