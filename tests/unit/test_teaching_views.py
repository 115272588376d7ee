"""What the page is told: numbers, colours, legends and words that say what the session says."""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.declarations import LEVERS, MECHANISMS, OUTCOMES, PAYMENT_METHODS
from cas_model.config.errors import UsageError
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.principles import PRINCIPLES
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.config.vocabulary import DISCIPLINES
from cas_model.server import serving
from cas_model.server.classroom import Classroom
from cas_model.server.export import data_archive, figure_archive
from cas_model.server.lesson import FOLDER, lessons, read_lesson
from cas_model.server.seat import Seat
from cas_model.server.session import Session
from cas_model.server.views.catalogue import catalogue, catalogue_in, values_in_force
from cas_model.server.views.lines_view import lines_view
from cas_model.server.views.map_view import map_view, outcomes_on_map
from cas_model.server.views.panel_view import PANELS, panel_view
from cas_model.server.views.shapes import shapes_of
from cas_model.server.views.shown import nice_range
from cas_model.server.words import LANGUAGES, words
from cas_model.server.words.registries import dictionary, in_language, read_registries


@pytest.fixture(scope="module")
def played() -> Session:
    """Two worlds that differ in one rule, eight months on."""
    session = Session(territory="small", persons_per_agent=1000)
    session.advance(2)
    session.compare()
    session.change({"governance.staff_floor": 3.0}, "B")
    session.strike("pandemic")
    session.advance(6)
    return session


def _seat() -> Seat:
    seat = Seat("one", Classroom(), lambda view: None, persons_per_agent=1000, territory="small")
    seat.arrive({})
    return seat


def test_every_view_is_plain_json(played: Session) -> None:
    seat = _seat()
    told: list[dict[str, Any]] = []
    seat._show = told.append
    seat.session, seat.zone = played, 2
    for panel in PANELS:
        seat.act({"do": "panel", "value": panel})
        assert seat.problem == ""
        json.dumps(told[-1], allow_nan=False)
        json.dumps(panel_view(played, panel), allow_nan=False)
    for outcome in outcomes_on_map(played):
        json.dumps(map_view(played, outcome), allow_nan=False)
    json.dumps(lines_view(played, list(OUTCOMES)), allow_nan=False)
    json.dumps(catalogue(), allow_nan=False)


def test_the_map_shows_percent_and_the_difference_in_points(played: Session) -> None:
    view = map_view(played, "implementation_rate")
    assert [p["key"] for p in view["panels"]] == ["A", "B", "difference"]
    assert [p["legend"]["unit"] for p in view["panels"]] == ["%", "%", "percentage points"]
    expected = 100 * played.zone_difference("implementation_rate")
    assert view["ranking"]["values"] == pytest.approx(expected.tolist(), rel=1e-3, abs=1e-6)
    low, high = view["ranking"]["low"], view["ranking"]["high"]
    assert low <= expected.min() <= expected.max() <= high
    equal = np.flatnonzero(expected == 0)
    white = view["panels"][2]["fills"]
    assert len({white[z] for z in equal}) <= 1


def test_both_worlds_share_one_colour_scale(played: Session) -> None:
    a, b, _ = map_view(played, "mean_trust")["panels"]
    assert a["legend"] == b["legend"]


def test_a_shock_in_both_worlds_is_told_once_and_a_change_for_its_world(played: Session) -> None:
    markers = lines_view(played, ["spending"])["markers"]
    assert {(m["month"], *m["labels"], m["world"]) for m in markers} == {
        (2, "Pandemic", "AB"),
        (2, "Staff floor", "B"),
    }


def test_why_names_the_mechanism_that_the_changed_rule_feeds(played: Session) -> None:
    told = panel_view(played, "why")
    assert told["about"] == "worlds"
    assert {"M18", "M14"} & {reason["name"] for reason in told["reasons"]}
    assert all(reason["source"] and reason["claim"] for reason in told["reasons"])


def test_shapes_have_a_path_and_an_outline_per_zone(played: Session) -> None:
    shapes = shapes_of(played.territory)
    n = played.territory.n_zones
    assert len(shapes["zones"]) == len(shapes["zone_outlines"]) == len(shapes["centres"]) == n
    assert all(path.startswith("M") and path.endswith("Z") for path in shapes["zones"])
    assert shapes_of(played.territory) is shapes


def test_every_lever_shock_and_mechanism_has_a_control_with_range_and_help() -> None:
    shown = catalogue()
    controls = {c["key"]: c for group in shown["groups"] for c in group["controls"]}
    assert set(controls) == {f"governance.{name}" for name in LEVERS}
    for name, lever in LEVERS.items():
        control = controls[f"governance.{name}"]
        assert (control["low"], control["high"]) == (lever.low, lever.high)
        assert control["default"] == lever.word(lever.default)
        assert lever.source in control["help"]
    assert [s["name"] for s in shown["shocks"]][:6] == [
        *("pandemic", "staffing_crisis", "heat_wave", "border_reform", "subsidy_cliff", "political_turnover")
    ]
    assert {s["name"] for s in shown["shocks"]} == set(SHOCKS)
    assert len(shown["mechanisms"]) == sum(m.modelled for m in MECHANISMS.values())
    assert [s["name"] for s in shown["scenarios"]] == list(builtin_scenarios())


