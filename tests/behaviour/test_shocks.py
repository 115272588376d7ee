"""Events strike where, when and whom they aim at, grow with severity, repeat, and pass."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.config.vocabulary import ELDEST, EVERYONE, GP, HOSPITAL, N_DISCIPLINES, SENIORS, SLOTS
from cas_model.model.processes.events import QUIET
from cas_model.model.shocks import check_zones, zones_struck
from cas_model.model.system import CareSystem
from cas_model.territory.facts import load_territory
from small_worlds import columns_that_differ, copy_columns, new_world, run_months

Event = dict[str, Any]
EVENTS: dict[str, Event] = {
    "pandemic": {"support": 1.0},
    "heat_wave": {},
    "staffing_crisis": {"duration_months": 3},
    "retirement_wave": {"duration_months": 3, "zone_share": 1.0},
    "border_reform": {"notice_months": 0},
    "subsidy_cliff": {"duration_months": 3},
    "political_turnover": {"independence": 1.0},
    "vaccination_campaign": {"duration_months": 3},
}
LASTING = {"zone_misfit", "zone_hospital_misfit", "zone_region_misfit", "authority_goals", "zone_converted",
           "region_meta_months"}  # fmt: skip
"""What some events write and leave behind for good."""
START = 3


def world_with(*events: Event, months: int = 40, **more: Any) -> CareSystem:
    """Return a small world at the first policy month, in which the events lie ahead."""
    shocks = [{"start_month": START, **event} for event in events]
    scenario, scale = more.pop("scenario", "status_quo"), more.pop("persons_per_agent", 1000)
    settings = {"shocks": shocks, **more}
    world = new_world(scenario, burn_in=0, months=months, overrides=settings, persons_per_agent=scale)
    return run_months(world, START)


def struck_month(*events: Event, **more: Any) -> CareSystem:
    """Return the world in the month in which the events begin."""
    return run_months(world_with(*events, **more), 1)


def test_every_kind_of_shock_is_looked_at() -> None:
    assert EVENTS.keys() == SHOCKS.keys()


@pytest.mark.parametrize("kind", EVENTS)
def test_nothing_differs_before_an_event_and_something_does_from_then_on(kind: str) -> None:
    calm, struck = world_with(), world_with({"kind": kind, **EVENTS[kind]})
    shares = {"zone_need_share", "zone_death_share"}
    assert set(columns_that_differ(copy_columns(calm), copy_columns(struck))) <= shares
    run_months(calm, 1)
    run_months(struck, 1)
    assert set(columns_that_differ(copy_columns(calm), copy_columns(struck))) - shares


@pytest.mark.parametrize("kind", sorted(EVENTS.keys() - {"political_turnover"}))
def test_an_event_strikes_the_zones_it_aims_at_and_no_other(kind: str) -> None:
    calm, struck = struck_month(), struck_month({"kind": kind, "zones": ["Gent", "cities"], **EVENTS[kind]})
    aimed = struck.territory.zone_is_city.copy()
    aimed[struck.territory.zone_names.index("Gent")] = True
    for key in SHOCKS[kind].writes:
        a, b = (w.state.array(key).reshape(len(aimed), -1) for w in (calm, struck))
        assert not ((a != b).any(axis=1) & ~aimed).any(), key
        if key in QUIET and not key.startswith(("zone_converted", "zone_announced", "zone_exit")):
            assert (a != b).any(axis=1)[aimed].all(), key


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_grows_with_severity_and_is_nothing_at_zero(kind: str) -> None:
    calm = struck_month()
    sizes = []
    for severity in (0.0, 0.5, 1.0):
        struck = struck_month({"kind": kind, "severity": severity, **EVENTS[kind]})
        change = sum(
            float(np.abs(struck.state.array(key) - calm.state.array(key)).sum())
            for key in SHOCKS[kind].writes
            if key not in ("zone_announced", "zone_campaign_begins", "region_meta_months")
        )
        sizes.append(change)
    assert sizes[0] == 0.0
    assert sizes[0] < sizes[1] < sizes[2]


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_passes(kind: str) -> None:
    calm, struck = world_with(), world_with({"kind": kind, **EVENTS[kind]})
    end = struck.scenario.shocks[0].active_months[1]
    run_months(calm, end - START + 1)
    run_months(struck, end - START + 1)
    for key in set(SHOCKS[kind].writes) - LASTING:
        assert np.array_equal(calm.state.array(key), struck.state.array(key)), key


def test_two_events_of_one_kind_add_and_draw_apart() -> None:
    once, twice = (struck_month(*[{"kind": "heat_wave"}] * n) for n in (1, 2))
    assert twice.state.zone.death_rise == pytest.approx(2 * once.state.zone.death_rise)
    turnover = {"kind": "political_turnover"}
    before = world_with().state.authority.goals
    once, twice = (struck_month(*[turnover] * n).state.authority.goals - before for n in (1, 2))
    assert not np.allclose(twice, 2 * once)
    assert not np.allclose(twice, once)


# --- places -------------------------------------------------------------------------------------------------


def test_places_are_zones_regions_cities_and_drawn_shares() -> None:
    land = load_territory("small")

    def found(seed: int = 0, number: int = 0, **event: Any) -> NDArray[np.bool_]:
        settled = load_scenario(overrides={"shocks": [{"kind": "heat_wave", **event}]})
        return zones_struck(settled.shocks[0], number, land, seed)

    assert found().all()
    assert np.array_equal(found(zones=["cities"]), ~found(zones=["outside_cities"]))
    region = land.region_of_zone == land.region_names.index("Regio Brugge")
    assert np.array_equal(found(zones=["Regio Brugge"]), region)
    # Where zone and region share a name, the name is the zone's.
    assert found(zones=["Westhoek"]).sum() == 1
    assert np.array_equal(
        found(zones=["region Westhoek"]), land.region_of_zone == land.region_names.index("Westhoek")
    )
    half = [found(zone_share=0.5, seed=seed, number=n) for seed in (0, 1) for n in (0, 1)]
    assert {int(zones.sum()) for zones in half} == {land.n_zones // 2}
    assert len({zones.tobytes() for zones in half}) > 1
    assert found(zone_share=0.5, zones=["Regio Brugge"])[~region].sum() == 0
    assert found(zone_share=0.01).sum() == 1
    assert found(zone_share=0.0).sum() == 0


def test_places_that_do_not_exist_or_overlap_are_refused_before_a_run() -> None:
    reform = {"kind": "border_reform", "start_month": 24}
    shocks = [{"kind": "heat_wave", "zones": ["Gnt", "citie"]}, {"kind": "pandemic", "zones": ["Regio Gnt"]}]
    with pytest.raises(UsageError, match="2 problems") as caught:
        check_zones(load_scenario(overrides={"shocks": shocks}), load_territory("small"))
    assert "did you mean `Gent`" in str(caught.value)
    assert "did you mean `Regio Gent`" in str(caught.value)
    overlapping = [reform | {"zones": ["Regio Brugge"]}, reform | {"zones": ["Brugge"]}]
    with pytest.raises(UsageError, match="run in the same zones at once"):
        new_world(overrides={"shocks": overlapping})
    apart = [reform | {"zones": ["Regio Brugge"]}, reform | {"zones": ["Gent"]}]
    check_zones(load_scenario(overrides={"shocks": apart}), load_territory("small"))


# --- people -------------------------------------------------------------------------------------------------


def test_an_event_for_old_people_makes_them_need_more_and_nobody_else() -> None:
    event = {"kind": "pandemic", "groups": ["seniors"], "demand_rise": 1.0, "staff_absence": 0.0}
    calm, struck = struck_month(), struck_month(event)
    more = (struck.state.patient.needs & 7).astype(int) - (calm.state.patient.needs & 7)
    senior = struck.month - 1 - struck.state.patient.birth_month >= 65 * 12
    assert more[senior].sum() > 0.1 * senior.sum()
    assert not more[~senior].any()


def test_what_practices_expect_of_a_group_is_what_comes() -> None:
    """Expected need (organisations decide on it) follows the groups' shares; drawn need follows people."""
    event = {"kind": "pandemic", "groups": ["seniors"], "demand_rise": 1.0, "staff_absence": 0.0}
    more: dict[str, Any] = {"persons_per_agent": 50, "mechanisms.M46": 0.0}
    calm, struck = struck_month(**more), struck_month(event, **more)
    share = struck.state.zone.need_share[:, SENIORS * N_DISCIPLINES + GP]
    expected = float(np.average(share, weights=struck.state.zone.population))
    needs = [float((w.state.patient.needs & 7).sum()) for w in (struck, calm)]
    practices = calm.state.provider.discipline == GP
    demand = [float(w.state.provider.demand[practices].sum()) for w in (struck, calm)]
    assert demand[0] / demand[1] - 1 == pytest.approx(expected, rel=0.05)
    assert needs[0] / needs[1] - 1 == pytest.approx(expected, rel=0.1)


