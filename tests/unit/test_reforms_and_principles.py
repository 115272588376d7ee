"""Principles move bundles of levers, reforms move settings in time, and alternatives are chosen by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cas_model.config.adaptation import ADAPTATION
from cas_model.config.declarations import LEVERS
from cas_model.config.errors import UsageError
from cas_model.config.principles import PRINCIPLES
from cas_model.config.scenario import Scenario
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.vocabulary import DISCIPLINES
from cas_model.experiments.registries import load_registries
from cas_model.model.system import CareSystem
from small_worlds import copy_columns, new_world, run_months

load_registries()


def load(folder: Path, text: str) -> Scenario:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(str(path))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as refused:
        load(folder, text)
    return str(refused.value)


# --- principles --------------------------------------------------------------------------------------------


def test_there_are_six_principles_whose_levers_exist() -> None:
    assert len(PRINCIPLES) == 6
    for principle in PRINCIPLES.values():
        assert principle.levers
        for name, full in principle.levers.items():
            if isinstance(full, str):
                assert full in LEVERS[name].choices
            else:
                ends = full if isinstance(full, tuple) else (full,)
                assert all(LEVERS[name].check(value, name) == value for value in ends)


@pytest.mark.parametrize("name", sorted(PRINCIPLES))
def test_intensity_goes_from_nothing_to_the_whole_bundle(name: str) -> None:
    base = load_scenario().levers
    none = load_scenario(settings=[f"principles.{name}=0"]).levers
    half = load_scenario(settings=[f"principles.{name}=0.5"]).levers
    full = load_scenario(settings=[f"principles.{name}=1"]).levers
    assert none == base
    assert {k for k in full if full[k] != base[k]} <= set(PRINCIPLES[name].levers)
    assert full != base
    for key, goal in PRINCIPLES[name].levers.items():
        if isinstance(goal, str):
            assert half[key] == full[key] == LEVERS[key].choices.index(goal)
            continue
        start, end = goal if isinstance(goal, tuple) else (base[key], goal)
        assert full[key] == end
        between = start + 0.5 * (end - start)
        assert half[key] == pytest.approx(round(between) if LEVERS[key].whole else between)


def test_a_principle_never_takes_back_what_is_already_further(tmp_path: Path) -> None:
    levers = load(tmp_path, 'base = "resourced_councils"\n[principles]\nlocal_meta_governance = 0.5\n').levers
    assert levers == load_scenario("resourced_councils").levers


def test_a_lever_stated_beside_a_principle_wins(tmp_path: Path) -> None:
    levers = load(tmp_path, "[principles]\nlearning_system = 1\n[governance]\ninformation_lag = 12\n").levers
    assert (levers["information_maturity"], levers["information_lag"]) == (0.8, 12.0)


def test_an_unknown_principle_and_an_intensity_out_of_range_are_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path, "[principles]\njoint_visoin = 1\nlearning_system = 2\n")
    assert "unknown principle `joint_visoin`" in text
    assert "did you mean `joint_vision`?" in text
    assert "intensity of `learning_system` is 2" in text


# --- reforms -----------------------------------------------------------------------------------------------

RAMP = """
[[reforms]]
month = 2
over_months = 4
[reforms.governance]
turbulence = 1.1

