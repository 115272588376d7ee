"""The plain model and the compiled one give the same bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cas_model.config.declarations import PARAMETERS
from cas_model.config.errors import UsageError
from cas_model.config.scenario import Scenario
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.model.schedule import load_processes
from cas_model.model.system import CareSystem
from reference.system import PHASES, STEPS, PlainCareSystem

MONTHS = 24
PERSONS_PER_AGENT = 500
SCRATCH = {("patient", "active"), ("zone", "n_active"), ("tie", "filled"), ("count", "ties")}
"""Lists of rows that only the compiled loops need."""
PLAIN = ("patient", "provider", "tie")

STRUCK = """
base = "status_quo"

[funding.mix.gp]
fee_for_service = 0.4
capitation = 0.3
pay_for_performance = 0.1
coordination_fee = 0.1
shared_savings = 0.05
bundled_payment = 0.05

[funding]
pooled_budget = 0.3
risk_adjustment = 0.6
initial_investment = 4.0

[funding.transition]
mode = "voluntary"
start_month = 1

[funding.savings]
one_sided_months = 2

[governance]
co_decision = "on"
turbulence = 1.0
shared_vision = 0.7
competence_fragmentation = 0.3
information_maturity = 0.7
population_manager = 1.0
meta_governor_scope = "interfederal"

[[shocks]]
kind = "pandemic"
start_month = 3
duration_months = 9
demand_rise = 0.8
staff_absence = 0.3
mortality_rise = 1.0

[[shocks]]
kind = "heat_wave"
start_month = 4
severity = 2.0

[[shocks]]
kind = "heat_wave"
start_month = 4
zones = ["cities"]

[[shocks]]
kind = "pandemic"
start_month = 13
duration_months = 2
groups = ["oldest", "poorest_fifth"]
demand_rise = 2.0
mortality_rise = 2.0

[[shocks]]
kind = "staffing_crisis"
start_month = 2
duration_months = 8
decline = 0.1

[[shocks]]
kind = "retirement_wave"
start_month = 5
duration_months = 6
zone_share = 0.4

[[shocks]]
kind = "border_reform"
start_month = 6
duration_months = 6
steps = 2
notice_months = 2
shifted = 0.5

[[shocks]]
kind = "subsidy_cliff"
start_month = 1
duration_months = 6

[[shocks]]
kind = "vaccination_campaign"
start_month = 8
zones = ["outside_cities"]
groups = ["seniors", "poorest_fifth"]

[[shocks]]
kind = "political_turnover"
start_month = 7

