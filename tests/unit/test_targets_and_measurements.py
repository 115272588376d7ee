from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.calibration.measurements import load_measurements
from cas_model.calibration.measurements.barriers import OTHERS, PAY, gain_table
from cas_model.calibration.measurements.system import median_wait, waits
from cas_model.calibration.patterns import load_patterns
from cas_model.calibration.targets import load_targets
from cas_model.calibration.worlds import WORLDS, ZONE_SIZES, parts, requests
from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.outcomes.scirocco import DIMENSIONS
from made_up_worlds import MadeUpWorld, outcomes, zones

load_registries()

TARGETS = Path(__file__).parents[2] / "calibration" / "targets.toml"


def read(name: str, **tables: pd.DataFrame) -> float:
    asked = load_measurements()[name]
    return asked.read(dict.fromkeys(asked.worlds, MadeUpWorld(tables)))


def test_every_target_from_t1_to_t33_is_stated_and_none_is_dropped() -> None:
    assert {t.id for t in load_targets(str(TARGETS))} == {f"T{n}" for n in range(1, 34)}


def test_every_measurement_serves_a_target() -> None:
    used = {t.measure for t in load_targets(str(TARGETS)) if t.measure}
    assert set(load_measurements()) == used


def test_every_world_that_is_asked_for_can_be_made_and_none_is_idle() -> None:
    targets, patterns = load_targets(str(TARGETS)), load_patterns()
    asked = {w for t in targets if t.measure for w in load_measurements()[t.measure].worlds}
    asked |= {w for p in patterns for w in p.worlds}
    assert asked == set(WORLDS)
    made = requests(list(WORLDS), 1, 0, 1000, "small")
    assert {r.label for r in made} == set(WORLDS)
    assert {r.territory for r in made} == {"small", *(f"small@{n}" for n in ZONE_SIZES)}
    assert sum(len(runs) for runs, _, _ in parts(made)) == len(made)


def test_a_territory_of_ones_own_has_no_zones_of_other_sizes() -> None:
    made = requests(list(WORLDS), 1, 0, 1000, "somewhere")
    assert {r.label for r in made} == {label for label, world in WORLDS.items() if not world.zone_size}


def test_a_target_that_names_no_measurement_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(TARGETS.read_text(encoding="utf-8").replace('"loyal_patients"', '"loyal_patient"'))
    with pytest.raises(UsageError, match="loyal_patients"):
        load_targets(str(path))


def test_a_survey_answer_is_read_from_its_row() -> None:
    rows = pd.DataFrame(
        {"target": ["T3", "T4"], "asked": ["x", "not asked about goals"], "value": [0.1, 0.55]}
    )
    assert read("survey.not_asked_about_goals", survey_targets=rows) == 0.55


def test_an_outcome_is_the_mean_of_the_last_twelve_months() -> None:
    rows = [(m, "flanders", "Flanders", "gp_contacts", 9.0 if m < 12 else float(m % 2)) for m in range(24)]
    assert read("gp_contacts_per_inhabitant", outcomes=outcomes(*rows)) == pytest.approx(0.5)


def test_staff_of_zones_is_net_of_reporting_already() -> None:
    # `reporting` is there to see that it is not taken off twice (M63 has done so).
    table = zones(staff=[0.88, 1.04, 0.72, 2.4], reporting=[0.2] * 4, population=[120e3, 90e3, 80e3, 200e3])
    assert read("zones_below_one_staff", zones=table) == 0.5
    assert read("large_zones_below_one_staff", zones=table) == 1.0
    assert read("staff_by_size", zones=table) == pytest.approx(0.8)  # 1 - 6 * 2 / (4 * 15)


def patients(**columns: list[float] | np.ndarray) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    usual = {"practice": [0] * n, "age": [50.0] * n, "rank": [0.5] * n, "conditions": [1] * n,
             "mental": [0] * n, "contacts": [4] * n, "continuity": [0.7] * n, "admissions": [0.01] * n,
             "avoidable_admissions": [0.001] * n}  # fmt: skip
    return pd.DataFrame({**usual, **columns})


def test_contacts_are_counted_over_those_who_had_one() -> None:
    people = patients(contacts=[0, 4, 6, 8])
    assert read("gp_contacts_of_users", patients=people) == 6.0
    assert read("people_with_gp_contact", patients=people) == 0.75