def test_a_principle_in_force_stands_where_its_levers_are() -> None:
    values = values_in_force(load_scenario("polycentric"), {})
    assert values["principles.meta_governance"] == 1.0
    assert values["principles.joint_vision"] == 0.0
    values = values_in_force(load_scenario("status_quo"), {"principles.joint_vision": 0.6})
    assert values["principles.joint_vision"] == 0.6


@pytest.mark.parametrize("low", [-3.7, 0.0, 0.13, 99.0])
@pytest.mark.parametrize("reach", [0.0, 1e-3, 0.9, 1234.5])
def test_an_axis_holds_its_values_with_few_round_ticks(low: float, reach: float) -> None:
    first, last, ticks = nice_range(low, low + reach)
    assert first <= low <= low + reach <= last
    assert ticks == sorted(ticks)
    assert 2 <= len(ticks) <= 7


def test_both_languages_say_the_same_things() -> None:
    def keys(said: dict[str, Any], prefix: str = "") -> set[str]:
        found = set()
        for key, value in said.items():
            found |= keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key}
        return found

    def gaps(said: dict[str, Any]) -> list[str]:
        return sorted(re.findall(r"\{(\w+)\}", json.dumps(said)))

    english, dutch = (words(language) for language in LANGUAGES)
    assert keys(english) == keys(dutch)
    assert gaps(english) == gaps(dutch)


# --- lessons --------------------------------------------------------------------------------------------


def test_there_are_six_lessons_in_both_languages_that_can_be_set_up() -> None:
    assert len(lessons()) >= 6
    for lesson in lessons().values():
        assert set(lesson.tellings) == set(LANGUAGES)
        session = Session(territory="small", persons_per_agent=1000)
        session.set_up(lesson.worlds)
        assert session.horizon >= lesson.months
        a, b = (session.worlds[n] for n in "AB")
        assert a.scenario.differences(b.scenario), f"{lesson.name}: the worlds do not differ"


def test_a_lesson_is_added_by_adding_a_file(tmp_path: Any) -> None:
    text = (FOLDER / "one_chair.md").read_text(encoding="utf-8")
    path = tmp_path / "my_lesson.md"
    path.write_text(text.split("# nl:")[0], encoding="utf-8")
    lesson = read_lesson(path)
    assert lesson.name == "my_lesson"
    assert lesson.told("nl") == lesson.told("en")
    assert lesson.worlds["B"] == ("status_quo", {"governance.staff_floor": 2.0})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("+++\norder", "order", "lines of"),
        ("order = 3", "order = = 3", "not valid TOML"),
        ('outcome = "implementation_rate"', 'outcome = "implementation"', "did you mean"),
        ("months = 48", "months = 4800", "months"),
        ("## explanation", "## exploration", "lacks the part"),
        ("# en:", "# fr:", "no English"),
    ],
)
def test_a_broken_lesson_says_what_is_wrong(tmp_path: Any, before: str, after: str, said: str) -> None:
    text = (FOLDER / "one_chair.md").read_text(encoding="utf-8").replace(before, after)
    path = tmp_path / "broken.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_lesson(path)


def test_a_prediction_is_judged_against_what_the_model_shows() -> None:
    seat = _seat()
    seat.act({"do": "lesson", "value": "one_chair"})
    assert seat.lesson is not None
    start = seat.lesson.start
    seat.act({"do": "predict", "curve": [[0, start], [48, start - 5]], "end": start - 5})
    seat.act({"do": "pause"})
    with seat._lock:  # the thread that played may still be in a month
        seat.session.advance(seat.lesson.lesson.months - seat.session.month)
    assert seat.lesson.finish()
    seat.act({"do": "pause"})
    told: dict[str, Any] = {}
    seat._show = told.update
    seat.refresh()
    a, b = seat.lesson.ends
    assert b > a
    assert "direction was different" in told["lesson"]["verdict"]["judged"]
    assert told["lesson"]["pooled"]["rows"][0]["prediction"] == pytest.approx(start - 5)


# --- export and serving ---------------------------------------------------------------------------------


def test_exported_data_are_the_sessions(played: Session) -> None:
    with zipfile.ZipFile(io.BytesIO(data_archive(played))) as archive:
        assert {"README.txt", "flanders.csv", "zones.csv", "replay.json"} == set(archive.namelist())
        table = pd.read_csv(archive.open("flanders.csv"))
        again = json.loads(archive.read("replay.json"))
    last = table[(table["outcome"] == "spending") & (table["month"] == played.month - 1)].set_index("world")
    for name, world in played.worlds.items():
        assert last.loc[name, "value"] == pytest.approx(world.series("spending")[-1])
    assert again["months"] == played.month


def test_exported_figures_are_vector_and_bitmap(played: Session) -> None:
    with zipfile.ZipFile(
        io.BytesIO(figure_archive(played, "mean_trust", ["spending", "mean_trust"]))
    ) as archive:
        assert sorted(archive.namelist()) == [
            "lines.png",
            "lines.svg",
            "map_mean_trust.png",
            "map_mean_trust.svg",
        ]
        assert archive.read("lines.svg").startswith(b"<?xml")