[[reforms]]
month = 8
[reforms.governance]
turbulence = 0.3
decision_rule = "consensus"
"""


def test_a_reform_moves_a_lever_step_by_step(tmp_path: Path) -> None:
    settings = load(tmp_path, RAMP)
    world = CareSystem(settings, territory="small", persons_per_agent=1000)
    seen, rules = [], []
    run_months(world, world.burn_in)
    for _ in range(10):
        world.step()
        seen.append(float(world.state.zone.turbulence[0]))
        rules.append(float(world.state.zone.decision_rule[0]))
    assert seen == pytest.approx([0.3, 0.3, 0.5, 0.7, 0.9, 1.1, 1.1, 1.1, 0.3, 0.3])
    assert rules == [1.0] * 8 + [2.0] * 2


def test_a_reform_moves_shares_of_pay_that_always_sum_to_one(tmp_path: Path) -> None:
    text = "[[reforms]]\nmonth = 1\nover_months = 3\n[reforms.funding.mix.gp]\ncapitation = 0.47\n"
    world = new_world(burn_in=1)
    world = type(world)(
        load(tmp_path, text + "[run]\nburn_in = 1\n"), territory="small", persons_per_agent=1000
    )
    gp = DISCIPLINES.index("gp")
    for _ in range(6):
        world.step()
        assert world.state.discipline.mix[gp].sum() == pytest.approx(1.0)
    assert 0.47 in np.round(world.state.discipline.mix[gp], 9)


def test_nothing_differs_before_a_reform_and_something_after(tmp_path: Path) -> None:
    reformed = load(tmp_path, RAMP + "[run]\nburn_in = 2\n")
    worlds = [new_world(burn_in=2), CareSystem(reformed, territory="small", persons_per_agent=1000)]
    for world in worlds:
        run_months(world, 4)
    a, b = map(copy_columns, worlds)
    assert all(np.array_equal(a[key], b[key]) for key in a)
    for world in worlds:
        run_months(world, 4)
    assert not np.array_equal(worlds[0].state.zone.fatigue, worlds[1].state.zone.fatigue)


def test_reforms_of_a_base_are_kept_and_an_empty_list_removes_them(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(RAMP, encoding="utf-8")
    more = 'base = "base.toml"\n[[reforms]]\nmonth = 9\n[reforms.principles]\njoint_vision = 1.0\n'
    assert len(load(tmp_path, more).reforms) == 3
    assert load(tmp_path, 'base = "base.toml"\nreforms = []\n').reforms == ()


def test_a_reform_is_part_of_what_a_scenario_is(tmp_path: Path) -> None:
    settings = load(tmp_path, RAMP)
    assert settings.hash() != load_scenario().hash()
    assert load_scenario().differences(settings) == [
        "reforms: none -> from month 2 over 4 months: governance.turbulence 0.3 -> 1.1; "
        "from month 8: governance.decision_rule 1 -> 2, governance.turbulence 1.1 -> 0.3"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            RAMP.replace("month = 8", "month = 4"),
            ("`governance.turbulence` is still being moved by another reform", "in month 6 or later"),
        ),
        ("[[reforms]]\nmonth = 120\n[reforms.governance]\nfloor = 1\n", ("after the end", "0 to 119")),
        ("[[reforms]]\nmonth = 1\n[reforms.governance]\nflor = 1\n", ("did you mean `floor`?",)),
        ("[[reforms]]\nmonth = 1\n[reforms.governance]\nfloor = 2\n", ("allowed: 0 to 1",)),
        ("[[reforms]]\nmonth = 1\n[reforms.governance]\nfloor = 0.6\n", ("changes nothing",)),
        (
            '[[reforms]]\nmonth = 1\nover_months = 6\n[reforms.governance]\nco_decision = "on"\n',
            ("a choice, which cannot change little by little",),
        ),
        ("[[reforms]]\nmonth = 1\n[reforms.funding.mix.gp]\ncapitation = 1.4\n", ("share of `capitation`",)),
        ("[[reforms]]\nover_months = 6\n", ("`reforms[1].month` is missing",)),
    ],
)  # fmt: skip
def test_a_reform_that_cannot_be_is_refused(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    said = refusal(tmp_path, text)
    assert not [word for word in words if word not in said], said


# --- seats and alternatives --------------------------------------------------------------------------------


def test_more_seats_than_a_council_may_have_are_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path, "[governance]\nlocal_authority_seats = 10\n")
    assert "the council would have 25 seats" in text
    assert "fix: take 1 seats away" in text
    assert load(tmp_path, "[governance]\nlocal_authority_seats = 9\n").levers["local_authority_seats"] == 9


def test_each_family_has_one_default_and_others() -> None:
    for rules in ADAPTATION.values():
        assert len(rules) >= 3
        assert sum(rule.default for rule in rules.values()) == 1


def test_a_rule_is_chosen_by_name_and_the_others_stay_out() -> None:
    world = new_world(overrides={"adaptation.learning": "replicator", "adaptation.rewiring": "fixed"})
    steps = {step.process.name for step in world.schedule.steps}
    assert {"learning_replicator", "rewiring_fixed"} <= steps
    assert not {"learning_experience_weighted", "rewiring_need_and_proximity"} & steps


def test_an_unknown_rule_or_family_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean `replicator`"):
        load_scenario(settings=["adaptation.learning=replicater"])
    with pytest.raises(UsageError, match="did you mean `rewiring`"):
        load_scenario(settings=["adaptation.rewirring=fixed"])


def test_a_fixed_network_forms_no_tie_and_no_learning_leaves_no_inclination() -> None:
    world = new_world(overrides={"adaptation.learning": "fixed", "adaptation.rewiring": "fixed"})
    before = world.state.tie.partner >= 0
    run_months(world, 12)
    assert not ((world.state.tie.partner >= 0) & ~before).any()
    assert not world.state.provider.propensity.any()
    other = run_months(new_world(), 12)
    assert ((other.state.tie.partner >= 0) & ~before).any()
    assert other.state.provider.propensity.any()


def test_replicators_do_not_forget() -> None:
    """Under one payoff for ever, experience settles where replicators run on to their bound."""
    ends = {}
    for rule in ("experience_weighted", "replicator"):
        world = new_world(
            overrides={"adaptation.learning": rule, "funding.mix.gp.fee_for_service": 1.0,
                       "funding.mix.gp.capitation": 0.0, "funding.mix.gp.pay_for_performance": 0.0},
            months=120,
        )  # fmt: skip
        run_months(world, 100)
        practices = world.state.provider.discipline == 0
        ends[rule] = float(world.state.provider.propensity[practices].mean())
    assert ends["replicator"] < 2 * ends["experience_weighted"] < 0


# --- what holds at the start holds later -------------------------------------------------------------------


def test_a_reform_may_not_seat_more_than_the_council_holds(tmp_path: Path) -> None:
    text = "[[reforms]]\nmonth = 12\n[reforms.governance]\nlocal_authority_seats = 12\nhealth_seats = 12\n"
    said = refusal(tmp_path, text)
    assert "the council would have 33 seats" in said
    assert "reforms[1]" in said


def test_seats_that_one_reform_frees_another_may_fill(tmp_path: Path) -> None:
    text = (
        "[[reforms]]\nmonth = 2\n[reforms.governance]\nhealth_seats = 3\n"
        "[[reforms]]\nmonth = 5\n[reforms.governance]\nlocal_authority_seats = 12\n"
    )
    assert len(load(tmp_path, text).reforms) == 2


def test_a_principle_with_choices_cannot_be_phased_in(tmp_path: Path) -> None:
    text = "[[reforms]]\nmonth = 2\nover_months = 24\n[reforms.principles]\nmeta_governance = 1.0\n"
    said = refusal(tmp_path, text)
    assert "`meta_governor_scope` is a choice, which cannot change little by little" in said
    assert "over_months = 1" in said


def test_a_principle_does_not_weaken_an_office_that_exists() -> None:
    before = load_scenario("polycentric").levers
    after = load_scenario("polycentric", ["principles.meta_governance=0.5"]).levers
    for name in ("meta_governor_neutrality", "meta_governor_capacity", "meta_governor_sanction"):
        assert after[name] == before[name]
    founded = load_scenario("polycentric_unsteered", ["principles.meta_governance=0.5"]).levers
    assert founded["meta_governor_capacity"] == pytest.approx(0.3)