def test_contacts_per_gp_are_all_contacts_over_all_heads() -> None:
    rows = [(11, "flanders", "Flanders", "gp_contacts", 5.0)]
    work = pd.DataFrame({"discipline": ["gp", "gp", "welfare"], "heads": [2, 3, 100]})
    found = read("gp_contacts_per_gp", outcomes=outcomes(*rows), zones=zones(population=[3000.0, 2000.0]),
                 workplaces=work)  # fmt: skip
    assert found == pytest.approx(5.0 * 5000 / 5)


def test_multimorbidity_counts_the_people_of_that_age() -> None:
    people = patients(age=[30.0, 30.0, 35.0, 80.0], conditions=[1, 2, 5, 3])
    assert read("multimorbidity_25_34", patients=people) == 0.5
    assert read("multimorbidity_75", patients=people) == 1.0


def test_the_onset_shift_is_the_age_that_poverty_is_worth() -> None:
    # 100 people of each age in each fifth; the share rises 1 % a year, and is 10 % higher in the poorest.
    rows = [
        (age, rank, 2 if i < age - 40 + (10 if rank < 0.2 else 0) else 1)
        for age in range(45, 76) for rank in (0.1, 0.9) for i in range(100)
    ]  # fmt: skip
    age, rank, conditions = (np.array(c) for c in zip(*rows, strict=True))
    people = patients(age=age, rank=rank, conditions=conditions)
    assert read("multimorbidity_onset_shift", patients=people) == pytest.approx(10.0)


def test_mixed_morbidity_needs_a_mental_and_another_condition() -> None:
    people = patients(rank=[0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9], mental=[1, 1, 1, 0, 1, 0, 0, 0],
                      conditions=[2, 3, 1, 4, 2, 2, 1, 0])  # fmt: skip
    assert read("mixed_morbidity_ratio", patients=people) == pytest.approx(0.5 / 0.25)


def register(slope: float) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 400
    age, conditions, rank, upc = rng.uniform(20, 90, n), rng.integers(0, 4, n), rng.random(n), rng.random(n)
    stays = np.exp(-6 + 0.02 * age + 0.3 * conditions - 0.4 * rank + slope * upc)
    return patients(age=age, conditions=conditions, rank=rank, continuity=upc, avoidable_admissions=stays,
                    admissions=stays)  # fmt: skip


def test_admissions_fall_with_continuity_at_the_rate_that_was_built_in() -> None:
    people = register(np.log(0.94) / 0.2)
    assert read("admissions_per_continuity", patients=people) == pytest.approx(0.06)
    ordered = np.sort(people["continuity"])
    gap = ordered[-80:].mean() - ordered[:80].mean()
    found = read("admissions_most_over_least_continuity", patients=people)
    assert found == pytest.approx(0.94 ** (gap / 0.2))


def test_admissions_by_deprivation_compare_the_outer_tenths_of_practices() -> None:
    practice = np.repeat(np.arange(11), 4)
    deprived = np.linspace(0.2, 0.8, 11)[practice]
    people = patients(
        practice=practice,
        rank=1.0 - deprived,
        age=np.tile([40.0, 50.0, 60.0, 70.0], 11),
        conditions=np.tile([0, 1, 1, 2], 11),
        avoidable_admissions=0.001 * 1.5**deprived,
    )
    expected = 1.5 ** (np.quantile(deprived, 0.9) - np.quantile(deprived, 0.1)) - 1.0
    assert read("admissions_by_deprivation", patients=people) == pytest.approx(expected)


def test_practices_count_by_how_many_they_stand_for() -> None:
    work = pd.DataFrame({"discipline": ["gp"] * 3 + ["welfare"], "status": [0, 1, 2, 0], "zone": ["a"] * 4,
                         "represents": [1.0, 2.0, 1.0, 50.0]})  # fmt: skip
    found = [read(f"acceptance.{state}", workplaces=work) for state in ("full_stop", "conditional", "open")]
    assert found == [0.25, 0.5, 0.25]


