"""What both surveys say (T1 to T8): every row of the table ``survey_targets`` is a measurement."""

from __future__ import annotations

from functools import partial

from cas_model.calibration.measurements import BASELINE, Worlds, measurement
from cas_model.model.surveys import TARGETS


def _answer(worlds: Worlds, target: str, asked: str) -> float:
    rows = worlds[BASELINE].table("survey_targets")
    found = rows[(rows["target"] == target) & (rows["asked"] == asked)]["value"]
    return float(found.iloc[0])


for _target, _asked, _, _ in TARGETS:
    measurement(f"survey.{_asked.replace(' ', '_').lower()}")(partial(_answer, target=_target, asked=_asked))