def test_heat_kills_the_old_most_of_all_the_oldest_and_in_cities() -> None:
    world = struck_month({"kind": "heat_wave"}, **{"mechanisms.M46": 0.0})
    zone, city = world.state.zone, world.territory.zone_is_city
    rise = zone.death_rise
    assert not rise[:, EVERYONE].any()
    assert (rise[:, SENIORS] + rise[:, ELDEST]) / rise[:, SENIORS] == pytest.approx(3.0)
    of_all = rise[:, SENIORS] * zone.death_share[:, SENIORS] + rise[:, ELDEST] * zone.death_share[:, ELDEST]
    assert of_all[~city] == pytest.approx(0.14 * 12 / 30.4)
    assert of_all[city] == pytest.approx(0.35 * 12 / 30.4)


def test_mortality_in_a_group_rises_by_its_rise() -> None:
    event = {"kind": "pandemic", "groups": ["oldest"], "mortality_rise": 2.0, "duration_months": 60}
    deaths = []
    for events in ((), (event,)):
        world = run_months(world_with(*events, persons_per_agent=50), 12)
        deaths.append(world.records.history[START : START + 12].sum(axis=(0, 2, 3)))
    names = list(world.state.measure.columns)
    calm, struck = (float(d[names.index("deaths")]) for d in deaths)
    share = world.state.zone.death_share[:, ELDEST].mean()
    assert struck / calm - 1 == pytest.approx(2.0 * share, rel=0.3)