def test_a_port_in_use_is_said_with_the_next_one() -> None:
    held = serving.claim_port("127.0.0.1", 0)
    port = held.getsockname()[1]
    with pytest.raises(UsageError, match=rf"port {port} is in use") as problem:
        serving.claim_port("127.0.0.1", port)
    assert str(port + 1) in problem.value.fix
    held.close()


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 203\.0\.113\.7"):
        serving.claim_port("203.0.113.7", 8765)


def _serve(monkeypatch: pytest.MonkeyPatch, *flags: str) -> int:
    """Run ``cas-model serve`` up to the moment when the page is ready."""
    monkeypatch.setattr(serving, "serve", lambda held, when_ready: (held.close(), when_ready()))
    monkeypatch.setattr(serving, "prepare_solara", lambda: None)
    monkeypatch.setattr(serving, "SERVED", serving.Served())
    return run_command(["serve", "--territory", "small", "--persons-per-agent", "1000", *flags])


def test_serving_to_this_machine_says_where(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert _serve(monkeypatch, "--port", "18765") == 0
    said = capsys.readouterr().out
    assert "http://127.0.0.1:18765/" in said
    assert "?key=" in said
    assert "network" not in said


def test_serving_to_others_says_so_plainly(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert _serve(monkeypatch, "--host", "0.0.0.0", "--port", "18766") == 0
    assert "Everybody on this network can open and use the page" in capsys.readouterr().out


def test_a_port_in_use_ends_the_command_in_words(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    held = serving.claim_port("127.0.0.1", 0)
    port = held.getsockname()[1]
    assert _serve(monkeypatch, "--port", str(port)) == 2
    assert f"port {port} is in use" in capsys.readouterr().err
    held.close()


def test_without_solara_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "solara", None)
    monkeypatch.setattr("os.environ", {})
    with pytest.raises(UsageError) as problem:
        serving.prepare_solara()
    assert "pip install 'cas-model[server]'" in problem.value.fix


def test_servers_of_a_user_share_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first = serving.solara_home()
    assert first == serving.solara_home()
    assert list(tmp_path.iterdir()) == [first]
    first.rmdir()
    first.write_text("a file in its place", encoding="utf-8")
    assert serving.solara_home() != first


# --- Dutch ----------------------------------------------------------------------------------------------


def test_what_the_model_declares_is_said_in_dutch() -> None:
    english, dutch = catalogue_in("en"), catalogue_in("nl")
    assert english == catalogue()
    kinds = [(c["scenarios"], "title") for c in (english, dutch)]
    for part in ("principles", "terms", "methods", "shocks", "mechanisms"):
        kinds += [(c[part], "label") for c in (english, dutch)]
    for (own, key), (other, _) in zip(kinds[::2], kinds[1::2], strict=True):
        same = [e[key] for e, d in zip(own, other, strict=True) if e[key] == d[key]]
        assert len(same) <= 0.2 * len(own), same  # names such as New Deal stay
    outcomes = [(english["outcomes"][n]["label"], o["label"]) for n, o in dutch["outcomes"].items()]
    assert [e for e, d in outcomes if e == d] == []
    levers = {c["key"]: c for g in dutch["groups"] for c in g["controls"]}
    assert levers["governance.staff_floor"]["label"] == "Minimumpersoneel"
    assert "hoe klein de zone ook is. Bron: " in levers["governance.staff_floor"]["help"]
    assert levers["governance.staff_floor"]["unit"] == "VTE"


def test_names_by_which_things_are_found_stay_as_they_are() -> None:
    english, dutch = catalogue_in("en"), catalogue_in("nl")
    assert [d["name"] for d in dutch["disciplines"]] == [d["name"] for d in english["disciplines"]]
    assert dutch["disciplines"][2] == {"name": "pharmacy", "label": "apotheek"}
    assert list(dutch["outcomes"]) == list(english["outcomes"])
    known = {"hospital": "ziekenhuis"}
    assert in_language({"name": "hospital", "label": "hospital", "x": [1.0, 2.0]}, known) == {
        "name": "hospital", "label": "ziekenhuis", "x": [1.0, 2.0],
    }  # fmt: skip


def test_a_rule_without_a_dutch_text_stays_in_english_and_no_text_is_left_over() -> None:
    shown = catalogue()
    shown["shocks"] = [*shown["shocks"], {"name": "flood", "label": "Flood", "help": "Water. Source: S."}]
    assert "Flood" not in dictionary(shown, "nl")
    told = read_registries("nl")
    names = {
        "outcomes": set(OUTCOMES), "shocks": set(SHOCKS), "scenarios": set(builtin_scenarios()),
        "mechanisms": set(MECHANISMS), "levers": {*LEVERS, *FUNDING_TERMS}, "principles": set(PRINCIPLES),
        "methods": set(PAYMENT_METHODS), "disciplines": set(DISCIPLINES),
    }  # fmt: skip
    assert {kind: set(told[kind]) - known for kind, known in names.items()} == {kind: set() for kind in names}