def test_the_spread_of_closed_practices_is_that_of_the_outer_tenths_of_zones() -> None:
    rows = [(f"z{k}", int(i >= k + 1)) for k in range(11) for i in range(20)]
    work = pd.DataFrame(rows, columns=["zone", "status"]).assign(discipline="gp", represents=1.0)
    assert read("acceptance.spread", workplaces=work) == pytest.approx(10 / 2)  # 2nd and 10th of 11 zones
    few = work.groupby("zone").head(9)
    assert np.isnan(read("acceptance.spread", workplaces=few))


def test_strain_is_weighed_by_heads_and_compared_with_the_size_of_practices() -> None:
    work = pd.DataFrame({"discipline": ["gp"] * 3, "heads": [1, 2, 6], "represents": [1.0, 1.0, 1.5],
                         "strain": [0.2, 0.5, 0.8]})  # fmt: skip
    assert read("strain_of_professionals", workplaces=work) == pytest.approx((0.2 + 1.0 + 4.8) / 9)
    assert read("strain_in_larger_practices", workplaces=work) == pytest.approx(1.0)


def test_strain_under_two_ways_of_paying_is_that_of_general_practice() -> None:
    def paid(strain: float) -> MadeUpWorld:
        rows = {"discipline": ["gp", "gp", "welfare"], "heads": [1, 3, 9], "strain": [strain, 0.2, 0.9]}
        return MadeUpWorld({"workplaces": pd.DataFrame(rows)})

    worlds = {"pay_fee_for_service": paid(0.6), "pay_forfait": paid(0.2)}
    assert load_measurements()["wellbeing_forfait_over_fee"].read(worlds) == pytest.approx(0.1)


def test_administration_grows_from_the_first_to_the_last_policy_month() -> None:
    notes = pd.DataFrame({"month": [-1, -1, 0, 0, 5, 5], "gp_admin": [0.5, 0.5, 0.1, 0.2, 0.2, 0.3]})
    assert read("growth_of_administration", zone_months=notes) == pytest.approx(0.1)


def test_waiting_for_a_tie_to_work_counts_those_that_never_do() -> None:
    def tie(slot: int, partner: list[int], task: list[float]) -> pd.DataFrame:
        return pd.DataFrame({"month": range(len(task)), "tie": slot, "partner": partner, "task": task})

    old = tie(0, [7] * 6, [0.9] * 6)  # there from the start: not counted
    quick = tie(1, [-1, 3, 3, 3, 3, 3], [0.0, 0.3, 0.4, 0.6, 0.7, 0.7])
    given_up = tie(2, [-1, 3, 3, -1, -1, -1], [0.0, 0.3, 0.4, 0.4, 0.4, 0.4])
    slow = tie(3, [-1, -1, 5, 5, 5, 5], [0.0, 0.0, 0.3, 0.3, 0.4, 0.5])
    followed, worked = waits(pd.concat([slow, old, given_up, quick]))
    assert sorted(zip(followed, worked, strict=True)) == [(1.0, 0.0), (2.0, 1.0), (3.0, 1.0)]
    assert median_wait(followed, worked) == 2.0  # of the two still followed then, one works
    assert median_wait(np.array([5.0, 5.0]), np.zeros(2)) == np.inf
    assert np.isnan(median_wait(np.empty(0), np.empty(0)))


def test_the_funding_barrier_ranks_by_what_relaxing_it_adds() -> None:
    def rated(**higher: int) -> MadeUpWorld:
        profile = pd.DataFrame({"dimension": DIMENSIONS, **{f"share_{k}": 0.0 for k in range(6)}})
        for i, dimension in enumerate(DIMENSIONS):
            profile.loc[i, f"share_{1 + higher.get(dimension.split()[0], 0)}"] = 1.0
        return MadeUpWorld({"scirocco": profile})

    worlds = dict.fromkeys(("status_quo", *OTHERS), rated())
    worlds |= {PAY: rated(finance=2), OTHERS[0]: rated(readiness=1)}
    found = load_measurements()
    assert found["rank_of_the_funding_barrier"].read(worlds) == 1.0
    assert found["rank_of_the_funding_barrier_beyond_itself"].read(worlds) == 2.0
    table = gain_table([worlds, worlds, {"status_quo": rated()}])
    assert table["barrier"].to_list()[:2] == [PAY, OTHERS[0]]
    assert table["gain"].to_list()[:2] == [2.0, 1.0]
    assert table["gain_beyond"].to_list()[:2] == [0.0, 1.0]
    assert len(gain_table([{"status_quo": rated()}])) == 0