# --- staff --------------------------------------------------------------------------------------------------


@cache
def _heads(kind: str, severity: float = 1.0) -> NDArray[np.float64]:
    """Return heads of GPs, nurses and pharmacists per month from the start of a slow loss of staff."""
    events = [{"kind": kind, "start_month": 0, "duration_months": 96, "severity": severity}] if kind else []
    world = new_world(burn_in=0, months=96, overrides={"shocks": events}, persons_per_agent=300)
    provider, months = world.state.provider, []
    for _ in range(96):
        world.step()
        months.append([provider.heads[provider.discipline == d].sum() for d in range(3)])
    return np.array(months, dtype=float)


def test_a_staffing_crisis_costs_two_percent_of_doctors_and_nurses_a_year() -> None:
    crisis, calm = _heads("staffing_crisis"), _heads("")
    a_year = (crisis[-1] / crisis[0]) ** (1 / 8) - 1
    assert a_year[:2] == pytest.approx([-0.02, -0.02], abs=0.006)
    assert np.array_equal(crisis[:, 2], calm[:, 2])
    assert (_heads("staffing_crisis", 2.0)[-1, :2] < crisis[-1, :2]).all()


def test_a_retirement_wave_takes_the_share_who_are_old_enough() -> None:
    wave = {"kind": "retirement_wave", "zone_share": 1.0, "retiring": 1.0, "groups": ["gp"]}
    quiet: dict[str, Any] = {"parameters.hiring": 0.02, "parameters.turning_senior": 0.01}
    calm, struck = (run_months(world_with(*events, **quiet), 12) for events in ((), (wave,)))
    gp = calm.state.provider.discipline == GP
    seniors = [
        float((world.state.provider.heads * world.state.provider.senior_share)[gp].sum())
        for world in (struck, calm)
    ]
    assert seniors[0] < 0.1 * seniors[1]
    others = [float(world.state.provider.heads[~gp].sum()) for world in (struck, calm)]
    assert others[0] == pytest.approx(others[1], rel=0.01)


# --- money, borders, power ----------------------------------------------------------------------------------


