"""A session without a browser: worlds that are changed while they run, compared, saved and lived again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cas_model.config.errors import UsageError
from cas_model.config.scenario_layers import load_scenario
from cas_model.model.start import share_out_needs
from cas_model.model.system import CareSystem
from cas_model.server.live_world import MONTHS_KEPT
from cas_model.server.replay import link_words, read_link, read_replay, write_replay
from cas_model.server.session import Session
from small_worlds import columns_that_differ, copy_columns


def _session(scenario: str = "status_quo") -> Session:
    return Session(scenario, territory="small", persons_per_agent=1000)


def _stated(overrides: dict[str, Any], months: int) -> CareSystem:
    """Run a world whose file says from the start what a session does on the way."""
    world = CareSystem(
        load_scenario("status_quo", overrides=overrides), persons_per_agent=1000, territory="small"
    )
    if not world.scenario.shocks:
        share_out_needs(world)
    while world.month < months:
        world.step()
    return world


def test_a_lever_moved_on_the_way_is_a_reform_of_that_month() -> None:
    session = _session()
    session.advance(3)
    session.change({"governance.autonomy": 0.9})
    session.advance(5)
    reform = {"reforms": [{"month": 3, "governance": {"autonomy": 0.9}}]}
    here, there = session.worlds["A"].model, _stated(reform, 8)
    assert not columns_that_differ(copy_columns(there), copy_columns(here))


def test_a_mechanism_switched_off_on_the_way_stops_from_the_next_month() -> None:
    session = _session()
    session.advance(2)
    session.change({"mechanisms.M18": 0.0})
    session.advance(3)
    there = _stated({}, 2)
    there.set_strength("M18", 0.0)
    for _ in range(3):
        there.step()
    assert not columns_that_differ(copy_columns(there), copy_columns(session.worlds["A"].model))


def test_a_shock_at_a_button_is_the_shock_of_a_scenario() -> None:
    session = _session()
    session.advance(2)
    session.strike("pandemic", support=1.0)
    session.advance(4)
    event = {"shocks": [{"kind": "pandemic", "start_month": 2, "support": 1.0}]}
    here, there = session.worlds["A"].model, _stated(event, 6)
    assert not columns_that_differ(copy_columns(there), copy_columns(here))
    assert columns_that_differ(copy_columns(_stated({}, 6)), copy_columns(here))


def test_a_change_taken_back_before_the_next_month_leaves_no_trace() -> None:
    touched, untouched = _session(), _session()
    for session in (touched, untouched):
        session.advance(1)
    touched.change({"mechanisms.M18": 0.0})
    touched.change({"mechanisms.M18": 1.0})
    for session in (touched, untouched):
        session.advance(3)
    assert touched.worlds["A"].fingerprint() == untouched.worlds["A"].fingerprint()


def test_two_worlds_differ_in_nothing_but_the_chosen_rule() -> None:
    session = _session()
    session.advance(2)
    session.compare()
    assert session.differences() == []
    session.advance(3)
    assert not np.any(session.zone_difference("implementation_rate"))
    session.change({"governance.mandate": 0.9}, "B")
    assert session.differences() == ["governance.mandate: 0.35 -> 0.9"]
    session.advance(6)
    assert np.any(session.zone_difference("implementation_rate"))


def test_shadow_accounts_that_begin_on_the_way_pay_nobody_yet() -> None:
    session = _session()
    session.advance(3)
    session.change({"funding.mix.gp.capitation": 0.6, "funding.transition.mode": "virtual"})
    session.advance(2)
    provider = session.worlds["A"].model.state.provider
    assert not provider.scheme.any()
    assert provider.stake.max() > 0.4
    session.advance(24)
    assert provider.scheme[provider.discipline == 0].all()


def test_a_replay_is_the_same_to_the_bit() -> None:
    session = _session("polycentric")
    session.advance(2)
    session.change({"principles.joint_vision": 0.8})
    session.strike("heat_wave")
    session.compare()
    session.advance(3)
    session.change({"funding.mix.gp.capitation": 0.4}, "B")
    session.advance(2)
    session.change({"governance.autonomy": 0.1})  # waits for the next month
    for again, remarks in (read_replay(write_replay(session)), read_link(link_words(session))):
        assert remarks == []
        assert again.month == session.month
        for name, world in session.worlds.items():
            assert not columns_that_differ(copy_columns(world.model), copy_columns(again.worlds[name].model))
            np.testing.assert_allclose(again.worlds[name].flanders, world.flanders, rtol=1e-12)
            assert again.worlds[name].scenario.hash() == world.scenario.hash()


def test_reset_keeps_the_settings_and_drops_the_shocks() -> None:
    session = _session()
    session.advance(2)
    session.change({"governance.autonomy": 0.8, "parameters.staff_effect": 0.7})
    session.strike("pandemic")
    session.advance(2)
    assert session.worlds["A"].scenario.parameters["staff_effect"] != 0.7
    session.reset()
    fresh = session.worlds["A"]
    assert fresh.month == 0
    assert fresh.scenario.levers["autonomy"] == 0.8
    assert fresh.scenario.parameters["staff_effect"] == 0.7
    assert fresh.scenario.shocks == ()


def test_memory_does_not_grow_with_the_months_played() -> None:
    session = _session()
    session.advance(60)
    records = session.worlds["A"].model.records
    assert len(records.history) == MONTHS_KEPT
    assert records.n_months == 24 + 60
    series = session.worlds["A"].series("spending")
    assert np.isfinite(series[12:]).all()


def test_the_kept_past_is_what_one_long_record_says() -> None:
    session = _session()
    session.advance(30)
    world = _stated({}, 30)
    there = world.records.values(next(o for o in _outcomes() if o.name == "spending"))[:, 0]
    np.testing.assert_allclose(session.worlds["A"].series("spending"), there, rtol=1e-12)


def _outcomes() -> list[Any]:
    from cas_model.config.declarations import OUTCOMES

    return list(OUTCOMES.values())


def test_play_stops_at_the_end() -> None:
    session = _session()
    horizon = session.horizon
    assert session.advance(1000) == horizon
    assert session.ended
    assert session.advance(1) == 0
    with pytest.raises(UsageError, match="has run its months"):
        session.strike("pandemic")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"governance.autonomy": 1.4}, "allowed: 0 to 1"),
        ({"governance.autonomi": 0.4}, "autonomy"),
        ({"funding.mix.gp.capitation": 0.9, "funding.mix.gp.fee_for_service": 0.4}, "sum to"),
        ({"mechanisms.M18": -1}, "allowed: 0 to 1"),
        ({"run.months": 100_000}, "allowed"),
        ({"nothing": 1}, "unknown key"),
    ],
)
def test_a_setting_out_of_range_is_refused_and_changes_nothing(settings: dict[str, Any], said: str) -> None:
    session = _session()
    before = session.worlds["A"].scenario
    with pytest.raises(UsageError, match=said):
        session.change(settings)
    assert session.worlds["A"].scenario == before
    assert session.on_reset["A"] == {}


@pytest.mark.parametrize("scenario", ["polycentrik", "/etc/passwd.toml", "../x.toml"])
def test_only_built_in_scenarios_can_be_chosen(scenario: str) -> None:
    with pytest.raises(UsageError, match="unknown scenario"):
        _session(scenario)
    session = _session()
    with pytest.raises(UsageError, match="unknown scenario"):
        session.choose(scenario)


def _edited(**changes: Any) -> str:
    content = json.loads(write_replay(_session()))
    return json.dumps(content | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1, 2]",
        _edited(seed=-1),
        _edited(persons_per_agent=1),
        _edited(months=10**9),
        _edited(worlds=[]),
        _edited(territory="../secret"),
        _edited(worlds=[{"scenario": "nonsense"}]),
        _edited(worlds=[{"scenario": "status_quo", "settings": {"governance.floor": 7}}]),
        _edited(worlds=[{"scenario": "status_quo", "changes": [{"month": 3, "shocks": [{"kind": "war"}]}]}]),
        _edited(worlds=[{"scenario": "status_quo", "changes": [{"month": 3, "shocks": [{}]}]}]),
        _edited(
            worlds=[{"scenario": "status_quo", "changes": [{"month": 3}, {"month": 1}]}],
            months=6,
        ),
        "[" * 100_000,
    ],
)
def test_a_damaged_replay_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError):
        read_replay(text)


def test_a_damaged_link_is_refused_in_words() -> None:
    word = link_words(_session())
    for damaged in (word[:-9], "%%%", word[:20] + "A" + word[22:], ""):
        with pytest.raises(UsageError, match="damaged"):
            read_link(damaged)


def test_a_replay_of_another_model_says_so() -> None:
    content = json.loads(write_replay(_session()))
    content["worlds"][0]["fingerprint"] = "0" * 16
    _, remarks = read_replay(json.dumps(content))
    assert remarks == ["World A comes out differently than when it was saved: the model has changed since."]
