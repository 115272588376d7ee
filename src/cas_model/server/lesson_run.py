"""A lesson being taken: predict, run, compare."""

from __future__ import annotations

import math
from typing import Any

from cas_model.config.errors import UsageError
from cas_model.server.lesson import Lesson
from cas_model.server.session import FIRST, SECOND, Session
from cas_model.server.views.shown import facts


class LessonRun:
    """One student's way through a lesson.

    Parameters
    ----------
    lesson : Lesson
    session : Session
        Is set up with the lesson's two worlds, at their first policy month.

    Attributes
    ----------
    stage : str
        ``predict``, ``run`` or ``result``.
    curve : list of [month, value]
        The prediction for world B, display units.
    """

    def __init__(self, lesson: Lesson, session: Session) -> None:
        self.lesson, self.session = lesson, session
        session.seed = lesson.seed
        session.set_up(lesson.worlds)
        if session.horizon < lesson.months:
            raise UsageError(
                f"the lesson `{lesson.name}` runs {lesson.months} months, its worlds {session.horizon}"
            )
        self.stage = "predict"
        self.curve: list[list[float]] = []
        self.predicted = math.nan
        self.start = self._value(FIRST)

    def _value(self, world: str) -> float:
        return (
            float(self.session.worlds[world].series(self.lesson.outcome)[-1])
            * facts(self.lesson.outcome).factor
        )

    def predict(self, curve: list[Any], end: Any) -> None:
        """Keep a prediction of world B's outcome: a drawn curve, its end, or both.

        Raises
        ------
        UsageError
            Nothing was predicted, or not in numbers.
        """
        if self.stage != "predict":
            raise UsageError("the prediction is already kept", fix="start the lesson over to predict anew")
        try:
            self.curve = [[float(m), float(v)] for m, v in curve]
            self.predicted = float(end) if end not in (None, "") else self.curve[-1][1]
        except (TypeError, ValueError, IndexError):
            raise UsageError(
                "there is no prediction yet", fix="draw a line, or fill in where B ends"
            ) from None
        if not math.isfinite(self.predicted):
            raise UsageError("the prediction is not a number", fix="fill in where B ends")
        self.stage = "run"

    @property
    def ends(self) -> tuple[float, float]:
        """Where A and B stand, display units."""
        return self._value(FIRST), self._value(SECOND)

    def finish(self) -> bool:
        """Close the run when its months are over; True the moment it happens."""
        if self.stage == "run" and self.session.month >= self.lesson.months:
            self.stage = "result"
            return True
        return False
