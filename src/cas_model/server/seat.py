"""A seat: one browser, its session, what it looks at, and the thread that plays it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import CasModelError, UsageError, unknown_name
from cas_model.server.classroom import Classroom
from cas_model.server.lesson import lessons
from cas_model.server.lesson_run import LessonRun
from cas_model.server.replay import link_words, read_link, read_replay, write_replay
from cas_model.server.session import CLASS_SCALE, FIRST, Session
from cas_model.server.views.panel_view import PANELS
from cas_model.server.views.seat_view import seat_view
from cas_model.server.words import LANGUAGES, words

SPEEDS = (1, 2, 5, 10, 20)
"""Months a second."""
FRAMES = 12
"""Most drawings a second; faster play runs several months between two."""
MOST_MONTHS_A_FRAME = 6
PATIENCE = 1.5
"""Seconds that play waits for a browser to say that it has drawn the last frame."""
LINES = ("coordinated_care_coverage", "unmet_need", "spending")
"""Outcomes that the lines show at first."""
MAPPED = "coordinated_care_coverage"
"""What the map shows at first: what the first line shows too."""

log = logging.getLogger("cas_model.server")


class Seat:
    """What one browser does and sees.

    Parameters
    ----------
    name : str
        Unique among the seats of the room.
    room : Classroom
    show : callable
        Told the new view after each change; may be called from any thread.
    persons_per_agent : int
    territory : str
    """

    def __init__(
        self,
        name: str,
        room: Classroom,
        show: Callable[[dict[str, Any]], None],
        *,
        persons_per_agent: int = CLASS_SCALE,
        territory: str = "flanders",
    ) -> None:
        self.name, self.room, self._show = name, room, show
        self.lecturer = False
        self.language, self.big, self.acting = LANGUAGES[0], False, FIRST
        self.outcome, self.lines, self.panel = MAPPED, [n for n in LINES if n in OUTCOMES], PANELS[0]
        self.zone: int | None = None
        self.speed, self.playing, self.frame = 5, False, 0
        self.problem = ""
        self.sharing: dict[str, Any] = {}
        self.lesson: LessonRun | None = None
        self._lock = threading.RLock()
        self._drawn = threading.Event()
        self._gone = threading.Event()
        self._player: threading.Thread | None = None
        self._panel_made = 0.0
        self._panel_view: dict[str, Any] = {}
        self.session = Session(persons_per_agent=persons_per_agent, territory=territory)
        self.first_view: dict[str, Any] = {}

    # --- what the browser asks ----------------------------------------------------------------------------

    def act(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks for (``{"do": ..., ...}``); a wrong one becomes a message on the page."""
        try:
            order = getattr(self, f"_do_{message.get('do')}", None)
            if order is None:
                raise UsageError(f"the page asked for `{message.get('do')}`, which nobody knows")
            with self._lock:
                self.problem = ""
                order(message)
        except CasModelError as problem:
            self.problem = str(problem)
        except Exception as error:
            # A page that asks nonsense must not take the server along.
            log.exception("a seat failed at %s", message.get("do"))
            self.problem = f"This did not work: {type(error).__name__}: {error}"
        self.refresh()

    def refresh(self) -> None:
        """Tell the browser how things stand."""
        with self._lock:
            self.frame += 1
            view = seat_view(self)
        self._show(view)

    def drawn(self, frame: Any) -> None:
        """Note that the browser has drawn a frame."""
        if frame == self.frame:
            self._drawn.set()

    def panel_view(self, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the picture below the lines, made anew at most twice a second while playing."""
        if not self.playing or time.monotonic() - self._panel_made > 0.5:
            self._panel_view, self._panel_made = make(), time.monotonic()
        return self._panel_view

    def _check_unlocked(self) -> None:
        if self.room.locked and not self.lecturer:
            raise UsageError(words(self.language)["strip"]["locked"])

    # Playing

    def _do_play(self, message: Mapping[str, Any]) -> None:
        if self.session.ended or self.playing:
            return
        self.playing = True
        self._player = threading.Thread(target=self._play, name=f"play {self.name}", daemon=True)
        self._player.start()

    def _do_pause(self, message: Mapping[str, Any]) -> None:
        self.playing = False

    def _do_step(self, message: Mapping[str, Any]) -> None:
        self.playing = False
        self.session.advance(1)

    def _do_speed(self, message: Mapping[str, Any]) -> None:
        if message["value"] not in SPEEDS:
            raise UsageError(f"speed {message['value']}", allowed=", ".join(map(str, SPEEDS)))
        self.speed = message["value"]

    def _do_reset(self, message: Mapping[str, Any]) -> None:
        self.playing = False
        self.session.reset()

    # Settings

    def _do_scenario(self, message: Mapping[str, Any]) -> None:
        self._check_unlocked()
        self.playing, self.lesson = False, None
        self.session.choose(str(message["value"]), message.get("world", FIRST))

    def _do_set(self, message: Mapping[str, Any]) -> None:
        self._check_unlocked()
        self.session.change(dict(message["settings"]), self.acting)

    def _do_strike(self, message: Mapping[str, Any]) -> None:
        self._check_unlocked()
        self.session.strike(str(message["kind"]), "both")

    def _do_acting(self, message: Mapping[str, Any]) -> None:
        if message["value"] not in (*self.session.worlds, "both"):
            raise unknown_name("world", str(message["value"]), [*self.session.worlds, "both"])
        self.acting = message["value"]

    def _do_compare(self, message: Mapping[str, Any]) -> None:
        self._check_unlocked()
        self.lesson = None
        if self.session.comparing:
            self.session.stop_comparing()
            self.acting = FIRST
        else:
            self.session.compare()
            self.acting = "B"

    # Looking

    def _do_outcome(self, message: Mapping[str, Any]) -> None:
        self.outcome = OUTCOMES.require(str(message["value"])).name

    def _do_line(self, message: Mapping[str, Any]) -> None:
        self.lines[int(message["place"])] = OUTCOMES.require(str(message["value"])).name

    def _do_panel(self, message: Mapping[str, Any]) -> None:
        if message["value"] not in PANELS:
            raise unknown_name("panel", str(message["value"]), PANELS)
        self.panel, self._panel_made = message["value"], 0.0

    def _do_zone(self, message: Mapping[str, Any]) -> None:
        zone = message.get("value")
        if zone is not None and not 0 <= int(zone) < self.session.territory.n_zones:
            raise UsageError(f"there is no zone {zone}")
        self.zone = None if zone is None else int(zone)

    def _do_language(self, message: Mapping[str, Any]) -> None:
        self.language = LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)]

    def _do_big(self, message: Mapping[str, Any]) -> None:
        self.big = not self.big

    def _do_close_problem(self, message: Mapping[str, Any]) -> None:
        self.problem = ""

    # Lessons

    def _do_lesson(self, message: Mapping[str, Any]) -> None:
        self.playing = False
        name = str(message.get("value") or "")
        if not name:
            self.lesson = None
            return
        if name not in lessons():
            raise unknown_name("lesson", name, lessons())
        self.lesson = LessonRun(lessons()[name], self.session)
        self.outcome, self.panel, self.acting, self.zone = self.lesson.lesson.outcome, "why", "B", None
        shown = [self.lesson.lesson.outcome, *self.lesson.lesson.also]
        self.lines = [*shown, *(n for n in LINES if n not in shown and n in OUTCOMES)][: len(LINES)]

    def _do_predict(self, message: Mapping[str, Any]) -> None:
        if self.lesson is None:
            raise UsageError("there is no lesson to predict for", fix="choose a lesson first")
        self.lesson.predict(message.get("curve") or [], message.get("end"))
        entry = self.room.enter(self.name)
        if entry is not None:
            entry.prediction[self.lesson.lesson.name] = self.lesson.predicted
        self.speed = max(self.speed, 10)
        self._do_play(message)

    # Sharing

    def _do_share(self, message: Mapping[str, Any]) -> None:
        self.playing = False
        self.sharing = {"open": bool(message.get("open", True)), "word": link_words(self.session)}

    def _do_save(self, message: Mapping[str, Any]) -> None:
        self._hand_out("cas_model_replay.json", "application/json", write_replay(self.session).encode())

    def _do_open(self, message: Mapping[str, Any]) -> None:
        self._check_unlocked()
        self._adopt(read_replay(str(message["text"]), self.session.territory))

    def arrive(self, asked: Mapping[str, str]) -> None:
        """Do what an address asks for: ``world`` (a link), ``scenario``, ``lesson``, ``language``, ``key``.

        What is wrong with it is said on the page.
        """
        self.lecturer = self.room.is_lecturer(asked.get("key", ""))
        if asked.get("language") in LANGUAGES:
            self.language = asked["language"]
        try:
            if "world" in asked:
                self._adopt(read_link(asked["world"], self.session.territory))
            if "scenario" in asked:
                self.session.choose(asked["scenario"])
            if "lesson" in asked:
                self._do_lesson({"value": asked["lesson"]})
        except CasModelError as problem:
            self.problem = str(problem)
        self.first_view = seat_view(self)

    def _adopt(self, opened: tuple[Session, list[str]]) -> None:
        self.playing, self.lesson, self.zone = False, None, None
        self.session, remarks = opened
        self.acting = "B" if self.session.comparing else FIRST
        self.problem = " ".join(remarks)

    def _do_data(self, message: Mapping[str, Any]) -> None:
        from cas_model.server.export import data_archive

        self._hand_out("cas_model_data.zip", "application/zip", data_archive(self.session))

    def _do_figures(self, message: Mapping[str, Any]) -> None:
        from cas_model.server.export import figure_archive

        archive = figure_archive(self.session, self.outcome, self.lines)
        self._hand_out("cas_model_figures.zip", "application/zip", archive)

    def _hand_out(self, name: str, kind: str, content: bytes) -> None:
        import base64

        self.sharing = {
            **self.sharing,
            "file": {"name": name, "kind": kind, "content": base64.b64encode(content).decode(),
                     "number": self.frame},
        }  # fmt: skip

    def _do_lock(self, message: Mapping[str, Any]) -> None:
        if not self.lecturer:
            raise UsageError("only the lecturer can lock the settings")
        self.room.locked = not self.room.locked

    # --- playing ------------------------------------------------------------------------------------------

    def _play(self) -> None:
        """Run months until paused, ended or gone; wait for the browser so that frames never pile up."""
        try:
            due = time.monotonic()
            while self.playing and not self._gone.is_set():
                months, wait = self._pace(time.monotonic() - due)
                due = max(due, time.monotonic() - 1.0) + months / self.speed
                self._drawn.clear()
                with self._lock:
                    if not self.playing:
                        break
                    self._run(months)
                self.refresh()
                self._drawn.wait(PATIENCE)
                self._gone.wait(max(wait, due - time.monotonic()))
        except Exception as error:
            log.exception("playing failed")
            self.playing, self.problem = False, f"Playing stopped: {error}"
            self.refresh()

    def _pace(self, late: float) -> tuple[int, float]:
        """Return the months of the next frame, more when drawing lags, and the least pause after it."""
        behind = int(max(0.0, late) * self.speed)
        return min(MOST_MONTHS_A_FRAME, max(1, self.speed // FRAMES + 1, behind)), 0.005

    def _run(self, months: int) -> None:
        if self.lesson is not None and self.lesson.stage == "run":
            months = min(months, self.lesson.lesson.months - self.session.month)
        self.session.advance(months)
        if self.lesson is not None and self.lesson.finish():
            self.playing, self.panel, self._panel_made = False, self.lesson.lesson.panel, 0.0
        if self.session.ended:
            self.playing = False

    def leave(self) -> None:
        """Stop playing and let go of everything."""
        self.playing = False
        self._gone.set()
        self._drawn.set()
        self.room.leave(self.name)