def test_costs_of_two_ways_of_paying_are_compared_from_the_first_policy_month() -> None:
    def ledger(gp: float, hospital: float) -> MadeUpWorld:
        rows = [(-1, "gp", 1e6), (0, "gp", gp), (1, "hospital", hospital)]
        return MadeUpWorld({"ledger": pd.DataFrame(rows, columns=["month", "recipient", "eur"])})

    worlds = {"pay_forfait": ledger(60.0, 40.0), "pay_fee_for_service": ledger(50.0, 50.0)}
    found = load_measurements()
    assert found["forfait_total_cost"].read(worlds) == pytest.approx(0.0)
    assert found["forfait_first_line_cost"].read(worlds) == pytest.approx(0.2)
    assert found["forfait_second_line_cost"].read(worlds) == pytest.approx(-0.2)


def test_concentration_over_fifths_is_that_of_the_published_fifths() -> None:
    # Unmet need of 6.7, 2.1, 0.6, 0.4 and 0.2 % in fifths has a slope of -7.35 points and an index of -0.588.
    shares = np.array([0.067, 0.021, 0.006, 0.004, 0.002])
    ranks = np.arange(0.1, 1.0, 0.2)
    slope = float(np.polyfit(ranks, shares, 1)[0])
    rows = [(11, "flanders", "flanders", "unmet_need_slope", slope),
            (11, "flanders", "flanders", "unmet_need", float(shares.mean()))]  # fmt: skip
    assert slope == pytest.approx(-0.0735)
    found = read("unmet_need_concentration", outcomes=outcomes(*rows))
    assert found == pytest.approx(2.0 * np.mean((shares - shares.mean()) * ranks) / shares.mean())
    assert found == pytest.approx(-0.588)
    rows[1] = (*rows[1][:4], 0.0)
    assert np.isnan(read("unmet_need_concentration", outcomes=outcomes(*rows)))


def test_trust_outweighs_management_when_outcomes_follow_trust_alone() -> None:
    trust, staff = [0.1, 0.2, 0.3, 0.5], [2.0, 1.0, 3.0, 1.0]
    rows = [(11, "zone", f"z{i}", "mean_trust", v) for i, v in enumerate(trust)]
    rows += [(11, "zone", f"z{i}", "joint_task_success", v) for i, v in enumerate(trust)]
    table = zones(staff=staff, skill=[1.0] * 4)
    found = read("trust_over_management", outcomes=outcomes(*rows), zones=table)
    assert found == pytest.approx(1.0)


def test_the_spread_of_critical_fractions_is_that_of_the_outer_tenths() -> None:
    table = pd.DataFrame(
        {
            "zone": [f"z{i}" for i in range(11)], "order": "random",
            "critical_fraction": np.linspace(0.05, 0.25, 11), "familiar_share": np.linspace(0.3, 0.7, 11),
        }
    )  # fmt: skip
    assert read("critical_fraction_spread", stress_test=table) == pytest.approx(0.23 / 0.07)
    both = pd.concat([table, table.iloc[:3].assign(order="by risk")])  # a zone counts once
    assert read("displaced_patients_known", stress_test=both) == pytest.approx(0.5)
    fragile = table.assign(critical_fraction=np.maximum(0.0, table["critical_fraction"] - 0.1))
    assert np.isnan(read("critical_fraction_spread", stress_test=fragile))


def test_the_critical_fraction_is_set_against_practices_per_inhabitant() -> None:
    work = pd.DataFrame({"discipline": ["gp"] * 3, "zone": ["z0", "z1", "z2"],
                         "represents": [1.0, 2.0, 3.0]})  # fmt: skip
    stress = pd.DataFrame({"zone": ["z0", "z1", "z2"], "order": "random",
                           "critical_fraction": [0.3, 0.2, 0.1]})  # fmt: skip
    found = read("critical_fraction_by_density", workplaces=work, stress_test=stress,
                 zones=zones(population=[10.0, 10.0, 10.0]))  # fmt: skip
    assert found == pytest.approx(-1.0)
