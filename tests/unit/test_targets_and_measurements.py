from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.calibration.measurements import load_measurements
from cas_model.calibration.targets import load_targets
from cas_model.config.errors import UsageError
from made_up_worlds import MadeUpWorld, outcomes, zones

TARGETS = Path(__file__).parents[2] / "calibration" / "targets.toml"


def read(name: str, **tables: pd.DataFrame) -> float:
    asked = load_measurements()[name]
    return asked.read(dict.fromkeys(asked.worlds, MadeUpWorld(tables)))


def test_every_target_from_t1_to_t33_is_stated_and_none_is_dropped() -> None:
    assert {t.id for t in load_targets(str(TARGETS))} == {f"T{n}" for n in range(1, 34)}


def test_every_measurement_but_one_without_a_threshold_serves_a_target() -> None:
    used = {t.measure for t in load_targets(str(TARGETS)) if t.measure}
    assert set(load_measurements()) - used == {"critical_fraction_by_density"}


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


def test_staff_is_net_of_reporting() -> None:
    table = zones(staff=[1.1, 1.3, 0.9, 3.0], reporting=[0.2] * 4, population=[120e3, 90e3, 80e3, 200e3])
    assert read("zones_below_one_staff", zones=table) == 0.5  # net 0.88, 1.04, 0.72, 2.4
    assert read("large_zones_below_one_staff", zones=table) == 1.0
    assert read("staff_by_size", zones=table) == pytest.approx(0.8)  # 1 - 6 * 2 / (4 * 15)


def test_multimorbidity_counts_the_people_of_that_age() -> None:
    people = pd.DataFrame({"birth_month": [-360, -360, -1200, 0], "conditions": [13, 14, 15, 14]})
    table = outcomes((0, "flanders", "Flanders", "spending", 1.0))
    assert read("multimorbidity_25_34", people=people, outcomes=table) == 0.5
    assert read("multimorbidity_75", people=people, outcomes=table) == 1.0


def test_the_onset_shift_is_the_age_that_poverty_is_worth() -> None:
    # 100 people of each age in each fifth; the share rises 1 % a year, and is 10 % higher in the poorest.
    rows = [
        (-12 * age, fifth, 14 if i < age - 40 + (10 if fifth == 0 else 0) else 13)
        for age in range(45, 76) for fifth in (0, 4) for i in range(100)
    ]  # fmt: skip
    people = pd.DataFrame(rows, columns=["birth_month", "income", "conditions"])
    table = outcomes((0, "flanders", "Flanders", "spending", 1.0))
    assert read("multimorbidity_onset_shift", people=people, outcomes=table) == pytest.approx(10.0)


def test_admissions_fall_with_continuity_at_the_rate_that_was_built_in() -> None:
    upc, poverty = np.array([0.5, 0.6, 0.7, 0.8, 0.55]), np.array([0.1, 0.2, 0.1, 0.3, 0.2])
    admitted = np.exp(3.0 + np.log(0.94) * upc / 0.2 + poverty)
    rows = [(11, "zone", f"z{i}", "continuity_upc", upc[i]) for i in range(5)]
    rows += [(11, "zone", f"z{i}", "avoidable_admissions", admitted[i]) for i in range(5)]
    found = read("admissions_per_continuity", outcomes=outcomes(*rows), zones=zones(poverty=list(poverty)))
    assert found == pytest.approx(0.06)


def test_admissions_by_deprivation_compare_the_outer_tenths() -> None:
    poverty = np.linspace(0.0, 1.0, 11)
    rows = [(11, "zone", f"z{i}", "avoidable_admissions", 10.0 * 1.2**p) for i, p in enumerate(poverty)]
    found = read("admissions_by_deprivation", outcomes=outcomes(*rows), zones=zones(poverty=list(poverty)))
    assert found == pytest.approx(1.2**0.8 - 1.0)


def test_costs_of_two_ways_of_paying_are_compared_from_the_first_policy_month() -> None:
    def ledger(gp: float, hospital: float) -> MadeUpWorld:
        rows = [(-1, "gp", 1e6), (0, "gp", gp), (1, "hospital", hospital)]
        return MadeUpWorld({"ledger": pd.DataFrame(rows, columns=["month", "recipient", "eur"])})

    worlds = {"pay_forfait": ledger(60.0, 40.0), "pay_fee_for_service": ledger(50.0, 50.0)}
    found = load_measurements()
    assert found["forfait_total_cost"].read(worlds) == pytest.approx(0.0)
    assert found["forfait_first_line_cost"].read(worlds) == pytest.approx(0.2)
    assert found["forfait_second_line_cost"].read(worlds) == pytest.approx(-0.2)


def test_trust_outweighs_management_when_outcomes_follow_trust_alone() -> None:
    trust, staff = [0.1, 0.2, 0.3, 0.5], [2.0, 1.0, 3.0, 1.0]
    rows = [(11, "zone", f"z{i}", "mean_trust", v) for i, v in enumerate(trust)]
    rows += [(11, "zone", f"z{i}", "joint_task_success", v) for i, v in enumerate(trust)]
    table = zones(staff=staff, reporting=[0.0] * 4, skill=[1.0] * 4)
    found = read("trust_over_management", outcomes=outcomes(*rows), zones=table)
    assert found == pytest.approx(1.0)


def test_the_spread_of_critical_fractions_is_that_of_the_outer_tenths() -> None:
    table = pd.DataFrame(
        {
            "zone": [f"z{i}" for i in range(11)], "order": "random",
            "critical_fraction": np.linspace(0.05, 0.25, 11), "known_of_displaced": 0.5,
        }
    )  # fmt: skip
    assert read("critical_fraction_spread", stress_test=table) == pytest.approx(0.23 / 0.07)
    assert read("displaced_patients_known", stress_test=table) == pytest.approx(0.5)
