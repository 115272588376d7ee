"""Many seats on one server, without browsers: they play at once, and what they held is let go."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from typing import Any

import pytest

from cas_model.server import classroom
from cas_model.server.classroom import MOST_SEATS, Classroom, give_memory_back
from cas_model.server.seat import Seat

CLASS, MONTHS = 30, 2


def _seat(room: Classroom, name: str, show: Any = lambda view: None) -> Seat:
    seat = Seat(name, room, show, persons_per_agent=1000, territory="small")
    room.enter(name)
    seat.arrive({})
    return seat


def test_thirty_sessions_step_at_once_without_error_and_are_let_go() -> None:
    room = Classroom()
    seats: list[Seat] = []
    for number in range(CLASS):
        # A browser that draws at once what it is shown.
        seat = _seat(room, f"student {number}")
        seat._show = lambda view, seat=seat: seat.drawn(view["frame"])  # type: ignore[misc]
        seats.append(seat)
    for seat in seats:
        seat.act({"do": "speed", "value": 2})
        seat.act({"do": "play"})
    end = time.monotonic() + 40
    while min(seat.session.month for seat in seats) < MONTHS and time.monotonic() < end:
        time.sleep(0.05)
    assert [seat.problem for seat in seats] == [""] * CLASS
    assert min(seat.session.month for seat in seats) >= MONTHS
    # The same settings and chance, whoever else was playing.
    for seat in seats:
        seat.act({"do": "pause"})
    last = max(seat.session.month for seat in seats)
    for seat in seats[:4]:
        seat.session.advance(last - seat.session.month)
    assert len({seat.session.worlds["A"].fingerprint() for seat in seats[:4]}) == 1
    held = [weakref.ref(seat.session) for seat in seats]
    for seat in seats:
        seat.leave()
    del seat
    seats.clear()
    _wait_until(lambda: not [t for t in threading.enumerate() if t.name.startswith("play student")])
    gc.collect()
    assert len(room) == 0
    assert [ref() for ref in held if ref() is not None] == []


def test_memory_goes_back_to_the_machine_when_a_visitor_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    given = threading.Event()
    monkeypatch.setattr(classroom, "CLEARING", 0.01)
    monkeypatch.setattr(classroom, "give_memory_back", given.set)
    room = Classroom()
    room.enter("student")
    room.leave("student")
    assert given.wait(5)
    give_memory_back()  # works, or is not possible here; never an error


def _wait_until(true: Any) -> None:
    end = time.monotonic() + 5
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    assert true()


def test_a_full_room_turns_the_next_one_away() -> None:
    room = Classroom()
    assert all(room.enter(str(n)) for n in range(MOST_SEATS))
    assert room.enter("one more") is None
    room.leave("0")
    assert room.enter("one more") is not None


def test_what_a_page_asks_wrongly_is_said_and_changes_nothing() -> None:
    room = Classroom()
    seen: list[dict[str, Any]] = []
    seat = _seat(room, "one", seen.append)
    month = seat.session.month
    for message in (
        {"do": "explode"},
        {},
        {"do": "set", "settings": {"governance.autonomy": 7}},
        {"do": "set", "settings": {"run.months": 100_000}},
        {"do": "set"},
        {"do": "strike", "kind": "war"},
        {"do": "scenario", "value": "/etc/passwd.toml"},
        {"do": "zone", "value": 99},
        {"do": "line", "place": 17, "value": "spending"},
        {"do": "speed", "value": 1e9},
        {"do": "open", "text": "{"},
        {"do": "lock"},
        {"do": "predict", "end": "high"},
    ):
        seat.act(message)
        assert seen[-1]["problem"], message
    assert seat.session.month == month
    seat.act({"do": "step"})
    assert seen[-1]["problem"] == ""
    assert seat.session.month == month + 1


def test_a_locked_room_lets_students_watch_and_only_the_lecturer_change() -> None:
    room = Classroom()
    student, lecturer = _seat(room, "student"), _seat(room, "lecturer")
    lecturer.arrive({"key": room.key})
    student.arrive({"key": "guess"})
    assert lecturer.lecturer
    assert not student.lecturer
    lecturer.act({"do": "lock"})
    student.act({"do": "set", "settings": {"governance.autonomy": 0.9}})
    assert "locked" in student.problem
    student.act({"do": "step"})
    assert student.problem == ""
    lecturer.act({"do": "set", "settings": {"governance.autonomy": 0.9}})
    assert lecturer.problem == ""


def test_the_class_pools_its_predictions() -> None:
    room = Classroom()
    for number, end in enumerate((20.0, 35.0)):
        seat = _seat(room, f"student {number}")
        seat.act({"do": "lesson", "value": "one_chair"})
        seat.act({"do": "predict", "end": end})
        seat.act({"do": "pause"})
    assert [row["prediction"] for row in room.pooled("one_chair")] == [20.0, 35.0]
    assert room.pooled("who_gains") == []