def _money(world: CareSystem) -> tuple[float, float, float]:
    zone = world.state.zone
    return tuple(float(zone.columns[name].sum()) for name in ("core_eur", "project_eur", "staff"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("taper", "conversion", "core", "project"),
    [(0, 0.0, 1.0, (0.0, 0.0, 0.0)), (4, 0.0, 1.0, (0.75, 0.5, 0.25)), (0, 0.5, 1.5, (0.0, 0.0, 0.0)),
     (4, 0.5, 1.5, (0.75, 0.5, 0.25))],
)  # fmt: skip
def test_project_money_ends_at_once_or_evenly_and_part_of_it_may_stay(
    taper: int, conversion: float, core: float, project: tuple[float, ...]
) -> None:
    event = {"kind": "subsidy_cliff", "duration_months": 2, "taper_months": taper, "conversion": conversion}
    world = world_with(event)
    usual = _money(world)[0]
    found = [_money(run_months(world, 1))[1] / usual for _ in range(5)]
    assert found[:2] == pytest.approx([1.0, 1.0])
    assert tuple(found[2:]) == pytest.approx(project)
    run_months(world, 3)
    assert _money(world)[:2] == pytest.approx((core * usual, 0.0))


def _executed(scenario: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return execution and legitimacy, means over zones per policy month."""
    world = new_world(scenario, burn_in=6, months=72, persons_per_agent=3000)
    run_months(world, 6)
    rows = []
    while world.running:
        world.step()
        rows.append((world.state.zone.execution.mean(), world.state.zone.legitimacy.mean()))
    execution, legitimacy = np.array(rows).T
    return execution, legitimacy


def test_a_crisis_with_money_jumps_and_falls_off_a_cliff_unless_the_money_stays() -> None:
    """P4: recognition stays above what it was; what councils get done falls by 30 % when the money ends."""
    supported, converted = _executed("pandemic_supported"), _executed("pandemic_converted")
    execution, legitimacy = supported
    assert legitimacy[47] - legitimacy[35] >= 0.15
    assert execution[48:72].min() < 0.7 * execution[47]
    assert legitimacy[71] > legitimacy[35]
    assert converted[0][71] > 1.2 * execution[71]
    assert converted[1][71] > legitimacy[71]


def test_without_a_cliff_less_is_lost_of_what_projects_built() -> None:
    """P14 and M58: councils do less when project money ends, less so when it tapers or is not alone."""
    lowest = {}
    for scenario in ("subsidy_cliff", "subsidy_taper", "subsidy_converted", "subsidy_diversified"):
        execution, _ = _executed(scenario)
        lowest[scenario] = execution[30:54].min() / execution[29]
    assert lowest["subsidy_cliff"] < 0.7
    assert lowest["subsidy_cliff"] < lowest["subsidy_taper"] < lowest["subsidy_converted"]
    assert lowest["subsidy_cliff"] < lowest["subsidy_diversified"]


def test_a_second_pandemic_brings_people_less_together_than_the_first() -> None:
    """P5: flexibility wears off."""
    event = {"kind": "pandemic", "start_month": 3}
    calm, struck = (
        new_world(burn_in=0, months=120, persons_per_agent=3000,
                  overrides={"shocks": [event, {**event, "start_month": 99}] if twice else []})
        for twice in (False, True)
    )  # fmt: skip
    contact = []
    for world in (calm, struck):
        months = []
        for _ in range(112):
            world.step()
            kept = world.state.tie.partner >= 0
            months.append((world.state.tie.contact[kept].mean(), world.state.zone.legitimacy.mean()))
        contact.append(months)
    jump = np.array(contact[1]) - np.array(contact[0])
    first, second = jump[14] - jump[2], jump[110] - jump[98]
    assert (first > 0).all()
    assert (second < 0.85 * first).all()


def test_borders_are_aligned_in_steps_and_stay_so() -> None:
    whole, stepwise = (
        world_with({"kind": "border_reform", "duration_months": 6, "steps": steps, "notice_months": 0})
        for steps in (1, 3)
    )
    before = whole.state.zone.misfit.copy()
    moved = []
    for _ in range(6):
        run_months(stepwise, 1)
        moved.append(stepwise.state.zone.moved.copy())
    run_months(whole, 6)
    assert [bool(m.any()) for m in moved] == [True, False, True, False, True, False]
    assert sum(moved) == pytest.approx(before - stepwise.state.zone.misfit)
    assert stepwise.state.zone.misfit == pytest.approx(whole.state.zone.misfit)
    assert stepwise.state.zone.hospital_misfit == pytest.approx(0.2 * world_with().state.zone.hospital_misfit)


def test_a_redraw_cuts_half_of_the_ties_across_the_line_and_none_with_hospitals() -> None:
    event = {"kind": "border_reform", "alignment": 0.0, "shifted": 1.0}
    world = world_with(event | {"start_month": START + 1}, persons_per_agent=100)
    before = world.state.tie.partner.reshape(-1, SLOTS) >= 0
    run_months(world, 1)
    run_months(world, 1)
    kept = before & (world.state.tie.partner.reshape(-1, SLOTS) >= 0)
    lost = 1.0 - kept.sum(axis=0) / before.sum(axis=0)
    assert lost[HOSPITAL] == 0.0
    assert np.delete(lost, HOSPITAL) == pytest.approx(0.5, abs=0.12)


def test_a_reform_is_announced_before_it_comes_and_makes_councils_wait() -> None:
    """Each step's notice counts as one reform in all; P12: councils get less done before anything moves."""
    event = {"kind": "border_reform", "start_month": 6, "notice_months": 3}
    world = new_world(burn_in=0, overrides={"shocks": [event]})
    announced = []
    for _ in range(8):
        world.step()
        announced.append(float(world.state.zone.announced.mean()) / 12)
    assert announced == pytest.approx([0, 0, 0, 1 / 3, 1 / 3, 1 / 3, 0, 0])
    calm, waiting = (
        run_months(world_with(*events), 20)
        for events in ((), ({"kind": "border_reform", "start_month": 24},))
    )
    assert waiting.state.zone.execution.mean() < 0.92 * calm.state.zone.execution.mean()


def test_a_change_of_power_ends_the_terms_of_dependent_meta_governors_only() -> None:
    terms = []
    for neutrality in (0.3, 0.9):
        lever = {"governance.meta_governor_neutrality": neutrality}
        world = struck_month({"kind": "political_turnover"}, scenario="polycentric", **lever)
        terms.append(world.state.region.meta_months.copy())
    assert (terms[0] > terms[1]).all()
    assert (terms[0] == terms[0].max()).all()


# --- vaccination --------------------------------------------------------------------------------------------


@cache
def _campaign(population_manager: float) -> dict[str, float]:
    event = {"kind": "vaccination_campaign", "start_month": 12}
    lever = {"governance.population_manager": population_manager}
    world = new_world(burn_in=6, months=24, overrides={"shocks": [event], **lever}, persons_per_agent=50)
    run_months(world, 6 + 18)
    return {name: world.outcome(name) for name in ("vaccination_uptake", "vaccination_gap")}


def test_the_poor_are_vaccinated_less_and_outreach_narrows_the_gap() -> None:
    without, with_outreach = _campaign(0.0), _campaign(1.0)
    assert 0.2 < without["vaccination_uptake"] < 0.95
    assert without["vaccination_gap"] > OUTCOMES["vaccination_gap"].smallest_that_matters
    assert with_outreach["vaccination_gap"] < 0.75 * without["vaccination_gap"]
    assert with_outreach["vaccination_uptake"] > without["vaccination_uptake"]


def test_who_is_vaccinated_was_meant_trusts_and_can_find_the_way() -> None:
    event = {"kind": "vaccination_campaign", "groups": ["seniors"]}
    world = run_months(world_with(event, persons_per_agent=50), 6)
    patient = world.state.patient
    taken = patient.vaccinated == 1
    assert taken.any()
    senior = world.month - patient.birth_month >= 65 * 12 - 6
    assert not taken[~senior].any()
    for column in ("literacy", "digital", "experience"):
        values = patient.columns[column][senior].astype(float)
        assert values[taken[senior]].mean() > values[~taken[senior]].mean(), column


def test_a_new_campaign_is_about_a_new_dose() -> None:
    first = {"kind": "vaccination_campaign", "duration_months": 3}
    world = world_with(first, first | {"start_month": START + 3})
    run_months(world, 3)
    before = world.outcome("vaccination_uptake")
    run_months(world, 1)
    assert 0.0 < world.outcome("vaccination_uptake") < before
