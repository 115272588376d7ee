from __future__ import annotations

import math

from cas_model.calibration.patterns import Pattern, Seen
from cas_model.calibration.targets import PublishedTarget
from cas_model.calibration.validation import FAIL, NOT_RUN, OPEN, PASS, judge_patterns, judge_targets
from made_up_worlds import MadeUpWorld, outcomes


def seeds(*loyal: float) -> dict[int, dict[str, MadeUpWorld]]:
    return {
        i: {
            "status_quo": MadeUpWorld(
                {"outcomes": outcomes((0, "flanders", "Flanders", "loyal_patients", v))}
            )
        }
        for i, v in enumerate(loyal)
    }


def target(**changed: object) -> PublishedTarget:
    stated = {"id": "T1", "name": "n", "value": "1", "level": "l", "source": "s", "use": "V",
              "low": 0.5, "high": 0.6,
              "measure": "loyal_patients"}  # fmt: skip
    return PublishedTarget.model_validate({**stated, **changed})


def test_the_median_decides_unless_a_share_of_seeds_is_stated() -> None:
    worlds = seeds(0.55, 0.55, 0.9)
    assert judge_targets([target()], worlds)["verdict"].to_list() == [PASS]
    assert judge_targets([target(share=0.9)], worlds)["verdict"].to_list() == [FAIL]
    row = judge_targets([target()], worlds).iloc[0]
    assert (row["median"], row["least"], row["most"], row["seeds"]) == (0.55, 0.55, 0.9, 3)


def test_failures_come_first_and_what_cannot_be_measured_is_kept() -> None:
    asked = [
        target(id="T2", measure="", not_measurable="no table"),
        target(id="T3"),
        target(id="T4", low=0.8, high=0.9),
        target(id="T5", measure="forfait_total_cost"),
    ]
    table = judge_targets(asked, seeds(0.55))
    assert table["id"].to_list() == ["T4", "T3", "T2", "T5"]
    assert table["verdict"].to_list() == [FAIL, PASS, OPEN, NOT_RUN]


def test_a_figure_undefined_in_every_seed_is_not_measurable() -> None:
    assert judge_targets([target()], seeds(math.nan))["verdict"].to_list() == [OPEN]


def test_a_pattern_needs_its_share_of_the_seeds() -> None:
    def most(worlds: object) -> Seen:
        assert isinstance(worlds, dict)
        value = worlds["status_quo"].table("outcomes")["value"].iloc[0]
        return Seen(value, value > 0.5)

    nine_of_ten = seeds(*[0.6] * 9, 0.4)
    one = Pattern("P1", "t", "c", "s", judge=most)
    assert judge_patterns([one], nine_of_ten)["verdict"].to_list() == [PASS]
    assert judge_patterns([one], seeds(0.6, 0.6, 0.4))["verdict"].to_list() == [FAIL]


def test_a_seed_that_leaves_a_pattern_open_does_not_show_it() -> None:
    def first_only(worlds: object) -> Seen:
        assert isinstance(worlds, dict)
        value = worlds["status_quo"].table("outcomes")["value"].iloc[0]
        return Seen(value, True if value > 0.5 else None)

    one = Pattern("P1", "t", "c", "s", judge=first_only)
    row = judge_patterns([one], seeds(0.6, 0.4)).iloc[0]
    assert (row["verdict"], row["held"]) == (FAIL, 0.5)
    assert judge_patterns([one], seeds(0.4))["verdict"].to_list() == [OPEN]