[run]
burn_in = 6
"""
"""Other governance, every payment method and every kind of shock within the months compared."""


def status_quo() -> Scenario:
    load_processes()
    return load_scenario("status_quo")


def struck(folder: Path) -> Scenario:
    load_processes()
    file = folder / "struck.toml"
    file.write_text(STRUCK)
    scenario = load_scenario(str(file))
    # No strength of 1 and no parameter at its default, so that a forgotten or fixed number shows.
    strengths = {name: 0.5 + 0.05 * (i % 10) for i, name in enumerate(scenario.mechanisms)}
    used = {a for p in load_processes() if p.phase in PHASES for a in p.arguments} & PARAMETERS.keys()
    moved = {}
    for i, name in enumerate(sorted(used)):
        known = PARAMETERS[name]
        bound = known.high if i % 2 else known.low
        moved[name] = known.default + 0.3 * (bound - known.default)
    return replace(scenario, mechanisms=strengths, parameters=scenario.parameters | moved)


def build(scenario: Scenario, seed: int = 0, shaken: bool = False) -> CareSystem:
    """Return a world; a shaken one has closed practices, teams without staff, and distrust."""
    world = CareSystem(scenario, seed=seed, persons_per_agent=PERSONS_PER_AGENT, territory="small")
    if shaken:
        provider, tie = world.state.provider, world.state.tie
        provider.heads[3::9] = 0
        provider.posts[3::9] = 0
        tie.trust[::7] = 0.02
    return world


def first_difference(plain: PlainCareSystem, compiled: CareSystem) -> str:
    """Return the first differing column and row of two worlds, or an empty text."""
    for table, content in compiled.state.tables.items():
        for name, there in content.columns.items():
            if (table, name) in SCRATCH:
                continue
            own = table in PLAIN
            here = plain.column(table, name) if own else plain.world.state.tables[table].columns[name]
            if here.tobytes() != there.tobytes():
                differ = here.reshape(len(here), -1) != there.reshape(len(there), -1)
                row, column = (int(x) for x in np.argwhere(differ)[0])
                a, b = here.reshape(len(here), -1)[row, column], there.reshape(len(there), -1)[row, column]
                n = int(differ.any(axis=1).sum())
                return f"{table}_{name}[{row}, {column}]: plain {a!r}, compiled {b!r}; {n} rows differ"
    return ""


def assert_same_months(
    scenario: Scenario, seed: int, shaken: bool = False, months: int = MONTHS
) -> CareSystem:
    compiled = build(scenario, seed, shaken)
    plain = PlainCareSystem.from_world(build(scenario, seed, shaken))
    assert first_difference(plain, compiled) == "", "at the start"
    for month in range(-scenario.burn_in, months - scenario.burn_in):
        plain.step()
        compiled.step()
        assert first_difference(plain, compiled) == "", f"after month {month}"
    return compiled


def test_the_status_quo_has_the_same_bits() -> None:
    assert_same_months(status_quo(), seed=0)


def test_another_system_in_a_pandemic_has_the_same_bits(tmp_path: Path) -> None:
    world = assert_same_months(struck(tmp_path), seed=7, shaken=True)
    # What the scenario is for has indeed happened.
    assert world.month > 12
    assert (world.state.provider.due_eur > 0.0).any(axis=0).all()
    assert (world.state.provider.accept == 0.0).any()
    assert (world.state.patient.alternate >= 0).any()
    assert {event.kind for event in world.scenario.shocks} == SHOCKS.keys()
    assert world.state.patient.vaccinated.any()
    assert set(world.state.provider.scheme) == {0.0, 1.0}
    assert (world.state.provider.leaving > 0.0).any()
    assert (world.state.zone.shifted > 0.0).any()


def test_shadow_accounts_that_end_have_the_same_bits() -> None:
    terms = {"funding.transition.mode": "virtual", "funding.transition.virtual_months": 4, "run.burn_in": 2}
    load_processes()
    world = assert_same_months(load_scenario("transition_big_bang", overrides=terms), seed=3)
    assert (world.state.provider.scheme == 1.0).all()
    assert world.state.zone.scheme_cents.min() > 0


def test_without_single_precision_the_world_stays_alike() -> None:
    plain, compiled = PlainCareSystem.from_world(build(status_quo()), exact=False), build(status_quo())
    for _ in range(MONTHS):
        plain.step()
        compiled.step()
    months = slice(compiled.records.n_months - 12, compiled.records.n_months)
    sums = [w.records.history[months].sum(axis=(0, 2, 3)) for w in (plain.world, compiled)]
    names = list(compiled.state.measure.columns)
    for name in ("needs", "served", "admissions", "joint_tasks", "panel_health", "paid_federal", "gp_demand"):
        i = names.index(name)
        assert sums[0][i] == pytest.approx(sums[1][i], rel=0.15), name


def test_a_step_without_a_plain_twin_is_refused() -> None:
    world = build(status_quo())
    step = next(s for s in world.schedule.steps if s.process.name == "close_year")
    step.process = replace(step.process, name="something_new")
    with pytest.raises(UsageError, match="something_new"):
        PlainCareSystem.from_world(world)


def test_no_plain_twin_is_left_of_a_step_that_is_gone() -> None:
    assert STEPS.keys() <= {process.name for process in load_processes()}


@pytest.mark.parametrize(
    "adaptation",
    [("replicator", "partners_of_partners"), ("fixed", "fixed")],
    ids=" and ".join,
)
def test_other_ways_of_learning_and_rewiring_agree(adaptation: tuple[str, str]) -> None:
    learning, rewiring = adaptation
    settings = [f"adaptation.learning={learning}", f"adaptation.rewiring={rewiring}"]
    load_processes()
    assert_same_months(load_scenario("status_quo", settings), seed=1, shaken=True, months=9)
